"""Sent heirs: objects in requests that say of which heir of a schema they are, and what that one refuses now.

The schema that the request is described by takes them as before, but a provider that reads their kind reads them as the
heir: no definition settles which of the two counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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

_Views = tuple[SchemaView, ...]


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
    for each in _objects(decoded_body(request, old.surface), REQUEST_BODY, (use.old,), (use.new,)):
        for heir in each.old_heirs:
            if definitions[0].refused_where_sent(heir.view.declared_at, each.value, each.at):
                continue  # it was no such thing before either
            for location, after in _taken_no_more(heir, each, definitions[1]):
                found = causes.of_request(old, new, request, location)
                own = [
                    change for change in found if change.level.can_hurt and change.location.starts_with(REQUEST_BODY)
                ]
                yield Worry(
                    code="request.inherited",
                    verdict=Verdict.AT_RISK,
                    location=location,
                    before=f"taken as {heir.name}",
                    after=after,
                    sentence=f"the consumer sends it as {heir.name}, which whoever reads its kind may not take",
                    change=max(own, key=lambda change: len(change.location.steps), default=None),
                )


def _taken_no_more(heir: Heir, sent: "_Sent", new: DocumentedDefinition) -> Iterator[tuple[Location, str]]:
    """Give the places of an object that its kind does not take any more, with what is said of them now."""
    if not sent.new_heirs and any(parent_of(view) is not None for view in sent.new):
        yield sent.at, f"no {heir.name}"
    for after in sent.new_heirs:
        for violation in new.refused_where_sent(after.view.declared_at, sent.value, sent.at):
            yield violation.location, f"refused: expected {violation.expected}"
        for name in sent.value:
            if name in heir.view.members and name not in after.view.members:
                yield sent.at / name, f"not declared by {after.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """An object that is sent: its place, the heirs that it names by both definitions, and what else describes it."""

    at: Location
    value: dict[str, Json]
    old_heirs: tuple[Heir, ...]
    new_heirs: tuple[Heir, ...]
    new: tuple[SchemaView, ...]


def _objects(value: Json, at: Location, old: _Views, new: _Views) -> Iterator[_Sent]:
    """Give every object in a value that names an heir, also within one, by the views that describe the value."""
    old, new = (tuple(branch for view in views for branch in view.value_branches) for views in (old, new))
    if isinstance(value, dict):
        heirs = _named(old, value), _named(new, value)
        if heirs[0]:
            yield _Sent(at=at, value=value, old_heirs=heirs[0], new_heirs=heirs[1], new=new)
        old, new = ((*own, *(each.view for each in more)) for own, more in zip((old, new), heirs, strict=True))
        for name, member in value.items():
            yield from _objects(member, at / name, _below(old, name), _below(new, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _objects(element, at / index, _below(old, index), _below(new, index))


def _named(views: _Views, value: Json) -> tuple[Heir, ...]:
    return tuple({each.name: each for parent in views for each in heirs_named(parent, value)}.values())


def _below(views: _Views, step: Step) -> _Views:
    return tuple(below for view in views for below in views_at(view, (step,)))
