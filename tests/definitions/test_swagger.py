"""Swagger 2.0: what an upgraded document takes and gives, and that messages lead into the document as written."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from contractkit.definitions.interface import Operation
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.exact_json import Json
from contractkit.model import BinaryBody, Body, HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.sources import LoadedDefinition, load_definition

PETS = """\
swagger: '2.0'
info: {title: Pets, version: '7'}
host: pets.example.com
basePath: /v1/
schemes: [https, http]
consumes: [application/json]
produces: [application/json, application/xml]
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, in: query, name: api_key}
  login: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://t', scopes: {read: to read}}
security: [{key: []}]
parameters:
  limit: {name: limit, in: query, type: integer, minimum: 1, maximum: 50, default: 20}
  pet:
    name: pet
    in: body
    required: true
    schema: {$ref: '#/definitions/Pet'}
responses:
  gone: {description: gone, schema: {$ref: '#/definitions/Problem'}}
paths:
  /pets:
    parameters:
      - $ref: '#/parameters/limit'
      - {name: X-Tags, in: header, type: array, items: {type: integer}, collectionFormat: pipes}
    get:
      operationId: listPets
      parameters:
        - {name: ids, in: query, type: array, items: {type: integer}, collectionFormat: csv}
        - {name: words, in: query, type: array, items: {type: string, minLength: 2}, collectionFormat: ssv}
        - {name: columns, in: query, type: array, items: {type: integer}, collectionFormat: tsv}
        - {name: pipes, in: query, type: array, items: {type: integer}, collectionFormat: pipes}
        - {name: tag, in: query, type: array, items: {type: boolean}, collectionFormat: multi}
        - {name: empty, in: query, type: integer, allowEmptyValue: true}
      responses:
        '200':
          description: all
          schema: {type: array, items: {$ref: '#/definitions/Pet'}}
          headers: {X-Total: {type: integer}}
          examples:
            application/json: [{name: Rex, kind: Dog, chip: null}]
    post:
      operationId: addPet
      parameters: [{$ref: '#/parameters/pet'}]
      responses:
        '201': {description: added}
        '410': {$ref: '#/responses/gone'}
  /pets/{id}/{colours}:
    post:
      operationId: changePet
      consumes: [application/x-www-form-urlencoded]
      security: []
      parameters:
        - {name: id, in: path, required: true, type: integer, format: int64}
        - {name: colours, in: path, required: true, type: array, items: {type: string, enum: [red, blue]}}
        - {name: name, in: formData, required: true, type: string, maxLength: 5}
        - {name: ages, in: formData, type: array, items: {type: integer}}
        - {name: toys, in: formData, type: array, items: {type: integer}, collectionFormat: multi}
      responses: {'204': {description: changed}}
  /pets/{id}/photo:
    put:
      operationId: setPhoto
      consumes: [multipart/form-data]
      produces: [image/png]
      parameters:
        - {name: id, in: path, required: true, type: integer}
        - {name: photo, in: formData, required: true, type: file}
      responses: {'200': {description: it, schema: {type: file}}}
definitions:
  Pet:
    type: object
    discriminator: kind
    required: [name, kind, id]
    properties:
      id: {type: integer, readOnly: true}
      name: {type: string}
      kind: {type: string}
      chip: {type: string, x-nullable: true}
  Problem: {type: object, required: [title], properties: {title: {type: string}}}
