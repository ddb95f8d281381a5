"""Every schema rule in both directions, and refactorings that are no changes; operations rule by rule."""

import copy
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes import DefinitionChanges, Direction, Level
from contractkit.changes.operation_rules import OPERATION_RULES
from contractkit.changes.schema_rules import BRANCH_RULES, WHOLE_RULES
from contractkit.changes.sent_rules import SENT_RULES

CASES = yaml.safe_load((Path(__file__).parent / "schemas.yaml").read_text())
COMPONENTS = {
    "Cat": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "Dog": {"type": "object", "required": ["tail"], "properties": {"tail": {"type": "integer"}}},
    "Tree": {
        "type": "object",
        "properties": {"value": {"type": "string"}, "below": {"$ref": "#/components/schemas/Tree"}},
    },
}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/a/{id}": {
            "post": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "q",
                        "in": "query",
                        "allowEmptyValue": True,
                        "allowReserved": True,
                        "schema": {"type": "string"},
                    },
                ],
                "security": [{"key": []}],
                "callbacks": {"shipped": {"{$request.body#/url}": {"post": {"responses": {}}}}},
                "requestBody": {"content": {"application/json": {}, "text/plain": {}, "multipart/form-data": {}}},
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"A": {"required": True}, "B": {}, "C": {"required": True}},
                        "content": {"application/json": {}, "text/plain": {"schema": {"type": "string"}}},
                    },
                    "404": {"description": ""},
                },
            }
        },
        "/b": {
            "get": {
                "operationId": "listB",
                "deprecated": True,
                "x-sunset": "2028-01-31",
                "parameters": [
                    {"name": "p", "in": "query", "deprecated": True, "x-sunset": "2028-01-31", "schema": {}}
                ],
                "responses": {},
            }
        },
    },
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "k"}}},
}
Compare = Callable[[Any, Any], DefinitionChanges]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_schema_shows_these_changes(case: dict[str, Any], found_between: Callable[..., list[list[str]]]) -> None:
    assert found_between(case["old"], case["new"], **COMPONENTS) == case["found"]


def test_every_schema_rule_has_a_case() -> None:
    shown = {rule for case in CASES for rule, *_ in case["found"]}
    untold = {rule.id for rule in (*WHOLE_RULES, *BRANCH_RULES)} - shown
    of_heirs = {"request.heir.removed", "response.heir.added", "response.heir.removed"}  # see test_heirs
    assert untold == {"request.elements.limited", "response.elements.added", "response.pattern.changed"} | of_heirs


def test_a_bound_that_no_floating_point_number_holds_is_compared(found_between: Callable[..., list[list[str]]]) -> None:
    old, new = ({"type": "integer", "maximum": most} for most in (10**400, 10**400 - 1))
    assert [rule for rule, *_ in found_between(old, new)] == ["request.bound.tightened", "response.bound.tightened"]


def test_the_older_spelling_of_null_reads_alike(found_between: Callable[..., list[list[str]]]) -> None:
    old, new = {"type": "string"}, {"type": "string", "nullable": True}
    assert found_between(old, new, version="3.0.3") == [
        ["response.null.allowed", "response.body", "it was string and may now be null"]
    ]


def test_numbered_elements_and_lost_keywords_are_compared(found_between: Callable[..., list[list[str]]]) -> None:
    one, two = [{"type": "string"}], [{"type": "string"}, {"type": "integer"}]
    assert found_between({"prefixItems": two}, {"prefixItems": one})[0][0] == "request.elements.limited"
    assert found_between({"prefixItems": one}, {"prefixItems": two})[0][0] == "response.elements.added"
    assert found_between({"uniqueItems": True}, {})[0][0] == "response.keyword.changed"
    assert found_between({"pattern": "a"}, {})[0][0] == "response.pattern.changed"


