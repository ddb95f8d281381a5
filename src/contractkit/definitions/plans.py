"""Plans: how a schema's values are built, asked of the schema once and then only filled in.

Most schemas build alike whatever the seed: an object of the same members, most of them examples, the others scalars
drawn for their places. A plan holds what never changes, and what draws the rest; of a union it takes the branch that is
tried first. A part that needs more (a list of which more is said than what its elements are, names that follow a
pattern) is left to the `Builder`; what a plan gives is exactly what the builder's first attempt would be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

from contractkit.definitions.building import OPTIONAL_VALUES, Builder, Repairs
from contractkit.definitions.choices import examples_of, suits, tags_of
from contractkit.definitions.draws import Draw, origin_of
from contractkit.definitions.making import (
    MOST_ELEMENTS,
    Steps,
    further_members,
    least_members,
    name_at,
    place_in_words,
    place_of,
    scalar_place,
    type_to_make,
)
from contractkit.definitions.plausible import counted, ends_pagination, plausible_boolean, scalar_drawer
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json
from contractkit.results import ABSENT

_Above: TypeAlias = tuple[tuple[str, str], ...]

_DEEPEST: Final = 16  # steps from the root that are planned


class _Filling:
    """One value that is being made: what its draws depend on, and how many values there is room for."""

    __slots__ = ("draw", "origin", "room", "seed")

    def __init__(self, seed: str, room: int) -> None:
        self.seed = seed
        self.origin = origin_of(seed)
        self.room = room
        self.draw = Draw.of(0)  # started anew for each place

    def build(self, view: SchemaView, at: Steps, above: _Above) -> Json:
        """Let the builder make a part."""
        builder = Builder(self.seed, Repairs(), room=self.room)
        value = builder.build(view, at, above=above)
        self.room = builder.room
        return value


_Make: TypeAlias = Callable[[_Filling], Json]


@dataclass(frozen=True, slots=True)
class _Constant:
    """A part that is the same whatever the seed."""

    value: Json


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A scalar that is drawn for its place, which is in UTF-8."""

    draw_one: Callable[[Draw], Json]
    place: bytes

    def make(self, filling: _Filling) -> Json:
        """Give the scalar."""
        filling.draw.start(filling.origin, self.place)
        return self.draw_one(filling.draw)


_Part: TypeAlias = _Constant | _Drawn | _Make


@dataclass(slots=True)
class Plan:
    """What makes the values of one schema, and how many values it makes by itself."""

    make: _Make
    size: int

    def value(self, seed: str) -> Json:
        """Give the value for a seed; `ABSENT` where so much would be made that optional members no longer fit."""
        filling = _Filling(seed, OPTIONAL_VALUES - self.size)
        value = self.make(filling)
        return value if filling.room > 0 else ABSENT


def plan_of(view: SchemaView, *, is_sorted: bool = False) -> Plan:
    """Give the plan of a schema, made when it is first asked for.

    Args:
        view: The schema.
        is_sorted: Members come in the order of their names where the plan makes them, not in that of the schema: so
            they are written as JSON, whose writer has little left to sort then.
    """
    return view.known(_planned_sorted if is_sorted else _planned)


def _planned(view: SchemaView) -> Plan:
    return _plan_at(view, (), (), is_sorted=False)


def _planned_sorted(view: SchemaView) -> Plan:
    return _plan_at(view, (), (), is_sorted=True)


def _plan_at(view: SchemaView, at: Steps, above: _Above, *, is_sorted: bool) -> Plan:
    planning = _Planning(is_sorted=is_sorted)
    part = planning.part(view, at, above)
    return Plan(_maker_of(part), planning.size)


class _Planning:
    """Makes one plan, counting the values that it will make."""

    def __init__(self, *, is_sorted: bool) -> None:
        self.size = 0
        self._is_sorted = is_sorted
        self._first = Builder("", Repairs())

    def part(self, view: SchemaView, at: Steps, above: _Above) -> _Part:
        """Give what the values of a schema are at a place, or what makes them."""
        branch = _branch_of(view, above)
        if len(at) > _DEEPEST or self.size > OPTIONAL_VALUES:
            return _left_to_builder(view, at, above)
        self.size += 1
        for example in examples_of(view, branch):
            if suits(example, branch if branch.types else view):
                return _Constant(_in_order_of_names(example) if self._is_sorted else example)
        if view.is_nullable and (place_of(branch) in above or ends_pagination(name_at(at))):
            return _Constant(None)
        if branch.values is not None:
            return _Constant(branch.values[0] if branch.values else None)
        return self._by_type(view, branch, at, above)

    def _by_type(self, view: SchemaView, branch: SchemaView, at: Steps, above: _Above) -> _Part:
        below = (*above, place_of(view), place_of(branch))
        made: _Part | None
        match type_to_make(branch, at):
            case "array":
                made = _list_part(branch, at, below, is_sorted=self._is_sorted)
            case "object":
                made = self._object(branch, at, below)
            case "boolean":
                made = _Constant(plausible_boolean(name_at(at)))
            case kind:
                made = _Drawn(scalar_drawer(kind, branch, name_at(at)), scalar_place(at).encode())
        if made is None:
            self.size -= 1  # the builder counts it
            return _left_to_builder(view, at, above)
        return made

    def _object(self, view: SchemaView, at: Steps, above: _Above) -> _Part | None:
        """Give an object; None where the names of its members must be found for it."""
        tags = tags_of(view)
        parts: dict[str, _Part] = {}
        for name, member in view.members.items():
            place = (*at, name)
            if name in tags:
                parts[name] = _Constant(tags[name])
            elif not member.is_write_only and (member.is_required or self._has_room(member.view, place, above)):
                parts[name] = self._member(member.view, place, above)
        least = least_members(view, at, has_some=bool(parts))
        if len(parts) < least:
            if view.patterned:
                return None
            self._add_further(parts, view, at, above, min(least, MOST_ELEMENTS))
        declared = {name: parts[name] for name in view.members if name in parts} | parts
        return _object_of(dict(sorted(declared.items(), key=itemgetter(0))) if self._is_sorted else declared)

    def _has_room(self, view: SchemaView | None, place: Steps, above: _Above) -> bool:
        return self.size <= OPTIONAL_VALUES and self._first.has_room(view, place, above)

    def _member(self, view: SchemaView | None, place: Steps, above: _Above) -> _Part:
        return _Constant(str(place[-1])) if view is None else self.part(view, place, above)

    def _add_further(self, parts: dict[str, _Part], view: SchemaView, at: Steps, above: _Above, wanted: int) -> None:
        """Add members that are described in general, as the builder fills objects up."""
        least = counted(view, "minProperties") or 0
        for name, inner in further_members(view, wanted):
            is_enough = len(parts) >= least and (inner is None or place_of(inner) in above)
            if len(parts) >= wanted or is_enough:
                return
            if name not in parts:
                parts[name] = self._member(inner, (*at, name), above)


