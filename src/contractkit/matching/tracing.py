"""Tracing: the same steps from scope to scope that comparing takes, with every location of rules followed by itself.

The scope that decides remembers winners only. Beside it, each location of rules walks alone through a scope of its own;
wherever that one says something, the location was a candidate. So what is explained is what was compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from contractkit.matching.weighting import NO_RULES, RuleList, Scope, fitting_steps, scope_of
from contractkit.model import LocatedRules, Rule, Step, Wildcard


class Reach(Enum):
    """How rules come to hold at a place."""

    WRITTEN = "written for this place"
    CASCADED = "cascades from further up"
    EACH_VALUE = "laid on each value from the container above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A location of rules that fits a place.

    Attributes:
        located: The rules as they were written, with their location.
        rules: Those of them that hold at the place: all, or the ones that cascade, or the inner ones of `eachValue`.
        reach: How they come to hold there.
        weight: The weight of the location as the Pact specification counts it: 2 for the part itself and for each named
            step below it, 1 for a wildcard, multiplied. 0 for what `eachValue` lays on: each location below goes first.
    """

    located: LocatedRules
    rules: tuple[Rule, ...]
    reach: Reach
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lone:
    """One location of rules and the scope in which it is alone."""

    located: LocatedRules
    scope: Scope
    reach: Reach | None = None

    def moved(self, scope: Scope) -> "_Lone":
        return _Lone(located=self.located, scope=scope, reach=self.reach)


@dataclass(slots=True, eq=False)
class TracedScope:
    """A scope, and beside it that of each location of rules alone. It steps as `Scope` does.

    Locations that say nothing here or further down are left behind, so a place costs what the rules that reach it do;
    places that the same rules reach share one scope. It remembers what it gave; nothing else of it changes.
    `replaced` are the locations that would hold at this place if `eachValue` above did not lay its own rules on it.
    """

    whole: Scope
    alone: tuple[_Lone, ...]
    base: int = 0
    replaced: tuple[Candidate, ...] = ()
    _below: "dict[tuple[Step, ...], TracedScope]" = field(default_factory=dict, repr=False)
    _by_step: dict[Step, list[int]] | None = field(default=None, repr=False)
    _lasting: list[int] = field(default_factory=list, repr=False)
    _candidates: tuple[Candidate, ...] | None = field(default=None, repr=False)
    _laid: "tuple[LocatedRules | None, tuple[Rule, ...], TracedScope] | None" = field(default=None, repr=False)

    @property
    def chosen(self) -> RuleList:
        """Give the rules that won."""
        return self.whole.chosen

    def step(self, step: Step) -> "TracedScope":
        """Give the scope of the member or element that a step leads to."""
        by_step = self._indexed()
        patterns = tuple([each for each in fitting_steps(step) if each in by_step])
        scope = self._below.get(patterns)
        if scope is None:
            reached = [number for each in patterns for number in by_step[each]]
            moved = [self.alone[number] for number in sorted({*self._lasting, *reached})]
            lone = tuple([each.moved(each.scope.step(step)) for each in moved])
            scope = self._below[patterns] = TracedScope(self.whole.step(step), lone, self.base)
        return scope

    def _indexed(self) -> dict[Step, list[int]]:
        """Give which locations a step may lead on to, by their numbers; others are kept only if they last."""
        if self._by_step is None:
            found: dict[Step, list[int]] = {}
            for number, each in enumerate(self.alone):
                for step in each.scope.next_steps():
                    found.setdefault(step, []).append(number)
                if each.scope.is_lasting:
                    self._lasting.append(number)
            self._by_step = found
        return self._by_step

    def at_part(self, steps: Sequence[Step]) -> "TracedScope":
        """Give the scope of a part; weights count from there on."""
        scope = self
        for step in steps:
            scope = scope.step(step)
        return TracedScope(scope.whole, scope.alone, len(steps))

    def beside(self, index: int) -> "TracedScope":
        """Give this scope joined by what rules say of the place with an index written behind it, as XML's siblings."""
        lone = [each.moved(each.scope.beside(index)) for each in self.alone]
        return TracedScope(self.whole.beside(index), tuple(lone), self.base)

    def merged(self, other: "TracedScope") -> "TracedScope":
        """Give the scope of one place that can be addressed in two ways."""
        lone = {(id(each.located), each.reach): each for each in self.alone}
        for each in other.alone:
            left = lone.get((id(each.located), each.reach))
            both = each if left is None else left.moved(left.scope.merged(each.scope))
            lone[id(each.located), each.reach] = both
        return TracedScope(self.whole.merged(other.whole), tuple(lone.values()), self.base)

    def under_each_value(self, owner: LocatedRules | None, rules: tuple[Rule, ...]) -> "TracedScope":
        """Give the scope of a value on which `eachValue`, written in `owner`, lays rules."""
        if self._laid is None or (self._laid[0], self._laid[1]) != (owner, rules):
            self._laid = owner, rules, self._with_laid(owner, rules)
        return self._laid[2]

    def _with_laid(self, owner: LocatedRules | None, rules: tuple[Rule, ...]) -> "TracedScope":
        lone = [each.moved(each.scope.without_rules()) for each in self.alone]
        if owner is not None:
            laid = NO_RULES.replaced_by(rules)
            lone.append(_Lone(located=owner, scope=laid, reach=Reach.EACH_VALUE))
        return TracedScope(self.whole.replaced_by(rules), tuple(lone), self.base, self.candidates())

    def candidates(self) -> tuple[Candidate, ...]:
        """Give the locations that fit this place, the winner first, then by rank."""
        if self._candidates is None:
            self._candidates = self._ranked()
        return self._candidates

    def _ranked(self) -> tuple[Candidate, ...]:
        fitting = [each for each in self.alone if each.scope.chosen]
        fitting.sort(key=lambda each: each.scope.rank, reverse=True)
        fitting.sort(key=self._is_beaten)
        return (*map(partial(_candidate, base=self.base), fitting), *self.replaced)

    def _is_beaten(self, lone: _Lone) -> bool:
        return lone.scope.chosen != self.chosen or lone.scope.rank != self.whole.rank


def traced(rules: Sequence[LocatedRules]) -> TracedScope:
    """Give the traced scope of the root that the locations of some rules start from."""
    alone = tuple(_Lone(located=each, scope=scope_of([each])) for each in rules)
    return TracedScope(scope_of(rules), alone)


def _candidate(lone: _Lone, base: int) -> Candidate:
    chosen = lone.scope.chosen
    reach = lone.reach or (Reach.WRITTEN if chosen.exact else Reach.CASCADED)
    weight = 0 if lone.reach is Reach.EACH_VALUE else _weight(lone.located.location.steps[base:])
    return Candidate(located=lone.located, rules=chosen.rules, reach=reach, weight=weight)


def _weight(steps: Sequence[Step]) -> int:
    return 2 << sum(not isinstance(step, Wildcard) for step in steps)
