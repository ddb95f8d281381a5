"""`contractkit stub` of several definitions, as a process: names, addresses, lines."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import pytest

from contractkit.exact_json import read_json
from tests.cli.conftest import Ended
from tests.cli.running import running

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getOrder, responses: {'204': {description: it}}}
"""
STOCK = """\
syntax = "proto3";
package stock.v1;
service Stock { rpc GetItem(Item) returns (Item); }
message Item { int64 id = 1; }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("orders.yaml", ORDERS), ("openapi.yaml", ORDERS), ("stock.proto", STOCK)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_several_definitions_are_served_at_once_each_under_its_name(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "old=openapi.yaml", "stock.proto") as served:
        addresses = served.variables(3)
        for name in ("ORDERS_URL", "OLD_URL"):
            httpx.get(f"{addresses[name]}/orders/7")
        with grpc.insecure_channel(addresses["STOCK_TARGET"]) as channel:
            channel.unary_unary("/stock.v1.Stock/GetItem")(b"\x08\x07")
        code = served.end()

    assert code == 0
    assert served.text("err").splitlines() == [
        "Orders 1.0.0 is stubbed there until Ctrl+C.",
        "Orders 1.0.0 is stubbed there until Ctrl+C.",
        "stock.v1 is stubbed there until Ctrl+C.",
        "orders  GET /orders/7 -> 204 getOrder",
        "old  GET /orders/7 -> 204 getOrder",
        'stock  stock.v1.Stock/GetItem {"id":7} -> OK',
    ]


def test_json_names_the_provider_where_there_are_several(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "stock.proto", "--format", "json") as served:
        orders, stock = (read_json(served.line()) for _ in range(2))
        httpx.get(f"{orders['url']}/orders/7")
        call = read_json(served.line("err"))

    started = {"schema_version": 1, "event": "started"}
    assert orders == {**started, "provider": "orders", "url": orders["url"], "definition": "Orders 1.0.0"}
    assert stock == {**started, "provider": "stock", "target": stock["target"], "definition": "stock.v1"}
    assert call == {
        "schema_version": 1,
        "event": "call",
        "provider": "orders",
        "request": "GET /orders/7",
        "status": 204,
        "operation": "getOrder",
        "allowed": True,
        "reason": "",
    }


def test_the_port_and_variable_of_the_settings_hold(folder: Path, unused_port: int) -> None:
    (folder / "pyproject.toml").write_text(
        f'[tool.contractkit.providers.shop]\ndefinition = "orders.yaml"\nport = {unused_port}\nurl_variable = "API"\n'
    )
    with running(folder, "stub", "shop", "stock.proto") as served:
        assert served.variables(2)["API"] == f"http://127.0.0.1:{unused_port}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["orders.yaml", "ordes.yaml"],
            "The definition ordes.yaml cannot be read.\n\n"
            "  reason   no such file: {folder}/ordes.yaml\n\nDid you mean orders.yaml or openapi.yaml?\n",
        ),
        (
            ["orders.yaml", "stock"],
            "No provider named 'stock' is set.\n\n"
            "  file   none: no pyproject.toml with [tool.contractkit] from {folder} upwards\n\n"
            'Add:\n\n[tool.contractkit.providers.stock]\ndefinition = "path/to/stock.yaml"\n',
        ),
        (
            ["orders.yaml", "openapi.yaml"],
            "Nothing tells what to call the service that openapi.yaml defines.\n\nName it: orders=openapi.yaml\n",
        ),
        (
            ["orders.yaml", "orders=openapi.yaml"],
            "Two definitions are called orders.\n\n"
            "  one       orders.yaml\n"
            "  another   openapi.yaml\n\n"
            "Name them: one=orders.yaml another=openapi.yaml\n",
        ),
        (
            ["orders.yaml", "stock.proto", "--port", "7001"],
            "2 definitions cannot share port 7001.\n\n"
            "Leave --port out, so that each takes a free one; or set port in pyproject.toml for each.\n",
        ),
        (
            ["orders.yaml", "stock.proto", "--provider", "shop"],
            "--provider names one service, and 2 definitions are served.\n\n"
            "Name each: NAME=orders.yaml NAME=stock.proto\n",
        ),
        (
            ["orders.yaml", "--consumer", "shop"],
            "--consumer says something of a recording, and nothing is recorded.\n\nAdd --record.\n",
        ),
        (
            ["orders.yaml", "--suite", "browser"],
            "--suite says something of a recording, and nothing is recorded.\n\nAdd --record.\n",
        ),
        (["orders.yaml", "--tls-key", "orders.yaml"], "TLS takes both --tls-certificate and --tls-key.\n"),
        (
            ["orders.yaml", "--tls-key", "orders.yaml", "--tls-certificate", "orders.yaml"],
            "Only gRPC is served over TLS, and the definition has no remote procedures.\n",
        ),
        (["", "orders.yaml"], "Error: Invalid value for 'DEFINITION...': it is empty; is a variable not set?\n"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_to_do(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    contractkit: Callable[..., Ended],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    ended = contractkit("stub", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(message.replace("{folder}", str(folder)))


def test_a_stub_that_records_nothing_reads_no_settings_and_no_contracts() -> None:
    code = (
        "import sys, contractkit.cli.stub; print(*sorted(each.split('.')[1] for each in sys.modules if each in LATE))"
    )
    late = {"contractkit.document", "contractkit.settings", "contractkit.verification"}
    ended = subprocess.run([sys.executable, "-c", f"LATE={late}; {code}"], capture_output=True, text=True, check=True)

    assert ended.stdout == "\n"


@pytest.mark.slow
def test_a_changed_definition_takes_the_place_of_the_old_one(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml") as served:
        url = served.line()
        (folder / "orders.yaml").write_text(ORDERS.replace("getOrder", "fetchOrder"))
        served.line_with("reloaded: Orders 1.0.0")
        httpx.get(f"{url}/orders/7")
        line = served.line_with("GET /orders/7")
        (folder / "orders.yaml").write_text("openapi: [\n")
        served.line_with("not reloaded, Orders 1.0.0 serves on:")
        (folder / "orders.yaml").write_text(ORDERS.replace("paths:", "servers: [{url: /v2}]\npaths:"))
        served.line_with("reloaded: Orders 1.0.0")
        moved = served.line()
        answer = httpx.get(f"{moved}/orders/7")

    assert line == "GET /orders/7 -> 204 fetchOrder"
    assert (moved, answer.status_code) == (f"{url}/v2", 204)


@pytest.mark.slow
def test_json_tells_of_mistakes_and_of_what_is_reloaded(folder: Path) -> None:
    (folder / "orders.yaml").write_text("openapi: 3.1.0\ninfo: {title: Orders, version: 1.0.0}\npaths: {}\n")
    with running(folder, "stub", "orders.yaml", "--format", "json") as served:
        started = read_json(served.line())
        warning = read_json(served.line("err"))
        (folder / "orders.yaml").write_text(ORDERS)
        reloaded = read_json(served.line("err"))

    assert warning == {
        "schema_version": 1,
        "event": "warning",
        "at": "",
        "sentence": "orders.yaml defines no operations: every request will be refused.",
    }
    assert reloaded == {**started, "event": "reloaded"}
