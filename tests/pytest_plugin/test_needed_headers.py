"""Headers that a test wrote into an answer: expected where the consumer needs them, else left out or named by lint."""

from dataclasses import replace
from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.model import HttpCall, HttpRequest, HttpResponse, Interaction, MissingBody, TextBody
from contractkit.recording.observed_answers import can_be_changed
from contractkit.review.lints import lint_contract
from tests.pytest_plugin.conftest import Project

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

CLIENT = """
import httpx

def orders(http):
    answer = http.get("/orders/7")
    return int(answer.headers["X-Total"]), answer.headers.get("X-Page"), {body}
"""

TEST = """
import httpx
import client
from contractkit import matchers

def test_orders(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(200, headers={headers})
    with httpx.Client(transport=stub.transport(), base_url="https://orders.example.test/v1") as http:
        assert client.orders(http)[0] == 3

"""


def recorded(project: Project, headers: str, *, body: str = "None") -> dict[str, Any]:
    project.write("client.py", CLIENT.replace("{body}", body))
    project.write("test_shop.py", TEST.replace("{headers}", headers))
    project.run("--contract-needs=auto").assert_outcomes(passed=1)
    [interaction] = project.contract["interactions"]
    return interaction


def needs_of(interaction: dict[str, Any]) -> dict[str, Any]:
    [evidence] = interaction["comments"]["contractkit"]["evidence"]
    return {name: value for name, value in evidence["needs"].items() if name != "validFor"}


def test_a_header_that_nobody_needs_is_left_out(project: Project) -> None:
    interaction = recorded(project, '{"X-Total": "3", "X-Page": "1"}')
    assert interaction["response"]["headers"] == {"content-type": ["application/json"], "x-total": ["3"]}
    assert list(interaction["response"]["matchingRules"]["header"]) == ["x-total"]
    assert needs_of(interaction) == {
        "kind": "inferred",
        "needed": [{"location": "response.headers['x-total']"}],
        "tolerated": ["response.headers['x-page']"],
        "untouched": ["response.body.coupon", "response.body.id", "response.body.note", "response.body.total"],
    }


def test_one_that_a_matcher_speaks_of_stays_and_lint_names_it(project: Project) -> None:
    interaction = recorded(project, '{"X-Total": "3", "X-Page": matchers.regex("[0-9]+", "1")}')
    assert interaction["response"]["headers"]["x-page"] == ["1"]
    [finding] = lint_contract(load_contract(project.contract_bytes, origin="a.json"))
    assert (finding.lint.id, str(finding.remark.location), finding.remark.why) == (
        "needless-expectation",
        "response.headers['x-page']",
        "is expected, and every test of this interaction passes without it",
    )


def test_headers_that_stand_in_for_each_other_both_stay(project: Project) -> None:
    headers = '{"X-Total": "3", "X-Page": "1", "X-Next": "2"}'
    body = 'answer.headers.get("X-Page") or answer.headers["X-Next"]'
    interaction = recorded(project, headers, body=body)
    assert sorted(interaction["response"]["headers"]) == ["content-type", "x-next", "x-page", "x-total"]
    assert needs_of(interaction)["anyOf"] == [["response.headers['x-next']", "response.headers['x-page']"]]


def test_of_an_answer_that_is_not_json_nothing_is_found_of_its_headers_either() -> None:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/orders"),
        response=HttpResponse(status=200, headers={"content-type": ("text/csv",), "x-total": ("3",)}),
    )
    in_text = Interaction(key="a", description="orders", exchange=call, served=TextBody("7,lamp", "text/csv"))
    assert not can_be_changed(in_text)
    assert can_be_changed(replace(in_text, served=MissingBody()))


def test_an_answer_without_a_body_needs_its_headers(project: Project) -> None:
    project.write(
        "test_shop.py",
        """
import httpx

def test_it(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(404, headers={"Retry-After": "3", "X-Page": "1"})
    with httpx.Client(transport=stub.transport(), base_url="https://orders.example.test/v1") as http:
        assert int(http.get("/orders/7").headers["Retry-After"]) == 3
""",
    )
    project.run("--contract-needs=full").assert_outcomes(passed=1)
    [interaction] = project.contract["interactions"]
    assert interaction["response"]["headers"] == {"retry-after": ["3"]}
    assert needs_of(interaction) == {
        "kind": "inferred",
        "needed": [{"location": "response.headers['retry-after']"}],
        "tolerated": ["response.headers['x-page']"],
    }
