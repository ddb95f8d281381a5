"""Replaying: a run on stubs of a proposed definition, which tells what came of the tests and records nothing."""

import importlib
import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from contractkit.recording.replays import REPLAY, ReplayedTest, ReplayOrder, dump_order, load_replayed
from tests.pytest_plugin.conftest import DEFINITION, SETTINGS

for _name in ("grpc", "contractkit.recording.proto_messages", "contractkit.recording.serving_proposed_calls"):
    importlib.import_module(_name)  # here, since pytester forgets what its runs import

pytest_plugins = ["pytester"]

REQUIRED = "required: [id, total, coupon]"
TESTS = """\
def get(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(200, {"total": 12.5, "note": "hello"})
    return httpx.get(f"{stub.url}/orders/7").json()

def test_total(contract_stub):
    assert get(contract_stub)["total"] == 12.5

def test_note(contract_stub):
    assert get(contract_stub)["note"] == "hello"

def test_id(contract_stub):
    assert get(contract_stub)["id"] == 7
"""

LISTED = """\
def get(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(200, {"lines": ["lamp"], "state": "paid"})
    return httpx.get(f"{stub.url}/orders/7").json()

def test_total(contract_stub):
    assert get(contract_stub)["lines"][0] == "lamp"

def test_note(contract_stub):
    assert {"open": 1, "paid": 2}[get(contract_stub)["state"]]
"""

TAG = "headers: {ETag: {required: true, schema: {type: string}}}, "
TAGGED = DEFINITION.replace("'200': {", f"'200': {{{TAG}").replace(
    "note: {type: string}",
    "state: {type: string, enum: [open, paid]}\n        lines: {type: array, maxItems: 2, items: {type: string}}",
)
TAGGED_TESTS = """\
def get(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(200, {"total": 12.5, "state": "paid", "lines": ["lamp"]}, {"ETag": "a"})
    return httpx.get(f"{stub.url}/orders/7")

def test_total(contract_stub):
    assert get(contract_stub).json()["total"] == 12.5

def test_note(contract_stub):
    assert {"open": 1, "paid": 2}[get(contract_stub).json()["state"]]

def test_id(contract_stub):
    assert get(contract_stub).headers["etag"] == "a"

def test_lines(contract_stub):
    (one,) = get(contract_stub).json()["lines"]
"""

MISSED = """\
def test_total(contract_stub):
    stub = contract_stub("orders")
    stub.on("getOrder").reply(404)
    assert httpx.get(f"{stub.url}/orders/7").status_code == 404
"""

MESSAGES = """\
def test_total(contract_stub):
    with contract_stub("bus").message("OrderPlaced", {"total": 12.5}) as message:
        assert message.json["total"] == 12.5

def test_note(contract_stub):
    with contract_stub("bus").message("OrderPlaced") as message:
        assert message.json is not None
"""

PROTO = """\
syntax = "proto3"; package stock;
service Stock { rpc Get(Ask) returns (Item); }
message Ask {}
enum State { OPEN = 0; PAID = 1; }
message Item { State state = 1; string note = 2; }
"""

PROTO_TESTS = """\
WORDS = {b"\\x08\\x00": "open", b"\\x08\\x01": "paid"}

def test_total(contract_stub):
    stock = contract_stub("stock")
    stock.on("Get").reply({"state": "PAID", "note": ""})
    assert WORDS[stock.channel().unary_unary("/stock.Stock/Get")(b"")] == "paid"

def test_note(contract_stub):
    with contract_stub("stock").message("stock.Item", {"state": "PAID", "note": ""}) as message:
        assert WORDS[message.body] == "paid"
"""

Replay = Callable[..., tuple[ReplayedTest, ...]]
ReplayIn = Replay


def failed(name: str, message: str, line: int) -> ReplayedTest:
    return ReplayedTest(
        node_id=f"test_shop.py::{name}", outcome="failed", message=message, file="test_shop.py", line=line
    )


def passed(name: str) -> ReplayedTest:
    return ReplayedTest(node_id=f"test_shop.py::{name}", outcome="passed")


@pytest.fixture
def replay_in(project: Any, monkeypatch: pytest.MonkeyPatch) -> ReplayIn:
    """Run tests on stubs of a provider under a definition in the place of another; gives what came of each."""

    def run(
        provider: str, old: str, new: str, tests: tuple[str, ...], *arguments: str, weakest: bool
    ) -> tuple[ReplayedTest, ...]:
        order = ReplayOrder(
            provider=provider,
            definition=new,
            old=old,
            weakest=weakest,
            directory=str(project.path),
            root=str(project.path),
            tests=tuple(f"test_shop.py::{name}" for name in tests),
            results=str(project.path / "results.jsonl"),
            limit=60,
        )
        (project.path / "results.jsonl").unlink(missing_ok=True)
        project.write("order.json", dump_order(order))
        monkeypatch.setenv(REPLAY, str(project.path / "order.json"))
        project.run("--no-contracts", *arguments)
        return load_replayed(project.path / "results.jsonl")

    return run


