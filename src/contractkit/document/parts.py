"""Requests, responses and messages in the forms of every version of the Pact specification."""

from collections.abc import Container, Mapping
from typing import NamedTuple, TypeAlias
from urllib.parse import quote_plus, unquote_plus

from contractkit.document.bodies import read_body, write_body
from contractkit.document.categories import REQUEST, RESPONSE, Side, message_side
from contractkit.document.reading import Findings, ObjectReader, Scope, as_integer, escaped
from contractkit.document.rules import (
    read_generators,
    read_rules,
    write_generators,
    write_rules,
)
from contractkit.document.specifications import parse_specification
from contractkit.errors import ContractFileError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import (
    Fields,
    HttpRequest,
    HttpResponse,
    LocatedGenerator,
    LocatedRules,
    Location,
    Message,
    Query,
    is_field_value,
    is_path,
    is_token,
)
from contractkit.results import ABSENT

Rules: TypeAlias = tuple[LocatedRules, ...]
Generators: TypeAlias = tuple[LocatedGenerator, ...]

MESSAGE = Location(("message",))
"""Where a message stands that is alone in its interaction."""

_STATUS = 200  # where none is written (Pact specification, response)
_LEAST_STATUS, _GREATEST_STATUS = 100, 999  # three digits (RFC 9110 §15); those beyond 599 are met in the wild


class RequestPart(NamedTuple):
    """A request with the rules and generators that the file has for it."""

    part: HttpRequest
    rules: Rules
    generators: Generators


class ResponsePart(NamedTuple):
    """A response with its rules and generators."""

    part: HttpResponse
    rules: Rules
    generators: Generators


class MessagePart(NamedTuple):
    """A message with its rules and generators."""

    part: Message
    rules: Rules
    generators: Generators


def read_request(value: Json, specification: str) -> RequestPart:
    """Read a request as a file of that version holds it.

    Args:
        value: The JSON object under `request`.
        specification: A version of the Pact specification: `4.0`, `2.0.0`, `v1.1`.

    Raises:
        ContractFileError: It is no request; every problem is in the details, with its JSON pointer.
    """
    reader = _alone(value)
    read = request_of(reader, specification=_known(specification))
    reader.findings.check("This is not a request of a contract.")
    return read


def read_response(value: Json, specification: str) -> ResponsePart:
    """Read a response as a file of that version holds it; arguments and errors are those of `read_request`."""
    reader = _alone(value)
    read = response_of(reader, specification=_known(specification))
    reader.findings.check("This is not a response of a contract.")
    return read


def read_message(value: Json, specification: str) -> MessagePart:
    """Read an asynchronous message as a file of that version holds it; otherwise as `read_request`."""
    reader = _alone(value)
    read = message_of(reader, specification=_known(specification))
    reader.findings.check("This is not a message of a contract.")
    return read


def request_of(reader: ObjectReader, *, specification: str) -> RequestPart:
    """Read a request from a reader, noting problems in its findings."""
    headers = _headers(reader)
    query = _query(reader)
    request = HttpRequest(
        method=_word(reader, "method", "GET").upper(),
        path=_word(reader, "path", "/"),
        query=query,
        headers=headers,
        body=read_body(reader, "body", http_content_type(headers), enveloped=_enveloped(specification)),
    )
    _warn_of_unsendable(request, reader)
    return RequestPart(request, read_rules(reader, REQUEST, query, request), read_generators(reader, REQUEST, query))


def response_of(reader: ObjectReader, *, specification: str) -> ResponsePart:
    """Read a response from a reader, noting problems in its findings."""
    headers = _headers(reader)
    response = HttpResponse(
        status=_status(reader),
        headers=headers,
        body=read_body(reader, "body", http_content_type(headers), enveloped=_enveloped(specification)),
    )
    return ResponsePart(response, read_rules(reader, RESPONSE, example=response), read_generators(reader, RESPONSE))


def message_of(reader: ObjectReader, *, specification: str, place: Location = MESSAGE) -> MessagePart:
    """Read a message from a reader, noting problems in its findings; `metaData` is the spelling of version 3."""
    side = message_side(place)
    metadata = reader.mapping("metadata", "metaData")
    content_type = message_content_type(metadata)
    contents = read_body(reader, "contents", content_type, enveloped=_enveloped(specification))
    message = Message(contents=contents, metadata=metadata)
    return MessagePart(message, read_rules(reader, side, metadata, message), read_generators(reader, side, metadata))


def message_content_type(metadata: Mapping[str, Json]) -> str | None:
    """Give the content type that a message's metadata name, in any spelling."""
    named = (metadata.get(name) for name in ("contentType", "content-type", "Content-Type"))
    return next((value for value in named if isinstance(value, str) and value), None)


def http_content_type(headers: Fields) -> str | None:
    """Give the content type that headers name."""
    return next(iter(headers.get("content-type", ())), None)


def write_request(request: HttpRequest, rules: Rules, generators: Generators) -> dict[str, Json]:
    """Give a request in the form of version 4; only the rules and generators under `request` are its own."""
    return _without_absent(
        {
            "method": request.method,
            "path": request.path,
            "query": {name: list(values) for name, values in request.query.items()} or ABSENT,
            "headers": _written_headers(request.headers),
            "body": write_body(request.body),
            **_written_rules(REQUEST, Location(("request",)), rules, generators, request.query),
        }
    )


