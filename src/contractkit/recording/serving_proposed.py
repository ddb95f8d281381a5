"""Serving proposed: the answers of a definition that may take another's place, without what it takes away.

A test's `reply` may write what the proposed definition no longer declares or allows, and an optional member may be
there by luck. So what only the present definition declares is left out of answers, whoever wrote it, and the stub's own
values stand where what was written cannot come. Where the weakest answers are asked for, more is taken away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from contractkit.definitions.contents import content_for
from contractkit.definitions.interface import Operation
from contractkit.definitions.messages import JSON, MessageDefinition
from contractkit.definitions.promises import Graded, Promises
from contractkit.definitions.rpc_interface import Procedure
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import DocumentedDefinition, Parameter
from contractkit.errors import ContractkitError, MessageError, ReplyError, UnknownNameError
from contractkit.exact_json import Json, show_json
from contractkit.model import HttpCall, HttpResponse, Interaction, JsonBody, Location, Step
from contractkit.recording.message_interactions import made_message
from contractkit.recording.replies import Reply, checked_reply
from contractkit.recording.rpc_replies import RpcReply
from contractkit.recording.weakest_answers import WEAKEST, Taking
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
        if route is None:
            return response
        operation = self._new.operation(str(interaction.operation))
        response = self._with_headers(route.operation, operation, response)
        if not isinstance(response.body, JsonBody):
            return response
        return self._proposed(route.operation, operation, self._mended(operation, response))

    def _with_headers(self, before: Operation, after: Operation, response: HttpResponse) -> HttpResponse:
        """Give a response without the headers that are gone; of the weakest, without those that may be absent now."""
        both = [
            reader.surface_of(each).response_to(response.status)
            for reader, each in zip(self._readers, (before, after), strict=True)
        ]
        old, new = ({} if each is None else each.headers for each in both)
        lost = {name for name, each in old.items() if self._is_lost(each, new.get(name)) and name != "content-type"}
        headers = {name: values for name, values in response.headers.items() if name.lower() not in lost}
        return replace(response, headers=headers)

    def _is_lost(self, old: Parameter, new: Parameter | None) -> bool:
        return new is None or (self._weakest and old.is_required and not new.is_required)

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
        for taking in WEAKEST if self._weakest else ():
            weak = self._weak(after, response, taking, (old, new))
            if weak is not None:
                return weak
        return _with_body(response, Taking().taken(_value_of(response), old, new))

    def _weak(
        self, operation: Operation, response: HttpResponse, taking: Taking, graded: tuple[Graded, Graded]
    ) -> HttpResponse | None:
        """Give the weakest of a response, but for places where that is not legal; None where it is not for others."""
        value = _value_of(response)
        while True:
            weak = _with_body(response, taking.taken(value, *graded))
            violations = self._new.check_response(operation, weak)
            if not violations:
                return weak
            found = [each.location.steps[len(_BODY.steps) :] for each in violations if each.location.starts_with(_BODY)]
            places = {_there(value, steps) for steps in found}
            if places <= taking.leaving:
                return None
            taking = replace(taking, leaving=taking.leaving | places)

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


def _there(value: Json, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give the place of a value that steps lead to, or as far as they lead."""
    for number, step in enumerate(steps):
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                return steps[:number]
    return steps


def _value_of(response: HttpResponse) -> Json:
    assert isinstance(response.body, JsonBody)
    return response.body.value


def _with_body(response: HttpResponse, value: Json) -> HttpResponse:
    assert isinstance(response.body, JsonBody)
    return replace(response, body=replace(response.body, value=value))
