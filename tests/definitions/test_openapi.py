import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import DefinitionError, UnknownNameError
from contractkit.exact_json import Json
from contractkit.model import HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.sources import read_definition

Reader = Callable[[str], OpenApiDefinition]


def test_what_a_definition_says_of_itself(orders: OpenApiDefinition) -> None:
    assert orders.title == "Orders 1.2.0"
    assert orders.base_paths == ("/internal", "/v1")
    assert orders.credential_headers() == {"authorization", "x-api-key", "cookie"}
    assert orders.credential_query() == {"api_key"}
    assert orders.warnings() == ()


def test_operations_are_known_by_id_and_by_signature(orders: OpenApiDefinition) -> None:
    operation = orders.operation("listOrders")
    assert operation is orders.operation("GET /orders")
    assert (operation.statuses, operation.pointer, operation.summary) == (
        ("200",),
        "/paths/~1orders/get",
        "Orders, newest first",
    )
    assert orders.operation("DELETE /orders/{id}").name == "DELETE /orders/{id}"


def test_an_unknown_operation_suggests_the_nearest(orders: OpenApiDefinition) -> None:
    with pytest.raises(UnknownNameError) as error:
        orders.operation("getOrders")
    assert str(error.value) == (
        "Orders 1.2.0 has no operation 'getOrders'.\n\nDid you mean getOrder or listOrders or getLatestOrder?"
    )


def test_the_digest_is_of_the_content_not_of_its_spelling(definition_of: Reader) -> None:
    one = definition_of("openapi: 3.0.0\npaths: {}\ninfo: {title: a, version: '1'}")
    same = read_definition(b'{"info": {"version": "1", "title": "a"}, "openapi": "3.0.0", "paths": {}}', source="x")
    other = definition_of("openapi: 3.0.0\npaths: {}\ninfo: {title: a, version: '2'}")
    assert one.digest == same.definition.digest
    assert one.digest.startswith("sha256:") and one.digest != other.digest


@pytest.mark.parametrize(
    ("text", "place", "expected", "received"),
    [
        ("[1, 2]", "at the document's root", "an object", "[1,2]"),
        ("info: {}", "/openapi", 'a version such as "3.1.0"', "nothing"),
        ("openapi: 3.0", "/openapi", 'a version such as "3.1.0"', "3.0"),
        ("openapi: 4.0.0", "/openapi", 'a version such as "3.1.0"', '"4.0.0"'),
        ("swagger: '1.2'", "/swagger", '"2.0", or the member openapi instead', '"1.2"'),
        ("swagger: '2.0'", "/paths", "an object with the paths of the service", "nothing"),
        ("openapi: 3.0.0", "/paths", "an object with the paths of the service", "nothing"),
        ("openapi: 3.1.0\npaths: []", "/paths", "an object with the paths of the service", "[]"),
    ],
)
def test_what_is_no_openapi_document_is_refused(
    definition_of: Reader, text: str, place: str, expected: str, received: str
) -> None:
    with pytest.raises(DefinitionError) as error:
        definition_of(text)
    assert str(error.value) == (
        "The definition service.yaml is not an OpenAPI document.\n\n"
        f"  at         {place}\n  expected   {expected}\n  received   {received}\n\n"
        "Name the OpenAPI document itself: a file that starts with `openapi: 3.…` or `swagger: 2.0`."
    )


