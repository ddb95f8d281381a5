"""`contractkit up --record`: a contract for each dependency, under the states that a consumer's tests name."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import pytest

from contractkit.document import load_contract
from contractkit.exact_json import read_json
from contractkit.model import Interaction, ProviderState
from tests.cli.conftest import Ended
from tests.cli.running import command, running

pytestmark = pytest.mark.slow

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: 'https://orders.example.com/v1'}]
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses: {'200': {description: it, content: {application/json: {schema: {type: object}}}}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(Item) returns (Item); }
message Item { int64 id = 1; }
"""
SETTINGS = """\
[tool.contractkit]
consumer = "web"
[tool.contractkit.providers.orders]
definition = "orders.yaml"
[tool.contractkit.providers.stock]
definition = "stock.proto"
"""
ORDERS_FILE, STOCK_FILE = "contracts/web-orders.json", "contracts/web-stock.json"
ORDER_EXISTS = ProviderState(name="order exists", params={"id": 7})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("orders.yaml", ORDERS), ("stock.proto", STOCK), ("pyproject.toml", SETTINGS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def recorded(file: Path) -> tuple[Interaction, ...]:
    return load_contract(file.read_bytes(), origin=str(file)).interactions


def descriptions(project: Path, name: str) -> list[str]:
    return sorted(each.description for each in recorded(project / name))


def client(*ids: int, code: int = 0, last: str = "") -> list[str]:
    program = (
        "import os, sys, urllib.request as r\n"
        f"for number in {ids}: r.urlopen(os.environ['ORDERS_URL'] + f'/orders/{{number}}')\n{last}\nsys.exit({code})"
    )
    return [sys.executable, "-c", program]


def up(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    started = command("up", "orders", "--record", "contracts", *arguments)
    return subprocess.run(started, capture_output=True, text=True, cwd=project, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_each_dependency_gets_its_contract_when_the_stubs_end(project: Path, number: int) -> None:
    with running(project, "up", "--record", "contracts") as served:
        variables = served.variables(2)
        httpx.get(f"{variables['ORDERS_URL']}/orders/7")
        with grpc.insecure_channel(variables["STOCK_TARGET"]) as channel:
            channel.unary_unary("/stock.v1.Stock/GetItem")(b"\x08\x07")
        code = served.end(number)

    assert code == 0
    assert descriptions(project, ORDERS_FILE) == ["getOrder id=7 answers 200"]
    assert descriptions(project, STOCK_FILE) == ["GetItem id=7 answers OK"]
    assert served.seen["err"][-2:] == [
        f"{ORDERS_FILE}: 1 interaction of web with orders recorded.",
        f"{STOCK_FILE}: 1 interaction of web with stock recorded.",
    ]


def test_what_a_command_called_is_recorded_where_it_succeeds(project: Path) -> None:
    first = up(project, "--", *client(7, 8))
    failed = up(project, "--", *client(9, code=3))
    after_failure = descriptions(project, ORDERS_FILE)
    second = up(project, "--", *client(8, 9))

    assert (first.returncode, failed.returncode, second.returncode) == (0, 3, 0)
    assert failed.stderr.splitlines()[-1] == "The command ended with 3, so nothing was recorded."
    assert after_failure == ["getOrder id=7 answers 200", "getOrder id=8 answers 200"]
    assert descriptions(project, ORDERS_FILE) == ["getOrder id=8 answers 200", "getOrder id=9 answers 200"]
    assert second.stderr.splitlines()[-1] == (
        f"{ORDERS_FILE}: 2 interactions of web with orders recorded, 1 of an earlier recording removed."
    )


def test_a_command_that_is_interrupted_adds_what_it_called(project: Path) -> None:
    up(project, "--", *client(7))
    waiting = client(8, last="import signal; signal.pause()")
    with running(project, "up", "orders", "--record", "contracts", "--", *waiting) as served:
        served.line_with("/orders/8")
        code = served.end()

    assert code == 128 + signal.SIGTERM
    assert descriptions(project, ORDERS_FILE) == ["getOrder id=7 answers 200", "getOrder id=8 answers 200"]


def test_a_refused_request_and_no_request_are_told_by_the_exit_code(project: Path) -> None:
    refused = up(project, "--", *client(7, last="httplib = r.Request"), "ignored")
    nobody = up(project, "--", *client())
    bad = up(
        project,
        "--",
        sys.executable,
        "-c",
        "import os, http.client as h; u = os.environ['ORDERS_URL'].split('/');"
        " c = h.HTTPConnection(u[2]); c.request('GET', '/v1/orders/x'); c.getresponse()",
    )

    assert (refused.returncode, nobody.returncode, bad.returncode) == (0, 3, 1)
    assert bad.stderr.splitlines()[-1] == (
        "1 request to orders was refused, and nothing of that is recorded. Mend the client, or the definition."
    )


def test_json_tells_what_was_recorded_before_it_ends(project: Path) -> None:
    with running(project, "up", "orders", "--record", "contracts", "--format", "json") as served:
        url = read_json(served.line_with('"ready"', "out"))["variables"]["ORDERS_URL"]
        httpx.get(f"{url}/orders/7")
        httpx.get(f"{url}/orders/x")
        code = served.end()

    assert code == 1
    assert [read_json(line) for line in served.seen["out"][-3:]] == [
        {
            "schema_version": 1,
            "event": "recorded",
            "recorded": ORDERS_FILE,
            "consumer": "web",
            "provider": "orders",
            "interactions": 1,
            "removed": 0,
        },
        {"schema_version": 1, "event": "refused", "provider": "orders", "requests": 1},
        {"schema_version": 1, "event": "stopped"},
    ]
    assert served.seen["err"] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_client_of_any_language_names_the_states_it_calls_under(project: Path) -> None:
    def curl(*arguments: str) -> object:
        ended = subprocess.run(["curl", "-sf", *arguments], capture_output=True, check=True)
        return read_json(ended.stdout)

    with running(project, "up", "--record", "contracts") as served:
        variables = served.variables(2)
        url = variables["ORDERS_URL"]
        json = ("-H", "Content-Type: application/json")
        said = curl(
            "-X", "PUT", *json, "-d", '[{"name":"order exists","params":{"id":7}}]', f"{url}/_contractkit/states"
        )
        curl(f"{url}/orders/7")
        curl("-X", "DELETE", f"{url}/_contractkit/states")
        curl("-H", "X-Contractkit-Given: order exists; id=7", f"{url}/orders/8")
        with grpc.insecure_channel(variables["STOCK_TARGET"]) as channel:
            get_item = channel.unary_unary("/stock.v1.Stock/GetItem")
            get_item(b"\x08\x07", metadata=[("x-contractkit-given", "in stock; id=7")])
            with pytest.raises(grpc.RpcError) as refused:
                get_item(b"\x08\x07", metadata=[("x-contractkit-given", "id=7")])
        code = served.end()

    assert said == [{"name": "order exists", "params": {"id": 7}}]
    assert code == 1
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [each.states for each in recorded(project / ORDERS_FILE)] == [(ORDER_EXISTS,), (ORDER_EXISTS,)]
    assert [each.states for each in recorded(project / STOCK_FILE)] == [
        (ProviderState(name="in stock", params={"id": 7}),)
    ]
    assert "orders  PUT /v1/_contractkit/states -> 200" in served.seen["err"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--suite", "a"], "--suite says something of a recording, and nothing is recorded.\n\nAdd --record.\n"),
        (
            ["--record", "contracts", "--seed", "a"],
            "--seed cannot be given with --record: equal calls leave equal contracts.\n\nLeave one of the two out.\n",
        ),
        (
            ["--record", "web.json"],
            "web.json is one file, and 2 definitions are served.\n\n"
            "Name a directory: each contract gets its own file there.\n",
        ),
        (
            ["--record", "stock.proto"],
            "The contract file cannot be written.\n\n"
            "  file     stock.proto/web-orders.json\n"
            "  reason   {project}/stock.proto is no directory that can be written to\n\n"
            "Name a file that can be read and written.\n",
        ),
    ],
)
def test_wrong_use_ends_with_two_before_anything_is_served(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    contractkit: Callable[..., Ended],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(project)
    ended = contractkit("up", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(message.replace("{project}", str(project)))
