"""Plans: what of making a message is settled by its type alone, worked out once per type on first use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.definitions.draws import Draw
from contractkit.definitions.protobuf.guesses import guesser, is_ordinary, moment_guesser, span_guesser
from contractkit.definitions.protobuf.kinds import Field, Kind, Kinds, Shape
from contractkit.definitions.protobuf.reading import ANY, JSON_TYPES, WRAPPERS
from contractkit.definitions.protobuf.resources import Resources
from contractkit.exact_json import Json

Make: TypeAlias = Callable[[Draw], Json]


@dataclass(frozen=True, slots=True, eq=False)
class FieldPlan:
    """How one field is made.

    Attributes:
        name: The field's.
        field: What it is.
        make: Draws one value; None where values are messages that are made field by field.
        make_key: Draws a key of a map, else None.
        is_single: One scalar, which is made as long as messages may grow.
        is_left_out: Nothing is made for it, whatever was made so far.
        is_likely: It may be chosen among the members of a `oneof` before others.
    """

    name: str
    field: Field
    make: Make | None
    make_key: Make | None
    is_single: bool
    is_left_out: bool
    is_likely: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How the messages of one type are made: its fields in order, by signature, and by the `oneof` they are in."""

    kind: Kind
    fields: tuple[FieldPlan, ...]
    by_signature: Mapping[str, str]
    branches: Mapping[str, tuple[FieldPlan, ...]]


class Plans:
    """The plans of one definition's types, each worked out when first asked for."""

    def __init__(self, kinds: Kinds, resources: Resources) -> None:
        self._kinds = kinds
        self._resources = resources
        self._known: dict[str, Plan] = {}

    def of(self, descriptor: Descriptor) -> Plan:
        """Give how messages of a type are made."""
        found = self._known.get(descriptor.full_name)
        if found is None:
            found = self._known[descriptor.full_name] = self._plan(self._kinds.of(descriptor))
        return found

    def _plan(self, kind: Kind) -> Plan:
        fields = tuple(map(self._field, kind.fields))
        groups = dict.fromkeys(each.field.oneof for each in fields if each.field.oneof)
        return Plan(
            kind,
            fields,
            {each.field.signature: each.name for each in fields},
            {group: tuple(each for each in fields if each.field.oneof == group) for group in groups},
        )

    def _field(self, each: Field) -> FieldPlan:
        is_usual, is_deprecated = is_ordinary(each.name), _is_deprecated(each.descriptor)
        is_complex = each.message is not None or each.shape is not Shape.ONE
        nothing_says_what = each.message is not None and each.message.full_name == ANY
        return FieldPlan(
            name=each.name,
            field=each,
            make=self._make(each),
            make_key=guesser(_of_entry(each, "key"), "key") if each.shape is Shape.MAP else None,
            is_single=not is_complex and not is_deprecated,
            is_left_out=is_deprecated or nothing_says_what or (is_complex and not each.oneof and not is_usual),
            is_likely=is_usual and not is_deprecated,
        )

    def _make(self, each: Field) -> Make | None:
        if each.message is None:
            valued = _of_entry(each, "value") if each.shape is Shape.MAP else each.descriptor
            return self._resources.namer(each.descriptor) or guesser(valued, each.name)
        return None if is_plain(each.message) else stand_alone(each.message, each.name)


def stand_alone(descriptor: Descriptor, name: str) -> Make:
    """Give what draws a message that a tree says in a form of its own; an `Any` carries nothing."""
    if descriptor.full_name in WRAPPERS:
        return guesser(descriptor.fields_by_name["value"], name)
    special = _SPECIAL.get(descriptor.full_name)
    return special(name) if special is not None else lambda draw: {}


def is_plain(descriptor: Descriptor | None) -> bool:
    """Say whether a type is a message whose tree is an object of its fields."""
    return descriptor is not None and descriptor.full_name not in _NOT_PLAIN


def _of_entry(each: Field, name: str) -> FieldDescriptor:
    """Give `key` or `value` of the message that a map's entries are."""
    entry = each.descriptor.message_type
    assert entry is not None, "a map's entries are messages"
    return entry.fields_by_name[name]


def _is_deprecated(descriptor: FieldDescriptor) -> bool:
    return bool(descriptor.has_options and descriptor.GetOptions().deprecated)


_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel")
_SPECIAL: Final[Mapping[str, Callable[[str], Make]]] = {
    "google.protobuf.Timestamp": moment_guesser,
    "google.protobuf.Duration": span_guesser,
    "google.protobuf.FieldMask": lambda name: lambda draw: {"paths": ["name"]},
    "google.protobuf.Struct": lambda name: lambda draw: {draw.pick(_WORDS): draw.pick(_WORDS)},
    "google.protobuf.Value": lambda name: lambda draw: draw.pick(_WORDS),
    "google.protobuf.ListValue": lambda name: lambda draw: [draw.pick(_WORDS)],
}
_NOT_PLAIN: Final = frozenset((ANY, *WRAPPERS, *JSON_TYPES, *_SPECIAL))