def test_recursion_ends_and_shows_the_nearest_place(changes_between: Compare) -> None:
    def forest(value: dict[str, Any]) -> dict[str, Any]:
        tree = {"type": "object", "properties": {"value": value, "below": {"$ref": "#/components/schemas/Tree"}}}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}
        get = {"responses": {"200": {"description": "", "content": content}}}
        return {"openapi": "3.1.0", "paths": {"/t": {"get": get}}, "components": {"schemas": {"Tree": tree}}}

    found = changes_between(forest({"type": "string"}), forest({"type": ["string", "null"]})).changes
    assert [(change.rule, str(change.location)) for change in found] == [
        ("response.null.allowed", "response.body.value")
    ]


def test_a_change_names_declaration_and_use_on_both_sides(changes_between: Compare) -> None:
    old, new = copy.deepcopy(DOCUMENT), copy.deepcopy(DOCUMENT)
    for document, kind in ((old, "string"), (new, "integer")):
        content = document["paths"]["/a/{id}"]["post"]["responses"]["200"]["content"]
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/A"}}
        document["components"]["schemas"] = {"A": {"type": "object", "properties": {"b": {"type": kind}}}}
    change = changes_between(old, new).changes[0]
    used_at = "/paths/~1a~1{id}/post/responses/200/content/application~1json/schema"
    assert (change.rule, change.level, change.direction) == (
        "response.type.changed",
        Level.BREAKING,
        Direction.RESPONSE,
    )
    assert (change.operation, change.status, change.media_type) == ("POST /a/{id}", "200", "application/json")
    assert change.old is not None
    assert (change.old.pointer, change.old.used_at) == ("/components/schemas/A/properties/b/type", used_at)
    assert change.new is not None
    assert (change.new.pointer, change.new.used_at) == ("/components/schemas/A/properties/b/type", used_at)


def test_what_a_callback_sends_is_compared_as_answers_are(changes_between: Compare) -> None:
    def called(schema: Any) -> dict[str, Any]:
        document = copy.deepcopy(DOCUMENT)
        sent = {"content": {"application/json": {"schema": {"type": "object", "properties": schema}}}}
        post(document)["callbacks"]["shipped"]["{$request.body#/url}"]["post"]["requestBody"] = sent
        return document

    text = {"type": "string"}
    found = changes_between(called({"a": text, "b": text}), called({"a": {"type": ["string", "null"]}})).changes
    assert [(change.rule, change.operation, str(change.location)) for change in found] == [
        ("response.optional-member.removed", "POST shipped {$request.body#/url}", "request.body.b"),
        ("response.null.allowed", "POST shipped {$request.body#/url}", "request.body.a"),
    ]


def post(document: Any) -> Any:
    return document["paths"]["/a/{id}"]["post"]


def going(document: Any) -> Any:
    return document["paths"]["/b"]["get"]["parameters"][0]


