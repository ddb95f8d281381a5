"""`contractkit changes` of messages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes.test_messages import OLD


def test_the_command_shows_lines_and_hints(
    contractkit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)
    Path("new.yaml").write_text(
        OLD.replace("id: {type: integer}, s", "number: {type: integer}, s")
        .replace("1.2", "2.0")
        .replace("[id,", "[number,")
    )
    ended = contractkit("changes", "old.yaml", "new.yaml", "--level", "breaking", "--fail-on", "breaking")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out == (
        "Changes from old.yaml to new.yaml: 1 breaking.\n\n"
        "breaking (a consumer that kept to the old definition fails)\n"
        "  OrderPlaced message.contents.id: it was required, integer, now undeclared; is it number now?\n"
        "      response.member.removed   old.yaml:10 → new.yaml:10\n\n"
        "The changes ask for a major version.\n"
    )


def test_definitions_of_two_kinds_have_no_changelog(
    contractkit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("events.yaml").write_text(OLD)
    Path("api.yaml").write_text("{openapi: 3.1.0, info: {title: A, version: '1'}, paths: {}}")
    ended = contractkit("changes", "api.yaml", "events.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(
        "Definitions of two kinds cannot be compared.\n\n  old   api.yaml: OpenAPI\n  new   events.yaml: messages\n"
    )
