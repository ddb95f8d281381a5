import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review.pact_files import http, pact_file

ORDER = {"id": 7, "lines": [{"sku": "A", "count": 1}]}
RULES = {
    "$": {"match": "type"},
    "$.lines": {"match": "type", "min": 1},
    "$.lines[*].count": {"combine": "OR", "matchers": [{"match": "integer"}, {"match": "null"}]},
}
JSON_HEADER = {"headers": {"content-type": ["application/json"]}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    response = {"status": 200, **JSON_HEADER, "body": {"content": ORDER}}
    Path("orders.json").write_bytes(
        pact_file(
            http(rules=RULES, response=response, description="an order", key="k1"),
            http(
                description="placing an order",
                key="k2",
                method="POST",
                path="/orders",
                status=201,
                asked={"sku": "A"},
                asking_rules={"$.sku": {"match": "type"}},
            ),
        )
    )
    return tmp_path


def test_each_place_is_told_with_the_rule_that_won_and_why(contractkit: Callable) -> None:
    Path("actual.json").write_text('{"status": 200, "body": {"id": "7", "lines": [{"sku": "B", "count": "1"}]}}')
    ended = contractkit("explain", "orders.json", "--interaction", "k1", "--actual", "actual.json")
    assert ended.code == 1
    assert ended.out == (
        "an order\n"
        "  GET /orders/7 -> 200\n"
        "  not judged, since not given: response.headers\n\n"
        "response.status   passes\n"
        "  expected   200\n"
        "  received   200\n"
        "  rule       none reaches this place: only an equal value passes\n\n"
        "response.body   passes\n"
        '  expected   {"id":7,"lines":[{"count":1,"sku":"A"}]}\n'
        '  received   {"id":"7","lines":[{"count":"1","sku":"B"}]}\n'
        "  rule       any of this type\n"
        "  because    $ weighs 2, written for this place\n\n"
        "response.body.id   FAILS\n"
        "  expected   7\n"
        '  received   "7"\n'
        "  rule       any of this type\n"
        "  because    $ weighs 2, from further up, as it holds for all below\n"
        "  mismatch   expected a number, for example 7\n\n"
        "response.body.lines   passes\n"
        '  expected   [{"count":1,"sku":"A"}]\n'
        '  received   [{"count":"1","sku":"B"}]\n'
        "  rule       at least 1 like this\n"
        "  because    $.lines weighs 4, written for this place\n"
        "  beaten     any of this type: $ weighs 2, less than 4\n\n"
        "response.body.lines[0]   passes\n"
        '  expected   {"count":1,"sku":"A"}\n'
        '  received   {"count":"1","sku":"B"}\n'
        "  rule       any of this type\n"
        "  because    $.lines weighs 4, from further up, as it holds for all below\n"
        "  beaten     any of this type: $ weighs 2, less than 4\n\n"
        "response.body.lines[0].sku   passes\n"
        '  expected   "A"\n'
        '  received   "B"\n'
        "  rule       any of this type\n"
        "  because    $.lines weighs 4, from further up, as it holds for all below\n"
        "  beaten     any of this type: $ weighs 2, less than 4\n\n"
        "response.body.lines[0].count   FAILS\n"
        "  expected   1\n"
        '  received   "1"\n'
        "  rule       an integer or null\n"
        "  because    $.lines[*].count weighs 8, written for this place, one of them is enough\n"
        "  beaten     any of this type: $.lines weighs 4, less than 8\n"
        "  beaten     any of this type: $ weighs 2, less than 8\n"
        "  mismatch   expected an integer, for example 1 or null\n\n"
        "2 of 7 places fail.\n"
    )


def test_only_what_fails_can_be_asked_for(contractkit: Callable) -> None:
    Path("body.json").write_text('{"id": 8, "lines": [{"sku": "B", "count": null}], "more": true}')
    arguments = ("explain", "orders.json", "--interaction", "k1", "--actual", "body.json", "--failed")
    ended = contractkit(*arguments, "--status", "404", "--header", "Content-Type: text/plain")
    assert ended.code == 1
    assert ended.out == (
        "an order\n  GET /orders/7 -> 200\n\n"
        "response.status   FAILS\n"
        "  expected   200\n"
        "  received   404\n"
        "  rule       none reaches this place: only an equal value passes\n"
        "  mismatch   expected exactly 200\n\n"
        "response.headers['content-type']   FAILS\n"
        '  expected   "application/json"\n'
        '  received   "text/plain"\n'
        "  rule       none reaches this place: only an equal value passes\n"
        "  mismatch   expected the content type application/json\n\n"
        "response.body   FAILS\n"
        '  expected   {"id":7,"lines":[{"count":1,"sku":"A"}]}\n'
        '  received   "{\\"id\\": 8, \\"lines\\": [{\\"sku\\": \\"B\\", \\"count\\": null}], \\"more\\": true}"\n'
        "  rule       any of this type\n"
        "  because    $ weighs 2, written for this place\n"
        "  mismatch   expected a body of type application/json\n\n"
        "3 of 3 places fail.\n"
    )


def test_a_body_comes_from_standard_input(contractkit: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ORDER).encode())))
    ended = contractkit("explain", "orders.json", "--interaction", "k1", "--actual", "-", "--raw", "--failed")
    assert (ended.code, ended.out) == (
        0,
        "an order\n  GET /orders/7 -> 200\n"
        "  not judged, since not given: response.status, response.headers\n\nAll 6 places pass.\n",
    )


