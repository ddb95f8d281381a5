"""Real documents with something wrong in them: each is used as far as it goes, or refused in words; nothing hangs."""

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import ContractkitError, DefinitionError
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.model import BinaryBody, Body, HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.sources import load_definition, read_definition
from contractkit.sources.yaml12 import read_yaml

pytestmark = pytest.mark.slow

DOCUMENTS = (
    *("adyen-recurring-v68.json", "etcd-rpc.swagger.json", "grpc-gateway-abitofeverything.swagger.json"),
    *("microcks-petstore.yaml", "oai-callback-example.yaml", "oai-link-example.yaml", "oai-petstore-expanded.yaml"),
    *("oai-uspto.yaml", "oai-webhook-example-31.yaml", "prism-petstore.yaml", "twilio-lookups-v2.json"),
)
FEW, MANY = 25, 600  # mistaken documents per document
OPERATIONS = 3  # used of each mistaken document

NONSENSE: tuple[Json, ...] = (
    *(None, True, False, -1, 0, 1.5, 1e308, "", "x", "#/nowhere", "#/", "20x", [], [1], [None], [[[]]], {}, {"a": 1}),
    *({"$ref": "#/paths"}, {"$ref": "#"}, {"$ref": 7}, {"$ref": ""}, {"$ref": "other.yaml"}, {"$ref": "http://[/"}),
    *({"$ref": "a\0b"}, {"type": []}, {"type": "object", "properties": []}, {"allOf": [{}]}, {"oneOf": []}),
    *({"enum": []}, {"default": {}}, {"200": {"content": []}}, {"in": "path"}, 10**30, {"$ref": "http://a.example/b"}),
)
SNIPPETS = (
    *(b"[", b"{", b"*a", b"&a ", b"\n", b"  ", b"\t", b"- ", b"? ", b": ", b"\x00", b"\xff", b"<<: *a\n", b"|\n"),
    *(b"!!python/object:os.system x", b"%YAML 2.0\n", b"---\n", b"'", b'"'),
)


@pytest.fixture(scope="module")
def texts(test_data: Callable[[str], Path]) -> dict[str, bytes]:
    return {name: test_data(f"definitions/real/openapi/{name}").read_bytes() for name in DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_with_mistakes_is_used_or_refused_in_words(name: str, texts: dict[str, bytes]) -> None:
    use_mistaken_documents(texts[name], name, range(FEW))


@pytest.mark.deep
@pytest.mark.parametrize("name", DOCUMENTS)
def test_very_many_documents_with_mistakes_are_used_or_refused_in_words(name: str, texts: dict[str, bytes]) -> None:
    use_mistaken_documents(texts[name], name, range(FEW, MANY))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_damaged_text_is_used_or_refused_in_words(name: str, texts: dict[str, bytes]) -> None:
    use_damaged_texts(texts[name], name, range(FEW))


@pytest.mark.deep
@pytest.mark.parametrize("name", DOCUMENTS)
def test_very_many_damaged_texts_are_used_or_refused_in_words(name: str, texts: dict[str, bytes]) -> None:
    use_damaged_texts(texts[name], name, range(FEW, MANY))


def use_mistaken_documents(text: bytes, name: str, seeds: range) -> None:
    document = read_json(text) if name.endswith(".json") else read_yaml(text)
    for seed in seeds:
        chance = random.Random(f"{name} {seed}")
        use(dump_compact(with_mistakes(document, chance)), name, chance)


def use_damaged_texts(text: bytes, name: str, seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(f"{name} text {seed}")
        use(damaged(text, chance), name, chance)


def use(text: bytes, name: str, chance: random.Random) -> None:
    """Read a definition and do with some operations all that a stub does; only our own errors may come out."""
    try:
        definition = read_definition(text, source=name).openapi
        operations = definition.operations
    except ContractkitError:
        return
    for operation in chance.sample(operations, min(OPERATIONS, len(operations))):
        for request in requests_to(operation.method, operation.path):
            refused_in_words(answer_to, definition, request)
        for status in operation.statuses:
            number = int(status.upper().replace("XX", "00")) if status != "default" else 599
            refused_in_words(definition.answer, operation, seed="a", status=number)
        refused_in_words(definition.check_response, operation, HttpResponse(status=200, body=JsonBody({"id": [1]})))
    definition.warnings()


def refused_in_words(what: Callable[..., object], *given: object, **named: object) -> None:
    try:
        what(*given, **named)
    except ContractkitError as error:
        assert str(error)


def answer_to(definition: OpenApiDefinition, request: HttpRequest) -> None:
    route = definition.route(request)
    if route is None:
        definition.nearest(request)
        return
    definition.check_request(route)
    definition.recorded_parameters(route)
    dict(definition.answer(route.operation, seed="a", route=route).promises)


def requests_to(method: str, template: str) -> Iterator[HttpRequest]:
    path = template.replace("{", "").replace("}", "")
    query = {"limit": ("3",), "a[b]": ("x",), "c": ("1", "2")}
    form, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    part = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--"
    bodies: tuple[tuple[Body, str], ...] = (
        (JsonBody({"id": 1, "name": ["x"]}), "application/json"),
        (TextBody("a=1&b[c]=2&d={", form), form),
        (BinaryBody(part, multipart), multipart),
    )
    yield HttpRequest(method=method, path=path, query=query, headers={"cookie": ("a=b; a=c",)})
    for body, media_type in bodies:
        yield HttpRequest(method=method, path=path, headers={"content-type": (media_type,)}, body=body)


def with_mistakes(document: Json, chance: random.Random) -> Json:
    changed = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = a_place_in(changed, chance)
        if place:
            chance.choice(MISTAKES)(changed, place, chance)
    return changed


def a_place_in(document: Json, chance: random.Random) -> list[str | int]:
    place: list[str | int] = []
    value = document
    while isinstance(value, dict | list) and value and (len(place) < 2 or chance.random() > 0.18):
        step = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        place.append(step)
        value = value[step]
    return place


def at(document: Json, place: list[str | int]) -> Json:
    for step in place:
        document = document[step]
    return document


def deleted(document: Json, place: list[str | int], chance: random.Random) -> None:
    del at(document, place[:-1])[place[-1]]


def replaced(document: Json, place: list[str | int], chance: random.Random) -> None:
    at(document, place[:-1])[place[-1]] = copy.deepcopy(chance.choice(NONSENSE))


def led_back(document: Json, place: list[str | int], chance: random.Random) -> None:
    above = place[: chance.randrange(len(place)) + 1]
    pointer = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in above)
    at(document, place[:-1])[place[-1]] = {"$ref": f"#/{pointer}"}


def moved(document: Json, place: list[str | int], chance: random.Random) -> None:
    at(document, place[:-1])[place[-1]] = copy.deepcopy(at(document, a_place_in(document, chance)))


def renamed(document: Json, place: list[str | int], chance: random.Random) -> None:
    holder = at(document, place[:-1])
    if isinstance(holder, dict):
        holder[chance.choice(("", "$ref", "x", "type", "200", "parameters"))] = holder.pop(str(place[-1]))


MISTAKES = (deleted, replaced, replaced, led_back, moved, renamed)


def damaged(text: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 3, 20))):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(400))
        cut = text[:start], chance.choice(SNIPPETS) + text[start:], text[start:end] + text[start:], text[end:]
        text = cut[0] + chance.choice((b"", *cut[1:]))
    return text


