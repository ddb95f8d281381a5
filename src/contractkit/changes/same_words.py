"""Same words: which declarations of two definitions are written alike, with all that they refer to.

Most of a definition stays as it was when it changes. What is found alike here nobody needs to compare; what is not may
still mean the same.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from contractkit.changes.sameness import DATA, HOLDERS, PROSE
from contractkit.definitions.nodes import NodeKey, Placed
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.type_mistakes import unknown_types
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact

_ELSEWHERE: Final = frozenset({"$dynamicRef", "$id", "$recursiveRef", "discriminator"})
"""Members by which a schema depends on more than what it holds and refers to."""

_VERSIONS: Final = ("swagger", "openapi")
"""Members of a document that say how all others are read, as `jsonSchemaDialect` does."""

_Pair: TypeAlias = tuple[NodeKey, NodeKey]


class SameWords:
    """What is written alike in two sets of documents; each declaration is looked at once."""

    def __init__(self, old: Documents, new: Documents) -> None:
        self._old = _Declarations(old)
        self._new = _Declarations(new)
        self._known: dict[_Pair, bool] = {}
        self.is_one_language = _language_of(old) == _language_of(new)

    def are_alike(self, old: Node, new: Node) -> bool:
        """Say whether two declarations and all that they refer to are in the same words, prose left aside."""
        found = self._known.get((old.key, new.key))
        if found is None:
            self._look_at(old, new)
            found = self._known[old.key, new.key]
        return found

    def _look_at(self, old: Node, new: Node) -> None:
        """Decide of a pair and of all that can be reached from it: unlike is what leads to something unlike."""
        users: dict[_Pair, list[_Pair]] = {(old.key, new.key): []}
        unlike: list[_Pair] = []
        pending = [(old, new)]
        while pending:
            before, after = pending.pop()
            pair = (before.key, after.key)
            used = [] if pair in self._known else self._referred(before, after)
            if used is None or not self._known.get(pair, True):
                unlike.append(pair)
                continue
            for each in used:
                target = (each[0].key, each[1].key)
                if target not in users:
                    users[target] = []
                    pending.append(each)
                users[target].append(pair)
        for pair in users:
            self._known.setdefault(pair, True)
        while unlike:
            pair = unlike.pop()
            self._known[pair] = False
            unlike += (user for user in users[pair] if self._known[user])

    def _referred(self, old: Node, new: Node) -> list[tuple[Node, Node]] | None:
        """Give what two declarations refer to; None where they are not in the same words, or that leads nowhere."""
        if not self.is_one_language:
            return None
        left, right = self._old.words_of(old), self._new.words_of(new)
        if not (left.is_all and right.is_all) or left.said != right.said:
            return None
        try:
            return list(zip(self._old.targets(old), self._new.targets(new), strict=True))
        except DefinitionError:  # told where it is compared
            return None


@dataclass(slots=True)
class _Words:
    """What a declaration says, without prose; `is_all` where nothing but that and its references is part of it."""

    said: bytes = b""
    references: dict[str, None] = field(default_factory=dict)
    is_all: bool = True


class _Declarations:
    """The declarations of one definition in words that can be compared."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._words: dict[NodeKey, _Words] = {}

    def words_of(self, node: Node) -> _Words:
        found = self._words.get(node.key)
        if found is None:
            found = self._words[node.key] = _Words()
            found.said = dump_compact(_without_prose(node.value, node.uri, found))
        return found

    def targets(self, node: Node) -> list[Node]:
        found = [self._documents.target(reference, node) for reference in sorted(self.words_of(node).references)]
        for each in found:
            self._documents.resolve(each)  # which refuses references that lead in a circle to nothing
        return found


def _language_of(documents: Documents) -> tuple[str, ...]:
    """Give how a definition is to be read; the third number of a version changes nothing (OpenAPI 3.1 §4.1)."""
    root = documents.root.value
    if not isinstance(root, dict):
        return ()
    versions = [".".join(str(root.get(name)).split(".")[:2]) for name in _VERSIONS]
    return (*versions, str(root.get("jsonSchemaDialect")))


def _without_prose(value: Json, uri: str, words: _Words, *, holds_names: bool = False) -> Json:
    """Give a value without what it says for people alone, noting its references in the words."""
    if isinstance(value, list):
        return [_without_prose(each, uri, words) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")  # a text is no schema, so that it is no member of that name either
    if isinstance(reference, str):
        words.references[reference] = None
    if not holds_names:
        words.is_all &= value.keys().isdisjoint(_ELSEWHERE) and not ("type" in value and unknown_types(value["type"]))
    words.is_all &= not isinstance(value, Placed) or value.uri == uri
    return {
        name: member
        if name in DATA and not holds_names
        else _without_prose(member, uri, words, holds_names=not holds_names and name in HOLDERS)
        for name, member in value.items()
        if holds_names or name not in PROSE
    }
