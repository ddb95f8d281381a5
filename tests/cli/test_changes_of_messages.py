"""`contractkit changes` of messages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes.test_messages import OLD
from tests.locking.conftest import serving


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


def test_an_asyncapi_document_may_be_at_a_url_with_what_it_refers_to(
    contractkit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        "asyncapi: 3.0.0\ncomponents: {messages: {Placed: {payload: {$ref: 'placed.yaml'}}}}"
        "\ninfo: {title: Orders, version: '1'}\n"
    )
    Path("events.yaml").write_text(text)
    Path("placed.yaml").write_text("type: object\nproperties: {id: {type: integer}}\n")
    with serving() as site:
        site.pages.update({"/v1/events.yaml": text, "/v1/placed.yaml": "type: object\nproperties: {id: {}}\n"})
        ended = contractkit("changes", "events.yaml", f"{site.url}/v1/events.yaml")
        assert ended.err == ""
        assert ended.out.splitlines()[3:5] == [
            "  Placed message.contents.id: it was integer and is now any type",
            f"      response.type.widened   placed.yaml:2 → {site.url}/v1/placed.yaml:2",
        ]
        assert site.asked == ["/v1/events.yaml", "/v1/placed.yaml"]
        gone = contractkit("changes", "events.yaml", f"{site.url}/v1/other.yaml")
    assert (gone.code, gone.err.splitlines()[0]) == (
        4,
        f"The definition {site.url}/v1/other.yaml cannot be read.",
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
