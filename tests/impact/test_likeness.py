"""What is passed over because it did not change: nothing else is said with it than without."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes import DefinitionChanges
from contractkit.changes.same_words import SameWords
from contractkit.conformance import ContractChecker
from contractkit.conformance.uses import NOWHERE
from contractkit.impact import ConsumerInfo, ImpactReport, analyse
from contractkit.impact.causes import Causes
from contractkit.impact.formats import impact_as_json
from contractkit.impact.likeness import Answers, Likeness
from contractkit.model import Contract, HttpCall
from tests.impact.conftest import definition, interaction, patched

CASES = yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text())


@pytest.fixture
def judging_all(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give a callable from which on nothing is passed over."""

    def judge_all() -> None:
        monkeypatch.setattr(Likeness, "of_requests", lambda *_: False)
        monkeypatch.setattr(Likeness, "of_answers", lambda _, *declared: Answers(*declared, False, False, NOWHERE))
        monkeypatch.setattr(SameWords, "are_alike", lambda *_: False)

    return judge_all


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_passed_over_has_no_findings(
    case: dict[str, Any], analysed: Callable[..., ImpactReport], judging_all: Callable[[], None]
) -> None:
    found = impact_as_json(analysed(case))
    judging_all()
    assert found == impact_as_json(analysed(case))


SCHEMA = "/components/schemas/Order"
REWORDED: dict[str, tuple[dict[str, Any], tuple[bool, bool]]] = {
    "nothing": ({}, (True, True)),
    "a sentence for people": ({"set": {f"{SCHEMA}/description": "What was ordered."}}, (True, True)),
    "a member called as a sentence is": (
        {"set": {f"{SCHEMA}/properties/title": {"type": "string"}}},
        (True, False),
    ),
    "a default, which no reader meets": ({"set": {f"{SCHEMA}/default": {"title": "none"}}}, (True, False)),
    "what a reference leads to": ({"set": {"/components/schemas/Line/properties/sku/maxLength": 9}}, (True, False)),
    "a parameter": ({"set": {"/paths/~1orders~1{id}/parameters/0/schema/minimum": 1}}, (False, True)),
    "a parameter's name in the path": (
        {
            "rename": {"/paths": {"/orders/{id}": "/orders/{number}"}},
            "set": {"/paths/~1orders~1{number}/parameters/0/name": "number"},
        },
        (False, True),
    ),
    "the language": ({"set": {"/openapi": "3.1.0"}}, (False, False)),
    "a patch of the language": ({"set": {"/openapi": "3.0.4"}}, (True, True)),
}


@pytest.mark.parametrize("name", REWORDED)
def test_what_did_not_change_is_known_by_its_words(name: str, old_document: Any, contract: Contract) -> None:
    change, expected = REWORDED[name]
    before, after = (ContractChecker(definition(each)) for each in (old_document, patched(old_document, change)))
    read = next(each for each in contract.interactions if each.description == "reads the note")
    call = read.exchange
    assert isinstance(call, HttpCall)
    old, new = (checker.expected(checker.route(call), call) for checker in (before, after))
    assert old.surface is not None
    assert new.surface is not None
    alike = Likeness(before, after, Causes(DefinitionChanges(before.reader, after.reader)))
    assert (alike.of_requests(old.surface, new.surface), alike.of_answers(old, new).is_same) == expected


def answering(schema: Any) -> Any:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


def alternatives(kinds: dict[str, str]) -> Any:
    return {
        "oneOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": [kind]}, "value": {"type": said}}}
            for kind, said in kinds.items()
        ]
    }


