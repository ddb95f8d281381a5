"""Renames: what went and what came that may be one thing under another name. Hints only, never verdicts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from contractkit.changes.comparison import DefinitionChanges
from contractkit.changes.gains import GAINS
from contractkit.changes.mirroring import gained
from contractkit.changes.operation_rules import OPERATION_REMOVED
from contractkit.changes.records import Change, Declaration, Direction
from contractkit.changes.surface_pairs import SurfacePair, schema_uses
from contractkit.definitions.surfaces import Content, Surface
from contractkit.errors import DefinitionError
from contractkit.model import Location

_Holder: TypeAlias = tuple[str, str | None, Location]

_WENT = ("member.removed", "optional-member.removed", "member.refused")
_CAME = ("member.added", "member.added-required")
_SENT_WENT = ("request.member.removed", "request.member.refused")
_SENT_CAME = {rule: GAINS[rule] for rule in _SENT_WENT}


def renames_between(compared: DefinitionChanges, changes: Sequence[Change]) -> dict[Declaration, str]:
    """Give what members and operations that went may be called now, by the declaration of the change that they went."""
    moved = renamed_operations(compared)
    operations = {
        change.declaration: moved[change.operation]
        for change in changes
        if change.rule == OPERATION_REMOVED and change.operation in moved
    }
    return {**renamed_members(changes), **operations}


def renamed_members(changes: Iterable[Change]) -> dict[Declaration, str]:
    """Give the new name for each member that may have been renamed, by the declaration of the change that it went.

    A member counts as renamed where it is the only one that went from its object, and the only one came that is of the
    same types, or of which no type is said.
    """
    went: dict[_Holder, list[Change]] = defaultdict(list)
    came: dict[_Holder, list[Change]] = defaultdict(list)
    for change in changes:
        side, _, rule = change.rule.partition(".")
        if rule in _WENT + _CAME:
            holder = (f"{side} {change.operation}", change.status, Location(change.location.steps[:-1]))
            (went if rule in _WENT else came)[holder].append(change)
    return {
        one.declaration: fitting.pop()
        for holder, (one, *others) in went.items()
        if not others
        and len(fitting := {str(each.location.steps[-1]) for each in came[holder] if _fits(one, each)}) == 1
    }


def members_gained(compared: DefinitionChanges, changes: Iterable[Change]) -> Iterator[Change]:
    """Give the members that may be sent now beside those that went: they hurt nobody, so are among no changes."""
    lost: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.rule in _SENT_WENT:
            lost[change.operation].append(change)
    back = DefinitionChanges(compared.new, compared.old)
    for surface in compared.old.surfaces() if lost else ():
        new = compared.successor(surface) if surface.signature in lost else None
        if new is not None:
            there = lost[surface.signature]
            yield from gained(there, _ways_back(back, back.pair(new, surface), there), _SENT_CAME, surface.signature)


def _ways_back(back: DefinitionChanges, pair: SurfacePair, lost: Iterable[Change]) -> Iterator[Change]:
    """Give what the comparison backwards finds in the objects that lost a member."""
    holders = dict.fromkeys((change.media_type, Location(change.location.steps[:-1])) for change in lost)
    for use in schema_uses(pair):
        for media_type, holder in holders:
            if use.direction is Direction.REQUEST and use.media_type == media_type and holder.starts_with(use.location):
                with suppress(DefinitionError):  # it is told where the schemas are compared
                    yield from back.within(pair, use, holder.steps[len(use.location.steps) :])


def _fits(gone: Change, new: Change) -> bool:
    return new.after == "required" or gone.before.split(", ")[-1] == new.after


def renamed_operations(changes: DefinitionChanges) -> Mapping[str, str]:
    """Give the signatures of operations that may have moved: of the same operationId, or alone of the same schemas."""
    comparable = [surface for surface in changes.old.surfaces() if changes.is_comparable(surface)]
    gone = [surface for surface in comparable if changes.successor(surface) is None]
    if not gone:
        return {}
    kept = {new.signature for surface in comparable if (new := changes.successor(surface))}
    added = [surface for surface in changes.new.surfaces() if surface.signature not in kept]
    found = {surface.signature: _moved_to(surface, added) for surface in gone}
    return {signature: like for signature, like in found.items() if like}


def _moved_to(gone: Surface, added: Iterable[Surface]) -> str:
    for likeness in (_operation_id, _schemas):
        said = likeness(gone)
        alike = [surface.signature for surface in added if said and likeness(surface) == said]
        if len(alike) == 1:
            return alike[0]
    return ""


def _operation_id(surface: Surface) -> str:
    return str(surface.node.value.get("operationId") or "")


def _schemas(surface: Surface) -> tuple[str, ...]:
    """Give the method and the named schemas of an operation; nothing where it has none."""
    bodies = [*(surface.body.contents if surface.body else ())]
    bodies += [content for status, each in surface.responses.items() if status < "3" for content in each.contents]
    named = tuple(filter(None, map(_name_of_schema, bodies)))
    return (surface.method, *named) if named else ()


def _name_of_schema(content: Content) -> str:
    if content.view is None or content.view.declared_at.pointer == content.view.used_at.pointer:
        return ""
    return content.view.declared_at.pointer
