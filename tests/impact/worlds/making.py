"""Small worlds for an experiment: a definition, a provider that keeps to it in every way it may, consumers with needs.

The provider answers at random whatever its schemas allow; the consumer is a program that sends what its rules stand
for, reads the places it needs, and raises where one is missing. It is the reality that verdicts are held against.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Rule,
    TestReference,
    parse_location,
)
from tests.impact.worlds.needs import copes, needs_of
from tests.impact.worlds.operation_changes import OPERATION_CHANGES
from tests.impact.worlds.reality import FORM, JSON, Provider
from tests.impact.worlds.requests import Sent, as_texts, ruled
from tests.impact.worlds.schema_changes import SCHEMA_CHANGES
from tests.impact.worlds.schemas import SchemaMaker, Value
from tests.impact.worlds.values import make_value
from tests.impact.worlds.variations import others

_RUNS = 60  # of the consumer: enough to meet one choice in ten
_LISTS: tuple[dict[str, Any], ...] = ({}, {"explode": False}, {"style": "pipeDelimited", "explode": False})
_SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "x-key"},
    "token": {"type": "http", "scheme": "bearer"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """What a consumer sends and needs; of `headers` the values that it expects, None where any will do."""

    sent: Sent
    needs: InferredNeeds
    headers: dict[str, str | None]
    credentials: frozenset[str]

    def copes_with(self, headers: Mapping[str, str]) -> bool:
        """Say whether an answer has the headers that are needed."""
        return all(name in headers and value in (None, headers[name]) for name, value in self.headers.items())


@dataclass(slots=True)
class World:
    """A definition and a consumer; `changed` is the definition after `changes`.

    `example` is the body of the recorded answer, `served` are its headers.
    """

    document: dict[str, Any]
    consumer: Consumer
    example: Value
    served: dict[str, str]
    changed: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)


def make_world(random: Random, *, of_schemas: float = 0.65) -> World:
    """Make a definition, its consumer, and one to three changes, such a share of them changes of schemas."""
    document = _document(random)
    operation = next(iter(document["paths"]["/orders" if "/orders" in document["paths"] else "/orders/{key}"].values()))
    example = make_value({"$ref": "#/components/schemas/Order"}, document, random, whole=True)
    response = operation["responses"]["200"]
    served = {name: str(make_value(said["schema"], document, random)) for name, said in response["headers"].items()}
    consumer = Consumer(
        sent=ruled(_sent(document, operation, random), random),
        needs=needs_of("Order", document, example, random),
        headers={
            name: served[name] if said["schema"].get("enum") == [served[name]] else None
            for name, said in response["headers"].items()
            if said["required"] and random.random() < 0.7
        },
        credentials=frozenset(f"{name} {_SCHEMES[name]}" for name in operation["security"][0]),
    )
    world = World(document=document, consumer=consumer, example=example, served=served)
    world.changed = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        name, change = random.choice(SCHEMA_CHANGES if random.random() < of_schemas else OPERATION_CHANGES)
        if change(world.changed, random):
            world.changes.append(name)
    return world


def _document(random: Random) -> dict[str, Any]:
    maker = SchemaMaker(random, {})
    maker.named["Order"] = maker.object(0)
    maker.named["Draft"] = maker.object(1)
    method = random.choice(("get", "post", "post", "put"))
    has_key = random.random() < 0.4
    operation: dict[str, Any] = {
        "operationId": "use",
        "parameters": list(_parameters(maker, random, has_key)),
        "security": random.choice(([{}], [{"key": []}], [{"key": []}, {"token": []}])),
        "responses": {"200": _answer("Order", maker), "404": {"description": "none"}},
        **({"deprecated": True, "x-sunset": "2029-06-01"} if random.random() < 0.2 else {}),
    }
    if method != "get":
        operation["requestBody"] = _taken(maker, random)
    if random.random() < 0.3:
        operation["callbacks"] = {
            "paid": {"{$request.query.to}": {"post": {"responses": {"200": _answer("Draft", maker)}}}}
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "servers": [{"url": "https://orders.test"}, {"url": "https://old.orders.test"}],
        "paths": {
            "/orders/{key}" if has_key else "/orders": {method: operation},
            "/others": {
                "get": {"operationId": "other", "parameters": [], "responses": {"200": _answer("Order", maker)}}
            },
        },
        "components": {"schemas": maker.named, "securitySchemes": copy.deepcopy(_SCHEMES)},
    }


def _parameters(maker: SchemaMaker, random: Random, has_key: bool) -> Any:
    if has_key:
        yield {"name": "key", "in": "path", "required": True, "schema": {"type": random.choice(("integer", "string"))}}
    for name in random.sample(("limit", "sort", "kind"), random.randint(0, 2)):
        yield {"name": name, "in": "query", "required": random.random() < 0.3, "schema": maker.scalar()}
    if random.random() < 0.3:
        items = {"type": "string", "enum": ["paid", "open", "lost"]}
        schema = {"type": "array", "items": items if random.random() < 0.5 else {"type": "integer"}}
        yield {"name": "states", "in": "query", "required": False, "schema": schema, **random.choice(_LISTS)}
    if random.random() < 0.2:
        empty = {"allowEmptyValue": True, "schema": {"type": random.choice(("string", "integer"))}}
        yield {"name": "flag", "in": "query", "required": False, **empty}
    if random.random() < 0.3:
        yield {"name": "x-tenant", "in": "header", "required": random.random() < 0.5, "schema": maker.scalar("enum")}


def _taken(maker: SchemaMaker, random: Random) -> dict[str, Any]:
    if random.random() < 0.2:
        names = ("id", "status", "total")
        members = {name: maker.scalar(random.choice(("string", "enum", "integer", "text"))) for name in names}
        tag = random.choice(({"type": "string"}, {"type": "string", "enum": ["paid", "open", "lost"]}))
        members["tags"] = {"type": "array", "items": tag}
        form = {"type": "object", "required": ["id"], "properties": members}
        return {"required": True, "content": {FORM: {"schema": form, "encoding": {"tags": random.choice(_LISTS)}}}}
    content = {JSON: {"schema": {"$ref": "#/components/schemas/Draft"}}}
    return {"required": random.random() < 0.7, "content": content}


def _answer(name: str, maker: SchemaMaker) -> dict[str, Any]:
    headers = {
        "x-count": {"required": maker.random.random() < 0.7, "schema": {"type": "integer"}},
        "x-state": {"required": True, "schema": {"type": "string", "enum": [maker.random.choice(("paid", "open"))]}},
    }
    content = {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"description": "it", "headers": headers, "content": content}


def _sent(document: Any, operation: Any, random: Random) -> Sent:
    made: dict[tuple[str, str], Any] = {}
    for each in operation["parameters"]:
        if each["required"] or random.random() < 0.5:
            value = make_value(each["schema"], document, random, whole=True)
            value = "" if each.get("allowEmptyValue") and random.random() < 0.5 else value
            made[each["in"], each["name"]] = as_texts(value)
    content = operation.get("requestBody", {"required": False, "content": {}})
    is_form = FORM in content["content"]
    body = None
    if content["required"] or (content["content"] and random.random() < 0.7):
        schema = next(iter(content["content"].values()))["schema"]
        body = make_value(schema, document, random, whole=random.random() < 0.5, hidden="readOnly")
        body = {name: as_texts(value) for name, value in body.items() if value != []} if is_form else body
    return Sent(
        method=next(
            method for item in document["paths"].values() for method in item if item[method] is operation
        ).upper(),
        key=made.get(("path", "key")),
        query={name: value for (side, name), value in made.items() if side == "query"},
        headers={name: value for (side, name), value in made.items() if side == "header"},
        body=body,
        is_form=is_form,
        styles={
            name: (each.get("style", "form"), each.get("explode", True))
            for name, each in (*_named(operation["parameters"]), *_encoded(content))
        },
    )


def _named(parameters: Any) -> list[tuple[str, Any]]:
    return [(each["name"], each) for each in parameters]


def _encoded(body: Any) -> list[tuple[str, Any]]:
    return [pair for content in body["content"].values() for pair in content.get("encoding", {}).items()]


def contract_of(world: World) -> Contract:
    """Give the contract that recording and inference would have written."""
    used = world.consumer
    headers = {name: (world.served[name],) for name in used.headers}
    call = HttpCall(
        request=used.sent.request,
        response=HttpResponse(status=200, headers={**headers, "content-type": (JSON,)}, body=JsonBody(world.example)),
    )
    any_headers = tuple(f"response.headers.{name}" for name, value in used.headers.items() if value is None)
    by_type = (
        LocatedRules(location=parse_location(each), rules=(Rule("type"),)) for each in ("response.body", *any_headers)
    )
    interaction = Interaction(
        key="use",
        description="use",
        exchange=call,
        rules=(*used.sent.rules, *by_type),
        generators=used.sent.generators,
        evidence=(
            Evidence(
                test=TestReference(node_id="tests/test_use.py::test_use", file="tests/test_use.py", line=1),
                needs=used.needs,
            ),
        ),
    )
    return Contract(consumer="web-shop", provider="orders", interactions=(interaction,))


def failures(world: World, document: dict[str, Any], random: Random) -> float:
    """Run the consumer against a provider of a definition, and give the share of runs in which it fails.

    In each run it sends one of the requests that its rules stand for and the old definition takes.
    """
    before, after, used = Provider(world.document), Provider(document), world.consumer
    operation = before.operation(used.sent)
    sent = others(used.sent, operation, world.document, lambda each: before.takes(each, used.credentials), random)
    taken = [after.takes(each, used.credentials) for each in sent]
    return sum(not (random.choice(taken) and _is_served(world, after, random)) for _ in range(_RUNS)) / _RUNS


def _is_served(world: World, provider: Provider, random: Random) -> bool:
    used = world.consumer
    answer = provider.answer(used.sent, random)
    if answer is None:
        return False
    headers, body = answer
    return used.copes_with(headers) and copes(used.needs, world.example, body)