def test_without_an_actual_answer_the_example_is_judged(contractkit: Callable) -> None:
    ended = contractkit("explain", "orders.json", "--interaction", "placing an order", "--side", "request")
    assert ended.code == 0
    assert ended.out.split("\n\n")[-3:] == [
        "request.body   passes\n"
        '  expected   {"sku":"A"}\n  received   {"sku":"A"}\n'
        "  rule       none reaches this place: its members are compared, each by its own rules",
        'request.body.sku   passes\n  expected   "A"\n  received   "A"\n  rule       any of this type\n'
        "  because    $.sku weighs 4, written for this place",
        "All 4 places pass.\n",
    ]


def test_an_actual_request_may_carry_no_more(contractkit: Callable) -> None:
    Path("actual.json").write_text('{"method": "POST", "path": "/orders", "body": {"sku": "B", "note": "!"}}')
    arguments = ("explain", "orders.json", "--interaction", "k2", "--side", "request", "--actual", "actual.json")
    ended = contractkit(*arguments, "--failed", "--format", "json")
    assert ended.code == 1
    assert json.loads(ended.out) == {
        "schema_version": 1,
        "key": "k2",
        "description": "placing an order",
        "summary": "POST /orders -> 201",
        "passed": False,
        "not_judged": ["request.query", "request.headers"],
        "places": [
            {
                "location": "request.body.note",
                "expected": "nothing",
                "actual": "!",
                "passed": False,
                "left_out": 0,
                "rule": None,
                "beaten": [],
                "mismatches": [{"rule": "equality", "sentence": "no such member"}],
            }
        ],
    }


def test_json_names_the_rules_of_a_place(contractkit: Callable) -> None:
    ended = contractkit("explain", "orders.json", "--interaction", "k1", "--format", "json")
    (count,) = (each for each in json.loads(ended.out)["places"] if each["location"] == "response.body.lines[0].count")
    assert count == {
        "location": "response.body.lines[0].count",
        "expected": 1,
        "actual": 1,
        "passed": True,
        "left_out": 0,
        "rule": {
            "location": "response.body.lines[*].count",
            "path": "$.lines[*].count",
            "weight": 8,
            "reach": "written",
            "combine": "OR",
            "rules": [{"match": "integer"}, {"match": "null"}],
            "words": "an integer or null",
        },
        "beaten": [
            {
                "location": "response.body.lines",
                "path": "$.lines",
                "weight": 4,
                "reach": "cascaded",
                "combine": "AND",
                "rules": [{"match": "type", "min": 1}],
                "words": "any of this type",
                "reason": "weighs 4, less than 8",
            },
            {
                "location": "response.body",
                "path": "$",
                "weight": 2,
                "reach": "cascaded",
                "combine": "AND",
                "rules": [{"match": "type"}],
                "words": "any of this type",
                "reason": "weighs 2, less than 8",
            },
        ],
        "mismatches": [],
    }


def test_messages_are_judged_by_their_contents(contractkit: Callable) -> None:
    message = {"type": "Asynchronous/Messages", "description": "an event", "contents": {"content": {"id": 7}}}
    Path("events.json").write_bytes(pact_file(message))
    Path("actual.json").write_text('{"contents": {"id": "7"}}')
    ended = contractkit("explain", "events.json", "--actual", "actual.json", "--failed")
    assert ended.code == 1
    assert ended.out == (
        "an event\n  message an event\n  not judged, since not given: message.metadata\n\n"
        "message.contents.id   FAILS\n  expected   7\n"
        '  received   "7"\n'
        "  rule       none reaches this place: only an equal value passes\n"
        "  mismatch   expected exactly 7\n\n1 of 2 places fails.\n"
    )


def test_of_a_remote_procedure_call_one_message_is_judged(contractkit: Callable) -> None:
    sample = Path(__file__).parents[2] / "contracts/samples/web-shop-inventory.json"
    Path("message.json").write_text('{"count": "3", "sku": "B-2"}')
    ended = contractkit(
        "explain", str(sample), "--interaction", "a1b2c3d4e5f60718", "--actual", "message.json", "--failed"
    )
    assert (ended.code, ended.out) == (
        1,
        "inventory.v1.Inventory/GetItem answers OK\n"
        "  inventory.v1.Inventory/GetItem -> OK\n\n"
        "events[2].message.count   FAILS\n"
        "  expected   3\n"
        '  received   "3"\n'
        "  rule       an integer\n"
        "  because    $.count weighs 4, written for this place\n"
        "  mismatch   expected an integer, for example 3\n\n"
        "1 of 3 places fails.\n",
    )


