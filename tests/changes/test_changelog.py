"""The changelog: versions, renames and servers, and real releases beside what their publishers' files show."""

import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.changes import Level, compare_definitions
from contractkit.changes.changelog import Changelog, changelog
from contractkit.changes.renames import members_gained, renames_between
from contractkit.exact_json import read_json
from tests.changes.conftest import around, define, read

TestData = Callable[[str], Path]


def between(old: Any, new: Any) -> Changelog:
    return changelog(define(old), define(new))


def operations(**paths: Any) -> dict[str, Any]:
    described = {"200": {"description": ""}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.4.0"},
        "paths": {
            f"/{path.replace('_', '/')}": {method: {**said, "responses": {**described, **said.get("responses", {})}}}
            for path, (method, said) in paths.items()
        },
    }


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        (("1.4.0", "2.0.0"), "major"),
        (("v1.4", "v1.5"), "minor"),
        (("1.4.0", "1.4.1"), "patch"),
        (("1.4.0", "1.4.0"), "none"),
        (("2022-04-01", "2022-06-01"), ""),
        (("1.4.0", ""), ""),
    ],
)
def test_the_step_between_two_versions_is_known(versions: tuple[str, str], taken: str) -> None:
    document = operations()
    old, new = (dict(document, info={"title": "t", "version": version}) for version in versions)
    assert between(old, new).taken_step == taken


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ({"type": "string"}, {"type": "string"}, "patch"),
        ({"type": "object"}, {"type": "object", "properties": {"a": {}}}, "minor"),
        ({"type": "string"}, {"type": "integer"}, "major"),
    ],
)
def test_changes_ask_for_a_version(old: Any, new: Any, step: str) -> None:
    assert between(around(old), around(new)).advised_step == step


def test_a_member_that_went_where_one_came_may_be_renamed() -> None:
    text, number = {"type": "string"}, {"type": "number"}
    old = around({"type": "object", "required": ["sum"], "properties": {"sum": number, "note": text}})
    new = around({"type": "object", "required": ["total"], "properties": {"total": number, "note": text}})
    log = between(old, new)
    assert {change.rule: log.renames.get(change.declaration) for change in log.changes} == {
        "request.member.removed": "total",
        "request.member.added-required": None,
        "response.member.removed": "total",
        "response.member.added": None,
    }


@pytest.mark.parametrize("required", [["sum"], []])
def test_a_member_of_a_request_may_be_renamed_where_only_losses_are_known(required: list[str]) -> None:
    old = around({"type": "object", "properties": {"sum": {"type": "number"}}, "required": required})
    new = around({"type": "object", "properties": {"total": {"type": "number"}}, "required": required and ["total"]})
    compared = compare_definitions(define(old), define(new))
    found = renames_between(compared, (*compared.changes, *members_gained(compared, compared.changes)))
    assert {declaration[0]: name for declaration, name in found.items() if declaration[0].startswith("request")} == {
        "request.member.removed": "total"
    }


@pytest.mark.parametrize(
    "came", [{"total": {"type": "string"}}, {"total": {"type": "number"}, "whole": {"type": "number"}}]
)
def test_nothing_is_renamed_by_guess(came: Any) -> None:
    old = around({"type": "object", "properties": {"sum": {"type": "number"}}})
    log = between(old, around({"type": "object", "properties": came}))
    assert log.renames == {}


def test_an_operation_that_went_may_have_moved() -> None:
    body = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
    things = {"schemas": {"Thing": {"type": "object"}}}
    old = operations(a=("get", {"operationId": "getA"}), b=("get", {"responses": body}), c=("get", {}))
    new = operations(v2_a=("get", {"operationId": "getA"}), v2_b=("get", {"responses": body}), d=("put", {}))
    log = between({**old, "components": things}, {**new, "components": things})
    assert {
        change.operation: log.renames.get(change.declaration)
        for change in log.changes
        if change.rule == "operation.removed"
    } == {"GET /a": "GET /v2/a", "GET /b": "GET /v2/b", "GET /c": None}


def test_servers_are_compared_as_addresses() -> None:
    document = operations()
    old = {**document, "servers": [{"url": "https://a.example/v1"}, {"url": "https://b.example/"}]}
    new = {**document, "servers": [{"url": "https://a.example/v2"}, {"url": "https://b.example"}]}
    assert [(change.rule, change.level, change.sentence) for change in between(old, new).changes] == [
        ("server.removed", Level.POSSIBLE, "https://a.example/v1 was a server and is none now"),
        ("server.added", Level.COMPATIBLE, "https://a.example/v2 is a server now"),
    ]
    assert between(document, new).changes == ()