"""
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedDefinition:
    folder = tmp_path_factory.mktemp("swagger")
    (folder / "pets.yaml").write_text(PETS)
    return load_definition("pets.yaml", root=folder)


@pytest.fixture(scope="module")
def pets(loaded: LoadedDefinition) -> OpenApiDefinition:
    return loaded.openapi


def asked(
    pets: OpenApiDefinition, method: str, path: str, *, body: Body | None = None, **parts: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, str, object, str]]:
    given = {} if body is None else {"body": body}
    route = pets.route(HttpRequest(method=method, path=path, **given, **parts))  # type: ignore[arg-type]
    assert route is not None
    return [(str(each.location), each.expected, each.received, each.pointer) for each in pets.check_request(route)]


def test_operations_servers_and_security_are_upgraded(pets: OpenApiDefinition) -> None:
    assert pets.title == "Pets 7"
    assert [each.signature for each in pets.operations] == [
        "GET /pets",
        "POST /pets",
        "POST /pets/{id}/{colours}",
        "PUT /pets/{id}/photo",
    ]
    assert pets.operation("addPet") == Operation(
        name="addPet",
        signature="POST /pets",
        method="POST",
        path="/pets",
        statuses=("201", "410"),
        pointer="/paths/~1pets/post",
    )
    assert pets.base_paths == ("/v1",)
    assert pets.credential_headers() == {"authorization"}
    assert pets.credential_query() == {"api_key"}
    assert {name: node.value for name, node in SurfaceReader(pets.documents).schemes().items()} == {
        "basic": {"type": "http", "scheme": "basic"},
        "key": {"type": "apiKey", "in": "query", "name": "api_key"},
        "login": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "https://a",
                    "tokenUrl": "https://t",
                    "scopes": {"read": "to read"},
                }
            },
        },
    }


def test_security_of_the_document_holds_where_an_operation_says_nothing(pets: OpenApiDefinition) -> None:
    reader = SurfaceReader(pets.documents)
    assert reader.surface_of(pets.operation("listPets")).security == ({"key": ()},)
    assert reader.surface_of(pets.operation("changePet")).security == ()


@pytest.mark.parametrize(
    "query",
    [
        {"ids": ("1,2",), "limit": ("50",)},
        {"words": ("ab cd",)},
        {"columns": ("1\t2",)},
        {"pipes": ("1|2",)},
        {"tag": ("true", "false")},
        {"empty": ("",)},
    ],
)
def test_every_collection_format_of_queries_is_read(pets: OpenApiDefinition, query: dict[str, tuple[str, ...]]) -> None:
    assert asked(pets, "GET", "/v1/pets", query=query) == []


@pytest.mark.parametrize(
    ("query", "violation"),
    [
        ({"limit": ("51",)}, ("limit", "an integer from 1 to 50", 51, "/parameters/limit/maximum")),
        ({"ids": ("1,b",)}, ("ids[1]", "an integer", "b", "/paths/~1pets/get/parameters/0/items/type")),
        (
            {"words": ("ab c",)},
            ("words[1]", "a string of at least 2 characters", "c", "/paths/~1pets/get/parameters/1/items/minLength"),
        ),
        ({"columns": ("1\tb",)}, ("columns[1]", "an integer", "b", "/paths/~1pets/get/parameters/2/items/type")),
        ({"pipes": ("1|b",)}, ("pipes[1]", "an integer", "b", "/paths/~1pets/get/parameters/3/items/type")),
        ({"tag": ("true", "b")}, ("tag[1]", "true or false", "b", "/paths/~1pets/get/parameters/4/items/type")),
    ],
)
def test_what_is_wrong_in_a_query_leads_to_the_parameter_as_written(
    pets: OpenApiDefinition, query: dict[str, tuple[str, ...]], violation: tuple[str, str, object, str]
) -> None:
    place, *rest = violation
    assert asked(pets, "GET", "/pets", query=query) == [(f"request.query.{place}", *rest)]


def test_headers_and_paths_have_collection_formats_too(pets: OpenApiDefinition) -> None:
    assert asked(pets, "GET", "/pets", headers={"x-tags": ("1|2",)}) == []
    assert asked(pets, "GET", "/pets", headers={"x-tags": ("1|b",)}) == [
        ("request.headers['x-tags'][1]", "an integer", "b", "/paths/~1pets/parameters/1/items/type")
    ]
    body = TextBody("name=Rex", FORM)
    form = {"content-type": (FORM,)}
    assert asked(pets, "POST", "/pets/7/red,blue", headers=form, body=body) == []
    assert asked(pets, "POST", "/pets/7/red,green", headers=form, body=body) == [
        (
            "request.path.colours[1]",
            'one of "red", "blue"',
            "green",
            "/paths/~1pets~1{id}~1{colours}/post/parameters/1/items/enum",
        )
    ]


@pytest.mark.parametrize(
    ("value", "violations"),
    [
        ({"name": "Rex", "kind": "Dog"}, []),
        ({"name": "Rex", "kind": "Dog", "chip": None}, []),
        (
            {"name": 7, "kind": "Dog"},
            [("request.body.name", "a string", 7, "/definitions/Pet/properties/name/type")],
        ),
        (
            {"name": "Rex"},
            [("request.body.kind", 'the member "kind"', "absent", "/definitions/Pet/required")],
        ),
    ],
)
def test_a_body_parameter_is_the_body(
    pets: OpenApiDefinition, value: Json, violations: list[tuple[str, str, object, str]]
) -> None:
    found = asked(pets, "POST", "/pets", body=JsonBody(value))
    assert [(place, expected, "absent" if "member" in expected else got, at) for place, expected, got, at in found] == (
        violations
    )


def test_a_body_that_is_missing_or_of_another_media_type(pets: OpenApiDefinition) -> None:
    [(place, expected, _, pointer)] = asked(pets, "POST", "/pets")
    assert (place, expected, pointer) == ("request.body", "a body of application/json", "/parameters/pet")
    headers = {"content-type": ("text/plain",)}
    assert asked(pets, "POST", "/pets", headers=headers, body=TextBody("Rex", "text/plain")) == [
        ("request.headers['content-type']", "application/json", "text/plain", "/consumes")
    ]


@pytest.mark.parametrize(
    ("form", "violations"),
    [
        ("name=Rex&ages=1,2&toys=1&toys=2", []),
        (
            "ages=1",
            [("request.body.name", 'the member "name"', "/paths/~1pets~1{id}~1{colours}/post/parameters")],
        ),
        (
            "name=Rexxxx",
            [
                (
                    "request.body.name",
                    "a string of at most 5 characters",
                    "/paths/~1pets~1{id}~1{colours}/post/parameters/2/maxLength",
                )
            ],
        ),
        (
            "name=Rex&ages=1,b",
            [("request.body.ages[1]", "an integer", "/paths/~1pets~1{id}~1{colours}/post/parameters/3/items/type")],
        ),
    ],
)
def test_fields_of_a_form_are_the_body(
    pets: OpenApiDefinition, form: str, violations: list[tuple[str, str, str]]
) -> None:
    found = asked(pets, "POST", "/pets/7/red", headers={"content-type": (FORM,)}, body=TextBody(form, FORM))
    assert [(place, expected, pointer) for place, expected, _, pointer in found] == violations


def test_files_come_as_multipart_and_go_as_bytes(pets: OpenApiDefinition) -> None:
    surface = SurfaceReader(pets.documents).surface_of(pets.operation("setPhoto"))
    assert surface.body is not None
    assert [each.media_type for each in surface.body.contents] == ["multipart/form-data"]
    answer = pets.answer(pets.operation("setPhoto"), seed="a").response
    assert isinstance(answer.body, BinaryBody) and answer.body.media_type == "image/png"


def test_answers_are_checked_and_made(pets: OpenApiDefinition) -> None:
    listing = pets.operation("listPets")
    wrong = HttpResponse(status=200, headers={"x-total": ("many",)}, body=JsonBody([{"id": 1, "name": "a", "kind": 2}]))
    assert [(str(each.location), each.expected, each.pointer) for each in pets.check_response(listing, wrong)] == [
        ("response.headers['x-total']", "an integer", "/paths/~1pets/get/responses/200/headers/X-Total/type"),
        ("response.body[0].kind", "a string", "/definitions/Pet/properties/kind/type"),
    ]
    made = pets.answer(listing, seed="a").response
    assert pets.check_response(listing, made) == ()
    gone = pets.answer(pets.operation("addPet"), seed="a", status=410).response
    assert isinstance(gone.body, JsonBody) and set(gone.body.value) == {"title"}


def test_an_example_that_does_not_fit_is_told_with_its_line(loaded: LoadedDefinition, pets: OpenApiDefinition) -> None:
    pets.answer(pets.operation("listPets"), seed="a")
    assert [(each.sentence, each.pointer, each.line) for each in pets.warnings()] == [
        (
            'An example does not fit its schema at [0].id: expected the member "id".',
            "/paths/~1pets/get/responses/200/examples/application~1json",
            42,
        )
    ]
    assert loaded.line_of("/definitions/Pet/properties/name") == 77


def test_pieces_in_other_files_keep_their_places(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(
        "swagger: 2.0\nhost: a.example.com\npaths:\n  /pets: {$ref: pets.yaml#/pets}\n  /lost: {$ref: lost.yaml}\n"
    )
    (tmp_path / "pets.yaml").write_text(
        "pets:\n  get:\n    parameters: [{$ref: '#/limit'}]\n    responses:\n"
        "      200: {description: one, schema: {$ref: '#/pet'}}\n"
        "limit: {name: limit, in: query, type: integer}\n"
        "pet: {type: object, required: [name]}\n"
    )
    loaded = load_definition("api.yaml", root=tmp_path)
    definition = loaded.openapi
    operation = definition.operation("GET /pets")
    assert (operation.pointer, definition.base_paths) == ("pets.yaml#/pets/get", ("",))
    answer = HttpResponse(status=200, body=JsonBody({}))
    [violation] = definition.check_response(operation, answer)
    assert (violation.pointer, loaded.line_of(violation.pointer)) == ("pets.yaml#/pet/required", 7)
    route = definition.route(HttpRequest(method="GET", path="/pets", query={"limit": ("x",)}))
    assert route is not None
    assert [each.pointer for each in definition.check_request(route)] == ["pets.yaml#/limit/type"]
    assert [each.sentence for each in definition.warnings()] == [
        "The definition lost.yaml cannot be read. The path is left out."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{a: 7, b: {get: 8}, /c: {get: {parameters: 9, responses: [1]}}}",
        "{/d: {parameters: [1, {in: 7}, {$ref: '#/no'}], get: {consumes: 7, produces: [1], responses: {200: 7}}}}",
        "{/e: {get: {parameters: [{in: body}, {in: formData}], responses: {200: {schema: 7, headers: {a: 8}}}}}}",
        "{/f: {get: {responses: {200: {examples: 7}, 201: {headers: 8}, 202: {$ref: '#/no'}}}}}",
    ],
)
def test_pieces_that_make_no_sense_are_kept_for_others_to_tell(
    definition_of: Callable[[str], OpenApiDefinition], text: str
) -> None:
    definition = definition_of(f"swagger: '2.0'\nbasePath: 7\nsecurityDefinitions: {{a: 7}}\npaths: {text}")
    assert definition.base_paths == ("",)
