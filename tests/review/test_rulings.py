"""Rules as they hold, and what show says of them beside each value."""

from collections.abc import Callable
from typing import Any

import pytest

from contractkit.explain.interactions import explain_interaction
from contractkit.model import Contract, parse_location
from contractkit.review.rulings import Rulings
from tests.review.pact_files import http

TYPE, INTEGER = {"match": "type"}, {"match": "integer"}


@pytest.mark.parametrize(
    ("interaction", "lines"),
    [
        (
            http(
                {"a": [{"b": "x"}]},
                rules={"$.a": TYPE, "$.a[*].*": TYPE, "$.a[*].b": {"match": "regex", "regex": "x+"}},
            ),
            [
                "response      200",
                "{",
                '  "a": [   # any of this type',
                "    {",
                '      "b": "x"   # matches x+',
                "    }",
                "  ]",
                "}",
                "also          response.body.a[*].*: any of this type (does not hold: other rules go first)",
            ],
        ),
        (
            http(
                [{"a": 1}, "z", "rest"],
                rules={
                    "$": {
                        "match": "arrayContains",
                        "variants": [
                            {"index": 0, "rules": {"$.a": {"matchers": [INTEGER]}}},
                            {"index": 1, "rules": {"$": {"matchers": [TYPE]}, "$.gone": {"matchers": [INTEGER]}}},
                        ],
                    }
                },
            ),
            [
                "response      200",
                "[   # holds 2 of these in any order",
                "  {",
                '    "a": 1   # an integer',
                "  },",
                '  "z",   # any of this type',
                '  "rest"',
                "]",
                "also          response.body[1].gone: an integer",
            ],
        ),
        (
            http({"a": {"k": 1}}, rules={"$.a": {"match": "eachValue", "rules": [INTEGER]}, "$.a.k": TYPE}),
            [
                "response      200",
                "{",
                '  "a": {   # each value: an integer',
                '    "k": 1',
                "  }",
                "}",
                "also          response.body.a.k: any of this type (does not hold: other rules go first)",
            ],
        ),
        (
            http(
                request={
                    "query": {"q": ["1"]},
                    "matchingRules": {"query": {"q[0]": {"matchers": [TYPE]}, "q": {"matchers": [INTEGER]}}},
                }
            ),
            [
                "?q=1   # any of this type",
                "response      200",
                "also          request.query.q: an integer (does not hold: other rules go first)",
            ],
        ),
    ],
)
def test_beside_each_value_stands_the_rule_that_holds(
    contract: Callable[..., Contract], interaction: dict[str, Any], lines: list[str]
) -> None:
    [one] = contract(interaction).interactions
    shown = explain_interaction(one, Rulings(one.rules)).splitlines()
    assert [line[16:] if line.startswith(" " * 16) else line[2:] for line in shown[3:-1]] == lines


def test_of_variants_that_share_an_example_each_is_said(contract: Callable[..., Contract]) -> None:
    variants = [{"index": 0, "rules": {"$": {"matchers": [rule]}}} for rule in (TYPE, INTEGER)]
    [one] = contract(http([1], rules={"$": {"match": "arrayContains", "variants": variants}})).interactions
    held, beaten = Rulings(one.rules).at(parse_location("response.body[0]"))
    assert [(str(each.location), each.rules[0].name) for each in held] == [
        ("response.body[0]", "type"),
        ("response.body[0]", "integer"),
    ]
    assert beaten == ()
    assert Rulings(one.rules).at(parse_location("response.body[7]")) == ((), ())


def test_a_contract_of_thousands_of_rules_is_shown_with_each_beside_its_value(
    contract: Callable[..., Contract],
) -> None:
    value = {f"k{number:04}": number for number in range(1_500)}
    [one] = contract(http(value, rules={f"$.{name}": INTEGER for name in value})).interactions
    shown = explain_interaction(one, Rulings(one.rules), is_whole=True)
    assert shown.count("   # an integer\n") == 1_500
    assert '"k1499": 1499   # an integer\n' in shown
