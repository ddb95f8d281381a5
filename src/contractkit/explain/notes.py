"""Notes: what is said of places, in words: the rules that hold there and the generators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from contractkit.explain.words import generator_in_words, number_in_words, rules_in_words
from contractkit.model import (
    Interaction,
    LocatedGenerator,
    LocatedRules,
    Location,
    Step,
    Wildcard,
    repeated_events,
)

MARK = "   # "

Said = TypeVar("Said", LocatedRules, LocatedGenerator)


class Holding(Protocol):
    """Says which rules hold at a place. Which go first is known to those who compare, so it is an argument here."""

    @property
    def written(self) -> Sequence[LocatedRules]:
        """Give every location of rules."""

    def at(self, location: Location) -> tuple[Sequence[LocatedRules], Sequence[Location]]:
        """Give the rules that are written for a place and hold there, and the locations of those that do not hold."""


@dataclass(frozen=True)
class ByLocation(Generic[Said]):
    """What is written, found by the places it speaks of: those without a wildcard at once, the others one by one."""

    entries: Sequence[Said]

    @cached_property
    def _exact(self) -> Mapping[tuple[Step, ...], list[Said]]:
        found: dict[tuple[Step, ...], list[Said]] = {}
        for each in self.entries:
            found.setdefault(each.location.steps, []).append(each)
        return found

    @cached_property
    def _wild(self) -> Sequence[Said]:
        return [each for each in self.entries if any(isinstance(step, Wildcard) for step in each.location.steps)]

    def found(self, location: Location) -> list[Said]:
        """Give what is written for a place."""
        return [*self._exact.get(location.steps, ()), *(each for each in self._wild if each.location.matches(location))]


@dataclass(frozen=True)
class AsWritten:
    """All rules that are written for a place, as if each of them held."""

    written: Sequence[LocatedRules]

    @cached_property
    def _by_location(self) -> ByLocation[LocatedRules]:
        return ByLocation(self.written)

    def at(self, location: Location) -> tuple[Sequence[LocatedRules], Sequence[Location]]:
        """Give the rules that are written for a place."""
        return self._by_location.found(location), ()


@dataclass(slots=True, eq=False)
class Notes:
    """What is said of the places of one interaction. It remembers what has found its place, and nothing else.

    With `is_whole`, the places of huge values are shown all.
    """

    holding: Holding
    generators: ByLocation[LocatedGenerator]
    repeated: frozenset[Location]
    is_whole: bool = False
    used: set[Location] = field(default_factory=set)
    beaten: set[Location] = field(default_factory=set)

    @classmethod
    def of(cls, interaction: Interaction, holding: Holding | None, *, is_whole: bool = False) -> "Notes":
        """Give the notes of an interaction; without `holding`, all that is written for a place is said of it."""
        repeated = frozenset(Location(("events", place)) for place in repeated_events(interaction.rules))
        return cls(holding or AsWritten(interaction.rules), ByLocation(interaction.generators), repeated, is_whole)

    def at(self, location: Location) -> str:
        """Give what is said of a place, behind a mark; empty where nothing is."""
        held, beaten = self.holding.at(location)
        made = self.generators.found(location)
        self.used.update(each.location for each in held)
        self.used.update(each.location for each in made)
        self.beaten.update(beaten)
        return _behind_mark([*map(self._words, held), *map(generator_in_words, made)])

    def of_values(self, location: Location, count: int) -> str:
        """Give what is said of a name and its values; where each value has rules of its own, those of the name lose."""
        said = [self.at(location / index) for index in range(count)]
        held, _ = self.holding.at(location)
        if said and all(said) and not self.generators.found(location):
            self.beaten.update(each.location for each in held)
            return "".join(said)
        return "".join([self.at(location), *said])

    def elsewhere(self) -> list[str]:
        """Give what is said of places that the example does not show, and of rules that hold nowhere in it."""
        rules = [(each.location, self._words(each)) for each in self.holding.written]
        made = [(each.location, generator_in_words(each)) for each in self.generators.entries]
        return [
            f"{place}: {words}{' (does not hold: other rules go first)' if place in self.beaten else ''}"
            for place, words in (*rules, *made)
            if place not in self.used
        ]

    def _words(self, located: LocatedRules) -> str:
        return number_in_words(located) if located.location in self.repeated else rules_in_words(located)


def _behind_mark(words: Iterable[str]) -> str:
    said = "; ".join(words)
    return f"{MARK}{said}" if said else ""
