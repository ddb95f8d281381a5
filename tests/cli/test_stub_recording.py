"""`contractkit stub --record`: what clients in any language call becomes a contract to verify a provider with."""

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import jsonschema
import pytest

from contractkit.document import dump_contract, load_contract
from contractkit.exact_json import read_json
from contractkit.model import Contract, HttpCall, HttpRequest, RpcCall, TestReference
from tests.cli.conftest import Ended
from tests.cli.running import Served, running

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: 'https://orders.example.com/v1'}]
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      security: [{key: []}]
      responses:
        '200':
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [id, total]
                properties: {id: {type: integer}, total: {type: number}, note: {type: string}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(Item) returns (Item); rpc Watch(Item) returns (stream Item); }
message Item { int64 id = 1; }
"""
pytestmark = pytest.mark.slow

SCHEMA = Path(__file__).parents[2] / "contracts/schema/contract-v1.schema.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("orders.yaml", ORDERS), ("openapi.yaml", ORDERS), ("stock.proto", STOCK)):
        (tmp_path / name).write_text(text)
    return tmp_path


def recorded(file: Path) -> Contract:
    return load_contract(file.read_bytes(), origin=str(file))


def descriptions(file: Path) -> list[str]:
    return sorted(each.description for each in recorded(file).interactions)


def fetch(url: str, *ids: int) -> None:
    for number in ids:
        assert httpx.get(f"{url}/orders/{number}", headers={"x-key": "s3cret"}).status_code == 200


def record(folder: Path, *ids: int, options: tuple[str, ...] = ()) -> tuple[Served, int]:
    arguments = ("stub", "orders.yaml", "--record", "web.json", "--consumer", "web", *options)
    with running(folder, *arguments) as served:
        fetch(served.line(), *ids)
        return served, served.end()


def test_what_was_called_is_in_the_file_when_it_ends(folder: Path) -> None:
    served, code = record(folder, 7, 7, 8)

    contract = recorded(folder / "web.json")
    first = contract.interactions[0]
    assert (contract.consumer, contract.provider, code) == ("web", "orders", 0)
    assert descriptions(folder / "web.json") == ["getOrder id=7 answers 200", "getOrder id=8 answers 200"]
    assert isinstance(first.exchange, HttpCall)
    assert first.exchange.request.headers["x-key"] == ("[credential]",)
    assert [each.test for each in first.evidence] == [TestReference(node_id="contractkit stub", file="", line=0)]
    assert served.seen["err"][-1] == "web.json: 2 interactions of web with orders recorded."
    assert b"s3cret" not in (folder / "web.json").read_bytes()
    jsonschema.validate(json.loads((folder / "web.json").read_bytes()), json.loads(SCHEMA.read_bytes()))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_client_that_is_no_python_leaves_a_contract(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "--record", "web.json", "--consumer", "web") as served:
        url = served.line()
        sent = ["curl", "-sf", "-H", "X-Key: s3cret", "-H", "User-Agent: curl", f"{url}/orders/7"]
        answered = subprocess.run(sent, capture_output=True, check=True).stdout
        code = served.end()

    [interaction] = recorded(folder / "web.json").interactions
    assert isinstance(interaction.exchange, HttpCall)
    assert (json.loads(answered)["id"], code) == (7, 0)
    assert interaction.exchange.request == HttpRequest(
        method="GET", path="/orders/7", headers={"x-key": ("[credential]",)}
    )


def test_the_same_calls_leave_the_same_bytes_as_before(folder: Path) -> None:
    record(folder, 7, 8)
    before = (folder / "web.json").read_bytes()
    record(folder, 8, 7, 7)

    assert (folder / "web.json").read_bytes() == before


def test_a_later_recording_of_the_same_name_replaces_the_earlier_one_alone(folder: Path) -> None:
    record(folder, 1, options=("--suite", "browser tests"))
    record(folder, 7, 8)
    served, _ = record(folder, 8, 9)

    assert descriptions(folder / "web.json") == [f"getOrder id={number} answers 200" for number in (1, 8, 9)]
    assert served.seen["err"][-1] == (
        "web.json: 2 interactions of web with orders recorded, 1 of an earlier recording removed."
    )


def test_what_is_killed_has_written_what_came_before_a_quiet_second(folder: Path) -> None:
    record(folder, 1)
    with running(folder, "stub", "orders.yaml", "--record", "web.json", "--consumer", "web") as served:
        fetch(served.line(), 7)
        while len(recorded(folder / "web.json").interactions) < 2:
            pass
        served.end(signal.SIGKILL)

    assert descriptions(folder / "web.json") == ["getOrder id=1 answers 200", "getOrder id=7 answers 200"]


def test_several_definitions_are_recorded_into_a_directory(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.contractkit]\nconsumer = "web"\n')
    with running(folder, "stub", "orders.yaml", "stock.proto", "--record", "contracts", "--format", "json") as served:
        orders, stock = (read_json(served.line()) for _ in range(2))
        fetch(orders["url"], 7)
        with grpc.insecure_channel(stock["target"]) as channel:
            channel.unary_unary("/stock.v1.Stock/GetItem")(b"\x08\x07")
            list(channel.unary_stream("/stock.v1.Stock/Watch")(b"\x08\x07"))
        code = served.end()

    assert code == 0
    assert descriptions(folder / "contracts/web-stock.json") == ["GetItem id=7 answers OK", "Watch id=7 answers OK"]
    assert all(
        isinstance(each.exchange, RpcCall) for each in recorded(folder / "contracts/web-stock.json").interactions
    )
    assert read_json(served.seen["out"][-2]) == {
        "schema_version": 1,
        "event": "recorded",
        "recorded": "contracts/web-orders.json",
        "consumer": "web",
        "provider": "orders",
        "interactions": 1,
        "removed": 0,
    }


def test_a_refused_request_is_not_recorded_and_ends_with_one(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "--record", "web.json", "--consumer", "web") as served:
        url = served.line()
        fetch(url, 7)
        httpx.get(f"{url}/orders/x")
        httpx.get(f"{url}/orders/x")
        code = served.end()

    assert (code, descriptions(folder / "web.json")) == (1, ["getOrder id=7 answers 200"])
    assert served.seen["err"][-1] == (
        "2 requests to orders were refused, and nothing of that is recorded. Mend the client, or the definition."
    )


def test_nobody_called_is_nothing_to_check(folder: Path) -> None:
    record(folder, 7)
    before = (folder / "web.json").read_bytes()
    served, code = record(folder)

    assert (code, (folder / "web.json").read_bytes()) == (3, before)
    assert served.text("err").endswith(
        "Nobody called, so nothing was recorded.\n \n"
        "  left as it was   web.json\n \n"
        "Give your client the address that is printed when the stub starts."
    )


def test_what_was_recorded_is_confirmed_and_verifies_its_provider(
    folder: Path, contractkit: Callable[..., Ended], broker: str
) -> None:
    record(folder, 7)
    with running(folder, "stub", "orders.yaml") as provider:
        verified = contractkit(
            "-C", str(folder), "verify", "orders", "--url", provider.line(), "--contracts", "web.json"
        )
    published = contractkit("-C", str(folder), "publish", "web.json", "--broker", broker, "--version", "1")

    assert (verified.code, published.code) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["orders.yaml", "--record", "web.json"],
            "Nothing tells who the consumer of the contract is.\n\n"
            "  file   none: no pyproject.toml with [tool.contractkit] from {folder} upwards\n\n"
            "Say it: --consumer web-shop, or consumer in [tool.contractkit].\n",
        ),
        (
            ["openapi.yaml", "--record", "web.json", "--consumer", "web"],
            "Nothing tells what to call the service that openapi.yaml defines.\n\nSay it: --provider orders.\n",
        ),
        (
            ["orders.yaml", "stock.proto", "--record", "web.json", "--consumer", "web"],
            "web.json is one file, and 2 definitions are served.\n\n"
            "Name a directory: each contract gets its own file there.\n",
        ),
        (
            ["orders.yaml", "--record", "theirs.json", "--consumer", "web"],
            "theirs.json is the contract of web with users, not of web with orders.\n\n"
            "Name another file, or a directory, in which each contract has a file of its own.\n",
        ),
        (
            ["orders.yaml", "--record", "broken.json", "--consumer", "web"],
            "broken.json holds merge-conflict markers.\n\n  first in line   1\n\n"
            "Take either side of each conflict, then run the consumer's tests again: they write the rest.\n",
        ),
        (
            ["orders.yaml", "--record", "folder.json", "--consumer", "web"],
            "The contract file cannot be read.\n\n"
            "  file     folder.json\n"
            "  reason   Is a directory\n\n"
            "Name a file that can be read and written.\n",
        ),
        (
            ["orders.yaml", "--record", "web.json", "--consumer", "web", "--seed", "a"],
            "--seed cannot be given with --record: equal calls leave equal contracts.\n\nLeave one of the two out.\n",
        ),
        (
            ["orders.yaml", "--record", "web.json", "--consumer", ""],
            "Error: Invalid value for '--consumer': it is empty; is a variable not set?\n",
        ),
        (
            ["orders.yaml", "--record", "web.json", "--consumer", "web", "--suite", ""],
            "Error: Invalid value for '--suite': it is empty; is a variable not set?\n",
        ),
        (
            ["orders.yaml", "--record", "openapi.yaml/web.json", "--consumer", "web"],
            "The contract file cannot be written.\n\n"
            "  file     openapi.yaml/web.json\n"
            "  reason   {folder}/openapi.yaml is no directory that can be written to\n\n"
            "Name a file that can be read and written.\n",
        ),
        (["orders.yaml", "--record"], "Error: Option '--record' requires an argument.\n"),
    ],
)
def test_wrong_use_ends_with_two_before_anything_is_served(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    contractkit: Callable[..., Ended],
    arguments: list[str],
    message: str,
) -> None:
    (folder / "theirs.json").write_bytes(dump_contract(Contract(consumer="web", provider="users", interactions=())))
    (folder / "broken.json").write_text("<<<<<<< HEAD\n")
    (folder / "folder.json").mkdir()
    monkeypatch.chdir(folder)
    ended = contractkit("stub", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(message.replace("{folder}", str(folder)))


def test_a_file_that_breaks_meanwhile_is_told_of_and_left_as_it_is(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "--record", "web.json", "--consumer", "web") as served:
        url = served.line()
        (folder / "web.json").write_text("<<<<<<< HEAD\n")
        fetch(url, 7)
        served.line_with("web.json holds merge-conflict markers.")
        code = served.end()

    assert (code, (folder / "web.json").read_text()) == (2, "<<<<<<< HEAD\n")
