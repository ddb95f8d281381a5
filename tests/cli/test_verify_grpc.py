"""`contractkit verify` of a provider that offers remote procedures, alone and beside HTTP."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from grpc_tools import protoc

from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Received,
    RpcCall,
    Sent,
    Status,
)

Run = Callable[..., Any]

PROTO = """
syntax = "proto3";
package stock.v1;
message Asked { int64 id = 1; }
message Level { int64 id = 1; int32 left = 2; }
service Stock { rpc GetLevel(Asked) returns (Level); rpc Watch(Asked) returns (stream Level); }
"""
SERVER = """
import grpc
from verified_stock_pb2 import Level
from verified_stock_pb2_grpc import StockServicer, add_StockServicer_to_server

class Stock(StockServicer):
    def GetLevel(self, request, context):
        return Level(id=request.id, left=3)

    def Watch(self, request, context):
        yield Level(id=request.id, left=3)
        yield Level(id=request.id, left=2)

def add(server):
    add_StockServicer_to_server(Stock(), server)

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"ok":true}'})
"""
MESSAGE = "application/protobuf;message=.stock.v1.Level"


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that offers remote procedures and HTTP, with its definition."""
    project = tmp_path / "stock"
    project.mkdir()
    (project / "verified_stock.proto").write_text(PROTO)
    (project / "stock_server.py").write_text(SERVER)
    out = f"--python_out={project}"
    assert protoc.main(["", f"-I{project}", out, f"--grpc_python_out={project}", "verified_stock.proto"]) == 0
    set_up(project, grpc="stock_server:add", definition="verified_stock.proto")
    monkeypatch.chdir(project)
    for name in ("stock_server", "verified_stock_pb2", "verified_stock_pb2_grpc"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(project), *sys.path])
    return project


def set_up(project: Path, **settings: str) -> None:
    lines = [f'{name} = "{value}"\n' for name, value in settings.items()]
    (project / "pyproject.toml").write_text(f"[tool.contractkit.provides.stock]\n{''.join(lines)}")


def level(left: int = 3) -> Interaction:
    return rpc("GetLevel", Received(message=JsonBody({"id": 7, "left": left}, MESSAGE)))


def rpc(method: str, *received: Received) -> Interaction:
    asked = Sent(message=JsonBody({"id": 7}, "application/protobuf;message=.stock.v1.Asked"))
    return Interaction(
        key=method,
        description=f"{method} id=7 answers OK",
        exchange=RpcCall(
            procedure=f"stock.v1.Stock/{method}", events=(asked, HalfClosed(), *received, Status(code="OK"))
        ),
        operation=f"stock.v1.Stock/{method}",
    )


def page() -> Interaction:
    response = HttpResponse(status=200, body=JsonBody({"ok": True}))
    call = HttpCall(request=HttpRequest(method="GET", path="/status"), response=response)
    return Interaction(key="page", description="the status page", exchange=call)


def keep(project: Path, *interactions: Interaction) -> None:
    contract = Contract(consumer="web-shop", provider="stock", interactions=interactions)
    (project / "contracts").mkdir()
    (project / "contracts" / "web-shop-stock.json").write_bytes(dump_contract(contract))


def test_a_provider_of_remote_procedures_is_verified_in_process(contractkit: Run, stock: Path) -> None:
    keep(stock, level())
    ended = contractkit("verify", "stock", "--contracts", "contracts")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "stock does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n",
        "Replaying 1 interaction of web-shop against stock_server:add.\n\n",
    )


def test_coverage_counts_the_procedures_that_contracts_call(contractkit: Run, stock: Path) -> None:
    keep(stock, level())
    ended = contractkit("verify", "stock", "--coverage")
    assert ended.code == 0
    [said] = [line for line in ended.out.splitlines() if line.startswith("The contracts depend on ")]
    assert said.startswith("The contracts depend on 1 of ")
    assert "  stock.v1.Stock/GetLevel   web-shop\n" in ended.out
    assert "  stock.v1.Stock/Watch      nobody\n" in ended.out


def test_filters_see_a_procedure_and_change_its_metadata(contractkit: Run, stock: Path) -> None:
    keep(stock, level())
    (stock / "auth.py").write_text(
        "from contractkit import authentication, request_filter\n\n"
        "@authentication\ndef token():\n    return {'authorization': 'Bearer tok'}\n\n"
        "@request_filter\ndef check(request):\n"
        "    assert (request.method, request.path, request.headers['authorization']) == (\n"
        "        '', 'stock.v1.Stock/GetLevel', 'Bearer tok'\n    )\n"
        "    request.headers['x-trace'] = '1'\n"
    )
    assert contractkit("verify", "stock", "--filters", "auth.py").code == 0


