"""Bodies of items are judged and answered item by item, in both directions; what cannot be judged is a warning."""

from collections.abc import Callable, Mapping

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json, dump_compact
from contractkit.model import BinaryBody, Body, HttpRequest, HttpResponse, JsonBody, TextBody
from contractkit.results import Violation
from contractkit.sources import read_definition

Reader = Callable[[str], OpenApiDefinition]

ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
EVENT = {
    "type": "object",
    "required": ["event"],
    "properties": {
        "event": {"enum": ["added", "removed"]},
        "data": {"type": "string", "minLength": 2},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "retry": {"type": "integer", "maximum": 9000},
    },
}
LINES, RECORDS, EVENTS = "application/jsonl", "application/json-seq", "text/event-stream"
EVENTS_OF_TWO = "id: 1\ndata: a cup\ndata: of tea\n\nretry: 7\ndata: late\n\n"


def definition(media_type: str, media: Mapping[str, object]) -> OpenApiDefinition:
    content = {"content": {media_type: media}}
    operation = {
        "operationId": "follow",
        "requestBody": {**content, "required": True},
        "responses": {"200": {"description": "a stream", **content}},
    }
    document = {"openapi": "3.2.0", "paths": {"/it": {"post": operation}}}
    return read_definition(dump_compact(document), source="streams.json").openapi


def violations(given: OpenApiDefinition, body: Body, media_type: str) -> tuple[Violation, ...]:
    headers = {"content-type": (media_type,)}
    response = HttpResponse(status=200, headers=headers, body=body)
    return given.check_response(given.operation("follow"), response)


def judged(media_type: str, item: Mapping[str, object], text: str) -> list[str]:
    given = definition(media_type, {"itemSchema": item})
    route = given.route(
        HttpRequest(method="POST", path="/it", headers={"content-type": (media_type,)}, body=TextBody(text, media_type))
    )
    assert route is not None
    asked, answered = given.check_request(route), violations(given, TextBody(text, media_type), media_type)
    said = [f"{each.location}: {each.expected}" for each in answered]
    assert [f"{each.location}: {each.expected}".replace("request", "response", 1) for each in asked] == said
    return said


@pytest.mark.parametrize(
    ("media_type", "text", "expected"),
    [
        (LINES, '{"id":1}\n{"id":2}\n', []),
        (LINES, '{"id":1}\r\n\r\n {"id":2}', []),
        (LINES, '{"id":1,"text":"a\u2028b\x85c"}\n', []),
        (LINES, '{"id":1}\n{"id":"two"}\n{}\n', [
            "response.body[1].id: an integer",
            'response.body[2].id: the member "id"',
        ]),
        (LINES, '[{"id":1},{"id":2}]', ["response.body[0]: an object"]),
        (LINES, '{"id":1}\n{"id":\n', ["response.body[1]: an item of JSON"]),
        ("application/x-ndjson; charset=utf-8", "{}\n", ['response.body[0].id: the member "id"']),
        ("application/x-jsonlines", "{}\n", ['response.body[0].id: the member "id"']),
        (RECORDS, '\x1e{"id":\n1}\n\x1e{"id":2}\n', []),
        (RECORDS, '\x1e{"id":1}\n\x1e{"id":"two"}\n', ["response.body[1].id: an integer"]),
        (RECORDS, '{"id":1}\n', ["response.body[0]: an item of JSON"]),
        ("application/geo+json-seq", "\x1e{}\n", ['response.body[0].id: the member "id"']),
    ],
)  # fmt: skip
def test_each_item_of_json_is_judged(media_type: str, text: str, expected: list[str]) -> None:
    assert judged(media_type, ITEM, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event: added\ndata: cup\n\n", []),
        ("\ufeffevent:added\r\ndata:cup\r\n\r\nevent: removed\rdata: cup\r\r", []),
        ("event: added\ndata: a\ndata:\n\n", []),
        (": still here\n\nretry: 5000\n\nevent: unheard\n\n", []),
        ("event: added\ndata: cup\nunknown: field\n: comment\nretry: soon\n\n", []),
        ('{"event":"added"}\n', ["response.body[0]: an event with data"]),
        ("data: cup\n\n", ['response.body[0].event: the member "event"']),
        ("event: added\ndata: cup\n\nevent: broken\ndata: cup", ['response.body[1].event: one of "added", "removed"']),
        ("event: added\ndata\n\n", ["response.body[0].data: a string of at least 2 characters"]),
        ("event: added\ndata: cup\nid: x\n\n", ["response.body[0].id: a string that matches ^[0-9]+$"]),
        ("event: added\ndata: cup\nretry: 9001\n\n", ["response.body[0].retry: an integer of at most 9000"]),
        (f"event: added\ndata: cup\nretry: {'9' * 5000}\n\n", []),
    ],
)
def test_each_event_of_a_stream_is_judged_by_its_fields(text: str, expected: list[str]) -> None:
    assert judged(EVENTS, EVENT, text) == expected


