"""Building: one value of a schema, from its examples first, then member by member, bounded in depth and size.

A builder makes one attempt. What an attempt got wrong is learned by the caller (`synthesis`) and told to the next one
as `Repairs`, so that a wrong example or a branch that cannot be satisfied costs that place alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from contractkit.definitions.choices import examples_of, likeness, suits, tags_of
from contractkit.definitions.draws import Draw
from contractkit.definitions.making import (
    MOST_ELEMENTS,
    OPTIONAL_DEPTH,
    Steps,
    further_members,
    least_members,
    name_at,
    place_in_words,
    place_of,
    scalar_place,
    type_to_make,
)
from contractkit.definitions.patterns import text_matching
from contractkit.definitions.plausible import counted, ends_pagination, scalar_drawer
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, same_json
from contractkit.results import ABSENT

OPTIONAL_VALUES: Final = 1_200  # values; once so many are made, only what is required follows
_DEEPEST: Final = 48  # steps; required members that nest deeper never end
_MOST_VALUES: Final = 50_000  # values; required members that multiply by ten at each level never end either


@dataclass(slots=True)
class Repairs:
    """What earlier attempts taught: places whose examples are wrong, members to leave out or in, branches to pass."""

    without_examples: set[Steps] = field(default_factory=set)
    omitted: set[Steps] = field(default_factory=set)
    demanded: set[Steps] = field(default_factory=set)
    turns: defaultdict[Steps, int] = field(default_factory=lambda: defaultdict(int))
    is_minimal: bool = False


class Builder:
    """Makes one attempt at a value, and remembers where examples, unions and optional members went into it."""

    def __init__(self, seed: str, repairs: Repairs, *, room: int = OPTIONAL_VALUES) -> None:
        """Take what decides the values, what is known of this schema, and how many values optional members may be."""
        self._seed = seed
        self._repairs = repairs
        self._left = room
        self.from_examples: set[Steps] = set()
        self.unions: set[Steps] = set()
        self.optional: set[Steps] = set()

    @property
    def room(self) -> int:
        """Give how many values there is still room for; where there is none, something optional may be left out."""
        return self._left

    def build(
        self,
        view: SchemaView,
        at: Steps = (),
        *,
        above: tuple[tuple[str, str], ...] = (),
        given: Json = ABSENT,
        base: Json = ABSENT,
        is_sparse: bool = False,
    ) -> Json:
        """Give a value of a schema.

        Args:
            view: What the value must be.
            at: Where it stands, from the root of the value that is made.
            above: What identifies the schemas that it stands in, to see recursion.
            given: What somebody wants there: wins member by member, or whole where it is no object.
            base: A value to lay it over instead of a made one.
            is_sparse: Leave out what is optional.

        Raises:
            DefinitionError: Required members nest without an end.
        """
        self._left -= 1
        if len(at) > _DEEPEST:
            raise _endless(view)
        if self._left < -_MOST_VALUES:
            raise _too_large(view)
        if given is not ABSENT and not isinstance(given, dict | list):
            return given
        branch = self._branch(view, at, above, given)
        if isinstance(given, list):
            return self._completed(branch, at, above, given)
        if base is ABSENT:
            base = self._example(view, branch, at)
        if base is not ABSENT and given is ABSENT:
            return copied(base)
        if view.is_nullable and given is ABSENT and (place_of(branch) in above or ends_pagination(name_at(at))):
            return None
        below = (*above, place_of(view), place_of(branch))
        if isinstance(given, dict):
            return self._object(branch, at, below, given, base if isinstance(base, dict) else ABSENT, is_sparse)
        return self._made(branch, at, below, is_sparse)

    def _made(self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], is_sparse: bool) -> Json:
        if view.values is not None:
            return view.values[self._repairs.turns[at] % len(view.values)] if view.values else None
        match type_to_make(view, at, turn=self._repairs.turns[at]):
            case "object":
                return self._object(view, at, above, {}, ABSENT, is_sparse)
            case "array":
                return self._array(view, at, above, is_sparse)
            case kind:
                draw = Draw(self._seed, scalar_place(at, self._repairs.turns.get(at, 0)))
                return scalar_drawer(kind, view, name_at(at))(draw)

    def _object(
        self,
        view: SchemaView,
        at: Steps,
        above: tuple[tuple[str, str], ...],
        given: Mapping[str, Json],
        base: Json,
        is_sparse: bool,
    ) -> dict[str, Json]:
        made: dict[str, Json] = {} if base is ABSENT else copied(base)
        tags = tags_of(view)
        for name, member in view.members.items():
            if name in given or name in made:
                continue
            place = (*at, name)
            if name in tags:
                made[name] = tags[name]
            elif place in self._repairs.demanded:
                made[name] = self._member(member.view, place, above, is_sparse)
            elif base is not ABSENT or member.is_write_only:
                continue
            elif member.is_required:
                made[name] = self._member(member.view, place, above, is_sparse)
            elif not is_sparse and self.has_room(member.view, place, above):
                self.optional.add(place)
                made[name] = self._member(member.view, place, above, is_sparse)
        for name, wanted in given.items():
            found = view.member(name)
            inner = ABSENT if found is None or found.view is None else found.view
            under = made.get(name, ABSENT)
            made[name] = (
                wanted
                if inner is ABSENT
                else self.build(inner, (*at, name), above=above, given=wanted, base=under, is_sparse=is_sparse)
            )
        if base is ABSENT:
            self._fill(view, at, above, made)
        return _in_order(made, view)

    def _member(
        self, view: SchemaView | None, place: Steps, above: tuple[tuple[str, str], ...], is_sparse: bool
    ) -> Json:
        if view is None:
            return "" if place in self._repairs.without_examples else str(place[-1])
        return self.build(view, place, above=above, is_sparse=is_sparse)

    def has_room(self, view: SchemaView | None, place: Steps, above: tuple[tuple[str, str], ...]) -> bool:
        """Say whether an optional member is made: not too deep, too many, or one that leads back to itself."""
        if self._repairs.is_minimal or place in self._repairs.omitted or view is None:
            return False
        if len(place) > OPTIONAL_DEPTH or self._left <= 0 or place_of(view) in above:
            return False
        return not view.likely_branches or any(place_of(branch) not in above for branch in view.likely_branches)

    def _fill(self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], made: dict[str, Json]) -> None:
        """Add members that are described by pattern or in general: one where none is named, more where so demanded."""
        least = counted(view, "minProperties") or 0
        wanted = least_members(view, at, has_some=bool(made) or self._repairs.is_minimal)
        for name, inner in self._further(view, at, min(wanted, MOST_ELEMENTS)):
            if len(made) >= wanted:
                return
            if inner is None and len(made) >= least:
                return
            if inner is not None and place_of(inner) in above and len(made) >= least:
                return
            self.optional.add((*at, name))
            if (*at, name) not in self._repairs.omitted:
                made.setdefault(name, self._member(inner, (*at, name), above, False))

    def _further(self, view: SchemaView, at: Steps, count: int) -> Iterator[tuple[str, SchemaView | None]]:
        for pattern, node in view.patterned:
            name = text_matching(pattern, Draw(self._seed, f"{place_in_words(at)}~{pattern}"))
            if name:
                yield name, view.schemas.view(node)
        yield from further_members(view, count)

    def _array(self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], is_sparse: bool) -> list[Json]:
        least, most = min(counted(view, "minItems") or 0, MOST_ELEMENTS), counted(view, "maxItems")
        numbered = view.numbered[: MOST_ELEMENTS if most is None else min(most, MOST_ELEMENTS)]
        made = [self.build(each, (*at, index), above=above) for index, each in enumerate(numbered)]
        made += self._contained(view, at, above, len(made))
        element = view.elements
        if element is None:
            return [*made, *[f"item {number}" for number in range(len(made) + 1, least + 1)]]
        if least == 0 and (place_of(element) in above or self._repairs.is_minimal or at in self._repairs.omitted):
            return made
        usual = 1 + (Draw(self._seed, place_in_words(at)).below(2) if len(at) <= 1 else 0)
        count = max(least, usual if most is None else min(most, usual))
        return self._elements(view, element, at, above, made, min(count, MOST_ELEMENTS), is_sparse)

    def _contained(self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], start: int) -> list[Json]:
        """Give the elements that `contains` asks for, as many as `minContains` says."""
        wanted = [conjunct.node / "contains" for conjunct in view.conjuncts if conjunct.node.get("contains")]
        count = min(counted(view, "minContains") or 1, MOST_ELEMENTS)
        return [
            self.build(view.schemas.view(node), (*at, start + number), above=above)
            for node in wanted
            for number in range(count)
        ]

    def _elements(
        self,
        view: SchemaView,
        element: SchemaView,
        at: Steps,
        above: tuple[tuple[str, str], ...],
        made: list[Json],
        count: int,
        is_sparse: bool,
    ) -> list[Json]:
        least = counted(view, "minItems") or 0
        self.optional.add(at)
        for number in range(len(made), len(made) + 4 * count):
            if len(made) >= count:
                break
            if view.flag("uniqueItems") and element.values:
                self._repairs.turns[(*at, number)] = number
            value = self.build(element, (*at, number), above=above, is_sparse=is_sparse)
            if not (_must_differ(view, made, least) and any(same_json(value, other) for other in made)):
                made.append(value)
        return made

    def _completed(
        self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], given: list[Json]
    ) -> list[Json]:
        """Give a list as it was given, each object of it completed with what its schema requires."""
        below = (*above, place_of(view))
        return [
            each
            if (inner := view.element(index)) is None or not isinstance(each, dict | list)
            else self.build(inner, (*at, index), above=below, given=each, is_sparse=True)
            for index, each in enumerate(given)
        ]

    def _example(self, view: SchemaView, branch: SchemaView, at: Steps) -> Json:
        if at in self._repairs.without_examples:
            return ABSENT
        for found in examples_of(view, branch):
            if suits(found, branch if branch.types else view):
                self.from_examples.add(at)
                return found
        return ABSENT

    def _branch(self, view: SchemaView, at: Steps, above: tuple[tuple[str, str], ...], given: Json) -> SchemaView:
        branches = view.likely_branches
        if len(branches) < 2:
            return branches[0] if branches else view
        self.unions.add(at)
        if given is not ABSENT:
            ordered = sorted(branches, key=lambda branch: -likeness(given, branch))
        else:
            ordered = sorted(branches, key=lambda branch: place_of(branch) in above)
        return ordered[self._repairs.turns[at] % len(ordered)]


def _must_differ(view: SchemaView, made: list[Json], least: int) -> bool:
    """Say whether an equal element is of no use: where elements must differ, and where enough are there."""
    return view.flag("uniqueItems") or len(made) >= max(least, 1)


def _in_order(made: dict[str, Json], view: SchemaView) -> dict[str, Json]:
    known = {name: made[name] for name in view.members if name in made}
    return known | made


def _endless(view: SchemaView) -> DefinitionError:
    return DefinitionError(
        "No answer can be made: required members contain each other without an end.",
        details=[("at", view.declared_at.place)],
        next_step="Let one of the members on the way be optional, null or an empty list.",
    )


def _too_large(view: SchemaView) -> DefinitionError:
    return DefinitionError(
        f"No answer can be made: what is required of it amounts to more than {_MOST_VALUES:,} values.",
        details=[("at", view.declared_at.place)],
        next_step="Let some of its members be optional, or give the answer an example.",
    )


def copied(value: Json) -> Json:
    """Give a JSON value anew, several times sooner than `copy.deepcopy` does."""
    if isinstance(value, dict):
        return {name: copied(member) for name, member in value.items()}
    return [copied(element) for element in value] if isinstance(value, list) else value
