"""Plans: what of making a message is settled by its type alone, worked out once per type on first use.

A message is made of a number of 64 bits, and each field draws its own from that. Fields that tell things apart, such as
ids, draw from all of it; all others of a message together are one of a few hundred variants, so that making and
encoding them is work that is done once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.definitions.draws import Draw, mixed, number_of
from contractkit.definitions.protobuf.guesses import (
    Guess,
    guesser,
    is_ordinary,
    moment_guesser,
    span_guesser,
    tells_apart,
)
from contractkit.definitions.protobuf.kinds import Field, Kind, Kinds, Shape
from contractkit.definitions.protobuf.reading import ANY, JSON_TYPES, WRAPPERS
from contractkit.definitions.protobuf.resources import Resources
from contractkit.exact_json import Json

Make: TypeAlias = Callable[[int], Json]
"""Makes a value of the number that its place drew."""

VARIANTS: Final = 256
"""In how many ways a message may differ in what tells nothing apart; the highest byte of its number says which."""

VARIED_LEVELS: Final = 3
"""How many levels a message that has variants may have."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldPlan:
    """How one field is made.

    Attributes:
        name: The field's.
        field: What it is.
        place: The number that stands for its name.
        make: Makes one value; None where values are messages that are made field by field.
        make_key: Makes a key of a map, else None.
        has_variants: Its values tell nothing apart, at any depth.
        first: What the numbers of the variants are drawn from.
        is_single: One scalar, which is made as long as messages may grow.
        is_left_out: Nothing is made for it, whatever was made so far.
        is_likely: It may be chosen among the members of a `oneof` before others.
    """

    name: str
    field: Field
    place: int
    make: Make | None
    make_key: Make | None
    has_variants: bool
    first: int
    is_single: bool
    is_left_out: bool
    is_likely: bool

    def drawn(self, number: int) -> int:
        """Give the number that the field draws in a message of a number."""
        return mixed(self.first, number >> 56) if self.has_variants else mixed(number, self.place)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How messages of one type are made: fields in order, by signature and by their `oneof`; the oneofs' places."""

    kind: Kind
    fields: tuple[FieldPlan, ...]
    by_signature: Mapping[str, str]
    branches: Mapping[str, tuple[FieldPlan, ...]]
    places: Mapping[str, int]


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
            {group: number_of(group) for group in groups},
        )

    def _field(self, each: Field) -> FieldPlan:
        is_usual, is_deprecated = is_ordinary(each.name), _is_deprecated(each.descriptor)
        is_complex = each.message is not None or each.shape is not Shape.ONE
        nothing_says_what = each.message is not None and each.message.full_name == ANY
        return FieldPlan(
            name=each.name,
            field=each,
            place=number_of(each.name),
            make=self._make(each),
            make_key=_drawing(guesser(_of_entry(each, "key"), "key")) if each.shape is Shape.MAP else None,
            has_variants=self._is_varied(each),
            first=number_of(f"{each.name}*"),
            is_single=not is_complex and not is_deprecated,
            is_left_out=is_deprecated or nothing_says_what or (is_complex and not each.oneof and not is_usual),
            is_likely=is_usual and not is_deprecated,
        )

    def _make(self, each: Field) -> Make | None:
        if each.message is not None:
            return stand_alone(each.message, each.name)
        namer = self._resources.namer(each.descriptor)
        valued = _of_entry(each, "value") if each.shape is Shape.MAP else each.descriptor
        return _drawing(namer or guesser(valued, each.name))

    def _is_varied(self, each: Field, above: tuple[str, ...] = ()) -> bool:
        """Say whether values of a field tell nothing apart, at any depth up to a few levels."""
        if each.shape is Shape.MAP:
            return False
        if each.message is None:
            return self._resources.namer(each.descriptor) is None and not tells_apart(each.descriptor, each.name)
        if each.message.full_name in WRAPPERS:
            return not tells_apart(each.message.fields_by_name["value"], each.name)
        if not is_plain(each.message):
            return True
        name = each.message.full_name
        return (
            name not in above
            and len(above) < VARIED_LEVELS
            and all(self._is_varied(inner, (*above, name)) for inner in self._kinds.of(each.message).fields)
        )


def stand_alone(descriptor: Descriptor, name: str) -> Make | None:
    """Give what makes a message that a tree says in a form of its own (an `Any` carries nothing); None for others."""
    if is_plain(descriptor):
        return None
    if descriptor.full_name in WRAPPERS:
        return _drawing(guesser(descriptor.fields_by_name["value"], name))
    special = _SPECIAL.get(descriptor.full_name)
    return _drawing(special(name) if special is not None else lambda draw: {})


def _drawing(guess: Guess) -> Make:
    return lambda number: guess(Draw.of(number))


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
_SPECIAL: Final[Mapping[str, Callable[[str], Guess]]] = {
    "google.protobuf.Timestamp": moment_guesser,
    "google.protobuf.Duration": span_guesser,
    "google.protobuf.FieldMask": lambda name: lambda draw: {"paths": ["name"]},
    "google.protobuf.Struct": lambda name: lambda draw: {draw.pick(_WORDS): draw.pick(_WORDS)},
    "google.protobuf.Value": lambda name: lambda draw: draw.pick(_WORDS),
    "google.protobuf.ListValue": lambda name: lambda draw: [draw.pick(_WORDS)],
}
_NOT_PLAIN: Final = frozenset((ANY, *WRAPPERS, *JSON_TYPES, *_SPECIAL))
