"""Replies: what a test writes of an answer, checked against the definition when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contractkit.definitions.interface import Answer, Definition, Operation, Promise
from contractkit.errors import DefinitionError, ReplyError, UnknownNameError, suggestion
from contractkit.exact_json import Json, dump_canonical, read_json, show_json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    JsonBody,
    Location,
    MissingBody,
    TextBody,
    is_json_media_type,
)
from contractkit.recording.expectations import BODY
from contractkit.recording.matched import NOTHING_MATCHED, Matched, join_matched, laid_exactly
from contractkit.recording.written import written_body, written_headers, written_status
from contractkit.results import ABSENT

_SEED = "reply"  # the values of the rest of the body do not matter to whether the written part fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer that a test wrote: a status (the default success where None), a partial body, headers, an example.

    They are the examples of what `matched` says, where matchers were written.
    """

    operation: Operation
    status: int | None = None
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    matched: Matched = NOTHING_MATCHED
    example: str | None = None

    def __str__(self) -> str:
        status = "the default status" if self.status is None else str(self.status)
        example = f" by the example {show_json(self.example)}" if self.example is not None else ""
        body = f" with {show_json(self.body.value, limit=80)}" if isinstance(self.body, JsonBody) else ""
        return f"{self.operation.name} replies {status}{example}{body}"


def checked_reply(
    definition: Definition,
    operation: Operation,
    *,
    status: object = None,
    body: object = None,
    headers: Mapping[str, object] | None = None,
    example: object = None,
) -> Reply:
    """Give a reply that the definition allows.

    Matchers may stand for the status and for headers, and anywhere in the body; their examples are what is answered.

    Args:
        definition: What the reply must not contradict.
        operation: What is replied to.
        status: As declared by the operation; its lowest declared success where None.
        body: A JSON value laid over the synthesised one, or text or bytes where the operation answers such, or a
            `Body`. None writes nothing.
        headers: Header name, in any case, to value.
        example: The name of an example of the definition, over which the body is laid.

    Raises:
        ReplyError: The status is not declared, there is no such example, or it, the body or a header is not what the
            operation may answer.
        MatcherError: An example does not fit its own matcher, or no verifier could judge by it.
    """
    status, said_of_status = written_status(operation, status)
    headers, said_of_headers = written_headers(operation, headers)
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        expected = ", ".join(operation.statuses)
        raise _contradiction(operation, None, [("at", "response.status"), *_kinds(f"one of {expected}", status)])
    if example is not None and not isinstance(example, str):
        raise _contradiction(operation, None, [("at", "example"), *_kinds("the name of an example", example)])
    lower = _headers(operation, headers)
    plain = _answer(definition, operation, status, None, None, example)
    body, said_of_body = written_body(operation, body, plain.response.body)
    written = _body(operation, plain.response.body, body, lower)
    matched = join_matched((said_of_status, said_of_headers, said_of_body))
    answer = exact_answer(_answer(definition, operation, status, written, lower, example), written, matched)
    details: list[tuple[str, str]] = []
    for violation in definition.check_response(operation, answer.response):
        received = "nothing" if violation.received is ABSENT else show_json(violation.received)
        details += [("at", str(violation.location)), ("expected", violation.expected), ("received", received)]
        details += [("defined at", violation.pointer)]
    details = details or _undeclared(answer, written)
    if details:
        raise _contradiction(operation, answer.response.status, details)
    return Reply(operation=operation, status=status, body=written, headers=lower, matched=matched, example=example)


def exact_answer(answer: Answer, written: Body | None, matched: Matched) -> Answer:
    """Give an answer without what was synthesised beside a value that is matched exactly."""
    if not matched.rules:
        return answer
    body = laid_exactly(answer.response.body, written, matched, BODY)
    return replace(answer, response=replace(answer.response, body=body))


def _headers(operation: Operation, headers: object) -> dict[str, str]:
    written = headers or {}
    if isinstance(written, Mapping) and all(isinstance(part, str) for pair in written.items() for part in pair):
        return {name.lower(): value for name, value in written.items()}
    kinds = _kinds("a mapping of header names to texts", headers)
    raise _contradiction(operation, None, [("at", "response.headers"), *kinds])


