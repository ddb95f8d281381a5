"""Weighting: which rules hold at a place of the expected value, decided once, while compiling.

A rule's location is consumed step by step beside the expected value, so no path is ever compared with a path. Of the
rules that fit a place, or a place above it, the heaviest wins alone (Pact specification v3, *matcher path weighting*):
a step that names its member weighs 2, a wildcard 1, the weight of a path is the product. Ties, on which the
specification is silent, go to the longer path, then to the one whose first differing step names its member, then to
`[*]` before `.*`. No order of writing matters.
"""

from collections.abc import Sequence
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
    """What decides between locations; the greatest wins."""

    weight: int = 2
    length: int = 0
    steps: tuple[float, ...] = ()

    def then(self, step: Step) -> "_Rank":
        worth = 1 if step is Wildcard.ANY else 1.5 if step is Wildcard.INDEX else 2
        return _Rank(self.weight * int(worth), self.length + 1, (*self.steps, worth))


_LOWEST = _Rank(weight=0)


class _Held(NamedTuple):
    """Rules whose location has been reached: those that hold there, and those of them that also hold below."""

    rank: _Rank
    rules: tuple[Rule, ...]
    below: tuple[Rule, ...]
    combine: Combine


@dataclass(slots=True, eq=False)
class _Branch:
    """A step of the rules' locations, drawn as a tree, with the rules that end here."""

    rank: _Rank
    children: dict[Step, "_Branch"] = field(default_factory=dict)
    held: _Held | None = None

    def grow(self, step: Step) -> "_Branch":
        branch = self.children.get(step)
        if branch is None:
            branch = self.children[step] = _Branch(self.rank.then(step))
        return branch


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rules say at one place and may say below it."""

    chosen: RuleList
    _held: tuple[_Held, ...] = ()
    _active: tuple[_Branch, ...] = ()

    def step(self, step: Step) -> "Scope":
        """Give the scope of the member or element that a step leads to."""
        inherited = max((held for held in self._held if held.below), key=_rank_of, default=None)
        if not self._active and (inherited is None or (not self.chosen.exact and len(self._held) == 1)):
            return self if inherited is not None else NO_RULES
        cascaded = [] if inherited is None else [inherited._replace(rules=inherited.below)]
        return _scope(cascaded, _reached(self._active, _patterns(step)))

    def beside(self, index: int) -> "Scope":
        """Give this scope joined by what rules say of the place with an index written behind it, as XML's siblings."""
        return self.merged(_scope([], _reached(self._active, (index, Wildcard.INDEX))))

    def merged(self, other: "Scope") -> "Scope":
        """Give the scope of one place that can be addressed in two ways."""
        held = (*self._held, *other._held)
        owner = other if held and max(held, key=_rank_of) in other._held else self
        return Scope(owner.chosen, held, (*self._active, *other._active))

    def named_steps(self) -> set[str]:
        """Give the member names and indexes that some rule writes out for the next step."""
        return {str(step) for branch in self._active for step in branch.children if not isinstance(step, Wildcard)}

    def replaced_by(self, rules: tuple[Rule, ...]) -> "Scope":
        """Give a scope in which other rules hold at this place; what is written for places below still counts."""
        below = _cascading(rules)
        return Scope(RuleList(rules), (_Held(_LOWEST, rules, below, "AND"),), self._active)


NO_RULES = Scope(RuleList())


def scope_of(rules: Sequence[LocatedRules], place: Location) -> Scope:
    """Give the scope of the value at `place`, from rules located anywhere in the exchange."""
    depth = len(place.steps)
    root = _Branch(_Rank())
    for each in rules:
        if each.location.steps[:depth] == place.steps:
            _plant(root, each, depth)
    return _scope([], [root])


def _plant(root: _Branch, located: LocatedRules, depth: int) -> None:
    branch = root
    for step in located.location.steps[depth:]:
        branch = branch.grow(step)
    branch.held = _Held(branch.rank, located.rules, _cascading(located.rules), located.combine)


def _scope(inherited: list[_Held], active: list[_Branch]) -> Scope:
    here = [branch.held for branch in active if branch.held is not None]
    pending = tuple(branch for branch in active if branch.children)
    if not here:
        chosen = RuleList(inherited[0].rules, inherited[0].combine, False) if inherited else RuleList()
        return Scope(chosen, tuple(inherited), pending)
    best = max((*inherited, *here), key=_rank_of)
    return Scope(RuleList(best.rules, best.combine, best not in inherited), (*inherited, *here), pending)


def _rank_of(held: _Held) -> _Rank:
    return held.rank


def _reached(active: tuple[_Branch, ...], patterns: tuple[Step, ...]) -> list[_Branch]:
    return [branch.children[step] for branch in active for step in patterns if step in branch.children]


def _patterns(step: Step) -> tuple[Step, ...]:
    """Give the patterns that fit a step: an index and a member whose name is that number are one."""
    if isinstance(step, int):
        return (step, str(step), Wildcard.INDEX, Wildcard.ANY)
    if isinstance(step, str) and (index := index_in(step)) is not None:
        return (index, step, Wildcard.INDEX, Wildcard.ANY)
    return (step, Wildcard.ANY)


def index_in(name: str) -> int | None:
    """Give the index that a name of at most nine digits stands for."""
    return int(name) if len(name) <= 9 and name.isascii() and name.isdecimal() else None


def _cascading(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if kind_of(rule).cascades)
