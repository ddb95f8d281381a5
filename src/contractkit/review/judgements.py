"""Judgements: one side of an interaction beside what came, as text and as JSON: at each place the rule that decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contractkit.document.paths import write_name
from contractkit.exact_json import Json, dump_shown
from contractkit.explain.interactions import summary
from contractkit.explain.terminal import join_lines
from contractkit.explain.words import rules_in_words
from contractkit.matching import Candidate, PlaceExplanation, Reach, explain_rules
from contractkit.matching.rules import kind_of
from contractkit.matching.sentences import counted
from contractkit.model import Interaction, LocatedRules, Part, PartKind, Rule, write_path
from contractkit.results import ABSENT
from contractkit.review.actuals import Judged
from contractkit.review.trees import show_tree

SCHEMA_VERSION = 1

_REACHES = {
    Reach.WRITTEN: "written for this place",
    Reach.CASCADED: "from further up, as it holds for all below",
    Reach.EACH_VALUE: "laid on each value from the container",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How one side of an interaction was judged, place by place."""

    interaction: Interaction
    judged: Judged
    places: tuple[PlaceExplanation, ...]

    @property
    def failed(self) -> tuple[PlaceExplanation, ...]:
        """Give the places at which something is wrong."""
        return tuple(each for each in self.places if not each.passed)


def judge(interaction: Interaction, judged: Judged, *, specification: str) -> Judgement:
    """Give how what came was judged by an interaction's rules, under that version of the Pact specification."""
    places = explain_rules(judged.expected, interaction.rules, judged.actual, specification=specification)
    return Judgement(interaction=interaction, judged=judged, places=places)


def judgement_as_text(judgement: Judgement, *, only_failed: bool = False) -> str:
    """Give a judgement as text: a block per place, or per place at which something is wrong."""
    interaction, left_out = judgement.interaction, judgement.judged.left_out
    head = [interaction.description, f"  {summary(interaction)}"]
    head += [f"  not judged, since not given: {', '.join(left_out)}"] if left_out else []
    shown = judgement.failed if only_failed else judgement.places
    blocks = [join_lines(_place_rows(each, judgement.judged.expected)) for each in shown]
    return "\n\n".join([join_lines(head), *blocks, _verdict(judgement)])


def judgement_as_json(judgement: Judgement, *, only_failed: bool = False) -> str:
    """Give a judgement as JSON; the manual lists the members."""
    interaction = judgement.interaction
    shown = judgement.failed if only_failed else judgement.places
    return dump_shown(
        {
            "schema_version": SCHEMA_VERSION,
            "key": interaction.key,
            "description": interaction.description,
            "summary": summary(interaction),
            "passed": not judgement.failed,
            "not_judged": list(judgement.judged.left_out),
            "places": [_place_document(each, judgement.judged.expected) for each in shown],
        }
    )


def _verdict(judgement: Judgement) -> str:
    failed, count = len(judgement.failed), len(judgement.places)
    if failed:
        return f"{failed} of {counted(count, 'place')} {'fails' if failed == 1 else 'fail'}."
    left_out = sum(each.left_out for each in judgement.places)
    further = f", and {counted(left_out, 'further member')} of large values" if left_out else ""
    return "The one place passes." if count == 1 else f"All {count} places pass{further}."


def _place_rows(place: PlaceExplanation, parts: tuple[Part, ...]) -> Iterator[str]:
    yield f"{place.location}   {'passes' if place.passed else 'FAILS'}"
    yield f"  expected   {show_tree(place.expected)}"
    yield f"  received   {show_tree(place.actual)}"
    if place.chosen is not None:
        yield f"  rule       {_words(place.chosen)}"
        yield f"  because    {_because(place.chosen, parts)}"
    else:
        yield f"  rule       {_without_rule(place)}"
    if place.left_out:
        yield f"  left out   {counted(place.left_out, 'further member')} that {_pass(place.left_out)}"
    for each in place.beaten:
        yield f"  beaten     {_words(each.candidate)}: {_path(each.candidate.located, parts)} {each.reason}"
    for mismatch in place.mismatches:
        yield f"  mismatch   expected {mismatch.sentence}"


def _pass(count: int) -> str:
    return "passes" if count == 1 else "pass"


def _place_document(place: PlaceExplanation, parts: tuple[Part, ...]) -> Json:
    return {
        "location": str(place.location),
        "expected": _value(place, place.expected),
        "actual": _value(place, place.actual),
        "passed": place.passed,
        "left_out": place.left_out,
        "rule": None if place.chosen is None else _candidate(place.chosen, parts),
        "beaten": [{**_candidate(each.candidate, parts), "reason": each.reason} for each in place.beaten],
        "mismatches": [{"rule": each.rule, "sentence": each.sentence} for each in place.mismatches],
    }


def _candidate(candidate: Candidate, parts: tuple[Part, ...]) -> dict[str, Json]:
    located = candidate.located
    return {
        "location": str(located.location),
        "path": _path(located, parts),
        "weight": candidate.weight,
        "reach": candidate.reach.name.lower(),
        "combine": located.combine,
        "rules": [{"match": rule.name, **rule.attributes} for rule in candidate.rules],
        "words": _words(candidate),
    }


def _words(candidate: Candidate) -> str:
    """Give rules in words; bounds count only where they were written, not below."""
    located = candidate.located
    rules = tuple(map(_unbounded, candidate.rules)) if candidate.reach is Reach.CASCADED else candidate.rules
    return rules_in_words(LocatedRules(location=located.location, rules=rules, combine=located.combine))


def _unbounded(rule: Rule) -> Rule:
    return Rule("type") if kind_of(rule).name == "type" else rule


def _because(candidate: Candidate, parts: tuple[Part, ...]) -> str:
    said = [f"{_path(candidate.located, parts)} weighs {candidate.weight}", _REACHES[candidate.reach]]
    if len(candidate.rules) > 1:
        said.append("one of them is enough" if candidate.located.combine == "OR" else "all of them must pass")
    return ", ".join(said)


def _path(located: LocatedRules, parts: tuple[Part, ...]) -> str:
    """Give where rules stand, as a Pact file writes it: `$.lines[*].id` of a body, the name of a header."""
    part = next((each for each in parts if located.location.starts_with(each.location)), None)
    if part is None:
        return str(located.location)
    steps = located.location.steps[len(part.location.steps) :]
    if part.kind is PartKind.BODY:
        return write_path(steps)
    return write_name(steps) if steps else str(located.location)


def _without_rule(place: PlaceExplanation) -> str:
    """Say how a place is compared that no rule reaches."""
    if place.expected is ABSENT:
        return "none: the example has nothing here"
    if any(each.rule == "content type" for each in place.mismatches):
        return "none: bodies of other types are not compared any further"
    if any(each.rule != "equality" for each in place.mismatches):
        return f"{place.mismatches[0].rule}: one of so many places that it is not followed further"
    match place.expected:
        case dict():
            return "none reaches this place: its members are compared, each by its own rules"
        case list():
            return "none reaches this place: it must have as many elements, compared one by one"
    return "none reaches this place: only an equal value passes"


def _value(place: PlaceExplanation, value: object) -> Json:
    """Give a value as JSON; what is not there, bytes, and what is too large to be looked at whole, in words."""
    found: Any = value
    return found if _is_json(found) and not place.left_out else show_tree(found)


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int | float | list | dict)