OPERATION_CASES: list[tuple[str, Callable[[Any], Any]]] = [
    ("operation.removed", lambda new: new["paths"]["/a/{id}"].pop("post")),
    ("operation.deprecated", lambda new: post(new).update(deprecated=True)),
    ("operation.sunset-nearer", lambda new: new["paths"]["/b"]["get"].update({"x-sunset": "2027-01-31"})),
    ("operation.sunset-withdrawn", lambda new: new["paths"]["/b"]["get"].pop("x-sunset")),
    ("operation.stability-decreased", lambda new: post(new).update({"x-stability-level": "beta"})),
    ("operation.id-changed", lambda new: new["paths"]["/b"]["get"].update(operationId="list_b")),
    ("request.parameter.deprecated", lambda new: post(new)["parameters"][1].update(deprecated=True)),
    ("request.parameter.sunset-nearer", lambda new: going(new).update({"x-sunset": "2027-01-31"})),
    ("request.parameter.sunset-withdrawn", lambda new: going(new).update({"x-sunset": "some day"})),
    ("callback.removed", lambda new: post(new)["callbacks"].pop("shipped")),
    ("request.parameter.added-required", lambda new: post(new)["parameters"].append(
        {"name": "r", "in": "query", "required": True, "schema": {}})),
    ("request.parameter.became-required", lambda new: post(new)["parameters"][1].update(required=True)),
    ("request.parameter.removed", lambda new: post(new)["parameters"].pop()),
    ("request.parameter.style-changed", lambda new: post(new)["parameters"][1].update(style="spaceDelimited")),
    ("request.parameter.reserved-refused", lambda new: post(new)["parameters"][1].pop("allowReserved")),
    ("request.parameter.empty-refused", lambda new: post(new)["parameters"][1].pop("allowEmptyValue")),
    ("request.body.became-required", lambda new: post(new)["requestBody"].update(required=True)),
    ("request.body.removed", lambda new: post(new).pop("requestBody")),
    ("request.media-type.removed", lambda new: post(new)["requestBody"]["content"].pop("text/plain")),
    ("request.encoding.changed", lambda new: post(new)["requestBody"]["content"]["multipart/form-data"].update(
        encoding={"picture": {"contentType": "image/png"}})),
    ("request.schema.added", lambda new: post(new)["requestBody"]["content"]["application/json"].update(
        schema={"type": "object"})),
    ("request.security.tightened", lambda new: post(new)["security"][0].update(other=[])),
    ("request.security.scheme-changed", lambda new: new["components"]["securitySchemes"]["key"].update(name="z")),
    ("response.status.removed", lambda new: post(new)["responses"].pop("200")),
    ("response.error-status.removed", lambda new: post(new)["responses"].pop("404")),
    ("response.media-type.removed", lambda new: post(new)["responses"]["200"]["content"].pop("text/plain")),
    ("response.media-type.generalised", lambda new: post(new)["responses"]["200"].update(
        content={"application/json": {}, "text/*": {"schema": {"type": "string"}}})),
    ("response.schema.removed", lambda new: post(new)["responses"]["200"]["content"].update({"text/plain": {}})),
    ("response.type.changed", lambda new: post(new)["responses"]["200"]["content"]["application/json"].update(
        schema=False)),
    ("response.header.removed", lambda new: post(new)["responses"]["200"]["headers"].pop("A")),
    ("response.optional-header.removed", lambda new: post(new)["responses"]["200"]["headers"].pop("B")),
    ("response.header.style-changed", lambda new: post(new)["responses"]["200"]["headers"]["A"].update(explode=True)),
    ("response.header.became-optional", lambda new: post(new)["responses"]["200"]["headers"]["C"].pop("required")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "edit"), OPERATION_CASES, ids=[rule for rule, _ in OPERATION_CASES])
def test_an_operation_shows_this_change_alone(rule: str, edit: Callable[[Any], Any], changes_between: Compare) -> None:
    new = copy.deepcopy(DOCUMENT)
    edit(new)
    assert [change.rule for change in changes_between(DOCUMENT, new).changes] == [rule]


def test_every_operation_rule_has_a_case() -> None:
    assert {rule for rule, _ in OPERATION_CASES} == {rule.id for rule in OPERATION_RULES} | {
        "operation.removed",
        "callback.removed",
    }


def sends(document: Any) -> Any:
    return document["webhooks"]["placed"]["post"]


SENT_DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {},
    "webhooks": {
        "placed": {
            "post": {
                "parameters": [
                    {"name": "A", "in": "header", "required": True, "schema": {"type": "integer"}},
                    {"name": "B", "in": "header", "schema": {"type": "integer"}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {}, "text/plain": {}}},
                "responses": {
                    "200": {"description": "", "content": {"application/json": {}, "text/plain": {}}},
                    "204": {"description": ""},
                    "404": {"description": ""},
                },
            }
        }
    },
}
SENT_CASES: list[tuple[str, Callable[[Any], Any]]] = [
    ("sent.body.removed", lambda new: sends(new).pop("requestBody")),
    ("sent.body.became-optional", lambda new: sends(new)["requestBody"].pop("required")),
    ("sent.media-type.removed", lambda new: sends(new)["requestBody"]["content"].pop("text/plain")),
    ("sent.parameter.removed", lambda new: sends(new)["parameters"].pop(0)),
    ("sent.optional-parameter.removed", lambda new: sends(new)["parameters"].pop(1)),
    ("sent.parameter.became-optional", lambda new: sends(new)["parameters"][0].pop("required")),
    ("answered.status.removed", lambda new: sends(new)["responses"].pop("204")),
    ("answered.media-type.removed", lambda new: sends(new)["responses"]["200"]["content"].pop("text/plain")),
]


