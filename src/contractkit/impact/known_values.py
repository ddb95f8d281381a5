"""Known values: what a request sends where a definition lists the values it knows, and says that there may be others.

Who sends one that is not listed any more is refused nowhere, and may well not be understood (`x-extensible-enum`).
"""

from collections.abc import Iterator
from dataclasses import replace

from contractkit.changes import Change
from contractkit.changes.keyword_findings import known_values
from contractkit.changes.surface_pairs import REQUEST_BODY, SchemaUse
from contractkit.conformance import InteractionConformance, views_at
from contractkit.conformance.mistaken_types import is_mistaken
from contractkit.definitions.requests import decoded_body, decoded_parameters
from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.impact.causes import Causes
from contractkit.impact.records import Worry
from contractkit.impact.ruled_requests import at_risk
from contractkit.model import HttpRequest, Location, Step
from contractkit.results import ABSENT

_RULE = "request.known-values.removed"


def known_value_worries(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    """Give where a recorded value was known, or any was, and is not among the known ones any more."""
    assert old.surface is not None
    assert new.surface is not None
    found: dict[Location, Worry] = {}
    for location, value in _sent(request, old):
        use = causes.use_in_request(old.surface, new.surface, request, location)
        if use is None or value is ABSENT:
            continue
        for steps, each in _scalars(value, ()):
            for change in causes.at_place(old.surface, new.surface, use, steps):
                if change.rule == _RULE and _is_lost(each, use, steps):
                    worry = _worry(change, each)
                    found.setdefault(worry.location, worry)
    yield from found.values()


def _sent(request: HttpRequest, old: InteractionConformance) -> Iterator[tuple[Location, Json]]:
    assert old.surface is not None
    if old.route is not None:
        known = {key: each for key, each in old.surface.parameters.items() if not is_mistaken(each)}
        found = decoded_parameters(old.route, replace(old.surface, parameters=known))
        yield from ((each.location, decoded.value) for each, decoded in found)
    yield REQUEST_BODY, decoded_body(request, old.surface)


def _scalars(value: Json, steps: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Json]]:
    """Give the values that are no lists and no objects, with the steps that lead to them."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _scalars(member, (*steps, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _scalars(element, (*steps, index))
    else:
        yield steps, value


def _is_lost(value: Json, use: SchemaUse, steps: tuple[Step, ...]) -> bool:
    before, after = (
        {dump_compact(known) for view in views_at(each, steps) for known in known_values(view)}
        for each in (use.old, use.new)
    )
    said = dump_compact(value)
    return said not in after and (not before or said in before)


def _worry(change: Change, value: Json) -> Worry:
    sentence = f"the consumer sends {show_json(value, limit=80)}, which is not among the known values any more"
    told = replace(change, location=change.location.generalised())
    return at_risk("request.value-unknown", told, sentence)
