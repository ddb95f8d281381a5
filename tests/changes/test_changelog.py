"""The changelog: versions, renames and servers, and real releases beside what their publishers' files show."""

import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.changes import Level
from contractkit.changes.changelog import Changelog, changelog
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
