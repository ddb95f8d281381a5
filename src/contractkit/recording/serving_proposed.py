"""Serving proposed: the answers of a definition that may take another's place, without what it takes away.

A test's `reply` may write what the proposed definition no longer declares or allows, and an optional member may be
there by luck. So what only the present definition declares is left out of answers, whoever wrote it, and the stub's own
values stand where what was written cannot come. Where the weakest answers are asked for, what may be absent now is
absent, null stands where it newly may, a list is empty that could not be, and of an enumeration comes a new member.
What was as weak before stays: that it may be absent is no news to anyone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contractkit.definitions.contents import content_for
from contractkit.definitions.interface import Operation, Promise
from contractkit.definitions.messages import JSON, MessageDefinition
from contractkit.definitions.promises import Graded, Promises
from contractkit.definitions.rpc_interface import Procedure
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import ContractkitError, MessageError, ReplyError, UnknownNameError
from contractkit.exact_json import Json, same_json, show_json
from contractkit.model import HttpCall, HttpResponse, Interaction, JsonBody, Location, Step
from contractkit.recording.message_interactions import made_message
from contractkit.recording.replies import Reply, checked_reply
from contractkit.recording.rpc_replies import RpcReply
from contractkit.results import ABSENT, Violation

_EMITTED = 200  # the status of the operations that answer with messages
_SEED = "replay"
_BODY = Location(("response", "body"))


class ServingProposed:
    """What the stub of one provider serves under a proposed definition of HTTP, or of messages that it emits."""

    def __init__(
        self,
        old: DocumentedDefinition | MessageDefinition,
        new: DocumentedDefinition | MessageDefinition,
        *,
        weakest: bool,
    ) -> None:
        """Take the present and the proposed definition, of one kind, and whether the weakest answers are served."""
        self._are_messages = isinstance(new, MessageDefinition)
        self._present = old if isinstance(old, MessageDefinition) else None
        self._old, self._new = _answers(old), _answers(new)
        self._readers = SurfaceReader(self._old.documents), SurfaceReader(self._new.documents)
        self._weakest = weakest

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give a response as the proposed definition may have it; one that the present has nothing of, as it is."""
        call = interaction.exchange
        route = self._old.route(call.request) if isinstance(call, HttpCall) and not self._are_messages else None
        if route is None or not isinstance(response.body, JsonBody):
            return response
        operation = self._new.operation(str(interaction.operation))
        return self._proposed(route.operation, operation, self._mended(operation, response))

    def _mended(self, operation: Operation, response: HttpResponse) -> HttpResponse:
        """Give a response in which the stub's own values stand for those that a test wrote and that cannot come now.

        Raises:
            ReplyError: They cannot be told apart from the rest.
        """
        violations = self._new.check_response(operation, response)
        if not violations:
            return response
        own = self._new.answer(operation, seed=_SEED, status=response.status).response
        value = _value_of(response)
        for violation in violations:
            if violation.location.starts_with(_BODY) and isinstance(own.body, JsonBody):
                value = _with_own(value, own.body.value, violation.location.steps[len(_BODY.steps) :])
        mended = _with_body(response, value)
        left = self._new.check_response(operation, mended)
        if left:
            raise _contradiction(operation, response, violations)
        return mended

    def emitted(self, provider: str, name: str, shown: Json, contents: Json) -> Json:
        """Give the contents of a message as the proposed definition may have them, likewise."""
        if not self._are_messages or name not in {each.name for each in self._old.operations}:
            return contents
        operation = self._new.operation(name)
        return _value_of(self._proposed(self._old.operation(name), operation, self._emission(operation, contents)))

    def _emission(self, operation: Operation, contents: Json) -> HttpResponse:
        """Give the contents of a message as the answer of the operation that stands for it."""
        declared = self._readers[1].surface_of(operation).response_to(_EMITTED)
        media_type = declared.contents[0].media_type if declared is not None and declared.contents else JSON
        return HttpResponse(status=_EMITTED, headers={}, body=JsonBody(contents, media_type))

    def refused_message(self, name: str, contents: object, error: MessageError) -> object:
        """Give contents that the present definition allows, with the stub's own values where they cannot come now."""
        if self._present is None:
            raise error
        try:
            known = made_message(self._present, name, contents=contents).contents.sent
            operation = self._new.operation(name)
            return _value_of(self._mended(operation, self._emission(operation, known)))
        except ContractkitError:
            raise error from None

    def _proposed(self, before: Operation, after: Operation, response: HttpResponse) -> HttpResponse:
        """Give a response without what is gone; where the weakest are wanted, the weakest of it that is legal."""
        old, new = _graded(self._readers[0], before, response), _graded(self._readers[1], after, response)
        if old is None or new is None:
            return response
        for taking in _WEAKEST if self._weakest else ():
            weak = _with_body(response, taking.taken(_value_of(response), old, new))
            if not self._new.check_response(after, weak):
                return weak
        return _with_body(response, _Taking().taken(_value_of(response), old, new))

    def refused_reply(self, operation: Operation, written: Mapping[str, Any], error: ReplyError) -> Reply:
        """Give a reply that the present definition allows; what is wrong with it now is mended when it is served."""
        try:
            known = self._old.operation(operation.signature)
            return replace(checked_reply(self._old, known, **written), operation=operation)
        except (ReplyError, UnknownNameError):
            raise error from None

    def message(self, provider: str, operation: str, sent: Sequence[Json], shown: Json, tree: Json) -> Json:
        """Give a message of a remote procedure as it is: the definition says nothing of it."""
        return tree

    def refused_rpc_reply(
        self, procedure: Procedure, answer: object, written: Mapping[str, Any], error: ReplyError
    ) -> RpcReply:
        """Raise the error: the definition says nothing of it."""
        raise error


