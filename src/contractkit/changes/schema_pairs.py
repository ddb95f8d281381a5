"""Schema pairs: an old and a new schema walked together, each pair compared once however often it is met."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from contractkit.changes.alignment import Alignment
from contractkit.changes.combinations import Combinations, too_involved
from contractkit.changes.inheritance import aligned_with_heirs, heirs_paired
from contractkit.changes.records import Difference, Direction
from contractkit.changes.same_words import SameWords
from contractkit.changes.schema_rules import branch_differences, whole_differences
from contractkit.definitions.references import Node
from contractkit.definitions.schemas import Member, SchemaView, ViewKey
from contractkit.definitions.type_mistakes import unknown_types
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, same_json
from contractkit.model import Step, Wildcard

PairKey: TypeAlias = tuple[ViewKey, ViewKey]
Steps: TypeAlias = tuple[Step, ...]

_Numbered: TypeAlias = tuple[Step, SchemaView, SchemaView]

_SCALARS: Final = frozenset({"string", "integer", "number", "boolean", "null"})  # null is written as nothing


@dataclass(eq=False, slots=True)
class SchemaPair:
    """An old and a new schema that stand for each other; the same two are the same object, compared when asked."""

    pairs: "SchemaPairs"
    old: SchemaView
    new: SchemaView
    _found: "tuple[tuple[Difference, ...], tuple[tuple[Step, SchemaPair], ...]] | None" = None
    _is_same: bool | None = None
    _alignment: Alignment | None = None

    def compared(self) -> "tuple[tuple[Difference, ...], tuple[tuple[Step, SchemaPair], ...]]":
        """Give what differs at the pair itself, and the pairs in it, each with the step that leads there."""
        if self._found is None:
            self._found = ((), ()) if self.is_same else self.pairs.compared(self)
        return self._found

    @property
    def is_same(self) -> bool:
        """Say whether both schemas say the same in the same words, as most do: leaves are quickly seen to."""
        if self._is_same is None:
            self._is_same = _is_same_leaf(self.old, self.new) or _are_alike(self.old, self.new, self.pairs.words)
        return self._is_same

    @property
    def is_aligned(self) -> bool:
        """Say whether every alternative of either schema stands for one of the other: all of both is compared."""
        return self.is_same or not (self.alignment.only_old or self.alignment.only_new)

    @property
    def alignment(self) -> Alignment:
        """Give which alternatives of both schemas, and of those that inherit them, stand for each other."""
        if self._alignment is None:
            self._alignment = aligned_with_heirs(self.old, self.new)
        return self._alignment


class SchemaPairs:
    """The pairs of two definitions in one direction. Recursion is bounded, since a pair is entered once per walk."""

    def __init__(self, direction: Direction, words: SameWords, *, is_text: bool = False) -> None:
        self.direction = direction
        self.words = words
        self.is_text = is_text
        self._pairs: dict[PairKey, SchemaPair] = {}
        self._combinations = Combinations()
        self._everywhere: dict[
            SchemaPair, tuple[tuple[tuple[Steps, Difference], ...], tuple[DefinitionError, ...]]
        ] = {}

    def everywhere(
        self, old: SchemaView, new: SchemaView, mistakes: list[DefinitionError]
    ) -> Iterator[tuple[Steps, Difference]]:
        """Give every difference that can be reached from a pair, with the shortest steps to it, nearest first.

        What keeps pairs from being compared is added to `mistakes` at the end.
        """
        pair = self.pair(old, new)
        if pair not in self._everywhere:
            return self._kept(pair, mistakes)
        found, met = self._everywhere[pair]  # of a schema that many operations use, as that of errors is
        mistakes += met
        return iter(found)

    def _kept(self, pair: SchemaPair, mistakes: list[DefinitionError]) -> Iterator[tuple[Steps, Difference]]:
        """Find them, and keep them where all are asked for."""
        found, met = [], list[DefinitionError]()
        for each in self._reachable([((), pair)], self._combinations, met):
            found.append(each)
            yield each
        self._everywhere[pair] = (tuple(found), tuple(met))
        mistakes += met

    def within(self, old: SchemaView, new: SchemaView, steps: Sequence[Step]) -> Iterator[tuple[Steps, Difference]]:
        """Give the differences at the place that some steps lead to and below it, nearest first."""
        reached = [self.pair(old, new)]
        for step in steps:
            reached = [inner for pair in reached for name, inner in pair.compared()[1] if leads_to(name, step)]
        yield from self._reachable([(tuple(steps), pair) for pair in dict.fromkeys(reached)], Combinations())

    def _reachable(
        self,
        first: Sequence[tuple[Steps, SchemaPair]],
        combinations: Combinations,
        mistakes: list[DefinitionError] | None = None,
    ) -> Iterator[tuple[Steps, Difference]]:
        """Walk on from some pairs; without a list to note them in, the first mistake ends it."""
        seen = {pair for _, pair in first}
        pending = deque(first)
        is_cut = False
        while pending:
            steps, pair = pending.popleft()
            if not combinations.allow(pair):
                is_cut = True
                continue
            try:
                differences, below = pair.compared()
            except DefinitionError as error:
                if mistakes is None:
                    raise
                mistakes.append(error)
                continue
            for difference in differences:
                yield _steps_of(steps, difference), difference
            for step, inner in below:
                if inner not in seen:
                    seen.add(inner)
                    pending.append(((*steps, step), inner))
        if is_cut:
            mistake = too_involved(first[0][1].new)
            if mistakes is None:
                raise mistake
            mistakes.append(mistake)

    def along(self, old: SchemaView, new: SchemaView, steps: Sequence[Step]) -> Iterator[tuple[Steps, Difference]]:
        """Give the differences met on the way to a place and at it, outermost first.

        What is found about a member that the way does not take is passed over.
        """
        reached = [self.pair(old, new)]
        for count, step in enumerate((*steps, None)):
            walked = tuple(steps[:count])
            found = [pair.compared() for pair in reached]
            for difference in (each for differences, _ in found for each in differences):
                if _is_met(difference, step):
                    yield _steps_of(walked, difference), difference
            reached = [inner for _, below in found for name, inner in below if leads_to(name, step)]

    def pair(self, old: SchemaView, new: SchemaView) -> SchemaPair:
        """Give the pair of two schemas."""
        key = (old.key, new.key)
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = SchemaPair(self, old, new)
        return found

    def compared(self, pair: SchemaPair) -> tuple[tuple[Difference, ...], tuple[tuple[Step, SchemaPair], ...]]:
        """Compare two schemas: give what differs at the pair itself, and the pairs in it where anything may."""
        old, new, pairs = pair.old, pair.new, pair.alignment.pairs
        found = [] if self.is_text and _reads_any_scalar(old, new) else [*whole_differences(old, new, self.direction)]
        for before, after in heirs_paired(old, new):
            found.extend(whole_differences(before, after, self.direction, are_heirs=True))
        for before, after in pairs:
            found.extend(branch_differences(before, after, self.direction))
        below = dict.fromkeys(
            (step, inner)
            for before, after in pairs
            for step, left, right in self._below(before, after)
            if not (inner := self.pair(left, right)).is_same
        )
        return _once(found), tuple(below)

    def is_left_out(self, member: Member) -> bool:
        """Say whether a member does not go this way: a request leaves out what is read only."""
        return member.is_read_only if self.direction is Direction.REQUEST else member.is_write_only

    def _below(self, old: SchemaView, new: SchemaView) -> Iterator[_Numbered]:
        for name, member in old.members.items():
            other = new.member(name)
            if member.view is None or other is None or other.view is None:
                continue
            if not self.is_left_out(member):
                yield name, member.view, other.view
        yield from self._below_new_names(old, new) if old.patterned or old.additional is not None else ()
        for index in range(max(len(old.numbered), len(new.numbered))):
            left, right = old.element(index), new.element(index)
            if left is not None and right is not None:
                yield index, left, right
        if old.elements is not None and new.elements is not None:
            yield Wildcard.INDEX, old.elements, new.elements
        patterned = _by_pattern(new) if old.patterned else {}
        for pattern, nodes in _by_pattern(old).items():
            if pattern in patterned:
                yield Wildcard.ANY, old.schemas.view(*nodes), new.schemas.view(*patterned[pattern])
        if old.additional is not None and new.additional is not None:
            yield Wildcard.ANY, old.additional, new.additional

    def _below_new_names(self, old: SchemaView, new: SchemaView) -> Iterator[_Numbered]:
        """Give the members that have a name of their own now, and were described with those of free names."""
        for name, member in new.members.items():
            known = old.members.get(name)
            if member.view is None or self.is_left_out(member) or (known is not None and known.view is not None):
                continue
            before = old.member(name)
            if before is not None and before.view is not None:
                yield name, before.view, member.view


def _by_pattern(view: SchemaView) -> dict[str, list[Node]]:
    """Give the schemas of members by their patterns; parts that hold at once may have one in common."""
    found: dict[str, list[Node]] = {}
    for pattern, node in view.patterned:
        found.setdefault(pattern, []).append(node)
    return found


def _is_same_leaf(old: SchemaView, new: SchemaView) -> bool:
    """Say whether two schemas are written alike in one language, and hold no others."""
    if len(old.conjuncts) != len(new.conjuncts) or old.chosen or new.chosen:
        return False
    if old.schemas.has_nullable is not new.schemas.has_nullable:
        return False
    return all(
        _is_flat(left.node.value) and same_json(left.node.value, right.node.value)
        for left, right in zip(old.conjuncts, new.conjuncts, strict=True)
    )


def _are_alike(old: SchemaView, new: SchemaView, words: SameWords) -> bool:
    """Say whether what holds at once of two values is written alike, one by one."""
    if len(old.conjuncts) != len(new.conjuncts) or old.chosen or new.chosen:
        return False
    pairs = zip(old.conjuncts, new.conjuncts, strict=True)
    return all(words.are_alike(left.node, right.node) for left, right in pairs)


def _is_flat(schema: Json) -> bool:
    """Say whether a schema holds nothing but single values, and lists of texts as of types and allowed values.

    One whose type is none may be refused, and is to be looked at.
    """
    if not isinstance(schema, dict) or ("type" in schema and unknown_types(schema["type"])):
        return False
    for value in schema.values():
        if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(each, str) for each in value)):
            return False
    return True


def _reads_any_scalar(old: SchemaView, new: SchemaView) -> bool:
    """Say whether whatever scalar was written as text is read as a text now, of which nothing is demanded."""
    is_any = new.types - {"null"} == {"string"} and new.values is None and not (new.bounds or new.said("pattern"))
    return is_any and bool(old.types) and old.types <= _SCALARS and not new.said("format")


def _steps_of(steps: Steps, difference: Difference) -> Steps:
    return steps if difference.step is None else (*steps, difference.step)


def _is_met(difference: Difference, step: Step | None) -> bool:
    """Say whether a difference is met on a way that goes on with a step, or ends there; see `along`."""
    return difference.step is None or leads_to(difference.step, step)


def leads_to(step: Step, wanted: Step | None) -> bool:
    """Say whether the step of a schema stands for a wanted one, None being the end of a way."""
    if step == wanted:
        return True
    if step is Wildcard.INDEX:
        return isinstance(wanted, int)
    return step is Wildcard.ANY and isinstance(wanted, str)


def _once(found: list[Difference]) -> tuple[Difference, ...]:
    kept = {
        (each.rule, each.step, each.old and each.old.pointer, each.new and each.new.pointer): each for each in found
    }
    return tuple(kept.values())
