"""Rules compared place by place: what holds on each side, wherever and however it is written.

What is told is what accepts other values than before. Locations that the examples do not have are compared as written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from contractkit.exact_json import Json, same_json, show_json
from contractkit.explain.words import rules_in_words
from contractkit.matching.members import said_of_members
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.variants import rules_of_variants
from contractkit.matching.weighting import RuleList
from contractkit.model import LocatedRules, Location, Rule, Step, Wildcard
from contractkit.results import ABSENT
from contractkit.review.records import Difference, Effect
from contractkit.review.rulings import Rulings, Scopes
from contractkit.review.strictness import Order, order
from contractkit.review.trees import Tree

_NO_RULE = "exactly the example"
_TYPE = Rule("type")
_FLIPPED = {Effect.STRICTER: Effect.LOOSER, Effect.LOOSER: Effect.STRICTER}
_OF_ORDER = {Order.WIDER: Effect.LOOSER, Order.NARROWER: Effect.STRICTER, Order.UNRELATED: Effect.OTHER}
_FREE = frozenset({Members.FREE, Members.EACH_VALUE})


def rule_differences(
    old: Rulings,
    new: Rulings,
    parts: Iterable[tuple[Location, Tree, Tree]],
    asked: Sequence[Location],
    one_sided: Sequence[Location],
) -> Iterator[Difference]:
    """Give the rules that accept other values than before, in the order of their locations.

    Args:
        old: The rules before.
        new: The rules after.
        parts: The parts that both sides have, each with its trees before and after.
        asked: The parts that the consumer sends.
        one_sided: Places that only one side has; their rules are told with their values.
    """
    walk = _Walk(old, new, asked)
    for location, before, after in parts:
        walk.look(location.steps, before, after)
    walk.look_beyond(one_sided)
    yield from sorted(walk.found, key=lambda each: each.location or Location())


def value_place(location: Location) -> Location:
    """Give where the rules of a value are: of a header or parameter with one value, at that value."""
    is_name = len(location.steps) == 3 and location.steps[1] in ("headers", "query")
    return location / 0 if is_name else location


@dataclass(slots=True, eq=False)
class _Walk:
    """A walk through two examples; `met` are the locations of rules that reached a place, before and after."""

    old: Rulings
    new: Rulings
    asked: Sequence[Location]
    found: dict[Difference, None] = field(default_factory=dict)
    met: tuple[set[Location], set[Location]] = field(default_factory=lambda: (set(), set()))
    done: set[tuple[object, ...]] = field(default_factory=set)

    def look(self, steps: tuple[Step, ...], before: Tree, after: Tree) -> None:
        """Compare what holds at a place and below it."""
        if before is ABSENT or after is ABSENT:
            return
        was, now = self.old.scopes(steps), self.new.scopes(steps)
        self._meet(was, now)
        if not isinstance(before, dict | list):
            place = value_place(Location(steps))
            was, now = self.old.scopes(place.steps), self.new.scopes(place.steps)
            self._meet(was, now)
        if was and now and self._is_new(was, now, before, after):
            self._compare(steps, was, now, before, after)
            for step, one, other in _pairs(was, before, after):
                self.look((*steps, step), one, other)

    def _meet(self, *sides: Scopes) -> None:
        for rulings, met, scopes in zip((self.old, self.new), self.met, sides, strict=True):
            met.update(rulings.as_written(each).location for scope in scopes for each in scope.candidates())

    def _is_new(self, was: Scopes, now: Scopes, before: Tree, after: Tree) -> bool:
        """Say whether a place may tell anything new: of scalars under the same rules one is enough."""
        one, other = was[0], now[0]
        if one.whole.is_even and other.whole.is_even and one.chosen == other.chosen:
            return False
        if isinstance(before, dict | list):
            return True
        key = (id(one), id(other), type(before), type(after))
        is_new = key not in self.done
        self.done.add(key)
        return is_new

    def _compare(self, steps: tuple[Step, ...], was: Scopes, now: Scopes, before: Tree, after: Tree) -> None:
        one, other = was[0], now[0]
        rules = _speaking(one.chosen, before), _speaking(other.chosen, after)
        owners = [
            rulings.as_written(scope.candidates()[0]).location
            for rulings, scope in ((self.old, one), (self.new, other))
            if scope.candidates()
        ]
        place = max(owners, key=lambda each: len(each.steps), default=Location(steps))
        self._tell(place, *rules, has_rules=(bool(one.chosen), bool(other.chosen)))

    def _tell(self, place: Location, was: RuleList, now: RuleList, has_rules: tuple[bool, bool]) -> None:
        compared = order(was, now)
        if _is_same(was, now) or compared is Order.SAME:
            return
        effect = _OF_ORDER[compared]
        if any(place.starts_with(part) for part in self.asked):
            effect = _FLIPPED.get(effect, effect)
        words = [_words(each) if has else _NO_RULE for each, has in zip((was, now), has_rules, strict=True)]
        if words[0] == words[1]:
            words = [show_json([{"match": rule.name, **rule.attributes} for rule in each.rules]) for each in (was, now)]
        told = Difference(what="rule", effect=effect, before=words[0], after=words[1], location=place)
        self.found[told] = None

    def look_beyond(self, one_sided: Sequence[Location]) -> None:
        """Compare the locations that reached no place, as they are written."""
        olds, news = ({each.location: each for each in rulings.written} for rulings in (self.old, self.new))
        for location in {*olds, *news}:
            was, now = olds.get(location), news.get(location)
            if location in self.met[0] or location in self.met[1]:
                continue
            if (was is None or now is None) and any(_speaks_of(location, place) for place in one_sided):
                continue
            if was is None or now is None or not _is_same(_listed(was), _listed(now)):
                held = self.old.chosen(location), self.new.chosen(location)
                self._tell(location, *held, has_rules=(bool(held[0]), bool(held[1])))


def _pairs(was: Scopes, before: Tree, after: Tree) -> Iterator[tuple[Step, Tree, Tree]]:
    """Give the members of a place on both sides, and those that stand for all that the example does not have."""
    said = said_of_members(was[0].chosen)
    match before, after:
        case dict(), dict():
            yield from ((name, value, after[name]) for name, value in before.items() if name in after)
            if before and after and said & _FREE:
                yield Wildcard.ANY, next(iter(before.values())), next(iter(after.values()))
        case list(), list():
            yield from ((index, *pair) for index, pair in enumerate(zip(before, after, strict=False)))
            if before and after and Members.VARIANTS not in said:
                yield Wildcard.INDEX, before[0], after[0]


def _speaking(rules: RuleList, value: Tree) -> RuleList:
    """Give what rules say of a value itself: bounds only where they count, of an object its kind where nothing else."""
    has_bounds = rules.exact and isinstance(value, dict | list)
    spoken = tuple(_without_members(rule, value) for rule in rules.rules)
    spoken = spoken if has_bounds else tuple(_TYPE if kind_of(each).name == "type" else each for each in spoken)
    if isinstance(value, dict) and not spoken:
        spoken = (_TYPE,)
    return RuleList(spoken, rules.combine if len(spoken) > 1 else "AND")


def _without_members(rule: Rule, value: Tree) -> Rule:
    """Give a rule without what it says of members, which are places of their own."""
    members = kind_of(rule).members
    if members is Members.EACH_VALUE and isinstance(value, dict | list) and value:
        return replace(rule, attributes={name: each for name, each in rule.attributes.items() if name != "rules"})
    variants = rule.attributes.get("variants")
    if members is Members.VARIANTS and isinstance(variants, list) and isinstance(value, list):
        count = len(list(rules_of_variants(rule)))
        if count == len(variants):
            return replace(rule, attributes={**rule.attributes, "variants": list(map(_without_rules, variants))})
    return rule


def _without_rules(variant: Json) -> Json:
    return {name: value for name, value in variant.items() if name != "rules"}


def _listed(located: LocatedRules) -> RuleList:
    return RuleList(located.rules, located.combine if len(located.rules) > 1 else "AND")


def _is_same(was: RuleList, now: RuleList) -> bool:
    pairs = [[[each.name, dict(each.attributes)] for each in sorted(one.rules, key=repr)] for one in (was, now)]
    return was.combine == now.combine and same_json(*pairs)


def _words(rules: RuleList) -> str:
    return rules_in_words(LocatedRules(location=Location(), rules=rules.rules, combine=rules.combine))


def _speaks_of(location: Location, place: Location) -> bool:
    """Say whether rules of a location hold at a place or below it only."""
    length = len(place.steps)
    return len(location.steps) >= length and Location(location.steps[:length]).matches(place)
