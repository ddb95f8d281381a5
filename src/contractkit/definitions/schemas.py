"""Schema views: what a schema says of a value, with `allOf` merged lazily and no `$ref` ever inlined.

A view is a set of *conjuncts*, the schema objects that all hold at once: the schema itself, what its `$ref` names and
the members of its `allOf`. OpenAPI 3.0 (`nullable`, boolean `exclusiveMaximum`) and 3.1 (type lists, `const`,
`prefixItems`) read alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from contractkit.definitions.conjuncts import Conjunct, conjuncts_of
from contractkit.definitions.inheritance_mistakes import refuse_mistaken_all_of
from contractkit.definitions.keywords import is_pattern
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.patterns import matches
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schema_facets import (
    ALL_TYPES,
    Bound,
    bounds_of,
    declared_types,
    says_nullable,
    types_holding,
)
from contractkit.definitions.type_mistakes import refuse_unknown_type
from contractkit.exact_json import Json, dump_compact

UNIONS: Final = ("oneOf", "anyOf")

_CLOSING = ("additionalProperties", "unevaluatedProperties")

_MOST_BRANCHES = 256  # beyond this many combinations a union counts as one branch that settles less

_MOST_SEEN = 1_024  # views that are looked at for them
_MOST_TRIED = 32  # branches that a value is made of, where there are so many
_MOST_UNIONS = 64  # unions in unions; their views grow with each, and no value is found by following more

Fact = TypeVar("Fact")

Choice: TypeAlias = tuple[NodeKey, str]
"""A union of which a branch was chosen: the schema that holds it, and its keyword."""

ViewKey: TypeAlias = tuple[tuple[NodeKey, ...], frozenset[Choice]]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. `view` is None where it is required without being described."""

    name: str
    view: "SchemaView | None"
    is_required: bool

    @property
    def is_read_only(self) -> bool:
        """Say whether a request leaves it out (OpenAPI 3.0 §4.7.24.2)."""
        return self.view is not None and self.view.flag("readOnly")

    @property
    def is_write_only(self) -> bool:
        """Say whether a response leaves it out (OpenAPI 3.0 §4.7.24.2)."""
        return self.view is not None and self.view.flag("writeOnly")


class Schemas:
    """The views of one set of documents, each made once."""

    def __init__(self, documents: Documents, *, is_strict: bool = False) -> None:
        """Take the documents; who judges by them is strict, and is told of a type that is none instead of any type."""
        self.documents = documents
        self.is_strict = is_strict
        root = documents.root.value
        version = str(root.get("openapi", "")) if isinstance(root, dict) else ""
        self.has_nullable = not version.startswith("3.") or version.startswith("3.0")
        self._views: dict[tuple[NodeKey, ...], SchemaView] = {}
        self.inheriting: dict[str, Mapping[NodeKey, Any]] = {}
        self.mapped: dict[NodeKey, Mapping[str, tuple[str, ...]]] = {}
        self.picking: dict[NodeKey, frozenset[tuple[str, NodeKey]]] = {}

    def view(self, *nodes: Node) -> "SchemaView":
        """Give the view of the value that all these schemas describe together."""
        key = tuple(node.key for node in nodes)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = SchemaView(self, nodes[0], self.conjuncts(nodes))
        return found

    def conjuncts(self, nodes: Iterable[Node]) -> tuple[Conjunct, ...]:
        """Give the schema objects that hold where these do, each once, the used ones before the inherited."""
        return conjuncts_of(nodes, self.documents, ignores_siblings=self.has_nullable)


