"""contractkit usage: who uses which parts of a provider, as the broker knows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
Keep = Callable[..., Path]


@pytest.fixture(autouse=True)
def published(contractkit: Run, provider: Path, broker: str, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    file = keep(provider / "consumer")
    assert contractkit("publish", str(file), "--version", "1.4.0", "--branch", "main").code == 0


def test_each_operation_is_shown_with_its_locations_and_consumers(contractkit: Run) -> None:
    ended = contractkit("usage", "orders")
    lines = ended.out.splitlines()
    assert (ended.code, lines[0]) == (0, "getOrder")
    assert "  response.body.total   web-shop uses it" in lines


def test_one_location_is_asked_for_and_given_as_json(contractkit: Run) -> None:
    ended = contractkit("usage", "orders", "--location", "response.body.total", "--branch", "main", "--format", "json")
    assert json.loads(ended.out) == {
        "schema_version": 1,
        "provider": "orders",
        "uses": [
            {
                "operation": "getOrder",
                "location": "response.body.total",
                "consumers": [{"name": "web-shop", "needed": None}],
            }
        ],
    }


def test_what_nobody_uses_is_said_with_exit_code_3(contractkit: Run) -> None:
    ended = contractkit("usage", "orders", "--operation", "deleteOrder", "--environment", "production")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == (
        "No consumer of orders uses this.\n\n"
        "  operation     deleteOrder\n"
        "  environment   production\n\n"
        "To see all that is used: contractkit usage orders\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oders"], "The broker knows no application named 'oders'.\n\nDid you mean orders?"),
        (["orders", "--environment", "prodution"], "The broker knows no environment named 'prodution'."),
        (
            ["orders", "--environment", "test", "--branch", "main"],
            "--environment and --branch cannot be given together.",
        ),
    ],
)
def test_wrong_names_are_told_with_the_nearest(contractkit: Run, arguments: list[str], said: str) -> None:
    ended = contractkit("usage", *arguments)
    assert (ended.code, ended.err.startswith(said)) == (2, True), ended.err
