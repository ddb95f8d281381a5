"""Whatever is wrong in a document, nothing but our own errors comes out of it."""

import copy
import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import HttpRequest, JsonBody
from contractkit.sources import read_definition

NONSENSE = (
    *(None, True, -1, "x", "#/nowhere", [], [1], {}, {"a": 1}),
    *({"$ref": "#/paths"}, {"$ref": 7}, {"$ref": "#/components/schemas/Order"}, {"$ref": "other.yaml"}),
)
REQUESTS = (
    HttpRequest(method="GET", path="/orders/7"),
    HttpRequest(method="GET", path="/orders", query={"limit": ("3",), "created[gte]": ("1",), "filter": ("{}",)}),
    HttpRequest(method="POST", path="/orders", body=JsonBody({"status": "open", "payment": {"kind": "cash"}})),
    HttpRequest(method="GET", path="/points/.1/;colours=a"),
)


def places(value: Json, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from places(child, (*place, step))


def with_a_mistake(document: Json, chance: random.Random) -> Json:
    *above, last = chance.choice([place for place in places(document) if place])
    changed = holder = copy.deepcopy(document)
    for step in above:
        holder = holder[step]
    holder[last] = copy.deepcopy(chance.choice(NONSENSE))
    return changed


def use(definition: OpenApiDefinition) -> None:
    for request in REQUESTS:
        with suppress(ContractkitError):
            route = definition.route(request)
            if route is not None:
                definition.check_request(route)
                answer = definition.answer(route.operation, seed="a", route=route)
                definition.check_response(route.operation, answer.response)
                dict(answer.promises)
    definition.warnings()


@pytest.mark.parametrize("seed", range(150))
def test_a_document_with_a_mistake_is_used_or_refused_in_words(orders: OpenApiDefinition, seed: int) -> None:
    document = with_a_mistake(orders.documents.root.value, random.Random(seed))
    with suppress(ContractkitError):
        use(read_definition(dump_compact(document), source="mistaken.json").definition)
