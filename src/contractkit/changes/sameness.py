"""Sameness: whether two places of two definitions are described by the same words, references followed.

For what the rules do not look into: a schema of XML, of Avro, of anything that is no JSON.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.references import Documents, Node
from contractkit.exact_json import Json, dump_compact, same_json

PROSE: Final = frozenset({"description", "example", "examples", "externalDocs", "summary", "title"})
"""Members that describe for people alone."""

_SETS: Final = frozenset({"enum", "required", "type"})
"""Lists of which the order says nothing (JSON Schema 2020-12 validation §6.1.1, §6.1.2, §6.5.3)."""

HOLDERS: Final = frozenset({"$defs", "definitions", "dependencies", "dependentRequired", "dependentSchemas"}) | {
    "content",
    "encoding",
    "headers",
    "links",
    "patternProperties",
    "properties",
}
"""Members whose own members are called as the author likes: a property may be called `title`."""

DATA: Final = frozenset({"const", "default", "enum"})
"""Members that hold values, not descriptions: an object among them may have a `title` that counts."""


@dataclass(frozen=True, slots=True)
class _Pair:
    old: Node
    new: Node
    holds_names: bool

    def members(self, names: Iterable[str], *, is_json_schema: bool) -> Iterator["_Pair"]:
        for name in names:
            holds_names = is_json_schema and not self.holds_names and name in HOLDERS
            yield _Pair(self.old / name, self.new / name, holds_names)


def describes_the_same(
    old: Node,
    old_documents: Documents,
    new: Node,
    new_documents: Documents,
    *,
    is_json_schema: bool = True,
    by_name: bool = False,
) -> bool:
    """Say whether two nodes are alike as written, order of members and references left aside.

    Of what JSON Schemas describe, prose, the order of sets and an `allOf` of one are left aside too.

    Args:
        old: A node of the old documents.
        old_documents: What its references lead to.
        new: The node of the new documents that it is compared with.
        new_documents: Likewise.
        is_json_schema: The nodes are JSON Schemas.
        by_name: What references below the nodes lead to is compared by its name alone, and not looked into.

    Raises:
        DefinitionError: A reference leads nowhere.
    """
    seen: set[tuple[str, str, str, str]] = set()
    waiting = [_Pair(old, new, holds_names=False)]
    while waiting:
        pair = waiting.pop()
        names = (_referred(pair.old), _referred(pair.new)) if by_name and seen else (None, None)
        if names != (None, None):
            if names[0] != names[1]:
                return False
            continue
        is_schema = is_json_schema and not pair.holds_names
        before, after = _meant(pair.old, old_documents, is_schema), _meant(pair.new, new_documents, is_schema)
        key = (before.uri, before.pointer, after.uri, after.pointer)
        if key in seen:
            continue
        seen.add(key)
        met = _Pair(before, after, pair.holds_names)
        match before.value, after.value:
            case dict() as left, dict() as right:
                said = _said(left, is_schema)
                if said.keys() != _said(right, is_schema).keys():
                    return False
                sets = {name for name in said if is_schema and _is_set(name, left) and _is_set(name, right)}
                if any(_sorted(left[name]) != _sorted(right[name]) for name in sets):
                    return False
                data = {name for name in said.keys() & DATA - sets if is_schema}
                if any(not same_json(left[name], right[name]) for name in data):
                    return False
                waiting += met.members(said.keys() - sets - data, is_json_schema=is_json_schema)
            case list() as left, list() as right if len(left) == len(right):
                waiting += [_Pair(*each, holds_names=False) for each in zip(before.items(), after.items(), strict=True)]
            case left, right if type(left) is not type(right) or left != right:
                return False
    return True


def _referred(node: Node) -> str | None:
    """Give the name of what a reference leads to, whichever document that is in; None where there is none."""
    reference = node.value.get("$ref") if isinstance(node.value, dict) else None
    return reference.rpartition("/")[2] if isinstance(reference, str) else None


def _meant(node: Node, documents: Documents, is_schema: bool) -> Node:
    """Give where references lead, and in a schema an `allOf` of one."""
    found = documents.resolve(node)
    while is_schema and isinstance(found.value, dict) and _is_of_one(_said(found.value, is_schema)):
        found = documents.resolve(found / "allOf" / 0)
    return found


def _is_of_one(said: Mapping[str, Json]) -> bool:
    schemas = said.get("allOf")
    return len(said) == 1 and isinstance(schemas, list) and len(schemas) == 1


def _said(value: dict[str, Json], is_schema: bool) -> dict[str, Json]:
    return {name: each for name, each in value.items() if not (is_schema and name in PROSE)}


def _is_set(name: str, value: dict[str, Json]) -> bool:
    return name in _SETS and isinstance(value[name], list)


def _sorted(value: Json) -> list[bytes]:
    return sorted(map(dump_compact, value if isinstance(value, list) else ()))
