"""Plans: how a schema's values are built, asked of the schema once and then only filled in.

Most schemas build alike whatever the seed: an object of the same members, each a scalar drawn for its place. A plan
holds what makes those members. A part that needs more (a list, a union, a member that may recur) is left to the
`Builder`; what a plan gives is exactly what the builder's first attempt would be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from contractkit.definitions.building import (
    OPTIONAL_VALUES,
    Builder,
    Repairs,
    Steps,
    copied,
    least_members,
    name_at,
    place_of,
    scalar_of,
    scalar_place,
    type_to_make,
)
from contractkit.definitions.choices import examples_of, suits, tags_of
from contractkit.definitions.plausible import ends_pagination
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
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
        branches = view.value_branches
        branch = branches[0] if branches else view
        if len(branches) > 1 or len(at) > _DEEPEST or self.size > OPTIONAL_VALUES:
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
        match type_to_make(branch, at):
            case "array":
                self.size -= 1
                return _left_to_builder(view, at, above)
            case "object":
                made = self._object(branch, at, (*above, place_of(view), place_of(branch)))
                return _left_to_builder(view, at, above) if made is None else made
            case kind:
                return partial(_scalar, kind, branch, name_at(at), scalar_place(at))

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


def _scalar(kind: str, view: SchemaView, name: str, place: str, builder: Builder) -> Json:
    return scalar_of(kind, view, name, builder.draw(place))


def _left_to_builder(view: SchemaView, at: Steps, above: _Above) -> _Maker:
    return lambda builder: builder.build(view, at, above=above)
