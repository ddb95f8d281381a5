"""Which rules accept nothing that others refuse."""

import pytest

from contractkit.matching.weighting import RuleList
from contractkit.model import Rule
from contractkit.review.strictness import Order, order

TYPE, NUMBER, INTEGER = Rule("type"), Rule("number"), Rule("integer")
SEVEN, EIGHT = Rule("regex", {"regex": "7"}), Rule("regex", {"regex": "8"})


def rules(*each: Rule, combine: str = "AND") -> RuleList:
    return RuleList(each, "OR" if combine == "OR" else "AND")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rules(), rules(), Order.SAME),
        (rules(), rules(TYPE), Order.WIDER),
        (rules(INTEGER), rules(NUMBER), Order.WIDER),
        (rules(NUMBER), rules(TYPE), Order.WIDER),
        (rules(INTEGER), rules(TYPE), Order.WIDER),
        (rules(TYPE), rules(INTEGER), Order.NARROWER),
        (rules(TYPE), rules(), Order.NARROWER),
        (rules(SEVEN), rules(EIGHT), Order.UNRELATED),
        (rules(SEVEN), rules(SEVEN, EIGHT), Order.NARROWER),
        (rules(SEVEN, EIGHT), rules(EIGHT), Order.WIDER),
        (rules(SEVEN), rules(SEVEN, EIGHT, combine="OR"), Order.WIDER),
        (rules(SEVEN, EIGHT, combine="OR"), rules(EIGHT), Order.NARROWER),
        (rules(SEVEN, EIGHT, combine="OR"), rules(TYPE), Order.WIDER),
        (rules(SEVEN, EIGHT), rules(SEVEN, EIGHT, combine="OR"), Order.WIDER),
        (rules(Rule("type", {"min": 1})), rules(TYPE), Order.WIDER),
        (rules(Rule("type", {"min": 1})), rules(Rule("type", {"min": 2})), Order.NARROWER),
        (rules(Rule("type", {"min": 1})), rules(Rule("type", {"max": 2})), Order.UNRELATED),
        (rules(Rule("type", {"min": 2, "max": 3})), rules(Rule("type", {"min": 1, "max": 3})), Order.WIDER),
        (rules(Rule("statusCode", {"status": [200, 201]})), rules(Rule("statusCode")), Order.WIDER),
        (
            rules(Rule("statusCode", {"status": "clientError"})),
            rules(Rule("statusCode", {"status": "success"})),
            Order.UNRELATED,
        ),
        (rules(Rule("min-type")), rules(TYPE), Order.SAME),
        (rules(Rule("of-a-plugin")), rules(TYPE), Order.UNRELATED),
    ],
)
def test_rules_are_ordered_by_what_they_accept(before: RuleList, after: RuleList, expected: Order) -> None:
    assert order(before, after) is expected
