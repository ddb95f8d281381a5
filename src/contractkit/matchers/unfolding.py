"""Unfolding: a tree of values and matchers becomes its example, with rules and generators at their locations.

Elements under a matcher that spreads (`type`, `eachValue`) stand for any number of elements: what they say is located
at `[*]`, or `.*` for values of an object. Everywhere else each element speaks for its own index. That is how Pact's
engine reads integration JSON.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from contractkit.errors import MatcherError
from contractkit.exact_json import Json, dump_compact
from contractkit.matchers.integration import SIGNS, matcher_in
from contractkit.matchers.kinds import MOST_ADDED, RULE_KINDS
from contractkit.matchers.records import Generator, Matcher, inner_rule
from contractkit.model import LocatedGenerator, LocatedRules, Location, Rule, Step, Wildcard, write_path
from contractkit.results import ABSENT

MakeExample: TypeAlias = Callable[[Matcher[Any], Location], Json]
"""Makes the example of a matcher that has none, for a place."""

_Steps: TypeAlias = tuple[Step, ...]
_ATOMS = frozenset({str, int, float, bool, type(None), bytes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolded:
    """What a tree of values and matchers says.

    Attributes:
        value: The example, without matchers.
        rules: The rules, one entry per location, sorted.
        generators: The generators, likewise.
        places: Where in the example matchers stood, with real indexes.
    """

    value: Any
    rules: tuple[LocatedRules, ...] = ()
    generators: tuple[LocatedGenerator, ...] = ()
    places: frozenset[Location] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.places)


@dataclass(frozen=True, slots=True)
class _Node:
    """A value unfolded, places relative to it."""

    value: Any
    rules: Mapping[_Steps, tuple[Rule, ...]] = field(default_factory=dict)
    generators: Mapping[_Steps, Generator] = field(default_factory=dict)
    places: frozenset[_Steps] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Making:
    """How examples of one tree are made, where it may hold bytes, and how many elements may still be added to lists."""

    make: MakeExample
    bytes_at: Location | None
    left: int = MOST_ADDED

    def example(self, matcher: Matcher[Any], at: Location) -> Any:
        """Give the example of a matcher; a list with as many elements as its rules demand, like the first."""
        example = self.make(matcher, at) if matcher.example is ABSENT else matcher.example
        if isinstance(example, bytes) and self.bytes_at not in (None, at):
            raise _no_json(matcher, at, len(example))
        if not isinstance(example, list | tuple) or not example:
            return example
        least = max(rule.attributes.get("min") or 0 for rule in matcher.rules) if matcher.rules else 0
        lacking = max(0, least - len(example))
        self.left -= lacking
        if self.left < 0:
            raise MatcherError(
                f"The matchers of a value make lists of more than {MOST_ADDED:,} elements.",
                details=[("at", str(at)), ("min", str(least))],
                next_step="Give a smaller `min`.",
            )
        return [*example, *[example[0]] * lacking]


def unfold(tree: object, at: Location, make: MakeExample, *, may_hold_bytes: bool = False) -> Unfolded:
    """Give what a tree says.

    Args:
        tree: JSON values, in which matchers of any tool may stand anywhere.
        at: Where the tree stands in the exchange.
        make: Makes the examples that are not written.
        may_hold_bytes: Bytes may stand anywhere in it, as in a protobuf message; else only as the whole of it.

    Raises:
        MatcherError: It is nested without end, or a matcher in it cannot be read.
    """
    making = _Making(make=make, bytes_at=None if may_hold_bytes else at)
    try:
        node = _Node(tree) if _is_silent(tree) else _unfolded(tree, at, making)
    except RecursionError:
        raise MatcherError(
            "A value with matchers is nested too deeply, or holds itself.", details=[("at", str(at))]
        ) from None
    return Unfolded(
        value=node.value,
        rules=tuple(LocatedRules(location=at.under(steps), rules=node.rules[steps]) for steps in _sorted(node.rules)),
        generators=tuple(
            LocatedGenerator(location=at.under(steps), name=made.name, attributes=made.attributes)
            for steps, made in ((steps, node.generators[steps]) for steps in _sorted(node.generators))
        ),
        places=frozenset(at.under(steps) for steps in node.places),
    )


def _is_silent(value: Any) -> bool:
    """Say whether no matcher can be in a value, as in most replies; what is not sure is looked at in full."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is dict:
        return not (SIGNS & value.keys()) and all(map(_is_silent, value.values()))
    return kind is list and all(map(_is_silent, value))


