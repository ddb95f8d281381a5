"""Room: what a schema has no room for, though it may declare it, since what else it says excludes that.

A listed value may be beyond a bound, and an object may take no members of a name, or no more than are sure to come.
"""

from collections.abc import Iterator
from typing import Final

from contractkit.definitions.fitting import is_within
from contractkit.definitions.keywords import is_pattern
from contractkit.definitions.patterns import matches
from contractkit.definitions.references import Node
from contractkit.definitions.schema_facets import types_holding
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

_CONDITIONS: Final = ("dependentSchemas", "else", "if", "then")
"""Keywords by whose schemas a member may be known to `unevaluatedProperties` (JSON Schema 2020-12 §11.3)."""


def has_room(view: SchemaView) -> bool:
    """Say whether a schema admits anything but null."""
    return any(values_with_room(branch) != () for branch in view.value_branches)


def branches_with_room(view: SchemaView) -> tuple[SchemaView, ...]:
    """Give the branches that admit anything but null; where none does, all, since that is hardly meant."""
    return view.known(_branches)


def values_with_room(branch: SchemaView) -> tuple[Json, ...] | None:
    """Give the values that a branch lists and does not exclude otherwise, null apart; None where any may stand."""
    return branch.known(_values)


def types_with_room(view: SchemaView) -> frozenset[str]:
    """Give the types of the values that a schema admits, those of branches with room alone."""
    left = branches_with_room(view)
    if len(left) == len(view.value_branches):
        return view.types
    return frozenset[str]().union(*(branch.types for branch in left)) | (view.types & {"null"})


def described_by(branch: SchemaView, name: str, view: SchemaView) -> SchemaView:
    """Give all that an object's schema says of a member: its own words, those for all names like it, and for then."""
    if not branch.known(_says_more):
        return view
    further = [node for pattern, node in branch.patterned if matches(pattern, name)]
    further += _said_then(branch, name)
    return branch.schemas.view(*(each.node for each in view.conjuncts), *further) if further else view


def _says_more(branch: SchemaView) -> bool:
    return bool(branch.patterned or branch.said("dependentSchemas"))


def _said_then(branch: SchemaView, name: str) -> Iterator[Node]:
    """Give what `dependentSchemas` says of a member by the presence of itself and of those that always come."""
    for node in _stating(branch, "dependentSchemas"):
        for trigger, schema in branch.schemas.documents.resolve(node).members():
            members = branch.schemas.view(schema).members if trigger in _always(branch) | {name} else {}
            if name in members and (view := members[name].view) is not None:
                yield from (each.node for each in view.conjuncts)


def refuses(branch: SchemaView, name: str) -> bool:
    """Say whether an object can have no member of a name."""
    if not branch.known(_refuses_some):
        return False
    is_shut = _is_closed_to(branch, name) or _is_full(branch, name) or _is_ruled_out(branch, name)
    return is_shut or not _may_be_called(branch, name)


def _refuses_some(branch: SchemaView) -> bool:
    """Say whether an object may refuse members at all, as few do: every place of every answer is asked about."""
    is_limited = branch.is_closed or "maxProperties" in branch.bounds
    return is_limited or bool(branch.said("not") or branch.said("propertyNames"))


def _branches(view: SchemaView) -> tuple[SchemaView, ...]:
    return tuple(branch for branch in view.value_branches if values_with_room(branch) != ()) or view.value_branches


def _values(branch: SchemaView) -> tuple[Json, ...] | None:
    if branch.values is None:
        return None
    return tuple(value for value in branch.values if isinstance(value, dict | list) or _admits(branch, value))


def _admits(branch: SchemaView, value: Json) -> bool:
    """Say whether a single value has the type, the bounds and the pattern that a branch demands."""
    if types_holding(value).isdisjoint(branch.types) or not is_within(value, branch):
        return False
    return not isinstance(value, str) or all(matches(pattern, value) for pattern in branch.known(_patterns))


def _patterns(branch: SchemaView) -> tuple[str, ...]:
    return tuple(each for each in branch.said("pattern") if isinstance(each, str) and is_pattern(each))


def _is_closed_to(branch: SchemaView, name: str) -> bool:
    if not branch.is_closed:
        return False
    named = (part.member(name) for part in branch.known(_closed_parts))
    if any(each is None or each.view is None for each in named):
        return True
    return branch.member(name) is None and not any(map(branch.said, _CONDITIONS))


def _closed_parts(branch: SchemaView) -> tuple[SchemaView, ...]:
    """Give the parts that refuse what they do not name themselves (JSON Schema 2020-12 §10.3.2.3)."""
    return tuple(
        SchemaView(branch.schemas, each.node, (each,), branch.chosen)
        for each in branch.conjuncts
        if isinstance(each.node.value, dict) and each.node.value.get("additionalProperties") is False
    )


def _is_full(branch: SchemaView, name: str) -> bool:
    """Say whether a member is one too many beside those that always come."""
    most = branch.bounds.get("maxProperties")
    return most is not None and len(_always(branch) | {name}) > most.value


def _is_ruled_out(branch: SchemaView, name: str) -> bool:
    """Say whether an object is not to have a member, or not beside those that always come."""
    for said in branch.said("not"):
        names = said.get("required") if isinstance(said, dict) and said.keys() == {"required"} else None
        if isinstance(names, list) and name in names and _is_among(names, _always(branch) | {name}):
            return True
    return False


def _is_among(names: list[Json], known: frozenset[str]) -> bool:
    return all(isinstance(each, str) and each in known for each in names)


def _always(branch: SchemaView) -> frozenset[str]:
    return branch.known(_sure)


def _sure(branch: SchemaView) -> frozenset[str]:
    return frozenset(each.name for each in branch.members.values() if each.is_required and not each.is_write_only)


def _may_be_called(branch: SchemaView, name: str) -> bool:
    names = branch.known(_names)
    if names is None:
        return True
    branches = (each for each in branches_with_room(names) if each.values is None or name in each.values)
    return any(_admits(each, name) for each in branches)


def _names(branch: SchemaView) -> SchemaView | None:
    """Give what is said of the names of members, None where nothing is."""
    said = _stating(branch, "propertyNames")
    return branch.schemas.view(*said) if said else None


def _stating(branch: SchemaView, keyword: str) -> list[Node]:
    nodes = (each.node for each in branch.conjuncts)
    return [node / keyword for node in nodes if isinstance(node.value, dict) and keyword in node.value]
