"""Sent heirs: objects in requests that say of which heir of a schema they are, and what that one refuses now.

The schema that the request is described by takes them as before, but a provider that reads their kind reads them as the
heir: no definition settles which of the two counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contractkit.changes.surface_pairs import REQUEST_BODY
from contractkit.conformance import InteractionConformance, views_at
from contractkit.conformance.checker import undeclared_members
from contractkit.conformance.heirs import heirs_named
from contractkit.definitions.discriminators import discriminating_member
from contractkit.definitions.heirs import Heir, parent_of
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.exact_json import Json
from contractkit.impact.causes import Causes
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.ruled_places import is_open, is_wide
from contractkit.matching.weighting import kept_scope_of
from contractkit.model import HttpRequest, Interaction, Location, Step

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


def heard_by_heirs(
    interaction: Interaction,
    request: HttpRequest,
    old: InteractionConformance,
    new: InteractionConformance,
    causes: Causes,
    definition: DocumentedDefinition,
) -> frozenset[Location]:
    """Give the places of a body that the new definition's heirs declare whose kind its objects name, elements as one.

    A member that moved from a schema to those that inherit it is still heard of the kinds that declare it. An heir that
    refuses anything of an object hears nothing of it, and one of which a rule lets other kinds be sent is of none.
    """
    if old.surface is None or new.surface is None:
        return frozenset()
    use = causes.use_in_request(old.surface, new.surface, request, REQUEST_BODY)
    scope = kept_scope_of(interaction.rules)
    found: dict[bool, set[Location]] = {True: set(), False: set()}
    for each in _kinds(decoded_body(request, new.surface), REQUEST_BODY, (use.new,) if use else ()):
        is_other = is_open(each.value, scope.at(each.at).chosen) or any(
            is_wide(scope.at(each.at / name).chosen) for name in each.told_by
        )
        is_taken = (
            bool(each.heirs)
            and not is_other
            and not any(
                definition.refused_where_sent(heir.view.declared_at, each.value, each.at) for heir in each.heirs
            )
        )
        for name, member in each.value.items():
            is_heard = is_taken and all(_hears(heir.view, name, member) for heir in each.heirs)
            found[is_heard].add((each.at / name).generalised())
    return frozenset(found[True] - found[False])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """An object that is sent: its place, the heirs that it names, and the members by which it does."""

    at: Location
    value: dict[str, Json]
    heirs: tuple[Heir, ...]
    told_by: frozenset[str]


def _kinds(value: Json, at: Location, views: _Views) -> Iterator[_Kind]:
    """Give every object in a value with the heirs that it names, by the views that describe the value."""
    views = tuple(branch for view in views for branch in view.value_branches)
    if isinstance(value, dict):
        parents = [node for view in views if (node := parent_of(view)) is not None]
        told_by = frozenset(name for node in parents if (name := discriminating_member(node)) is not None)
        heirs = _named(views, value)
        yield _Kind(at=at, value=value, heirs=heirs, told_by=told_by)
        views = (*views, *(each.view for each in heirs))
        for name, member in value.items():
            yield from _kinds(member, at / name, _below(views, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _kinds(element, at / index, _below(views, index))


def _hears(heir: SchemaView, name: str, value: Json) -> bool:
    """Say whether an heir declares a member with all that is in it, and not for answers alone."""
    known = (branch.member(name) for branch in heir.value_branches)
    is_read_only = any(each is not None and each.is_read_only for each in known)
    return not is_read_only and not any(undeclared_members(heir, {name: value}, REQUEST_BODY))


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
    found = (below for view in views for below in views_at(view, (step,)))
    return tuple({each.key: each for each in found}.values())
