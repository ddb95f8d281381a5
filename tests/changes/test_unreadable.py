"""A mistake in one operation hides nothing of the others."""

from typing import Any

import pytest

from contractkit.changes.changelog import changelog
from contractkit.changes.changelog_formats import changelog_as_text
from contractkit.changes.records import Place
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, JsonBody

RIGHT: Any = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
LOOSER: Any = {**RIGHT, "required": []}
WRONG = {"$ref": "#/gone"}


def definition(**schemas: Any) -> OpenApiDefinition:
    """Give a definition with an operation for each name, which answers with a schema."""
    paths = {
        f"/{name}": {
            "get": {"responses": {"200": {"description": "it", "content": {"application/json": {"schema": schema}}}}}
        }
        for name, schema in schemas.items()
    }
    document = {"openapi": "3.1.0", "info": {"title": "orders", "version": "1"}, "paths": paths}
    return OpenApiDefinition(Documents({"d": document}, "d"), source="d")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {"gone": RIGHT, "kept": RIGHT},
            {"bad": WRONG, "kept": LOOSER},
            [
                ("GET /gone", "operation.removed"),
                ("GET /kept", "response.member.became-optional"),
                ("GET /bad", "operation.incomparable"),
            ],
        ),
        ({"bad": RIGHT}, {"bad": WRONG}, [("GET /bad", "operation.incomparable")]),
        (
            {"bad": WRONG},
            {"bad": WRONG, "new": RIGHT},
            [("GET /new", "operation.added"), ("GET /bad", "operation.incomparable")],
        ),
        ({"bad{a}": RIGHT}, {"bad{b}": WRONG}, [("GET /bad{a}", "operation.incomparable")]),
    ],
)  # fmt: skip
def test_what_can_be_compared_is(old: Any, new: Any, expected: Any) -> None:
    assert [(each.operation, each.rule) for each in changelog(definition(**old), definition(**new)).changes] == expected


@pytest.mark.parametrize("listed", [RIGHT, "Right", [7]])
def test_what_inherits_in_no_list_of_schemas_cannot_be_compared(listed: Any) -> None:
    old, new = ({"properties": {"part": {"allOf": each}, "id": {"type": said}}} for each, said in
                (([RIGHT], "string"), (listed, "integer")))  # fmt: skip
    assert [
        (each.rule, str(each.location)) for each in changelog(definition(one=old), definition(one=new)).changes
    ] == [
        ("response.type.changed", "response.body.id"),
        ("operation.incomparable", "request.path"),
    ]


def typed(**types: Any) -> Any:
    return {"type": "object", "properties": {name: {"type": said} for name, said in types.items()}}


KNOWN = "there are array, boolean, integer, null, number, object, string"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("nubmer", '"nubmer" is no type of a schema; did you mean number?'),
        (["string", "nul"], '"nul" is no type of a schema; did you mean null?'),
        (["string", None], 'null is no type of a schema; did you mean "null", in quotes?'),
        (7, f"7 is no type of a schema; {KNOWN}"),
        ([], f"[] is no type of a schema; {KNOWN}"),
    ],
)
@pytest.mark.parametrize("before", ["number", None])
def test_a_type_that_is_none_is_told_at_its_place_and_hides_nothing_else(before: Any, said: Any, problem: str) -> None:
    """Also where the old definition has the same mistake: what it means, both leave open."""
    old = definition(orders=typed(total=before or said, id="string"))
    new = definition(orders=typed(total=said, id="integer"))
    place = "/paths/~1orders/get/responses/200/content/application~1json/schema/properties/total/type"
    found = changelog(old, new).changes
    assert [(each.rule, each.sentence) for each in found] == [
        ("response.type.changed", "it was string and is now integer"),
        ("operation.incomparable", f"it cannot be compared: {problem}"),
    ]
    assert [each and each.pointer for each in (found[1].old, found[1].new)] == (
        [None, place] if before else [place, None]
    )


def test_every_mistaken_type_is_told_and_hides_nothing_that_came_or_went() -> None:
    old, new = typed(a="string", b="string", gone="strng"), typed(a="int", b="strng", new="nubmer")
    text, number, integer = (
        f'"{said}" is no type of a schema; did you mean {meant}?'
        for said, meant in (("strng", "string"), ("nubmer", "number"), ("int", "integer"))
    )
    assert [(each.rule, each.sentence) for each in changelog(definition(a=old), definition(a=new)).changes] == [
        ("response.optional-member.removed", f"it was optional, of an unknown type ({text}), now undeclared"),
        ("response.member.added", f"it was not declared and is now of an unknown type ({number})"),
        ("operation.incomparable", f"it cannot be compared: {integer}"),
        ("operation.incomparable", f"it cannot be compared: {text}"),
    ]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ({"id": "nubmer"}, "at least a minor version, since not all could be compared."),
        ({"total": "nubmer", "id": "string"}, "a major version."),
    ],
)
def test_no_version_is_advised_as_if_all_had_been_compared(said: Any, advice: str) -> None:
    log = changelog(definition(orders=typed(id="integer", total="number")), definition(orders=typed(**said)))
    assert changelog_as_text(log).endswith(f"\nThe changes ask for {advice}")


def test_a_reference_that_leads_nowhere_is_told_where_it_stands_once_for_all_who_meet_it() -> None:
    order = {"$ref": "#/components/schemas/Order"}
    old, new = (definition(orders=order, drafts=order) for _ in range(2))
    for each, lines in ((old, RIGHT), (new, WRONG)):
        each.documents.root.value["components"] = {"schemas": {"Order": {"type": "object", "properties": {"l": lines}}}}
    [found] = changelog(old, new).changes
    assert (found.operation, found.also, found.old, found.new and found.new.pointer) == (
        "GET /orders", ("GET /drafts",), None, "/components/schemas/Order/properties/l/$ref",
    )  # fmt: skip


def test_a_path_of_which_nothing_can_be_read_hides_nothing_of_the_others() -> None:
    old, new = definition(**{"bad{a}": RIGHT}, kept=RIGHT), definition(kept=LOOSER)
    new.documents.root.value["paths"]["/bad{b}"] = {"$ref": "#/gone"}
    whole = [("GET /bad{a}", "operation.incomparable"), ("GET /kept", "response.member.became-optional")]
    assert [(each.operation, each.rule) for each in changelog(old, new).changes] == whole
    back = [("GET /kept", "response.member.became-required"), ("/bad{b}", "operation.incomparable")]
    assert [(each.operation, each.rule) for each in changelog(new, old).changes] == back


def test_a_removed_operation_breaks_whoever_calls_it_beside_any_mistake() -> None:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/gone"), response=HttpResponse(status=200, body=JsonBody({"id": 1}))
    )
    interaction = Interaction(key="a", description="it", exchange=call)
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction,))
    report = analyse(definition(gone=RIGHT), definition(bad=WRONG), [(contract, ConsumerInfo())])
    assert report.verdict is Verdict.BROKEN


def test_a_reference_in_a_circle_is_told_at_its_place() -> None:
    new = definition(orders={"properties": {"id": {"$ref": "#/x-a"}}})
    new.documents.root.value.update({"x-a": {"$ref": "#/x-b"}, "x-b": {"$ref": "#/x-a"}})
    [found] = changelog(definition(orders=RIGHT), new).changes
    assert (found.sentence, found.old) == ("it cannot be compared: A $ref leads in a circle.", None)
    assert found.new == Place(uri="d", pointer="/x-b/$ref", used_at="/paths/~1orders/get")
