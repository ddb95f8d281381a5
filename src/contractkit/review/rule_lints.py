"""Lints of rules: those that reach nothing, tie, or refuse the very example they stand beside."""

from collections.abc import Iterator
from itertools import chain

from contractkit.explain.words import rules_in_words
from contractkit.matching import PlaceExplanation
from contractkit.matching.generated_values import GENERATORS
from contractkit.matching.multipart import read_parts
from contractkit.matching.patterns import translate_pattern
from contractkit.matching.rules import Members, kind_of
from contractkit.matching.sentences import for_example
from contractkit.model import BinaryBody, LocatedRules, Location, Part, Rule, TextBody, Wildcard
from contractkit.results import Mismatch
from contractkit.review.findings import Examined, Remark
from contractkit.review.trees import show_tree

MOST_RULES = 2_000
"""Locations of rules in one interaction, beyond which none is followed to its places."""


def too_many_rules(examined: Examined) -> Iterator[Remark]:
    """Find interactions with more rules than are followed."""
    count = len(examined.interaction.rules)
    if count > MOST_RULES:
        yield Remark(
            why=f"has rules at {count:,} locations, and at most {MOST_RULES:,} are followed to their places",
            edit="say with one rule at a list or an object what holds for all in it",
        )


def failing_examples(examined: Examined) -> Iterator[Remark]:
    """Find examples that their own rules refuse; where a generator makes the value, the example is none."""
    for place, mismatch in _refused(examined):
        if not _is_of_length(place, mismatch) and not _is_generated(examined, place):
            yield Remark(
                location=place.location,
                why=f"has the example {show_tree(place.expected)}, where its rule expects {_expected(mismatch)}",
                edit="mend the example or the rule: one of them is wrong",
            )


def examples_of_other_lengths(examined: Examined) -> Iterator[Remark]:
    """Find lists with fewer or more example elements than their rules want: what passes is known all the same."""
    for place, mismatch in _refused(examined):
        if _is_of_length(place, mismatch):
            yield Remark(
                location=place.location,
                why=f"has an example of {_elements(_length(place))}, where its rule expects {mismatch.sentence}",
                edit="write as many elements as the rule wants: a stub hands out the example",
            )


def _refused(examined: Examined) -> Iterator[tuple[PlaceExplanation, Mismatch]]:
    return ((place, mismatch) for place in examined.places for mismatch in place.mismatches)


def _expected(mismatch: Mismatch) -> str:
    """Give what a rule expects, without the example that it refuses."""
    return mismatch.sentence.replace(for_example("", mismatch.expected), "")


def _is_of_length(place: PlaceExplanation, mismatch: Mismatch) -> bool:
    return isinstance(place.expected, list) and kind_of(Rule(mismatch.rule)).name == "type"


def _is_generated(examined: Examined, place: PlaceExplanation) -> bool:
    return any(
        each.location.matches(place.location) and each.name in GENERATORS for each in examined.interaction.generators
    )


def rules_that_reach_nothing(examined: Examined) -> Iterator[Remark]:
    """Find rules whose path leads to no place of the example."""
    if not examined.places:
        return
    reached = {
        candidate.located.location
        for place in examined.places
        for candidate in ([place.chosen] if place.chosen else []) + [each.candidate for each in place.beaten]
    }
    hidden = _hidden(examined)
    for located in examined.interaction.rules:
        if located.location not in reached and not any(located.location.starts_with(each) for each in hidden):
            yield Remark(
                location=located.location,
                why=f"has the rule {rules_in_words(located)!r}, and there is no such place in the example",
                edit="take the rule away, or correct its path",
            )


def rules_on_elements_only(examined: Examined) -> Iterator[Remark]:
    """Find lists whose elements have rules while they themselves have none: their length counts."""
    for place in examined.places:
        found = rule_on_elements(examined, place)
        if found is not None and place.chosen is None:
            count = _length(place)
            yield Remark(
                location=place.location,
                why=f"has no rule, though {found.location} has: the list must have exactly {_elements(count)}",
                edit=f"put the rule `type` at {place.location}",
            )


