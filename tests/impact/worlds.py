"""Small worlds for an experiment: a definition, a provider that keeps to it in every way it may, consumers with needs.

The provider answers at random whatever its schemas allow; the consumer is a program that reads the places it needs and
raises where one is missing. Nothing here asks contractkit: it is the reality that verdicts are held against.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeAlias

import jsonschema

from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    MissingBody,
    Need,
    Rule,
    TestReference,
    Wildcard,
    parse_location,
)

Schema: TypeAlias = dict[str, Any]
Value: TypeAlias = Any
Steps: TypeAlias = tuple[Any, ...]

NAMES = ("id", "name", "total", "status", "note", "lines", "owner", "tags", "price", "left")
WORDS = ("paid", "open", "lost", "sent", "new", "old")
_KINDS = ("string", "integer", "number", "boolean", "enum", "object", "array")
_ANSWERS = 60  # that a provider gives: enough to meet one choice in ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """What a consumer sends and needs; `body` is None where it sends none."""

    method: str
    path: str
    query: dict[str, str]
    body: Value | None
    needs: InferredNeeds


@dataclass(slots=True)
class World:
    """A definition and a consumer; `changed` is the definition after `changes`."""

    document: dict[str, Any]
    consumer: Consumer
    example: Value
    changed: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)


def make_world(random: Random) -> World:
    """Make a definition of one operation that somebody uses and one that nobody does, the consumer, and changes."""
    schemas = {"Order": _object(random, 0), "Draft": _object(random, 1)}
    parameters = [
        {"name": name, "in": "query", "required": random.random() < 0.3, "schema": _scalar(random)}
        for name in random.sample(("limit", "sort", "kind"), random.randint(0, 2))
    ]
    method = random.choice(("get", "post"))
    operation: dict[str, Any] = {
        "operationId": "use",
        "parameters": parameters,
        "responses": {"200": _answer("Order"), "404": {"description": "none"}},
    }
    if method == "post":
        operation["requestBody"] = {"required": True, "content": _json("Draft")}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "paths": {
            "/orders": {method: operation},
            "/others": {"get": {"operationId": "other", "responses": {"200": _answer("Order")}}},
        },
        "components": {"schemas": schemas},
    }
    example = make_value(schemas["Order"], document, random, whole=True)
    consumer = Consumer(
        method=method.upper(),
        path="/orders",
        query={
            each["name"]: str(make_value(each["schema"], document, random, whole=True)).lower()
            for each in parameters
            if each["required"] or random.random() < 0.5
        },
        body=make_value(schemas["Draft"], document, random, whole=random.random() < 0.5) if method == "post" else None,
        needs=needs_of("Order", document, example, random),
    )
    world = World(document=document, consumer=consumer, example=example)
    world.changed = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        name, change = random.choice(CHANGES)
        if change(world.changed, random):
            world.changes.append(name)
    return world


def contract_of(world: World) -> Contract:
    """Give the contract that recording and inference would have written."""
    used = world.consumer
    call = HttpCall(
        request=HttpRequest(
            method=used.method,
            path=used.path,
            query={name: (value,) for name, value in used.query.items()},
            headers={} if used.body is None else {"content-type": ("application/json",)},
            body=MissingBody() if used.body is None else JsonBody(used.body),
        ),
        response=HttpResponse(
            status=200, headers={"content-type": ("application/json",)}, body=JsonBody(world.example)
        ),
    )
    interaction = Interaction(
        key="use",
        description="use",
        exchange=call,
        rules=(LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),),
        evidence=(
            Evidence(
                test=TestReference(node_id="tests/test_use.py::test_use", file="tests/test_use.py", line=1),
                needs=used.needs,
            ),
        ),
    )
    return Contract(consumer="web-shop", provider="orders", interactions=(interaction,))


def failures(world: World, document: dict[str, Any], random: Random) -> float:
    """Replay the consumer against a provider of a definition, and give the share of runs in which it fails."""
    operation = document["paths"].get("/orders", {}).get(world.consumer.method.lower())
    if operation is None or not _is_taken(world.consumer, operation, document) or "200" not in operation["responses"]:
        return 1.0
    schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema")
    if schema is None:
        return 1.0
    answers = (make_value(schema, document, random) for _ in range(_ANSWERS))
    return sum(not copes(world.consumer.needs, world.example, answer) for answer in answers) / _ANSWERS


def make_value(schema: Schema, document: Any, random: Random, *, whole: bool = False) -> Value:
    """Make any value that a schema allows; with `whole` the one with every member, an element and no null."""
    schema = _resolved(schema, document)
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else list(schema.get("type", ()))
    if "null" in kinds and not whole and random.random() < 0.3:
        return None
    if "enum" in schema:
        return random.choice([each for each in schema["enum"] if each is not None])
    kind = next((each for each in random.sample(kinds, len(kinds)) if each != "null"), "string")
    match kind:
        case "object":
            names = [
                name
                for name in schema.get("properties", {})
                if whole or name in schema.get("required", ()) or random.random() < 0.7
            ]
            return {name: make_value(schema["properties"][name], document, random, whole=whole) for name in names}
        case "array":
            least = schema.get("minItems", 0)
            count = max(least, 1) if whole else random.randint(least, least + 2)
            return [make_value(schema["items"], document, random, whole=whole) for _ in range(count)]
        case "integer":
            return random.randint(1, schema.get("maximum", 9))
        case "number":
            return random.randint(1, 8) + 0.5
        case "boolean":
            return random.random() < 0.5
    return random.choice(WORDS)[: schema.get("maxLength", 9)]


def _is_taken(consumer: Consumer, operation: Any, document: Any) -> bool:
    """Say whether a provider takes the request: what is required is there, and every declared part of it fits."""
    for parameter in operation.get("parameters", ()):
        value = consumer.query.get(parameter["name"])
        if value is None and parameter["required"]:
            return False
        if value is not None and not _reads_as(value, _resolved(parameter["schema"], document)):
            return False
    body = operation.get("requestBody")
    if body is None:
        return consumer.body is None or True  # a body that nobody declared is passed over
    if consumer.body is None:
        return not body.get("required", False)
    schema = body["content"].get("application/json", {}).get("schema")
    whole = {**schema, "components": document["components"]} if schema is not None else None
    return whole is not None and jsonschema.Draft202012Validator(whole).is_valid(consumer.body)


def _reads_as(text: str, schema: Schema) -> bool:
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type", "string")]
    readings: list[Value] = [text]
    if text.lstrip("-").isdigit():
        readings += [int(text)]
    elif text.replace(".", "", 1).isdigit():
        readings += [float(text)]
    elif text in ("true", "false"):
        readings += [text == "true"]
    plain = {key: value for key, value in schema.items() if key != "type"}
    return any(jsonschema.Draft202012Validator({**plain, "type": kinds}).is_valid(each) for each in readings)


def copes(needs: InferredNeeds, example: Value, answer: Value) -> bool:
    """Say whether a program gets what it needs: every need, and of each set one place at least."""
    spared = {place.steps[2:] for place in needs.tolerated} | {
        need.location.steps[2:] for need in needs.needed if need.may_lack
    }
    return all(_is_met(need, (), need.location.steps[2:], answer, example, spared) for need in needs.needed) and all(
        any(_is_there(place.steps[2:], answer) for place in group) for group in needs.any_of
    )


def _is_met(need: Need, walked: Steps, steps: Steps, value: Value, example: Value, spared: set[Steps]) -> bool:
    """Say whether a program that reads a place to the end gets what it can use; loops read every element.

    What is `spared` it looks for before it reads on: where that is absent, it does without.
    """
    if not steps:
        if value is None:
            return not need.non_null
        if need.non_empty and value == []:
            return False
        if need.at_most is not None and len(value) > need.at_most:
            return False
        return _is_like(value, example) and (not need.members or value in need.members)
    step, rest = steps[0], steps[1:]
    here = (*walked, step)
    if step is Wildcard.INDEX:
        return isinstance(value, list) and all(_is_met(need, here, rest, each, example[0], spared) for each in value)
    if not isinstance(value, dict):
        return False
    if step not in value or (value[step] is None and rest and here in spared):
        return here in spared
    return _is_met(need, here, rest, value[step], example[step], spared)


def _is_there(steps: Steps, value: Value) -> bool:
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def _is_like(value: Value, example: Value) -> bool:
    if isinstance(value, bool) or isinstance(example, bool):
        return isinstance(value, bool) and isinstance(example, bool)
    if isinstance(example, float):
        return isinstance(value, int | float)
    return isinstance(value, type(example))


def needs_of(name: str, document: Any, example: Value, random: Random) -> InferredNeeds:
    """Give what the consumer needs of the schema of a name: places that it promises, so that all works today.

    Some it reads only where they are there, some lie in what it does without, and of some pairs one is enough.
    """
    schema = document["components"]["schemas"][name]
    promised = list(_promised(schema, example, _BODY, document))
    chosen = random.sample(promised, min(len(promised), random.randint(1, 4)))
    needed = [_need(place, said, value, random) for place, said, value in chosen]
    optional = [
        (_BODY / name, _resolved(schema["properties"][name], document), example[name])
        for name in schema["properties"]
        if name not in schema["required"]
    ]
    spared = random.sample(optional, min(len(optional), random.randint(0, 2)))
    needed += [replace(_need(place, said, value, random), may_lack=True) for place, said, value in spared]
    tolerated: list[Location] = []
    for place, said, value in optional:
        below = list(_promised(said, value, place, document)) if said.get("type") == "object" else []
        if below and place not in {each.location for each in needed} and random.random() < 0.5:
            tolerated.append(place)
            needed += [_need(*random.choice(below), random)]
    taken = {need.location for need in needed} | {*tolerated}
    free = [place for place, *_ in promised if place not in taken and Wildcard.INDEX not in place.steps]
    group = tuple(random.sample(free, 2)) if len(free) > 1 and random.random() < 0.3 else ()
    return InferredNeeds(needed=tuple(needed), any_of=(group,) if group else (), tolerated=tuple(tolerated))


_BODY = Location(("response", "body"))


def _need(place: Location, schema: Schema, value: Value, random: Random) -> Need:
    is_nullable = isinstance(schema.get("type"), list)
    members = tuple(each for each in schema.get("enum", ()) if each is not None)
    return Need(
        location=place,
        non_null=not is_nullable,
        non_empty=schema.get("minItems", 0) > 0 and random.random() < 0.7,
        members=members if members and random.random() < 0.6 else (),
    )


def _promised(schema: Schema, value: Value, at: Location, document: Any) -> Iterator[tuple[Location, Schema, Value]]:
    schema = _resolved(schema, document)
    if schema.get("type") == "object":
        for name in schema.get("required", ()):
            member = _resolved(schema["properties"][name], document)
            yield at / name, member, value[name]
            yield from _promised(member, value[name], at / name, document)
    elif schema.get("type") == "array":
        yield from _promised(schema["items"], value[0], at / Wildcard.INDEX, document)


def _object(random: Random, depth: int) -> Schema:
    names = random.sample(NAMES, random.randint(2, 5))
    return {
        "type": "object",
        "required": [name for name in names if random.random() < 0.6],
        "properties": {name: _schema(random, depth + 1) for name in names},
        **({"additionalProperties": False} if random.random() < 0.2 else {}),
    }


def _schema(random: Random, depth: int) -> Schema:
    kind = random.choice(_KINDS[:5] if depth > 2 else _KINDS)
    match kind:
        case "object":
            return _object(random, depth)
        case "array":
            least = {"minItems": 1} if random.random() < 0.3 else {}
            return {"type": "array", "items": _schema(random, depth + 1), **least}
    return _scalar(random, kind)


def _scalar(random: Random, kind: str = "") -> Schema:
    kind = kind or random.choice(_KINDS[:5])
    if kind == "enum":
        return {"type": "string", "enum": random.sample(WORDS, random.randint(2, 4))}
    return {"type": [kind, "null"] if random.random() < 0.15 and kind != "enum" else kind}


def _resolved(schema: Schema, document: Any) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _answer(name: str) -> dict[str, Any]:
    return {"description": "it", "content": _json(name)}


Change: TypeAlias = Callable[[Any, Random], bool]
"""Changes a document in place, and says whether it found something to change."""


def _objects(document: Any) -> list[Schema]:
    found: list[Schema] = []
    pending = list(document["components"]["schemas"].values())
    while pending:
        schema = pending.pop()
        if schema.get("type") == "object":
            found.append(schema)
            pending += schema["properties"].values()
        elif schema.get("type") == "array":
            pending.append(schema["items"])
    return found


def _of_members(change: Callable[[Schema, str, Random], bool]) -> Change:
    def at_random(document: Any, random: Random) -> bool:
        places = [(schema, name) for schema in _objects(document) for name in schema["properties"]]
        return any(change(schema, name, random) for schema, name in random.sample(places, min(len(places), 4))[:1])

    return at_random


def _drop(schema: Schema, name: str, random: Random) -> bool:
    del schema["properties"][name]
    schema["required"] = [each for each in schema["required"] if each != name]
    return True


def _loosen(schema: Schema, name: str, random: Random) -> bool:
    was = name in schema["required"]
    schema["required"] = [each for each in schema["required"] if each != name]
    return was


def _demand(schema: Schema, name: str, random: Random) -> bool:
    was = name in schema["required"]
    schema["required"] = sorted({*schema["required"], name})
    return not was


def _retype(schema: Schema, name: str, random: Random) -> bool:
    before = schema["properties"][name]
    schema["properties"][name] = _schema(random, 3)
    return bool(before != schema["properties"][name])


def _allow_null(schema: Schema, name: str, random: Random) -> bool:
    member = schema["properties"][name]
    if not isinstance(member.get("type"), str) or "enum" in member:
        return False
    member["type"] = [member["type"], "null"]
    return True


def _refuse_null(schema: Schema, name: str, random: Random) -> bool:
    member = schema["properties"][name]
    if not isinstance(member.get("type"), list):
        return False
    member["type"] = next(each for each in member["type"] if each != "null")
    return True


def _add_value(schema: Schema, name: str, random: Random) -> bool:
    member = schema["properties"][name]
    left = [word for word in WORDS if word not in member.get("enum", WORDS)]
    if left:
        member["enum"] = [*member["enum"], random.choice(left)]
    return bool(left)


def _drop_value(schema: Schema, name: str, random: Random) -> bool:
    member = schema["properties"][name]
    if len(member.get("enum", ())) < 2:
        return False
    member["enum"] = random.sample(member["enum"], len(member["enum"]) - 1)
    return True


def _bound(schema: Schema, name: str, random: Random) -> bool:
    member = schema["properties"][name]
    keyword = {"integer": "maximum", "string": "maxLength"}.get(str(member.get("type")))
    if keyword is None or "enum" in member:
        return False
    member[keyword] = 4
    return True


def _may_be_empty(schema: Schema, name: str, random: Random) -> bool:
    return schema["properties"][name].pop("minItems", None) is not None


def _add(schema: Schema, name: str, random: Random) -> bool:
    new = random.choice(NAMES)
    if new in schema["properties"]:
        return False
    schema["properties"][new] = _schema(random, 3)
    if random.random() < 0.4:
        schema["required"] = [*schema["required"], new]
    return True


def _close(schema: Schema, name: str, random: Random) -> bool:
    was = schema.get("additionalProperties")
    schema["additionalProperties"] = False
    return was is not False


def _operation(document: Any) -> Any:
    return next(iter(document["paths"].get("/orders", {"": None}).values()))


def _remove_operation(document: Any, random: Random) -> bool:
    return document["paths"].pop(random.choice(("/orders", "/others")), None) is not None


def _remove_answer(document: Any, random: Random) -> bool:
    operation = _operation(document)
    if operation is None or "200" not in operation["responses"]:
        return False
    operation["responses"]["201"] = operation["responses"].pop("200")
    return True


def _other_media_type(document: Any, random: Random) -> bool:
    operation = _operation(document)
    content = operation["responses"].get("200", {}).get("content", {}) if operation is not None else {}
    if "application/json" not in content:
        return False
    content["application/vnd.orders+json"] = content.pop("application/json")
    return True


def _new_parameter(document: Any, random: Random) -> bool:
    operation = _operation(document)
    if operation is None or any(each["name"] == "page" for each in operation["parameters"]):
        return False
    operation["parameters"].append(
        {"name": "page", "in": "query", "required": random.random() < 0.5, "schema": {"type": "integer"}}
    )
    return True


def _other_parameter(document: Any, random: Random) -> bool:
    operation = _operation(document)
    if operation is None or not operation["parameters"]:
        return False
    parameter = random.choice(operation["parameters"])
    parameter["schema"] = _scalar(random)
    return True


CHANGES: tuple[tuple[str, Change], ...] = (
    ("a member went", _of_members(_drop)),
    ("a member became optional", _of_members(_loosen)),
    ("a member became required", _of_members(_demand)),
    ("a member has another type", _of_members(_retype)),
    ("null is allowed", _of_members(_allow_null)),
    ("null is refused", _of_members(_refuse_null)),
    ("a value was added", _of_members(_add_value)),
    ("a value went", _of_members(_drop_value)),
    ("a bound came", _of_members(_bound)),
    ("a list may be empty", _of_members(_may_be_empty)),
    ("a member came", _of_members(_add)),
    ("an object was closed", _of_members(_close)),
    ("an operation went", _remove_operation),
    ("a status went", _remove_answer),
    ("a media type went", _other_media_type),
    ("a parameter came", _new_parameter),
    ("a parameter has another type", _other_parameter),
)
"""What a world's definition may go through."""
