"""Verification in words: asserted as people read it."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from contractkit.errors import Explanation
from contractkit.explain.verification import explain_verification, summarise
from contractkit.explain.verification_formats import verification_as_json, verification_as_junit
from contractkit.model import (
    Contract,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    ProviderState,
    TestReference,
    parse_location,
)
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch, Raised, SkippedInteraction

TEST = TestReference(node_id="tests/test_orders.py::test_a_receipt", file="tests/test_orders.py", line=18)
CALL = HttpCall(request=HttpRequest(method="GET", path="/orders/42"), response=HttpResponse(status=200))
QUANTITY = Mismatch(
    location=parse_location("response.body.lines[1].quantity"),
    expected=2,
    actual="2",
    rule="integer",
    sentence="an integer, for example 2",
)
TOTAL = Mismatch(
    location=parse_location("response.body.total"), expected=1, actual=ABSENT, rule="type", sentence="a number"
)
TIME_OUT = Explanation("No whole answer came within 10 s.", (("provider", "http://localhost:8000"),))


def interaction(description: str = "a shipped order", **changes: Any) -> Interaction:
    values: dict[str, Any] = {
        "key": description,
        "description": description,
        "exchange": CALL,
        "states": (ProviderState(name="order has shipped", params={"id": 42}),),
        "evidence": (Evidence(test=TEST),),
    }
    return Interaction(**{**values, **changes})


def result(*results: InteractionResult, consumer: str = "web-shop", **changes: Any) -> ContractResult:
    contract = Contract(consumer=consumer, provider="orders", interactions=tuple(each.interaction for each in results))
    return ContractResult(contract=contract, results=results, **changes)


FAILED = InteractionResult(interaction=interaction(), mismatches=(QUANTITY, TOTAL))
PASSED = InteractionResult(interaction=interaction("an order"))
ERRORED = InteractionResult(interaction=interaction("a slow order"), error=TIME_OUT, reason="time-out")


def test_a_failure_names_place_values_and_test() -> None:
    assert explain_verification("orders", [result(PASSED, FAILED)]) == (
        "2 interactions with orders: 1 passed, 1 failed.\n\n"
        "  web-shop   1 passed, 1 failed\n\n"
        "web-shop cannot use the response of orders to GET /orders/42.\n\n"
        "  interaction   a shipped order\n"
        "  given         order has shipped (id: 42)\n"
        "  test          tests/test_orders.py:18\n"
        "  at            response.body.lines[1].quantity\n"
        "  expected      an integer, for example 2\n"
        '  received      "2"\n'
        "  at            response.body.total\n"
        "  expected      a number\n"
        "  received      nothing\n\n"
        'Run this interaction alone: contractkit verify orders --interaction "a shipped order"'
    )


def test_all_passed_is_one_sentence() -> None:
    results = [result(PASSED), result(PASSED, consumer="courier-app")]
    assert explain_verification("orders", results) == (
        "orders does what web-shop and courier-app expect: 2 interactions passed.\n\n"
        "  web-shop      1 passed\n"
        "  courier-app   1 passed"
    )


def test_equal_errors_are_told_once() -> None:
    again = InteractionResult(interaction=interaction("another"), error=TIME_OUT, reason="time-out")
    assert explain_verification("orders", [result(ERRORED, again)]) == (
        "2 interactions with orders: 2 errored.\n\n"
        "  web-shop   2 errored\n\n"
        "2 interactions were not judged (time-out). No whole answer came within 10 s.\n\n"
        "  provider   http://localhost:8000\n"
        "  web-shop   a slow order (tests/test_orders.py:18)\n"
        "  web-shop   another (tests/test_orders.py:18)"
    )


def test_a_thousand_equal_errors_name_ten() -> None:
    many = [
        InteractionResult(interaction=interaction(f"order {number}"), error=TIME_OUT, reason="time-out")
        for number in range(1000)
    ]
    text = explain_verification("orders", [result(*many)])
    assert text.endswith("\n             and 990 more")
    assert text.count("order ") == 10


def test_an_unprepared_derived_state_brings_the_skeleton() -> None:
    state = DerivedState(operation="getOrder", status="200", values={"id": 42})
    unprepared = InteractionResult(
        interaction=interaction(states=(), derived_state=state), mismatches=(TOTAL,), unprepared=True
    )
    assert (
        'No handler prepared "getOrder answers 200", so the provider may lack the data. '
        "Add to the file of provider states (`states` in the settings, or --states):\n\n"
        '@provider_state.for_operation("getOrder", status=200)\n'
        "def get_order_answers_200(id: int):\n"
        "    ...\n\n"
        "Run this interaction alone:"
    ) in explain_verification("orders", [result(unprepared)])


def test_a_refused_request_says_how_to_send_credentials() -> None:
    status = Mismatch(
        location=parse_location("response.status"), expected=200, actual=401, rule="equality", sentence="exactly 200"
    )
    refused = InteractionResult(interaction=interaction(), mismatches=(status,))
    assert (
        "Credentials are never recorded. To send some: contractkit verify --header 'Authorization: Bearer $TOKEN'"
    ) in explain_verification("orders", [result(refused)])


def test_pending_failures_are_told_apart() -> None:
    pending = result(FAILED, pending=True)
    text = explain_verification("orders", [pending])
    assert text.startswith(
        "1 interaction with orders: 1 failed. 1 of those not passed is pending and blocks nobody.\n\n"
        "  web-shop   1 failed   (pending: blocks nobody)\n\n"
        "Pending: web-shop cannot use the response of orders to GET /orders/42.\n"
    )
    assert summarise("orders", [pending]) == (
        "1 interaction with orders: 1 failed. 1 of those not passed is pending and blocks nobody."
    )


def test_skipped_interactions_are_named_and_never_green() -> None:
    skipped = SkippedInteraction(key="m", description="an order was placed", reason="messages cannot be replayed yet")
    assert explain_verification("orders", [result(PASSED, skipped=(skipped,))]) == (
        "2 interactions with orders: 1 passed, 1 skipped.\n\n"
        "  web-shop   1 passed, 1 skipped\n\n"
        "1 interaction was skipped, so not verified.\n\n"
        "  web-shop   an order was placed: messages cannot be replayed yet"
    )


def test_control_characters_of_a_contract_do_not_reach_the_terminal() -> None:
    hostile = InteractionResult(interaction=interaction("\x1b[31mred\x07"), mismatches=(TOTAL,))
    text = explain_verification("orders", [result(hostile)])
    assert "  interaction   \\x1b[31mred\\x07\n" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("description", "quoted"),
    [("an order", '"an order"'), ("costs $5", "'costs $5'"), ('a "b"', "'a \"b\"'")],
)
def test_the_command_to_repeat_it_is_quoted_for_a_shell(description: str, quoted: str) -> None:
    failed = InteractionResult(interaction=interaction(description), mismatches=(TOTAL,))
    text = explain_verification("orders", [result(failed)])
    assert text.endswith(f"contractkit verify orders --interaction {quoted}")


def test_a_shared_description_is_told_apart_by_the_key() -> None:
    both = [
        InteractionResult(interaction=interaction("an order", key=key), mismatches=(TOTAL,)) for key in ("k1", "k2")
    ]
    text = explain_verification("orders", [result(*both)])
    assert 'contractkit verify orders --interaction "k1"\n' in text
    assert text.endswith('contractkit verify orders --interaction "k2"')


def test_json_holds_every_fact() -> None:
    document = json.loads(verification_as_json("orders", [result(FAILED, ERRORED)]))
    assert document["schema_version"] == 1
    assert document["counts"] == {"passed": 0, "failed": 1, "errored": 1, "skipped": 0}
    [failed, errored] = document["contracts"][0]["interactions"]
    assert failed["mismatches"] == [
        {
            "location": "response.body.lines[1].quantity",
            "expected": "an integer, for example 2",
            "expected_value": 2,
            "received": "2",
            "rule": "integer",
        },
        {"location": "response.body.total", "expected": "a number", "expected_value": 1, "rule": "type"},
    ]
    assert (failed["tests"], errored["reason"]) == (["tests/test_orders.py:18"], "time-out")


def test_junit_has_a_suite_per_contract_and_a_case_per_interaction() -> None:
    pending = result(FAILED, consumer="courier-app", pending=True)
    root = ElementTree.fromstring(verification_as_junit("orders", [result(PASSED, FAILED, ERRORED), pending]))
    assert [dict(suite.attrib) for suite in root] == [
        {"name": "web-shop with orders", "tests": "3", "failures": "1", "errors": "1", "skipped": "0"},
        {"name": "courier-app with orders", "tests": "1", "failures": "0", "errors": "0", "skipped": "1"},
    ]
    assert [[child.tag for child in case] for case in root.iter("testcase")] == [
        [],
        ["failure"],
        ["error"],
        ["skipped"],
    ]


def test_junit_survives_characters_that_xml_cannot_hold() -> None:
    hostile = InteractionResult(interaction=interaction("a\x00b\ufffe"), mismatches=(TOTAL,))
    root = ElementTree.fromstring(verification_as_junit("orders", [result(hostile)]))
    [case] = root.iter("testcase")
    assert case.get("name") == "a�b�"


STATUS = Mismatch(
    location=parse_location("response.status"), expected=200, actual=404, rule="equality", sentence="exactly 200"
)
DERIVED = DerivedState(operation="listOrders", status="200", values={})


def test_an_answer_with_another_status_is_shown_whole_not_member_by_member() -> None:
    answer = HttpResponse(status=404, body=JsonBody({"title": "no such order"}))
    failed = InteractionResult(interaction=interaction(), mismatches=(STATUS, QUANTITY, TOTAL), answer=answer)
    text = explain_verification("orders", [result(failed)])
    assert (
        "  at            response.status\n"
        "  expected      exactly 200\n"
        "  received      404\n"
        '  body          {"title":"no such order"}\n\n'
    ) in text
    assert "quantity" not in text
    assert (
        len(
            json.loads(verification_as_json("orders", [result(failed)]))["contracts"][0]["interactions"][0][
                "mismatches"
            ]
        )
        == 3
    )


def test_what_the_application_raised_stands_with_its_failure_and_no_state_is_asked_for() -> None:
    raised = Raised(error="KeyError: 'total'", at="app.py:7", lines=("app.py:7 in total: return order['total']",))
    failed = InteractionResult(
        interaction=interaction(states=(), derived_state=DERIVED),
        mismatches=(STATUS,),
        answer=HttpResponse(status=500),
        raised=raised,
        unprepared=True,
    )
    text = explain_verification("orders", [result(failed)])
    assert (
        "  body          nothing\n"
        "  raised        KeyError: 'total'\n"
        "  in            app.py:7 in total: return order['total']\n"
    ) in text
    assert "No handler prepared" not in text
    shown = json.loads(verification_as_json("orders", [result(failed)]))["contracts"][0]["interactions"][0]
    assert shown["raised"] == {"error": raised.error, "at": raised.at, "lines": list(raised.lines)}


def test_an_empty_list_that_left_elements_unchecked_is_told_though_it_passed() -> None:
    passed = InteractionResult(
        interaction=interaction("all orders", states=(), derived_state=DERIVED),
        unprepared=True,
        unchecked=(parse_location("response.body.items"),),
    )
    assert explain_verification("orders", [result(passed)]) == (
        "orders does what web-shop expects: 1 interaction passed. 1 interaction left elements of lists unchecked: the "
        "provider had none.\n\n"
        "  web-shop   1 passed\n\n"
        "GET /orders/42 passed, and less was checked than web-shop expects of orders.\n\n"
        "  interaction   all orders\n"
        "  given         listOrders answers 200\n"
        "  test          tests/test_orders.py:18\n"
        "  unchecked     nothing of the elements of response.body.items was checked: the provider answered an empty "
        "list\n\n"
        'No handler prepared "listOrders answers 200", so the provider may lack the data. '
        "Add to the file of provider states (`states` in the settings, or --states):\n\n"
        '@provider_state.for_operation("listOrders", status=200)\n'
        "def list_orders_answers_200():\n"
        "    ..."
    )
    shown = json.loads(verification_as_json("orders", [result(passed)]))["contracts"][0]["interactions"][0]
    assert shown["unchecked"] == ["response.body.items"]


def test_a_contract_cannot_forge_lines_of_a_report() -> None:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/a\n\n1 interaction with orders: 1 passed."),
        response=HttpResponse(status=200),
    )
    wrong = Mismatch(
        location=parse_location("response.body['a\nb']"), expected=1, actual=2, rule="regex", sentence="like x\ny"
    )
    forged = interaction(
        "red\r\nfake line", key="0123", exchange=call, states=(ProviderState(name="a\nstate"),), evidence=()
    )
    text = explain_verification("orders", [result(InteractionResult(interaction=forged, mismatches=(wrong,)))])
    assert text == (
        "1 interaction with orders: 1 failed.\n\n"
        "  web-shop   1 failed\n\n"
        "web-shop cannot use the response of orders to GET /a\\x0a\\x0a1 interaction with orders: 1 passed..\n\n"
        "  interaction   red\\x0d\\x0afake line\n"
        "  given         a\\x0astate\n"
        "  at            response.body['a\\x0ab']\n"
        "  expected      like x\\x0ay\n"
        "  received      2\n\n"
        'Run this interaction alone: contractkit verify orders --interaction "0123"'
    )


def test_a_contract_cannot_forge_lines_where_nothing_was_judged() -> None:
    slow = InteractionResult(interaction=interaction("slow\nfake"), error=TIME_OUT, reason="time-out")
    skipped = SkippedInteraction(description="a\nfake", key="k", reason="x")
    lines = explain_verification("orders", [result(slow, consumer="web\nfake", skipped=(skipped,))]).splitlines()
    assert not [line for line in lines if line.lstrip().startswith("fake")]
    assert "  web\\x0afake   a\\x0afake: x" in lines
