"""Rulings: the rules that hold at each place of an interaction, as comparing has it.

Those that `eachValue` lays on values, and those of the variants of `arrayContains` for their elements, are followed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from contractkit.matching import Candidate, Reach
from contractkit.matching.members import inner_rules, said_of_members
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.tracing import TracedScope, traced
from contractkit.matching.variants import rules_of_variants
from contractkit.matching.weighting import RuleList
from contractkit.model import LocatedRules, Location, Rule, Step

Scopes: TypeAlias = tuple[TracedScope, ...]
"""The scopes of one place: one, several where variants share an example, none where no variant has the element."""


@dataclass(slots=True, eq=False)
class Rulings:
    """The rules of an interaction as they hold. It remembers the scopes of containers; nothing else of it changes."""

    rules: tuple[LocatedRules, ...]
    _below: dict[tuple[Step, ...], Scopes] = field(default_factory=dict, repr=False)
    _variants: dict[tuple[int, Location], dict[int, list[TracedScope]]] = field(default_factory=dict, repr=False)
    _written: dict[int, LocatedRules] = field(default_factory=dict, repr=False)

    @property
    def written(self) -> tuple[LocatedRules, ...]:
        """Give every location of rules, of variants as the places of their elements."""
        return tuple(each for located in self.rules for each in _expanded(located))

    def at(self, location: Location) -> tuple[tuple[LocatedRules, ...], tuple[Location, ...]]:
        """Give the rules that are written for a place and hold there, and the locations that heavier ones beat."""
        held: list[LocatedRules] = []
        beaten: list[Location] = []
        for scope in self.scopes(location.steps):
            for rank, each in enumerate(scope.candidates()):
                written = self.as_written(each)
                if each.reach is Reach.WRITTEN and rank:
                    beaten.append(written.location)
                elif each.reach is Reach.WRITTEN:
                    held.append(written)
        return tuple(held), tuple(beaten)

    def chosen(self, location: Location) -> RuleList:
        """Give the rules that hold at a place, wherever they are written; of several variants those of the first."""
        scopes = self.scopes(location.steps)
        return scopes[0].chosen if scopes else RuleList()

    def scopes(self, steps: tuple[Step, ...]) -> Scopes:
        """Give the scopes of a place."""
        if not steps:
            return self._container(())
        return self._step(self._container(steps[:-1]), steps[:-1], steps[-1])

    def as_written(self, candidate: Candidate) -> LocatedRules:
        """Give a candidate's rules with their location in the exchange, those of variants too."""
        return self._written.get(id(candidate.located), candidate.located)

    def _container(self, steps: tuple[Step, ...]) -> Scopes:
        found = self._below.get(steps)
        if found is None:
            found = self._below[steps] = self.scopes(steps) if steps else (traced(self.rules),)
        return found

    def _step(self, scopes: Scopes, steps: tuple[Step, ...], step: Step) -> Scopes:
        found: list[TracedScope] = []
        for scope in scopes:
            if isinstance(step, int) and Members.VARIANTS in said_of_members(scope.chosen):
                found += self._variants_in(scope, steps).get(step, ())
                continue
            inner = inner_rules(scope.chosen)
            below = scope.step(step)
            found.append(below.under_each_value(scope.candidates()[0].located, inner) if inner else below)
        return tuple(found)

    def _variants_in(self, scope: TracedScope, steps: tuple[Step, ...]) -> dict[int, list[TracedScope]]:
        winner = scope.candidates()[0]
        owner = self.as_written(winner).location if winner.reach is Reach.WRITTEN else Location(steps)
        key = id(winner.located), owner
        if key not in self._variants:
            made: dict[int, list[TracedScope]] = {}
            for index, rules in _variants_of(winner.rules):
                self._written |= {id(each): _moved(each, owner / index) for each in rules}
                made.setdefault(index, []).append(traced(rules))
            self._variants[key] = made
        return self._variants[key]


def _expanded(located: LocatedRules) -> Iterator[LocatedRules]:
    yield located
    for index, rules in _variants_of(located.rules):
        for each in rules:
            yield from _expanded(_moved(each, located.location / index))


def _variants_of(rules: Sequence[Rule]) -> Iterator[tuple[int, tuple[LocatedRules, ...]]]:
    for rule in rules:
        if kind_of(rule).members is Members.VARIANTS:
            yield from rules_of_variants(rule)


def _moved(located: LocatedRules, place: Location) -> LocatedRules:
    return replace(located, location=place.under(located.location.steps))