def _answers(definition: DocumentedDefinition | MessageDefinition) -> DocumentedDefinition:
    return definition.answers if isinstance(definition, MessageDefinition) else definition


def _graded(reader: SurfaceReader, operation: Operation, response: HttpResponse) -> Graded | None:
    """Give the body of a response with its promises; None where the definition describes none."""
    assert isinstance(response.body, JsonBody)
    declared = reader.surface_of(operation).response_to(response.status)
    content = content_for(declared.contents, response.body.media_type) if declared and declared.contents else None
    if content is None or content.view is None:
        return None
    return Promises(content.view, response.body.value, _BODY).root


def _contradiction(operation: Operation, response: HttpResponse, violations: Sequence[Violation]) -> ReplyError:
    details: list[tuple[str, str]] = []
    for each in violations:
        received = "nothing" if each.received is ABSENT else show_json(each.received)
        details += [("at", str(each.location)), ("expected", each.expected), ("received", received)]
    return ReplyError(
        f"The reply {response.status} to {operation.name} contradicts the proposed definition.",
        details=details,
        next_step="The test writes what a provider that keeps to it would not answer.",
    )


def _with_own(value: Json, own: Json, steps: tuple[Step, ...]) -> Json:
    """Give a value with what the stub makes at a place, and without the place where the stub makes nothing there."""
    if not steps:
        return own
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict) and isinstance(own, dict) and isinstance(step, str):
        kept = {name: each for name, each in value.items() if name != step}
        return {**kept, step: _with_own(value.get(step), own[step], rest)} if step in own else kept
    if isinstance(value, list) and isinstance(own, list) and isinstance(step, int) and own and step < len(value):
        return [_with_own(each, own[0], rest) if at == step else each for at, each in enumerate(value)]
    return own


def _value_of(response: HttpResponse) -> Json:
    assert isinstance(response.body, JsonBody)
    return response.body.value


def _with_body(response: HttpResponse, value: Json) -> HttpResponse:
    assert isinstance(response.body, JsonBody)
    return replace(response, body=replace(response.body, value=value))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    """Takes out of a body what got worse from the present definition to the proposed one: what is gone.

    Attributes:
        weakest: Also what may be absent, null or empty now.
        with_values: And of enumerations a new member comes.
    """

    weakest: bool = False
    with_values: bool = False

    def taken(self, value: Json, old: Graded, new: Graded) -> Json:
        """Give what stays of a value that itself stays."""
        if isinstance(value, dict):
            return dict(self._members(value, old, new))
        if isinstance(value, list):
            return [self._one(each, old.inner(index), new.inner(index)) for index, each in enumerate(value)]
        return value

    def _members(self, value: dict[str, Json], old: Graded, new: Graded) -> Iterator[tuple[str, Json]]:
        for name, member in value.items():
            before, after = old.inner(name), new.inner(name)
            is_gone = after.promise is Promise.UNDECLARED and before.promise is not Promise.UNDECLARED
            may_lack = self.weakest and _is_required(old, name) and not _is_required(new, name)
            if not (is_gone or may_lack):
                yield name, self._one(member, before, after)

    def _one(self, value: Json, old: Graded, new: Graded) -> Json:
        if not self.weakest or value is None:
            return self.taken(value, old, new)
        if old.views and _may_be_null(new) and not _may_be_null(old):
            return None
        if self.with_values and (added := _added(old, new)):
            return added[0]
        kept = self.taken(value, old, new)
        may_be_empty = isinstance(value, list) and kept == value and _fewest(old) > 0 and _fewest(new) == 0
        return [] if may_be_empty else kept


_WEAKEST = (_Taking(weakest=True, with_values=True), _Taking(weakest=True))
"""Ways to take, the most first: a new member of an enumeration may tell alternatives apart, and then fit none."""


def _is_required(graded: Graded, name: str) -> bool:
    """Say whether a member is there wherever the object is, whether or not that may lack itself."""
    found = [branch.member(name) for branch in graded.applying]
    return bool(found) and all(each is not None and each.is_required for each in found)


def _may_be_null(graded: Graded) -> bool:
    return any(view.is_nullable and view.types != ALL_TYPES for view in graded.views)


def _added(old: Graded, new: Graded) -> list[Json]:
    """Give the new members of an enumeration."""
    known = _listed(old)
    added = [each for each in _listed(new) if each is not None and not any(same_json(each, one) for one in known)]
    return added if known else []


def _fewest(graded: Graded) -> int:
    """Give how few elements a list may have."""
    lists = [branch for view in graded.views for branch in view.value_branches if "array" in branch.types]
    return min((int(each.bounds["minItems"].value) if "minItems" in each.bounds else 0 for each in lists), default=0)


def _listed(graded: Graded) -> tuple[Json, ...]:
    """Give the members of an enumeration; none where a value need not be one of some."""
    lists = [branch.values for view in graded.views for branch in view.value_branches]
    if any(each is None for each in lists):
        return ()
    return tuple(value for each in lists for value in each or ())
