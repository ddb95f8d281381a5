"""A consumer's tests held to the provider states that the provider's team says it prepares."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import open_broker, read_address
from contractkit.document.state_catalogue import NamedState, StateCatalogue, dump_state_catalogue
from tests.pytest_plugin.conftest import SETTINGS, Project

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

PARAMETERS = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "since": {"type": "string", "format": "date"},
        "skus": {"type": "array", "items": {"type": "string"}},
        "status": {"enum": ["open", "shipped"]},
    },
    "additionalProperties": False,
}
CATALOGUE = StateCatalogue(
    provider="orders",
    states=(
        NamedState(name="order exists", parameters=PARAMETERS),
        NamedState(name="order shipped", parameters={}),
        NamedState(name="no orders", parameters={"type": "object", "additionalProperties": False}),
    ),
)


def given(said: str, marker: str = "") -> str:
    return (
        f"import pytest\n\n{marker}\ndef test_it(contract_stub):\n    orders = contract_stub('orders')\n"
        f"    orders.given({said})\n    assert httpx.get(orders.url + '/orders/7').status_code == 200\n"
    )


@pytest.fixture
def held(project: Project) -> Project:
    """A project whose tests are held to a catalogue in a file."""
    project.write("pyproject.toml", f'{SETTINGS}states = "states.json"\n')
    project.write("states.json", dump_state_catalogue(CATALOGUE).decode())
    return project


@pytest.mark.parametrize(
    "said",
    [
        '"order exists", id=7',
        '"order exists", id=7, since="2026-03-01", skus=["a"], status="open"',
        '"order shipped", anything="goes"',
        '"no orders"',
    ],
)
def test_a_state_that_is_prepared_is_recorded(held: Project, said: str) -> None:
    held.tests(given(said))
    held.run().assert_outcomes(passed=1)
    assert held.contract["interactions"][0]["providerStates"][0]["name"] == said.split('"')[1]


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (
            '"order exist", id=7',
            [
                'orders prepares no state "order exist".',
                "  catalogue   states.json",
                "Did you mean order exists",
                "Where its team is yet to prepare it, mark the test as pending: @pytest.mark.contract(pending=True).",
            ],
        ),
        ('"Order exists", id=7', ['orders prepares no state "Order exists".', "Did you mean order exists"]),
        (
            '"order exists"',
            [
                'The state "order exists" of orders does not take these parameters.',
                "  missing     id, an integer",
                "Give what its team prepares, or agree with them on what is to be prepared.",
            ],
        ),
        ('"order exists", id="7"', ['  wrong       id: "7", expected an integer']),
        ('"order exists", id=7.5', ["  wrong       id: 7.5, expected an integer"]),
        ('"order exists", id=None', ["  wrong       id: null, expected an integer"]),
        (
            '"order exists", id=7, snce="2026-03-01"',
            ['  unknown     snce: "2026-03-01". Did you mean since?'],
        ),
        ('"order exists", id=7, since="March"', ['  wrong       since: "March", expected a date such as 2026-03-01']),
        ('"order exists", id=7, skus=[1]', ["  wrong       skus[0]: 1, expected a string"]),
        ('"order exists", id=7, status="lost"', ['  wrong       status: "lost", expected one of "open", "shipped"']),
        ('"no orders", id=7', ["  unknown     id: 7. It takes none."]),
    ],
)
def test_a_state_that_is_not_prepared_fails_the_test(held: Project, said: str, rows: list[str]) -> None:
    held.tests(given(said))
    result = held.run()
    result.assert_outcomes(failed=1)
    output = str(result.stdout)
    assert [row for row in rows if row not in output] == []
    assert held.files == []


def test_a_pending_test_may_ask_for_a_state_that_is_yet_to_be_prepared(held: Project) -> None:
    held.tests(given('"order returned", id=7', "@pytest.mark.contract(pending=True)"))
    held.run().assert_outcomes(passed=1)
    [interaction] = held.contract["interactions"]
    assert (interaction["pending"], interaction["providerStates"][0]["name"]) == (True, "order returned")


def test_a_test_without_a_state_is_held_to_nothing(held: Project) -> None:
    held.tests(held.getting("test_it", 7))
    held.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (None, ["The state catalogue states.json cannot be read.", "reason   No such file or directory"]),
        ("", ["states.json is empty."]),
        ("{", ["states.json is not JSON."]),
        ("[]", ["states.json is not a state catalogue."]),
        ('{"schemaVersion": 2, "provider": "orders", "states": []}', ["was written by a newer contractkit."]),
        (
            json.dumps(
                {
                    "schemaVersion": 1,
                    "provider": "orders",
                    "states": [
                        {"name": "order exists", "parameters": {"type": "object", "properties": {"id": {"type": "in"}}}}
                    ],
                }
            ),
            ["The parameters of a state in the catalogue are no JSON Schema."],
        ),
    ],
)
def test_a_catalogue_that_cannot_be_used_fails_the_test(held: Project, content: Any, rows: list[str]) -> None:
    (held.path / "states.json").unlink()
    if content is not None:
        held.write("states.json", content)
    held.tests(given('"order exists", id=7'))
    result = held.run()
    result.assert_outcomes(failed=1)
    assert [row for row in rows if row not in str(result.stdout)] == []


@pytest.mark.parametrize(
    ("place", "rows"),
    [
        ("https://example.test/states.json", ["cannot be read from there.", "expected   a path, or broker:NAME"]),
        ("broker:orders@", ["Not a state catalogue of the broker: broker:orders@"]),
        ("broker:orders", ["No broker is set, so the states of broker:orders cannot be asked for."]),
    ],
)
def test_a_place_that_has_no_catalogue_fails_the_test(project: Project, place: str, rows: list[str]) -> None:
    project.write("pyproject.toml", f'{SETTINGS}states = "{place}"\n')
    project.tests(given('"order exists", id=7'))
    result = project.run()
    result.assert_outcomes(failed=1)
    assert [row for row in rows if row not in str(result.stdout)] == []


# the broker


@pytest.fixture
def broker(project: Project) -> Iterator[str]:
    with running_broker(project.path / "broker.sqlite") as url:
        settings = SETTINGS.replace('consumer = "web-shop"', f'consumer = "web-shop"\nbroker = "{url}"')
        project.write("pyproject.toml", f'{settings}states = "broker:orders"\n')
        project.tests(given('"order exists", id=7'))
        yield url


def publish(url: str, version: str, catalogue: StateCatalogue) -> None:
    with open_broker(read_address(url)) as client:
        client.resources.publish_state_catalogue(version, catalogue)


def test_a_catalogue_of_the_broker_is_locked_by_the_first_run(project: Project, broker: str) -> None:
    publish(broker, "1", CATALOGUE)
    result = project.run()
    result.assert_outcomes(passed=1)
    assert "orders: the states of broker:orders were not locked, and are now at sha256:" in str(result.stdout)
    assert (project.path / "contractkit.locked" / "orders@states.json").read_bytes() == dump_state_catalogue(CATALOGUE)
    publish(broker, "2", StateCatalogue(provider="orders"))
    later = project.run()
    later.assert_outcomes(passed=1)
    assert "were not locked" not in str(later.stdout)


def test_a_refresh_locks_what_the_broker_has_now(
    project: Project, broker: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from contractkit.cli.main import run

    publish(broker, "1", CATALOGUE)
    project.run().assert_outcomes(passed=1)
    publish(broker, "2", StateCatalogue(provider="orders", states=(NamedState(name="order placed"),)))
    monkeypatch.chdir(project.path)
    assert run(["definitions", "refresh"]) == 0
    assert "orders: the states of broker:orders (1 by name) are now locked at sha256:" in capsys.readouterr().err
    project.run().assert_outcomes(failed=1)


def test_a_copy_that_was_changed_fails_the_test(project: Project, broker: str) -> None:
    publish(broker, "1", CATALOGUE)
    project.run()
    project.write("contractkit.locked/orders@states.json", "{}")
    result = project.run()
    result.assert_outcomes(failed=1)
    assert "The copy of the states of orders is not what is locked." in str(result.stdout)


def test_a_broker_without_a_catalogue_says_who_publishes_it(project: Project, broker: str) -> None:
    result = project.run()
    result.assert_outcomes(failed=1)
    output = str(result.stdout)
    assert "The broker has no state catalogue for broker:orders." in output
    assert "The team of orders publishes it with its results: contractkit verify orders --publish." in output
