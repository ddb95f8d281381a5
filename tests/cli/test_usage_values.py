"""`contractkit usage` of values: who uses a status or a member of an enumeration, and which members nobody does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Need,
    Needs,
    Rule,
    TestReference,
    UnknownNeeds,
    parse_location,
)

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.4.0}
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: state, in: query, explode: false,
           schema: {type: array, items: {enum: [open, paid, refunded, lost]}}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: array
                items: {type: object, properties: {state: {enum: [open, paid, refunded, lost]}, note: {type: string}}}
        '404': {description: none}
"""
STATE = parse_location("response.body[*].state")
ANY_VALUE = LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),))


def contract(consumer: str, state: str, served: str, needs: Needs, *rules: LocatedRules) -> bytes:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/orders", query={"state": (state,)}),
        response=HttpResponse(status=200, body=JsonBody([{"state": served}])),
    )
    test = TestReference(node_id="tests/test_a.py::test_a", file="tests/test_a.py", line=3)
    one = Interaction(
        key="k",
        description="listOrders answers 200",
        exchange=call,
        operation="listOrders",
        rules=rules,
        evidence=(Evidence(test=test, needs=needs),),
    )
    return dump_contract(Contract(consumer=consumer, provider="orders", interactions=(one,)))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(DEFINITION)
    Path("contracts").mkdir()
    known = InferredNeeds(needed=(Need(location=STATE, members=("open", "paid")),))
    written = {
        "web-shop": contract("web-shop", "open,paid", "paid", known, ANY_VALUE),
        "ledger": contract("ledger", "paid", "refunded", UnknownNeeds(), ANY_VALUE),
    }
    for name, data in written.items():
        Path(f"contracts/{name}-orders.json").write_bytes(data)
    return tmp_path


def test_who_uses_a_member_is_said_by_place(contractkit: Callable) -> None:
    ended = contractkit("usage", "--value", "paid")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "orders is used by ledger, web-shop.\n\n"
        "listOrders\n"
        '  request.query.state = "paid"      ledger, web-shop: needs it\n'
        '  response.body[*].state = "paid"   web-shop: needs it\n'
    )


def test_what_was_only_served_is_told_apart(contractkit: Callable) -> None:
    ended = contractkit("usage", "--value", "refunded", "--location", "response.body")
    assert ended.out == (
        'orders is used by ledger.\n\nlistOrders\n  response.body[*].state = "refunded"   ledger: needs are unknown\n'
    )


def test_what_is_expected_to_the_letter_is_needed(contractkit: Callable) -> None:
    exact = LocatedRules(location=STATE, rules=(Rule("equality"),))
    Path("contracts/till-orders.json").write_bytes(contract("till", "lost", "lost", UnknownNeeds(), ANY_VALUE, exact))
    ended = contractkit("usage", "--value", "lost", "--location", "response.body", "--format", "json")
    assert json.loads(ended.out)["places"] == [
        {
            "operation": "listOrders",
            "location": 'response.body[*].state = "lost"',
            "consumers": [{"name": "till", "needed": True}],
        }
    ]


def test_who_uses_a_status_is_said(contractkit: Callable) -> None:
    ended = contractkit("usage", "--value", "200")
    assert ended.out == (
        "orders is used by ledger, web-shop.\n\nlistOrders\n  response.status = 200   ledger, web-shop: needs it\n"
    )


def test_a_value_that_nobody_uses_is_told_with_the_nearest(contractkit: Callable) -> None:
    ended = contractkit("usage", "--value", "refundet")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == "No contract uses the value refundet.\n\nDid you mean refunded?\n"


def test_an_operation_that_is_called_is_not_said_to_be_called_by_nobody(contractkit: Callable) -> None:
    ended = contractkit("usage", "--operation", "listOrders", "--value", "lost")
    assert (ended.code, ended.out) == (3, "")
    assert (
        ended.err == "No contract uses the value lost at listOrders.\n\nKnown: 200, open, open,paid, paid, refunded.\n"
    )


def test_of_a_value_only_that_it_may_go_is_said_and_of_no_other(contractkit: Callable) -> None:
    ended = contractkit("usage", "--value", "refunded", "--definition", "orders.yaml")
    assert ended.out == (
        "orders is used by ledger.\n\n"
        'listOrders\n  response.body[*].state = "refunded"   ledger: needs are unknown\n\n'
        "Safe to delete, as far as these contracts go:\n"
        "  listOrders: nobody who is known needs it\n"
        '    request.query.state = "refunded"\n\n'
        "Not known:\n"
        "  listOrders: it was served to ledger, whose needs are unknown\n"
        '    response.body[*].state = "refunded"\n'
    )


def test_of_a_value_that_nobody_uses_the_answer_is_whether_it_may_go(contractkit: Callable) -> None:
    asked = ("usage", "--value", "lost", "--definition", "orders.yaml", "--location", "request")
    ended = contractkit(*asked)
    assert ended.code == 0
    assert '    request.query.state = "lost"\n' in ended.out


def test_members_that_nobody_uses_are_safe_to_delete_as_far_as_contracts_go(contractkit: Callable) -> None:
    ended = contractkit("usage", "--definition", "orders.yaml")
    assert ended.out.partition("\n\nSafe")[2] == (
        " to delete, as far as these contracts go:\n"
        "  listOrders: nobody who is known needs it\n"
        '    request.query.state = "refunded"\n'
        '    request.query.state = "lost"\n\n'
        "Likely safe to delete:\n"
        "  listOrders: no contract holds it; the needs of ledger are unknown\n"
        "    response.body[*].note\n"
        '    response.body[*].state = "lost"\n\n'
        "Not known:\n"
        "  listOrders: it was served to ledger, whose needs are unknown\n"
        '    response.body[*].state = "refunded"\n'
    )


@pytest.mark.slow
def test_a_broker_says_the_same(contractkit: Callable, broker: str) -> None:
    options = ("--broker", broker, "--version", "4.1.0", "--branch", "main", "--allow-unconfirmed")
    published = contractkit("publish", "contracts", *options)
    assert published.code == 0, published.err
    asked = ("usage", "orders", "--value", "paid", "--definition", "orders.yaml")
    assert contractkit(*asked, "--broker", broker).out == contractkit(*asked).out
