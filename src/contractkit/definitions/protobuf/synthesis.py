"""Synthesis: a whole message from its type, a partial tree, and what the request said.

A type is not entered again inside itself and a message holds a bounded number of values, so recursive and very large
types end. What the caller gives decides which member of a `oneof` is made.

A message draws from a number of its own and each field from that and its name, so a field added to a type leaves the
values of its siblings as they were.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor

from contractkit.definitions.draws import Draw, mixed, number_of
from contractkit.definitions.protobuf.echoes import NOTHING_SAID, Said
from contractkit.definitions.protobuf.kinds import Field, Kind, Shape
from contractkit.definitions.protobuf.plans import FieldPlan, Make, Plan, Plans, stand_alone
from contractkit.definitions.protobuf.reading import ANY
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

DEEPEST: Final = 12
"""How many messages stand in messages."""

MOST_VALUES: Final = 600
"""How many values a message has before only what is asked for or required is made."""

ECHO_DEPTH: Final = 1
"""How many levels below the message values of the request come back."""

ELEMENTS: Final = (number_of("[0]"), number_of("[1]"))
"""The places of a list's elements."""

_MOST_LEVELS: Final = 200  # of what is given; the writer refuses what is deeper
_IDENTITIES: Final = frozenset(("id", "name", "key"))
_KEY, _ENTRY = number_of("key"), number_of("value")


@dataclass(slots=True)
class Making:
    """One message being made: what the request said, what it cost so far, and the types it is being made in."""

    said: Said
    made: int = 0
    open_types: list[str] = field(default_factory=list)


class Synthesis:
    """Makes messages of one definition."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    def message(self, descriptor: Descriptor, number: int, *, said: Said = NOTHING_SAID, given: Json = None) -> Json:
        """Give a tree of a type from a number; members of `given` stand in it as they are, for the writer to judge.

        Raises:
            DefinitionError: The type requires itself without end.
        """
        alone = stand_alone(descriptor, "") if given is None else None
        if alone is not None:
            return alone(number)
        return self._message(descriptor, given, {}, number, Making(said))

    def field(self, plan: FieldPlan, said: Json, number: int, making: Making) -> Json:
        """Give the value of a field that the number drawn by its place means; None for one that stays unset."""
        return self._field(plan, {}, said, number, making)

    def _message(
        self,
        descriptor: Descriptor,
        given: Json,
        said: Mapping[str, Json],
        number: int,
        making: Making,
        *,
        is_element: bool = False,
    ) -> Json:
        """Give a tree of a type; `said` is what the request said of this very message, by field."""
        if (given is not None and not isinstance(given, dict)) or len(making.open_types) > _MOST_LEVELS:
            return given
        plan = self._plans.of(descriptor)
        named = _named(plan.kind, given) if given else {}
        if len(named) < len(given or {}):
            return given  # a field is named twice, which the writer refuses
        if given is None and len(making.open_types) > 2 * DEEPEST:  # only required messages go that deep
            raise DefinitionError(f"No message of {plan.kind.full_name} can be made: it requires itself without end.")
        echoes = echoing(plan, len(making.open_types), is_element=is_element) if making.said.by_signature else {}
        remembered = {**echoed(echoes, making.said), **said} if echoes or said else {}
        making.open_types.append(plan.kind.full_name)
        tree = dict(named)
        for each in _chosen(plan, named, remembered, number, making):
            drawn = each.drawn(number)
            is_free = each.name not in tree and each.name not in remembered
            if is_free and each.is_single and each.make is not None and making.made < MOST_VALUES:
                making.made += 1
                tree[each.name] = each.make(drawn)
                continue
            value = self._field(each, named, remembered.get(each.name), drawn, making)
            if value is not None:
                tree[each.name] = value
        making.open_types.pop()
        return tree

    def _field(self, plan: FieldPlan, named: Mapping[str, Json], said: Json, number: int, making: Making) -> Json:
        each = plan.field
        if said is not None or plan.name in named:
            given = named.get(plan.name)
            wanted = given if plan.name in named else said
            if is_whole(plan) or wanted is None:
                return wanted
            assert each.message is not None, "what is not taken whole is a message"
            inner = said if isinstance(said, dict) else {}
            return self._message(each.message, given, inner, number, making)
        if not is_made(plan, making.open_types) or (making.made >= MOST_VALUES and not each.is_required):
            return None
        making.made += 1
        if each.shape is Shape.ONE:
            return self._one(plan, number, making)
        if plan.make_key is not None:
            return self._entry(plan, plan.make_key, number, making)
        places = ELEMENTS[: elements(number)]
        return [self._one(plan, mixed(number, place), making, is_element=True) for place in places]

    def _entry(self, plan: FieldPlan, make_key: Make, number: int, making: Making) -> Json:
        key = make_key(mixed(number, _KEY))
        text = ("true" if key else "false") if isinstance(key, bool) else str(key)
        return {text: self._one(plan, mixed(number, _ENTRY), making, is_element=True)}

    def _one(self, plan: FieldPlan, number: int, making: Making, *, is_element: bool = False) -> Json:
        if plan.make is not None:
            return plan.make(number)
        assert plan.field.message is not None, "only messages are made field by field"
        return self._message(plan.field.message, None, {}, number, making, is_element=is_element)


def elements(number: int) -> int:
    """Give how many elements the list has whose place drew a number: one or two."""
    return 1 + (number >> 63)


def is_whole(plan: FieldPlan) -> bool:
    """Say whether what somebody wants in a field stands there as it is, and is not laid over a message."""
    return plan.field.message is None or plan.make is not None or plan.field.shape is not Shape.ONE


def is_made(plan: FieldPlan, open_types: Collection[str]) -> bool:
    """Say whether a field has a value in messages of these types, one in another, as long as a message may grow."""
    return plan.is_single or plan.field.is_required or not (plan.is_left_out or _is_held(plan.field, open_types))


def echoing(plan: Plan, depth: int, *, is_element: bool) -> Mapping[str, str]:
    """Give the fields in which values of the request come back, by signature; elements share no identity."""
    if depth > ECHO_DEPTH:
        return {}
    if not is_element:
        return plan.by_signature
    return {signature: name for signature, name in plan.by_signature.items() if name not in _IDENTITIES}


def echoed(echoes: Mapping[str, str], said: Said) -> dict[str, Json]:
    """Give what the request said under the names of a type's fields."""
    return {echoes[signature]: value for signature, value in said.by_signature.items() if signature in echoes}


