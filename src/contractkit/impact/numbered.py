"""Numbered elements: those of a list that a definition describes each by its number (`prefixItems`).

What is used of a list's elements is one place, so that two of them which change places change nothing of it as a whole.
"""

from contractkit.changes import Change
from contractkit.conformance import InteractionConformance, Use, views_at
from contractkit.conformance.uses import RESPONSE_BODY
from contractkit.errors import DefinitionError, TooInvolvedError
from contractkit.impact.causes import Causes
from contractkit.impact.records import Verdict, Worry
from contractkit.model import Location, Wildcard

_CODES = {
    "response.member.became-optional": "response.may-be-absent",
    "response.member.removed": "response.may-be-absent",
    "response.optional-member.removed": "response.may-be-absent",
    "response.type.changed": "response.may-be-another-type",
    "response.type.widened": "response.may-be-another-type",
}
"""The changes of one element that hurt who needs just that, each to what is said of it."""


def numbered_worry(use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Worry | None:
    """Give what changed of one element of which the consumer may need just that."""
    if use.may_lack or use.is_only_served or not use.location.starts_with(RESPONSE_BODY):
        return None
    change = _change_at(use, old, new, causes)
    if change is None:
        return None
    return Worry(
        code=_CODES[change.rule],
        verdict=Verdict.AT_RISK,
        location=use.location,
        before=change.before,
        after=change.after,
        sentence=f"the consumer needs it of an element, and what comes at {change.location} changed",
        change=change,
    )


def _change_at(use: Use, old: InteractionConformance, new: InteractionConformance, causes: Causes) -> Change | None:
    holder = _first_numbered(use, old) or _first_numbered(use, new)
    if holder is None:
        return None
    try:
        for change in causes.within_answer(old, new, holder):
            is_there = change.location != use.location and change.location.generalised() == use.location
            if is_there and change.rule in _CODES:
                return change
    except TooInvolvedError:
        raise
    except DefinitionError:  # who needs what has the mistake is told of it there
        return None
    return None


def _first_numbered(use: Use, definition: InteractionConformance) -> Location | None:
    """Give the outermost list on the way to a place that has numbered elements."""
    view = definition.content.view if definition.content else None
    for count, step in enumerate(use.steps):
        if step is not Wildcard.INDEX or view is None:
            continue
        if any(each.numbered for each in views_at(view, use.steps[:count])):
            return RESPONSE_BODY.under(use.steps[:count])
    return None