def _unfolded(value: Any, at: Location, making: _Making) -> _Node:
    if type(value) in _ATOMS:
        return _Node(value)
    matcher = matcher_in(value)
    if matcher is not None:
        return _of_matcher(matcher, at, making)
    if isinstance(value, Mapping):
        return _object({name: _unfolded(member, at / str(name), making) for name, member in value.items()})
    if isinstance(value, list | tuple):
        return _list([_unfolded(each, at / index, making) for index, each in enumerate(value)])
    return _Node(value)


def _of_matcher(matcher: Matcher[Any], at: Location, making: _Making) -> _Node:
    example = making.example(matcher, at)
    names = {rule.name for rule in matcher.rules}
    inner = _example(example, at, making, names)
    rules = [_located(rule, example, at, making) for rule in matcher.rules]
    if "arrayContains" in names:
        inner = _Node(inner.value, places=inner.places)
    own = _distinct((*rules, *inner.rules.get((), ())))
    made = matcher.generator or inner.generators.get(())
    return _Node(
        inner.value,
        {**inner.rules, (): own} if own else inner.rules,
        {**inner.generators, (): made} if made is not None else inner.generators,
        inner.places | {()},
    )


def _example(example: Any, at: Location, making: _Making, names: set[str]) -> _Node:
    if "eachValue" in names and isinstance(example, Mapping) and matcher_in(example) is None:
        members = {name: _unfolded(member, at / str(name), making) for name, member in example.items()}
        return _object(members, spread=Wildcard.ANY)
    if isinstance(example, list | tuple) and any(RULE_KINDS[name].spreads for name in names):
        return _list([_unfolded(each, at / index, making) for index, each in enumerate(example)], spread=Wildcard.INDEX)
    return _unfolded(example, at, making)


def _located(rule: Rule, example: Any, at: Location, making: _Making) -> Rule:
    """Give a rule as files hold it: with the variants, and the example name, that its matcher has as its example."""
    if rule.name == "arrayContains" and isinstance(example, list | tuple):
        nodes = [_unfolded(each, at / index, making) for index, each in enumerate(example)]
        return Rule(rule.name, {"variants": [_variant(index, node) for index, node in enumerate(nodes)]})
    if rule.name in ("eachKey", "eachValue") and isinstance(example, Mapping) and example:
        name, value = next(iter(example.items()))
        shown = str(name) if rule.name == "eachKey" else dump_compact(_unfolded(value, at, making).value).decode()
        return Rule(rule.name, {**rule.attributes, "value": shown})
    return rule


def _variant(index: int, node: _Node) -> dict[str, Json]:
    rules = {
        write_path(steps): {"combine": "AND", "matchers": [inner_rule(rule) for rule in node.rules[steps]]}
        for steps in _sorted(node.rules)
    }
    made = {
        write_path(steps): {"type": node.generators[steps].name, **node.generators[steps].attributes}
        for steps in _sorted(node.generators)
    }
    return {"index": index, "rules": rules, **({"generators": made} if made else {})}


def _no_json(matcher: Matcher[Any], at: Location, size: int) -> MatcherError:
    names = ", ".join(rule.name for rule in matcher.rules)
    return MatcherError(
        f"The matcher {names} has bytes as its example, which JSON cannot hold.",
        details=[("at", str(at)), ("expected", "base64 text"), ("received", f"{size} byte{'' if size == 1 else 's'}")],
        next_step="Give base64.b64encode(data).decode(); bytes can only be a whole body.",
    )


def _object(members: Mapping[Any, _Node], *, spread: Step | None = None) -> _Node:
    """Give an object of unfolded members; with a `spread`, what they say alike is said of every value."""
    return _joined({name: node.value for name, node in members.items()}, list(members.items()), spread)


def _list(items: list[_Node], *, spread: Step | None = None) -> _Node:
    return _joined([node.value for node in items], list(enumerate(items)), spread)


def _joined(value: Any, nodes: list[tuple[Any, _Node]], spread: Step | None) -> _Node:
    first = nodes[0][1] if nodes else _Node(None)
    is_alike = all((node.rules, node.generators) == (first.rules, first.generators) for _, node in nodes)
    rules: dict[_Steps, tuple[Rule, ...]] = {}
    generators: dict[_Steps, Generator] = {}
    for step, node in nodes:
        head: Step = spread if spread is not None and is_alike else step if isinstance(step, int) else str(step)
        rules |= {(head, *steps): found for steps, found in node.rules.items()}
        generators |= {(head, *steps): made for steps, made in node.generators.items()}
    places = frozenset(
        (step if isinstance(step, int) else str(step), *steps) for step, node in nodes for steps in node.places
    )
    return _Node(value, rules, generators, places)


def _distinct(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple({repr(rule): rule for rule in rules}.values())


def _sorted(places: Iterable[_Steps]) -> list[_Steps]:
    return sorted(places, key=lambda steps: str(Location(steps)))
