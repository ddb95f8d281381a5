"""Encoders: the bytes of messages that only the definition and the request decide, put together from encoded parts.

An encoder gives what the library gives for the tree that synthesis makes of the same number; what of a message has
variants is encoded once for each, when it is first drawn. A message's bytes are those of its fields one after another,
which the library does not offer to join, so that tag and length of a message within are written here
(https://protobuf.dev/programming-guides/encoding/).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.draws import MASK, SPREAD, mixed
from contractkit.definitions.protobuf.echoes import NOTHING_SAID, Said
from contractkit.definitions.protobuf.kinds import Shape
from contractkit.definitions.protobuf.plans import VARIANTS, VARIED_LEVELS, FieldPlan, Make, Plan, Plans, is_plain
from contractkit.definitions.protobuf.synthesis import (
    DEEPEST,
    ELEMENTS,
    MOST_VALUES,
    Making,
    Synthesis,
    branch,
    echoing,
    elements,
    is_made,
    is_whole,
)
from contractkit.definitions.protobuf.writing import Writer
from contractkit.exact_json import Json
from contractkit.model import Location

Encode: TypeAlias = Callable[[Json], bytes]
"""Gives the bytes of a field, tag included, from its value in a tree."""

Part: TypeAlias = Callable[[int, Said], bytes]
"""Gives the bytes of a field from the number that its place drew and what the request said."""

_LENGTH_DELIMITED: Final = 2
_SEVERAL_TAGS: Final = frozenset(
    (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_MESSAGE)
)  # of a list of these, each element has a tag of its own
_INTEGERS: Final = frozenset(
    (
        *(FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64),
        *(FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_UINT64),
    )
)  # of the types that are written as varints, those whose positive numbers are written as they are
_REMEMBERED: Final = 1_024  # short values of a field whose bytes are kept
_SHORT: Final = 64  # bytes
_NOTHING_KEPT: Final[list[bytes | None]] = [None] * VARIANTS
_LENGTHS: Final = tuple(bytes((length,)) for length in range(128))


_Variants: TypeAlias = list[bytes | None]
_Row: TypeAlias = tuple[int, _Variants | None, Part]
"""A field by its place and what makes it; or fields in a row that have variants: those made so far, and what makes one
of the message's number.
"""


class Encoders:
    """The encoders of one definition's types, each made when first asked for."""

    def __init__(self, plans: Plans, synthesis: Synthesis, writer: Writer) -> None:
        self.plans = plans
        self.synthesis = synthesis
        self._writer = writer
        self._known: dict[str, MessageEncoder | None] = {}
        self._fields: dict[str, Encode] = {}
        self._variants: dict[tuple[str, ...], _Variants] = {}

    def of(self, descriptor: Descriptor) -> "MessageEncoder | None":
        """Give what encodes messages of a type; None for those that may grow too large, or have forms of their own."""
        name = descriptor.full_name
        if name not in self._known:
            is_bounded = is_plain(descriptor) and self._most(descriptor, (), MOST_VALUES) < MOST_VALUES
            self._known[name] = MessageEncoder(self, descriptor, (), is_element=False) if is_bounded else None
        return self._known[name]

    def field(self, descriptor: Descriptor, plan: FieldPlan) -> Encode:
        """Give what encodes a field alone, as it stands in messages of a type."""
        name = f"{descriptor.full_name}.{plan.name}"
        if name not in self._fields:
            encode = self._encode(descriptor, plan)
            number, kind = plan.field.descriptor.number, plan.field.descriptor.type
            is_integer = kind in _INTEGERS and plan.field.shape is Shape.ONE
            self._fields[name] = _integer(number, encode) if is_integer else _remembering(encode)
        return self._fields[name]

    def variants(self, descriptor: Descriptor, plans: Iterable[FieldPlan]) -> _Variants:
        """Give the variants of some fields of a type that were encoded so far."""
        return self._variants.setdefault((descriptor.full_name, *(each.name for each in plans)), [None] * VARIANTS)

    def _encode(self, descriptor: Descriptor, plan: FieldPlan) -> Encode:
        name, writer = plan.name, self._writer
        is_direct = plan.field.message is None and plan.field.descriptor.type != FieldDescriptor.TYPE_BYTES
        message: Any = GetMessageClass(descriptor)

        def encode(value: Json) -> bytes:
            if is_direct:
                try:
                    encoded: bytes = message(**{name: value}).SerializePartialToString()
                    return encoded
                except (TypeError, ValueError):
                    pass  # such as an infinity that comes back
            written, _ = writer.write({name: value}, descriptor, Location())
            return written.SerializePartialToString(deterministic=True)

        return encode

    def _most(self, descriptor: Descriptor, above: tuple[str, ...], left: int) -> int:
        """Give how many values a message may have, or something above `left`."""
        if len(above) > DEEPEST:
            return left + 1  # only required messages go that deep, perhaps without end
        open_types, most = (*above, descriptor.full_name), 0
        for each in self.plans.of(descriptor).fields:
            if most <= left and is_made(each, open_types):
                times = 2 if each.field.shape is Shape.LIST else 1
                inner = each.field.message if each.make is None else None
                most += 1 + (times * self._most(inner, open_types, left - most) if inner is not None else 0)
        return most