def write_response(response: HttpResponse, rules: Rules, generators: Generators) -> dict[str, Json]:
    """Give a response in the form of version 4."""
    return _without_absent(
        {
            "status": response.status,
            "headers": _written_headers(response.headers),
            "body": write_body(response.body),
            **_written_rules(RESPONSE, Location(("response",)), rules, generators),
        }
    )


def write_message(message: Message, rules: Rules, generators: Generators, place: Location = MESSAGE) -> dict[str, Json]:
    """Give a message in the form of version 4, with those of the rules and generators that speak of its place."""
    return _without_absent(
        {
            "contents": write_body(message.contents),
            "metadata": dict(message.metadata) or ABSENT,
            **_written_rules(message_side(place), place, rules, generators, message.metadata),
        }
    )


def parse_query(text: str) -> Query:
    """Give the parameters of a raw query string, decoded, in order; None is a parameter written without `=`."""
    found: dict[str, tuple[str | None, ...]] = {}
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        if pair:
            decoded = unquote_plus(value) if equals else None
            found[unquote_plus(name)] = (*found.get(unquote_plus(name), ()), decoded)
    return found


def write_query(query: Query) -> str:
    """Give parameters as a raw query string, in order."""
    pairs = [(quote_plus(name), value) for name, values in query.items() for value in values]
    return "&".join(name if value is None else f"{name}={quote_plus(value)}" for name, value in pairs)


def _alone(value: Json) -> ObjectReader:
    return Scope(Findings(), "part").open(value, "")


def _known(specification: str) -> str:
    found = parse_specification(specification)
    if found is None:
        raise ContractFileError(f"{specification} is no version of the Pact specification.")
    return found


def _enveloped(specification: str) -> bool:
    return specification.startswith("4")


def _word(reader: ObjectReader, name: str, default: str) -> str:
    """Give a member that is a string where it is there; `null` is none."""
    if name in reader and reader.peek(name) is None:
        reader.findings.wrong(reader.at(name), "a string", reader.take(name))
        return default
    return reader.text(name, default)


def _status(reader: ObjectReader) -> int:
    number = as_integer(reader.peek("status"))
    if number is not None and not _LEAST_STATUS <= number <= _GREATEST_STATUS:
        reader.findings.wrong(
            reader.at("status"), f"a status, {_LEAST_STATUS} to {_GREATEST_STATUS}", reader.take("status")
        )
        return _LEAST_STATUS
    if "status" in reader and reader.peek("status") is None:
        reader.findings.warn(reader.at("status"), f"is null; {_STATUS} is expected, as where none is written")
    return reader.integer("status", _STATUS)


def _warn_of_unsendable(request: HttpRequest, reader: ObjectReader) -> None:
    """Warn of a method or a path that HTTP cannot carry: all other interactions of the file can be used."""
    if not is_token(request.method):
        words = "is no method that HTTP can carry, such as GET; it cannot be sent"
        reader.findings.warn(reader.at("method"), words, cannot_travel=True)
    if not is_path(request.path):
        words = "does not start with a slash, as paths in HTTP do; it cannot be sent"
        reader.findings.warn(reader.at("path"), words, cannot_travel=True)


def _headers(reader: ObjectReader) -> Fields:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in reader.mapping("headers").items():
        pointer = f"{reader.at('headers')}/{escaped(name)}"
        values = value if isinstance(value, list) else [value]
        texts = [text for each in values if (text := _scalar_text(each, reader, pointer)) is not None]
        if not is_token(name):
            words = "is no header's name that HTTP can carry; it cannot be sent"
            reader.findings.warn(pointer, words, cannot_travel=True)
        if not all(map(is_field_value, texts)):
            words = "has a value that is not one line of text; HTTP cannot carry it"
            reader.findings.warn(pointer, words, cannot_travel=True)
        found[name.lower()] = (*found.get(name.lower(), ()), *texts)
    return found


def _query(reader: ObjectReader) -> Query:
    if isinstance(reader.peek("query"), str):
        return parse_query(reader.text("query"))
    found: dict[str, tuple[str | None, ...]] = {}
    for name, value in reader.mapping("query").items():
        pointer = f"{reader.at('query')}/{escaped(name)}"
        values = value if isinstance(value, list) else [value]
        found[name] = tuple(None if each is None else _scalar_text(each, reader, pointer) for each in values)
    return found


def _scalar_text(value: Json, reader: ObjectReader, pointer: str) -> str | None:
    """Give a header or query value as text; numbers and booleans that other tools write count by their JSON text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return dump_compact(value).decode()
    reader.findings.wrong(pointer, "a string or a list of strings", value)
    return None


def _written_headers(headers: Fields) -> Json:
    return {name: list(values) for name, values in headers.items()} or ABSENT


def _written_rules(
    side: Side, place: Location, rules: Rules, generators: Generators, known: Container[str] = ()
) -> dict[str, Json]:
    asked = [each for each in rules if each.location.starts_with(place)]
    made = [each for each in generators if each.location.starts_with(place)]
    return {
        "matchingRules": write_rules(asked, side, known) or ABSENT,
        "generators": write_generators(made, side, known) or ABSENT,
    }


def _without_absent(members: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not ABSENT}
