import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review.pact_files import http, pact_file

TYPE = {"match": "type"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_bytes(
        pact_file(
            http({"id": 7, "total": 1}, rules={"$.id": TYPE}),
            http(description="gone", method="DELETE", status=204),
            http(description="kept", path="/kept"),
        )
    )
    Path("new.json").write_bytes(
        pact_file(
            http({"id": 8, "total": 2}, rules={"$.id": TYPE}),
            http(description="new", path="/new|1"),
            http(description="kept", path="/kept"),
        )
    )
    return tmp_path


def test_what_changed_is_said_in_words(contractkit: Callable, files: Path) -> None:
    ended = contractkit("diff", "old.json", "new.json")
    assert ended.code == 1
    assert ended.out == (
        "web-shop expects of orders: 1 added, 1 removed, 1 changed, 1 the same\n\n"
        "changed: an order\n"
        "  GET /orders/7 -> 200\n"
        "  example   response.body.id: value\n"
        "              before   7\n"
        "              after    8\n"
        "  other     response.body.total: value\n"
        "              before   1\n"
        "              after    2\n\n"
        "added: new   (stricter)\n"
        "  GET /new|1 -> 200\n\n"
        "removed: gone   (looser)\n"
        "  DELETE /orders/7 -> 204\n\n"
        "For the provider: stricter (it must do more), looser (it may do less), other (it must do something else).\n"
    )


def test_nothing_differs_between_equal_contracts(contractkit: Callable, files: Path) -> None:
    ended = contractkit("diff", "old.json", "old.json")
    assert (ended.code, ended.out) == (0, "web-shop expects of orders: 3 the same\n\nNothing differs.\n")


def test_what_asks_nothing_of_the_provider_can_be_left_out(contractkit: Callable, files: Path) -> None:
    Path("other.json").write_bytes(
        pact_file(
            http({"id": 9, "total": 1}, rules={"$.id": TYPE}, comments={"text": ["see the wiki"]}),
            http(description="gone", method="DELETE", status=204),
            http(description="kept", path="/kept"),
        )
    )
    ended = contractkit("diff", "old.json", "other.json")
    assert (ended.code, ended.out.splitlines()[-1]) == (1, "For the provider: nothing changes.")
    ended = contractkit("diff", "old.json", "other.json", "--provider-only")
    assert (ended.code, ended.out) == (0, "web-shop expects of orders: 3 the same\n\nNothing differs.\n")


def test_json_for_machines(contractkit: Callable, files: Path) -> None:
    ended = contractkit("diff", "old.json", "new.json", "--format", "json")
    document = json.loads(ended.out)
    gone = next(each["before"] for each in document["interactions"] if each["change"] == "removed")
    changed, *_ = document["interactions"]
    key = changed["after"]["key"]
    assert {name: value for name, value in document.items() if name != "interactions"} == {
        "schema_version": 1,
        "same": False,
        "consumer": "web-shop",
        "provider": "orders",
        "effects": ["stricter", "looser", "other", "example"],
        "unchanged": 1,
        "head": [],
    }
    assert (gone["description"], gone["summary"]) == ("gone", "DELETE /orders/7 -> 204")
    assert changed == {
        "change": "changed",
        "effects": ["other", "example"],
        "before": {"key": key, "description": "an order", "summary": "GET /orders/7 -> 200"},
        "after": {"key": key, "description": "an order", "summary": "GET /orders/7 -> 200"},
        "differences": [
            {"what": "value", "location": "response.body.id", "before": "7", "after": "8", "effect": "example"},
            {"what": "value", "location": "response.body.total", "before": "1", "after": "2", "effect": "other"},
        ],
    }


def test_markdown_for_a_pull_request(contractkit: Callable, files: Path) -> None:
    ended = contractkit("diff", "old.json", "new.json", "--format", "markdown")
    assert ended.out == (
        "### web-shop expects of orders: 1 added, 1 removed, 1 changed, 1 the same\n\n"
        "| interaction | | for the provider |\n| --- | --- | --- |\n"
        "| changed | an order | other, example |\n"
        "| added | new | stricter |\n"
        "| removed | gone | looser |\n\n"
        "| interaction | place | before | after | effect |\n| --- | --- | --- | --- | --- |\n"
        "| an order | response.body.id: value | 7 | 8 | example |\n"
        "| an order | response.body.total: value | 1 | 2 | other |\n\n"
        "For the provider: stricter (it must do more), looser (it may do less), other (it must do something else).\n"
    )


def test_a_file_cannot_steer_the_terminal(contractkit: Callable, files: Path) -> None:
    Path("evil.json").write_bytes(pact_file(http(description="\x1b[2Jgone")))
    ended = contractkit("diff", "old.json", "evil.json")
    assert "added: \\x1b[2Jgone" not in ended.out  # of two calls of one request, it is the one that changed
    assert "after    \\x1b[2Jgone\n" in ended.out and "\x1b" not in ended.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["old.json", "."],
            "Two contract files are compared, and this is a directory.\n\n"
            "  path    .\n  in it   new.json\n          old.json\n          torn.json\n          wrong.json\n\n"
            "Name one file on each side.\n",
        ),
        (
            ["old.json", "nowhere/new.json"],
            "There are no contracts at that place.\n\n  path   nowhere/new.json\n\n"
            "Run the consumer's tests first: they write the contracts.\n",
        ),
        (
            ["old.json", "torn.json"],
            "torn.json is not JSON.\n\n  line      1\n  column    18\n  problem   Expecting value\n\n"
            "Restore or remove it, then run the consumer's tests.\n",
        ),
        (
            ["wrong.json", "old.json"],
            "wrong.json is not a contract.\n\n"
            "  /interactions   expected a list, received {}\n"
            "  /consumer       expected an object, received nothing\n"
            '  /provider       expected an object, received "orders"\n\n'
            "Mend these places, or remove the file and run the consumer's tests.\n",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(
    contractkit: Callable, files: Path, arguments: list[str], message: str
) -> None:
    Path("torn.json").write_bytes(b'{"interactions": ')
    Path("wrong.json").write_bytes(b'{"interactions": {}, "provider": "orders"}')
    ended = contractkit("diff", *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)


def test_two_contracts_are_wanted(contractkit: Callable, files: Path) -> None:
    ended = contractkit("diff", "old.json")
    assert ended.code == 2
    assert "Missing argument 'AFTER'" in ended.err


def test_json_keeps_what_a_terminal_may_not_see(contractkit: Callable, files: Path) -> None:
    Path("evil.json").write_bytes(pact_file(http(description="a\x9bb\n::error::c")))
    ended = contractkit("diff", "old.json", "evil.json", "--format", "json")
    assert "a\x9bb\n::error::c" in [
        each["after"] and each["after"]["description"] for each in json.loads(ended.out)["interactions"]
    ]
    assert "a\\x9bb\\x0a::error::c\n" in contractkit("diff", "old.json", "evil.json").out
