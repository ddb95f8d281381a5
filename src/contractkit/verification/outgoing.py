"""Outgoing requests: a request as a filter of the provider's team sees and changes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    HttpCall,
    HttpRequest,
    Interaction,
    MissingBody,
    RpcCall,
    is_field_value,
    is_path,
    is_token,
    media_type_of,
)
from contractkit.transports.http_messages import encode_body


@dataclass(slots=True, kw_only=True)
class OutgoingRequest:
    """A request that is about to be sent. What a filter writes here is sent.

    Attributes:
        method: The method; empty for a remote procedure call.
        path: The path as it was recorded, or the procedure.
        headers: Names of headers (of metadata) in lower case to their value; several are joined by a comma.
        query: Names of parameters to their values, in the order they are sent; None is a name without a value.
        content: The body's bytes, empty where there is none; it is sent as it is.
        operation: The definition's name of the operation, None where the contract does not say it.
        description: The interaction's description.
        expected_status: The status that the consumer expects, None for a remote procedure call.
    """

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, list[str | None]] = field(default_factory=dict)
    content: bytes = b""
    operation: str | None = None
    description: str = ""
    expected_status: int | None = None


def outgoing_request(interaction: Interaction, request: HttpRequest) -> OutgoingRequest:
    """Give an HTTP request as filters see it."""
    call = interaction.exchange
    return OutgoingRequest(
        method=request.method,
        path=request.path,
        headers={name.lower(): ", ".join(values) for name, values in request.headers.items()},
        query={name: list(values) for name, values in request.query.items()},
        content=b"" if isinstance(request.body, MissingBody) else encode_body(request.body) or b"",
        operation=interaction.operation,
        description=interaction.description,
        expected_status=call.response.status if isinstance(call, HttpCall) else None,
    )


def outgoing_call(interaction: Interaction, call: RpcCall) -> OutgoingRequest:
    """Give a remote procedure call as filters see it: its procedure and metadata."""
    return OutgoingRequest(
        method="",
        path=call.procedure,
        headers={name: value for name, value in call.metadata.items() if isinstance(value, str)},
        operation=interaction.operation,
        description=interaction.description,
    )


def filtered_request(request: HttpRequest, outgoing: OutgoingRequest, before: OutgoingRequest) -> HttpRequest:
    """Give an HTTP request with what filters changed; headers that they left alone stay as they were recorded."""
    left = {name for name, value in before.headers.items() if outgoing.headers.get(name) == value}
    kept = {name: values for name, values in request.headers.items() if name.lower() in left}
    written = {name: (value,) for name, value in outgoing.headers.items() if name not in left}
    media_type = outgoing.headers.get("content-type") or media_type_of(request.body) or "application/octet-stream"
    is_same = outgoing.content == before.content
    return replace(
        request,
        method=outgoing.method,
        path=outgoing.path,
        headers={**kept, **written},
        query={name: tuple(values) for name, values in outgoing.query.items()},
        body=request.body if is_same else BinaryBody(outgoing.content, media_type),
    )


def filtered_call(call: RpcCall, outgoing: OutgoingRequest) -> RpcCall:
    """Give a remote procedure call with the metadata that filters left."""
    others: Mapping[str, Json] = {name: value for name, value in call.metadata.items() if not isinstance(value, str)}
    return replace(call, metadata={**others, **outgoing.headers})


def texts_of(outgoing: OutgoingRequest) -> frozenset[str]:
    """Give the values of headers and of query parameters: where credentials are put."""
    values = (value for several in outgoing.query.values() for value in several)
    return frozenset(each for each in (*outgoing.headers.values(), *values) if each)


def faults_of(outgoing: OutgoingRequest) -> Iterator[tuple[str, str]]:
    """Give what of a request cannot be sent: the place, and what is expected there; values may be secret."""
    if outgoing.method and not (isinstance(outgoing.method, str) and is_token(outgoing.method)):
        yield "method", "a method such as GET"
    if outgoing.method and not (isinstance(outgoing.path, str) and is_path(outgoing.path)):
        yield "path", "a path that starts with a slash"
    if not isinstance(outgoing.content, bytes):
        yield "content", "bytes"
    for name, value in outgoing.headers.items():
        if not (isinstance(name, str) and is_token(name)):
            yield f"headers[{name!r}]", "a header's name"
        elif not (isinstance(value, str) and is_field_value(value)):
            yield f"headers[{name!r}]", "one line of text"
    for name, values in outgoing.query.items():
        if not isinstance(values, list | tuple) or not all(each is None or isinstance(each, str) for each in values):
            yield f"query[{name!r}]", "a list of texts"
