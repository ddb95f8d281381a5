"""Weighting: which rules hold at a place of the expected value, decided once, while compiling.

A rule's location is consumed step by step beside the expected value, so no path is ever compared with a path. Of the
rules that fit a place, or a place above it, the heaviest wins alone (Pact specification v3, *matcher path weighting*):
a step that names its member weighs 2, a wildcard 1, the weight of a path is the product. Ties, on which the
specification is silent, go to the longer path, then to the one whose first differing step names its member, then to
`[*]` before `.*`. No order of writing matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from contractkit.matching.rules import bounded, kind_of
from contractkit.model import Combine, LocatedRules, Location, Rule, Step, Wildcard

OTHER_MEMBER = "\0any other member"
"""Stands for every member name that neither the expected value nor a rule mentions: only wildcards fit it."""

OTHER_INDEX = -1
"""Stands for every index beyond those that the expected value and the rules mention."""


LONGEST_LOCATION = 300
"""Steps of the longest location that holds rules: no expected value is so deep that a longer one reaches anything."""


class RuleList(NamedTuple):
    """The rules that hold at one place. `exact` says that they were written for it and not for a place above."""

    rules: tuple[Rule, ...] = ()
    combine: Combine = "AND"
    exact: bool = True

    def __bool__(self) -> bool:
        return bool(self.rules)


class Rank(NamedTuple):
    """What decides between locations; the greatest wins."""

    weight: int = 2
    length: int = 0
    steps: tuple[float, ...] = ()


def _rank(steps: Sequence[Step]) -> Rank:
    worth = tuple([1 if step is Wildcard.ANY else 1.5 if step is Wildcard.INDEX else 2 for step in steps])
    return Rank(2 << worth.count(2), len(steps), worth)


_LOWEST = Rank(weight=0)


@dataclass(slots=True, eq=False)
class _Held:
    """Rules whose location has been reached; `below` is what of them also holds further down, where anything does."""

    rank: Rank
    rules: tuple[Rule, ...]
    combine: Combine
    below: "_Held | None"


@dataclass(slots=True, eq=False)
class _Branch:
    """A step of the rules' locations, drawn as a tree, with the rules that end here."""

    children: dict[Step, "_Branch"] = field(default_factory=dict)
    held: _Held | None = None

    def grow(self, step: Step) -> "_Branch":
        branch = self.children.get(step)
        if branch is None:
            branch = self.children[step] = _Branch()
        return branch


@dataclass(slots=True, eq=False)
class Scope:
    """What the rules say at one place and may say below it. It remembers scopes it gave; nothing else of it changes."""

    chosen: RuleList
    _best: _Held | None = None
    _inherited: _Held | None = None
    _active: tuple[_Branch, ...] = ()
    _below: "dict[tuple[Step, ...], Scope]" = field(default_factory=dict, repr=False)
    _named: frozenset[Step] | None = field(default=None, repr=False)
    _places: "dict[tuple[Step, ...], Scope]" = field(default_factory=dict, repr=False)

    def step(self, step: Step) -> "Scope":
        """Give the scope of the member or element that a step leads to."""
        if not self._active and self._best is self._inherited and not self.chosen.exact:
            return self
        if self._named is None:
            self._named = frozenset(each for branch in self._active for each in branch.children)
        names, wildcards = _patterns(step)
        patterns = wildcards if self._named.isdisjoint(names) else (*names, *wildcards)
        scope = self._below.get(patterns)
        if scope is None:
            scope = self._below[patterns] = _scope(self._inherited, _reached(self._active, patterns))
        return scope

    @property
    def is_even(self) -> bool:
        """Say whether every place below this one has the same rules: none is written for any of them."""
        return not self._active

    @property
    def is_silent(self) -> bool:
        """Say whether no rule holds here or below."""
        return not self._active and self._best is None and self._inherited is None

    @property
    def is_lasting(self) -> bool:
        """Say whether rules hold at every place below this one, unless heavier ones are written there."""
        return self._inherited is not None

    def next_steps(self) -> frozenset[Step]:
        """Give the steps, wildcards included, that lead on to places which rules are written for."""
        return frozenset(step for branch in self._active for step in branch.children)

    def at(self, place: Location) -> "Scope":
        """Give the scope of a place below this one."""
        scope = self._places.get(place.steps)
        if scope is None:
            scope = self
            for step in place.steps:
                scope = scope.step(step)
            if len(self._places) < _FEW_PLACES:  # enough for the parts of an exchange, asked for time and again
                self._places[place.steps] = scope
        return scope

    def beside(self, index: int) -> "Scope":
        """Give this scope joined by what rules say of the place with an index written behind it, as XML's siblings."""
        return self.merged(_scope(None, _reached(self._active, (index, Wildcard.INDEX))))

    def merged(self, other: "Scope") -> "Scope":
        """Give the scope of one place that can be addressed in two ways."""
        owner = self if _outranks(self._best, other._best) else other
        inherited = self._inherited if _outranks(self._inherited, other._inherited) else other._inherited
        return Scope(owner.chosen, owner._best, inherited, (*self._active, *other._active))

    def named_steps(self) -> set[str]:
        """Give the member names and indexes that some rule writes out for the next step."""
        return {str(step) for branch in self._active for step in branch.children if not isinstance(step, Wildcard)}

    def replaced_by(self, rules: tuple[Rule, ...]) -> "Scope":
        """Give a scope in which other rules hold at this place; what is written for places below still counts."""
        held = _held(_LOWEST, rules, "AND")
        return Scope(RuleList(held.rules), held, held.below, self._active)

    def without_rules(self) -> "Scope":
        """Give a scope in which no rule holds at this place; what is written for places below still counts."""
        return Scope(_NOTHING_SAID, None, None, self._active)

    @property
    def rank(self) -> "Rank":
        """Give what decided for the rules that hold here; the lowest where none do."""
        return _LOWEST if self._best is None else self._best.rank


