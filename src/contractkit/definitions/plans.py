"""Plans: how a schema's values are built, asked of the schema once and then only filled in.

Most schemas build alike whatever the seed: an object of the same members, each a scalar drawn for its place. A plan
holds what makes those members, of a union those of the branch that is tried first. A part that needs more (a list of
which more is said than what its elements are, a member that has no name) is left to the `Builder`; what a plan gives is
exactly what the builder's first attempt would be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from contractkit.definitions.building import (
    MOST_ELEMENTS,
    OPTIONAL_VALUES,
    Builder,
    Repairs,
    Steps,
    copied,
    least_members,
    name_at,
    place_in_words,
    place_of,
    scalar_place,
    type_to_make,
)
from contractkit.definitions.choices import examples_of, suits, tags_of
from contractkit.definitions.draws import Draw
from contractkit.definitions.plausible import counted, ends_pagination, scalar_drawer
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json
from contractkit.results import ABSENT

_Maker: TypeAlias = Callable[[Builder], Json]
_Above: TypeAlias = tuple[tuple[str, str], ...]

_DEEPEST: Final = 5  # steps from the root that are planned


@dataclass(slots=True)
class Plan:
    """What makes the values of one schema, and how many values it makes by itself."""

    make: _Maker
    size: int

    def value(self, seed: str) -> Json:
        """Give the value for a seed; `ABSENT` where so much would be made that optional members no longer fit."""
        builder = Builder(seed, Repairs(), room=OPTIONAL_VALUES - self.size)
        value = self.make(builder)
        return value if builder.has_room_left else ABSENT


def plan_of(view: SchemaView) -> Plan:
    """Give the plan of a schema, made when it is first asked for."""
    return view.known(_planned)


def _planned(view: SchemaView) -> Plan:
    planning = _Planning()
    return Plan(planning.maker(view, (), ()), planning.size)


class _Planning:
    """Makes one plan, counting the values that it will make."""

    def __init__(self) -> None:
        self.size = 0
        self._first = Builder("", Repairs())

    def maker(self, view: SchemaView, at: Steps, above: _Above) -> _Maker:
        """Give what makes the values of a schema at a place."""
        branch = _branch_of(view, above)
        if len(at) > _DEEPEST or self.size > OPTIONAL_VALUES:
            return _left_to_builder(view, at, above)
        self.size += 1
        for example in examples_of(view, branch):
            if suits(example, branch if branch.types else view):
                return lambda builder: copied(example)
        if view.is_nullable and (place_of(branch) in above or ends_pagination(name_at(at))):
            return lambda builder: None
        if branch.values is not None:
            value = branch.values[0] if branch.values else None
            return lambda builder: value
        return self._by_type(view, branch, at, above)

    def _by_type(self, view: SchemaView, branch: SchemaView, at: Steps, above: _Above) -> _Maker:
        below = (*above, place_of(view), place_of(branch))
        match type_to_make(branch, at):
            case "array":
                made = _list_maker(branch, at, below)
            case "object":
                made = self._object(branch, at, below)
            case kind:
                return partial(_scalar, scalar_drawer(kind, branch, name_at(at)), scalar_place(at))
        if made is None:
            self.size -= 1  # the builder counts it
            return _left_to_builder(view, at, above)
        return made

    def _object(self, view: SchemaView, at: Steps, above: _Above) -> _Maker | None:
        """Give what makes an object of described members; None where members must be found for it."""
        tags = tags_of(view)
        makers: dict[str, _Maker] = {}
        for name, member in view.members.items():
            place = (*at, name)
            if name in tags:
                makers[name] = partial(_constant, tags[name])
            elif not member.is_write_only and (member.is_required or self._first.has_room(member.view, place, above)):
                makers[name] = (
                    partial(_constant, name) if member.view is None else self.maker(member.view, place, above)
                )
        if len(makers) < least_members(view, at, has_some=bool(makers)):
            return None
        return lambda builder: {name: make(builder) for name, make in makers.items()}


def _constant(value: Json, builder: Builder) -> Json:
    return value


def _scalar(draw_one: Callable[[Draw], Json], place: str, builder: Builder) -> Json:
    return draw_one(builder.draw(place))


def _branch_of(view: SchemaView, above: _Above) -> SchemaView:
    """Give the branch of a union that is taken first: one that the value does not lie in, if there is one."""
    return min(view.value_branches, key=lambda branch: place_of(branch) in above, default=view)


def _list_maker(view: SchemaView, at: Steps, above: _Above) -> _Maker | None:
    """Give what makes a list whose elements are all alike; None where the schema says more of them."""
    element = view.elements
    asks_for_some = any(conjunct.node.get("contains") for conjunct in view.conjuncts)
    if element is None or view.numbered or asks_for_some or view.flag("uniqueItems"):
        return None
    if not counted(view, "minItems") and place_of(element) in above:
        return lambda builder: []
    return _List(view, element, at, above).make


class _List:
    """What makes the values of a list, the plan of each element made when there first is so long a list."""

    def __init__(self, view: SchemaView, element: SchemaView, at: Steps, above: _Above) -> None:
        self._least = counted(view, "minItems") or 0
        self._most = counted(view, "maxItems")
        self._element = element
        self._at = at
        self._above = above
        self._place = place_in_words(at)
        self._plans: list[Plan] = []

    def make(self, builder: Builder) -> Json:
        """Give a list, without elements that are alike beyond those that are demanded."""
        usual = 1 + (builder.draw(self._place).below(2) if len(self._at) <= 1 else 0)
        count = min(max(self._least, usual if self._most is None else min(self._most, usual)), MOST_ELEMENTS)
        made: list[Json] = []
        for index in range(4 * count):
            if len(made) >= count:
                break
            plan = self._plan(index)
            builder.take(plan.size)
            value = plan.make(builder)
            if len(made) < max(self._least, 1) or not any(same_json(value, other) for other in made):
                made.append(value)
        return made

    def _plan(self, index: int) -> Plan:
        if index == len(self._plans):
            planning = _Planning()
            maker = planning.maker(self._element, (*self._at, index), self._above)
            self._plans.append(Plan(maker, planning.size))
        return self._plans[index]


def _left_to_builder(view: SchemaView, at: Steps, above: _Above) -> _Maker:
    return lambda builder: builder.build(view, at, above=above)
