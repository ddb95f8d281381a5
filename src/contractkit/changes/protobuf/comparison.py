"""Comparing two protobuf definitions: procedure by procedure, and the messages of both directions pair by pair."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from google.protobuf.descriptor import Descriptor, MethodDescriptor

from contractkit.changes.protobuf.message_pairs import Child, EnumPair, ExtensionPair, MessagePair
from contractkit.changes.protobuf.message_rules import (
    enum_differences,
    extension_differences,
    message_differences,
    packed_difference,
)
from contractkit.changes.protobuf.procedures import (
    MESSAGE_REMOVED,
    ProcedureDifference,
    Procedures,
    place_of_method,
    place_of_removed,
    procedure_differences,
    removal_difference,
    signature_of,
)
from contractkit.changes.protobuf.records import Encoding, ProtoDifference, place_of_message
from contractkit.changes.records import NOT_DECLARED, Change, Direction, Level, Place, once
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.protobuf.kinds import pointer_of
from contractkit.model import Location, Step, Wildcard

PROCEDURE = Location(("procedure",))
MESSAGE = Location(("events", Wildcard.INDEX, "message"))

_STANDARD = "google.protobuf."

_MEDIA_TYPES = {Encoding.BINARY: "application/protobuf", Encoding.JSON: "application/json"}


@dataclass(frozen=True, slots=True)
class ProcedureUse:
    """A procedure under both definitions."""

    old: MethodDescriptor
    new: MethodDescriptor

    def messages(self, direction: Direction) -> tuple[Descriptor, Descriptor]:
        """Give what is sent, or what comes back, under both."""
        if direction is Direction.REQUEST:
            return self.old.input_type, self.new.input_type
        return self.old.output_type, self.new.output_type


class ProtoChanges:
    """The changes from one definition to another in one encoding, computed as far as they are asked for."""

    def __init__(self, old: Procedures, new: Procedures, encoding: Encoding = Encoding.BINARY) -> None:
        self.old = old
        self.new = new
        self.encoding = encoding
        self._pairs: dict[tuple[str, str, Direction], MessagePair] = {}
        self._differences: dict[MessagePair, tuple[ProtoDifference, ...]] = {}

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Give every change once, at the first procedure that shows it, in the old definition's order."""
        return once(self._all())

    def use_of(self, old: MethodDescriptor) -> ProcedureUse | None:
        """Give a procedure of the old definition with the new one's of the same name, None where there is none."""
        new = self.new.methods.get(signature_of(old))
        return None if new is None else ProcedureUse(old, new)

    def of_procedure(self, old: MethodDescriptor) -> Iterator[Change]:
        """Give every change that one of the old definition's procedures shows."""
        use = self.use_of(old)
        if use is None:
            yield self.removal(old)
            return
        yield from self.own(use)
        for direction in (Direction.REQUEST, Direction.RESPONSE):
            for steps, difference in self._everywhere(*use.messages(direction), direction):
                yield self.change(use.old, MESSAGE.under(steps), difference)

    def own(self, use: ProcedureUse) -> Iterator[Change]:
        """Give the changes of a procedure itself: streaming kinds, types, idempotency, addresses over HTTP."""
        for found in procedure_differences(use.old, use.new, self.encoding):
            yield _procedure_change(use.old, found, place_of_method(use.new))

    def removal(self, old: MethodDescriptor) -> Change:
        """Give the change that a procedure is no longer declared."""
        found = removal_difference(old, self.new)
        nowhere = self._nowhere(old.containing_service.file.name)
        return replace(_procedure_change(old, found, nowhere), old=place_of_removed(old, found.rule))

    def message_removal(self, full_name: str) -> Change:
        """Give the change that a message of the old definition is no longer defined."""
        old = self.old.messages[full_name]
        return Change(
            rule=MESSAGE_REMOVED,
            level=Level.BREAKING,
            direction=Direction.NONE,
            operation=full_name,
            status=None,
            media_type=None,
            location=Location(("message",)),
            before="defined",
            after=NOT_DECLARED,
            old=place_of_message(old),
            new=self._nowhere(old.file.name),
            sentence=f"{full_name} is no longer defined",
        )

    def of_message(self, full_name: str) -> Iterator[Change]:
        """Give the changes of a message type by its name, and below it, in both directions, whoever uses it."""
        old, new = self.old.messages.get(full_name), self.new.messages.get(full_name)
        if old is None or new is None:
            return
        for direction in (Direction.REQUEST, Direction.RESPONSE):
            for steps, difference in self._everywhere(old, new, direction):
                yield self.change(None, MESSAGE.under(steps), difference)

    def of_enum(self, full_name: str) -> Iterator[Change]:
        """Give the changes of an enum by its name, in both directions, whoever uses it."""
        old, new = self.old.enums.get(full_name), self.new.enums.get(full_name)
        if old is None or new is None:
            return
        for direction in (Direction.REQUEST, Direction.RESPONSE):
            for difference in enum_differences(EnumPair(old=old, new=new), direction, self.encoding):
                yield self.change(None, MESSAGE, difference)

    def of_types(self) -> Iterator[Change]:
        """Give the changes of all types of a definition without procedures, under their names.

        Others build on such types, or emit them as messages: one that no other holds is missed when it goes.
        """
        if self.old.methods or self.new.methods:
            return
        for name in self.old.emitted:
            if name not in self.new.messages and not name.startswith(_STANDARD):
                yield self.message_removal(name)
        for name in self.old.messages:
            if not name.startswith(_STANDARD):
                yield from (replace(each, operation=name) for each in self.of_message(name))
        for name in self.old.enums:
            if not name.startswith(_STANDARD):
                yield from (replace(each, operation=name) for each in self.of_enum(name))

    def pair(self, old: Descriptor, new: Descriptor, direction: Direction) -> MessagePair:
        """Give two message types that stand for each other, the same value each time."""
        key = (old.full_name, new.full_name, direction)
        if key not in self._pairs:
            self._pairs[key] = MessagePair(old, new, direction, self.encoding)
        return self._pairs[key]

    def differences(self, pair: MessagePair) -> tuple[ProtoDifference, ...]:
        """Give what the rules find at a pair itself."""
        if pair not in self._differences:
            self._differences[pair] = message_differences(pair)
        return self._differences[pair]

    def packed_removal(self, old: Descriptor, direction: Direction) -> ProtoDifference:
        """Give that a message of the old definition, which an `Any` carries, is no longer defined."""
        return packed_difference(old, self._nowhere(old.file.name), direction, self.encoding)

    def change(self, method: MethodDescriptor | None, location: Location, difference: ProtoDifference) -> Change:
        """Give a difference as a procedure shows it at a place."""
        found = difference.found
        used_at = place_of_method(method).pointer if method is not None else ""
        return Change(
            rule=difference.rule,
            level=difference.level,
            direction=difference.direction,
            operation=signature_of(method) if method is not None else "",
            status=None,
            media_type=_MEDIA_TYPES[self.encoding],
            location=location,
            before=found.before,
            after=found.after,
            old=replace(found.old, used_at=used_at) if found.old else None,
            new=replace(found.new, used_at=used_at) if found.new else None,
            sentence=difference.sentence,
        )

    def _nowhere(self, file: str) -> Place:
        """Give the file of the new definition in which something would stand that is gone."""
        name = self.new.file_like(file)
        return Place(uri=name, pointer=pointer_of(name, ""), used_at=pointer_of(name, ""))

    def _all(self) -> Iterator[Change]:
        for method in self.old.methods.values():
            yield from self.of_procedure(method)
        yield from self.of_types()

    def _everywhere(
        self, old: Descriptor, new: Descriptor, direction: Direction
    ) -> Iterator[tuple[tuple[Step, ...], ProtoDifference]]:
        """Give what differs at two messages and below, each pair once, with the steps to it; extensions too."""
        for steps, pair in self._reached(old, new, direction, ExtensionPair.children_of):
            extensions = ExtensionPair.of(pair)
            for difference in (*self.differences(pair), *extension_differences(extensions)):
                yield (*steps, *difference.found.steps), difference

    def reached(
        self, old: Descriptor, new: Descriptor, direction: Direction
    ) -> Iterator[tuple[tuple[Step, ...], MessagePair]]:
        """Give two messages that stand for each other and those below them, each pair once, with the steps to it."""
        return self._reached(old, new, direction, MessagePair.children)

    def _reached(
        self, old: Descriptor, new: Descriptor, direction: Direction, children: Callable[[MessagePair], Iterator[Child]]
    ) -> Iterator[tuple[tuple[Step, ...], MessagePair]]:
        pending: list[tuple[tuple[Step, ...], MessagePair]] = [((), self.pair(old, new, direction))]
        seen = {pending[0][1]}
        while pending:
            steps, pair = pending.pop(0)
            yield steps, pair
            for below, old_child, new_child in children(pair):
                child = self.pair(old_child, new_child, direction)
                if child not in seen:
                    seen.add(child)
                    pending.append(((*steps, *below), child))


def compare_protos(old: ProtoDefinition, new: ProtoDefinition, encoding: Encoding = Encoding.BINARY) -> ProtoChanges:
    """Give the changes from one definition to another, as they show in one encoding.

    Message types are compared by shape: renaming or moving one, or a file, is no change. Nothing is compared before it
    is asked for.
    """
    return ProtoChanges(Procedures(old), Procedures(new), encoding)


def _procedure_change(old: MethodDescriptor, found: ProcedureDifference, new: Place) -> Change:
    return Change(
        rule=found.rule,
        level=found.level,
        direction=Direction.NONE,
        operation=signature_of(old),
        status=None,
        media_type=None,
        location=PROCEDURE,
        before=found.before,
        after=found.after,
        old=place_of_method(old),
        new=new,
        sentence=found.sentence,
    )