def test_a_wrong_message_of_a_stream_is_named_in_words(contractkit: Run, stock: Path) -> None:
    levels = [Received(message=JsonBody({"left": left}, MESSAGE)) for left in (3, 1)]
    keep(stock, rpc("Watch", *levels))
    ended = contractkit("verify", "stock", "--contracts", "contracts")
    assert (ended.code, ended.out) == (
        1,
        "1 interaction with stock: 1 failed.\n\n"
        "  web-shop   1 failed\n\n"
        "web-shop cannot use the response of stock to stock.v1.Stock/Watch.\n\n"
        "  interaction   Watch id=7 answers OK\n"
        "  at            events[3].message.left (the 2nd message received)\n"
        "  expected      exactly 1\n"
        "  received      2\n\n"
        "Run this interaction alone: contractkit verify stock --contracts contracts "
        '--interaction "Watch id=7 answers OK"\n',
    )


def test_both_transports_of_one_provider_are_verified_in_one_run(contractkit: Run, stock: Path) -> None:
    set_up(stock, grpc="stock_server:add", app="stock_server:app", proto="verified_stock.proto")
    keep(stock, level(), page())
    ended = contractkit("verify", "stock", "--contracts", "contracts")
    assert (ended.code, ended.err) == (
        0,
        "Replaying 2 interactions of web-shop against stock_server:app and stock_server:add.\n\n",
    )


def test_a_transport_that_lacks_is_said_and_nothing_is_green(contractkit: Run, stock: Path) -> None:
    keep(stock, level(), page())
    ended = contractkit("verify", "stock", "--contracts", "contracts")
    assert ended.code == 3
    assert (
        "  web-shop   the status page: an HTTP call, and nothing says where the provider takes them: "
        "give --url or --app\n" in ended.out
    )


def test_only_what_can_be_replayed_is_connected_to(contractkit: Run, stock: Path) -> None:
    set_up(stock, grpc="localhost:1", app="stock_server:app")
    keep(stock, page())
    assert contractkit("verify", "stock", "--contracts", "contracts").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--grpc", "http://a:1"], 2, "The provider's gRPC address cannot be used.\n"),
        (["--grpc", "localhost"], 2, "The server's place cannot be used.\n"),
        (["--grpc", "stock_server:ad"], 2, "The module stock_server has no 'ad'.\n\n  server   stock_server:ad\n\nDid"),
        (["--grpc", "stock_server:Stock.GetLevel"], 2, "stock_server:Stock.GetLevel is not a gRPC server.\n"),
        (["--grpc", "nowhere:add"], 2, "The provider's server cannot be loaded.\n"),
        (["--grpc", "grpcs://a:1", "--grpc-key", "absent.pem"], 2, "A key for TLS is given without its certificate"),
        (["--grpc", "grpcs://a:1", "--grpc-ca", "absent.pem"], 2, "The file of --grpc-ca cannot be read.\n"),
        (["--grpc", "grpcs://a:1", "--grpc-ca", "stock_server.py"], 2, "The file of --grpc-ca is not PEM.\n"),
        (
            ["--grpc", "127.0.0.1:1"],
            4,
            "No connection to grpc://127.0.0.1:1 was made.\n\n  reason   connection refused",
        ),
    ],
)
def test_wrong_use_is_one_message(contractkit: Run, stock: Path, arguments: list[str], code: int, message: str) -> None:
    keep(stock, level())
    ended = contractkit("verify", "stock", "--contracts", "contracts", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_without_the_extra_the_message_names_it(contractkit: Run, stock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(stock, level())
    for name in [name for name in sys.modules if name.startswith("contractkit.verification.grpc_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "grpc", None)
    ended = contractkit("verify", "stock", "--contracts", "contracts")
    assert (ended.code, ended.err) == (
        2,
        "Verification over gRPC needs the extra `grpc`, which is not installed.\n\n"
        "  missing   grpc\n\npip install 'contractkit-cdct[grpc]'\n",
    )


def test_who_verifies_http_only_loads_no_library_for_grpc() -> None:
    code = "import sys, contractkit.cli.verify; print({'grpc', 'google.protobuf'} & sys.modules.keys())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
