"""Actuals: what really came, as somebody has it in a file, read as the parts that an interaction expects.

A whole answer is written as Pact writes one, members left out are not judged; or the file is the body alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, assert_never

from contractkit.document import decode_body, read_message, read_request, read_response
from contractkit.errors import ContractFileError, UsageError, suggestion
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit.model import (
    Body,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Location,
    Message,
    Part,
    PartKind,
    RpcCall,
    SynchronousMessages,
    media_type_of,
)

Side: TypeAlias = Literal["request", "response"]

_RAW = "If the file is the body alone, say so with --raw."
_PLAIN, _ENVELOPED = "3.0", "4.0"  # the versions whose bodies are plain values, and envelopes
_ENVELOPE = {"content", "contentType", "encoded", "contentTypeHint"}
_MEMBERS = {
    (HttpCall, "response"): ("status", "headers", "body"),
    (HttpCall, "request"): ("method", "path", "query", "headers", "body"),
    (Message, "response"): ("contents", "metadata"),
    (SynchronousMessages, "response"): ("contents", "metadata"),
    (SynchronousMessages, "request"): ("contents", "metadata"),
}
"""What may be written of one side of an exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is compared: expected parts and the actual ones; `left_out` names the parts that nothing was given for."""

    expected: tuple[Part, ...]
    actual: tuple[Part, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawActual:
    """A body alone, with the status and the headers that were told beside it; None is not judged.

    Where no headers were told, the body counts as one of the expected type.
    """

    data: bytes
    status: int | None = None
    headers: Mapping[str, tuple[str, ...]] | None = None


def side_of(interaction: Interaction, side: Side) -> tuple[Part, ...]:
    """Give the parts of one side of an interaction: of several answers the first, of a call the first message.

    Raises:
        UsageError: The exchange does not have that side.
    """
    parts = interaction.exchange.parts()
    match interaction.exchange:
        case RpcCall():
            bodies = [each for each in parts if each.location.steps[2:] == ("message",)]
            chosen = tuple(each for each in bodies if each.is_open == (side == "response"))[:1]
        case SynchronousMessages():
            first = Location(("responses", 0)) if side == "response" else Location(("request",))
            chosen = tuple(each for each in parts if each.location.starts_with(first))
        case Message():
            chosen = parts if side == "response" else ()
        case HttpCall():
            chosen = tuple(each for each in parts if each.location.steps[0] == side)
        case unknown:
            assert_never(unknown)
    if not chosen:
        raise UsageError(f"{interaction.description} has no {side} with a body.", next_step="Take the other --side.")
    return chosen


def judged_example(interaction: Interaction, side: Side) -> Judged:
    """Give one side of an interaction beside itself."""
    parts = side_of(interaction, side)
    return Judged(expected=parts, actual=parts)


def judged_whole(interaction: Interaction, side: Side, data: bytes, *, origin: str) -> Judged:
    """Give one side of an interaction beside an actual one in Pact's form; of a call, beside a message as JSON.

    Raises:
        UsageError: It is not in that form; the message says what is.
    """
    expected = side_of(interaction, side)
    value = _json(data, origin)
    if isinstance(interaction.exchange, RpcCall):
        return _judged(expected, {"message": JsonBody(value, _media_type(expected))})
    known = _MEMBERS[type(interaction.exchange), side]
    _check_members(value, known, origin, side)
    specification = _ENVELOPED if _is_envelope(value.get("body", value.get("contents"))) else _PLAIN
    try:
        read = _read(value, known, specification)
    except ContractFileError as error:
        raise UsageError(
            f"{origin} is no {side} in Pact's form.", details=error.explanation.details, next_step=_RAW
        ) from None
    return _judged(expected, {name: part for name, part in read.items() if name in value})


def judged_raw(interaction: Interaction, side: Side, raw: RawActual) -> Judged:
    """Give one side of an interaction beside a body alone, with the status and the headers that were told.

    Raises:
        UsageError: A status or headers were told where the side has none.
    """
    expected = side_of(interaction, side)
    if not isinstance(interaction.exchange, HttpCall):
        return _judged(expected, {_body_name(expected): _message_body(expected, raw)})
    content_type = next(
        iter((raw.headers or {}).get("content-type", ())), None if raw.headers else _media_type(expected)
    )
    given: dict[str, object] = {"body": decode_body(raw.data, content_type)}
    if raw.status is not None and side == "request":
        raise UsageError("A request has no status.", next_step="Leave --status out, or take --side response.")
    given |= {} if raw.status is None else {"status": raw.status}
    return _judged(expected, given if raw.headers is None else {**given, "headers": dict(raw.headers)})


def _read(value: dict[str, Json], known: Sequence[str], specification: str) -> dict[str, object]:
    if "contents" in known:
        message = read_message(value, specification).part
        return {"contents": message.contents, "metadata": message.metadata}
    if "status" in known:
        response: HttpResponse = read_response(value, specification).part
        return {name: getattr(response, name) for name in known}
    request: HttpRequest = read_request(value, specification).part
    return {name: getattr(request, name) for name in known}


def _judged(expected: Sequence[Part], given: Mapping[str, object]) -> Judged:
    kept = tuple(each for each in expected if each.location.steps[-1] in given)
    actual = tuple(
        Part(location=each.location, kind=each.kind, value=given[str(each.location.steps[-1])], is_open=each.is_open)
        for each in kept
    )
    left_out = tuple(str(each.location) for each in expected if each.location.steps[-1] not in given)
    return Judged(expected=kept, actual=actual, left_out=left_out)


def _message_body(expected: Sequence[Part], raw: RawActual) -> Body:
    if raw.status is not None or raw.headers is not None:
        raise UsageError(
            "A message has neither a status nor headers.", next_step="Give its contents alone, with --raw."
        )
    return decode_body(raw.data, _media_type(expected))


def _media_type(expected: Sequence[Part]) -> str:
    """Give the media type of the body among some parts, JSON where it says none."""
    bodies: list[Any] = [each.value for each in expected if each.kind is PartKind.BODY]
    return next((found for body in bodies if (found := media_type_of(body))), "application/json")


def _body_name(expected: Sequence[Part]) -> str:
    return str(expected[0].location.steps[-1]) if len(expected) == 1 else "contents"


def _json(data: bytes, origin: str) -> Json:
    try:
        return read_json(data)
    except JsonSyntaxError as error:
        raise UsageError(
            f"{origin} is not JSON.",
            details=[("line", str(error.line)), ("column", str(error.column)), ("problem", error.problem)],
            next_step="A body alone is given with --raw, or with the --status and --header it came with.",
        ) from None


def _check_members(value: Json, known: Sequence[str], origin: str, side: Side) -> None:
    words = f"an object with {', '.join(f'`{name}`' for name in known)}, or some of them"
    if not isinstance(value, dict) or not value:
        raise _not_in_form(origin, side, words, "nothing in it" if value == {} else "a JSON value of another kind")
    unknown = next((name for name in value if name not in known), None)
    if unknown is not None:
        raise _not_in_form(origin, side, words, f"the member `{unknown}`", suggestion(unknown, known))


def _not_in_form(origin: str, side: Side, expected: str, received: str, hint: str = "") -> UsageError:
    return UsageError(
        f"{origin} is no {side} in Pact's form.",
        details=[("expected", expected), ("received", received)],
        next_step=f"{hint} {_RAW}" if hint.startswith("Did") else _RAW,
    )


def _is_envelope(body: Json) -> bool:
    return isinstance(body, dict) and "content" in body and body.keys() <= _ENVELOPE
