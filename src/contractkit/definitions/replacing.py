"""Replacing: whether an object that its schema allows stays allowed when a member gets another value.

Most schemas of objects ask something of each member and nothing of several together. There, the new value is all that
needs to be checked, however large the object is.
"""

from collections.abc import Mapping
from typing import Final

from contractkit.definitions.checks import Check, Checks
from contractkit.definitions.lowering import Direction
from contractkit.definitions.references import Node
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

_OF_MEMBERS_ALONE: Final = frozenset(
    {
        *("allOf", "properties", "required", "type", "additionalProperties", "minProperties", "maxProperties"),
        *("nullable", "readOnly", "writeOnly", "deprecated", "title", "description", "example", "examples", "default"),
        *("externalDocs", "xml"),
    }
)
"""Keywords that say nothing of two members at once: those of the kind, of the names, and of single members."""


def stays_allowed(view: SchemaView, checks: Checks, value: Mapping[str, Json], members: Mapping[str, Json]) -> bool:
    """Say whether an allowed object with other values of some members is surely allowed too.

    Args:
        view: The object's schema.
        checks: The compiled schemas of the same definition.
        value: The object, which the schema allows.
        members: The new values by name.

    Returns:
        False also where this cannot be told from the new values alone.
    """
    for name, member in members.items():
        if name not in value:
            return False
        found = _checks_of(view, checks, name)
        if not found or not all(check.accepts(member) for check in found):
            return False
    return True


def _checks_of(view: SchemaView, checks: Checks, name: str) -> tuple[Check, ...]:
    """Give the checks that decide alone whether a member may have a value; none where others do too."""
    known = view.known(_by_name)
    if name not in known:
        nodes = _nodes_of(view, name) if view.known(_asks_members_alone) else ()
        known[name] = tuple(checks.of(node, Direction.RESPONSE) for node in nodes)
    return known[name]


def _by_name(view: SchemaView) -> dict[str, tuple[Check, ...]]:
    return {}


def _asks_members_alone(view: SchemaView) -> bool:
    return all(
        isinstance(value, dict) and all(keyword in _OF_MEMBERS_ALONE or keyword.startswith("x-") for keyword in value)
        for value in (conjunct.node.value for conjunct in view.conjuncts)
    )


def _nodes_of(view: SchemaView, name: str) -> tuple[Node, ...]:
    """Give where a member is described; nowhere if one of the schemas describes it only as one of any name."""
    found = []
    for conjunct in view.conjuncts:
        properties = conjunct.node.get("properties")
        if properties is not None and isinstance(properties.value, dict) and "$ref" in properties.value:
            return ()
        member = properties.get(name) if properties is not None else None
        if member is not None:
            found.append(member)
        elif isinstance(conjunct.node.value.get("additionalProperties"), dict):
            return ()
    return tuple(found)