class MessageEncoder:
    """Encodes messages of one type, within messages of the types `above`."""

    def __init__(self, encoders: Encoders, descriptor: Descriptor, above: tuple[str, ...], *, is_element: bool) -> None:
        self._encoders = encoders
        self._descriptor = descriptor
        self._open_types = (*above, descriptor.full_name)
        self._plan: Plan = encoders.plans.of(descriptor)
        self._echoes = echoing(self._plan, len(above), is_element=is_element)
        self._ordered = sorted(self._plan.fields, key=lambda each: each.field.descriptor.number)
        self._within = {plan.name: self._encoder(plan) for plan in self._ordered if self._is_encoded(plan)}
        self._parts = {plan.name: self._part(plan) for plan in self._ordered}
        self._chosen: dict[object, tuple[_Row, ...]] = {}

    def encode(self, number: int, said: Said) -> bytes:
        """Give the bytes of the message that a number means."""
        told = said.signatures if self._echoes else ()
        known, parts = number >> 56, []
        for place, variants, part in self._chosen.get(told) or self._rows_for(number, told):
            if variants is None:
                parts.append(part((number ^ place) * SPREAD & MASK, said))  # `mixed`, in the loop that runs most
            elif (found := variants[known]) is None:
                parts.append(part(number, said))
            else:
                parts.append(found)
        return b"".join(parts)

    def hears(self, told: tuple[str, ...]) -> bool:
        """Say whether a field of the message itself takes what a request told."""
        return not self._echoes.keys().isdisjoint(told)

    def _rows_for(self, number: int, told: tuple[str, ...]) -> tuple[_Row, ...]:
        """Give the rows of the fields that are set, of each `oneof` one, where the request told of some signatures."""
        winners = self._winners(number, told) if self._plan.branches else ()
        key = (winners, told) if self._plan.branches else told  # which `encode` finds
        rows = self._chosen.get(key)
        if rows is None:
            rows = self._made_rows(winners, told)
            if len(self._chosen) < _REMEMBERED:
                self._chosen[key] = rows
        return rows

    def _winners(self, number: int, told: tuple[str, ...]) -> tuple[FieldPlan | None, ...]:
        places, names = self._plan.places, {self._echoes[each] for each in told if each in self._echoes}
        return tuple(
            branch(fields, (), names, mixed(number, places[group]), self._open_types)
            for group, fields in self._plan.branches.items()
        )

    def _made_rows(self, winners: tuple[FieldPlan | None, ...], told: tuple[str, ...]) -> tuple[_Row, ...]:
        taking = {self._echoes[each]: each for each in told if each in self._echoes}
        rows: list[_Row] = []
        run: list[FieldPlan] = []
        for plan in self._ordered:
            if (plan.field.oneof and plan not in winners) or not (plan.name in taking or self._is_made(plan)):
                continue
            is_heard = plan.name in taking or (plan.name in self._within and self._within[plan.name].hears(told))
            if plan.has_variants and not is_heard:
                run.append(plan)
                continue
            rows += self._run(run)
            run = []
            part = self._telling(plan, taking[plan.name]) if plan.name in taking else self._parts[plan.name]
            rows.append(_numbered(plan, part))
        return (*rows, *self._run(run))

    def _run(self, plans: list[FieldPlan]) -> list[_Row]:
        """Give the row of fields that follow each other and have variants."""
        if not plans:
            return []
        is_deep = len(self._open_types) + VARIED_LEVELS > DEEPEST  # there messages may hold less than elsewhere
        variants: _Variants = [None] * VARIANTS if is_deep else self._encoders.variants(self._descriptor, plans)
        parts = [(plan, self._parts[plan.name]) for plan in plans]

        def part(number: int, said: Said) -> bytes:
            made = b"".join([one(plan.drawn(number), NOTHING_SAID) for plan, one in parts])
            variants[number >> 56] = made
            return made

        return [(0, variants, part)]

    def _is_made(self, plan: FieldPlan) -> bool:
        return is_made(plan, self._open_types)

    def _telling(self, plan: FieldPlan, signature: str) -> Part:
        """Give what encodes a field that takes what the request said."""
        encode, synthesis = self._encoders.field(self._descriptor, plan), self._encoders.synthesis
        if is_whole(plan):
            return lambda number, said: encode(said.by_signature[signature])
        return lambda number, said: encode(
            synthesis.field(plan, said.by_signature[signature], number, self._making(said))
        )

    def _making(self, said: Said) -> Making:
        return Making(said, open_types=list(self._open_types))

    def _is_encoded(self, plan: FieldPlan) -> bool:
        """Say whether a field holds messages that have an encoder of their own."""
        is_message = plan.make is None and plan.field.descriptor.type == FieldDescriptor.TYPE_MESSAGE
        return is_message and plan.field.shape is not Shape.MAP and self._is_made(plan)

    def _encoder(self, plan: FieldPlan) -> "MessageEncoder":
        assert plan.field.message is not None, "only messages are made field by field"
        is_element = plan.field.shape is Shape.LIST
        return MessageEncoder(self._encoders, plan.field.message, self._open_types, is_element=is_element)

    def _part(self, plan: FieldPlan) -> Part:
        """Give what encodes a field of the number that it draws."""
        shape, one = plan.field.shape, self._one(plan)
        if shape is Shape.ONE and one is not None:
            return one
        if shape is Shape.LIST and one is not None and plan.field.descriptor.type in _SEVERAL_TAGS:
            return _repeating(one)
        return self._made(plan)

    def _one(self, plan: FieldPlan) -> Part | None:
        """Give what encodes one value of a field; None where it is encoded from its tree."""
        if plan.name in self._within:
            return _within(plan.field.descriptor.number, self._within[plan.name])
        if plan.field.shape is Shape.MAP or plan.make is None:
            return None
        encode = self._encoders.field(self._descriptor, plan)
        return _scalar(plan.make, encode, is_element=plan.field.shape is Shape.LIST)

    def _made(self, plan: FieldPlan) -> Part:
        """Give what encodes the tree that synthesis makes."""
        encode, synthesis = self._encoders.field(self._descriptor, plan), self._encoders.synthesis

        def part(number: int, said: Said) -> bytes:
            return encode(synthesis.field(plan, None, number, self._making(said)))

        return part