def test_servers_of_a_path_or_an_operation_stand_in_for_those_of_the_document() -> None:
    operation = {"responses": {"200": {"description": ""}}}

    def served(version: str, **own: Any) -> Any:
        there = {"get": operation, "put": operation, "servers": [{"url": f"https://b.example/{version}"}]}
        paths = {"/b": there, "/c": {"get": operation | own}, "/d": {"get": operation}}
        return {**operations(), "servers": [{"url": "https://a.example"}], "paths": paths}

    old, new = served("v1"), served("v2", servers=[{"url": "https://c.example"}])
    assert [(each.rule, each.operation, each.also, each.sentence) for each in between(old, new).changes] == [
        ("server.removed", "GET /b", ("PUT /b",), "https://b.example/v1 was a server and is none now"),
        ("server.added", "GET /b", ("PUT /b",), "https://b.example/v2 is a server now"),
        ("server.removed", "GET /c", (), "https://a.example was a server and is none now"),
        ("server.added", "GET /c", (), "https://c.example is a server now"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (("/a",), ("/a", "b"), (
            "operation.unreachable", "GET b", 'its path "b" does not start with a slash, so that no request reaches it',
            "/paths/b/get",
        )),
        (("/a/{x}",), ("/a/{x}", "/a/{y}"), (
            "operation.indistinguishable", "GET /a/{y}", "no request can tell it from /a/{x}", "/paths/~1a~1{y}/get",
        )),
        (("b",), ("b",), None),
        (("/a/{x}", "/a/{y}"), ("/a/{p}", "/a/{q}"), None),
        (("/a/{x}",), ("/a/{x}", "/a/{x}/b"), None),
    ],
)  # fmt: skip
def test_an_operation_that_no_request_finds_now_is_told(old: Any, new: Any, told: Any) -> None:
    documents = ({"openapi": "3.1.0", "paths": {path: {"get": {}} for path in paths}} for paths in (old, new))
    found = [each for each in between(*documents).changes if each.rule != "operation.added"]
    assert [(each.rule, each.operation, each.sentence, each.new and each.new.pointer) for each in found] == (
        [told] if told else []
    )


@pytest.mark.parametrize(
    ("before", "added", "told"),
    [
        (("200", "default"), "404", [("response.type.changed", "404", "it was string and is now integer")]),
        (("4XX",), "404", [("response.type.changed", "404", "it was string and is now integer")]),
        (("default",), "200", [("response.type.changed", "200", "it was string and is now integer")]),
        (("200", "default"), "202", []),
        (("200",), "404", []),
    ],
)
def test_a_status_that_is_named_now_is_compared_with_what_covered_it(before: Any, added: str, told: Any) -> None:
    text, number = (
        {"description": "", "content": {"application/json": {"schema": {"type": kind}}}}
        for kind in ("string", "integer")
    )
    old = operations(a=("get", {"responses": {}}))
    old["paths"]["/a"]["get"]["responses"] = dict.fromkeys(before, text)
    new = copy.deepcopy(old)
    new["paths"]["/a"]["get"]["responses"][added] = number
    found = [each for each in between(old, new).changes if each.level is not Level.COMPATIBLE]
    assert [(each.rule, each.status, each.sentence) for each in found] == told


def test_a_status_without_a_body_that_is_named_now_loses_none() -> None:
    content = {"application/json": {"schema": {"type": "string"}}}
    header = {"ETag": {"required": True, "schema": {"type": "string"}}}
    old = operations(a=("get", {"responses": {"2XX": {"description": "", "content": content, "headers": header}}}))
    new = copy.deepcopy(old)
    new["paths"]["/a"]["get"]["responses"]["204"] = {"description": ""}
    found = [each for each in between(old, new).changes if each.level is not Level.COMPATIBLE]
    assert [(each.rule, each.status) for each in found] == [("response.header.removed", "204")]


def test_a_failure_that_is_named_without_a_word_of_its_body_is_no_news() -> None:
    content = {"application/json": {"schema": {"type": "string"}}}
    old = operations(a=("get", {"responses": {}}))
    said = {"description": "", "content": content}
    old["paths"]["/a"]["get"]["responses"] = {"200": said, "default": said}
    new = copy.deepcopy(old)
    new["paths"]["/a"]["get"]["responses"]["429"] = {"description": "too many"}
    assert [each.rule for each in between(old, new).changes if each.level is not Level.COMPATIBLE] == []


def test_a_name_that_is_no_pattern_stands_for_nothing() -> None:
    old, new = (
        {"type": "object", "patternProperties": {"^(a": {"type": kind}, "^b": {"type": kind}}}
        for kind in ("integer", "string")
    )
    both = (operations(a=("get", {"responses": {"200": {"description": "", "content": {
        "application/json": {"schema": each}}}}})) for each in (old, new))  # fmt: skip
    assert [(each.rule, str(each.location)) for each in between(*both).changes] == [
        ("response.type.changed", "response.body.*")
    ]


def test_words_examples_and_order_are_no_changes() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y"]}}}
    told = copy.deepcopy(schema)
    told["properties"] = {
        "b": {"enum": ["y", "x"], "description": "one"},
        "a": {"allOf": [{"$ref": "#/components/schemas/A"}]},
    }
    old, new = around(schema), around(told, A={"type": "string", "title": "A", "example": "e"})
    new["info"]["description"] = "words"
    new["paths"]["/things"]["post"].update(tags=["t"], summary="s")
    assert between(old, new).changes == ()


@pytest.mark.slow
def test_every_operation_that_came_to_a_release_is_told(test_data: TestData) -> None:
    folder = test_data("definitions/real/versions/openapi/github-api-2021-09-to-2022-07")
    old, new = (read(next(folder.glob(f"{side}.*"))) for side in ("before", "after"))
    methods = {"get", "put", "post", "delete", "patch", "head"}
    declared = [
        {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in methods}
        for document in (old, new)
    ]
    log = between(old, new)
    said = Counter(change.rule for change in log.changes)
    renamed_parameters = len(declared[0] - declared[1]) - said["operation.removed"]
    assert len(declared[1] - declared[0]) - renamed_parameters == said["operation.added"] == 112


@pytest.mark.slow
def test_every_member_that_came_to_a_release_is_told(test_data: TestData) -> None:
    folder = test_data("definitions/real/versions/openapi/adyen-payment-v67-to-v68")
    added = read_json((folder / "changes.json").read_bytes())["changes"]["property-added"]
    log = between(read(folder / "before.json"), read(folder / "after.json"))
    told = {change.new.pointer for change in log.changes if change.new is not None and "member.added" in change.rule}
    assert {*added} <= told
    assert log.advised_step == "minor"