def _kinds(expected: str, received: object) -> list[tuple[str, str]]:
    return [("expected", expected), ("received", repr(received))]


def _answer(
    definition: Definition,
    operation: Operation,
    status: int | None,
    body: Body | None,
    headers: Mapping[str, str] | None,
    example: str | None,
) -> Answer:
    try:
        return definition.answer(operation, seed=_SEED, status=status, body=body, headers=headers, example=example)
    except UnknownNameError as error:
        if example is not None:  # which of the two is not there, the error says
            raise ReplyError(
                f"The reply to {operation.name} contradicts the definition.",
                details=[("problem", error.explanation.summary), *error.explanation.details],
                next_step=error.explanation.next_step,
            ) from None
        raise ReplyError(
            f"The reply to {operation.name} contradicts the definition.",
            details=[
                ("at", "response.status"),
                ("expected", f"one of {', '.join(operation.statuses)}"),
                ("received", str(status)),
                ("defined at", f"{operation.pointer}/responses"),
            ],
            next_step=error.explanation.next_step,
        ) from None
    except DefinitionError as error:
        raise ReplyError(
            f"The reply to {operation.name} cannot be completed to an answer that the definition allows.",
            details=[("problem", error.explanation.summary), *error.explanation.details],
            next_step=error.explanation.next_step,
        ) from None


def _body(operation: Operation, plain: Body, written: object, headers: Mapping[str, str]) -> Body | None:
    """Give what was written as the kind of body that the operation answers with."""
    match written, plain:
        case None, _:
            return None
        case MissingBody() | EmptyBody() | JsonBody() | TextBody() | BinaryBody(), _:
            return written
        case bytes(), BinaryBody(media_type=media_type):
            return BinaryBody(written, headers.get("content-type", media_type))
        case str(), TextBody(media_type=media_type):
            return TextBody(written, headers.get("content-type", media_type))
        case str(), _ if not is_json_media_type(headers.get("content-type", "application/json")):
            return TextBody(written, headers["content-type"])
        case bytes(), _ if not is_json_media_type(headers.get("content-type", "application/json")):
            return BinaryBody(written, headers["content-type"])
        case _, JsonBody(media_type=media_type):
            return JsonBody(_json(operation, written), headers.get("content-type", media_type))
        case bytes(), _:
            return BinaryBody(written, headers.get("content-type", "application/octet-stream"))
        case _:
            return JsonBody(_json(operation, written), headers.get("content-type", "application/json"))


def _json(operation: Operation, value: object) -> Json:
    try:
        return read_json(dump_canonical(value))
    except (TypeError, ValueError) as error:
        raise _contradiction(
            operation, None, [("at", "response.body"), ("expected", "a JSON value"), ("received", str(error))]
        ) from None


def _undeclared(answer: Answer, written: Body | None) -> list[tuple[str, str]]:
    """Name the written members that the definition does not know: no provider would ever send them."""
    if not isinstance(written, JsonBody):
        return []
    details: list[tuple[str, str]] = []
    for place, value in _members(written.value, BODY):
        if answer.promises.get(place) is Promise.UNDECLARED:
            parent = place.steps[:-1]
            siblings = [
                str(known.steps[-1])
                for known, promise in answer.promises.items()
                if known.steps[:-1] == parent and promise is not Promise.UNDECLARED
            ]
            details += [("at", str(place)), ("expected", "a member that the definition declares")]
            details += [("received", show_json(value)), ("", suggestion(str(place.steps[-1]), siblings))]
    return details


def _members(value: Json, at: Location) -> list[tuple[Location, Json]]:
    if not isinstance(value, dict):
        return []
    return [found for name, member in value.items() for found in ((at / name, member), *_members(member, at / name))]


def _contradiction(operation: Operation, status: int | None, details: list[tuple[str, str]]) -> ReplyError:
    which = f" {status}" if status is not None else ""
    return ReplyError(
        f"The reply{which} to {operation.name} contradicts the definition.",
        details=details,
        next_step="Reply what the provider may really answer, or mend the definition.",
    )
