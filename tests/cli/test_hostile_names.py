"""Names that contracts and definitions bring along: none of them begins a line, or steers what shows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NAME = "\x1b[31mshop\n::error::forged\u202e"
COMMANDS = (
    "impact old.json new.json --contracts contract.json",
    "impact old.json new.json --contracts contract.json --format markdown",
    "impact old.json new.json --contracts contract.json --format github",
    "check contract.json --definition new.json",
    "check contract.json --definition new.json --format github",
    "usage --contracts contract.json --definition old.json",
    "changes old.json new.json",
    "changes old.json new.json --format markdown",
    "changes old.json new.json --format github",
)


def definition(**schema: Any) -> str:
    answer = {"description": "ok", "content": {"application/json": {"schema": {"type": "object", **schema}}}}
    document = {"openapi": "3.0.3", "info": {"title": NAME, "version": NAME}}
    return json.dumps({**document, "paths": {"/o": {"get": {"operationId": NAME, "responses": {"200": answer}}}}})


@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_begins_a_line_or_steers(
    command: str, contractkit: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(definition(required=[NAME], properties={NAME: {"type": "string", "enum": [NAME, "b"]}}))
    Path("new.json").write_text(definition(additionalProperties=False))
    response = {"status": 200, "body": {"contentType": "application/json", "content": {NAME: NAME}}}
    one = {"type": "Synchronous/HTTP", "description": NAME, "request": {"method": "GET", "path": "/o"}}
    pact = {"consumer": {"name": NAME}, "provider": {"name": NAME}, "interactions": [{**one, "response": response}]}
    Path("contract.json").write_text(json.dumps({**pact, "metadata": {"pactSpecification": {"version": "4.0"}}}))
    told = contractkit(*command.split())
    lines = [*told.out.splitlines(), *told.err.splitlines()]
    assert "forged" in told.out
    assert [line for line in lines if line.lstrip().startswith("::error::forged")] == []
    assert not {"\x1b", "\u202e"} & set(told.out + told.err)
