"""`contractkit up` as a process: what it serves, prints, reloads and refuses, and how it ends."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx
import pytest
import requests

from contractkit.exact_json import read_json
from contractkit.transports.ports import listen
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
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: 'parts/order.yaml#/Order'}}}}
"""
ORDER = "Order: {type: object, required: [id], properties: {id: {type: integer}}}\n"
STOCK = """\
syntax = "proto3";
package stock.v1;
import "parts/item.proto";
service Stock { rpc GetItem(GetItemRequest) returns (Item); }
message GetItemRequest { int64 id = 1; }
"""
ITEM = 'syntax = "proto3";\npackage stock.v1;\nmessage Item { int64 id = 1; string name = 2; }\n'
SETTINGS = """\
[tool.contractkit.providers.orders]
definition = "orders.yaml"
[tool.contractkit.providers.stock]
definition = "stock.proto"
"""
GET_ITEM = "/stock.v1.Stock/GetItem"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    files = {"orders.yaml": ORDERS, "parts/order.yaml": ORDER, "stock.proto": STOCK, "parts/item.proto": ITEM}
    for name, text in {**files, "pyproject.toml": SETTINGS}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def settings(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def get_item(target: str) -> bytes:
    with grpc.insecure_channel(target) as channel:
        answer: bytes = channel.unary_unary(GET_ITEM)(b"\x08\x07")
    return answer


def test_every_provider_is_served_and_announced_for_a_shell(project: Path) -> None:
    with running(project, "up") as served:
        variables = served.variables(2)
        answers = [
            httpx.get(f"{variables['ORDERS_URL']}/orders/7"),
            requests.get(f"{variables['ORDERS_URL']}/order/7", timeout=60),
        ]
        item = get_item(variables["STOCK_TARGET"])
        code = served.end()

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json() == {"id": 7}
    assert item[:2] == b"\x08\x07"
    assert code == 0
    assert served.text("err").splitlines() == [
        f"orders  Orders 1.0.0 at {variables['ORDERS_URL']} (ORDERS_URL)",
        f"stock  stock.v1 at {variables['STOCK_TARGET']} (STOCK_TARGET)",
        "Ready, until Ctrl+C.",
        "orders  GET /v1/orders/7 -> 200 getOrder",
        "orders  GET /v1/order/7 -> 404 nothing: no operation is defined at GET /v1/order/7",
        'stock  stock.v1.Stock/GetItem {"id":7} -> OK',
    ]


def test_a_shell_takes_its_lines_and_another_program_the_address(project: Path) -> None:
    with running(project, "up", "orders") as served:
        script = f'eval "{served.line()}"; {sys.executable} -c "$PROGRAM"'
        program = "import os, urllib.request as r; print(r.urlopen(os.environ['ORDERS_URL'] + '/orders/7').read())"
        ended = subprocess.run(["sh", "-c", script], capture_output=True, env={"PROGRAM": program}, check=True)

    assert ended.stdout == b"b'{\"id\":7}'\n"


def test_a_file_of_variables_is_there_while_it_serves(project: Path) -> None:
    with running(project, "up", "--env-file", "stubs.env") as served:
        variables = served.variables(2)
        text = (project / "stubs.env").read_text()
        served.end(signal.SIGINT)

    assert text == (
        "# Written by contractkit up; it is removed when the stubs stop.\n"
        f"ORDERS_URL={variables['ORDERS_URL']}\nSTOCK_TARGET={variables['STOCK_TARGET']}\n"
    )
    assert not (project / "stubs.env").exists()


def test_a_provider_of_both_transports_has_fixed_ports_and_chosen_names(project: Path) -> None:
    listeners = [listen("127.0.0.1", 0) for _ in range(2)]
    ports = [each.getsockname()[1] for each in listeners]
    for each in listeners:
        each.close()
    settings(
        project,
        f'[tool.contractkit.providers.shop]\ndefinition = "orders.yaml"\nproto = "stock.proto"\nport = {ports[0]}\n'
        f'grpc_port = {ports[1]}\nurl_variable = "SHOP_API"\ntarget_variable = "SHOP_RPC"\n',
    )
    with running(project, "up") as served:
        variables = served.variables(2)
        assert httpx.get(f"{variables['SHOP_API']}/orders/7").json() == {"id": 7}
        assert get_item(variables["SHOP_RPC"])[:2] == b"\x08\x07"

    assert variables == {"SHOP_API": f"http://127.0.0.1:{ports[0]}/v1", "SHOP_RPC": f"127.0.0.1:{ports[1]}"}


def test_a_changed_definition_takes_the_place_of_the_old_one(project: Path) -> None:
    with running(project, "up", "orders") as served:
        url = served.variables(1)["ORDERS_URL"]
        before = httpx.get(f"{url}/orders/7").json()
        change(project / "orders.yaml", "getOrder", "fetchOrder")
        served.line_with("orders  reloaded: Orders 1.0.0")
        httpx.get(f"{url}/orders/7")
        line = served.line_with("fetchOrder")
        change(project / "parts/order.yaml", "integer", "string")
        served.line_with("orders  reloaded: Orders 1.0.0")
        after = httpx.get(f"{url}/orders/7").json()

    assert (before, line, after) == ({"id": 7}, "orders  GET /v1/orders/7 -> 200 fetchOrder", {"id": "7"})


def test_a_changed_base_path_moves_the_address(project: Path) -> None:
    with running(project, "up", "orders", "--env-file", "stubs.env") as served:
        url = served.variables(1)["ORDERS_URL"]
        change(project / "orders.yaml", "/v1", "/v2")
        moved = served.variables(1)["ORDERS_URL"]
        assert httpx.get(f"{moved}/orders/7").status_code == 200
        assert f"ORDERS_URL={moved}\n" in (project / "stubs.env").read_text()

    assert moved == url.replace("/v1", "/v2")


def test_changed_procedures_are_served_on_the_same_target(project: Path) -> None:
    with running(project, "up", "stock") as served:
        target = served.variables(1)["STOCK_TARGET"]
        change(project / "parts/item.proto", "string name", "string label")
        served.line_with("stock  reloaded: stock.v1")
        change(project / "stock.proto", "GetItem(", "FetchItem(")
        served.line_with("stock  reloaded: stock.v1")
        with grpc.insecure_channel(target) as channel:
            answer = channel.unary_unary("/stock.v1.Stock/FetchItem")(b"\x08\x07")

    assert answer[:2] == b"\x08\x07"


def test_a_broken_edit_is_located_and_the_last_good_definition_serves_on(project: Path) -> None:
    with running(project, "up") as served:
        variables = served.variables(2)
        (project / "orders.yaml").write_text(f"{ORDERS}  broken\n")
        served.line_with("orders  not reloaded")
        told = [served.line("err") for _ in range(6)]
        answer = httpx.get(f"{variables['ORDERS_URL']}/orders/7")
        change(project / "stock.proto", "service Stock {", "service Stock")
        served.line_with("stock  not reloaded, stock.v1 serves on:")
        served.line_with("stock.proto:4:")
        item = get_item(variables["STOCK_TARGET"])
        (project / "orders.yaml").write_text(ORDERS)
        served.line_with("orders  reloaded: Orders 1.0.0")

    assert answer.json() == {"id": 7}
    assert item[:2] == b"\x08\x07"
    assert told == [
        " ",
        "The definition orders.yaml is not YAML.",
        " ",
        "  at        line 12, column 1",
        "  problem   could not find expected ':'",
        " ",
    ]


def test_a_definition_that_changes_its_transport_is_not_put_behind_the_port(project: Path) -> None:
    settings(project, '[tool.contractkit.providers.orders]\ndefinition = "definition"\n')
    (project / "definition").write_text(ORDERS.replace("parts/order.yaml#/Order", "#/components/schemas/Order"))
    with running(project, "up") as served:
        served.variables(1)
        (project / "definition").write_text(ITEM)
        served.line_with("orders is served over HTTP, and is now defined over gRPC.")


def test_json_gives_one_object_for_each_event(project: Path) -> None:
    with running(project, "up", "orders", "--format", "json") as served:
        started, ready = (read_json(served.line()) for _ in range(2))
        url = ready["variables"]["ORDERS_URL"]
        httpx.get(f"{url}/orders/x?token=s3cret")
        call = read_json(served.line())
        (project / "orders.yaml").write_text("openapi: [\n")
        broken = read_json(served.line())
        (project / "orders.yaml").write_text(ORDERS.replace("1.0.0", "1.1.0"))
        reloaded = read_json(served.line())
        served.end()

    variables = {"ORDERS_URL": url}
    of_orders = {"schema_version": 1, "provider": "orders", "variables": variables}
    assert started == {**of_orders, "event": "started", "definition": "Orders 1.0.0"}
    assert ready == {"schema_version": 1, "event": "ready", "variables": variables}
    assert call == {
        "schema_version": 1,
        "event": "call",
        "provider": "orders",
        "request": "GET /v1/orders/x?token=%5Bcredential%5D",
        "status": 400,
        "operation": "getOrder",
        "allowed": False,
        "reason": 'request.path.id: expected an integer, received "x"; '
        'request.query.token: expected no such query parameter, received "[credential]"',
    }
    assert {**broken, "problem": ""} == {**started, "event": "not-reloaded", "problem": ""}
    assert "orders.yaml" in broken["problem"]
    assert reloaded == {**of_orders, "event": "reloaded", "definition": "Orders 1.1.0"}
    assert read_json(served.seen["out"][-1]) == {"schema_version": 1, "event": "stopped"}
    assert served.seen["err"] == []


def test_a_command_runs_among_the_stubs_and_its_exit_code_is_the_answer(project: Path) -> None:
    program = "import os, sys, urllib.request as r; r.urlopen(os.environ['ORDERS_URL'] + '/orders/7'); sys.exit(7)"
    ended = subprocess.run(
        command("up", "orders", "--", sys.executable, "-c", program),
        capture_output=True,
        text=True,
        cwd=project,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (7, "")
    assert ended.stderr.splitlines()[-1] == "orders  GET /v1/orders/7 -> 200 getOrder"


def test_a_command_that_is_asked_to_end_ends_the_stubs(project: Path) -> None:
    program = "import signal; print('waiting', flush=True); signal.pause()"
    with running(project, "up", "--", sys.executable, "-c", program) as served:
        assert served.line() == "waiting"
        code = served.end()

    assert code == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (
            "",
            [],
            "No provider is set, so there is nothing to stub.\n\n"
            "  file   {file}\n\n"
            'Add:\n\n[tool.contractkit.providers.orders]\ndefinition = "path/to/orders.yaml"\n',
        ),
        (
            SETTINGS,
            ["order"],
            "No provider named 'order' is set.\n\n  file   {file}\n\nDid you mean orders?\n",
        ),
        (
            SETTINGS.replace("orders.yaml", "ordes.yaml"),
            [],
            "The definition ordes.yaml cannot be read.\n\n"
            "  reason   no such file: {folder}/ordes.yaml\n\nDid you mean orders.yaml?\n",
        ),
        (
            SETTINGS + "port = 7001\n",
            [],
            "stock is not served over HTTP, so it has no such port.\n\n"
            "  setting      port in [tool.contractkit.providers.stock]\n"
            "  definition   stock.proto\n\n"
            "Take it out, or set grpc_port, which is the one of remote procedures.\n",
        ),
        (
            SETTINGS.replace('"orders.yaml"', '"orders.yaml"\nport = 7001') + "grpc_port = 7001\n",
            [],
            "Two stubs cannot share port 7001.\n\n"
            "  one       port in [tool.contractkit.providers.orders]\n"
            "  another   grpc_port in [tool.contractkit.providers.stock]\n\n"
            "Give each its own, or none, so that it takes a free one.\n",
        ),
        (
            SETTINGS + 'target_variable = "ORDERS_URL"\n',
            [],
            "Two addresses would be in the variable ORDERS_URL.\n\n"
            "  of       orders\n"
            "  and of   stock\n\n"
            "Set url_variable or target_variable in [tool.contractkit.providers.stock].\n",
        ),
        (
            SETTINGS + "prot = 7001\n",
            [],
            "The settings cannot be used.\n\n"
            "  file          {file}\n"
            "  unknown key   prot in [tool.contractkit.providers.stock]\n\n"
            "Did you mean proto or port?\n",
        ),
        (
            SETTINGS + "grpc_port = 99999\n",
            [],
            "The settings cannot be used.\n\n"
            "  file          {file}\n"
            "  wrong value   grpc_port in [tool.contractkit.providers.stock]\n"
            "  expected      a port from 0 to 65535, where 0 takes a free one\n"
            "  received      99999\n\n"
            "Write for example: grpc_port = 50051\n",
        ),
        (
            SETTINGS,
            ["--env-file", "pyproject.toml"],
            "pyproject.toml is there already, and is none that contractkit up wrote.\n\n"
            "Name a file of its own, and read both.\n",
        ),
        (
            SETTINGS,
            ["--env-file", "none/there/stubs.env"],
            "The file of variables cannot be used.\n\n"
            "  file     none/there/stubs.env\n"
            "  reason   none/there is no directory\n",
        ),
        (SETTINGS, ["orders", "--"], "There is no command behind --.\n\ncontractkit up -- npm test\n"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_to_do(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    contractkit: Callable[..., Ended],
    text: str,
    arguments: list[str],
    message: str,
) -> None:
    settings(project, f"[tool.contractkit]\n{text}")
    monkeypatch.chdir(project)
    ended = contractkit("up", *arguments)

    expected = message.replace("{file}", f"{project}/pyproject.toml").replace("{folder}", str(project))
    assert (ended.code, ended.out, ended.err) == (2, "", expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--env-file", "stubs.env", "--host", "192.0.2.1"],
            "Nothing can listen on port 0 of 192.0.2.1.\n\n"
            "  reason   Cannot assign requested address\n\n"
            "Take an address of this machine and a port above 1023; port 0 takes a free one.\n",
        ),
        (
            ["orders", "--", "no-such-program"],
            "The command behind -- cannot be run.\n\n"
            "  command   no-such-program\n"
            "  reason    No such file or directory\n",
        ),
    ],
)
def test_what_cannot_be_served_or_run_ends_with_two(project: Path, arguments: list[str], message: str) -> None:
    ended = subprocess.run(command("up", *arguments), capture_output=True, text=True, cwd=project, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith(message)


def test_a_port_in_use_leaves_nothing_behind(project: Path) -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings(project, f"{SETTINGS}grpc_port = {port}\n")
    ended = subprocess.run(
        command("up", "--env-file", "stubs.env"), capture_output=True, text=True, cwd=project, check=False
    )
    listener.close()

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith(
        f"Port {port} of 127.0.0.1 is in use.\n\n"
        "Stop what listens there, or take another port; port 0 takes a free one.\n"
    )
    assert not (project / "stubs.env").exists()