@pytest.mark.parametrize(("rule", "edit"), SENT_CASES, ids=[rule for rule, _ in SENT_CASES])
def test_what_is_sent_shows_this_change_alone(rule: str, edit: Callable[[Any], Any], changes_between: Compare) -> None:
    new = copy.deepcopy(SENT_DOCUMENT)
    edit(new)
    assert [change.rule for change in changes_between(SENT_DOCUMENT, new).changes] == [rule]


def test_every_rule_of_what_is_sent_has_a_case() -> None:
    assert [rule for rule, _ in SENT_CASES] == [rule.id for rule in SENT_RULES]


def test_a_consumer_reads_what_is_sent_and_writes_the_answer(changes_between: Compare) -> None:
    new = copy.deepcopy(SENT_DOCUMENT)
    sends(new)["parameters"][1]["schema"]["type"] = ["integer", "string"]
    answers = [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"a": {}, "b": {}}}]
    old = copy.deepcopy(SENT_DOCUMENT)
    for document, schema in ((old, answers[0]), (new, {**answers[1], "required": ["a", "b"]})):
        sends(document)["responses"]["200"]["content"]["application/json"] = {"schema": schema}
    found = changes_between(old, new).changes
    assert [(change.rule, str(change.location), change.status) for change in found] == [
        ("response.type.widened", "request.headers.b", None),
        ("request.member.added-required", "response.body.b", "200"),
        ("request.member.became-required", "response.body.a", "200"),
    ]


def test_a_day_that_is_said_or_put_off_hurts_nobody(changes_between: Compare) -> None:
    said = [copy.deepcopy(DOCUMENT) for _ in range(3)]
    said[0]["paths"]["/b"]["get"].pop("x-sunset")
    said[2]["paths"]["/b"]["get"]["x-sunset"] = "2029-01-31"
    assert [changes_between(old, new).changes for old, new in itertools.pairwise(said)] == [(), ()]


def asking(**parameter: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/b"]["get"]["parameters"] = [{"name": "p", "in": "query", **parameter}]
    return document


TEXT = {"schema": {"type": "string"}}
NUMBER = {"schema": {"type": "integer"}}
LIST = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (NUMBER, TEXT, []),
        ({"schema": {"type": ["boolean", "number", "null"]}}, TEXT, []),
        (TEXT, NUMBER, ["request.type.changed"]),
        (NUMBER, {"schema": {"type": "string", "maxLength": 3}}, ["request.type.changed"]),
        (NUMBER, {"schema": {"type": "string", "enum": ["1"]}}, ["request.type.changed"]),
        ({"schema": {"type": "array"}}, TEXT, ["request.type.changed"]),
        (TEXT, {"schema": LIST}, []),
        (TEXT, {"schema": {**LIST, "items": {"type": "integer"}}}, ["request.type.changed"]),
        (TEXT, {"schema": {**LIST, "minItems": 2}}, ["request.type.changed"]),
        (TEXT, {"schema": LIST, "explode": False}, ["request.parameter.style-changed", "request.type.changed"]),
        (TEXT, {**TEXT, "explode": False}, ["request.parameter.style-changed"]),
        ({"schema": LIST}, {"schema": LIST, "explode": False}, ["request.parameter.style-changed"]),
        ({"schema": {}}, {"schema": {}, "explode": False}, ["request.parameter.style-changed"]),
        ({"content": {"application/json": NUMBER}}, {"content": {"application/json": TEXT}}, ["request.type.changed"]),
    ],
)
def test_what_is_written_as_text_is_compared_as_it_is_read(
    old: Any, new: Any, found: list[str], changes_between: Compare
) -> None:
    assert [change.rule for change in changes_between(asking(**old), asking(**new)).changes] == found