def test_mistakes_inside_a_document_are_warnings_with_their_lines(definition_of: Reader) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        paths:
          orders: {}
          /a:
            get: {operationId: a, responses: {'200': {description: x}}}
            put: nonsense
            post: {operationId: a}
          /b: {$ref: '#/components/pathItems/none'}
        """
    )
    assert [operation.name for operation in definition.operations] == ["a", "POST /a"]
    assert [(each.sentence, each.pointer, each.line) for each in definition.warnings()] == [
        ("The path 'orders' does not start with a slash and is left out.", "/paths/orders", 3),
        ("The operation PUT is not an object and is left out.", "/paths/~1a/put", 6),
        (
            "The operationId 'a' stands twice; this operation is named 'POST /a' instead.",
            "/paths/~1a/post",
            7,
        ),
        ("The operation POST /a declares no responses.", "/paths/~1a/post", 7),
        ("A $ref leads nowhere: #/components/pathItems/none. The path is left out.", "/paths/~1b", 8),
    ]


def test_mistakes_inside_an_operation_are_warnings_when_it_is_used(definition_of: Reader) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        paths:
          /a/{id}:
            get:
              parameters:
                - {name: ID, in: path, required: true, schema: {type: integer}}
                - {name: it, in: body, schema: {type: integer}}
                - {in: query, schema: {type: integer}}
                - nonsense
              responses:
                '200': {description: x}
                20x: {description: y}
                ok: {description: z}
                '404': {$ref: '#/components/responses/none'}
                x-note: {description: kept}
        """
    )
    route = definition.route(HttpRequest(method="GET", path="/a/7"))
    assert route is not None
    assert definition.check_request(route) == ()
    assert route.operation.statuses == ("200", "404")
    operation = "/paths/~1a~1{id}/get"
    assert [(each.sentence, each.pointer, each.line) for each in definition.warnings()] == [
        (
            'The parameter is in "body", not in one of cookie, header, path, query, querystring; it is left out.',
            f"{operation}/parameters/1",
            7,
        ),
        ("The parameter has no name and is left out.", f"{operation}/parameters/2", 8),
        ('A parameter is an object, not "nonsense"; it is left out.', f"{operation}/parameters/3", 9),
        ("The path /a/{id} has no {ID}; the parameter is passed over.", f"{operation}/parameters/0", 6),
        ("No parameter describes {id} of /a/{id}; any text is allowed there.", operation, 4),
        ("'20x' is no status; the response is left out.", f"{operation}/responses/20x", 12),
        ("'ok' is no status; the response is left out.", f"{operation}/responses/ok", 13),
        (
            "A $ref leads nowhere: #/components/responses/none. The response is left out.",
            f"{operation}/responses/404",
            14,
        ),
    ]


def test_a_reference_that_leads_nowhere_is_told_where_it_is_used(answering: Callable[..., OpenApiDefinition]) -> None:
    definition = answering("{$ref: '#/components/schemas/Ordr'}", components="Order: {type: object}")
    with pytest.raises(DefinitionError) as error:
        definition.answer(definition.operation("get"), seed="a")
    schema = "/paths/~1it/get/responses/200/content/application~1json/schema"
    assert str(error.value) == (
        "A $ref leads nowhere: #/components/schemas/Ordr\n\n"
        f"  at        service.yaml#{schema}/$ref\n"
        "  reached   /components/schemas\n"
        "  missing   Ordr\n\n"
        "Did you mean Order?"
    )


def test_a_reference_may_lead_to_an_anchor(answering: Callable[..., OpenApiDefinition]) -> None:
    definition = answering("{$ref: '#order'}", version="3.1.0", components="Order: {$anchor: order, const: 7}")
    assert definition.answer(definition.operation("get"), seed="a").response.body == JsonBody(7)


def test_an_anchor_that_is_not_there_is_told(answering: Callable[..., OpenApiDefinition]) -> None:
    definition = answering("{$ref: '#Order'}", version="3.1.0", components="Order: {$anchor: order, const: 7}")
    with pytest.raises(DefinitionError) as error:
        definition.answer(definition.operation("get"), seed="a")
    assert str(error.value) == (
        "A $ref leads to no anchor: #Order\n\n"
        "  at   service.yaml#/paths/~1it/get/responses/200/content/application~1json/schema/$ref\n\n"
        "Did you mean order? A reference to a schema by name is written #/components/schemas/NAME."
    )


def test_a_document_of_webhooks_alone_has_no_operations(definition_of: Reader) -> None:
    assert definition_of("openapi: 3.1.0\nwebhooks: {}").operations == ()


def test_openapi_3_2_knows_the_method_query(definition_of: Reader) -> None:
    definition = definition_of(
        "openapi: 3.2.0\npaths: {/a: {query: {operationId: ask, responses: {'204': {description: x}}}}}"
    )
    route = definition.route(HttpRequest(method="QUERY", path="/a"))
    assert route is not None and route.operation.name == "ask"