class SchemaView:
    """What the schemas of one place say together of a value. All of it is computed when asked for and kept."""

    def __init__(
        self,
        schemas: Schemas,
        used_at: Node,
        conjuncts: tuple[Conjunct, ...],
        chosen: frozenset[Choice] = frozenset(),
    ) -> None:
        self.schemas = schemas
        self.used_at = used_at
        self.conjuncts = conjuncts
        self.chosen = chosen
        self.key: ViewKey = (tuple(sorted(conjunct.key for conjunct in conjuncts)), chosen)
        self._is_computing_types = False
        self._flags: dict[str, bool] = {}
        self._said: dict[str, tuple[Json, ...]] = {}
        self._known: dict[object, Any] = {}

    @cached_property
    def declared_at(self) -> Node:
        """Give where the schema is declared: behind its `$ref`, if it is one."""
        return self.conjuncts[0].node if self.conjuncts else self.used_at

    def known(self, fact: Callable[["SchemaView"], Fact]) -> Fact:
        """Give what a function says of this view, asking it once: for facts of a schema that answers need each time."""
        if fact not in self._known:
            self._known[fact] = fact(self)
        found: Fact = self._known[fact]
        return found

    def flag(self, keyword: str) -> bool:
        """Say whether any of the schemas sets a keyword to true."""
        if keyword not in self._flags:
            self._flags[keyword] = any(node.value.get(keyword) is True for node in self._objects)
        return self._flags[keyword]

    def place(self, keyword: str) -> Node:
        """Give where a keyword stands, or the declaration where it stands nowhere."""
        return next((node / keyword for node in self._objects if keyword in node.value), self.declared_at)

    @cached_property
    def types(self) -> frozenset[str]:
        """Give the JSON types that a value may have; `ALL_TYPES` where nothing is said.

        Raises:
            DefinitionError: Who reads is strict, and a type is none, or an `allOf` is no list of schemas.
        """
        if self._is_computing_types:
            return ALL_TYPES  # an alternative that leads back to itself says nothing more
        self._is_computing_types = True
        try:
            return self._computed_types()
        finally:
            self._is_computing_types = False

    @cached_property
    def is_nullable(self) -> bool:
        """Say whether null is allowed."""
        return "null" in self.types

    @cached_property
    def has_unknown_null(self) -> bool:
        """Say whether only a `nullable` allows null that was left over in a version which does not know it.

        Nobody knows what is meant: OpenAPI 3.1 passes over the keyword, and who wrote it means it.
        """
        if self.has_nullable or self.is_nullable:
            return False
        return any(says_nullable(node.value) for branch in self.branches for node in branch._objects)

    @cached_property
    def values(self) -> tuple[Json, ...] | None:
        """Give the values that `enum` and `const` leave, null apart; None where any value may stand."""
        lists = [_enumerated(node) for node in self._objects if "enum" in node.value or "const" in node.value]
        if not lists:
            return None
        allowed = set.intersection(*({dump_compact(value) for value in each} for each in lists))
        return tuple(value for value in lists[0] if value is not None and dump_compact(value) in allowed)

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """Give the described and the required members by name, in the order they are written."""
        nodes: dict[str, list[Node]] = {}
        for node in self._objects:
            for name, member in self._held(node, "properties").members():
                nodes.setdefault(name, []).append(member)
        required = {name for node in self._objects for name in _names(node.value.get("required"))}
        described = {name: Member(name, self.schemas.view(*found), name in required) for name, found in nodes.items()}
        return described | {name: Member(name, None, True) for name in sorted(required - described.keys())}

    def member(self, name: str) -> Member | None:
        """Give a member by name, those of `patternProperties` and `additionalProperties` included, else None."""
        found = self.members.get(name)
        if found is not None and found.view is not None:
            return found
        matching = [node for pattern, node in self.patterned if matches(pattern, name)]
        view = self.schemas.view(*matching) if matching else self.additional
        return found if view is None else Member(name, view, found is not None)

    @cached_property
    def patterned(self) -> tuple[tuple[str, Node], ...]:
        """Give the schemas of `patternProperties` with their patterns; what is no pattern stands for no name."""
        every = (pair for node in self._objects for pair in self._held(node, "patternProperties").members())
        return tuple((pattern, node) for pattern, node in every if is_pattern(pattern))

    @cached_property
    def additional(self) -> "SchemaView | None":
        """Give what `additionalProperties` says of further members, or None where it describes none."""
        described = [
            node / "additionalProperties" for node in self._objects if _describes(node, "additionalProperties")
        ]
        return self.schemas.view(*described) if described else None

    @cached_property
    def is_closed(self) -> bool:
        """Say whether members that are not described are refused; where all others are, none is left unevaluated."""
        said = {keyword for node in self._objects for keyword in _CLOSING if node.value.get(keyword) is False}
        return "additionalProperties" in said or (bool(said) and self.additional is None)

    @cached_property
    def describes_members(self) -> bool:
        """Say whether the schema speaks of an object's members at all."""
        return bool(self.members or self.patterned or self.additional is not None or self.is_closed)

    @cached_property
    def elements(self) -> "SchemaView | None":
        """Give what `items` says of a list's elements beyond the numbered ones, or None."""
        described = [node / "items" for node in self._objects if isinstance(node.value.get("items"), dict)]
        return self.schemas.view(*described) if described else None

    @cached_property
    def numbered(self) -> tuple["SchemaView", ...]:
        """Give what `prefixItems` says of a list's first elements."""
        lists = [list(found.items()) for node in self._objects if (found := node.get("prefixItems"))]
        return tuple(self.schemas.view(node) for node in lists[0]) if lists else ()

    def element(self, index: int) -> "SchemaView | None":
        """Give what is said of the element at an index, or None."""
        return self.numbered[index] if 0 <= index < len(self.numbered) else self.elements

    @cached_property
    def bounds(self) -> Mapping[str, "Bound"]:
        """Give the tightest of each upper and lower bound (`maximum`, `minLength`, …) by keyword."""
        found: dict[str, Bound] = {}
        for bound in (each for node in self._objects for each in bounds_of(node.value)):
            other = found.get(bound.keyword)
            if other is None or bound.is_tighter_than(other):
                found[bound.keyword] = bound
        return found

    def said(self, keyword: str) -> tuple[Json, ...]:
        """Give the values of a keyword over all schemas, equal ones once, in a fixed order."""
        if keyword not in self._said:
            nodes = [node for node in self._objects if keyword in node.value]
            found = {dump_compact(node.value[keyword]): node.value[keyword] for node in nodes}
            self._said[keyword] = tuple(found[text] for text in sorted(found))
        return self._said[keyword]

    @cached_property
    def branches(self) -> tuple["SchemaView", ...]:
        """Give the union-free views of which one holds: the view itself where there is no `oneOf` and no `anyOf`.

        A union of alternatives that are unions gives its innermost ones; each branch carries what stands beside the
        union. Of very many together nothing is settled, so they count as the view itself.
        """
        found = tuple(islice(self._each_branch(), _MOST_BRANCHES + 1))
        if len(found) > _MOST_BRANCHES or None in found:
            return (self,)
        return tuple(each for each in found if each is not None)

    @cached_property
    def likely_branches(self) -> tuple["SchemaView", ...]:
        """Give branches that admit anything but null, for making values: of very many the first ones."""
        if self.branches != (self,):
            return self.value_branches
        found = (each for each in self._each_branch() if each is not None and each.types - {"null"})
        return tuple(islice(found, _MOST_TRIED))

    def _each_branch(self) -> Iterator["SchemaView | None"]:
        """Give each union-free view once, depth first; None stands for what is left out of very many."""
        seen: set[ViewKey] = set()
        pending = [self]
        while pending:
            view = pending.pop()
            if view.key in seen:
                continue  # else alternatives that lead to the same place would double with each level
            seen.add(view.key)
            if len(seen) > _MOST_SEEN or len(view.chosen) > _MOST_UNIONS:
                yield None
                return
            alternatives = view._first_union()
            pending.extend(reversed(alternatives))
            if not alternatives:
                yield view

    @cached_property
    def value_branches(self) -> tuple["SchemaView", ...]:
        """Give the branches that admit anything but null."""
        return tuple(branch for branch in self.branches if branch.types - {"null"})

    @cached_property
    def answered_members(self) -> Mapping[str, "SchemaView"]:
        """Give what is said of each member that an answer may carry, of the first branch that is an object."""
        members = next((branch.members for branch in self.value_branches if "object" in branch.types), {})
        return {name: each.view for name, each in members.items() if each.view is not None and not each.is_write_only}

    @cached_property
    def _objects(self) -> tuple[Node, ...]:
        return tuple(conjunct.node for conjunct in self.conjuncts if isinstance(conjunct.node.value, dict))

    def _held(self, node: Node, keyword: str) -> Node:
        return self.schemas.documents.resolve(node.get(keyword) or _NOTHING)

    def _unions(self) -> Iterator[tuple[Conjunct, str]]:
        for conjunct in self.conjuncts:
            for keyword in UNIONS:
                listed = conjunct.node.value.get(keyword) if isinstance(conjunct.node.value, dict) else None
                if isinstance(listed, list) and listed and (conjunct.key, keyword) not in self.chosen:
                    yield conjunct, keyword

    def _first_union(self) -> tuple["SchemaView", ...]:
        found = next(self._unions(), None)
        if found is None:
            return ()
        conjunct, keyword = found
        chosen = self.chosen | {(conjunct.key, keyword)}
        return tuple(
            SchemaView(self.schemas, alternative, self._joined(alternative), chosen)
            for alternative in (conjunct.node / keyword).items()
        )

    def _joined(self, alternative: Node) -> tuple[Conjunct, ...]:
        own = {conjunct.key for conjunct in self.conjuncts}
        added = [each for each in self.schemas.conjuncts((alternative,)) if each.key not in own]
        return (*added, *self.conjuncts)

    def _computed_types(self) -> frozenset[str]:
        types = ALL_TYPES
        allows_null = False
        for conjunct in self.conjuncts:
            if conjunct.node.value is False:
                return frozenset()
            if isinstance(conjunct.node.value, dict):
                if conjunct.node.value.get("not", False) in (True, {}):
                    return frozenset()  # another spelling of `false`
                said = conjunct.node.value.get("type")
                if self.schemas.is_strict and not (isinstance(said, str) and said in ALL_TYPES):
                    refuse_unknown_type(conjunct.node, self.schemas.documents)
                if self.schemas.is_strict and "allOf" in conjunct.node.value:
                    refuse_mistaken_all_of(conjunct.node, self.schemas.documents)
                own, says_null = self._types_of(conjunct.node.value)
                types &= own
                allows_null |= says_null and _speaks_of_whole(conjunct.node.value)
        for conjunct, keyword in self._unions():
            alternatives = (conjunct.node / keyword).items()
            types &= frozenset().union(*(self.schemas.view(each).types for each in alternatives))
        return types | {"null"} if allows_null else types

    def _types_of(self, schema: Mapping[str, Json]) -> tuple[frozenset[str], bool]:
        says_null = self.has_nullable and says_nullable(schema)
        types = declared_types(schema.get("type"))
        if "enum" in schema or "const" in schema:
            types &= frozenset().union(*(types_holding(value) for value in _enumerated_values(schema)))
        return (types | {"null"} if says_null else types), says_null

    @property
    def has_nullable(self) -> bool:
        """Say whether the document's version knows the keyword `nullable`."""
        return self.schemas.has_nullable


def _speaks_of_whole(schema: Mapping[str, Json]) -> bool:
    """Say whether `nullable` is meant for more than the type beside it: for all that is joined or chosen from there."""
    return "type" not in schema or not _COMPOUND.isdisjoint(schema)


_COMPOUND = frozenset(("allOf", "anyOf", "oneOf"))
_NOTHING = Node(None, "", "")


def _enumerated(node: Node) -> list[Json]:
    return _enumerated_values(node.value)


def _enumerated_values(schema: Mapping[str, Json]) -> list[Json]:
    if "const" in schema:
        return [schema["const"]]
    listed = schema["enum"]
    return listed if isinstance(listed, list) else []


def _names(listed: Json) -> Iterator[str]:
    yield from (name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()


def _describes(node: Node, keyword: str) -> bool:
    return isinstance(node.value.get(keyword), dict) and bool(node.value[keyword])
