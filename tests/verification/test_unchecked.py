"""Unchecked: an empty list fits, and that its elements were not looked at is known."""

import pytest

from contractkit.exact_json import Json
from contractkit.model import JsonBody, MissingBody, TextBody, parse_location
from contractkit.verification.unchecked import unchecked_lists

BODY = parse_location("response.body")


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"items": [{"id": 1}]}, {"items": []}, ("response.body.items",)),
        ({"items": [{"id": 1}]}, {"items": [{"id": 2}]}, ()),
        ({"items": []}, {"items": []}, ()),
        ([1], [], ("response.body",)),
        ({"orders": [{"lines": [1]}]}, {"orders": [{"lines": []}, {"lines": []}]}, ("response.body.orders[*].lines",)),
        ({"orders": [{"lines": [1]}]}, {"orders": [{"lines": []}, {"lines": [2]}]}, ()),
        ({"a": [1], "b": [1]}, {"a": [], "b": []}, ("response.body.a", "response.body.b")),
        ([{"in": {"tags": [1]}}], [{"in": {"tags": []}}], ("response.body[*]['in'].tags",)),
        ([[1]], [[], []], ("response.body[*]",)),
        ([{"id": 1, "sku": "A"}], [], ("response.body",)),
        ({"items": [1]}, {}, ()),
        ({"items": [1]}, {"items": None}, ()),
    ],
)
def test_lists_without_an_element_to_look_at(expected: Json, actual: Json, found: tuple[str, ...]) -> None:
    assert unchecked_lists(JsonBody(expected), [JsonBody(actual)], BODY) == tuple(map(parse_location, found))


def test_bodies_that_are_not_json_hold_no_lists() -> None:
    assert unchecked_lists(MissingBody(), [JsonBody([])], BODY) == ()
    assert unchecked_lists(JsonBody([1]), [TextBody("[]")], BODY) == ()
