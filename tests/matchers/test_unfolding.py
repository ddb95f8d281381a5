"""What each matcher says: the example that tests see, and the rules that the contract holds, in Pact's own form."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

import pytest

from contractkit import matchers
from contractkit.document.categories import RESPONSE
from contractkit.document.rules import write_generators, write_rules
from contractkit.exact_json import Json
from contractkit.matchers import (
    Matcher,
    array_containing,
    boolean,
    content_type,
    date,
    datetime,
    decimal,
    each_key,
    each_like,
    each_value,
    equal_to,
    from_provider_state,
    generate,
    include,
    integer,
    like,
    not_empty,
    null,
    number,
    one_of,
    regex,
    semver,
    string,
    stub_url,
    time,
    uuid,
)
from contractkit.matchers.kinds import GENERATOR_KINDS, RULE_KINDS
from contractkit.matchers.unfolding import Unfolded, unfold
from contractkit.matching.generated_values import GENERATORS
from contractkit.matching.rules import RULES
from contractkit.model import Location

BODY = Location(("response", "body"))
UUIDS = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
NOON = dt.datetime(2024, 7, 20, 12, 0, tzinfo=dt.UTC)


def unfolded(tree: object) -> Unfolded:
    return unfold(tree, BODY, lambda _matcher, place: f"made for {place}")


def rules_of(tree: object) -> Json:
    """Give the rules as files hold them, by path; one rule stands without the list around it."""
    written = write_rules(unfolded(tree).rules, RESPONSE).get("body", {})
    return {
        path: each["matchers"][0] if len(each["matchers"]) == 1 else each["matchers"] for path, each in written.items()
    }


@pytest.mark.parametrize(
    ("matcher", "example", "rule"),
    [
        (like("ink"), "ink", {"match": "type"}),
        (string("ink"), "ink", {"match": "type"}),
        (equal_to("ink"), "ink", {"match": "equality"}),
        (regex("[a-z]+", "ink"), "ink", {"match": "regex", "regex": "[a-z]+"}),
        (regex(re.compile("[a-z]+", re.IGNORECASE), "Ink"), "Ink", {"match": "regex", "regex": "(?i)[a-z]+"}),
        (include("in", "ink"), "ink", {"match": "include", "value": "in"}),
        (include("ink"), "ink", {"match": "include", "value": "ink"}),
        (integer(7), 7, {"match": "integer"}),
        (decimal(12.5), 12.5, {"match": "decimal"}),
        (decimal(Decimal("12.50")), 12.5, {"match": "decimal"}),
        (number(7), 7, {"match": "number"}),
        (boolean(True), True, {"match": "boolean"}),
        (null(), None, {"match": "null"}),
        (semver("1.2.3"), "1.2.3", {"match": "semver"}),
        (not_empty(["a"]), ["a"], {"match": "notEmpty"}),
        (one_of("new", "paid?"), "new", {"match": "regex", "regex": r"new|paid\?"}),
        (one_of(1, 2), 1, [{"match": "type"}, {"match": "regex", "regex": "1|2"}]),
        (content_type("image/png", "iVBORw0KGgo="), "iVBORw0KGgo=", {"match": "contentType", "value": "image/png"}),
        (uuid(UUID(int=7)), "00000000-0000-0000-0000-000000000007", {"match": "regex", "regex": UUIDS}),
        (uuid("0" * 32, format="simple"), "0" * 32, {"match": "regex", "regex": "[0-9a-fA-F]{32}"}),
        (date(NOON.date()), "2024-07-20", {"match": "date", "format": "yyyy-MM-dd"}),
        (date(NOON.date(), "%d.%m.%Y"), "20.07.2024", {"match": "date", "format": "dd.MM.yyyy"}),
        (date("20.07.2024", "dd.MM.yyyy"), "20.07.2024", {"match": "date", "format": "dd.MM.yyyy"}),
        (time(NOON.time()), "12:00:00", {"match": "time", "format": "HH:mm:ss"}),
        (time(NOON.time(), "%H o'clock"), "12 o'clock", {"match": "time", "format": "HH 'o''clock'"}),
        (datetime(NOON), "2024-07-20T12:00:00+00:00", {"match": "datetime", "format": "yyyy-MM-dd'T'HH:mm:ssXXX"}),
        (like("ink") & regex("i.*"), "ink", [{"match": "type"}, {"match": "regex", "regex": "i.*"}]),
        (regex("[a-z]+"), "made for response.body.it", {"match": "regex", "regex": "[a-z]+"}),
    ],
)
def test_a_matcher_of_one_value_is_its_example_and_its_rule(matcher: object, example: Json, rule: Json) -> None:
    found = unfolded({"it": matcher})
    assert (found.value, rules_of({"it": matcher})) == ({"it": example}, {"$.it": rule})


@pytest.mark.parametrize(
    ("tree", "example", "rules"),
    [
        (
            each_like({"id": integer(1), "name": "a"}, min=2, max=5),
            [{"id": 1, "name": "a"}] * 2,
            {"$": {"match": "type", "min": 2, "max": 5}, "$[*].id": {"match": "integer"}},
        ),
        (
            {"lines": each_like(each_like(integer(1)))},
            {"lines": [[1]]},
            {
                "$.lines": {"match": "type"},
                "$.lines[*]": {"match": "type"},
                "$.lines[*][*]": {"match": "integer"},
            },
        ),
        ([integer(1), string("a")], [1, "a"], {"$[0]": {"match": "integer"}, "$[1]": {"match": "type"}}),
        (
            like([integer(1), string("a")]),
            [1, "a"],
            {"$": {"match": "type"}, "$[0]": {"match": "integer"}, "$[1]": {"match": "type"}},
        ),
        (
            {"b c": like({"d": [{"e": regex("x", "x")}]})},
            {"b c": {"d": [{"e": "x"}]}},
            {"$['b c']": {"match": "type"}, "$['b c'].d[0].e": {"match": "regex", "regex": "x"}},
        ),
        (
            array_containing("read", {"id": integer(1)}),
            ["read", {"id": 1}],
            {
                "$": {
                    "match": "arrayContains",
                    "variants": [
                        {"index": 0, "rules": {}},
                        {"index": 1, "rules": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}},
                    ],
                }
            },
        ),
        (
            each_key({"en-GB": "hello"}, regex("[a-z]{2}-[A-Z]{2}")),
            {"en-GB": "hello"},
            {
                "$": {
                    "match": "eachKey",
                    "rules": [{"match": "regex", "regex": "[a-z]{2}-[A-Z]{2}"}],
                    "value": "en-GB",
                }
            },
        ),
        (
            each_value({"maths": {"points": integer(9)}}),
            {"maths": {"points": 9}},
            {
                "$": {"match": "eachValue", "rules": [{"match": "type"}], "value": '{"points":9}'},
                "$.*.points": {"match": "integer"},
            },
        ),
        (
            each_value({"maths": 9}, integer()),
            {"maths": 9},
            {"$": {"match": "eachValue", "rules": [{"match": "integer"}], "value": "9"}},
        ),
    ],
)
def test_matchers_of_lists_and_objects_say_where_the_inner_ones_hold(tree: Any, example: Json, rules: Json) -> None:
    assert (unfolded(tree).value, rules_of(tree)) == (example, rules)


def test_generators_stand_beside_the_rules_of_their_place() -> None:
    tree = {
        "id": from_provider_state("${id}", 7),
        "at": datetime("2024-07-20T12:00:00Z", generator=generate.datetime(expression="+ 1 day")),
        "links": each_like(stub_url(".*(/orders/[0-9]+)", "http://localhost/orders/7")),
    }
    assert write_generators(unfolded(tree).generators, RESPONSE) == {
        "body": {
            "$.at": {"type": "DateTime", "format": "yyyy-MM-dd'T'HH:mm:ssXXX", "expression": "+ 1 day"},
            "$.id": {"type": "ProviderState", "expression": "${id}", "dataType": "INTEGER"},
            "$.links[*]": {
                "type": "MockServerURL",
                "regex": ".*(/orders/[0-9]+)",
                "example": "http://localhost/orders/7",
            },
        }
    }


def test_a_tree_without_matchers_says_nothing() -> None:
    found = unfolded({"a": [1, {"b": None}], "c": "d"})
    assert (found.value, found.rules, bool(found)) == ({"a": [1, {"b": None}], "c": "d"}, (), False)


def test_the_table_of_kinds_holds_exactly_what_matching_knows() -> None:
    assert {row.name for row in RULE_KINDS.values()} == set(RULES)
    assert set(GENERATOR_KINDS) == set(GENERATORS)


def test_every_public_name_is_there_and_explained() -> None:
    assert [name for name in matchers.__all__ if not getattr(matchers, name).__doc__] == []


def test_a_matcher_has_the_type_of_its_example() -> None:
    assert_type(integer(7), Matcher[int])
    assert_type(like("ink") & regex("i.*"), Matcher[str])
    assert_type(like(integer(7)), Matcher[int])
    assert_type(each_like(decimal(2.5)), Matcher[list[float]])
    assert_type(each_like({"id": 7}), Matcher[list[dict[str, int]]])
    assert_type(each_value({"EUR": decimal(2.5)}), Matcher[dict[str, float]])
    assert_type(one_of("placed", "shipped"), Matcher[str])
    assert_type(from_provider_state("${id}", 7), Matcher[int])
    assert isinstance(integer(7), Matcher)


def test_a_tree_that_is_no_json_may_hold_bytes_anywhere() -> None:
    said = unfold({"photo": like(b"\xff")}, Location(("body",)), lambda _matcher, _place: None, may_hold_bytes=True)
    assert said.value == {"photo": b"\xff"}
