"""Drift of messages: what a service emits held against its own definition in a verification."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_verify_messages import PLACED, PRODUCERS, set_up, write

Run = Callable[..., Any]

EVENTS = """\
asyncapi: 3.0.0
components:
  messages:
    OrderPlaced:
      headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}
      payload: {type: object, required: [id, total], properties: {id: {type: integer}, total: {type: number}}}
"""
EMITTED = 'return {**orders[id], "total": "much"}, {"contentType": "application/json", "tenant": 7}'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written = 'return orders[id], {"contentType": "application/json"}'
    assert written in PRODUCERS
    (tmp_path / "provider.py").write_text(PRODUCERS.replace(written, EMITTED))
    (tmp_path / "events.yaml").write_text(EVENTS)
    (tmp_path / "api.yaml").write_text("{openapi: 3.1.0, info: {title: A, version: '1'}, paths: {}}")
    write(tmp_path, PLACED)
    set_up(tmp_path, states="provider.py", message_definition="events.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_emitted_against_the_definition_is_drift_and_no_failure(contractkit: Run, project: Path) -> None:
    ended = contractkit("verify", "orders", "--format", "json")
    assert ended.code == 0, ended.err
    [result] = [each for contract in json.loads(ended.out)["contracts"] for each in contract["interactions"]]
    assert [(each["location"], each["expected"], each["received"]) for each in result["drift"]] == [
        ("message.contents.total", "a number", "much"),
        ("message.metadata.tenant", "a string", 7),
    ]


def test_drift_fails_where_that_is_asked_and_is_looked_for_unless_not(contractkit: Run, project: Path) -> None:
    failed = contractkit("verify", "orders", "--fail-on-drift")
    assert failed.code == 1
    assert "Drift: 1 answer is not what the definition of orders allows." in failed.out + failed.err
    assert contractkit("verify", "orders", "--no-drift").code == 0


def test_messages_may_be_all_that_the_definition_of_a_service_defines(contractkit: Run, project: Path) -> None:
    set_up(project, states="provider.py")
    assert contractkit("verify", "orders", "--definition", "events.yaml", "--fail-on-drift").code == 1


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("api.yaml", 2, "What message_definition names defines no messages."),
        ("gone.yaml", 2, "cannot be read."),
        ("events.yaml", 0, "Coverage is of calls; of messages: contractkit usage orders --definition PATH"),
    ],
)
def test_definitions_that_cannot_be_used_are_said(
    name: str, code: int, said: str, contractkit: Run, project: Path
) -> None:
    set_up(project, states="provider.py", message_definition=name)
    ended = contractkit("verify", "orders", "--coverage")
    assert (ended.code, said in ended.err) == (code, True), ended.err
