"""Schema pairs: an old and a new schema walked together, each pair compared once however often it is used."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.changes.alignment import align
from contractkit.changes.records import Difference, Direction
from contractkit.changes.schema_rules import branch_differences, whole_differences
from contractkit.definitions.schemas import SchemaView, ViewKey
from contractkit.model import Step, Wildcard

PairKey: TypeAlias = tuple[ViewKey, ViewKey]
Steps: TypeAlias = tuple[Step, ...]

_NUMBERED: TypeAlias = tuple["Step", SchemaView, SchemaView]


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """What was found at one pair itself, and the pairs below it with the step that leads there."""

    differences: tuple[Difference, ...]
    below: tuple[tuple[Step, SchemaView, SchemaView], ...]


class SchemaPairs:
    """The pairs of two definitions in one direction. Recursion is bounded, since a pair is entered once per walk."""

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self._compared: dict[PairKey, ComparedPair] = {}

    def everywhere(self, old: SchemaView, new: SchemaView) -> Iterator[tuple[Steps, Difference]]:
        """Give every difference that can be reached from a pair, with the shortest steps to it, nearest first."""
        seen = {(old.key, new.key)}
        pending: deque[tuple[Steps, SchemaView, SchemaView]] = deque([((), old, new)])
        while pending:
            steps, before, after = pending.popleft()
            pair = self.compare(before, after)
            for difference in pair.differences:
                yield _steps_of(steps, difference), difference
            for step, left, right in pair.below:
                key = (left.key, right.key)
                if key not in seen:
                    seen.add(key)
                    pending.append(((*steps, step), left, right))

    def along(self, old: SchemaView, new: SchemaView, steps: Sequence[Step]) -> Iterator[tuple[Steps, Difference]]:
        """Give the differences met on the way to a place and at it, outermost first.

        What is found about a member that the way does not take is passed over.
        """
        reached = [(old, new)]
        for count, step in enumerate((*steps, None)):
            walked = tuple(steps[:count])
            pairs = [self.compare(before, after) for before, after in reached]
            for difference in (each for pair in pairs for each in pair.differences):
                if difference.step is None or _leads_to(difference.step, step):
                    yield _steps_of(walked, difference), difference
            reached = [(left, right) for pair in pairs for name, left, right in pair.below if _leads_to(name, step)]

    def compare(self, old: SchemaView, new: SchemaView) -> ComparedPair:
        """Give what differs at one pair itself."""
        key = (old.key, new.key)
        found = self._compared.get(key)
        if found is None:
            found = self._compared[key] = self._compare(old, new)
        return found

    def _compare(self, old: SchemaView, new: SchemaView) -> ComparedPair:
        pairs = align(old, new).pairs
        found = [*whole_differences(old, new, self.direction)]
        for before, after in pairs:
            found.extend(branch_differences(before, after, self.direction))
        below = {
            (step, left.key, right.key): (step, left, right)
            for before, after in pairs
            for step, left, right in self._below(before, after)
        }
        return ComparedPair(_once(found), tuple(below.values()))

    def _below(self, old: SchemaView, new: SchemaView) -> Iterator[_NUMBERED]:
        for name, member in old.members.items():
            other = new.member(name)
            if member.view is None or other is None or other.view is None:
                continue
            if not (member.is_read_only if self.direction is Direction.REQUEST else member.is_write_only):
                yield name, member.view, other.view
        for index, (left, right) in enumerate(zip(old.numbered, new.numbered, strict=False)):
            yield index, left, right
        if old.elements is not None and new.elements is not None:
            yield Wildcard.INDEX, old.elements, new.elements
        if old.additional is not None and new.additional is not None:
            yield Wildcard.ANY, old.additional, new.additional


def _steps_of(steps: Steps, difference: Difference) -> Steps:
    return steps if difference.step is None else (*steps, difference.step)


def _leads_to(step: Step, wanted: Step | None) -> bool:
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
