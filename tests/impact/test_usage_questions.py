"""Questions about usage: which operations and places a name means."""

import pytest

from contractkit.impact.usage import Sureness, Unused, judged_place
from contractkit.impact.usage_questions import lies_in, operation_suggested, operations_named, places_named

KNOWN = ("shop.v1.Inventory/GetStock", "shop.v1.Store/GetStock", "shop.v1.Store/Count", "GET /Count", "getOrder")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("getOrder", {"getOrder"}),
        ("Count", {"shop.v1.Store/Count"}),
        ("Store/GetStock", {"shop.v1.Store/GetStock"}),
        ("GetStock", {"shop.v1.Inventory/GetStock", "shop.v1.Store/GetStock"}),
        ("tock", set()),
        ("", set()),
    ],
)
def test_a_procedure_is_named_as_in_tests(asked: str, expected: set[str]) -> None:
    assert operations_named(asked, KNOWN) == expected


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("GetStck", "Did you mean shop.v1.Inventory/GetStock or shop.v1.Store/GetStock?"),
        ("Inventory/Gtock", "Did you mean shop.v1.Inventory/GetStock or shop.v1.Store/GetStock?"),
        ("shop.v1.Inventory/Get", "Did you mean shop.v1.Inventory/GetStock or shop.v1.Store/GetStock or "
         "shop.v1.Store/Count?"),
        ("refund", "Known: GET /Count, getOrder, shop.v1.Inventory/GetStock, shop.v1.Store/Count, "
         "shop.v1.Store/GetStock."),
    ],
)  # fmt: skip
def test_a_name_of_nothing_is_told_the_nearest(asked: str, said: str) -> None:
    assert operation_suggested(asked, KNOWN) == said


@pytest.mark.parametrize(
    ("place", "asked", "expected"),
    [
        ("response.body[*].sku", "/0/sku", True),
        ("response.body.a.b", "a", True),
        ("message.contents.a['b/c']", "/a/b~1c", True),
        ("events[*].message.sku", "sku", True),
        ("sent[*].message.lines[*].sku", "/lines/0/sku", True),
        ("received[*].message.sku", "events[2].message.sku", True),
        ("received[*].message.sku", "received[*]", True),
        ("received[*].message.sku", "sent[*].message.sku", False),
        ('request.body.state = "open"', "state", True),
        ("response.body.states", "state", False),
        ("response.status", "status", False),
        ("response.body.a", "/", False),
    ],
)
def test_a_place_is_what_is_asked_for_or_in_it(place: str, asked: str, expected: bool) -> None:
    assert lies_in(place, asked) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("response.body.total", ("response.body.total",)),
        ("response.body.lines[3].sku", ("response.body.lines[3].sku", "response.body.lines[*].sku")),
        ("events[*].message.sku", ("events[*].message.sku", "sent[*].message.sku", "received[*].message.sku")),
        ("events[*].status", ("events[*].status",)),
        ("sent[*].message.sku", ("sent[*].message.sku",)),
    ],
)
def test_a_place_of_a_calls_messages_means_those_of_both_sides(asked: str, expected: tuple[str, ...]) -> None:
    assert places_named(asked) == expected


def test_what_holds_something_that_was_served_was_served_itself() -> None:
    uses = {"response.body.lines[*].sku": {"ledger": None}}
    assert judged_place("listOrders", "response.body.lines", uses, ("ledger",)) == Unused(
        operation="listOrders", location="response.body.lines", sureness=Sureness.UNKNOWN, consumers=("ledger",)
    )