def described(schema: Json, schemas: Json) -> OpenApiDefinition:
    content = {"application/json": {"schema": schema}}
    operation = {"responses": {"200": {"description": "it", "content": content}}}
    document = {"openapi": "3.1.0", "paths": {"/it": {"get": operation}}, "components": {"schemas": schemas}}
    return read_definition(dump_compact(document), source="service.json").openapi


def links(count: int, link: Callable[[Json], Json], last: Json) -> dict[str, Json]:
    chain = {f"s{at}": link({"$ref": f"#/components/schemas/s{at + 1}"}) for at in range(count)}
    return {**chain, f"s{count}": last}


START: Json = {"$ref": "#/components/schemas/s0"}
SELF: Json = {"$ref": "#/components/schemas/s0"}


@pytest.mark.parametrize(
    ("schemas", "problem"),
    [
        ({"s0": SELF}, "A $ref leads in a circle."),
        ({"s0": {"$ref": "#/components/schemas/s1"}, "s1": SELF}, "A $ref leads in a circle."),
        (links(2_000, lambda each: each, {}), "A $ref leads in a circle."),
        (
            links(2_000, lambda each: {"type": "array", "minItems": 1, "items": each}, {}),
            "No answer can be made: required members contain each other without an end.",
        ),
        (
            {"s0": {"type": "object", "required": ["a"], "properties": {"a": SELF}}},
            "No answer can be made: required members contain each other without an end.",
        ),
        (
            links(
                9,
                lambda each: {
                    "type": "object",
                    "required": list("abcdef"),
                    "properties": dict.fromkeys("abcdef", each),
                },
                {"type": "integer"},
            ),
            "No answer can be made: what is required of it amounts to more than 50,000 values.",
        ),
        ({"s0": {"allOf": [SELF], "type": "integer"}}, ""),
        ({"s0": {"oneOf": [SELF, {"type": "integer"}]}}, ""),
        (links(9, lambda each: {"anyOf": [each, each]}, {"type": "integer"}), ""),
        (
            links(60, lambda each: {"anyOf": [each, each]}, {"type": "integer"}),
            "A schema of the definition cannot be used.",
        ),
        ({"s0": {"type": "object", "properties": {"$ref": "#/components/schemas"}}}, ""),
        (
            links(3_000, lambda each: {"oneOf": [each]}, {"type": "integer"}),
            "A schema of the definition cannot be used.",
        ),
    ],
)
def test_schemas_that_go_in_circles_or_on_and_on_come_to_an_end(schemas: Json, problem: str) -> None:
    definition = described(START, schemas)
    operation = definition.operation("GET /it")
    if not problem:
        answer = definition.answer(operation, seed="a")
        assert definition.check_response(operation, answer.response) == ()
        return
    with pytest.raises(DefinitionError) as error:
        definition.answer(operation, seed="a")
    assert error.value.explanation.summary == problem


@pytest.mark.parametrize(("levels", "problem"), [(300, "A schema of the definition cannot be used."), (900, "The def")])
def test_schemas_nested_in_each_other_beyond_reason_are_refused(levels: int, problem: str) -> None:
    schema: Json = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    definition = described(schema, {})
    with pytest.raises(DefinitionError) as error:
        definition.answer(definition.operation("GET /it"), seed="a")
    assert error.value.explanation.summary.startswith(problem)


MULTIPLYING = b"a0: &a0 [x, x]\n" + b"".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n".encode() for at in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        MULTIPLYING,
        b"a: &a {b: *a}\n",
        b"- " * 5_000 + b"x",
        b"[" * 50_000,
        b'{"a":' * 50_000,
    ],
    ids=["aliases that multiply", "an alias in itself", "deep lists", "deep brackets", "deep objects"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["bomb.yaml", "bomb.json"])
def test_a_bomb_is_refused_in_words(text: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(DefinitionError) as error:
        load_definition(name, root=tmp_path)
    assert str(error.value).startswith(f"The definition {name} is not {'JSON' if name.endswith('json') else 'YAML'}.")
