"""Plans: what of making a message is settled by its type alone, worked out once per type on first use.

A place draws a number of 64 bits. A value that tells things apart is made of all of it, any other is one of the few
hundred that its field has, so that making and encoding it are work that is done once. The same holds for messages that
hold nothing but such values, as an address does.
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
"""How many values a field has whose values tell nothing apart; the highest byte of a number says which."""

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
        has_variants: A value is one of `VARIANTS`.
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

    def varied(self, number: int) -> int:
        """Give the number that a message of this field is made of, where its place drew another."""
        return mixed(self.first, number >> 56) if self.has_variants else number


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
        make, has_variants = self._make(each)
        return FieldPlan(
            name=each.name,
            field=each,
            place=number_of(each.name),
            make=make,
            make_key=_drawing(guesser(_of_entry(each, "key"), "key")) if each.shape is Shape.MAP else None,
            has_variants=has_variants,
            first=_first(each.name),
            is_single=not is_complex and not is_deprecated,
            is_left_out=is_deprecated or nothing_says_what or (is_complex and not each.oneof and not is_usual),
            is_likely=is_usual and not is_deprecated,
        )

    def _make(self, each: Field) -> tuple[Make | None, bool]:
        """Give what makes values of a field, and whether they are its variants."""
        if each.message is not None:
            return (None, self._is_varied(each)) if is_plain(each.message) else _alone(each.message, each.name)
        namer = self._resources.namer(each.descriptor)
        if namer is not None:
            return _drawing(namer), False
        return _scalar(_of_entry(each, "value") if each.shape is Shape.MAP else each.descriptor, each.name)

    def _is_varied(self, each: Field, above: tuple[str, ...] = ()) -> bool:
        """Say whether values of a field tell nothing apart, at any depth up to a few levels."""
        if each.message is None:
            return self._resources.namer(each.descriptor) is None and not tells_apart(each.descriptor, each.name)
        if not is_plain(each.message):
            return _alone(each.message, each.name)[1]
        name = each.message.full_name
        return (
            name not in above
            and len(above) < VARIED_LEVELS
            and all(
                inner.shape is not Shape.MAP and self._is_varied(inner, (*above, name))
                for inner in self._kinds.of(each.message).fields
            )
        )


def stand_alone(descriptor: Descriptor, name: str) -> Make | None:
    """Give what makes a message that a tree says in a form of its own (an `Any` carries nothing); None for others."""
    return None if is_plain(descriptor) else _alone(descriptor, name)[0]


def _alone(descriptor: Descriptor, name: str) -> tuple[Make, bool]:
    if descriptor.full_name in WRAPPERS:
        return _scalar(descriptor.fields_by_name["value"], name)
    special = _SPECIAL.get(descriptor.full_name)
    return _choosing(special(name) if special is not None else lambda draw: {}, name), True


def _scalar(descriptor: FieldDescriptor, name: str) -> tuple[Make, bool]:
    guess = guesser(descriptor, name)
    return (_drawing(guess), False) if tells_apart(descriptor, name) else (_choosing(guess, name), True)


def _drawing(guess: Guess) -> Make:
    return lambda number: guess(Draw.of(number))


def _first(name: str) -> int:
    return number_of(f"{name}*")


def _choosing(guess: Guess, name: str) -> Make:
    """Give what makes one of the variants that a name has."""
    first = _first(name)
    return lambda number: guess(Draw.of(mixed(first, number >> 56)))


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
