"""Replies to remote procedures: what a test writes of an answer, checked against the definition when it is written."""

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.errors import DefinitionError, MatcherError, ReplyError, suggestion
from contractkit.exact_json import Json, dump_compact, read_json, show_json
from contractkit.matchers.unfolding import MakeExample, unfold
from contractkit.model import Location
from contractkit.recording.matched import NOTHING_MATCHED, Matched, join_matched, refuse_matchers
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.results import ABSENT
from contractkit.transports.rpc_messages import BINARY, STATUS_CODES, is_base64

_AT = Location(("message",))
_NAME = re.compile(r"[0-9a-z_.-]+")
_SEED = "reply"  # the values of the rest of a message do not matter to whether the written part fits


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage:
    """What a test wrote of one message: a part of its tree, or the `is_whole` of it; matchers speak of `message`."""

    tree: Json
    is_whole: bool = False
    matched: Matched = NOTHING_MATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcReply:
    """One answer that a test wrote.

    `messages` is None where it wrote none, so that they are synthesised; of a stream they are the whole stream.
    `encoded` is the `google.rpc.Status` that carries the details.
    """

    procedure: Procedure
    messages: tuple[WrittenMessage, ...] | None = None
    code: str = "OK"
    message: str = ""
    details: tuple[Json, ...] = ()
    encoded: bytes = b""
    initial_metadata: Mapping[str, Json] = field(default_factory=dict)
    trailers: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        """Say whether the call ends as most do: OK, without a word more."""
        return self.code == "OK" and not (self.message or self.details or self.encoded or self.trailers)

    def __str__(self) -> str:
        trees = [show_json(each.tree, limit=80) for each in self.messages or ()]
        written = f" with {', '.join(trees)}" if trees else ""
        return f"{self.procedure.operation.name} replies {self.code}{written}"


def checked_rpc_reply(
    procedures: StubbedProcedures,
    procedure: Procedure,
    answer: object = None,
    *,
    status: object = "OK",
    message: str = "",
    details: object = (),
    initial_metadata: Mapping[str, str | bytes] | None = None,
    trailers: Mapping[str, str | bytes] | None = None,
) -> RpcReply:
    """Give a reply that the definition allows; the arguments are those of `reply`.

    Raises:
        ReplyError: It is not of the procedure's response type, or nothing that gRPC can send.
    """
    code = _code(procedure, status)
    if not isinstance(message, str):
        raise _contradiction(procedure, "message", "the status's text", repr(message))
    messages = _messages(procedures.definition, procedure, answer)
    if code != "OK" and messages and not procedure.server_streaming:
        raise _contradiction(procedure, "status", f"OK, since an answer comes with {code} from no server", code)
    kept = tuple(_detail(procedure, each) for each in _listed(procedure, "details", details))
    return RpcReply(
        procedure=procedure,
        messages=messages,
        code=code,
        message=message,
        details=kept,
        encoded=_encoded(procedures, procedure, code, message, kept),
        initial_metadata=_metadata(procedure, "initial_metadata", initial_metadata or {}),
        trailers=_metadata(procedure, "trailers", trailers or {}),
    )


def _code(procedure: Procedure, status: object) -> str:
    name = getattr(status, "name", status)  # grpc.StatusCode's members have the names
    if name in STATUS_CODES:
        return str(name)
    hint = suggestion(str(name), STATUS_CODES)
    raise _contradiction(procedure, "status", "the name of a gRPC status, such as NOT_FOUND", show_json(name), hint)


def _messages(definition: RpcDefinition, procedure: Procedure, answer: object) -> tuple[WrittenMessage, ...] | None:
    if answer is None:
        return None
    if isinstance(answer, list | tuple):
        if not procedure.server_streaming:
            expected = f"one {procedure.response_type}, since {procedure.operation.name} answers with one message"
            raise _contradiction(procedure, "message", expected, f"{len(answer)} messages")
        return tuple(written_message(definition, procedure, each) for each in answer)
    return (written_message(definition, procedure, answer),)


def written_message(definition: RpcDefinition, procedure: Procedure, value: object) -> WrittenMessage:
    """Give what a test wrote of one message of the response type: a mapping, or a generated message.

    Raises:
        ReplyError: It is not of the type.
        MatcherError: A matcher in it does not hold for its own example, or has none.
    """
    descriptor = getattr(value, "DESCRIPTOR", None)
    if descriptor is not None:
        return _generated(definition, procedure, value, str(descriptor.full_name))
    said = unfold(value, _AT, _no_example(procedure), may_hold_bytes=True)
    tree = _tree(procedure, said.value)
    try:
        whole = definition.answer(procedure, seed=_SEED, body=tree).tree
    except DefinitionError as error:
        raise ReplyError(
            f"The reply to {procedure.operation.name} contradicts the definition.",
            details=[("problem", error.explanation.summary), *error.explanation.details],
            next_step=error.explanation.next_step or _NEXT,
        ) from None
    _check(definition, procedure, whole)
    if said:
        from contractkit.recording.matcher_checks import check_message

        check_message(f"the reply to {procedure.operation.name}", replace(said, value=whole), _AT)
    return WrittenMessage(tree=tree, matched=join_matched((said,)))