_FEW_PLACES = 16

_NOTHING_SAID = RuleList(exact=False)

NO_RULES = Scope(_NOTHING_SAID)
"""The scope of a place that no rule reaches."""


def scope_of(rules: Sequence[LocatedRules]) -> Scope:
    """Give the scope of the root that the locations of some rules start from: an exchange, or a single value."""
    root = _Branch()
    for located in rules:
        steps = located.location.steps
        if len(steps) > LONGEST_LOCATION:
            continue
        branch = root
        for step in steps:
            branch = branch.grow(step)
        branch.held = _held(_rank(steps), located.rules, located.combine)
    return _scope(None, (root,))


def kept_scope_of(rules: Sequence[LocatedRules]) -> Scope:
    """Give the scope of the root as `scope_of` does, once for the few and plain rules that most recordings share."""
    if len(rules) > _FEW or any(rule.attributes for located in rules for rule in located.rules):
        return scope_of(rules)
    return _kept_scope(
        tuple([(each.location.steps, tuple([rule.name for rule in each.rules]), each.combine) for each in rules])
    )


_FEW = 4


@lru_cache(maxsize=64)
def _kept_scope(rules: tuple[tuple[tuple[Step, ...], tuple[str, ...], Combine], ...]) -> Scope:
    return scope_of(
        [
            LocatedRules(location=Location(steps), rules=tuple(map(Rule, names)), combine=combine)
            for steps, names, combine in rules
        ]
    )


def _held(rank: Rank, rules: tuple[Rule, ...], combine: Combine) -> _Held:
    rules = bounded(rules)
    cascading = tuple(rule for rule in rules if kind_of(rule).cascades)
    return _Held(rank, rules, combine, _Held(rank, cascading, combine, None) if cascading else None)


def _scope(inherited: _Held | None, active: tuple[_Branch, ...]) -> Scope:
    if not active:
        return Scope(_chosen(inherited, inherited), inherited, inherited)
    best = below = inherited
    for branch in active:
        held = branch.held
        if held is not None:
            best = held if _outranks(held, best) else best
            below = held.below if held.below is not None and _outranks(held.below, below) else below
    return Scope(_chosen(best, inherited), best, below, tuple([branch for branch in active if branch.children]))


def _chosen(best: _Held | None, inherited: _Held | None) -> RuleList:
    return _NOTHING_SAID if best is None else RuleList(best.rules, best.combine, best is not inherited)


def _outranks(held: _Held | None, other: _Held | None) -> bool:
    return other is None or (held is not None and held.rank >= other.rank)


def _reached(active: tuple[_Branch, ...], patterns: tuple[Step, ...]) -> tuple[_Branch, ...]:
    return tuple([branch.children[step] for branch in active for step in patterns if step in branch.children])


def _patterns(step: Step) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Give the names and the wildcards that fit a step: an index and a member whose name is that number are one."""
    if isinstance(step, int):
        return (step, str(step)), _INDEXES
    if isinstance(step, str) and step[:1].isdecimal() and (index := index_in(step)) is not None:
        return (index, step), _INDEXES
    return (step,), _MEMBERS


def fitting_steps(step: Step) -> tuple[Step, ...]:
    """Give the steps of rules' locations that lead to the place where a step leads, wildcards last."""
    names, wildcards = _patterns(step)
    return (*names, *wildcards)


_INDEXES, _MEMBERS = (Wildcard.INDEX, Wildcard.ANY), (Wildcard.ANY,)


def index_in(name: str) -> int | None:
    """Give the index that a name of at most nine digits stands for."""
    return int(name) if len(name) <= 9 and name.isascii() and name.isdecimal() else None
