"""A consumer's tests over gRPC, and over both transports of one provider, run by pytest with the plugin."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PROTO = """\
syntax = "proto3";
package stock.v1;
service Stock {
  rpc GetItem(GetItemRequest) returns (Item);
  rpc Watch(stream GetItemRequest) returns (stream Item);
}
message GetItemRequest { int64 id = 1; }
message Item { int64 id = 1; string name = 2; optional string note = 3; }
"""

OPENAPI = """\
openapi: 3.1.0
info: {title: Stock, version: 1.0.0}
paths:
  /items/{id}:
    get:
      operationId: readItem
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: it
          content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}
"""

SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.stock]
definition = "stock.yaml"
proto = "stock.proto"

[tool.contractkit.providers.procedures]
definition = "stock.proto"

[tool.contractkit.providers.twice]
definition = "stock.proto"
proto = "stock.proto"
"""

HEAD = """\
import grpc
import httpx
import pytest


def get_item(channel, number):
    assert number < 128
    return channel.unary_unary("/stock.v1.Stock/GetItem")(bytes([8, number]) if number else b"")

"""


class Shop:
    """A consumer's project over both transports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (("pyproject.toml", SETTINGS), ("stock.yaml", OPENAPI), ("stock.proto", PROTO)):
            (folder / name).write_text(text)

    def run(self, tests: str, *options: str) -> "subprocess.CompletedProcess[str]":
        (self.folder / "test_shop.py").write_text(HEAD + tests)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
        return subprocess.run(
            [*command, *options], cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )

    def contract(self, provider: str) -> Any:
        return json.loads((self.folder / f"contracts/web-shop-{provider}.json").read_bytes())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_one_contract_holds_both_transports_of_a_provider(shop: Shop) -> None:
    run = shop.run(
        "def test_it(contract_stub):\n"
        "    stock = contract_stub('stock').given('item exists', id=7)\n"
        "    stock.on('GetItem').reply({'name': 'lamp'})\n"
        "    stock.on('readItem').reply(200, {'id': 7})\n"
        "    assert httpx.get(stock.url + '/items/7').json() == {'id': 7}\n"
        "    assert b'lamp' in get_item(stock.channel(), 7)\n"
        "    assert [type(call).__name__ for call in stock.calls] == ['Call', 'AnsweredCall']\n"
    )

    assert run.returncode == 0, run.stdout
    contract = shop.contract("stock")
    assert sorted(each["description"] for each in contract["interactions"]) == [
        "GetItem id=7 answers OK",
        "readItem id=7 answers 200",
    ]
    definition = contract["metadata"]["contractkit"]["definition"]
    assert definition["source"] == "stock.yaml, stock.proto"


def test_a_definition_may_be_named_again_and_not_be_changed(shop: Shop) -> None:
    run = shop.run(
        "def test_again(contract_stub):\n"
        "    first = contract_stub('inventory', definition='stock.proto')\n"
        "    assert contract_stub('inventory', definition='stock.proto') is first\n"
        "def test_changed(contract_stub):\n"
        "    contract_stub('inventory', definition='stock.proto')\n"
        "    contract_stub('inventory', definition='stock.yaml')\n"
    )

    assert "1 failed, 1 passed" in run.stdout
    assert "The test has a stub of inventory already, of another definition." in run.stdout


def test_a_misuse_fails_the_test_with_the_reason(shop: Shop) -> None:
    run = shop.run(
        "def test_unknown(contract_stub):\n"
        "    call = contract_stub('procedures').channel().unary_unary('/stock.v1.Stock/GetItems')\n"
        "    with pytest.raises(grpc.RpcError):\n"
        "        call(b'')\n\n\n"
        "def test_no_url(contract_stub):\n"
        "    contract_stub('procedures').url\n\n\n"
        "def test_two_of_a_kind(contract_stub):\n"
        "    contract_stub('twice')\n\n\n"
        "def test_no_operation(contract_stub):\n"
        "    contract_stub('stock').on('readItm')\n\n\n"
        "def test_unused(contract_stub):\n"
        "    contract_stub('procedures').on('Watch').reply(status='NOT_FOUND')\n"
    )

    assert run.returncode == 1
    for sentence in (
        "web-shop sent procedures a request that its definition does not allow.",
        "no procedure is defined at /stock.v1.Stock/GetItems",
        "procedures is defined by stock.proto, which has remote procedures and no HTTP: it has no URL.",
        "Neither definition of stock has an operation 'readItm'.",
        "Did you mean readItem",
        "The two definitions of twice are not one of HTTP and one of remote procedures.",
        "stock.v1.Stock/Watch replies NOT_FOUND",
    ):
        assert sentence in run.stdout
    assert not (shop.folder / "contracts").exists()


def test_the_line_of_a_call_that_blocks_is_kept(shop: Shop) -> None:
    shop.run(
        "def test_it(contract_stub):\n    channel = contract_stub('procedures').channel()\n    get_item(channel, 1)\n"
    )

    (interaction,) = shop.contract("procedures")["interactions"]
    (evidence,) = interaction["comments"]["contractkit"]["evidence"]
    assert evidence["test"] == {"file": "test_shop.py", "line": 8, "nodeId": "test_shop.py::test_it"}


def test_streams_stand_apart_from_what_pact_can_express(shop: Shop) -> None:
    run = shop.run(
        "def test_it(contract_stub):\n"
        "    watch = contract_stub('procedures').channel().stream_stream('/stock.v1.Stock/Watch')\n"
        "    assert len(list(watch(iter([b'\\x08\\x01', b'\\x08\\x02'])))) == 2\n"
    )

    assert run.returncode == 0, run.stdout
    contract = shop.contract("procedures")
    assert contract["interactions"] == []
    assert len(contract["metadata"]["contractkit"]["interactions"]) == 1


@pytest.mark.slow
def test_what_workers_record_is_what_one_process_records(shop: Shop) -> None:
    tests = "".join(
        f"def test_{number}(contract_stub):\n    get_item(contract_stub('procedures').channel(), {number})\n\n\n"
        for number in range(6)
    )
    file = shop.folder / "contracts/web-shop-procedures.json"

    assert shop.run(tests).returncode == 0
    alone = file.read_bytes()
    file.unlink()
    assert shop.run(tests, "-n", "2").returncode == 0

    assert file.read_bytes() == alone
