"""What replies and expected requests with matchers leave in a contract, and which of them are refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from contractkit.document import dump_contract
from contractkit.errors import ContractkitError, InteractionClashError, MatcherError, RecordingError, ReplyError
from contractkit.exact_json import Json
from contractkit.matchers import (
    array_containing,
    content_type,
    date,
    each_like,
    equal_to,
    from_provider_state,
    integer,
    like,
    null,
    regex,
    status,
    string,
    stub_url,
    uuid,
)
from contractkit.matching import compile_comparison
from contractkit.model import HttpRequest, JsonBody
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.recording.joining import join_contracts
from contractkit.sources.loading import read_definition

Make: TypeAlias = Callable[..., HttpRequest]
DRAWN = "650e8400-e29b-41d4-a716-446655440000"
ID = "550e8400-e29b-41d4-a716-446655440000"
TYPE = {"combine": "AND", "matchers": [{"match": "type"}]}


def only(session: StubSession) -> Any:
    """Give the only interaction as the contract file has it."""
    (interaction,) = json.loads(dump_contract(session.contract()))["interactions"]
    return interaction


def rules(*matchers: Json) -> Json:
    return {"combine": "AND", "matchers": list(matchers)}


def told(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value)


def test_a_reply_is_served_as_its_examples_and_expected_by_its_matchers(session: StubSession, request_of: Make) -> None:
    written = {"id": integer(), "total": 12.5, "note": regex("[a-z]+", "gift"), "buyer": equal_to({"name": "Ann"})}
    session.on("getOrder").reply(status("success"), written, {"ETag": string("v1")})
    served = session.handle(request_of("GET", "/orders/7"))
    number = served.body.value["id"] if isinstance(served.body, JsonBody) else None
    assert (served.status, type(number)) == (200, int)
    assert only(session)["response"] == {
        "status": 200,
        "headers": {"content-type": ["application/json"], "etag": ["v1"]},
        "body": {
            "content": {"id": number, "total": 12.5, "note": "gift", "buyer": {"name": "Ann"}},
            "contentType": "application/json",
            "encoded": False,
        },
        "matchingRules": {
            "status": rules({"match": "statusCode", "status": "success"}),
            "header": {"etag": TYPE},
            "body": {
                "$": TYPE,
                "$.id": rules({"match": "integer"}),
                "$.note": rules({"match": "regex", "regex": "[a-z]+"}),
                "$.buyer": rules({"match": "equality"}),
            },
        },
    }


def test_an_example_that_nobody_wrote_is_the_same_each_run(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").reply(200, {"note": uuid(), "id": integer()})
    first, second = (session.handle(request_of("GET", "/orders/7")) for _ in range(2))
    assert first.body == second.body
    assert len(session.contract().interactions) == 1


def test_a_list_keeps_the_examples_that_its_matcher_demands(session: StubSession, request_of: Make) -> None:
    session.on("listOrders").reply(200, each_like({"id": integer(3), "total": 2.5}, min=2))
    session.handle(request_of("GET", "/orders"))
    response = only(session)["response"]
    assert response["body"]["content"] == [{"id": 3, "total": 2.5}] * 2
    assert response["matchingRules"] == {
        "body": {"$": rules({"match": "type", "min": 2}), "$[*].id": rules({"match": "integer"})}
    }


def test_all_variants_of_a_list_are_examples(session: StubSession, request_of: Make) -> None:
    session.on("listOrders").reply(200, array_containing({"id": 1, "total": like(2.5)}, {"id": 2, "total": 3.5}))
    session.handle(request_of("GET", "/orders"))
    response = only(session)["response"]
    assert response["body"]["content"] == [{"id": 1, "total": 2.5}, {"id": 2, "total": 3.5}]
    assert response["matchingRules"] == {
        "body": {
            "$": rules(
                {
                    "match": "arrayContains",
                    "variants": [{"index": 0, "rules": {"$.total": TYPE}}, {"index": 1, "rules": {}}],
                }
            )
        }
    }


def test_what_is_matched_exactly_is_served_without_synthesised_members(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").reply(200, equal_to({"id": 7, "total": 2.5}))
    served = session.handle(request_of("GET", "/orders/7"))
    assert served.body == JsonBody({"id": 7, "total": 2.5})
    assert only(session)["response"]["matchingRules"] == {"body": {"$": rules({"match": "equality"})}}


def test_a_url_leads_to_the_stub_and_is_recorded_as_written(
    session: StubSession, provider: StubbedProvider, request_of: Make
) -> None:
    session.on("getOrder").reply(200, {"note": stub_url(".*(/orders/[0-9]+)", "http://localhost/orders/8")})
    served = session.handle(request_of("GET", "/orders/7"))
    assert isinstance(served.body, JsonBody)
    assert served.body.value["note"] == f"{provider.url}/orders/8"
    assert only(session)["response"]["body"]["content"]["note"] == "http://localhost/orders/8"


def test_an_expected_request_is_recorded_by_its_examples(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").expects(
        path={"id": from_provider_state("${id}", 7)}, headers={"Idempotency-Key": uuid(ID)}
    ).reply(200, {"total": 2.5})
    served = session.handle(request_of("GET", "/orders/1234", idempotency_key=DRAWN))
    assert (served.status, session.take_errors()) == (200, ())
    interaction = only(session)
    assert interaction["description"] == "getOrder id=7 answers 200"
    assert interaction["request"] == {
        "method": "GET",
        "path": "/orders/7",
        "headers": {"idempotency-key": [ID]},
        "matchingRules": {
            "path": rules({"match": "regex", "regex": "/orders/[^/]+"}),
            "header": {
                "idempotency-key": rules(
                    {"match": "regex", "regex": "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"}
                )
            },
        },
        "generators": {"path": {"type": "ProviderState", "expression": "/orders/${id}", "dataType": "STRING"}},
    }


def test_an_expected_credential_is_recorded_as_the_placeholder(session: StubSession, request_of: Make) -> None:
    session.on("listOrders").expects(headers={"Authorization": like("Bearer s3cr3t")}, query={"key": "k3y"})
    session.handle(request_of("GET", "/orders?key=k3y", authorization="Bearer other"))
    request = only(session)["request"]
    assert (request["headers"], request["query"]) == ({"authorization": ["[credential]"]}, {"key": ["[credential]"]})


def test_expected_query_parameters_stand_beside_those_that_are_not_named(
    session: StubSession, request_of: Make
) -> None:
    session.on("listOrders").expects(query={"tag": ["a", regex("b+", "b")]})
    session.handle(request_of("GET", "/orders?limit=5&tag=a&tag=bbb"))
    request = only(session)["request"]
    assert request["query"] == {"limit": ["5"], "tag": ["a", "b"]}
    assert request["matchingRules"] == {"query": {"tag[1]": rules({"match": "regex", "regex": "b+"})}}


def test_a_request_that_is_not_expected_fails_the_test_with_every_place(session: StubSession, request_of: Make) -> None:
    session.on("listOrders").expects(query={"limit": 10}, headers={"X-Tenant": "a"})
    assert session.handle(request_of("GET", "/orders?limit=5")).status == 500
    (error,) = session.take_errors()
    assert str(error) == (
        "shop sent orders a request that the test does not expect.\n\n"
        "  operation   listOrders\n"
        "  at          request.query.limit\n"
        '  expected    exactly "10"\n'
        '  received    "5"\n'
        "  at          request.headers['x-tenant']\n"
        '  expected    exactly "a"\n'
        "  received    nothing\n\n"
        "Mend the client, or what .expects(…) says."
    )
    assert session.contract().interactions == ()


def test_an_expectation_that_no_request_met_fails_the_test(session: StubSession) -> None:
    session.on("getOrder").expects(path={"id": 8})
    (error,) = session.take_errors()
    assert str(error) == (
        "The test declared what no request to orders used.\n\n"
        "  expects   getOrder with path id\n\n"
        "Remove it, or let the client make the call."
    )


def test_an_expected_example_that_the_definition_does_not_allow_is_refused(
    session: StubSession, request_of: Make
) -> None:
    session.on("getOrder").expects(path={"id": string("abc")})
    session.handle(request_of("GET", "/orders/7"))
    (error,) = session.take_errors()
    assert str(error) == (
        "The expected request to getOrder contradicts the definition.\n\n"
        "  at           request.path.id\n"
        "  expected     an integer\n"
        '  received     "abc"\n'
        "  defined at   /paths/~1orders~1{id}/parameters/0/schema/type\n\n"
        "Expect what Orders 1.0.0 allows, or mend the definition."
    )


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (
            {"note": regex("[0-9]+", "abc")},
            MatcherError,
            "An example in the reply to getOrder does not fit its own matcher.\n\n"
            "  at         response.body.note\n"
            '  expected   a value matching [0-9]+, for example "abc"\n'
            '  received   "abc"\n\n'
            "Write an example that the matcher accepts.",
        ),
        (
            {"note": regex("12345", "[0-9]+")},
            MatcherError,
            "An example in the reply to getOrder does not fit its own matcher.\n\n"
            "  at         response.body.note\n"
            '  expected   a value matching 12345, for example "[0-9]+"\n'
            '  received   "[0-9]+"\n\n'
            "Have pattern and example changed places? It is regex(pattern, example).",
        ),
        (
            {"note": regex("a(?=b)", "ab")},
            MatcherError,
            "A pattern in the reply to getOrder cannot be run by every verifier.\n\n"
            "  at         response.body.note\n"
            "  expected   a pattern without look-around, back-references and possessive repetition\n"
            "  received   a(?=b)\n\n"
            "Say it with alternatives and classes.",
        ),
        (
            {"note": regex("a(", "ab")},
            MatcherError,
            "A matcher in the reply to getOrder cannot be used.\n\n"
            "  at        response.body.note\n"
            "  matcher   regex\n"
            "  problem   its pattern a( is not a regular expression, or too large",
        ),
        (
            {"note": date("2024", "bbb")},
            MatcherError,
            "A matcher in the reply to getOrder cannot be used.\n\n"
            "  at        response.body.note\n"
            "  matcher   date\n"
            "  problem   its format bbb holds bbb, which contractkit does not know",
        ),
        (
            {"id": null()},
            ReplyError,
            "The reply 200 to getOrder contradicts the definition.\n\n"
            "  at           response.body.id\n"
            "  expected     an integer\n"
            "  received     null\n"
            "  defined at   /components/schemas/Order/properties/id/type\n\n"
            "Reply what the provider may really answer, or mend the definition.",
        ),
        (
            {"buyer": equal_to({})},
            ReplyError,
            "The reply 200 to getOrder contradicts the definition.\n\n"
            "  at           response.body.buyer.name\n"
            '  expected     the member "name"\n'
            "  received     nothing\n"
            "  defined at   /components/schemas/Order/properties/buyer/required\n\n"
            "Reply what the provider may really answer, or mend the definition.",
        ),
        (
            {"id": {"pact:matcher:type": "intger", "value": 3}},
            MatcherError,
            "The matcher 'intger' is not known.\n\n"
            "  at         pact:matcher:type\n"
            "  expected   the name of a matching rule, or a list of matchers\n\n"
            "Did you mean integer or number?",
        ),
    ],
)
def test_a_contradiction_is_refused_where_it_is_written(
    session: StubSession, body: object, error: type[ContractkitError], words: str
) -> None:
    with pytest.raises(error) as caught:
        session.on("getOrder").reply(200, body)
    assert told(caught) == words


def test_a_status_that_the_operation_does_not_declare_is_refused(session: StubSession) -> None:
    with pytest.raises(ReplyError) as caught:
        session.on("getOrder").reply(status("redirect"))
    assert told(caught) == (
        "The reply to getOrder contradicts the definition.\n\n"
        "  at           response.status\n"
        "  expected     one of 200, 404\n"
        "  received     the class redirect\n"
        "  defined at   /paths/~1orders~1{id}/get/responses\n\n"
        "Write an example: status(…, 200)."
    )


def test_a_path_parameter_that_is_not_there_is_refused(session: StubSession) -> None:
    with pytest.raises(MatcherError) as caught:
        session.on("getOrder").expects(path={"number": 7})
    assert told(caught) == (
        "The path of getOrder has no parameter number.\n\n  path       /orders/{id}\n  expected   id"
    )


def test_a_matcher_is_no_parameter_of_a_state(session: StubSession) -> None:
    with pytest.raises(MatcherError) as caught:
        session.given("order exists", id=like(7))
    assert told(caught) == (
        'A parameter of the state "order exists" is a plain value, no matcher.\n\n'
        "  at         id\n"
        "  expected   a JSON value\n"
        "  received   a matcher\n\n"
        "Write the example alone. What a state gives to requests, .expects(…) says."
    )


def test_two_tests_that_match_one_answer_otherwise_clash(provider: StubbedProvider, request_of: Make) -> None:
    contracts = []
    for line, matcher in ((3, integer(7)), (9, like(7))):
        origin = TestOrigin(node_id=f"test_it.py::test_{line}", file="test_it.py", source="none", line=line, thread=0)
        session = StubSession(provider, consumer="shop", origin=origin)
        session.on("getOrder").reply(200, {"id": matcher, "total": 2.5})
        session.handle(request_of("GET", "/orders/7"))
        contracts.append(session.contract())
        session.close()
    with pytest.raises(InteractionClashError) as caught:
        join_contracts(contracts)
    assert told(caught) == (
        "Two tests of shop expect different answers of orders to one request.\n\n"
        "  interaction   getOrder id=7 answers 200\n"
        "  given         no state\n"
        "  one test      test_it.py::test_3 (line 3)\n"
        '  expects       200 {"id":7,"total":2.5}\n'
        "  matched by    response.body.id integer\n"
        "  another       test_it.py::test_9 (line 9)\n"
        '  expects       200 {"id":7,"total":2.5}\n'
        "  matched by    response.body.id type\n\n"
        'Name the state in which each holds, before its call: .given("…"). Or let both match alike.'
    )


def test_a_message_of_a_procedure_is_expected_by_its_matchers(rpc: StubSession, client: Any, generated: Any) -> None:
    labels = each_like(regex("[a-z]+", "new"), min=2)
    rpc.on("GetItem").reply({"name": regex("[a-z]+", "lamp"), "size": {"width": like(1.5)}, "labels": labels})
    assert client.GetItem(generated.messages.GetItemRequest(id=7)).name == "lamp"
    (answer,) = only(rpc)["response"]
    assert answer["matchingRules"]["body"] == {
        "$": TYPE,
        "$.labels": rules({"match": "type", "min": 2}),
        "$.labels[*]": rules({"match": "regex", "regex": "[a-z]+"}),
        "$.name": rules({"match": "regex", "regex": "[a-z]+"}),
        "$.size.width": TYPE,
    }


def test_each_message_of_a_stream_has_its_own_matchers(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("ListItems").reply([{"name": like("a")}, {"name": regex("b+", "bb")}])
    assert [each.name for each in client.ListItems(generated.messages.ListItemsRequest())] == ["a", "bb"]
    (interaction,) = rpc.contract().interactions
    assert [(str(each.location), each.rules[0].name) for each in interaction.rules if "name" in str(each.location)] == [
        ("events[2].message.name", "type"),
        ("events[3].message.name", "regex"),
    ]


def shouted(value: object) -> object:
    """Give a message with its name in capitals; anything else as it is."""
    if not isinstance(value, JsonBody) or "name" not in value.value:
        return value
    return replace(value, value={**value.value, "name": value.value["name"].upper()})


def test_a_call_is_judged_by_the_matchers_of_its_message(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"name": regex("[a-z]+", "lamp")})
    client.GetItem(generated.messages.GetItemRequest(id=7))
    (interaction,) = rpc.contract().interactions
    compare = compile_comparison(interaction.exchange.parts(), interaction.rules)
    assert compare(interaction.exchange.parts()) == ()
    actual = [part._replace(value=shouted(part.value)) for part in interaction.exchange.parts()]
    (mismatch,) = compare(tuple(actual))
    assert (str(mismatch.location), mismatch.rule, mismatch.actual) == ("events[2].message.name", "regex", "LAMP")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"size": equal_to({"width": 1.5})},
            "A matcher in the reply to inventory.v1.Inventory/GetItem wants exactly a message.\n\n"
            "  at         message.size\n"
            "  expected   equal_to(…) on the fields that matter\n\n"
            "A message has fields that nobody wrote: their defaults.",
        ),
        (
            {"name": string()},
            "A matcher in the reply to inventory.v1.Inventory/GetItem needs an example.\n\n"
            "  at         message.name\n"
            "  expected   a value of the field's type\n\n"
            "Write one: over gRPC none is made.",
        ),
    ],
)
def test_what_no_message_can_be_matched_by_is_refused(rpc: StubSession, answer: object, words: str) -> None:
    with pytest.raises(MatcherError) as caught:
        rpc.on("GetItem").reply(answer)
    assert told(caught) == words


def test_nothing_is_expected_of_a_request_over_grpc(rpc: StubSession) -> None:
    with pytest.raises(RecordingError) as caught:
        rpc.on("GetItem").expects(body={"id": 7})
    assert told(caught) == (
        "Nothing can be expected of the requests to inventory.v1.Inventory/GetItem: it is called over gRPC.\n\n"
        "Look at what the client sent in .calls."
    )


CANNOT = "This cannot be expected of a request to {}.\n\n  at         {}\n  expected   {}\n  received   {}"


@pytest.mark.parametrize(
    ("operation", "said", "words"),
    [
        ("getOrder", {"path": "x"}, CANNOT.format("getOrder", "request.path", "a mapping of names to values", "'x'")),
        (
            "listOrders",
            {"query": ["limit"]},
            CANNOT.format("listOrders", "request.query", "a mapping of names to values", "['limit']"),
        ),
        (
            "listOrders",
            {"query": {"limit": []}},
            CANNOT.format("listOrders", "request.query.limit", "a text, a number or a boolean", "[]"),
        ),
        (
            "listOrders",
            {"headers": {None: "a"}},
            CANNOT.format("listOrders", "request.headers", "a mapping of names to values", "{None: 'a'}"),
        ),
        (
            "getOrder",
            {"body": object},
            CANNOT.format(
                "getOrder", "request.body", "a JSON value or a text", "Object of type type is not JSON serializable"
            ),
        ),
        (
            "getOrder",
            {"path": {"id": None}},
            "A value in the expected request to getOrder is no text.\n\n"
            "  at         request.path.id\n"
            "  expected   a text, a number or a boolean\n"
            "  received   null",
        ),
    ],
)
def test_what_no_request_can_be_is_refused(session: StubSession, operation: str, said: Any, words: str) -> None:
    with pytest.raises(MatcherError) as caught:
        session.on(operation).expects(**said)
    assert told(caught) == words


def test_a_header_is_matched_as_text(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").reply(200, None, {"ETag": integer(5)})
    assert session.handle(request_of("GET", "/orders/7")).headers["etag"] == ("5",)
    with pytest.raises(MatcherError) as caught:
        session.on("getOrder").reply(200, None, {"ETag": like({"a": 1})})
    assert told(caught) == (
        "A value in the reply to getOrder is no text.\n\n"
        "  at         response.headers.etag\n"
        "  expected   a text, a number or a boolean\n"
        '  received   {"a":1}'
    )


def test_a_value_that_holds_itself_is_refused(session: StubSession) -> None:
    endless: dict[str, Any] = {"id": like(7)}
    endless["buyer"] = endless
    with pytest.raises(MatcherError) as caught:
        session.on("getOrder").reply(200, endless)
    assert told(caught) == "A value with matchers is nested too deeply, or holds itself.\n\n  at   response.body"


@pytest.mark.parametrize(
    ("media_type", "matcher", "content", "rule"),
    [
        ("text/plain", regex("hello .*", "hello Ann"), "hello Ann", {"match": "regex", "regex": "hello .*"}),
        (
            "image/png",
            content_type("image/png", bytes.fromhex("89504e470d0a1a0a")),
            "iVBORw0KGgo=",
            {"match": "contentType", "value": "image/png"},
        ),
        ("image/png", equal_to(b"\x89PNG"), "iVBORw==", {"match": "equality"}),
    ],
)
def test_a_body_that_is_not_json_is_expected_where_a_matcher_stands_for_it(
    request_of: Make, media_type: str, matcher: object, content: str, rule: Json
) -> None:
    schema = "{type: string}" if media_type == "text/plain" else "{type: string, format: binary}"
    source = f"""\
openapi: 3.1.0
info: {{title: Notes, version: 1.0.0}}
paths:
  /note:
    get:
      operationId: getNote
      responses: {{'200': {{description: it, content: {{{media_type}: {{schema: {schema}}}}}}}}}
"""
    definition = read_definition(source.encode(), source="notes.yaml").definition
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)
    session = StubSession(StubbedProvider("notes", definition, source="notes.yaml"), consumer="shop", origin=origin)
    session.on("getNote").reply(200, matcher)
    session.handle(request_of("GET", "/note"))
    response = only(session)["response"]
    session.close()
    assert (response["body"]["content"], response["matchingRules"]) == (content, {"body": {"$": rules(rule)}})