def _maker_of(part: _Part) -> _Make:
    """Give what makes a part, each time anew where it holds others."""
    if isinstance(part, _Drawn):
        return part.make
    if not isinstance(part, _Constant):
        return part
    value = part.value
    if isinstance(value, dict):
        return _filled({name: _Constant(each) for name, each in value.items()})
    if isinstance(value, list):
        makers = [_maker_of(_Constant(each)) for each in value]
        return lambda filling: [make(filling) for make in makers]
    return lambda filling: value


def _object_of(parts: dict[str, _Part]) -> _Part:
    if all(isinstance(part, _Constant) for part in parts.values()):
        return _Constant({name: part.value for name, part in parts.items() if isinstance(part, _Constant)})
    return _filled(parts)


def _filled(parts: dict[str, _Part]) -> _Make:
    """Give what makes an object: a copy of what never changes, into which the rest is filled."""
    kept = {name: part.value if _is_plain(part) else None for name, part in parts.items()}  # type: ignore[union-attr]
    drawn = [(name, part.draw_one, part.place) for name, part in parts.items() if isinstance(part, _Drawn)]
    made_anew = [
        (name, _maker_of(part)) for name, part in parts.items() if not (_is_plain(part) or isinstance(part, _Drawn))
    ]
    if not (drawn or made_anew):
        return lambda filling: kept.copy()

    def make(filling: _Filling) -> Json:
        made = kept.copy()
        draw, origin = filling.draw, filling.origin
        for name, draw_one, place in drawn:  # most of what is made, so without a call more for each
            draw.start(origin, place)
            made[name] = draw_one(draw)
        for name, make_member in made_anew:
            made[name] = make_member(filling)
        return made

    return make


def _is_plain(part: _Part) -> bool:
    return isinstance(part, _Constant) and not isinstance(part.value, dict | list)


def _branch_of(view: SchemaView, above: _Above) -> SchemaView:
    """Give the branch of a union that is taken first: one that the value does not lie in, if there is one."""
    return min(view.likely_branches, key=lambda branch: place_of(branch) in above, default=view)


def _in_order_of_names(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _in_order_of_names(value[name]) for name in sorted(value)}
    return [_in_order_of_names(each) for each in value] if isinstance(value, list) else value


def _list_part(view: SchemaView, at: Steps, above: _Above, *, is_sorted: bool) -> _Part | None:
    """Give a list whose elements are all alike; None where the schema says more of them."""
    element = view.elements
    asks_for_some = any(conjunct.node.get("contains") for conjunct in view.conjuncts)
    if element is None or view.numbered or asks_for_some or view.flag("uniqueItems"):
        return None
    if not counted(view, "minItems") and place_of(element) in above:
        return _Constant([])
    return _List(view, element, at, above, is_sorted=is_sorted).make


class _List:
    """What makes the values of a list, the plan of each element made when there first is so long a list."""

    def __init__(self, view: SchemaView, element: SchemaView, at: Steps, above: _Above, *, is_sorted: bool) -> None:
        self._least = counted(view, "minItems") or 0
        self._most = counted(view, "maxItems")
        self._element = element
        self._at = at
        self._above = above
        self._is_sorted = is_sorted
        self._place = place_in_words(at).encode()
        self._plans: list[Plan] = []

    def make(self, filling: _Filling) -> Json:
        """Give a list, without elements that are alike beyond those that are demanded."""
        count = self._count(filling)
        made: list[Json] = []
        for index in range(4 * count):
            if len(made) >= count or filling.room <= 0:  # else lists in lists would be filled for nothing
                break
            plan = self._plan(index)
            filling.room -= plan.size
            value = plan.make(filling)
            if len(made) < max(self._least, 1) or not any(same_json(value, other) for other in made):
                made.append(value)
        return made

    def _count(self, filling: _Filling) -> int:
        usual = 1
        if len(self._at) <= 1:
            filling.draw.start(filling.origin, self._place)
            usual += filling.draw.below(2)
        return min(max(self._least, usual if self._most is None else min(self._most, usual)), MOST_ELEMENTS)

    def _plan(self, index: int) -> Plan:
        if index == len(self._plans):
            plan = _plan_at(self._element, (*self._at, index), self._above, is_sorted=self._is_sorted)
            self._plans.append(plan)
        return self._plans[index]


def _left_to_builder(view: SchemaView, at: Steps, above: _Above) -> _Make:
    return lambda filling: filling.build(view, at, above)
