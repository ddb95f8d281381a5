"""Sent heirs: objects in requests that say of which heir of a schema they are, and what that one refuses now.

The schema that the request is described by takes them as before, but a provider that reads their kind reads them as the
heir: no definition settles which of the two counts.
"""

from collections.abc import Iterator

from contractkit.changes.surface_pairs import REQUEST_BODY
from contractkit.conformance import InteractionConformance, views_at
from contractkit.conformance.heirs import heirs_named
from contractkit.definitions.heirs import Heir, parent_of
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.exact_json import Json
from contractkit.impact.causes import Causes
from contractkit.impact.records import Verdict, Worry
from contractkit.model import HttpRequest, Location, Step

_Steps = tuple[Step, ...]


def sent_heir_worries(
    request: HttpRequest,
    old: InteractionConformance,
    new: InteractionConformance,
    causes: Causes,
    definitions: tuple[DocumentedDefinition, DocumentedDefinition],
) -> Iterator[Worry]:
    """Give what the heir that an object in a request names took of it by the old definition, and not by the new one."""
    if old.surface is None or new.surface is None:
        return
    use = causes.use_in_request(old.surface, new.surface, request, REQUEST_BODY)
    if use is None:
        return
    for steps, value in _objects(decoded_body(request, old.surface), ()):
        at = REQUEST_BODY.under(steps)
        for heir in _named(use.old, steps, value):
            if definitions[0].refused_where_sent(heir.view.declared_at, value, at):
                continue  # it was no such thing before either
            for location, after in _taken_no_more(heir, value, at, (use.new, steps), definitions[1]):
                found = causes.of_request(old, new, request, location)
                own = [each for each in found if each.level.can_hurt and each.location.starts_with(REQUEST_BODY)]
                yield Worry(
                    code="request.inherited",
                    verdict=Verdict.AT_RISK,
                    location=location,
                    before=f"taken as {heir.name}",
                    after=after,
                    sentence=f"the consumer sends it as {heir.name}, which whoever reads its kind may not take",
                    change=max(own, key=lambda each: len(each.location.steps), default=None),
                )


def _taken_no_more(
    heir: Heir, value: Json, at: Location, place: tuple[SchemaView, _Steps], new: DocumentedDefinition
) -> Iterator[tuple[Location, str]]:
    """Give the places of an object that its kind does not take any more, with what is said of them now."""
    view, steps = place
    named = _named(view, steps, value)
    if not named and any(parent_of(each) is not None for each in views_at(view, steps)):
        yield at, f"no {heir.name}"
    for after in named:
        for violation in new.refused_where_sent(after.view.declared_at, value, at):
            yield violation.location, f"refused: expected {violation.expected}"
        for name in value:
            if name in heir.view.members and name not in after.view.members:
                yield at / name, f"not declared by {after.name}"


def _named(view: SchemaView, steps: _Steps, value: Json) -> tuple[Heir, ...]:
    found = {each.name: each for parent in views_at(view, steps) for each in heirs_named(parent, value)}
    return tuple(found.values())


def _objects(value: Json, steps: _Steps) -> Iterator[tuple[_Steps, Json]]:
    """Give every object in a value, with the steps to it."""
    if isinstance(value, dict):
        yield steps, value
        for name, member in value.items():
            yield from _objects(member, (*steps, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _objects(element, (*steps, index))
