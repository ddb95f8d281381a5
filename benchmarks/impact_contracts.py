"""Contracts of many consumers with one real definition: half with needs that inference proved, half with unknown ones.

Each consumer calls some operations of its own choice, with values of its own; an answer is synthesised from the
definition, what is expected of it is what recording would have expected, and needs are a few of the places in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from contractkit.definitions.interface import Answer, Operation
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.document import dump_contract
from contractkit.errors import ContractkitError
from contractkit.impact.places_in_use import locations_of
from contractkit.model import (
    Contract,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    InferredNeeds,
    Interaction,
    Location,
    Need,
    Needs,
    TestReference,
    UnknownNeeds,
    interaction_key,
)
from contractkit.recording.expectations import expect

_SEEDS = 3  # answers of each operation that consumers were served
_NEEDED = 6  # places that a consumer with known needs reads of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The answers that a stub gave of one operation, each with its places; the path's parameters are still open."""

    operation: Operation
    path: str
    answers: tuple[tuple[Answer, tuple[Location, ...]], ...]


def served_answers(definition: OpenApiDefinition) -> tuple[Served, ...]:
    """Give some answers to every read of a definition that needs nothing but a path."""
    return tuple(_served(definition))


def write_contracts(folder: Path, served: Sequence[Served], *, contracts: int, interactions: int) -> int:
    """Write contracts, the same ones each time, and give their bytes together."""
    written = 0
    for number in range(contracts):
        data = dump_contract(consumer_contract(number, served, interactions))
        (folder / f"consumer-{number:04d}-api.json").write_bytes(data)
        written += len(data)
    return written


def consumer_contract(number: int, served: Sequence[Served], interactions: int) -> Contract:
    """Give the contract of one consumer, who is always the same by its number."""
    random = Random(number)
    chosen = random.sample(served, min(interactions, len(served)))
    has_needs = number % 2 == 0
    return Contract(
        consumer=f"consumer-{number:04d}",
        provider="api",
        interactions=tuple(_interaction(place, each, random, has_needs) for place, each in enumerate(chosen)),
    )


def _served(definition: OpenApiDefinition) -> Iterator[Served]:
    reader = SurfaceReader(definition.documents)
    for operation in definition.operations:
        surface = reader.surface_of(operation)
        demanding = [each for each in surface.parameters.values() if each.is_required and each.place != "path"]
        route = definition.route(HttpRequest(method="GET", path=surface.shape[1].replace("{}", "7")))
        if operation.method != "GET" or demanding or route is None or route.operation != operation:
            continue
        try:
            answers = [definition.answer(operation, seed=f"{seed}", route=route) for seed in range(_SEEDS)]
        except ContractkitError:
            continue  # a document may declare what no value satisfies
        yield Served(
            operation=operation,
            path=surface.shape[1],
            answers=tuple((answer, tuple(_places(answer))) for answer in answers),
        )


def _places(answer: Answer) -> Iterator[Location]:
    whole = Interaction(
        key="", description="", exchange=HttpCall(request=HttpRequest(method="GET", path="/"), response=answer.response)
    )
    body = Location(("response", "body"))
    yield from (each for each in locations_of(whole) if each.starts_with(body) and each != body)


def _interaction(place: int, served: Served, random: Random, has_needs: bool) -> Interaction:
    answer, places = random.choice(served.answers)
    expected = expect(answer)
    path = served.path.replace("{}", str(random.randint(1, 9_999)))
    name = served.operation.name
    test = TestReference(node_id=f"tests/test_api.py::test_{place}", file="tests/test_api.py", line=10 * place + 1)
    return Interaction(
        key=interaction_key(kind="http", operation=name, states=(), request=path, status="200"),
        description=f"{name} answers 200 ({path})",
        exchange=HttpCall(
            request=HttpRequest(method="GET", path=path, headers={"accept": ("application/json",)}),
            response=expected.response,
        ),
        operation=name,
        derived_state=DerivedState(operation=name, status="200", values={}),
        rules=expected.rules,
        served=expected.served,
        evidence=(Evidence(test=test, needs=_needs(places, random) if has_needs else UnknownNeeds()),),
    )


def _needs(places: Sequence[Location], random: Random) -> Needs:
    needed = sorted(random.sample(places, min(_NEEDED, len(places))))
    return InferredNeeds(
        needed=tuple(Need(location=each, non_null=True) for each in needed),
        untouched=tuple(sorted(set(places) - set(needed))),
    )