def rules_that_tie(examined: Examined) -> Iterator[Remark]:
    """Find places that two locations of equal weight and length reach with different rules."""
    told: set[tuple[Location, Location]] = set()
    for place in examined.places:
        for winner, loser in _ties(place):
            if (winner, loser) not in told:
                told.add((winner, loser))
                yield Remark(
                    location=place.location,
                    why=f"is reached by {winner} and {loser}, which weigh the same: other verifiers may take either",
                    edit=f"name the place in one of them, or take {loser} away, which does not hold here",
                )


def _ties(place: PlaceExplanation) -> Iterator[tuple[Location, Location]]:
    if place.chosen is None:
        return
    winner = place.chosen.located
    for each in place.beaten:
        loser = each.candidate.located
        is_as_heavy = each.candidate.weight == place.chosen.weight
        is_as_long = len(loser.location.steps) == len(winner.location.steps)
        if is_as_heavy and is_as_long and loser.rules != winner.rules:
            yield winner.location, loser.location


def patterns_that_look_around(examined: Examined) -> Iterator[Remark]:
    """Find patterns that no linear engine can run."""
    for located in examined.interaction.rules:
        for rule in located.rules:
            pattern = rule.attributes.get("regex")
            if kind_of(rule).name == "regex" and isinstance(pattern, str) and _looks_around(pattern):
                yield Remark(
                    location=located.location,
                    why=f"has the pattern {pattern}, which looks around or back: it is tried for a quarter of a second",
                    edit="write it without look-around, back-references and possessive quantifiers",
                )


def generators_that_reach_nothing(examined: Examined) -> Iterator[Remark]:
    """Find generators for places that the example does not have."""
    hidden = _hidden(examined)
    for each in examined.interaction.generators if examined.places else ():
        is_hidden = any(each.location.starts_with(place) for place in hidden)
        if not is_hidden and not any(place.location.starts_with(each.location) for place in examined.places):
            yield Remark(
                location=each.location,
                why=f"has the generator {each.name}, and there is no such place in the example",
                edit="take the generator away, or correct its path",
            )


def unknown_generators(examined: Examined) -> Iterator[Remark]:
    """Find generators that nobody knows; they leave the example as it is."""
    for each in examined.interaction.generators:
        if each.name not in GENERATORS:
            yield Remark(
                location=each.location,
                why=f"has the generator {each.name}, which contractkit does not know",
                edit=f"take one of {', '.join(sorted(GENERATORS))}",
            )


def rule_on_elements(examined: Examined, place: PlaceExplanation) -> LocatedRules | None:
    """Give a rule written for the elements of a list, or below them, None where the place is no list or has none."""
    depth = len(place.location.steps)
    if not isinstance(place.expected, list) or not place.expected:
        return None
    for located in examined.interaction.rules:
        steps = located.location.steps
        is_of_elements = len(steps) > depth and isinstance(steps[depth], Wildcard)
        if is_of_elements and Location(steps[:depth]).matches(place.location):
            return located
    return None


def _hidden(examined: Examined) -> tuple[Location, ...]:
    """Give the places below which not all is looked at: bodies not taken apart, lists with variants, huge values."""
    parts: tuple[Part, ...] = examined.interaction.exchange.parts()
    multipart = (
        part.location
        for part in parts
        if isinstance(part.value, TextBody | BinaryBody)
        and part.value.media_type.lower().startswith("multipart/")
        and read_parts(part.value) is None
    )
    variants = (
        place.location
        for place in examined.places
        if place.chosen and any(kind_of(rule).members is Members.VARIANTS for rule in place.chosen.rules)
    )
    large = (place.location for place in examined.places if place.left_out)
    return tuple(chain(multipart, variants, large))


def _looks_around(pattern: str) -> bool:
    return translate_pattern(pattern).needs_backtracking


def _length(place: PlaceExplanation) -> int:
    return len(place.expected) if isinstance(place.expected, list) else 0


def _elements(count: int) -> str:
    return "1 element" if count == 1 else f"{count} elements"
