"""Exchanges compared: each value, rule and generator that is not as it was, and what that asks of the provider.

Of an answer, wider rules are looser; of a request they are stricter, as the provider may then be sent more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contractkit.exact_json import same_json
from contractkit.explain.words import generator_in_words, rules_in_words
from contractkit.matching.checks import compile_scalar
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.weighting import RuleList
from contractkit.model import (
    Interaction,
    Location,
    Part,
    PartKind,
    base_media_type,
    media_type_of,
)
from contractkit.results import ABSENT
from contractkit.review.records import Difference, Effect
from contractkit.review.rule_differences import rule_differences, value_place
from contractkit.review.rulings import Rulings
from contractkit.review.trees import Tree, show_tree, tree_of

_FREE = frozenset({Members.FREE, Members.EACH_KEY, Members.EACH_VALUE})


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a part on both sides."""

    location: Location
    before: Tree
    after: Tree


def exchange_differences(before: Interaction, after: Interaction) -> Iterator[Difference]:
    """Give every difference between two exchanges of one kind: values first, then rules, then generators."""
    old_rules, new_rules = Rulings(before.rules), Rulings(after.rules)
    olds = {part.location: part for part in before.exchange.parts()}
    news = {part.location: part for part in after.exchange.parts()}
    values = [
        difference
        for location in dict.fromkeys([*olds, *news])
        for difference in _part_differences(olds.get(location), news.get(location), old_rules, new_rules)
    ]
    yield from values
    asked = [part.location for part in (*olds.values(), *news.values()) if is_asked(part)]
    one_sided = [each.location for each in values if each.location is not None and None in (each.before, each.after)]
    parts = [(location, tree_of(old), tree_of(news[location])) for location, old in olds.items() if location in news]
    yield from rule_differences(old_rules, new_rules, parts, asked, one_sided)
    yield from _generator_differences(before, after, asked)


def is_asked(part: Part) -> bool:
    """Say whether a part is what the consumer sends, and not what it expects."""
    match part.location.steps:
        case ("request" | "procedure" | "metadata", *_):
            return True
        case ("events", *_):
            return part.kind is PartKind.SIGNAL or (part.kind is PartKind.BODY and not part.is_open)
    return False


def _part_differences(before: Part | None, after: Part | None, old: Rulings, new: Rulings) -> Iterator[Difference]:
    part = after or before
    assert part is not None
    trees = [ABSENT if each is None else tree_of(each) for each in (before, after)]
    if None in (before, after) and {} in trees:
        return  # no metadata of a message that only one side has
    if before is not None and after is not None and part.kind is PartKind.BODY:
        yield from _type_difference(before, after)
    for place in _unequal(_Place(part.location, *trees)):
        effect = _asked(place, old, new) if is_asked(part) else _expected(place, part, old, new)
        is_both = ABSENT not in (place.before, place.after)
        shown = [
            None
            if each is ABSENT
            else show_tree(each)
            if is_both
            else f"{show_tree(each)}{_words_at(rules, place.location)}"
            for each, rules in ((place.before, old), (place.after, new))
        ]
        yield Difference(what="value", effect=effect, before=shown[0], after=shown[1], location=place.location)


def _words_at(rules: Rulings, location: Location) -> str:
    """Give what is written for a place, in words behind its value."""
    held, _ = rules.at(location)
    return f" ({'; '.join(map(rules_in_words, held))})" if held else ""


def _type_difference(before: Part, after: Part) -> Iterator[Difference]:
    values: list[Any] = [before.value, after.value]
    old, new = (base_media_type(media_type_of(each) or "") for each in values)
    if old and new and old != new:
        yield Difference(what="media type", effect=Effect.OTHER, before=old, after=new, location=after.location)


def _unequal(place: _Place) -> Iterator[_Place]:
    """Give the places at and below a place where the values differ: the uppermost of what is only on one side."""
    match place.before, place.after:
        case dict() as old, dict() as new:
            for name in dict.fromkeys([*old, *new]):
                yield from _unequal(_Place(place.location / name, old.get(name, ABSENT), new.get(name, ABSENT)))
        case list() as old, list() as new:
            for index in range(max(len(old), len(new))):
                pair = [each[index] if index < len(each) else ABSENT for each in (old, new)]
                yield from _unequal(_Place(place.location / index, *pair))
        case old, new if not same_json(old, new):
            yield place


def _asked(place: _Place, old: Rulings, new: Rulings) -> Effect:
    """Say what a value means that the consumer sends: one more example, or something else."""
    return Effect.EXAMPLE if _is_interchangeable(place, old, new, is_text=False) else Effect.OTHER


def _expected(place: _Place, part: Part, old: Rulings, new: Rulings) -> Effect:
    """Say what a value means that the consumer expects."""
    is_element = isinstance(place.location.steps[-1], int)
    if place.location != part.location and ABSENT in (place.before, place.after):
        return _element(place, old, new) if is_element else _member(place, old, new)
    if place.before is ABSENT:
        return Effect.STRICTER
    if place.after is ABSENT:
        return Effect.LOOSER
    is_text = part.kind in (PartKind.FIELDS, PartKind.WORD)
    was_enough, is_enough = _accepted(place, old, new, is_text=is_text)
    if was_enough and is_enough:
        return Effect.EXAMPLE
    return Effect.LOOSER if was_enough else Effect.STRICTER if is_enough else Effect.OTHER


def _member(place: _Place, old: Rulings, new: Rulings) -> Effect:
    holder = Location(place.location.steps[:-1])
    if all(_says(rules.chosen(holder), _FREE) for rules in (old, new)):
        return Effect.EXAMPLE
    return Effect.STRICTER if place.before is ABSENT else Effect.LOOSER


def _element(place: _Place, old: Rulings, new: Rulings) -> Effect:
    holder = Location(place.location.steps[:-1])
    return Effect.EXAMPLE if old.chosen(holder) and new.chosen(holder) else Effect.OTHER


def _is_interchangeable(place: _Place, old: Rulings, new: Rulings, *, is_text: bool) -> bool:
    if ABSENT in (place.before, place.after):
        return False
    return all(_accepted(place, old, new, is_text=is_text))


def _accepted(place: _Place, old: Rulings, new: Rulings, *, is_text: bool) -> tuple[bool, bool]:
    """Say whether the new rules accept the old example, and the old rules the new one."""
    if any(isinstance(each, dict | list) for each in (place.before, place.after)):
        return False, False
    was, now = old.chosen(value_place(place.location)), new.chosen(value_place(place.location))
    return (
        not compile_scalar(place.after, now, is_text=is_text)(place.before),
        not compile_scalar(place.before, was, is_text=is_text)(place.after),
    )


def _generator_differences(before: Interaction, after: Interaction, asked: list[Location]) -> Iterator[Difference]:
    """Give generators that differ: what is sent to the provider is another; what a stub hands out is an example."""
    olds, news = ({each.location: each for each in one.generators} for one in (before, after))
    for location in sorted({*olds, *news}):
        was, now = olds.get(location), news.get(location)
        if was == now:
            continue
        effect = Effect.OTHER if any(location.starts_with(part) for part in asked) else Effect.EXAMPLE
        words = [None if each is None else generator_in_words(each) for each in (was, now)]
        yield Difference(what="generator", effect=effect, before=words[0], after=words[1], location=location)


def _says(rules: RuleList, members: frozenset[Members]) -> bool:
    return any(kind_of(rule).members in members for rule in rules.rules)