def branch(
    fields: tuple[FieldPlan, ...],
    named: Collection[str],
    said: Collection[str],
    number: int,
    open_types: Collection[str],
) -> FieldPlan | None:
    """Give the member of a `oneof` to make, of those that nobody named: one that was said, else a usual one."""
    possible = [each for each in fields if each.name not in named]
    spoken = [each for each in possible if each.name in said]
    endless = (ANY, *open_types)
    ending = [each for each in possible if each.field.message is None or each.field.message.full_name not in endless]
    candidates = spoken or [each for each in ending if each.is_likely] or ending
    return Draw.of(number).pick(candidates) if candidates else None


def _named(kind: Kind, given: Mapping[str, Json]) -> dict[str, Json]:
    """Give what is given under the names of the fields."""
    return {kind.by_name[name].name if name in kind.by_name else name: each for name, each in given.items()}


def _is_held(each: Field, open_types: Collection[str]) -> bool:
    """Say whether a field's messages would stand in messages of their own type, or too deep."""
    return each.message is not None and (each.message.full_name in open_types or len(open_types) >= DEEPEST)


def _chosen(
    plan: Plan, named: Mapping[str, Json], said: Mapping[str, Json], number: int, making: Making
) -> tuple[FieldPlan, ...]:
    """Give the fields to make: of each `oneof` the member that is given, else one that was said, else a usual one."""
    if not plan.branches:
        return plan.fields
    winners = {
        group: None  # what is given is the choice
        if any(named.get(each.name) is not None for each in fields)
        else branch(fields, named, said, mixed(number, plan.places[group]), making.open_types)
        for group, fields in plan.branches.items()
    }
    return tuple(
        each for each in plan.fields if not each.field.oneof or each.name in named or winners[each.field.oneof] is each
    )
