"""Values that contracts use: statuses and short texts, among which the members of a definition's enumerations are.

Such a use is written as its place with the value in JSON: `response.body.state = "refunded"`, `response.status = 404`,
`events[*].status = "NOT_FOUND"`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from contractkit.definitions.interface import Operation
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Content, DocumentedDefinition, Surface
from contractkit.errors import DefinitionError
from contractkit.exact_json import dump_compact
from contractkit.impact.places_in_use import Needed, operation_of, together
from contractkit.impact.usage import (
    Sureness,
    Unused,
    UsedPlace,
    branches_below,
    doubted,
    doubts_of,
    gathered,
    strangers_among,
    uses_by_operation,
)
from contractkit.impact.values_in_use import ANY_VALUE, short, values_in
from contractkit.model import Contract, Location, is_json_media_type

_VALUED: Final = re.compile(r"((?:[^\s\['\"]|\[[0-9*]+\]|\['(?:[^'\\]|\\.)*'\])+) = (.+)", re.DOTALL)


def value_in_words(location: str, value: str) -> str:
    """Give how the use of a value, which is JSON, is written."""
    return f"{location} = {value}"


def place_and_value(text: str) -> tuple[str, str | None]:
    """Give the place of a use, and the value in JSON, None where the use is one of the place alone."""
    found = _VALUED.fullmatch(text) if " = " in text else None
    return (text, None) if found is None else (found[1], found[2])


def used_values(contracts: Iterable[Contract]) -> tuple[UsedPlace, ...]:
    """Give every value that contracts use, by operation and place, elements of lists as `[*]`."""
    rows = (
        (operation, value_in_words(location, value), contract.consumer, needed)
        for contract in contracts
        for operation, location, value, needed in values_of(contract)
    )
    return gathered(rows, is_whole=False)


def values_of(contract: Contract) -> tuple[tuple[str, str, str, Needed], ...]:
    """Give operation, location, value in JSON, and whether it is needed, for each value that interactions use.

    What is sent is needed, `*` where a rule stands for other values, and so are the status and what is expected to the
    letter. Where needs were proved, so are the values that the consumer copes with at a place where it does not cope
    with every one. Of the other values that its tests were served nothing is known, None, unless its needs are.
    """
    found: dict[tuple[str, str, str], list[Needed]] = {}
    for interaction in contract.interactions:
        for location, value, needed in values_in(interaction):
            key = (operation_of(interaction), _written(location), value)
            found.setdefault(key, []).append(needed)
    return tuple((*key, together(said)) for key, said in found.items())


def unused_values(definition: DocumentedDefinition, places: Iterable[UsedPlace]) -> tuple[Unused, ...]:
    """Give the members of a definition's enumerations that nobody is known to use, operation by operation.

    Those of parameters, of bodies of requests and of successful answers, at operations that somebody calls.

    Args:
        definition: The definition.
        places: What is used, values too. A consumer of whom no value is known may use any.
    """
    uses = uses_by_operation(definition, places)
    strangers = strangers_among(uses, {operation.name for operation in definition.operations})
    reader = SurfaceReader(definition.documents)
    return tuple(
        doubted(found, strangers)
        for operation in definition.operations
        if operation.name in uses
        for found in _of_operation(operation, reader, uses[operation.name])
    )


def _of_operation(
    operation: Operation, reader: SurfaceReader, uses: Mapping[str, Mapping[str, Needed]]
) -> Iterator[Unused]:
    try:
        members = dict.fromkeys(_members(reader.surface_of(operation)))
    except DefinitionError:  # `unused` says so of the operation as a whole
        return
    everyone = {name for consumers in uses.values() for name in consumers}
    silent = everyone - {name for place in uses if place_and_value(place)[1] for name in uses[place]}
    doubts = doubts_of(uses)
    found = [
        judged_value(
            operation.name,
            value_in_words(_written(location), dump_compact(value).decode()),
            uses,
            silent | doubts.at(location),
        )
        for location, value in members
    ]
    yield from sorted((each for each in found if each is not None), key=lambda each: [*Sureness].index(each.sureness))


def judged_value(
    operation: str, written: str, uses: Mapping[str, Mapping[str, Needed]], unknown: Collection[str]
) -> Unused | None:
    """Say how sure it is that nobody uses a value, `written` with its place, as `judged_place` does of places."""
    consumers = uses.get(written, {})
    unknown = {*unknown, *uses.get(value_in_words(place_and_value(written)[0], ANY_VALUE), ())}
    if any(consumers.values()):
        return None
    served = {name for name, needed in consumers.items() if needed is None}
    sureness = Sureness.UNKNOWN if served else Sureness.LIKELY if unknown else Sureness.PROVED
    return Unused(operation=operation, location=written, sureness=sureness, consumers=tuple(sorted(served or unknown)))


def _members(surface: Surface) -> Iterator[tuple[Location, str]]:
    """Give the members of enumerations that are texts, with their places; no others are recognised in contracts."""
    for parameter in surface.parameters.values():
        if parameter.place == "query" and parameter.view is not None:
            for branch in (*parameter.view.value_branches, *filter(None, [parameter.view.elements])):
                yield from ((parameter.location, text) for text in _listed(branch))
    if surface.body is not None:
        yield from _of_contents(surface.body.contents, Location(("request", "body")))
    for status, response in surface.responses.items():
        if status.startswith("2"):
            yield from _of_contents(response.contents, Location(("response", "body")))


def _of_contents(contents: Iterable[Content], at: Location) -> Iterator[tuple[Location, str]]:
    for content in contents:
        for place, branches in branches_below(content.view, at) if is_json_media_type(content.media_type) else ():
            yield from ((place, text) for branch in branches for text in _listed(branch))


def _listed(view: SchemaView) -> Iterator[str]:
    values = view.values or ()
    return short(values) if len(values) > 1 else iter(())


@lru_cache(maxsize=16_384)
def _written(location: Location) -> str:
    return str(location)
