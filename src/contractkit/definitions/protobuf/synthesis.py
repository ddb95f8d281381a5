"""Synthesis: a whole message from its type, a partial tree, and what the request said.

A type is not entered again inside itself and a message holds a bounded number of values, so recursive and very large
types end. What the caller gives decides which member of a `oneof` is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor

from contractkit.definitions.draws import Draw
from contractkit.definitions.protobuf.echoes import NOTHING_SAID, Said
from contractkit.definitions.protobuf.kinds import Field, Kind, Kinds, Shape
from contractkit.definitions.protobuf.plans import FieldPlan, Make, Plan, Plans, is_plain, stand_alone
from contractkit.definitions.protobuf.reading import ANY
from contractkit.definitions.protobuf.resources import Resources
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_DEEPEST: Final = 12  # messages in messages
_MOST_VALUES: Final = 600  # after that, only what is asked for or required is made
_MOST_LEVELS: Final = 200  # of what is given; the writer refuses what is deeper
_ECHO_DEPTH: Final = 1  # levels below the message in which values of the request come back
_IDENTITIES: Final = frozenset(("id", "name", "key"))


@dataclass(slots=True)
class _Making:
    """One message being made: its seed, what the request said, and what it cost so far."""

    seed: str
    said: Said
    made: int = 0
    open_types: list[str] = field(default_factory=list)


class Synthesis:
    """Makes messages of one definition."""

    def __init__(self, kinds: Kinds, resources: Resources) -> None:
        self._plans = Plans(kinds, resources)

    def message(self, descriptor: Descriptor, seed: str, *, said: Said = NOTHING_SAID, given: Json = None) -> Json:
        """Give a tree of a type; members of `given` stand in it as they are, for the writer to judge.

        Raises:
            DefinitionError: The type requires itself without end.
        """
        if given is None and not is_plain(descriptor):
            return stand_alone(descriptor, "")(Draw(seed, ""))
        return self._message(descriptor, given, {}, "", _Making(seed, said))

    def _message(
        self, descriptor: Descriptor, given: Json, said: Mapping[str, Json], place: str, making: _Making
    ) -> Json:
        """Give a tree of a type; `said` is what the request said of this very message, by field."""
        if (given is not None and not isinstance(given, dict)) or len(making.open_types) > _MOST_LEVELS:
            return given
        plan = self._plans.of(descriptor)
        named = _named(plan.kind, given) if given else {}
        if len(named) < len(given or {}):
            return given  # a field is named twice, which the writer refuses
        if given is None and len(making.open_types) > 2 * _DEEPEST:  # only required messages go that deep
            raise DefinitionError(f"No message of {plan.kind.full_name} can be made: it requires itself without end.")
        making.open_types.append(plan.kind.full_name)
        remembered = {**_echoes(plan, place, making), **said}
        tree = dict(named)
        for each in _chosen(plan, named, remembered, place, making):
            is_free = each.name not in tree and each.name not in remembered
            if is_free and each.is_single and each.make is not None and making.made < _MOST_VALUES:
                making.made += 1
                tree[each.name] = each.make(Draw(making.seed, f"{place}.{each.name}"))
                continue
            value = self._field(each, named, remembered.get(each.name), f"{place}.{each.name}", making)
            if value is not None:
                tree[each.name] = value
        making.open_types.pop()
        return tree

    def _field(self, plan: FieldPlan, named: Mapping[str, Json], said: Json, place: str, making: _Making) -> Json:
        """Give the value of a field; None for one that stays unset."""
        each = plan.field
        if said is not None or plan.name in named:
            given = named.get(plan.name)
            wanted = given if plan.name in named else said
            if each.message is None or plan.make is not None or each.shape is not Shape.ONE or wanted is None:
                return wanted
            inner = said if isinstance(said, dict) else {}
            return self._message(each.message, given, inner, place, making)
        if not each.is_required and (plan.is_left_out or not _is_worth_making(each, making)):
            return None
        making.made += 1
        if each.shape is Shape.ONE:
            return self._one(plan, place, making)
        if plan.make_key is not None:
            return self._entry(plan, plan.make_key, place, making)
        count = Draw(making.seed, f"{place}[]").between(1, 2)
        return [self._one(plan, f"{place}[{index}]", making) for index in range(count)]

    def _entry(self, plan: FieldPlan, make_key: Make, place: str, making: _Making) -> Json:
        key = make_key(Draw(making.seed, f"{place}()"))
        text = ("true" if key else "false") if isinstance(key, bool) else str(key)
        return {text: self._one(plan, f"{place}[{text}]", making)}

    def _one(self, plan: FieldPlan, place: str, making: _Making) -> Json:
        if plan.make is not None:
            return plan.make(Draw(making.seed, place))
        assert plan.field.message is not None, "only messages are made field by field"
        return self._message(plan.field.message, None, {}, place, making)


def _named(kind: Kind, given: Mapping[str, Json]) -> dict[str, Json]:
    """Give what is given under the names of the fields."""
    return {kind.by_name[name].name if name in kind.by_name else name: each for name, each in given.items()}


def _is_worth_making(each: Field, making: _Making) -> bool:
    """Say whether a message may still grow by a field, and is not held by itself."""
    if making.made >= _MOST_VALUES:
        return False
    if each.message is None:
        return True
    return each.message.full_name not in making.open_types and len(making.open_types) < _DEEPEST


def _echoes(plan: Plan, place: str, making: _Making) -> dict[str, Json]:
    """Give what the request said under the names of a type's fields; elements of a list do not share an identity."""
    said = making.said.by_signature
    if not said or len(making.open_types) - 1 > _ECHO_DEPTH:
        return {}
    names = plan.by_signature
    kept = {names[signature]: value for signature, value in said.items() if signature in names}
    if place.endswith("]"):
        return {name: value for name, value in kept.items() if name not in _IDENTITIES}
    return kept


def _chosen(
    plan: Plan, named: Mapping[str, Json], said: Mapping[str, Json], place: str, making: _Making
) -> tuple[FieldPlan, ...]:
    """Give the fields to make: of each `oneof` the member that is given, else one that was said, else a usual one."""
    if not plan.branches:
        return plan.fields
    winners = {
        name: _branch(fields, named, said, Draw(making.seed, f"{place}.{name}"), making.open_types)
        for name, fields in plan.branches.items()
    }
    return tuple(
        each for each in plan.fields if not each.field.oneof or each.name in named or winners[each.field.oneof] is each
    )


def _branch(
    fields: tuple[FieldPlan, ...],
    named: Mapping[str, Json],
    said: Mapping[str, Json],
    draw: Draw,
    open_types: list[str],
) -> FieldPlan | None:
    if any(named.get(each.name) is not None for each in fields):
        return None  # what is given is the choice
    possible = [each for each in fields if each.name not in named]
    spoken = [each for each in possible if each.name in said]
    endless = (ANY, *open_types)
    ending = [each for each in possible if each.field.message is None or each.field.message.full_name not in endless]
    candidates = spoken or [each for each in ending if each.is_likely] or ending
    return draw.pick(candidates) if candidates else None