@pytest.fixture
def replay(project: Any, replay_in: ReplayIn) -> Replay:
    """Run the tests on stubs of the definition with one text replaced."""
    project.tests(TESTS)

    def run(before: str, after: str, *arguments: str, weakest: bool = False) -> tuple[ReplayedTest, ...]:
        project.write("new.yaml", Path(project.path / "orders.yaml").read_text().replace(before, after))
        names = ("test_total", "test_note", "test_id")
        return replay_in("orders", "orders.yaml", "new.yaml", names, *arguments, weakest=weakest)

    return run


def test_what_is_gone_does_not_come_though_the_test_writes_it(replay: Replay, project: Any) -> None:
    assert replay("        note: {type: string}\n", "") == (
        passed("test_total"),
        failed("test_note", "KeyError: 'note'", 12),
        passed("test_id"),
    )
    assert project.files == []


def test_what_may_be_absent_now_is_absent_in_the_weakest_answers_alone(replay: Replay) -> None:
    assert replay(REQUIRED, "required: [id]") == (passed("test_total"), passed("test_note"), passed("test_id"))
    weakest = replay(REQUIRED, "required: [id]", weakest=True)
    assert weakest == (failed("test_total", "KeyError: 'total'", 9), passed("test_note"), passed("test_id"))


def test_null_comes_where_it_newly_may(replay: Replay) -> None:
    assert replay("total: {type: number}", "total: {type: [number, 'null']}", weakest=True) == (
        failed("test_total", "assert None == 12.5", 9),
        passed("test_note"),
        passed("test_id"),
    )


def test_another_type_no_member_more_elements_and_no_header_come_where_they_newly_may(
    project: Any, replay_in: ReplayIn
) -> None:
    project.write("orders.yaml", TAGGED)
    newly = {"required: true, ": "", "type: number": "type: [number, string]", ", enum: [open, paid]": ""}
    newly |= {", maxItems: 2": ""}
    newly |= {"id: {type: integer}": "id: {type: [integer, object], required: [value]}"}  # of which none is made
    project.write("new.yaml", reduce(lambda text, each: text.replace(*each), newly.items(), TAGGED))
    project.tests(TAGGED_TESTS)
    names = ("test_total", "test_note", "test_id", "test_lines")
    found = replay_in("orders", "orders.yaml", "new.yaml", names, weakest=True)
    assert found == (
        failed("test_total", "AssertionError: assert 'other' == 12.5", 9),
        failed("test_note", "KeyError: 'other'", 12),
        failed("test_id", "KeyError: 'etag'", 15),
        failed("test_lines", "ValueError: too many values to unpack (expected 1)", 18),
    )


def test_a_header_that_is_gone_does_not_come_though_the_test_writes_it(project: Any, replay_in: ReplayIn) -> None:
    project.write("orders.yaml", TAGGED)
    project.write("new.yaml", TAGGED.replace(TAG, ""))
    project.tests(TAGGED_TESTS)
    found = replay_in("orders", "orders.yaml", "new.yaml", ("test_total", "test_id"), weakest=False)
    assert found == (passed("test_total"), failed("test_id", "KeyError: 'etag'", 15))


def test_a_list_is_empty_and_a_member_new_where_they_newly_may_be(replay: Replay, project: Any) -> None:
    old = "lines: {type: array, minItems: 1, items: {type: string}}\n        state: {type: string, enum: [open, paid]}"
    new = "lines: {type: array, items: {type: string}}\n        state: {type: string, enum: [open, paid, lost]}"
    project.write("orders.yaml", DEFINITION.replace("note: {type: string}", old))
    project.tests(LISTED)
    found = replay(old, new, weakest=True)
    assert found == (
        failed("test_total", "IndexError: list index out of range", 9),
        failed("test_note", "KeyError: 'lost'", 12),
    )