def _integer(number: int, encode: Encode) -> Encode:
    """Give what encodes the integers that are most usual, and leaves all others to `encode`."""
    tag = _varint(number << 3)

    def encoded(value: Json) -> bytes:
        return tag + _varint(value) if type(value) is int and value > 0 else encode(value)

    return encoded


def _remembering(encode: Encode) -> Encode:
    """Give an encoder that keeps the bytes of the first short scalars it met."""
    known: dict[Json, bytes] = {}

    def remembered(value: Json) -> bytes:
        if type(value) is not int and type(value) is not str:
            return encode(value)
        found = known.get(value)
        if found is None:
            found = encode(value)
            if len(known) < _REMEMBERED and len(found) <= _SHORT:
                known[value] = found
        return found

    return remembered


def _scalar(make: Make, encode: Encode, *, is_element: bool) -> Part:
    if is_element:
        return lambda number, said: encode([make(number)])
    return lambda number, said: encode(make(number))


def _numbered(plan: FieldPlan, part: Part) -> _Row:
    """Give the row of a field that is made anew each time."""
    if not plan.has_variants:
        return plan.place, None, part

    def variant(number: int, said: Said) -> bytes:
        return part(plan.drawn(number), said)

    return 0, _NOTHING_KEPT, variant


def _repeating(part: Part) -> Part:
    first, second = ELEMENTS

    def repeated(number: int, said: Said) -> bytes:
        one = part(mixed(number, first), said)
        return one if elements(number) == 1 else one + part(mixed(number, second), said)

    return repeated


def _within(number_of_field: int, inner: MessageEncoder) -> Part:
    tag = _varint(number_of_field << 3 | _LENGTH_DELIMITED)
    short = tuple(tag + length for length in _LENGTHS)

    def part(number: int, said: Said) -> bytes:
        content = inner.encode(number, said)
        length = len(content)
        return (short[length] if length < 128 else tag + _varint(length)) + content

    return part


def _varint(number: int) -> bytes:
    """Give a number in groups of seven bits, the lowest first, each but the last marked as not the last."""
    if number < 16_384:
        return _LENGTHS[number] if number < 128 else bytes((number & 127 | 128, number >> 7))
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes((*encoded, number))
