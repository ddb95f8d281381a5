"""Serving proposed calls: the answers of a protobuf definition that may take another's place.

The stub writes by the proposed definition, and the consumer's code reads by what it was built from, so what is moved,
retyped or gone shows by itself. What a test's `reply` writes is carried over from the present definition: a field goes
by its number, and what cannot come any more is left to the stub. Where the weakest answers are asked for, each message
is the weakest that a provider may send now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message_factory import GetMessageClass

from contractkit.changes.protobuf import compare_protos
from contractkit.changes.protobuf.message_pairs import MessagePair
from contractkit.changes.protobuf.records import FieldPair
from contractkit.changes.protobuf.types import is_map
from contractkit.changes.records import Direction
from contractkit.definitions.interface import Operation
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure, Side
from contractkit.errors import ContractkitError, MessageError, ReplyError
from contractkit.exact_json import Json
from contractkit.model import HttpResponse, Interaction, Location, Step
from contractkit.recording.replies import Reply
from contractkit.recording.rpc_replies import RpcReply, WrittenMessage, checked_rpc_reply, written_message
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.recording.weakest_messages import WeakestMessages

_AT = Location()
_SEED = "replay"


class ServingProposedCalls:
    """What the stub of one provider serves under a proposed definition of remote procedures, or of their messages."""

    def __init__(self, old: ProtoDefinition, new: ProtoDefinition, *, weakest: bool) -> None:
        """Take the present and the proposed definition, and whether the weakest answers are served."""
        self._old, self._new = old, new
        self._changes = compare_protos(old, new)
        self._weakest = WeakestMessages(self._changes) if weakest else None

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give a response as it is: the definition says nothing of it."""
        return response

    def message(self, provider: str, operation: str, sent: Sequence[Json], shown: Json, tree: Json) -> Json:
        """Give a message as the proposed definition may have it; of a procedure that only it has, as it is."""
        known = self._old.find(f"/{operation}")
        if known is None:
            return tree
        procedure = self._new.procedure(operation)
        return self._weak(procedure, self._old.message_type(known, Side.RESPONSE), tree)

    def emitted(self, provider: str, name: str, shown: Json, contents: Json) -> Json:
        """Give the contents of a message as the proposed definition may have them, likewise."""
        known = self._changes.old.messages.get(name)
        if known is None or name not in self._changes.new.messages:
            return contents
        return self._weak(self._new.emission(name), known, contents)

    def _weak(self, procedure: Procedure, before: Descriptor, tree: Json) -> Json:
        """Give the weakest that a message may be, where that is one of its type."""
        if self._weakest is None:
            return tree
        weak = self._weakest.of(before, self._new.message_type(procedure, Side.RESPONSE), tree)
        is_legal = weak != tree and not self._new.check(procedure, Side.RESPONSE, weak, _AT)
        return weak if is_legal else tree

    def refused_reply(self, operation: Operation, written: Mapping[str, Any], error: ReplyError) -> Reply:
        """Raise the error: the definition says nothing of it."""
        raise error

    def refused_rpc_reply(
        self, procedure: Procedure, answer: object, written: Mapping[str, Any], error: ReplyError
    ) -> RpcReply:
        """Give a reply that the present definition allows, as far as it can come now."""
        known = self._old.find(procedure.path)
        if known is None:
            raise error
        try:
            stubbed = StubbedProcedures(self._old.title, self._old)
            reply = checked_rpc_reply(stubbed, known, answer, **written)
            pair = self._pair(self._old.message_type(known, Side.RESPONSE), self._type_of(procedure))
            messages = reply.messages and tuple(self._carried(procedure, pair, each) for each in reply.messages)
        except ContractkitError:
            raise error from None
        return replace(reply, procedure=procedure, messages=messages)

    def refused_message(self, name: str, contents: object, error: MessageError) -> object:
        """Give contents that the present definition allows, as far as they can come now."""
        try:
            known, procedure = self._old.emission(name), self._new.emission(name)
            pair = self._pair(self._old.message_type(known, Side.RESPONSE), self._type_of(procedure))
            carried = self._carried(procedure, pair, written_message(self._old, known, contents))
            if not carried.is_whole:
                return carried.tree
            data = self._new.encode(procedure, Side.RESPONSE, carried.tree)
            return GetMessageClass(self._type_of(procedure)).FromString(data)
        except ContractkitError:
            raise error from None

    def _carried(self, procedure: Procedure, pair: MessagePair, written: WrittenMessage) -> WrittenMessage:
        """Give what was written of a message in the words of the proposed definition, without what it refuses.

        Raises:
            DefinitionError: What is left is not part of such a message.
        """
        tree = dict(self._moved(pair, written.tree)) if isinstance(written.tree, dict) else written.tree
        for violation in self._new.check(procedure, Side.RESPONSE, tree, _AT):
            tree = _without(tree, violation.location.steps)
        if written.is_whole:
            self._new.encode(procedure, Side.RESPONSE, tree)
        else:
            self._new.answer(procedure, seed=_SEED, body=tree)
        return WrittenMessage(tree=tree, is_whole=written.is_whole)

    def _moved(self, pair: MessagePair, tree: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
        """Give what was written of each field that still stands for one, by its name now."""
        for each in (*pair.same, *pair.renumbered):
            for name in {each.old.name, each.old.json_name} & tree.keys():
                yield each.new.name, self._value(each, tree[name])

    def _value(self, each: FieldPair, value: Json) -> Json:
        old, new = each.old.message_type, each.new.message_type
        if each.old.enum_type is not None:
            return _member(each, value)
        if old is None or new is None or not isinstance(value, dict | list):
            return value
        if old.full_name == new.full_name and old.full_name.startswith("google.protobuf."):
            return value
        pair = self._pair(old, new)
        if isinstance(value, list):
            return [dict(self._moved(pair, one)) if isinstance(one, dict) else one for one in value]
        if is_map(each.old):
            return {key: dict(self._moved(pair, {"value": one})).get("value") for key, one in value.items()}
        return dict(self._moved(pair, value))

    def _pair(self, old: Descriptor, new: Descriptor) -> MessagePair:
        return self._changes.pair(old, new, Direction.RESPONSE)

    def _type_of(self, procedure: Procedure) -> Descriptor:
        return self._new.message_type(procedure, Side.RESPONSE)


def _member(each: FieldPair, value: Json) -> Json:
    """Give a member of an enum, or several, by the name that its number has now, or by the number; else as it was."""
    old, new = each.old.enum_type, each.new.enum_type
    if isinstance(value, list):
        return [_member(each, one) for one in value]
    known = old.values_by_name.get(value) if old is not None and isinstance(value, str) else None
    if known is None or (new is not None and value in new.values_by_name):
        return value
    found = new.values_by_number.get(known.number) if new is not None else None
    return known.number if found is None else found.name


def _without(tree: Json, steps: tuple[Step, ...]) -> Json:
    """Give a tree without the field that a place is in: the stub makes another value, or leaves it unset."""
    while steps and isinstance(steps[-1], int):
        steps = steps[:-1]
    if isinstance(tree, list) and steps:
        return [_without(each, steps[1:]) if at == steps[0] else each for at, each in enumerate(tree)]
    if not isinstance(tree, dict) or not steps or steps[0] not in tree:
        return tree
    kept = {name: each for name, each in tree.items() if name != steps[0]}
    return kept if len(steps) == 1 else {**kept, str(steps[0]): _without(tree[str(steps[0])], steps[1:])}
