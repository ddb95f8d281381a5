"""`contractkit changes`: what is said of two definitions, in every format, and of what cannot be compared."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

OLD = """\
openapi: 3.1.0
info: {title: Orders, version: 1.4.0}
paths:
  /orders/{id}:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [total]
                properties:
                  total: {type: number}
"""
NEW = (
    OLD.replace("total", "sum").replace("1.4.0", "1.5.0")
    + "  /carts:\n    get: {responses: {'200': {description: ok}}}\n"
)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)
    Path("new.yaml").write_text(NEW)
    return tmp_path


def test_everything_that_differs_is_said_the_worst_first(contractkit: Callable) -> None:
    ended = contractkit("changes", "old.yaml", "new.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "Changes from old.yaml to new.yaml: 1 breaking, 1 harmless, 1 compatible.\n\n"
        "breaking (a consumer that kept to the old definition fails)\n"
        "  GET /orders/{id} 200 response.body.total: it was required, number, now undeclared; is it sum now?\n"
        "      response.member.removed   old.yaml:15 → new.yaml:11\n\n"
        "harmless (only who expects the very thing that went notices)\n"
        "  GET /orders/{id} 200 response.body.sum: it was not declared and is now number\n"
        "      response.member.added   old.yaml:11 → new.yaml:15\n\n"
        "compatible (nobody notices who kept to the old definition)\n"
        "  GET /carts: it was not declared and is now\n"
        "      operation.added   old.yaml:3 → new.yaml:17\n\n"
        "The changes ask for a major version; from 1.4.0 to 1.5.0 is a minor one.\n"
    )


def test_nothing_differs_between_equal_definitions(contractkit: Callable) -> None:
    ended = contractkit("changes", "old.yaml", "old.yaml", "--fail-on", "possible")
    assert (ended.code, ended.out) == (0, "Changes from old.yaml to old.yaml: nothing differs.\n")


def test_machines_get_every_change_with_its_places(contractkit: Callable) -> None:
    ended = contractkit("changes", "old.yaml", "new.yaml", "--format", "json")
    said = json.loads(ended.out)
    assert said["schema_version"] == 1
    assert said["counts"] == {"breaking": 1, "possible": 0, "harmless": 1, "compatible": 1}
    assert said["version"] == {"old": "1.4.0", "new": "1.5.0", "advised_step": "major", "taken_step": "minor"}
    (removed,) = (each for each in said["changes"] if each["level"] == "breaking")
    assert len(removed.pop("fingerprint")) == 16
    schema = "/paths/~1orders~1{id}/get/responses/200/content/application~1json/schema"
    assert removed == {
        "rule": "response.member.removed",
        "level": "breaking",
        "direction": "response",
        "operation": "GET /orders/{id}",
        "also": [],
        "status": "200",
        "media_type": "application/json",
        "location": "response.body.total",
        "before": "required, number",
        "after": "not declared",
        "sentence": "it was required, number, now undeclared",
        "old": {"source": "old.yaml", "pointer": f"{schema}/properties/total", "line": 15},
        "new": {"source": "new.yaml", "pointer": schema, "line": 11},
        "renamed_to": "sum",
    }


def test_a_pull_request_gets_what_can_hurt_and_the_rest_folded(contractkit: Callable) -> None:
    ended = contractkit("changes", "old.yaml", "new.yaml", "--format", "markdown")
    assert ended.out == (
        "### Changes of new.yaml\n\n"
        "1 breaking, 1 harmless, 1 compatible.\n\n"
        "| level | change | where |\n| --- | --- | --- |\n"
        "| breaking | GET /orders/{id} 200 response.body.total: it was required, number, now undeclared; is it sum now?"
        " | old.yaml:15 → new.yaml:11 |\n\n"
        "<details><summary>2 changes that break nobody</summary>\n\n"
        "| level | change | where |\n| --- | --- | --- |\n"
        "| harmless | GET /orders/{id} 200 response.body.sum: it was not declared and is now number"
        " | old.yaml:11 → new.yaml:15 |\n"
        "| compatible | GET /carts: it was not declared and is now | old.yaml:3 → new.yaml:17 |\n\n"
        "</details>\n\n"
        "The changes ask for a major version; from 1.4.0 to 1.5.0 is a minor one.\n"
    )


def test_an_operation_that_came_or_went_is_named_once(contractkit: Callable) -> None:
    Path("more.yaml").write_text(OLD + NEW[NEW.index("  /carts") :])
    ended = contractkit("changes", "old.yaml", "more.yaml", "--format", "markdown")
    assert "<details><summary>1 change that breaks nobody</summary>\n" in ended.out
    ended = contractkit("changes", "more.yaml", "old.yaml")
    assert "\n  GET /carts is no longer declared\n      operation.removed   " in ended.out


def test_github_shows_breaks_at_the_new_lines(contractkit: Callable) -> None:
    ended = contractkit("changes", "old.yaml", "new.yaml", "--format", "github", "--fail-on", "breaking")
    assert ended.code == 1
    assert ended.out == (
        "::error file=new.yaml,line=11,title=breaking%3A response.member.removed::GET /orders/{id} 200 "
        "response.body.total: it was required, number, now undeclared; is it sum now?\n"
        "1 breaking, 1 harmless, 1 compatible\n"
    )


def test_milder_changes_can_be_left_out_and_the_version_still_follows_from_all(contractkit: Callable) -> None:
    ended = contractkit("changes", "new.yaml", "old.yaml", "--level", "possible")
    assert ended.out.startswith("Changes from new.yaml to old.yaml: 2 breaking.\n")
    ended = contractkit("changes", "old.yaml", "new.yaml", "--level", "breaking", "--fail-on", "breaking")
    assert (ended.code, ended.out.count("harmless")) == (1, 0)


def test_text_of_definitions_cannot_write_to_a_terminal(contractkit: Callable) -> None:
    Path("new.yaml").write_text(
        OLD.replace("{type: number}", "{type: number, enum: [1]}").replace("/orders", "/o\x7frders")
    )
    ended = contractkit("changes", "old.yaml", "new.yaml")
    assert "\x7f" not in ended.out


def test_protobuf_definitions_are_compared_in_either_encoding(contractkit: Callable) -> None:
    text = 'syntax = "proto3"; package p; message A { string %s = 1; %s } service S { rpc C(A) returns (A); }'
    Path("old.proto").write_text(text % ("a", ""))
    Path("new.proto").write_text(text % ("b", "int32 c = 2;"))
    rules = {
        encoding: {
            (each["rule"], each["level"])
            for each in json.loads(
                contractkit("changes", "old.proto", "new.proto", "--encoding", encoding, "--format", "json").out
            )["changes"]
            if each["direction"] == "request"
        }
        for encoding in ("binary", "json")
    }
    assert rules["binary"] == {
        ("request.field.json-name-changed", "harmless"),
        ("request.field.added", "compatible"),
    }
    assert ("request.field.json-name-changed", "breaking") in rules["json"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("old.yaml",), 2, "Missing argument 'NEW'"),
        (("old.yaml", "missing.yaml"), 2, "missing.yaml"),
        (("old.yaml", ""), 2, "it is empty; is a variable not set?"),
        (("old.yaml", "new.yaml", "third.yaml"), 2, "unexpected extra argument (third.yaml)"),
        (("old.yaml", "new.yaml", "--level", "grave"), 2, "'grave' is not one of"),
        (("old.yaml", "new.yaml", "--fail-on", "harmless"), 2, "'harmless' is not one of 'breaking', 'possible'"),
        (("old.yaml", "new.yaml", "--format", "xml"), 2, "'xml' is not one of"),
        (("old.yaml", "broken.yaml"), 2, "broken.yaml"),
        (("old.yaml", "list.yaml"), 2, "list.yaml"),
        (("old.yaml", "shop.proto"), 2, "Definitions of two kinds cannot be compared."),
        (("git:nowhere:old.yaml", "new.yaml"), 2, "nowhere"),
    ],
)
def test_wrong_use_is_said(arguments: tuple[str, ...], code: int, said: str, contractkit: Callable) -> None:
    Path("broken.yaml").write_text("openapi: 3.1.0\npaths: {")
    Path("list.yaml").write_text("- 1\n")
    Path("shop.proto").write_text('syntax = "proto3"; message A {} service S { rpc C(A) returns (A); }')
    ended = contractkit("changes", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "Traceback" not in ended.err