def test_a_message_comes_without_what_is_gone_or_may_be_absent(project: Any, replay_in: ReplayIn) -> None:
    placed = {"type": "object", "required": ["id", "total"]}
    project.write("pyproject.toml", SETTINGS + '\n[tool.contractkit.providers.bus]\nmessages = "old"\n')
    for folder, schema in (
        ("old", {**placed, "properties": {"id": {}, "total": {"type": "number"}}}),
        ("new", {"type": "object", "properties": {"id": {}, "total": {"type": "number"}}}),
    ):
        project.write(f"{folder}/OrderPlaced.json", json.dumps(schema))
    project.tests(MESSAGES)
    names = ("test_total", "test_note")
    usual = replay_in("bus", "old", "new", names, weakest=False)
    assert usual == (passed("test_total"), passed("test_note"))
    weakest = replay_in("bus", "old", "new", names, weakest=True)
    assert weakest == (failed("test_total", "KeyError: 'total'", 5), passed("test_note"))


def test_contents_that_cannot_come_any_more_give_way_to_some_that_can(project: Any, replay_in: ReplayIn) -> None:
    project.write("pyproject.toml", SETTINGS + '\n[tool.contractkit.providers.bus]\nmessages = "old"\n')
    for folder, total in (("old", {}), ("new", {"maximum": 10, "examples": [2.5]})):
        schema = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number", **total}}}
        project.write(f"{folder}/OrderPlaced.json", json.dumps(schema))
    project.tests(MESSAGES)
    found = replay_in("bus", "old", "new", ("test_total", "test_note"), weakest=False)
    assert found == (failed("test_total", "assert 2.5 == 12.5", 5), passed("test_note"))


@pytest.mark.slow
@pytest.mark.parametrize(("key", "name", "line"), [("definition", "test_total", 8), ("messages", "test_note", 12)])
def test_a_new_member_comes_over_grpc_and_in_messages_of_protobuf(
    key: str, name: str, line: int, project: Any, replay_in: ReplayIn
) -> None:
    project.write("pyproject.toml", f'{SETTINGS}\n[tool.contractkit.providers.stock]\n{key} = "old.proto"\n')
    project.write("old.proto", PROTO)
    project.write("new.proto", PROTO.replace("PAID = 1;", "PAID = 1; LOST = 2;"))
    project.tests(PROTO_TESTS)
    weakest = replay_in("stock", "old.proto", "new.proto", (name,), weakest=True)
    assert weakest == (failed(name, "KeyError: b'\\x08\\x02'", line),)


def test_a_request_that_is_refused_now_is_told_as_the_stub_tells_it(replay: Replay) -> None:
    (first, *_) = replay("  /orders/{id}:", "  /orders/{id}/details:")
    assert first.outcome == "failed"
    assert first.message.startswith("web-shop sent orders a request that its definition does not allow.")


def test_a_value_that_cannot_come_any_more_gives_way_to_one_that_can(replay: Replay) -> None:
    total, note, _ = replay("total: {type: number}", "total: {type: number, maximum: 10, examples: [2.5]}")
    assert (total, note) == (failed("test_total", "assert 2.5 == 12.5", 9), passed("test_note"))


def test_a_reply_with_a_status_that_cannot_come_any_more_is_told_so(replay: Replay, project: Any) -> None:
    project.tests(MISSED)
    (found,) = replay("        '404': {description: none}\n", "")
    assert (found.outcome, found.message.partition("\n")[0]) == (
        "failed",
        "getOrder declares no status 404.",
    )


def test_an_error_that_no_text_could_hold_is_told_as_far_as_it_goes(replay: Replay, project: Any) -> None:
    project.tests("def test_total(contract_stub):\n    raise RuntimeError('\\ud800 half')\n")
    assert replay("title: Orders", "title: Orders") == (failed("test_total", "RuntimeError: ? half", 4),)


def test_tests_that_are_not_wanted_do_not_run(replay: Replay, project: Any) -> None:
    project.tests("def test_other():\n    raise RuntimeError\n", "test_other.py")
    assert [each.node_id for each in replay("title: Orders", "title: Orders")] == [
        "test_shop.py::test_total",
        "test_shop.py::test_note",
        "test_shop.py::test_id",
    ]


@pytest.mark.slow
def test_workers_are_told_too(replay: Replay) -> None:
    found = replay("        note: {type: string}\n", "", "-n", "1")
    assert {each.node_id: each.outcome for each in found} == {
        "test_shop.py::test_total": "passed",
        "test_shop.py::test_note": "failed",
        "test_shop.py::test_id": "passed",
    }


def test_a_file_that_is_no_order_is_wrong_use(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.tests("")
    monkeypatch.setenv(REPLAY, str(project.path / "orders.yaml"))
    result = project.run()
    result.stderr.fnmatch_lines(
        ["*CONTRACTKIT_REPLAY is for `contractkit impact --replay`:*orders.yaml is no order (*"]
    )