def test_openapi_3_2_knows_further_methods_and_the_whole_query(definition_of: Reader) -> None:
    definition = definition_of(
        """\
        openapi: 3.2.0
        $self: https://example.com/apis/search.yaml
        tags: [{name: a, parent: b, kind: nav}]
        paths:
          /a:
            additionalOperations:
              COPY: {operationId: copy, responses: {'204': {description: copied}}}
            get:
              operationId: search
              parameters:
                - name: all
                  in: querystring
                  required: true
                  content:
                    application/x-www-form-urlencoded:
                      schema: {type: object, properties: {q: {type: integer}, tag: {type: array}}}
              responses:
                '200':
                  description: a stream
                  content: {application/jsonl: {itemSchema: {type: integer}}}
          /b:
            get:
              parameters:
                - name: all
                  in: querystring
                  content: {application/json: {schema: {type: array, items: {type: integer}}}}
              responses:
                '200': {description: it, content: {application/json: {$ref: '#/components/mediaTypes/it'}}}
        components:
          mediaTypes:
            it: {schema: {$ref: 'https://example.com/apis/search.yaml#/components/schemas/It'}}
          schemas:
            It: {const: 7}
        """
    )
    assert [each.signature for each in definition.operations] == ["GET /a", "COPY /a", "GET /b"]
    assert definition.route(HttpRequest(method="COPY", path="/a")) is not None

    def asked(path: str, **query: tuple[str | None, ...]) -> list[tuple[str, str]]:
        route = definition.route(HttpRequest(method="GET", path=path, query=query))
        assert route is not None
        return [(str(each.location), each.expected) for each in definition.check_request(route)]

    assert asked("/a") == [("request.query", "the query all")]
    assert asked("/a", q=("7",), tag=("x", "y")) == []
    assert asked("/a", q=("x",)) == [("request.query.q", "an integer")]
    assert asked("/b", **{"[1,2]": (None,)}) == []
    assert asked("/b", **{'["x"]': (None,)}) == [("request.query[0]", "an integer")]
    assert definition.answer(definition.operation("GET /b"), seed="a").response.body == JsonBody(7)
    streamed = HttpResponse(status=200, body=TextBody("1\n2\n", "application/jsonl"))
    assert definition.check_response(definition.operation("search"), streamed) == ()


def test_a_discriminator_of_openapi_3_2_may_have_a_default(definition_of: Reader) -> None:
    definition = definition_of(
        """\
        openapi: 3.2.0
        paths:
          /pets:
            post:
              requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
              responses: {'204': {description: kept}}
        components:
          schemas:
            Pet:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Other'}]
              discriminator: {propertyName: kind, mapping: {cat: Cat}, defaultMapping: Other}
            Cat: {type: object, required: [purrs], properties: {kind: {type: string}}}
            Other: {type: object, required: [noise], properties: {kind: {type: string}}}
        """
    )

    def judged(value: Json) -> list[str]:
        route = definition.route(HttpRequest(method="POST", path="/pets", body=JsonBody(value)))
        assert route is not None
        return [f"{each.location}: {each.expected}" for each in definition.check_request(route)]

    assert judged({"kind": "cat", "purrs": True}) == []
    assert judged({"kind": "cat", "noise": "x"}) == ['request.body.purrs: the member "purrs"']
    assert judged({"kind": "dog", "noise": "wau"}) == []
    assert judged({"noise": "wau"}) == []
    assert judged({"purrs": True}) == ['request.body.noise: the member "noise"']


def test_variables_of_servers_stand_for_all_their_values(definition_of: Reader) -> None:
    definition = definition_of(
        """\
        openapi: 3.0.0
        servers:
          - url: 'https://{region}.example.com/{stage}/{version}'
            variables:
              region: {default: eu, enum: [eu, us]}
              stage: {default: live, enum: [live, test]}
              version: {default: v2, enum: [v1, v2]}
          - url: '{anywhere}/api'
            variables: {anywhere: {default: 'https://x.example.com/base'}}
        paths: {/a: {get: {responses: {'204': {description: it}}}}}
        """
    )
    assert definition.base_paths == ("/base/api", "/live/v2", "/live/v1", "/test/v2", "/test/v1")
    assert definition.route(HttpRequest(method="GET", path="/test/v1/a")) is not None


def test_the_servers_of_a_path_count_behind_its_reference(definition_of: Reader) -> None:
    definition = definition_of(
        """
        openapi: 3.1.0
        paths: {/orders: {$ref: '#/components/pathItems/Orders'}}
        components:
          pathItems: {Orders: {servers: [{url: 'https://api.example/shop'}], get: {responses: {'204': {}}}}}
        """
    )
    assert definition.base_paths == ("/shop",)


def test_recorded_parameters_name_what_the_request_carries(orders: OpenApiDefinition) -> None:
    request = HttpRequest(method="GET", path="/orders", query={"created[gte]": ("1",), "x": ("1",), "size": ("3",)})
    route = orders.route(request)
    assert route is not None
    recorded = orders.recorded_parameters(route)
    assert recorded["header"] == {"x-tenant", "x-flags"}
    assert recorded["cookie"] == {"session"}
    assert recorded["query"] == {
        *("limit", "status", "ids", "tag", "sizes", "words", "created", "page", "filter"),
        *("created[gte]", "size"),
    }


def test_loading_a_definition_loads_neither_the_engine_nor_the_network() -> None:
    program = (
        "import sys\n"
        "from contractkit.sources import load_definition\n"
        f"load_definition({str(Path(__file__).parent / 'orders.yaml')!r}).definition.operations\n"
        "print(sorted({'openapi_core', 'jsonschema', 'jsonschema_rs', 'httpx', 'pydantic'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"
