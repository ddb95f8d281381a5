"""Multiplying: schemas whose alternatives lead to each other in so many ways that no value is ever checked to the end.

Forty schemas, each an `allOf` of the next one twice, are a small document and a million million checks of one value.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from contractkit.definitions.lowering import Lowering
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

MOST_WAYS: Final = 20_000
"""Schemas that one value is checked against at once, each counted as often as it is reached; real documents stay
below 2,000."""

_SAME_VALUE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_LIMIT: Final = 10 * MOST_WAYS
_DEEPEST: Final = 400  # schemas that lead to each other for one value; the errors of each hold those of the next


class Ways:
    """Counts in how many ways the schemas of one lowering are reached for one value."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._steps: dict[str, tuple[str, ...]] = {}
        self._ways: dict[str, int] = {}
        self._depths: dict[str, int] = {}
        self._refused: dict[str, str] = {}

    def refuse_too_many(self, defs: Mapping[str, Json]) -> None:
        """Refuse lowered schemas, by number, among which one leads to more ways than can be gone.

        Raises:
            DefinitionError: With the place of the first such schema.
        """
        for number, schema in defs.items():
            if number in self._steps:
                continue
            for at, bucket in enumerate(_buckets(schema)):
                self._steps[f"{number}/{at}" if at else number] = tuple(bucket)
        for key in [each for each in self._steps if each not in self._ways]:
            if self._counted(key) > MOST_WAYS:
                self._refused[key.partition("/")[0]] = f"multiply to more than {MOST_WAYS:,} checks of one value"
            elif self._depths[key] > _DEEPEST:
                self._refused[key.partition("/")[0]] = f"lead more than {_DEEPEST} levels deep"
        for number in defs:
            if number in self._refused:
                raise self._too_many(number)

    def _counted(self, key: str) -> int:
        """Count depth first; what leads back to itself is counted once."""
        pending = [key]
        opened: set[str] = set()
        while pending:
            each = pending[-1]
            unknown = [step for step in self._steps.get(each, ()) if step not in self._ways and step not in opened]
            if each in self._ways or (each in opened and not unknown):
                pending.pop()
                self._note(each)
                continue
            opened.add(each)
            pending += unknown
        return self._ways[key]

    def _note(self, key: str) -> None:
        steps = self._steps.get(key, ())
        self._ways.setdefault(key, min(1 + sum(self._ways.get(step, 0) for step in steps), _LIMIT))
        self._depths.setdefault(key, 1 + max((self._depths.get(step, 0) for step in steps), default=0))

    def _too_many(self, number: str) -> DefinitionError:
        node = self._lowering.origin(int(number)).node
        return DefinitionError(
            "A schema of the definition cannot be used.",
            details=[
                ("at", node.place),
                ("problem", f"its alternatives {self._refused[number]}"),
            ],
            next_step="Write out what it allows, with fewer schemas on the way.",
        )


def _buckets(schema: Json) -> Iterator[list[str]]:
    """Give the numbers that a schema refers to for the value itself, then those for each value within it."""
    pending: list[tuple[Json, list[str]]] = []
    first: list[str] = []
    pending.append((schema, first))
    found = [first]
    while pending:
        each, bucket = pending.pop()
        if not isinstance(each, dict):
            continue
        reference = each.get("$ref")
        if isinstance(reference, str):
            bucket.append(reference.rpartition("/")[2])
        for keyword, value in each.items():
            if keyword in _SAME_VALUE:
                pending += [(inner, bucket) for inner in _schemas_in(keyword, value)]
            elif keyword not in _PLAIN and isinstance(value, dict | list):
                for inner in _schemas_in(keyword, value):
                    within: list[str] = []
                    found.append(within)
                    pending.append((inner, within))
    yield from found


def _schemas_in(keyword: str, value: Json) -> Iterable[Json]:
    if isinstance(value, list):
        return value
    return value.values() if keyword in _NAMED else [value]


_NAMED: Final = frozenset(("properties", "patternProperties", "dependentSchemas"))
_PLAIN: Final = frozenset(("const", "dependentRequired", "enum", "required", "type"))
