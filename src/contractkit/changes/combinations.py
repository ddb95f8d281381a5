"""Combinations: how many schemas that are joined with others are compared, since few of them may join in many ways.

Members that several schemas of an `allOf` describe are described by all of these at once. Where they redefine one
another's members crosswise, each set of schemas that meets somewhere is one of its own, and twenty make a million sets.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import TooInvolvedError

_MOST_LOOKED_AT: Final = 25_000  # schemas in pairs of joined ones, each as often as it is in one: some seconds
_MORE_FOR_EACH: Final = 8  # further ones for each schema that is met, so that large documents have room


class Compared(Protocol):
    """An old and a new schema that stand for each other."""

    old: SchemaView
    new: SchemaView


@dataclass(slots=True)
class Combinations:
    """The pairs that were compared, and all schemas that were met: what is compared grows with these alone."""

    _compared: set[Compared] = field(default_factory=set)
    _met: set[tuple[bool, NodeKey]] = field(default_factory=set)
    _looked_at: int = 0

    def allow(self, pair: Compared) -> bool:
        """Say whether two schemas are still to be compared; those that stand alone always are.

        So are those with one among them that was in none before: whatever is reached is compared once at least, in
        some company.
        """
        if pair in self._compared:  # most are met at many operations
            return True
        parts = {*((False, key) for key in pair.old.key[0]), *((True, key) for key in pair.new.key[0])}
        has_another = not parts <= self._met
        self._met |= parts
        if _is_joined(pair.old) or _is_joined(pair.new):
            if self._looked_at >= _MOST_LOOKED_AT + _MORE_FOR_EACH * len(self._met) and not has_another:
                return False
            self._looked_at += len(parts)
        self._compared.add(pair)
        return True


def too_involved(new: SchemaView) -> TooInvolvedError:
    """Give that what lies in a schema is not compared to its end."""
    error = TooInvolvedError(
        "Its schemas redefine one another's members in too many combinations.",
        details=[("at", new.declared_at.place)],
        next_step="What is left of them is not compared. Let one schema describe a member, not several of an allOf.",
    )
    error.place = new.schemas.documents.mistaken(new.declared_at, "allOf")
    return error


def _is_joined(view: SchemaView) -> bool:
    """Say whether a schema is more than what is described at one place: several that hold at once."""
    return view.schemas.view(view.used_at).key != view.key
