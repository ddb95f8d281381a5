"""Plain files are read in one pass: what is given is to the letter what reading member by member gives."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from contractkit.cli.rule_faults import find_generator_faults, find_rule_faults
from contractkit.document import KnownParts, load_contract
from contractkit.document.files import _read
from contractkit.document.plain import read_plain_contract
from contractkit.document.reading import Findings
from contractkit.errors import ContractFileError
from contractkit.model import HttpCall

BODY = {"content": {"id": 1, "lines": [{"sku": "a"}]}, "contentType": "application/json", "encoded": False}
NEEDS = {
    "kind": "inferred",
    "needed": [
        {"location": "response.body.id", "nonNull": True},
        {"location": "response.body.lines[*]", "atMost": 3, "mayLack": True, "members": [1, "a"], "pattern": "a+"},
    ],
    "anyOf": [["response.body.id", "response.body.lines"]],
    "tolerated": ["response.body.id"],
    "untouched": ["response.body.lines[*].sku"],
    "weak": ["response.body.id"],
    "reactions": [{"to": "an extra field", "result": "tolerated"}],
    "validFor": "abc",
}
TEST = {"nodeId": "tests/test_shop.py::test_reads", "file": "tests/test_shop.py", "line": 3}
PLAIN: dict[str, Any] = {
    "consumer": {"name": "shop"},
    "provider": {"name": "orders"},
    "interactions": [
        {
            "type": "Synchronous/HTTP",
            "key": "93e346f236f1a2cc",
            "description": "reads an order",
            "providerStates": [{"name": "there is an order", "params": {"id": 1}}],
            "pending": True,
            "transport": "https",
            "request": {
                "method": "get",
                "path": "/orders/1",
                "query": {"page": ["1", None]},
                "headers": {"Accept": ["application/json"]},
            },
            "response": {
                "status": 200,
                "headers": {"content-type": ["application/json"]},
                "body": BODY,
                "matchingRules": {"body": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}},
                "generators": {"body": {"$.id": {"type": "RandomInt", "min": 1, "max": 9}}},
            },
            "comments": {
                "testname": TEST["nodeId"],
                "text": ["as the shop does"],
                "contractkit": {
                    "operation": "getOrder",
                    "derivedState": {"operation": "getOrder", "status": "200", "values": {"id": 1}},
                    "served": BODY,
                    "evidence": [{"test": TEST, "needs": NEEDS}, {"test": TEST, "needs": {"kind": "unknown"}}],
                },
            },
        },
        {
            "type": "Synchronous/HTTP",
            "key": "13e346f236f1a2cc",
            "description": "makes an order",
            "request": {"method": "POST", "path": "/orders", "body": BODY},
            "response": {"status": 201},
            "comments": {"contractkit": {}},
        },
    ],
    "metadata": {
        "pactSpecification": {"version": "4.0"},
        "contractkit": {"format": 1, "definition": {"source": "orders.yaml", "digest": "sha256:1"}},
    },
}
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
ODD: tuple[Any, ...] = (
    None,
    True,
    1,
    1.0,
    200,
    -1,
    10**20,
    "",
    "x",
    "/",
    "GET",
    [],
    [1],
    ["x"],
    [None],
    {},
    {"x": 1},
    {"": []},
    DEEP,
)


def places(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from places(child, *path, step)


def changed(path: tuple[str | int, ...], change: Any) -> bytes:
    tree = copy.deepcopy(PLAIN)
    holder: Any = tree
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return json.dumps(tree).encode()


def remove(holder: Any, step: str | int) -> None:
    del holder[step]


def outcome(data: bytes, read: Any) -> object:
    try:
        return read(data)
    except ContractFileError as error:
        return error.explanation


def in_one_pass(data: bytes) -> object:
    return load_contract(
        data, origin="a.json", rule_check=find_rule_faults, generator_check=find_generator_faults, known=KnownParts()
    )


def member_by_member(data: bytes) -> object:
    return _read(data, "a.json", None, Findings(find_rule_faults, find_generator_faults)).contract


def test_the_plain_file_is_read_in_one_pass() -> None:
    data = json.dumps(PLAIN).encode()
    found = read_plain_contract(data, rule_check=None, generator_check=None, known=KnownParts())
    assert found is not None
    assert found == member_by_member(data)


@pytest.mark.parametrize("path", [path for path in places(PLAIN) if path], ids=lambda path: "/".join(map(str, path)))
def test_whatever_stands_at_a_place_is_read_as_member_by_member(path: tuple[str | int, ...]) -> None:
    for odd in ODD:
        data = changed(path, lambda holder, step, odd=odd: holder.__setitem__(step, odd))
        assert outcome(data, in_one_pass) == outcome(data, member_by_member), odd
    data = changed(path, remove)
    assert outcome(data, in_one_pass) == outcome(data, member_by_member), "removed"
    data = changed((*path, "x"), lambda holder, step: isinstance(holder, dict) and holder.update({step: 1}))
    assert outcome(data, in_one_pass) == outcome(data, member_by_member), "more"


@pytest.mark.parametrize(
    "written",
    [b'{"consumer": {"name": "a"}, "consumer": {"name": "shop"},', b"\xef\xbb\xbf{", b"[", b'{"x": "\xff",', b"{{"],
)
def test_text_that_is_not_plain_is_read_as_member_by_member(written: bytes) -> None:
    data = written + json.dumps(PLAIN).encode().removeprefix(b"{")
    assert outcome(data, in_one_pass) == outcome(data, member_by_member)


@pytest.mark.parametrize(
    "path", [path for path in places(PLAIN) if path and path[-1] in ("params", "values", "members", "content")]
)
@pytest.mark.parametrize("levels", [238, 243, 246, 250, 254])
def test_what_nests_too_deeply_for_a_file_alone_is_told(path: tuple[str | int, ...], levels: int) -> None:
    nested = json.loads("[" * levels + "]" * levels)
    data = changed(path, lambda holder, step: holder.__setitem__(step, {"x": nested} if step != "members" else nested))
    assert outcome(data, in_one_pass) == outcome(data, member_by_member)


def test_two_interactions_of_one_key_are_told() -> None:
    data = changed(("interactions", 1, "key"), lambda holder, step: holder.update({step: "93e346f236f1a2cc"}))
    assert outcome(data, in_one_pass) == outcome(data, member_by_member)


def test_answers_that_several_files_have_are_read_once() -> None:
    known = KnownParts()
    data = json.dumps(PLAIN).encode()
    first, second = (load_contract(data, origin=name, known=known).interactions[1] for name in ("a.json", "b.json"))
    assert first == second
    assert isinstance(first.exchange, HttpCall)
    assert isinstance(second.exchange, HttpCall)
    assert first.exchange.response is second.exchange.response
    assert first.served is second.served
