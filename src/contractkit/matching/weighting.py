"""Weighting: which rules hold at a place of the expected value, decided once, while compiling.

A rule's location is consumed step by step beside the expected value, so no path is ever compared with a path. Of the
rules that fit a place, or a place above it, the heaviest wins alone (Pact specification v3, *matcher path weighting*):
a step that names its member weighs 2, a wildcard 1, the weight of a path is the product. Ties, on which the
specification is silent, go to the longer path, then to the one whose first differing step names its member, then to
`[*]` before `.*`. No order of writing matters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


class _Rank(NamedTuple):
    weight: int
    length: int
    steps: tuple[float, ...]

    def then(self, step: float) -> "_Rank":
        return _Rank(self.weight * int(step), self.length + 1, (*self.steps, step))


_LOWEST, _ROOT = _Rank(0, 0, ()), _Rank(2, 0, ())


class _Held(NamedTuple):
    """Rules whose path has been consumed: those that hold here, and those of them that also hold below."""

    rank: _Rank
    rules: tuple[Rule, ...]
    below: tuple[Rule, ...]
    combine: Combine


@dataclass(slots=True)
class _Branch:
    """One step of the rules' locations, drawn as a tree, with the rules that end here."""

    children: dict[Step, "_Branch"] = field(default_factory=dict)
    located: LocatedRules | None = None
    below: tuple[Rule, ...] = ()


class _Active(NamedTuple):
    branch: _Branch
    rank: _Rank

    def held(self) -> _Held | None:
        located = self.branch.located
        return None if located is None else _Held(self.rank, located.rules, self.branch.below, located.combine)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rules say at one place and may say below it."""

    chosen: RuleList
    _held: tuple[_Held, ...] = ()
    _active: tuple[_Active, ...] = ()

    def step(self, step: Step) -> "Scope":
        """Give the scope of the member or element that a step leads to."""
        inherited = max((held for held in self._held if held.below), key=_rank_of, default=None)
        if not self._active and (inherited is None or (not self.chosen.exact and len(self._held) == 1)):
            return self if inherited is not None else NO_RULES
        cascaded = [] if inherited is None else [inherited._replace(rules=inherited.below)]
        return _scope(cascaded, [reached for each in self._active for reached in _reached(each, step)])

    def beside(self, index: int) -> "Scope":
        """Give this scope joined by what rules say of the place with an index written behind it, as XML's siblings."""
        reached = [_reached_by(each, pattern, weight) for each in self._active for pattern, weight in _indexes(index)]
        return self.merged(_scope([], [each for each in reached if each is not None]))

    def merged(self, other: "Scope") -> "Scope":
        """Give the scope of one place that can be addressed in two ways."""
        held = (*self._held, *other._held)
        owner = other if held and max(held, key=_rank_of) in other._held else self
        return Scope(owner.chosen, held, (*self._active, *other._active))

    def named_steps(self) -> set[str]:
        """Give the member names and indexes that some rule writes out for the next step."""
        return {str(step) for each in self._active for step in each.branch.children if not isinstance(step, Wildcard)}

    def replaced_by(self, rules: tuple[Rule, ...]) -> "Scope":
        """Give a scope in which other rules hold at this place; what is written for places below still counts."""
        below = _cascading(rules)
        return Scope(RuleList(rules), (_Held(_LOWEST, rules, below, "AND"),), self._active)


NO_RULES = Scope(RuleList())


def scope_of(rules: Sequence[LocatedRules], place: Location) -> Scope:
    """Give the scope of the value at `place`, from rules located anywhere in the exchange."""
    depth = len(place.steps)
    root = _Branch()
    for each in rules:
        if each.location.steps[:depth] == place.steps:
            _plant(root, each, depth)
    return _scope([], [_Active(root, _ROOT)])


def _plant(root: _Branch, located: LocatedRules, depth: int) -> None:
    branch = root
    for step in located.location.steps[depth:]:
        branch = branch.children.setdefault(step, _Branch())
    branch.located = located
    branch.below = _cascading(located.rules)


def _scope(inherited: list[_Held], active: list[_Active]) -> Scope:
    here = [held for each in active if (held := each.held())]
    pending = tuple(each for each in active if each.branch.children)
    if not here:
        chosen = RuleList(inherited[0].rules, inherited[0].combine, False) if inherited else RuleList()
        return Scope(chosen, tuple(inherited), pending)
    best = max((*inherited, *here), key=_rank_of)
    return Scope(RuleList(best.rules, best.combine, best in here), (*inherited, *here), pending)


def _rank_of(held: _Held) -> _Rank:
    return held.rank


def _reached(active: _Active, step: Step) -> Iterator[_Active]:
    for pattern, weight in _patterns(step):
        reached = _reached_by(active, pattern, weight)
        if reached is not None:
            yield reached


def _reached_by(active: _Active, pattern: Step, weight: float) -> _Active | None:
    branch = active.branch.children.get(pattern)
    return None if branch is None else _Active(branch, active.rank.then(weight))


def _patterns(step: Step) -> tuple[tuple[Step, float], ...]:
    """Give the patterns that fit a step with their weights; `[*]` weighs as `.*`, and wins where all else is equal."""
    if isinstance(step, int):
        return (*_indexes(step), (str(step), 2), (Wildcard.ANY, 1))
    if isinstance(step, str) and step.isdecimal():
        return ((step, 2), *_indexes(int(step)), (Wildcard.ANY, 1))
    return ((step, 2), (Wildcard.ANY, 1))


def _indexes(index: int) -> tuple[tuple[Step, float], ...]:
    return ((index, 2), (Wildcard.INDEX, 1.5))


def _cascading(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if kind_of(rule).cascades)
