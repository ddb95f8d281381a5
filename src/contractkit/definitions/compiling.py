"""Compiling: schemas for the engine, those that reach much of their document together.

In a document such as Stripe's each response leads to four hundred schemas, and so each would cost its own ten
milliseconds and two megabytes. Together they cost little more than one: they stand side by side as members of an object
that is checked in their stead, with the value under the member that stands for its schema.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from contractkit.definitions.lowering import Lowering
from contractkit.definitions.multiplying import Ways
from contractkit.definitions.nodes import Node
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_MUCH: Final = 64  # schemas that one reaches; from then on sharing pays


class Validator(Protocol):
    """What checks values of one schema."""

    def is_valid(self, value: Json) -> bool:
        """Say whether a value is allowed."""

    def iter_errors(self, value: Json) -> Iterator["ValidationError"]:
        """Give what is wrong with a value."""


class _Shared:
    """One schema of several that were compiled together."""

    __slots__ = ("_name", "_together")

    def __init__(self, together: "Draft202012Validator", name: str) -> None:
        self._together = together
        self._name = name

    def is_valid(self, value: Json) -> bool:
        return self._together.is_valid({self._name: value})

    def iter_errors(self, value: Json) -> Iterator["ValidationError"]:
        return self._together.iter_errors({self._name: value})


class Compiler:
    """Compiles the schemas of one lowering, from the second on that reaches much of the document all at once."""

    def __init__(self, lowering: Lowering, roots: Callable[[], Iterable[Node]]) -> None:
        """Take what lowers; `roots` gives the schemas that are likely to be asked for."""
        self._lowering = lowering
        self._roots = roots
        self._ways = Ways(lowering)
        self._large = 0
        self._shared: Mapping[int, Validator] = {}

    def validator(self, node: Node) -> tuple[Validator, int]:
        """Give what checks a schema, and how many steps its errors have before those of the value.

        Raises:
            DefinitionError: A `$ref` in the schema leads nowhere, or its alternatives multiply beyond reason.
            ValueError: The engine refuses the schema.
        """
        number = self._lowering.number(node)
        if number in self._shared:
            return self._shared[number], 1
        closure = self._lowering.closure(node)
        self._ways.refuse_too_many(closure["$defs"])
        if len(closure["$defs"]) >= _MUCH:
            self._large += 1
            if self._large == 2:
                self._shared = self._compiled_together()
            if number in self._shared:
                return self._shared[number], 1
        return _compiled(closure), 0

    def _compiled_together(self) -> Mapping[int, Validator]:
        """Give the validators of all roots; none where the engine refuses any schema among them."""
        numbers: dict[int, None] = {}
        defs: dict[str, Json] = {}
        for root in self._roots():
            try:
                added = self._lowering.closure(root, known=defs)["$defs"]
                self._ways.refuse_too_many(added)
            except (DefinitionError, RecursionError):
                continue  # told to whoever uses it
            defs |= added
            numbers[self._lowering.number(root)] = None
        members = {str(number): {"$ref": f"#/$defs/{number}"} for number in numbers}
        try:
            together = _compiled({"properties": members, "$defs": defs})
        except ValueError:
            return {}
        return {number: _Shared(together, str(number)) for number in numbers}


def _compiled(schema: dict[str, Json]) -> "Draft202012Validator":
    import jsonschema_rs  # 15 ms, paid by those who check

    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, ignore_unknown_formats=True, offline=True)
