"""What can differ between two schemas, one function per kind; the table of rules says what each means to whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from contractkit.changes.alignment import align
from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import ALL_TYPES, type_names
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.model import Step, Wildcard

UNSETTLED_KEYWORDS = (
    "contains", "contentEncoding", "contentMediaType", "contentSchema", "dependentRequired", "dependentSchemas", "else",
    "if", "multipleOf", "not", "patternProperties", "propertyNames", "then", "unevaluatedItems",
    "unevaluatedProperties", "uniqueItems", "x-extensible-enum",
)  # fmt: skip
"""Keywords that are compared as they are written, since what they amount to is not worked out."""


MATCH_ANYTHING = ("", "^", ".*", "^.*$", "^.*", ".*$")
"""Patterns that every text matches."""


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a rule found: what was said before and is now, where, and about which member."""

    before: str
    after: str
    old: Node | None
    new: Node | None
    step: Step | None = None


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
    return bool(before and after) and not before & after


def _types_found(old: SchemaView, new: SchemaView) -> Found:
    return Found(type_names(old.types), type_names(new.types), old.place("type"), new.place("type"))


def refused_null(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that null was allowed and is not."""
    if old.is_nullable and not new.is_nullable:
        yield _null_found(old, new)


def allowed_null(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that null was not allowed and is."""
    if new.is_nullable and not old.is_nullable and not (new.types - old.types) - {"null"}:
        yield _null_found(old, new)


def _null_found(old: SchemaView, new: SchemaView) -> Found:
    return Found(
        type_names(old.types), type_names(new.types), _first_place(old, "nullable", "type"),
        _first_place(new, "nullable", "type"),
    )  # fmt: skip


def _first_place(view: SchemaView, *keywords: str) -> Node:
    places = (view.place(keyword) for keyword in keywords)
    return next((place for place in places if place != view.declared_at), view.declared_at)


def lost_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives of a union that are gone."""
    if not _settles_types(old, new):
        return
    for branch in align(old, new).only_old:
        yield Found(_branch_name(branch), "nothing", branch.declared_at, new.declared_at)


def new_alternatives(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the alternatives of a union that are new."""
    if not _settles_types(old, new):
        return
    for branch in align(old, new).only_new:
        yield Found("nothing", _branch_name(branch), old.declared_at, branch.declared_at)


def _settles_types(old: SchemaView, new: SchemaView) -> bool:
    return bool(align(old, new).pairs)  # else the type changed altogether, and that is said already


def _branch_name(branch: SchemaView) -> str:
    name = branch.declared_at.pointer.rsplit("/", 1)[-1]
    return type_names(branch.types) if name.isdigit() or name == "schema" else name


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
            said = f"{'required' if required else 'optional'}, {_described(member.view)}"
            yield Found(said, "not declared", _member_node(old, name), new.declared_at, name)


def added_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were not declared and may come."""
    if "object" not in old.types & new.types:
        return
    for name, member in new.members.items():
        if member.view is not None and not member.is_write_only and old.member(name) is None:
            yield Found("not declared", _described(member.view), old.declared_at, _member_node(new, name), name)


def no_longer_described(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are required still and of which nothing is said any more."""
    for name, view in _undescribed(new, old):
        if not view.flag("writeOnly"):
            yield Found(type_names(view.types), type_names(ALL_TYPES), view.used_at, new.declared_at, name)


def newly_described(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that were required without a word of what they are, and are described now."""
    for name, view in _undescribed(old, new):
        if not view.flag("readOnly"):
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
            yield Found(_described(member.view), "not declared", _member_node(old, name), new.declared_at, name)


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
    if old.values is not None and new.values is not None and (gone := _without(old.values, new.values)):
        yield Found(_list(gone), _list(new.values), old.place("enum"), new.place("enum"))


def added_values(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the values that an enumeration gained."""
    if old.values is not None and new.values is not None and (added := _without(new.values, old.values)):
        yield Found(_list(old.values), _list(added), old.place("enum"), new.place("enum"))


def became_limited(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that any value was allowed and only some are."""
    if old.values is None and new.values is not None:
        yield Found("any value", _list(new.values), old.declared_at, new.place("enum"))


def became_open(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that only some values were allowed and any is."""
    if old.values is not None and new.values is None:
        yield Found(_list(old.values), "any value", old.place("enum"), new.declared_at)


def tightened(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the bounds that are new or tighter."""
    for keyword, bound in new.bounds.items():
        before = old.bounds.get(keyword)
        if before is None or bound.is_tighter_than(before):
            yield _bound_found(keyword, old, new)


def loosened(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the bounds that are gone or looser."""
    for keyword, bound in old.bounds.items():
        after = new.bounds.get(keyword)
        if after is None or bound.is_tighter_than(after):
            yield _bound_found(keyword, old, new)


def _bound_found(keyword: str, old: SchemaView, new: SchemaView) -> Found:
    said = [str(view.bounds.get(keyword, f"no {keyword}")) for view in (old, new)]
    return Found(said[0], said[1], old.place(keyword), new.place(keyword))


def other_pattern(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a pattern that is new or another, unless it matches anything."""
    added = [pattern for pattern in new.said("pattern") if pattern not in old.said("pattern")]
    if any(pattern not in MATCH_ANYTHING for pattern in added):
        yield _said_found("pattern", old, new)


def lost_pattern(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a pattern that is gone or another."""
    if any(pattern not in new.said("pattern") for pattern in old.said("pattern")):
        yield _said_found("pattern", old, new)


def other_format(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a format that is new, gone or another; one that only repeats the type (`boolean`) says nothing."""
    before, after = ([said for said in view.said("format") if not _is_type(said)] for view in (old, new))
    if before != after and old.types == new.types:
        yield _said_found("format", old, new)


def _is_type(said: Json) -> bool:
    return isinstance(said, str) and said in ALL_TYPES


def other_default(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find a default that is new, gone or another."""
    if old.said("default") != new.said("default"):
        yield _said_found("default", old, new)


def added_keyword(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that are new or say something else."""
    yield from _stated_otherwise(new, old, old, new)
    yield from _elements_found(old, new) if new.elements and not old.elements else ()


def lost_keyword(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that are gone or say something else."""
    yield from _stated_otherwise(old, new, old, new)
    yield from _elements_found(old, new) if old.elements and not new.elements else ()


def _stated_otherwise(view: SchemaView, other: SchemaView, old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the unsettled keywords that one schema states and the other does not, or not alike."""
    for keyword in (*UNSETTLED_KEYWORDS, *_stray_flags(view)):
        said = view.said(keyword)
        if said not in ((), (False,)) and _meaning(said) != _meaning(other.said(keyword)):
            yield _said_found(keyword, old, new)


def _stray_flags(view: SchemaView) -> Iterator[str]:
    """Give OpenAPI 3.0's flags without the bound they belong to: what they exclude, each tool decides for itself."""
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if bound not in view.bounds and any(said is True for said in view.said(flag)):
            yield flag


def _meaning(said: tuple[Json, ...]) -> tuple[Json, ...]:
    return tuple(_without_annotations(value) for value in said)


def _without_annotations(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_annotations(each) for key, each in value.items() if key not in ("description", "title")}
    return [_without_annotations(each) for each in value] if isinstance(value, list) else value


def _elements_found(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    if "array" in old.types & new.types and old.types - {"null"} == new.types - {"null"}:
        yield Found(
            _described(old.elements), _described(new.elements), old.place("items"), new.place("items"), Wildcard.INDEX
        )


def fewer_numbered(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that fewer of the first elements are described."""
    if len(new.numbered) < len(old.numbered):
        yield _numbered_found(old, new)


def more_numbered(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find that more of the first elements are described."""
    if len(new.numbered) > len(old.numbered):
        yield _numbered_found(old, new)


def _numbered_found(old: SchemaView, new: SchemaView) -> Found:
    said = [f"{len(view.numbered)} described elements" for view in (old, new)]
    return Found(said[0], said[1], old.place("prefixItems"), new.place("prefixItems"))


def _said_found(keyword: str, old: SchemaView, new: SchemaView) -> Found:
    said = [f"{keyword} {_list(view.said(keyword))}" if view.said(keyword) else f"no {keyword}" for view in (old, new)]
    return Found(said[0], said[1], old.place(keyword), new.place(keyword))


def _member_node(view: SchemaView, name: str) -> Node:
    member = view.member(name)
    return member.view.used_at if member is not None and member.view is not None else view.declared_at


def _described(view: SchemaView | None) -> str:
    return "anything" if view is None else type_names(view.types)


def _without(values: tuple[Json, ...], others: tuple[Json, ...]) -> tuple[Json, ...]:
    known = {dump_compact(other) for other in others}
    return tuple(value for value in values if dump_compact(value) not in known)


def _list(values: tuple[Json, ...]) -> str:
    return ", ".join(show_json(value, limit=60) for value in values[:8]) + (", …" if len(values) > 8 else "")
