"""Likeness: what of an operation did not change, so that nothing of it can have got worse.

Most of what consumers use stays as it was when a definition changes. What is found alike here the judgement passes
over, since it would find nothing there; what is not found alike may still mean the same, and is judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from contractkit.changes import Direction
from contractkit.changes.sameness import DATA, HOLDERS, PROSE
from contractkit.conformance import ContractChecker, InteractionConformance
from contractkit.conformance.uses import RESPONSE_BODY
from contractkit.definitions.nodes import Placed
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.surfaces import Content, Surface
from contractkit.definitions.type_mistakes import unknown_types
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.impact.causes import Causes
from contractkit.model import Location, Step

_ELSEWHERE: Final = frozenset({"$dynamicRef", "$id", "$recursiveRef", "discriminator"})
"""Members by which a schema depends on more than what it holds and refers to."""

_LANGUAGE: Final = ("swagger", "openapi", "jsonSchemaDialect")
"""Members of a document that say how all others are read."""

_Pair = tuple[object, ...]


class Likeness:
    """What is alike under one pair of definitions; each declaration is looked at once."""

    def __init__(self, old: ContractChecker, new: ContractChecker, causes: Causes) -> None:
        self._old = _Declarations(old.reader.documents)
        self._new = _Declarations(new.reader.documents)
        self._causes = causes
        self._is_one_language = _language_of(old) == _language_of(new)
        self._requests: dict[_Pair, bool] = {}
        self._answers: dict[_Pair, bool] = {}
        self._places: dict[_Pair, bool] = {}

    def of_requests(self, old: Surface, new: Surface) -> bool:
        """Say whether an operation takes what it took: parameters, body and credentials are described alike."""
        key = (old.signature, new.signature)
        if key not in self._requests:
            self._requests[key] = self._is_one_language and self._takes_the_same(old, new)
        return self._requests[key]

    def of_answers(self, old: InteractionConformance, new: InteractionConformance) -> bool:
        """Say whether an expected answer comes as it did, declared in the same words; headers are left aside.

        Other words may exclude a value that is expected to the letter, though they hurt no other reader: a number is a
        multiple of four now, as it was of two.
        """
        if old.content is None or new.content is None or not self._comes_the_same(old, new):
            return False
        key = (old.content.node.key, new.content.node.key)
        if key not in self._answers:
            self._answers[key] = self._are_alike(old.content.node, new.content.node)
        return self._answers[key]

    def of_places(self, old: InteractionConformance, new: InteractionConformance, places: Iterable[Location]) -> bool:
        """Say whether nothing differs of how an expected answer comes, nor at some places of its body."""
        is_looked_into = "not-json" not in new.unsettled and self._comes_the_same(old, new)
        return is_looked_into and all(self.of_place(old, new, place) for place in places)

    def of_place(self, old: InteractionConformance, new: InteractionConformance, place: Location) -> bool:
        """Say whether nothing differs at a place of an answer nor on the way to it; of headers nothing is known."""
        if old.content is None or new.content is None or not self._is_one_language:
            return False
        return place.starts_with(RESPONSE_BODY) and self._is_untouched(old.content, new.content, _steps_of(place))

    def _comes_the_same(self, old: InteractionConformance, new: InteractionConformance) -> bool:
        return self._is_one_language and (old.status, old.media_type) == (new.status, new.media_type)

    def _is_untouched(self, old: Content, new: Content, steps: tuple[Step, ...]) -> bool:
        key = (old.node.key, new.node.key, steps)
        if key not in self._places:
            self._places[key] = self._causes.is_untouched(old, new, steps)
        return self._places[key]

    def _takes_the_same(self, old: Surface, new: Surface) -> bool:
        if old.signature != new.signature or old.parameters.keys() != new.parameters.keys():
            return False
        if any(change.direction is not Direction.RESPONSE for change in self._causes.own(old, new)):
            return False
        if (old.body is None) is not (new.body is None):
            return False
        pairs = [(each.node, new.parameters[key].node) for key, each in old.parameters.items()]
        if old.body is not None and new.body is not None:
            pairs.append((old.body.node, new.body.node))
        return all(self._are_alike(*pair) for pair in pairs)

    def _are_alike(self, old: Node, new: Node) -> bool:
        """Compare two declarations and all that they refer to by their words."""
        pending = [(old, new)]
        seen = set()
        while pending:
            before, after = pending.pop()
            key = (before.key, after.key)
            if key in seen:
                continue
            seen.add(key)
            left, right = self._old.words_of(before), self._new.words_of(after)
            if not (left.is_all and right.is_all) or left.said != right.said:
                return False
            try:
                pending += zip(self._old.targets(before), self._new.targets(after), strict=True)
            except DefinitionError:  # told where it is judged
                return False
        return True


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
        self._words: dict[object, _Words] = {}

    def words_of(self, node: Node) -> _Words:
        found = self._words.get(node.key)
        if found is None:
            found = self._words[node.key] = _Words()
            found.said = dump_compact(_without_prose(node.value, node.uri, found))
        return found

    def targets(self, node: Node) -> list[Node]:
        return [self._documents.target(reference, node) for reference in sorted(self.words_of(node).references)]


def _steps_of(place: Location) -> tuple[Step, ...]:
    return place.generalised().steps[len(RESPONSE_BODY.steps) :]


def _language_of(checker: ContractChecker) -> tuple[object, ...]:
    """Give how a definition is to be read; the last number of a version changes nothing (OpenAPI 3.1 §4.1)."""
    root = checker.reader.documents.root.value
    said = [str(root.get(name)) for name in _LANGUAGE] if isinstance(root, dict) else []
    return (*(text.rpartition(".")[0] or text for text in said), checker.definition.credential_query())


def _without_prose(value: Json, uri: str, words: _Words, *, holds_names: bool = False) -> Json:
    """Give a value without what it says for people alone, noting its references in the words."""
    if isinstance(value, list):
        return [_without_prose(each, uri, words) for each in value]
    if not isinstance(value, dict):
        return value
    if not holds_names:
        reference = value.get("$ref")
        if isinstance(reference, str):
            words.references[reference] = None
        words.is_all &= value.keys().isdisjoint(_ELSEWHERE) and not ("type" in value and unknown_types(value["type"]))
    words.is_all &= not isinstance(value, Placed) or value.uri == uri
    return {
        name: member
        if name in DATA and not holds_names
        else _without_prose(member, uri, words, holds_names=not holds_names and name in HOLDERS)
        for name, member in value.items()
        if holds_names or name not in PROSE
    }
