"""Checks: schemas compiled once for the engine, and the engine's errors as violations in our notation.

A value that fits costs one call. One that does not is looked at again for every error; of a union's branches the
nearest one is reported: the one whose errors lie deepest in the value, and then the one with the fewest.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contractkit.definitions.compiling import Compiler, Validator
from contractkit.definitions.lowering import Direction, Lowering
from contractkit.definitions.nodes import NodeKey
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.wording import described
from contractkit.errors import DefinitionError, nearest_names
from contractkit.exact_json import Json
from contractkit.model import Location
from contractkit.results import ABSENT, Violation

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError


class Check:
    """A compiled schema in one direction."""

    def __init__(self, validator: Validator, lowering: Lowering, *, above: int = 0) -> None:
        """Take what checks, and how many steps its errors have before those of the value."""
        self._validator = validator
        self._lowering = lowering
        self._above = above
        self.accepts: Callable[[Json], bool] = validator.is_valid
        """Says whether the schema allows a value."""

    def violations(self, value: Json, at: Location) -> tuple[Violation, ...]:
        """Give every place where a value is not what the schema allows; `at` is where the value itself stands."""
        if self.accepts(value):
            return ()
        errors = self._validator.iter_errors(value)
        found = {(each.location, each.expected): each for each in self._all(errors, at)}
        return tuple(sorted(found.values(), key=lambda each: str(each.location)))

    def _all(self, errors: Iterable["ValidationError"], at: Location) -> Iterator[Violation]:
        for error in errors:
            yield from self._of(error, at)

    def _of(self, error: "ValidationError", at: Location) -> Iterator[Violation]:
        kind = error.kind.name
        place = at.under(error.instance_path[self._above :])
        pointer, schema = self._origin(error.schema_path)
        match kind:
            case "anyOf" | "oneOf" if nearest := _nearest_branch(error):
                yield from self._union(error, nearest, place, pointer, at)
            case "required":
                name = error.kind.value
                yield Violation(
                    location=place / name, expected=f'the member "{name}"', received=ABSENT, pointer=pointer
                )
            case "additionalProperties" | "unevaluatedProperties":
                instance: Json = error.instance
                for name in error.kind.value:
                    expected, received = _no_member(name, schema), instance[name]
                    yield Violation(location=place / name, expected=expected, received=received, pointer=pointer)
            case _:
                expected = _SENTENCES.get(kind) or described(schema)
                yield Violation(location=place, expected=expected, received=error.instance, pointer=pointer)

    def _union(
        self, error: "ValidationError", nearest: list["ValidationError"], place: Location, pointer: str, at: Location
    ) -> Iterator[Violation]:
        context = getattr(error.kind, "context", [])
        if not all(_is_of_another_kind(branch, error) for branch in context):
            yield from self._all(nearest, at)
            return
        words = dict.fromkeys(described(self._origin(branch[0].schema_path)[1]) for branch in context if branch)
        yield Violation(location=place, expected=" or ".join(words), received=error.instance, pointer=pointer)

    def _origin(self, path: list[str | int]) -> tuple[str, Json]:
        """Give the pointer into the definition for a path into the closure, and the lowered schema it stands in."""
        if len(path) < 2 or path[0] != "$defs":
            return "", {}
        origin = self._lowering.origin(int(path[1]))
        lowered: Json = origin.schema
        for step in path[2:-1]:
            lowered = _child(lowered, step)
        return _pointer(origin.node, path[2:]), lowered


class Checks:
    """The checks of one set of documents, compiled when first used and kept."""

    def __init__(
        self,
        documents: Documents,
        warn: Callable[[str, Node], None],
        roots: Callable[[Direction], Iterable[Node]] = lambda direction: (),
    ) -> None:
        """Take the documents; `warn` is told of mistakes, and `roots` gives the schemas likely to be asked for."""
        self._lowerings = {direction: Lowering(documents, direction, warn) for direction in Direction}
        self._compilers = {each: Compiler(self._lowerings[each], partial(roots, each)) for each in Direction}
        self._compiled: dict[tuple[NodeKey, Direction], Check] = {}
        self._held: dict[tuple[NodeKey, Direction], Check | None] = {}
        self.settled: dict[object, Any] = {}
        """What was checked and is right whatever else is asked, with what is left to check; whoever adds bounds it."""

    def held_by(self, node: Node, direction: Direction) -> Check | None:
        """Give the check of a parameter's or header's schema, its own or that of its media type; None without one.

        Raises:
            DefinitionError: A `$ref` in it leads nowhere, or the engine refuses the schema.
        """
        key = (node.key, direction)
        if key not in self._held:
            schema = held_schema(node)
            self._held[key] = None if schema is None else self.of(schema, direction)
        return self._held[key]

    def of(self, node: Node, direction: Direction) -> Check:
        """Give the check of the schema at a node.

        Raises:
            DefinitionError: A `$ref` in it leads nowhere, or the engine refuses the schema.
        """
        key = (node.key, direction)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._compile(node, direction)
        return found

    def _compile(self, node: Node, direction: Direction) -> Check:
        try:
            validator, above = self._compilers[direction].validator(node)
        except ValueError as error:
            raise DefinitionError(
                "A schema of the definition cannot be used.",
                details=[("at", node.place), ("problem", str(error).splitlines()[0])],
            ) from None
        return Check(validator, self._lowerings[direction], above=above)


def held_schema(node: Node) -> Node | None:
    """Give the schema of a parameter or header, its own or that of its media type; None without one."""
    schema = node.get("schema")
    if schema is not None:
        return schema
    content = node.get("content")
    first = next((each for _, each in content.members()), None) if content is not None else None
    return first.get("schema") if first is not None else None


FITS_SEVERAL: Final = "a value that fits exactly one of the alternatives"
"""What is expected of a value that fits more than one alternative of a `oneOf`."""

_SENTENCES: Final = {
    "oneOf": FITS_SEVERAL,
    "anyOf": "a value that fits one of the alternatives",
    "not": "a value other than what the definition excludes",
    "uniqueItems": "a list without equal elements",
    "contains": "a list with an element of the kind the definition names",
    "falseSchema": "no value",
    "propertyNames": "member names of the form the definition names",
    "unevaluatedItems": "no further elements",
}
"""Engine's kind of error to what was expected, where the schema's own words do not say it."""


def _nearest_branch(error: "ValidationError") -> list["ValidationError"]:
    """Give the errors of the branch that a value came nearest to; none where several branches fit."""
    context: list[list[ValidationError]] = getattr(error.kind, "context", [])
    if not all(context):
        return []
    return min(context, key=lambda branch: _distance(branch, error), default=[])


def _distance(branch: list["ValidationError"], union: "ValidationError") -> tuple[bool, bool, int, int]:
    depth = len(union.instance_path)
    deepest = max(len(each.instance_path) for each in branch)
    return (_is_of_another_kind(branch, union), _has_another_tag(branch, depth), -deepest, len(branch))


def _is_of_another_kind(branch: list["ValidationError"], union: "ValidationError") -> bool:
    """Say whether the value itself is not of the branch's type or not one of its constants."""
    depth = len(union.instance_path)
    return any(
        each.kind.name in ("type", "enum", "const", "falseSchema") and len(each.instance_path) == depth
        for each in branch
    )


def _has_another_tag(branch: list["ValidationError"], depth: int) -> bool:
    """Say whether a member has another constant than the branch's: it names another branch."""
    return any(each.kind.name in ("enum", "const") and len(each.instance_path) == depth + 1 for each in branch)


def _no_member(name: str, schema: Json) -> str:
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    near = nearest_names(name, known)
    return f"no such member; near: {near[0]}" if near else "no such member"


def _child(value: Json, step: str | int) -> Json:
    if isinstance(value, dict):
        return value.get(str(step), {})
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else {}


def _pointer(node: Node, steps: list[str | int]) -> str:
    """Follow the steps as far as the source has them; what lowering put in between is stepped over."""
    for step in steps:
        value = node.value
        if isinstance(value, dict) and str(step) in value:
            node = node / str(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            node = node / step
    return node.place
