"""Walks: the differences of two definitions that a recorded message meets, each with the value that stands there."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.descriptor import FieldDescriptor

from contractkit.changes.protobuf import ProtoChanges, ProtoDifference
from contractkit.changes.protobuf.message_pairs import MessagePair
from contractkit.changes.protobuf.types import Fit, is_map
from contractkit.changes.records import Direction
from contractkit.definitions.protobuf.reading import ANY, WRAPPERS
from contractkit.exact_json import Json
from contractkit.model import Location, Wildcard
from contractkit.results import ABSENT

_STANDARD = "google.protobuf."


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A difference that a message meets.

    Attributes:
        location: Where; list indexes are `[*]`, keys of maps as they are.
        value: What stands there, `ABSENT` where nothing does.
        holder: The tree of the message that the field is of.
        field: The field as the old definition declares it; None where it does not.
        pair: The message under both definitions.
        is_only_served: The message was served, but the contract does not expect this of it.
    """

    location: Location
    value: object
    holder: Json
    field: FieldDescriptor | None
    pair: MessagePair
    difference: ProtoDifference
    is_only_served: bool = False

    @property
    def is_present(self) -> bool:
        """Say whether something stands there."""
        return self.value is not ABSENT

    @property
    def is_default(self) -> bool:
        """Say whether what stands there is what a reader sees where nothing was sent."""
        if isinstance(self.value, list | dict):
            return not self.value and (self.field is None or bool(self.field.is_repeated))
        return self.field is not None and self.value == _default_of(self.field)

    @property
    def is_set(self) -> bool:
        """Say whether it is on the wire: what has presence is where it stands, else what is not the default."""
        if not self.is_present:
            return False
        has_presence = self.field is None or (self.field.has_presence and not self.field.is_repeated)
        return has_presence or not self.is_default

    def holds(self, value: str) -> bool:
        """Say whether an enum's member stands there, or among the values of a list or a map."""
        values = list(self.value.values()) if isinstance(self.value, dict) else self.value
        return value in values if isinstance(values, list) else values == value


class Walk:
    """Walks messages of one pair of definitions."""

    def __init__(self, changes: ProtoChanges, direction: Direction) -> None:
        self._changes = changes
        self._direction = direction

    def message(self, pair: MessagePair, tree: Json, at: Location) -> Iterator[Met]:
        """Give what a message's tree meets, itself and below; some messages stand for a value that has no members."""
        if tree is None:
            return
        if pair.old.full_name == pair.new.full_name == ANY:
            yield from self.packed(tree, at)
            return
        members = tree if isinstance(tree, dict) else {}
        own = "value" if pair.old.full_name in WRAPPERS and pair.whole_fit is Fit.SAME else ""
        for difference in self._changes.differences(pair):
            steps = difference.found.steps
            name = str(steps[0]) if steps else own
            yield Met(
                location=at.under(steps),
                value=members.get(name, ABSENT) if steps else tree,
                holder=tree,
                field=pair.old.fields_by_name.get(name),
                pair=pair,
                difference=difference,
            )
        for each in pair.comparable:
            if each.old.name in members and each.new.message_type is not None:
                yield from self._field(each.old, each.new, members[each.old.name], at / each.old.name)

    def packed(self, tree: Json, at: Location) -> Iterator[Met]:
        """Give what a tree with `@type` meets: what a `google.protobuf.Any` carries."""
        name = str(tree.get("@type", "")).rpartition("/")[2] if isinstance(tree, dict) else ""
        if name == ANY:
            yield from self.packed(tree.get("value"), at / "value")
            return
        old, new = (side.message(name) if name else None for side in (self._changes.old, self._changes.new))
        if old is None or name.startswith(_STANDARD):
            return
        pair = self._changes.pair(old, new or old, self._direction)
        if new is None:
            gone = self._changes.packed_removal(old, self._direction)
            yield Met(location=at, value=tree, holder=tree, field=None, pair=pair, difference=gone)
        else:
            yield from self.message(pair, tree, at)

    def _field(self, old: FieldDescriptor, new: FieldDescriptor, value: Json, at: Location) -> Iterator[Met]:
        if old.message_type is None or new.message_type is None:
            return
        if isinstance(value, list):
            for element in value:
                yield from self._value(old, new, element, at / Wildcard.INDEX)
        elif is_map(old) and isinstance(value, dict):
            pair = self._changes.pair(old.message_type, new.message_type, self._direction)
            for key, each in value.items():
                yield from self._entry(pair, each, at / key)
        else:
            yield from self._value(old, new, value, at)

    def _value(self, old: FieldDescriptor, new: FieldDescriptor, value: Json, at: Location) -> Iterator[Met]:
        assert old.message_type is not None
        assert new.message_type is not None
        name = old.message_type.full_name
        if name == new.message_type.full_name and name.startswith(_STANDARD) and name != ANY:
            return
        yield from self.message(self._changes.pair(old.message_type, new.message_type, self._direction), value, at)

    def _entry(self, pair: MessagePair, value: Json, at: Location) -> Iterator[Met]:
        """Give what an entry of a map meets: its key and its value are one place."""
        for difference in self._changes.differences(pair):
            yield Met(location=at, value=value, holder=value, field=None, pair=pair, difference=difference)
        for each in pair.comparable:
            if each.old.name == "value" and each.old.message_type is not None and each.new.message_type is not None:
                yield from self._value(each.old, each.new, value, at)


def _default_of(field: FieldDescriptor) -> Json:
    if field.enum_type is not None:
        found = field.enum_type.values_by_number.get(field.default_value)
        return found.name if found is not None else field.default_value
    value: Json = field.default_value
    return value.decode("latin-1") if isinstance(value, bytes) else value
