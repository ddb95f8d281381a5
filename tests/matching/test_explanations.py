"""An explanation says of every place which rules judged it, which others fitted, and why they lost."""

from typing import Any

import pytest

from contractkit.matching import Reach, explain_rules
from contractkit.model import HttpResponse, JsonBody, LocatedRules, Rule, TextBody, parse_location

Row = tuple[str, str | None, list[tuple[str, str]], list[str]]


def rules(place: str, name: str, **attributes: Any) -> LocatedRules:
    return LocatedRules(location=parse_location(place), rules=(Rule(name, attributes),))


def explained(expected: HttpResponse, actual: HttpResponse, *located: LocatedRules) -> list[Row]:
    return [
        (
            str(each.location),
            each.chosen and f"{each.chosen.located.location} {each.chosen.reach.name} {each.chosen.weight}",
            [(str(one.candidate.located.location), one.reason) for one in each.beaten],
            [mismatch.sentence for mismatch in each.mismatches],
        )
        for each in explain_rules(expected.parts(), located, actual.parts())
        if each.location.steps[1] != "status"
    ]


def json(value: Any) -> HttpResponse:
    return HttpResponse(status=200, body=JsonBody(value))


def test_the_heaviest_location_wins_and_each_other_is_told_why_not() -> None:
    assert explained(
        json({"lines": [{"sku": "a"}]}),
        json({"lines": [{"sku": "b"}]}),
        rules("response.body", "type"),
        rules("response.body.*", "type"),
        rules("response.body.lines[*].sku", "regex", regex="a+"),
        rules("response.body.lines.*.sku", "type"),
    ) == [
        ("response.body", "response.body WRITTEN 2", [], []),
        (
            "response.body.lines",
            "response.body.* WRITTEN 2",
            [("response.body", "weighs 2 as well and is shorter")],
            [],
        ),
        (
            "response.body.lines[0]",
            "response.body.* CASCADED 2",
            [("response.body", "weighs 2 as well and is shorter")],
            [],
        ),
        (
            "response.body.lines[0].sku",
            "response.body.lines[*].sku WRITTEN 8",
            [
                (
                    "response.body.lines.*.sku",
                    "weighs 8 as well, and of the first steps that differ its own is .* and the other [*]",
                ),
                ("response.body.*", "weighs 2, less than 8"),
                ("response.body", "weighs 2, less than 8"),
            ],
            ['a value matching a+, for example "a"'],
        ),
    ]


def test_a_place_without_rules_is_judged_by_equality() -> None:
    assert explained(json({"a": 1}), json({"a": 2})) == [
        ("response.body", None, [], []),
        ("response.body.a", None, [], ["exactly 1"]),
    ]


def test_what_each_value_lays_on_is_told_apart_from_what_is_written_below() -> None:
    assert explained(
        json({"m": {"a": {"n": 1}}}),
        json({"m": {"c": {"n": "x"}}}),
        rules("response.body.m", "eachValue", rules=[{"match": "type"}]),
        rules("response.body.m.c", "notEmpty"),
        rules("response.body.m.c.n", "integer"),
    ) == [
        ("response.body", None, [], []),
        ("response.body.m", "response.body.m WRITTEN 4", [], []),
        (
            "response.body.m.c",
            "response.body.m EACH_VALUE 0",
            [("response.body.m.c", "is replaced by what eachValue lays on each value")],
            [],
        ),
        (
            "response.body.m.c.n",
            "response.body.m.c.n WRITTEN 16",
            [("response.body.m", "is laid on from above, and rules written further down go first")],
            ["an integer, for example 1"],
        ),
    ]


def test_what_is_missing_and_what_is_too_much_stands_at_its_place() -> None:
    expected, actual = json([1, {"a": 1}]), json([1, {}, 3])
    assert explained(expected, actual) == [
        ("response.body", None, [], []),
        ("response.body[0]", None, [], []),
        ("response.body[1]", None, [], []),
        ("response.body[1].a", None, [], ["exactly 1"]),
        ("response.body[2]", None, [], ["no further element"]),
    ]


def test_headers_are_explained_by_name_and_value() -> None:
    expected = HttpResponse(status=200, headers={"Vary": ("a, b",), "X-Id": ("1",)})
    actual = HttpResponse(status=200, headers={"vary": ("a, c",), "x-id": ("x",)})
    assert explained(expected, actual, rules("response.headers['x-id']", "integer")) == [
        ("response.headers.vary[0]", None, [], []),
        ("response.headers.vary[1]", None, [], ['exactly "b"']),
        (
            "response.headers['x-id']",
            "response.headers['x-id'] CASCADED 4",
            [],
            ['an integer, for example "1"'],
        ),
        ("response.body", None, [], []),
    ]