def test_another_default_is_nothing_to_a_parameter_that_is_always_sent(changes_between: Compare) -> None:
    def shared(default: str) -> dict[str, Any]:
        document = asking(schema={"$ref": "#/components/schemas/Size"}, required=True)
        optional = {"name": "z", "in": "query", "schema": {"$ref": "#/components/schemas/Size"}}
        document["paths"]["/z"] = {"get": {"parameters": [optional], "responses": {}}}
        document["components"]["schemas"] = {"Size": {"type": "string", "default": default}}
        return document

    found = changes_between(shared("s"), shared("m")).changes
    assert [(change.rule, change.operation) for change in found] == [("request.default.changed", "GET /z")]


@pytest.mark.parametrize(
    ("media_type", "found"),
    [("application/x-www-form-urlencoded", []), ("application/json", ["request.type.changed"])],
)
def test_a_member_of_a_form_is_text(media_type: str, found: list[str], changes_between: Compare) -> None:
    def sending(kind: str) -> dict[str, Any]:
        document = copy.deepcopy(DOCUMENT)
        schema = {"type": "object", "properties": {"a": {"type": kind}}}
        post(document)["requestBody"] = {"content": {media_type: {"schema": schema}}}
        return document

    assert [change.rule for change in changes_between(sending("integer"), sending("string")).changes] == found


def test_a_flag_without_its_bound_settles_nothing(found_between: Callable[..., list[list[str]]]) -> None:
    flagged = {"type": "integer", "exclusiveMinimum": True}
    assert found_between({"type": "integer"}, flagged, version="3.0.3") == [
        ["request.keyword.changed", "request.body", "it had no exclusiveMinimum and now has exclusiveMinimum true"]
    ]
    assert found_between({**flagged, "minimum": 1}, {"type": "integer", "minimum": 1}, version="3.0.3") == [
        ["response.bound.loosened", "response.body", "it had minimum 1 (excluded) and now has minimum 1"]
    ]


SCHEME = {"type": "apiKey", "in": "header", "name": "K"}
FLOWS = {"clientCredentials": {"tokenUrl": "https://a", "scopes": {}}}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("other", SCHEME, SCHEME),
        ("key", SCHEME, {**SCHEME, "name": "k"}),
        ("key", {"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "Bearer"}),
        ("key", {"type": "oauth2", "flows": FLOWS}, {"type": "oauth2", "flows": {**FLOWS, "password": {}}}),
    ],
)
def test_the_same_credential_under_another_name_suffices(
    name: str, old: Any, new: Any, changes_between: Compare
) -> None:
    before, after = copy.deepcopy(DOCUMENT), copy.deepcopy(DOCUMENT)
    before["components"]["securitySchemes"] = {"key": old}
    after["components"]["securitySchemes"] = {name: new}
    post(after)["security"] = [{name: []}]
    assert changes_between(before, after).changes == ()


def test_what_is_written_as_json_now_is_written_in_another_style(changes_between: Compare) -> None:
    (change,) = changes_between(asking(**NUMBER), asking(content={"application/json": NUMBER})).changes
    assert (change.rule, change.sentence) == (
        "request.parameter.style-changed",
        "it was style form, exploded and is as application/json",
    )


def test_an_encoding_counts_where_a_member_is_on_both_sides_and_holds_several_values(changes_between: Compare) -> None:
    def sending(kind: str, **encoding: Any) -> dict[str, Any]:
        document = copy.deepcopy(DOCUMENT)
        schema = {"type": "object", "properties": {"a": {"type": kind}}}
        post(document)["requestBody"]["content"] = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
        return document

    deep = {"style": "deepObject", "explode": True}
    found = [
        [change.rule for change in changes_between(sending(kind), sending(kind, **{name: deep})).changes]
        for kind, name in (("object", "a"), ("string", "a"), ("object", "b"))
    ]
    assert found == [["request.encoding.changed"], [], []]


