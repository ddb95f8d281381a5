"""Contract tests run twice: what clients draw anew gets a rule and a stable example, all else fails the test."""

import re
from typing import Any

import pytest

from tests.pytest_plugin.conftest import Project

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

CHECK = ("--contract-check-deterministic", "--contract-needs=off")
PLAIN = ("--contract-needs=off",)

SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.orders]
definition = "orders.yaml"
headers = ["Idempotency-Key"]
"""

HEAD = """
import itertools
import random
import time
import uuid
from datetime import datetime, timezone

NUMBERS = itertools.count(1)

def place(stub, **sent):
    body = {"sku": "a-1", **sent.pop("body", {})}
    answer = httpx.post(f"{stub.url}/orders", json=body, headers=sent)
    assert answer.status_code == 201
    return answer.json()
"""

STEADY = {
    "a UUID in a header": "place(contract_stub('orders'), **{'Idempotency-Key': str(uuid.uuid4())})",
    "a token in a header": "place(contract_stub('orders'), **{'Idempotency-Key': uuid.uuid4().hex})",
    "a UUID in the body": "place(contract_stub('orders'), body={'sku': str(uuid.uuid4())})",
    "the time": "place(contract_stub('orders'), body={'sku': datetime.now(timezone.utc).isoformat()})",
    "the time in seconds": (
        "place(contract_stub('orders'), body={'sku': datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')})"
    ),
    "the day": "place(contract_stub('orders'), body={'sku': datetime.now(timezone.utc).date().isoformat()})",
    "an epoch": "place(contract_stub('orders'), body={'sku': 'x', 'at': int(time.time())})",
}


def write(project: Project, call: str, name: str = "test_it") -> None:
    project.write("pyproject.toml", SETTINGS)
    project.tests(f"{HEAD}\ndef {name}(contract_stub):\n    {call}\n")


def request_of(project: Project) -> Any:
    (interaction,) = project.contract["interactions"]
    return interaction["request"]


@pytest.mark.parametrize("call", STEADY.values(), ids=STEADY)
def test_what_a_client_draws_gives_the_same_contract_each_run(project: Project, call: str) -> None:
    write(project, call)
    project.run(*CHECK).assert_outcomes(passed=1)
    first = project.contract_bytes
    assert "matchingRules" in request_of(project)
    project.run(*PLAIN).assert_outcomes(passed=1)
    assert project.contract_bytes == first
    project.run(*CHECK).assert_outcomes(passed=1)
    assert project.contract_bytes == first


def test_a_drawn_value_is_recorded_as_a_rule_with_a_generator(project: Project) -> None:
    write(project, STEADY["a UUID in a header"])
    result = project.run(*CHECK)
    uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    request = request_of(project)
    example = request["headers"]["idempotency-key"][0]
    assert re.fullmatch(uuid, example)
    assert request["matchingRules"]["header"] == {
        "idempotency-key": {"combine": "AND", "matchers": [{"match": "regex", "regex": uuid}]}
    }
    assert request["generators"] == {"header": {"idempotency-key": {"format": "lower-case-hyphenated", "type": "Uuid"}}}
    result.stdout.fnmatch_lines(
        [
            "test_shop.py::test_it: request.headers['idempotency-key'] of createOrder is a UUID that differs each run; "
            "it is recorded as a rule with a stable example"
        ]
    )


def test_what_is_the_same_each_run_is_recorded_as_it_is(project: Project) -> None:
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    write(project, f"place(contract_stub('orders'), **{{'Idempotency-Key': '{key}'}})")
    project.run(*CHECK).assert_outcomes(passed=1)
    assert request_of(project)["headers"]["idempotency-key"] == [key]
    assert "matchingRules" not in request_of(project)


def test_a_value_that_is_no_longer_drawn_is_recorded_as_it_is(project: Project) -> None:
    write(project, STEADY["a UUID in a header"])
    project.run(*CHECK)
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    write(project, f"place(contract_stub('orders'), **{{'Idempotency-Key': '{key}'}})")
    project.run(*CHECK).assert_outcomes(passed=1)
    assert request_of(project)["headers"]["idempotency-key"] == [key]


def test_a_counter_fails_the_test_with_its_place_and_what_to_do(project: Project) -> None:
    write(project, "place(contract_stub('orders'), body={'sku': f'a-{next(NUMBERS)}'})")
    result = project.run(*CHECK)
    result.assert_outcomes(passed=1, errors=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "This test records something else each time it runs; so its contract changes.",
            "",
            "  at           request.body.sku of createOrder, orders",
            '  first run    "a-1"',
            '  second run   "a-2"',
            '  to do        send the same value each run, or write a matcher in .on("createOrder").expects(body=…)',
        ]
    )
    assert project.files == []


@pytest.mark.parametrize(
    ("call", "at", "advice"),
    [
        (
            "httpx.get(f'{contract_stub(\"orders\").url}/orders/{next(NUMBERS)}')",
            "request.path of getOrder, orders",
            "ask for the same id each run, or write it in .given(…) and take it from there",
        ),
        (
            "s = contract_stub('orders'); s.given('order exists', id=next(NUMBERS)); httpx.get(s.url + '/orders/1')",
            "states['order exists'].id of getOrder, orders",
            "give the state the same parameters each run",
        ),
        (
            "s = contract_stub('orders'); s.on('getOrder').reply(200, {'note': str(next(NUMBERS))}); "
            "httpx.get(s.url + '/orders/1')",
            "response.body.note of getOrder, orders",
            'write a matcher in .on("getOrder").reply(…), or the same value each run',
        ),
        (
            "[httpx.get(contract_stub('orders').url + f'/orders/{each}') for each in range(next(NUMBERS))]",
            "request of getOrder, orders",
            "let the test ask for the same things each run",
        ),
    ],
)
def test_what_else_differs_is_told_with_its_place(project: Project, call: str, at: str, advice: str) -> None:
    write(project, call)
    result = project.run(*CHECK)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"  at           {at}", f"  to do        {advice}"])


def test_a_test_that_fails_the_second_time_is_told(project: Project) -> None:
    write(project, "assert next(NUMBERS) == 1; place(contract_stub('orders'))")
    result = project.run(*CHECK)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["This test passes once and fails when it is run again, so its contract depends on what ran before it."]
    )


def test_a_consumer_that_uses_what_it_drew_keeps_it(project: Project) -> None:
    """What the test looks at is what was sent, whatever stands for it in the contract."""
    call = "sent = str(uuid.uuid4()); s = contract_stub('orders'); place(s, body={'sku': sent}); "
    write(project, f"{call}assert s.calls[0].request.json['sku'] == sent")
    project.run(*CHECK).assert_outcomes(passed=1)


def test_tests_that_cannot_be_run_again_are_named(project: Project) -> None:
    write(project, "place(contract_stub('orders'))")
    project.write(
        "conftest.py", "import pytest\n\n@pytest.fixture(scope='session', autouse=True)\ndef db():\n    yield 1\n"
    )
    result = project.run(*CHECK)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["test_shop.py::test_it is not checked for what changes: the fixture db is shared: its scope is session"]
    )


def test_a_test_that_says_it_must_not_be_repeated_is_not(project: Project) -> None:
    write(project, "place(contract_stub('orders'), body={'sku': f'a-{next(NUMBERS)}'})")
    text = (project.path / "test_shop.py").read_text()
    marked = text.replace("def test_it", "import pytest\n\n@pytest.mark.contract(needs='off')\ndef test_it")
    project.write("test_shop.py", marked)
    result = project.run(*CHECK)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_shop.py::test_it is not checked for what changes: inference is switched off"])


def test_the_check_is_off_unless_asked_for_and_has_an_ini_line_and_a_variable(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, "place(contract_stub('orders'), body={'sku': f'a-{next(NUMBERS)}'})")
    project.run(*PLAIN).assert_outcomes(passed=1)
    project.run("-o", "contract_check_deterministic=true", *PLAIN).assert_outcomes(passed=1, errors=1)
    monkeypatch.setenv("CONTRACTKIT_CHECK_DETERMINISTIC", "1")
    project.run(*PLAIN).assert_outcomes(passed=1, errors=1)