def test_a_violation_names_what_came_and_what_says_so() -> None:
    given = definition(LINES, {"itemSchema": ITEM})
    says = "/paths/~1it/post/responses/200/content/application~1jsonl/itemSchema"
    found = violations(given, TextBody('{"id":"two"}\nnone\n', LINES), LINES)
    assert [(str(each.location), each.received, each.pointer) for each in found] == [
        ("response.body[0].id", "two", f"{says}/properties/id/type"),
        ("response.body[1]", "none", says),
    ]


def test_bytes_and_a_single_value_are_items_too() -> None:
    given = definition(LINES, {"itemSchema": ITEM})
    bodies: list[Body] = [BinaryBody(b'{"id":1}\n{}', LINES), JsonBody({}, LINES), JsonBody({"id": 1}, LINES)]
    assert [[str(each.location) for each in violations(given, body, LINES)] for body in bodies] == [
        ["response.body[1].id"],
        ["response.body[0].id"],
        [],
    ]


def test_the_schema_beside_it_speaks_of_the_list_of_items() -> None:
    given = definition(LINES, {"itemSchema": ITEM, "schema": {"type": "array", "maxItems": 1}})
    found = violations(given, TextBody('{"id":1}\n{"id":2}\n', LINES), LINES)
    assert [f"{each.location}: {each.expected}" for each in found] == ["response.body: a list of at most 1 element"]


@pytest.mark.parametrize(
    "media_type", [LINES, "application/x-ndjson", "application/json-seq", "application/geo+json-seq"]
)
def test_what_is_answered_is_a_sequence_of_made_items(media_type: str) -> None:
    given = definition(media_type, {"itemSchema": ITEM})
    answer = given.answer(given.operation("follow"), seed="a").response
    assert isinstance(answer.body, TextBody)
    assert answer.headers["content-type"] == (media_type,)
    assert answer.body.text.count("\n") == 2
    assert given.check_response(given.operation("follow"), answer) == ()
    assert given.warnings() == ()


def test_events_are_made_with_the_fields_that_are_described() -> None:
    given = definition(EVENTS, {"itemSchema": EVENT})
    answer = given.answer(given.operation("follow"), seed="a").response
    assert isinstance(answer.body, TextBody)
    first, second, end = answer.body.text.split("\n\n")
    assert [line.partition(": ")[0] for line in first.split("\n")] == ["event", "id", "retry", "data"]
    assert (first == second, end) == (False, "")
    assert given.check_response(given.operation("follow"), answer) == ()


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ([{"data": "a cup\nof tea", "id": "1"}, {"data": "late", "retry": 7}], EVENTS_OF_TWO),
        ({"data": "late", "retry": 7}, "retry: 7\ndata: late\n\n"),
        ("data: late\n\n", "data: late\n\n"),
        ({"data": {"id": 1}}, 'data: {"id":1}\n\n'),
        ({"event": "ping"}, "event: ping\ndata: {}\n\n"),
        (7, "data: 7\n\n"),
    ],
)
def test_examples_and_replies_are_items_or_the_text_itself(said: Json, text: str) -> None:
    by_example = definition(EVENTS, {"itemSchema": {}, "example": said})
    by_reply = definition(EVENTS, {"itemSchema": {}})
    answers = [
        by_example.answer(by_example.operation("follow"), seed="a"),
        by_reply.answer(by_reply.operation("follow"), seed="a", body=JsonBody(said, EVENTS)),
    ]
    assert [answer.response.body for answer in answers] == [TextBody(text, EVENTS)] * 2


def test_a_text_as_example_is_the_answer_and_fits() -> None:
    given = definition(EVENTS, {"itemSchema": EVENT, "example": "event: added\ndata: cup\n\n"})
    answer = given.answer(given.operation("follow"), seed="a").response
    assert answer.body == TextBody("event: added\ndata: cup\n\n", EVENTS)
    assert given.check_response(given.operation("follow"), answer) == ()


@pytest.mark.parametrize(("name", "written"), [("itemEncoding", {}), ("prefixEncoding", [{}])])
def test_how_parts_without_names_are_written_is_a_warning(name: str, written: Json) -> None:
    given = definition("multipart/mixed", {"schema": {"type": "array"}, name: written})
    given.answer(given.operation("follow"), seed="a")
    assert {each.sentence for each in given.warnings()} == {
        f"{name} checks nothing of multipart/mixed: parts without names are not looked into."
    }


@pytest.mark.parametrize("media_type", ["application/json", "multipart/mixed", "*/*"])
def test_items_of_other_media_types_are_a_warning(media_type: str) -> None:
    given = definition(media_type, {"itemSchema": ITEM})
    given.answer(given.operation("follow"), seed="a")
    known = "application/jsonl, application/x-ndjson, application/json-seq and text/event-stream"
    sentence = f"itemSchema is read for {known}; it checks nothing of {media_type}."
    place = f"content/{media_type.replace('/', '~1')}/itemSchema"
    assert [(each.sentence, each.pointer) for each in given.warnings()] == [
        (sentence, f"/paths/~1it/post/requestBody/{place}"),
        (sentence, f"/paths/~1it/post/responses/200/{place}"),
    ]
