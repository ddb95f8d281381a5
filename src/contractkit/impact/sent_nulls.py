"""Sent nulls: null that a request sends and only a `nullable` allows now that was left over from OpenAPI 3.0.

Later versions pass over the keyword: a provider that goes by the letter refuses null, one that was written by it does
not.
"""

from collections.abc import Iterator
from dataclasses import replace

from contractkit.changes.surface_pairs import REQUEST_BODY
from contractkit.conformance import InteractionConformance, views_at
from contractkit.definitions.requests import decoded_body
from contractkit.exact_json import Json
from contractkit.impact.causes import Causes
from contractkit.impact.records import Worry
from contractkit.impact.ruled_requests import at_risk
from contractkit.model import HttpRequest, Location, Step

_RULE = "request.null.refused"
_SENTENCE = "the consumer sends null, which only a `nullable` allows now that this version of OpenAPI passes over"


def sent_null_worries(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    """Give where a recorded null was taken, and nobody knows whether it still is."""
    assert old.surface is not None
    assert new.surface is not None
    use = causes.use_in_request(old.surface, new.surface, request, REQUEST_BODY)
    if use is None:
        return
    found: dict[Location, Worry] = {}
    for steps in _nulls(decoded_body(request, old.surface), ()):
        if any(view.has_unknown_null for view in views_at(use.new, steps)):
            for change in causes.at_place(old.surface, new.surface, use, steps):
                if change.rule == _RULE:
                    told = replace(change, location=change.location.generalised())
                    found.setdefault(told.location, at_risk("request.null", told, _SENTENCE))
    yield from found.values()


def _nulls(value: Json, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Give the steps to every null in a value."""
    if value is None:
        yield steps
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _nulls(member, (*steps, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _nulls(element, (*steps, index))
