"""Weighting: which rules hold at a place of the expected value, decided once, while compiling.

A rule's location is consumed step by step beside the expected value, so no path is ever compared with a path. Of the
rules that fit a place, or a place above it, the heaviest wins alone (Pact specification v3, *matcher path weighting*):
a step that names its member weighs 2, a wildcard 1, the weight of a path is the product. Ties, on which the
specification is silent, go to the longer path, then to the one whose first differing step names its member, then to
`[*]` before `.*`, then to the rule written last.
"""

from dataclasses import dataclass
from typing import NamedTuple

from contractkit.matching.rules import kind_of
from contractkit.model import Combine, LocatedRules, Location, Rule, Step, Wildcard

OTHER_MEMBER = "\0any other member"
"""Stands for every member name that neither the expected value nor a rule mentions: only wildcards fit it."""

OTHER_INDEX = -1
"""Stands for every index beyond those that the expected value and the rules mention."""


class RuleList(NamedTuple):
    """The rules that hold at one place. `exact` says that they were written for it and not for a place above."""

    rules: tuple[Rule, ...] = ()
    combine: Combine = "AND"
    exact: bool = True

    def __bool__(self) -> bool:
        return bool(self.rules)


class _Candidate(NamedTuple):
    steps: tuple[Step, ...]
    weights: tuple[float, ...]
    order: int
    rules: tuple[Rule, ...]
    combine: Combine

    @property
    def rank(self) -> tuple[float, int, tuple[float, ...], int]:
        weight = 1
        for each in self.weights:
            weight *= int(each)
        return weight, len(self.weights), self.weights, self.order


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rules say at one place and may say below it."""

    chosen: RuleList
    _holding: tuple[_Candidate, ...] = ()
    _pending: tuple[_Candidate, ...] = ()

    def step(self, step: Step) -> "Scope":
        """Give the scope of the member or element that a step leads to."""
        if not self._holding and not self._pending:
            return self
        advanced = [_advance(each, step, weight) for each in self._pending if (weight := _weight(each.steps[0], step))]
        cascading = [_cascaded(each) for each in self._holding]
        return _scope([each for each in cascading if each.rules], advanced)

    def beside(self, index: int) -> "Scope":
        """Give this scope joined by what rules say of the place with an index written behind it, as XML's siblings."""
        fitting = [each for each in self._pending if isinstance(each.steps[0], int) or each.steps[0] is Wildcard.INDEX]
        return self.merged(Scope(RuleList(), (), tuple(fitting)).step(index))

    def merged(self, other: "Scope") -> "Scope":
        """Give the scope of one place that can be addressed in two ways."""
        best = max((*self._holding, *other._holding), key=lambda each: each.rank, default=None)
        owner = other if best in other._holding else self
        return Scope(owner.chosen, (*self._holding, *other._holding), (*self._pending, *other._pending))

    def named_steps(self) -> set[Step]:
        """Give the member names and indexes that some rule writes out for the next step."""
        return {each.steps[0] for each in self._pending if not isinstance(each.steps[0], Wildcard)}

    def replaced_by(self, rules: tuple[Rule, ...]) -> "Scope":
        """Give a scope in which other rules hold at this place; what is written for places below still counts."""
        replacement = _Candidate((), (), 0, rules, "AND")
        return Scope(RuleList(rules), (replacement,), self._pending)


NO_RULES = Scope(RuleList())


def scope_of(rules: tuple[LocatedRules, ...], place: Location) -> Scope:
    """Give the scope of the value at `place`, from rules located anywhere in the exchange."""
    depth = len(place.steps)
    below = [
        _Candidate(each.location.steps[depth:], (), order, each.rules, each.combine)
        for order, each in enumerate(rules)
        if each.location.steps[:depth] == place.steps
    ]
    return _scope([], below)


def _scope(holding: list[_Candidate], reached: list[_Candidate]) -> Scope:
    here = [each for each in reached if not each.steps]
    best = max(here + holding, key=lambda each: each.rank, default=None)
    chosen = RuleList() if best is None else RuleList(best.rules, best.combine, any(best is each for each in here))
    return Scope(chosen, (*holding, *here), tuple(each for each in reached if each.steps))


def _advance(candidate: _Candidate, step: Step, weight: float) -> _Candidate:
    return candidate._replace(steps=candidate.steps[1:], weights=(*candidate.weights, weight))


def _cascaded(candidate: _Candidate) -> _Candidate:
    if all(kind_of(rule).cascades for rule in candidate.rules):
        return candidate
    return candidate._replace(rules=tuple(rule for rule in candidate.rules if kind_of(rule).cascades))


def _weight(pattern: Step, step: Step) -> float:
    """Give 2 for the same name, 1 for a wildcard (a trifle more for the narrower one), 0 where the two differ."""
    if pattern is Wildcard.ANY:
        return 1
    if pattern is Wildcard.INDEX:
        return 1.5 if isinstance(step, int) or (isinstance(step, str) and step.isdecimal()) else 0
    return 2 if pattern == step or str(pattern) == str(step) else 0
