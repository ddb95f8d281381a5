"""Untouched places: where nothing differs between two schemas, nor on the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contractkit.changes.schema_pairs import SchemaPair, SchemaPairs, Steps, leads_to
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Step, Wildcard

_OF_NAMES: Final = ("dependentSchemas", "not", "patternProperties", "propertyNames")
"""Keywords that say more of a member than its own schema does; that they came is no change to who reads answers."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What some steps lead to, and whether nothing differs before they are there."""

    reached: tuple[SchemaPair, ...]
    is_clear: bool


class Untouched:
    """The untouched places of a pair of schemas; ways that begin alike are gone once."""

    def __init__(self, pairs: SchemaPairs, old: SchemaView, new: SchemaView) -> None:
        self._pairs = pairs
        self._ways: dict[Steps, _Way] = {(): _Way((pairs.pair(old, new),), is_clear=True)}

    def has(self, steps: Steps) -> bool:
        """Say whether `SchemaPairs.along` would find nothing, at whichever of the places that the steps lead to.

        What lies in alternatives that stand alone is compared with nothing, and counts as touched, as does what cannot
        be compared.
        """
        try:
            way = self._way(steps)
            return way.is_clear and not self._differs(way.reached, None)
        except DefinitionError:
            return False

    def _way(self, steps: Steps) -> _Way:
        found = self._ways.get(steps)
        if found is None:
            found = self._ways[steps] = self._gone(self._way(steps[:-1]), steps[-1])
        return found

    def _gone(self, before: _Way, step: Step) -> _Way:
        if not before.reached:
            return before
        reached = [inner for pair in before.reached for name, inner in pair.compared()[1] if _may_lead_to(name, step)]
        return _Way(tuple(reached), is_clear=before.is_clear and not self._differs(before.reached, step))

    def _differs(self, pairs: Sequence[SchemaPair], step: Step | None) -> bool:
        for pair in pairs:  # loops: every place of every answer is asked about
            if pair.is_same:
                continue
            if not (pair.is_aligned and self._is_looked_at(pair, step)):
                return True
            for difference in pair.compared()[0]:
                if difference.step is None or _may_lead_to(difference.step, step):
                    return True
        return False

    def _is_looked_at(self, pair: SchemaPair, step: Step | None) -> bool:
        """Say whether what both schemas say of what a step leads to is compared, or the same.

        What is described only now is no change to who reads it, unless it saw something else there.
        """
        return all(self._are_compared(*each, step) for each in pair.alignment.pairs)

    def _are_compared(self, old: SchemaView, new: SchemaView, step: Step | None) -> bool:
        """Say whether what a step leads to is among what two alternatives are compared by, or the same in both."""
        match step:
            case None:  # a pattern that came is no change, but it may exclude values that are listed
                return new.values is None or old.said("pattern") == new.said("pattern")
            case str():
                return self._is_member_compared(old, new, step)
            case Wildcard.ANY:
                return self._is_member_compared(old, new, "")  # as what is said of free names is found
        return len(old.numbered) == len(new.numbered) and (old.elements is None) is (new.elements is None)

    def _is_member_compared(self, old: SchemaView, new: SchemaView, name: str) -> bool:
        if old.known(_said_of_names) != new.known(_said_of_names):
            return False
        own, other = old.members.get(name), new.member(name)
        if own is not None and own.view is not None and not self._pairs.is_left_out(own):
            return other is None or other.view is not None
        before, after = (each.view if each else None for each in (old.member(name), other))
        if before is None or after is None:
            return before is after and old.describes_members is new.describes_members
        return self._pairs.pair(before, after).is_same


def _said_of_names(view: SchemaView) -> tuple[tuple[Json, ...], ...]:
    return tuple(map(view.said, _OF_NAMES))


def _may_lead_to(step: Step, wanted: Step | None) -> bool:
    """Say whether a step leads to one of the places that are wanted: `[*]` may be an element with its own schema."""
    is_one = (wanted is Wildcard.INDEX and isinstance(step, int)) or (wanted is Wildcard.ANY and isinstance(step, str))
    return is_one or leads_to(step, wanted)