def test_one_of_a_range_of_media_types_keeps_the_promise(changes_between: Compare) -> None:
    def giving(media_type: str, kind: str) -> dict[str, Any]:
        document = copy.deepcopy(DOCUMENT)
        content = {media_type: {"schema": {"type": kind}}}
        document["paths"]["/b"]["get"]["responses"] = {"200": {"description": "", "content": content}}
        return document

    old = giving("application/*", "string")
    assert changes_between(old, giving("application/json", "string")).changes == ()
    retyped = changes_between(old, giving("application/json", "integer")).changes
    assert [change.rule for change in retyped] == ["response.type.changed"]


def test_items_of_a_sequence_are_compared(changes_between: Compare) -> None:
    def following(**said: Any) -> dict[str, Any]:
        content = {"text/event-stream": said}
        post = {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}
        return {"openapi": "3.2.0", "paths": {"/e": {"post": post}}}

    def found(old: Any, new: Any) -> list[tuple[str, str]]:
        return [(each.rule, str(each.location)) for each in changes_between(following(**old), following(**new)).changes]

    one, other = (
        {"itemSchema": {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}}
        for name in ("a", "b")
    )
    assert found(one, other) == [
        ("request.member.added-required", "request.body[*].b"),
        ("request.member.removed", "request.body[*].a"),
        ("response.member.removed", "response.body[*].a"),
        ("response.member.added", "response.body[*].b"),
    ]
    assert found({}, one) == [("request.schema.added", "request.body[*]")]
    assert found(one, {}) == [("response.schema.removed", "response.body[*]")]


def test_parts_without_names_are_compared_with_how_they_are_written(changes_between: Compare) -> None:
    def sending(kind: str, rest: str, *first: str) -> dict[str, Any]:
        content = {
            "itemSchema": {"type": kind},
            "itemEncoding": {"contentType": rest},
            "prefixEncoding": [{"contentType": each} for each in first],
        }
        post = {"requestBody": {"content": {"multipart/mixed": content}}, "responses": {}}
        return {"openapi": "3.2.0", "paths": {"/e": {"post": post}}}

    old, new = sending("string", "image/*", "text/csv"), sending("integer", "image/gif", "text/html")
    assert [(each.rule, str(each.location), each.sentence) for each in changes_between(old, new).changes] == [
        (
            "request.encoding.changed",
            "request.body[0]",
            "it was style form, exploded of text/csv and is style form, exploded of text/html",
        ),
        (
            "request.encoding.changed",
            "request.body[*]",
            "it was style form, exploded of image/* and is style form, exploded of image/gif",
        ),
        ("request.type.changed", "request.body[*]", "it was string and must now be integer"),
    ]
    assert changes_between(sending("string", "text/csv", "text/csv"), sending("string", "text/csv")).changes == ()


def test_a_renamed_path_parameter_is_no_change(changes_between: Compare) -> None:
    new = copy.deepcopy(DOCUMENT)
    new["paths"]["/a/{key}"] = new["paths"].pop("/a/{id}")
    new["paths"]["/a/{key}"]["post"]["parameters"][0]["name"] = "key"
    assert changes_between(DOCUMENT, new).changes == ()


def test_a_format_that_is_no_text_is_compared_as_it_is_written(found_between: Callable[..., list[list[str]]]) -> None:
    assert found_between({"type": "string", "format": {"a": 1}}, {"type": "string", "format": ["b"]}) == [
        ["request.format.changed", "request.body", 'it had format {"a":1} and now has format ["b"]'],
        ["response.format.changed", "response.body", 'it had format {"a":1} and now has format ["b"]'],
    ]