def written_tree(definition: RpcDefinition, procedure: Procedure, written: WrittenMessage) -> Json:
    """Give what was written in the form that trees have, whichever form of JSON the test used."""
    if written.is_whole:
        return written.tree
    try:
        data = definition.encode(procedure, Side.RESPONSE, written.tree)
    except DefinitionError:  # a part of a message need not be a message
        return written.tree
    return definition.decode(procedure, Side.RESPONSE, data)


def _no_example(procedure: Procedure) -> MakeExample:
    def make(_matcher: object, place: Location) -> Json:
        raise MatcherError(
            f"A matcher in the reply to {procedure.operation.name} needs an example.",
            details=[("at", str(place)), ("expected", "a value of the field's type")],
            next_step="Write one: over gRPC none is made.",
        )

    return make


def _generated(definition: RpcDefinition, procedure: Procedure, value: Any, name: str) -> WrittenMessage:
    if name != procedure.response_type:
        raise _contradiction(procedure, "message", f"a {procedure.response_type}", f"a {name}")
    data: bytes = value.SerializePartialToString()
    unknown = definition.unknown_fields(procedure, Side.RESPONSE, data)
    if unknown:
        expected = "fields that the definition knows: the generated code is of another version of it"
        raise _contradiction(procedure, "message", expected, f"field {', '.join(map(str, unknown))}")
    tree = definition.decode(procedure, Side.RESPONSE, data)
    _check(definition, procedure, tree)
    return WrittenMessage(tree=tree, is_whole=True)


def _check(definition: RpcDefinition, procedure: Procedure, tree: Json) -> None:
    details: list[tuple[str, str]] = []
    for violation in definition.check(procedure, Side.RESPONSE, tree, _AT):
        received = "nothing" if violation.received is ABSENT else show_json(violation.received)
        details += [("at", str(violation.location)), ("expected", violation.expected), ("received", received)]
        details += [("defined at", violation.pointer)]
    if details:
        raise ReplyError(
            f"The reply to {procedure.operation.name} contradicts the definition.", details=details, next_step=_NEXT
        )


def _tree(procedure: Procedure, value: object) -> Json:
    try:
        return read_json(dump_compact(_plain(value)))
    except (TypeError, ValueError) as error:
        expected = "a mapping, a generated message, or for a stream a list of such"
        raise _contradiction(procedure, "message", expected, f"{type(value).__name__}: {error}") from None


def _plain(value: Any) -> Any:
    """Give what JSON has no word for as protobuf's JSON mapping spells it: bytes, NaN and the infinities."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _listed(procedure: Procedure, where: str, value: object) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    raise _contradiction(procedure, where, "a list", type(value).__name__)


def _detail(procedure: Procedure, value: object) -> Json:
    refuse_matchers(f"A detail of the status of {procedure.operation.name}", {"details": value})
    if hasattr(value, "DESCRIPTOR"):
        from contractkit.transports.grpc_status import detail_of

        return detail_of(value)
    return _tree(procedure, value)


def _encoded(procedures: StubbedProcedures, procedure: Procedure, code: str, message: str, details: Any) -> bytes:
    if not details:
        return b""
    try:
        return procedures.statuses.encode(code, message, details)
    except DefinitionError as error:
        raise ReplyError(
            f"The reply to {procedure.operation.name} has a detail that cannot be sent.",
            details=[("problem", error.explanation.summary), *error.explanation.details],
            next_step='A detail is {"@type": "google.rpc.ErrorInfo", …}: a type of google.rpc or of the definition.',
        ) from None


def _metadata(procedure: Procedure, where: str, given: Mapping[str, Any]) -> Mapping[str, Json]:
    kept: dict[str, Json] = {}
    for name, value in given.items():
        at = f"{where}[{name!r}]"
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.startswith("grpc-"):
            raise _contradiction(
                procedure, at, "a name of lower-case letters, digits, `_`, `-`, `.`, not grpc-…", repr(name)
            )
        values = [_plain(each) for each in (value if isinstance(value, list | tuple) else [value])]
        for text in values:
            if not isinstance(text, str) or (name.endswith(BINARY) and not is_base64(text)):
                raise _contradiction(procedure, at, "text, or bytes for a name ending in -bin", repr(value))
            if not name.endswith(BINARY) and not (text.isascii() and text.isprintable()):
                raise _contradiction(procedure, at, "printable ASCII; a name ending in -bin takes bytes", repr(value))
        kept[name] = values[0] if len(values) == 1 else values
    return kept


_NEXT = "Reply what the provider may really answer, or mend the definition."


def _contradiction(procedure: Procedure, at: str, expected: str, received: str, hint: str = "") -> ReplyError:
    return ReplyError(
        f"The reply to {procedure.operation.name} cannot be sent.",
        details=[("at", at), ("expected", expected), ("received", received)],
        next_step=hint or _NEXT,
    )