def test_of_a_synchronous_message_the_request_and_the_first_answer_are_judged(contractkit: Callable) -> None:
    question = {
        "type": "Synchronous/Messages",
        "description": "a question",
        "request": {"contents": {"content": {"q": 1}}},
        "response": [{"contents": {"content": {"a": 1}}}, {"contents": {"content": {"b": 1}}}],
    }
    Path("questions.json").write_bytes(pact_file(question))
    Path("answer.json").write_text('{"contents": {"a": 2}}')
    ended = contractkit("explain", "questions.json", "--actual", "answer.json", "--failed")
    assert (ended.code, ended.out.splitlines()[4:6]) == (1, ["responses[0].contents.a   FAILS", "  expected   1"])
    Path("asked.json").write_text('{"q": 1, "more": 2}')
    ended = contractkit("explain", "questions.json", "--side", "request", "--actual", "asked.json", "--raw", "--failed")
    assert (ended.code, ended.out.splitlines()[4:6]) == (1, ["request.contents.more   FAILS", "  expected   nothing"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["."], 2, ". is a directory.\n\nName the contract file that holds the interaction.\n"),
        (
            ["orders.json"],
            2,
            "2 interactions of orders.json are meant, and one is explained.\n\n"
            "  k1   an order\n  k2   placing an order\n\nName one by its key: --interaction KEY.\n",
        ),
        (
            ["orders.json", "--interaction", "an ordre"],
            3,
            "No interaction has an ordre in it.\n\nDid you mean an order or placing an order?\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--status", "200"],
            2,
            "--raw, --status and --header say something of an actual answer, and none is given.\n\n"
            "Give it with --actual FILE, or --actual - for standard input.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "none.json"],
            2,
            "none.json cannot be read.\n\n  reason   No such file or directory\n\n"
            "--actual takes a file, or - for standard input.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "text.txt"],
            2,
            "text.txt is not JSON.\n\n  line      1\n  column    1\n  problem   Expecting value\n\n"
            "A body alone is given with --raw, or with the --status and --header it came with.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "list.json"],
            2,
            "list.json is no response in Pact's form.\n\n"
            "  expected   an object with `status`, `headers`, `body`, or some of them\n"
            "  received   a JSON value of another kind\n\nIf the file is the body alone, say so with --raw.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "empty.json"],
            2,
            "empty.json is no response in Pact's form.\n\n"
            "  expected   an object with `status`, `headers`, `body`, or some of them\n"
            "  received   nothing in it\n\nIf the file is the body alone, say so with --raw.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "near.json"],
            2,
            "near.json is no response in Pact's form.\n\n"
            "  expected   an object with `status`, `headers`, `body`, or some of them\n"
            "  received   the member `bdy`\n\n"
            "Did you mean body? If the file is the body alone, say so with --raw.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "wrong.json"],
            2,
            "wrong.json is no response in Pact's form.\n\n"
            '  /headers   expected an object, received "none"\n'
            '  /status    expected an integer, received "fine"\n\n'
            "If the file is the body alone, say so with --raw.\n",
        ),
        (
            ["orders.json", "--interaction", "k1", "--actual", "near.json", "--header", "text/plain"],
            2,
            "--header takes a name and a value.\n\n"
            "  expected   'Content-Type: application/json'\n  received   'text/plain'\n",
        ),
        (
            ["orders.json", "--interaction", "k2", "--side", "request", "--actual", "near.json", "--status", "200"],
            2,
            "A request has no status.\n\nLeave --status out, or take --side response.\n",
        ),
        (
            ["events.json", "--side", "request"],
            2,
            "an event has no request with a body.\n\nTake the other --side.\n",
        ),
        (
            ["events.json", "--actual", "near.json", "--status", "200"],
            2,
            "A message has neither a status nor headers.\n\nGive its contents alone, with --raw.\n",
        ),
        (["nothing.json"], 3, "There is no interaction in nothing.json.\n"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_the_reason(
    contractkit: Callable, arguments: list[str], code: int, message: str
) -> None:
    Path("text.txt").write_text("hello")
    Path("list.json").write_text("[1]")
    Path("empty.json").write_text("{}")
    Path("near.json").write_text('{"bdy": {}}')
    Path("wrong.json").write_text('{"status": "fine", "headers": "none"}')
    Path("nothing.json").write_bytes(pact_file())
    message_form = {"type": "Asynchronous/Messages", "description": "an event", "contents": {"content": {"id": 7}}}
    Path("events.json").write_bytes(pact_file(message_form))
    ended = contractkit("explain", *arguments)
    assert (ended.code, ended.out, ended.err) == (code, "", message)


def test_a_huge_list_is_told_by_its_first_elements_and_what_is_left_out(
    contractkit: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("huge.json").write_bytes(pact_file(http([0] * 3_000, rules={"$": {"match": "type"}})))
    ended = contractkit("explain", "huge.json")
    assert ended.code == 0
    assert "  left out   2000 further members that pass\n" in ended.out
    assert ended.out.endswith("\n\nAll 1002 places pass, and 2000 further members of large values.\n")
    places = json.loads(contractkit("explain", "huge.json", "--format", "json").out)["places"]
    assert [each["left_out"] for each in places if each["location"] == "response.body"] == [2_000]