HIDDEN: dict[str, tuple[Any, Any, Any, tuple[str, str]]] = {
    "the kind of a numbered element": (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        ["x", "y"],
        ("response.value-gone", "response.body[*]"),
    ),
    "numbered elements that are gone": (
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "array"},
        ["x"],
        ("response.unsettled", "response.body[*]"),
    ),
    "elements that are of a kind now": (
        {"type": "array"},
        {"type": "array", "items": {"type": "integer"}},
        [{}],
        ("response.disjoint", "response.body[*]"),
    ),
    "members of free names that are of a kind now": (
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"size": {}},
        ("response.disjoint", "response.body.size"),
    ),
    "a member that is given now": (
        {"type": "object", "properties": {"size": {"type": "object", "writeOnly": True}}},
        {"type": "object", "properties": {"size": {"type": "integer"}}},
        {"size": {}},
        ("response.disjoint", "response.body.size"),
    ),
    "what is in a member that is required still, and not described": (
        {"required": ["size"], "properties": {"size": {"properties": {"width": {"type": "object"}}}}},
        {"required": ["size"]},
        {"size": {"width": {}}},
        ("response.unsettled", "response.body.size.width"),
    ),
    "members that are left out of what is described now": (
        {"type": "object"},
        {"type": "object", "properties": {"total": {"type": "integer"}}},
        {"size": {}},
        ("response.unsettled", "response.body.size"),
    ),
    "members of some names that are of a kind now": (
        {"type": "object", "additionalProperties": {}},
        {"type": "object", "additionalProperties": {}, "patternProperties": {"^s": {"type": "integer"}}},
        {"size": {}},
        ("response.disjoint", "response.body.size"),
    ),
    "a free name that is declared now": (
        {"type": "object", "additionalProperties": {"type": ["object", "integer"]}},
        {
            "type": "object",
            "additionalProperties": {"type": ["object", "integer"]},
            "properties": {"size": {"type": "integer"}},
        },
        {"size": {}},
        ("response.disjoint", "response.body.size"),
    ),
    "alternatives that stand for nothing known": (
        {"properties": {"item": {"type": "object"}}},
        {"properties": {"item": alternatives({"a": "string", "b": "string"})}},
        {"item": {"value": 1}},
        ("response.disjoint", "response.body.item.value"),
    ),
    "a value that another member excludes": (
        alternatives({"a": "string", "b": "integer"}),
        alternatives({"a": "integer", "b": "string"}),
        {"kind": "a", "value": "x"},
        ("response.value-gone", "response.body.value"),
    ),
    "a value that a stricter word excludes": (
        {"properties": {"size": {"multipleOf": 2}}},
        {"properties": {"size": {"multipleOf": 4}}},
        {"size": 2},
        ("response.value-gone", "response.body.size"),
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_is_passed_over_that_is_no_change_of_the_place_itself(name: str) -> None:
    old, new, body, found = HIDDEN[name]
    written = {"request": {"method": "GET", "path": "/a"}, "response": {"status": 200, "body": body}, "exact": True}
    report = judged(
        [interaction("reads it", written)], *({"get": {"responses": answering(each)}} for each in (old, new))
    )
    assert report == [("reads it", *found)]


def test_a_pattern_that_is_none_stands_in_nobodys_way(judging_all: Callable[[], None]) -> None:
    def operation(largest: int) -> Any:
        tags = {"type": "object", "patternProperties": {"(": {"type": "integer"}}}
        size = {"type": "integer", "maximum": largest}
        return {"get": {"responses": answering({"type": "object", "properties": {"tags": tags, "size": size}})}}

    request = {"method": "GET", "path": "/a"}
    calls = [
        interaction(name, {"request": request, "response": {"status": 200, "body": {name: value}}, "exact": True})
        for name, value in (("tags", {"x": "y"}), ("size", 7))
    ]
    found = [judged(calls, operation(9), operation(largest)) for largest in (9, 5)]
    assert found == [[], [("size", "response.value-gone", "response.body.size")]]
    judging_all()
    assert found == [judged(calls, operation(9), operation(largest)) for largest in (9, 5)]


def test_names_that_are_called_as_prose_is_are_no_prose() -> None:
    def operation(demanded: list[str]) -> Any:
        body = {"type": "object", "dependentRequired": {"title": demanded}}
        taken = {"requestBody": {"content": {"application/json": {"schema": body}}}}
        return {"post": {**taken, "responses": {"204": {"description": ""}}}}

    calls = [
        interaction(
            name, {"request": {"method": "POST", "path": "/a", "body": body}, "response": {"status": 204, "body": None}}
        )
        for name, body in (("without a title", {}), ("with a title", {"title": "x"}))
    ]
    assert judged(calls, operation([]), operation(["author"])) == [
        ("with a title", "request.missing", "request.body.author")
    ]


def test_a_base_path_that_went_is_read_by_a_parameter_that_spans_segments() -> None:
    key = {"name": "key", "in": "path", "required": True, "x-multi-segment": True, "schema": {"type": "integer"}}
    operation = {"get": {"parameters": [key], "responses": {"204": {"description": ""}}}}
    head = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/{key}": operation}}
    old, new = (definition({**head, "servers": [{"url": url}]}) for url in ("/v1", "/"))
    calls = [
        interaction(name, {"request": {"method": "GET", "path": f"/v1/{name}"}, "response": {"status": 204, "body": 0}})
        for name in "78"
    ]
    contract = Contract(consumer="shop", provider="orders", interactions=tuple(calls))
    found = analyse(old, new, [(contract, ConsumerInfo())]).findings
    assert [each.worry.sentence for each in found] == [
        f'the consumer sends "v1/{name}", which is refused now' for name in "78"
    ]


def judged(calls: list[Any], *operations: Any) -> list[tuple[str, str, str]]:
    head = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}}
    old, new = (definition({**head, "paths": {"/a": each}}) for each in operations)
    contract = Contract(consumer="shop", provider="orders", interactions=tuple(calls))
    found = analyse(old, new, [(contract, ConsumerInfo())]).consumers[0].findings
    return [(each.interaction.description, each.worry.code, str(each.worry.location)) for each in found]
