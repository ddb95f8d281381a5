"""Exclusions: recorded values that the new definition does not allow any more, where values are expected to the letter.

What no grade shows is found by holding the recorded answer against the definition: bounds, patterns, formats, and what
is said of an object or a list as a whole.
"""

from collections.abc import Iterator, Sequence

from contractkit.changes import Change
from contractkit.conformance import InteractionConformance, Use, views_at
from contractkit.conformance.shapes import values_at
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import same_json, show_json
from contractkit.impact.answer_rules import expectation, rules_for
from contractkit.impact.causes import Causes
from contractkit.impact.records import Verdict, Worry
from contractkit.model import HttpCall, JsonBody, Location, Step, Wildcard
from contractkit.results import ABSENT, Violation

_EXCLUDED = (
    "response.bound.tightened",
    "response.pattern.changed",
    "response.format.changed",
    "response.values.removed",
)
_EXCLUDED_WHOLE = (
    *_EXCLUDED,
    "response.values.limited",
    "response.keyword.changed",
    "response.alternative.removed",
    "response.members.closed",
)
_ADDED = ("response.member.added",)
_ASKS_FOR_MORE = frozenset({"minProperties"})
"""Keywords that further members satisfy, which an answer may have unless its members are expected to the letter."""


def excluded_values(
    call: HttpCall, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    """Give the recorded values that the new definition excludes and the old one allowed.

    Of those expected to the letter none is left; of those that match a pattern another may be, which a list of values
    tells. Of an object that was served with more than is expected of it, what is expected may be left.
    """
    if not new.refused:
        return
    fixed = {use.location: use for use in old.uses.single if _is_fixed(use, new)}
    known = {violation.location for violation in old.refused}
    for violation in new.refused:
        if violation.location in known:
            continue
        place = violation.location.generalised()
        if violation.received is ABSENT:
            above = fixed.get(Location(place.steps[:-1]))
            if above is not None and above.is_closed:
                yield _demanded(violation, above, causes.of_answer(old, new, place, _ADDED))
            continue
        use = fixed.get(place)
        if use is None or not _is_judged(use, violation):
            continue
        is_gone = bool(use.exact) or (use.is_whole and _is_expected(violation, use, call))
        if _is_graded(use, old, new, is_gone=is_gone):
            continue
        likely = _EXCLUDED_WHOLE if use.is_whole else _EXCLUDED
        yield _exclusion(violation, use, causes.of_answer(old, new, use.location, likely), is_gone=is_gone)


def further_members(old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Iterator[Worry]:
    """Give the members that may come now to objects of which the consumer takes the recorded members and no others."""
    if old.content is None or new.content is None or old.content.view is None or new.content.view is None:
        return
    expected = {use.location for use in old.uses.single}
    demanded = {violation.location.generalised() for violation in new.refused if violation.received is ABSENT}
    for use in old.uses.single:
        if not use.is_closed:
            continue
        before, after = (views_at(view, use.steps) for view in (old.content.view, new.content.view))
        if any(each.additional is not None for each in before):
            continue  # members of any name could come
        known = _given_names(before)
        for place in (use.location / name for name in _given_names(after) if name not in known):
            if place not in expected and place not in demanded:
                yield _further(place, use, causes.of_answer(old, new, place, _ADDED))


def _given_names(branches: Sequence[SchemaView]) -> dict[Step, None]:
    """Give the members that an object may have by the definition's own words, `ANY` for those of free names."""
    members = [each for branch in branches for each in branch.members.values()]
    free = [Wildcard.ANY] if any(each.patterned or each.additional is not None for each in branches) else []
    return dict.fromkeys([*(each.name for each in members if not each.is_write_only), *free])


def _is_fixed(use: Use, new: InteractionConformance) -> bool:
    return bool(use.exact) or use.is_whole or use.is_closed or (use.pattern is not None and not _lists(use, new))


def _lists(use: Use, definition: InteractionConformance) -> bool:
    standing = definition.standings.get(use.location)
    return standing is not None and standing.values is not None


def _is_graded(use: Use, old: InteractionConformance, new: InteractionConformance, *, is_gone: bool) -> bool:
    """Say whether a rule for its place says as much already."""
    found = rules_for(use, old.standings[use.location], new.standings[use.location])
    return any(rule.verdict is Verdict.BROKEN or not is_gone for rule in found)


def _is_judged(use: Use, violation: Violation) -> bool:
    """Say whether what is refused is what the consumer expects: not values left free, nor a lack of further members."""
    if use.is_closed and not use.is_whole:
        return False
    keyword = violation.pointer.rsplit("/", 1)[-1]
    return not use.is_whole or use.is_closed or keyword not in _ASKS_FOR_MORE


def _is_expected(violation: Violation, use: Use, call: HttpCall) -> bool:
    body = call.response.body
    found = values_at(body.value, use.steps) if isinstance(body, JsonBody) else []
    return any(same_json(violation.received, each) for each in found)


def _exclusion(violation: Violation, use: Use, change: Change | None, *, is_gone: bool) -> Worry:
    expected = show_json(violation.received, limit=60) if use.is_whole else expectation(use)
    so = "which" if is_gone else "and what was recorded"
    return Worry(
        code="response.value-gone" if is_gone else "response.may-be-another-value",
        verdict=Verdict.BROKEN if is_gone else Verdict.AT_RISK,
        location=use.location,
        before=f"{show_json(violation.received, limit=60)} allowed",
        after=violation.expected,
        sentence=f"the consumer expects {expected}, {so} cannot come any more",
        change=change,
    )


def _demanded(violation: Violation, use: Use, change: Change | None) -> Worry:
    return Worry(
        code="response.value-gone",
        verdict=Verdict.BROKEN,
        location=violation.location.generalised(),
        before="may be absent",
        after=violation.expected,
        sentence=f"the consumer takes no member of {use.location} beside the recorded ones, and this one always comes",
        change=change,
    )


def _further(place: Location, use: Use, change: Change | None) -> Worry:
    return Worry(
        code="response.may-be-another-value",
        verdict=Verdict.AT_RISK,
        location=place,
        before="not declared",
        after="declared",
        sentence=f"the consumer takes no member of {use.location} beside the recorded ones, and this one may come now",
        change=change,
    )