def test_elements_of_xml_are_places_too() -> None:
    expected, actual = (
        HttpResponse(status=200, body=TextBody(text, "application/xml"))
        for text in ('<o><l id="1">a</l></o>', '<o><l id="x">a</l><l id="2">b</l></o>')
    )
    located = [rules("response.body.o.l", "type"), rules("response.body.o.l['@id']", "integer")]
    found = explained(expected, actual, *located)
    assert [row for row in found if "@" in row[0]] == [
        (
            "response.body.o.l[0]['@id']",
            "response.body.o.l['@id'] WRITTEN 16",
            [("response.body.o.l", "weighs 8, less than 16")],
            ['an integer, for example "1"'],
        ),
        (
            "response.body.o.l[1]['@id']",
            "response.body.o.l['@id'] WRITTEN 16",
            [("response.body.o.l", "weighs 8, less than 16")],
            [],
        ),
    ]


def test_the_ways_in_which_rules_reach_a_place_are_said_in_words() -> None:
    assert [each.value for each in Reach] == [
        "written for this place",
        "cascades from further up",
        "laid on each value from the container above",
    ]


def test_of_a_huge_list_the_first_elements_and_those_that_are_wrong_are_explained() -> None:
    places = explain_rules(
        json([0] * 5_000).parts(),
        (rules("response.body", "type"),),
        json([*([1] * 4_000), "x", *([1] * 999)]).parts(),
    )
    inside = [each for each in places if each.location.steps[:2] == ("response", "body")]
    assert [str(each.location) for each in inside[1:3]] == ["response.body[0]", "response.body[1]"]
    assert [str(each.location) for each in inside[1_000:]] == ["response.body[999]", "response.body[4000]"]
    assert (inside[0].left_out, inside[-1].passed, inside[-1].left_out) == (3_999, False, 0)
    assert inside[-1].chosen is not None and inside[-1].chosen.reach is Reach.CASCADED


@pytest.mark.slow
def test_large_values_are_explained_to_the_last_place_with_a_mismatch_even_where_lists_nest() -> None:
    grid = [[0] * 900 for _ in range(900)]
    wrong = [*([[1] * 900] * 899), [*([1] * 899), None]]
    places = explain_rules(json(grid).parts(), (rules("response.body", "type"),), json(wrong).parts())
    assert len(places) < 60_000
    assert [str(each.location) for each in places if not each.passed] == ["response.body[899][899]"]


def test_each_of_thousands_of_members_is_explained_by_its_own_rule() -> None:
    value = {f"k{number}": number for number in range(900)}
    located = [rules(f"response.body.k{number}", "integer") for number in range(900)]
    told = explained(json(value), json(value), rules("response.body", "type"), *located)
    assert told[1:3] == [
        ("response.body.k0", "response.body.k0 WRITTEN 4", [("response.body", "weighs 2, less than 4")], []),
        ("response.body.k1", "response.body.k1 WRITTEN 4", [("response.body", "weighs 2, less than 4")], []),
    ]
    assert len(told) == 901


def parts_of(*contents: str) -> HttpResponse:
    head = '--X\r\nContent-Disposition: form-data; name="{}"\r\nContent-Type: application/json\r\n\r\n{}\r\n'
    pieces = [head.format(*each.split("=")) for each in contents]
    return HttpResponse(status=200, body=TextBody("".join([*pieces, "--X--\r\n"]), "multipart/form-data; boundary=X"))


def test_what_is_in_the_parts_of_a_multipart_body_is_explained_too() -> None:
    assert explained(
        parts_of('j={"a": 1}', "k=[1]", "k=[2]"),
        parts_of('j={"a": "x"}', "k=[1]", "k=[3]"),
        rules("response.body.j.a", "integer"),
    ) == [
        ("response.body.j", None, [], []),
        ("response.body.j.a", "response.body.j.a WRITTEN 8", [], ["an integer, for example 1"]),
        ("response.body.k[0]", None, [], []),
        ("response.body.k[0][0]", None, [], []),
        ("response.body.k[1]", None, [], []),
        ("response.body.k[1][0]", None, [], ["exactly 2"]),
    ]


def test_of_very_many_elements_of_xml_the_first_are_explained_and_the_others_counted() -> None:
    body = HttpResponse(status=200, body=TextBody(f"<a>{'<b>1</b>' * 1_500}</a>", "text/xml"))
    places = explain_rules(body.parts(), (rules("response.body.a.b[*]['#text']", "integer"),), body.parts())
    assert [(str(each.location), each.left_out) for each in places if each.left_out] == [("response.body.a", 500)]
    assert str(places[-1].location) == "response.body.a.b[999]['#text']"
