"""What can differ between two schemas, one function per kind; the table of rules says what each means to whom."""

from collections.abc import Iterator, Mapping
from typing import Final

from contractkit.changes.found import Found, described, listed, said_found, without
from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import ALL_TYPES, Bound, type_names
from contractkit.definitions.schemas import SchemaView
from contractkit.model import Wildcard

MATCH_ANYTHING = ("", "^", ".*", "^.*$", "^.*", ".*$")
"""Patterns that every text matches."""


_IMPLIED: Final[Mapping[str, int]] = {"minLength": 0, "minItems": 0, "minProperties": 0, "minContains": 1}
"""Bounds that hold where none is written (JSON Schema 2020-12 validation §6.3.2, §6.4.2, §6.4.5, §6.5.2)."""


def changed_types(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that no type which was allowed still is."""
    if _is_other_type(old, new):
        yield _types_found(old, new)


def narrowed_types(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that a type which was allowed is not any more, while another one is."""
    if (old.types - new.types) - {"null"} and not _is_other_type(old, new):
        yield _types_found(old, new)


def widened_types(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that a type which could not come now may, beside those that could."""
    if (new.types - old.types) - {"null"} and not _is_other_type(old, new):
        yield _types_found(old, new)


def _is_other_type(old: SchemaView, new: SchemaView) -> bool:
    before, after = old.types - {"null"}, new.types - {"null"}
    return bool(before) and not before & after and (bool(after) or not new.types)


def _types_found(old: SchemaView, new: SchemaView) -> Found:
    return Found(type_names(old.types), type_names(new.types), old.place("type"), new.place("type"))


def refused_null(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that null was allowed and is not."""
    if old.is_nullable and not new.is_nullable:
        yield _null_found(old, new)


def allowed_null(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that null was not allowed and is; a `nullable` counts that was left over where it is not known."""
    is_new = (new.is_nullable or new.has_unknown_null) and not (old.is_nullable or old.has_unknown_null)
    if is_new and not (new.types - old.types) - {"null"}:
        yield _null_found(old, new)


def _null_found(old: SchemaView, new: SchemaView) -> Found:
    return Found(
        type_names(old.types), type_names(new.types), _first_place(old, "nullable", "type"),
        _first_place(new, "nullable", "type"),
    )  # fmt: skip


def _first_place(view: SchemaView, *keywords: str) -> Node:
    places = (view.place(keyword) for keyword in keywords)
    return next((place for place in places if place != view.declared_at), view.declared_at)


def newly_required(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were not declared and are required."""
    for name, member in new.members.items():
        if member.is_required and not member.is_read_only and old.member(name) is None:
            yield Found("not declared", "required", old.declared_at, _member_node(new, name), name)


def became_required(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were optional and are required."""
    for name, member in new.members.items():
        before = old.member(name)
        if before is None or not member.is_required or member.is_read_only:
            continue
        if not before.is_required or before.is_read_only:  # what was read only was not to be sent
            yield Found("optional", "required", _member_node(old, name), new.place("required"), name)


def became_optional(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were required and are optional."""
    for name, member in old.members.items():
        after = new.member(name)
        hidden = member.is_write_only or (after is not None and after.is_write_only)
        if member.is_required and after is not None and not after.is_required and not hidden:
            yield Found("required", "optional", old.place("required"), _member_node(new, name), name)


def removed_required(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the required members that are no longer declared."""
    return _removed(old, new, required=True)


def removed_optional(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the optional members that are no longer declared."""
    return _removed(old, new, required=False)


def _removed(old: SchemaView, new: SchemaView, *, required: bool) -> Iterator[Found]:
    if "object" not in old.types & new.types:
        return
    for name, member in old.members.items():
        if member.is_required is required and not member.is_write_only and new.member(name) is None:
            said = f"{'required' if required else 'optional'}, {described(member.view)}"
            yield Found(said, "not declared", _member_node(old, name), new.declared_at, name)


def removed_further(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that members of free names were described, and no member is to come now that is not declared."""
    was_open = old.additional is not None and not old.is_closed
    if was_open and new.is_closed and "object" in old.types & new.types:
        said = f"optional, {described(old.additional)}"
        yield Found(said, "not declared", old.place("additionalProperties"), new.declared_at, Wildcard.ANY)


def added_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were not declared and may come."""
    if "object" not in old.types & new.types:
        return
    for name, member in new.members.items():
        if member.view is not None and not member.is_write_only and old.member(name) is None:
            yield Found("not declared", described(member.view), old.declared_at, _member_node(new, name), name)


def no_longer_described(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are required still and of which nothing is said any more."""
    for name, view in _undescribed(new, old):
        if not view.flag("writeOnly"):
            yield Found(type_names(view.types), type_names(ALL_TYPES), view.used_at, new.declared_at, name)


def newly_described(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were required without a word of what they are, and are described to whom sends them."""
    return _newly_described(old, new, unless="readOnly")


def told_of(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were required without a word of what they are, and are described to whom reads them."""
    return _newly_described(old, new, unless="writeOnly")


def _newly_described(old: SchemaView, new: SchemaView, *, unless: str) -> Iterator[Found]:
    for name, view in _undescribed(old, new):
        if not view.flag(unless):
            yield Found(type_names(ALL_TYPES), type_names(view.types), old.declared_at, view.used_at, name)


def _undescribed(silent: SchemaView, other: SchemaView) -> Iterator[tuple[str, SchemaView]]:
    if "object" not in silent.types & other.types:
        return
    for name in silent.members:
        left, right = silent.member(name), other.member(name)
        if left and right and left.view is None and right.view and right.view.types != ALL_TYPES:
            yield name, right.view


def ignored_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are no longer declared where undeclared ones are ignored."""
    return _unknown_members(old, new) if not new.is_closed else iter(())


def refused_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are no longer declared where undeclared ones are refused."""
    return _unknown_members(old, new) if new.is_closed else iter(())


def _unknown_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    if "object" not in old.types & new.types:
        return
    for name, member in old.members.items():
        if member.view is not None and not member.is_read_only and new.member(name) is None:
            yield Found(described(member.view), "not declared", _member_node(old, name), new.declared_at, name)


def closed(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that undeclared members were allowed and are not."""
    if new.is_closed and not old.is_closed:
        yield Found("open", "closed", old.declared_at, new.place("additionalProperties"))


def became_read_only(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that could be sent and are read only."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if member.is_read_only and before is not None and not before.is_read_only:
            yield Found("written", "read only", _member_node(old, name), _member_node(new, name), name)


def became_write_only(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were given and are write only."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if member.is_write_only and before is not None and not before.is_write_only:
            yield Found("given", "write only", _member_node(old, name), _member_node(new, name), name)


def lost_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the values that an enumeration lost."""
    if old.values is not None and new.values is not None and (gone := without(old.values, new.values)):
        yield Found(listed(gone), listed(new.values), old.place("enum"), new.place("enum"))


def added_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the values that an enumeration gained."""
    if old.values is not None and new.values is not None and (added := without(new.values, old.values)):
        yield Found(listed(old.values), listed(added), old.place("enum"), new.place("enum"))


def became_limited(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that any value was allowed and only some are."""
    if old.values is None and new.values is not None:
        yield Found("any value", listed(new.values), old.declared_at, new.place("enum"))


def became_open(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that only some values were allowed and any is."""
    if old.values is not None and new.values is None:
        yield Found(listed(old.values), "any value", old.place("enum"), new.declared_at)


def tightened(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the bounds that are new or tighter."""
    for keyword in dict.fromkeys((*new.bounds, *old.bounds)):
        before, after = _bound(old, keyword), _bound(new, keyword)
        if after is not None and (before is None or after.is_tighter_than(before)):
            yield _bound_found(keyword, old, new)


def loosened(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the bounds that are gone or looser."""
    for keyword in dict.fromkeys((*old.bounds, *new.bounds)):
        before, after = _bound(old, keyword), _bound(new, keyword)
        if before is not None and (after is None or before.is_tighter_than(after)):
            yield _bound_found(keyword, old, new)


def _bound(view: SchemaView, keyword: str) -> Bound | None:
    implied = _IMPLIED.get(keyword)
    bound = view.bounds.get(keyword) or (None if implied is None else Bound(keyword, implied, is_exclusive=False))
    return bound.of_integers() if bound is not None and view.types - {"null"} == {"integer"} else bound


def _bound_found(keyword: str, old: SchemaView, new: SchemaView) -> Found:
    said = [str(view.bounds.get(keyword, f"no {keyword}")) for view in (old, new)]
    return Found(said[0], said[1], old.place(keyword), new.place(keyword))


def other_pattern(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a pattern that is new or another, unless it matches anything."""
    added = [pattern for pattern in new.said("pattern") if pattern not in old.said("pattern")]
    if any(pattern not in MATCH_ANYTHING for pattern in added):
        yield said_found("pattern", old, new)


def lost_pattern(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a pattern that is gone or another, unless it matched anything."""
    if any(pattern not in (*new.said("pattern"), *MATCH_ANYTHING) for pattern in old.said("pattern")):
        yield said_found("pattern", old, new)


def other_default(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a default that is new, gone or another."""
    if old.said("default") != new.said("default"):
        yield said_found("default", old, new)


def _member_node(view: SchemaView, name: str) -> Node:
    member = view.member(name)
    return member.view.used_at if member is not None and member.view is not None else view.declared_at
