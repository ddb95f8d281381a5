"""Reports of a verification for machines and for pull requests: whole, valid, bounded, and without forged markup."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from contractkit.errors import Explanation
from contractkit.explain.verification_formats import verification_as_json, verification_as_junit
from contractkit.explain.verification_github import verification_as_github
from contractkit.explain.verification_markdown import LONGEST, marker_of, verification_as_markdown
from contractkit.explain.verification_sarif import verification_as_sarif
from contractkit.model import (
    Contract,
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
from contractkit.results import ContractResult, InteractionResult, Mismatch, Raised, SkippedInteraction, Violation

SCHEMA = json.loads((Path(__file__).parents[2] / "contracts/schema/verification-report-v1.schema.json").read_text())
TEST = TestReference(node_id="tests/test_orders.py::test_a_receipt", file="tests/test_orders.py", line=18)
CALL = HttpCall(request=HttpRequest(method="GET", path="/orders/42"), response=HttpResponse(status=200))
QUANTITY = Mismatch(
    location=parse_location("response.body.lines[1].quantity"),
    expected=2,
    actual="2",
    rule="integer",
    sentence="an integer, for example 2",
)
TIME_OUT = Explanation("No whole answer came within 10 s.", (("provider", "http://localhost:8000"),))


def interaction(description: str = "a shipped order", **changes: Any) -> Interaction:
    values = {"key": "k1", "description": description, "exchange": CALL, "evidence": (Evidence(test=TEST),)}
    return Interaction(**{**values, **changes})


def failed(description: str = "a shipped order", **changes: Any) -> InteractionResult:
    answer = HttpResponse(status=200, body=JsonBody({"lines": [{"quantity": "2"}]}))
    return InteractionResult(
        interaction=interaction(description), **{"mismatches": (QUANTITY,), "answer": answer, **changes}
    )


def errored() -> InteractionResult:
    return InteractionResult(interaction=interaction("a slow order", key="k2"), error=TIME_OUT, reason="time-out")


def result(*results: InteractionResult, consumer: str = "web-shop", **changes: Any) -> ContractResult:
    contract = Contract(consumer=consumer, provider="orders", interactions=tuple(each.interaction for each in results))
    return ContractResult(contract=contract, results=results, **{"origin": "contracts/web-shop-orders.json", **changes})


PASSED = InteractionResult(interaction=interaction("an order", key="k3"))
SKIPPED = SkippedInteraction(key="k4", description="an order was placed", reason="messages cannot be replayed yet")


def test_the_json_report_fits_its_published_schema() -> None:
    raised = Raised(error="KeyError: 'total'", at="app.py:7", lines=("app.py:7 in total: return order['total']",))
    report = json.loads(
        verification_as_json("orders", [result(PASSED, failed(raised=raised), errored(), skipped=(SKIPPED,))])
    )
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    [_, broken, slow] = report["contracts"][0]["interactions"]
    assert broken["response"] == {"status": 200, "body": '{"lines":[{"quantity":"2"}]}'}
    assert broken["replay"] == 'contractkit verify orders --interaction "a shipped order"'
    assert slow["reason"] == "time-out"


def test_an_errored_interaction_without_its_reason_would_not_fit_the_schema() -> None:
    report = json.loads(verification_as_json("orders", [result(errored())]))
    del report["contracts"][0]["interactions"][0]["reason"]
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(report)


def test_an_interaction_that_two_consumers_have_is_repeated_for_one_of_them() -> None:
    both = [result(failed()), result(failed(), consumer="courier-app")]
    commands = [
        each["interactions"][0]["replay"] for each in json.loads(verification_as_json("orders", both))["contracts"]
    ]
    assert commands == [
        'contractkit verify orders --consumer web-shop --interaction "a shipped order"',
        'contractkit verify orders --consumer courier-app --interaction "a shipped order"',
    ]


def test_junit_repeats_an_interaction_of_two_consumers_for_one_and_tells_its_drift() -> None:
    place = parse_location("response.body.total")
    drifted = failed(drift=(Violation(location=place, expected="a number", received="2", pointer="/total"),))
    both = [result(drifted), result(failed(), consumer="courier-app")]
    first, second = ElementTree.fromstring(verification_as_junit("orders", both)).iter("testcase")
    assert "contractkit verify orders --consumer courier-app" in (second.findtext("failure") or "")
    assert first.findtext("system-out") == "Drift:\nresponse.body.total: the definition expects a number"
    assert second.find("system-out") is None


def test_github_is_told_of_each_interaction_and_of_the_summary() -> None:
    text = verification_as_github("orders", [result(PASSED, failed(), skipped=(SKIPPED,))])
    assert text.splitlines() == [
        "::error title=web-shop%3A a shipped order::web-shop cannot use the response of orders to GET /orders/42.%0A%0A"
        "  interaction   a shipped order%0A"
        "  test          tests/test_orders.py:18%0A"
        "  at            response.body.lines[1].quantity%0A"
        "  expected      an integer, for example 2%0A"
        '  received      "2"%0A'
        '  response      200  {"lines":[{"quantity":"2"}]}%0A%0A'
        'Run this interaction alone: contractkit verify orders --interaction "a shipped order"',
        "::error title=web-shop%3A an order was placed::Not replayed: messages cannot be replayed yet.",
        "::notice title=contracts with orders::3 interactions with orders: 1 passed, 1 failed, 1 skipped.",
    ]


def test_github_shows_the_provider_s_own_line_that_raised() -> None:
    raised = Raised(error="KeyError: 'total'", at="src/orders/app.py:7")
    text = verification_as_github("orders", [result(failed(raised=raised))])
    assert text.startswith("::error file=src/orders/app.py,line=7,title=web-shop%3A a shipped order::")


def test_what_is_pending_is_a_warning_to_github() -> None:
    text = verification_as_github("orders", [result(failed(), errored(), pending=True)])
    assert [line.partition(" ")[0] for line in text.splitlines()] == ["::warning", "::warning", "::notice"]


def test_more_annotations_than_github_shows_are_counted_in_the_last() -> None:
    lines = verification_as_github("orders", [result(*[failed(f"order {each}") for each in range(12)])]).splitlines()
    assert len(lines) == 11
    assert lines[9] == (
        "::error title=contracts::3 more interactions did not pass; the step's log and its reports have them all."
    )


def test_a_contract_cannot_give_github_a_command() -> None:
    lines = verification_as_github("orders", [result(failed("x\n::add-mask::a,b:c%0A"))]).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "title=web-shop%3A x%0A%3A%3Aadd-mask%3A%3Aa%2Cb%3Ac%250A::" in lines[0]


def test_sarif_has_a_result_per_mismatch_and_a_notification_per_error() -> None:
    log = json.loads(verification_as_sarif("orders", [result(failed(), errored(), skipped=(SKIPPED,))]))
    [run] = log["runs"]
    [found] = run["results"]
    assert (log["version"], found["ruleId"], found["level"]) == ("2.1.0", "integer", "error")
    assert run["tool"]["driver"]["rules"] == [
        {"id": "integer", "shortDescription": {"text": "A response breaks the rule integer."}}
    ]
    assert found["message"]["text"] == (
        "web-shop cannot use the response of orders to GET /orders/42 (a shipped order): "
        'response.body.lines[1].quantity should be an integer, for example 2, received "2". '
        'To replay it: contractkit verify orders --interaction "a shipped order"'
    )
    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "contracts/web-shop-orders.json"},
                "region": {"startLine": 1},
            },
            "logicalLocations": [
                {
                    "name": "response.body.lines[1].quantity",
                    "fullyQualifiedName": "web-shop/k1/response.body.lines[1].quantity",
                    "kind": "member",
                }
            ],
        }
    ]
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "time-out"},
                    "level": "error",
                    "message": {
                        "text": "web-shop: a slow order was not judged (time-out): No whole answer came within 10 s."
                    },
                },
                {
                    "descriptor": {"id": "skipped"},
                    "level": "error",
                    "message": {
                        "text": "web-shop: an order was placed was not judged (skipped): "
                        "messages cannot be replayed yet"
                    },
                },
            ],
        }
    ]


def test_the_fingerprint_of_a_mismatch_outlives_its_value() -> None:
    other = Mismatch(location=QUANTITY.location, expected=3, actual="9", rule="integer", sentence="an integer")
    logs = [
        json.loads(verification_as_sarif("orders", [result(each)]))["runs"][0]["results"][0]["partialFingerprints"]
        for each in (failed(), failed(mismatches=(other,)))
    ]
    assert logs[0] == logs[1]


def test_the_markdown_comment_names_states_with_their_parameters() -> None:
    state = ProviderState(name="order exists", params={"id": 7})
    stated = replace(failed(), interaction=interaction(states=(state,)))
    text = verification_as_markdown("orders", [result(stated)])
    assert "- given: `order exists (id: 7)`" in text.splitlines()


def test_the_markdown_comment_says_what_broke_and_can_be_found_again() -> None:
    text = verification_as_markdown("orders", [result(PASSED, failed(), errored(), skipped=(SKIPPED,))])
    assert text == (
        "<!-- contractkit verify orders -->\n\n"
        "### Contracts with orders: broken\n\n"
        "4 interactions with orders: 1 passed, 1 failed, 1 errored, 1 skipped.\n\n"
        "| consumer | passed | failed | errored | skipped | |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| web-shop | 1 | 1 | 1 | 1 |  |\n\n"
        "**web-shop**: a shipped order\n\n"
        "- asked: `GET /orders/42`\n"
        "- the consumer's test: `tests/test_orders.py:18`\n"
        '- at `response.body.lines[1].quantity`: expected `an integer, for example 2`, received `"2"`\n'
        '- to replay it: `contractkit verify orders --interaction "a shipped order"`\n\n'
        "**web-shop**: a slow order was not judged (`time-out: No whole answer came within 10 s.`)\n\n"
        "**web-shop**: an order was placed was not judged (`messages cannot be replayed yet`)"
    )


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([result(PASSED)], "kept"),
        ([result(PASSED), result(failed(), pending=True)], "kept"),
        ([result(PASSED, errored())], "not all judged"),
        ([result(PASSED, skipped=(SKIPPED,))], "not all judged"),
        ([result(failed(), errored())], "broken"),
    ],
)
def test_the_comment_s_title_is_the_verdict(results: list[ContractResult], verdict: str) -> None:
    title = verification_as_markdown("orders", results).splitlines()[2]
    assert title == f"### Contracts with orders: {verdict}"


def test_a_comment_about_thousands_of_failures_fits() -> None:
    many = [failed(f"order {each} {'x' * 300}") for each in range(3_000)]
    text = verification_as_markdown("orders", [result(*many)])
    assert len(text) <= LONGEST
    assert text.endswith(" more, which the build's log has.")


def test_a_contract_cannot_put_markup_or_mentions_into_a_comment() -> None:
    hostile = failed("<script>@team [a](javascript:b) | `c`", mismatches=(QUANTITY, _valued("``` @team")))
    text = verification_as_markdown("orders", [result(hostile, consumer="web|shop")])
    assert "\\<script\\>@\u200bteam \\[a\\](javascript:b) \\| \\`c\\`" in text
    assert '```` "``` @team" ````' in text
    assert "| web\\|shop | 0 | 1 | 0 | 0 |  |" in text


def test_a_name_cannot_end_the_marker() -> None:
    assert marker_of("a --> <b") == "<!-- contractkit verify a----b -->"


def _valued(value: str) -> Mismatch:
    return Mismatch(location=QUANTITY.location, expected=2, actual=value, rule="integer", sentence="an integer")
