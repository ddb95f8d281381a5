"""`contractkit verify`: exit codes, streams, and a message for every wrong use."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from contractkit.model import Contract

Run = Callable[..., Any]
Keep = Callable[..., Path]


def test_a_provider_that_keeps_its_contracts_is_0(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--contracts", "contracts")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "orders does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n",
        "Replaying 1 interaction of web-shop against shop_app:app.\n\n",
    )


def test_a_provider_that_breaks_them_is_1(contractkit: Run, provider: Path, keep: Keep, an_order: Run) -> None:
    keep(provider / "contracts", an_order(expects={"id": "7", "total": 12.5}))
    ended = contractkit("verify", "orders", "--contracts", "contracts")
    assert ended.code == 1
    assert (
        '  at            response.body.id\n  expected      a string, for example "7"\n  received      7\n' in ended.out
    )


def test_a_state_without_a_handler_is_1_and_the_skeleton(
    contractkit: Run, provider: Path, keep: Keep, a_state: Callable[[str], Contract]
) -> None:
    keep(provider / "contracts", a_state("order exists"))
    ended = contractkit("verify", "orders", "--contracts", "contracts")
    assert ended.code == 1
    assert '@provider_state("order exists")\ndef order_exists(id: int):\n    ...\n' in ended.out


def test_states_come_from_the_settings(
    contractkit: Run, provider: Path, keep: Keep, a_state: Callable[[str], Contract]
) -> None:
    keep(provider / "contracts", a_state("order exists"))
    with (provider / "pyproject.toml").open("a") as settings:
        settings.write('states = "provider_states.py"\ncontracts = ["contracts"]\n')
    (provider / "provider_states.py").write_text(
        "from contractkit import provider_state\n\n@provider_state('order exists')\ndef order_exists(id: int): ...\n"
    )
    assert contractkit("verify", "orders").code == 0


def test_a_provider_at_a_url_is_sent_its_credentials(
    contractkit: Run, provider: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(provider / "contracts")
    monkeypatch.setenv("TOKEN", "invented")
    with HTTPServer() as server:
        asked = server.expect_request("/base/orders/7", headers={"Authorization": "Bearer invented"})
        asked.respond_with_json({"id": 7, "total": 99.5})
        ended = contractkit(
            *("verify", "orders", "--contracts", "contracts", "--url", server.url_for("/base")),
            *("--header", "Authorization: Bearer $TOKEN"),
        )
    assert ended.code == 0
    assert "invented" not in ended.out + ended.err


def test_results_are_machine_readable(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--contracts", "contracts", "--format", "json")
    assert json.loads(ended.out)["counts"] == {"passed": 1, "failed": 0, "errored": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["--contracts", "absent"],
            2,
            "There are no contracts at that place.\n\n  path   absent\n\nRun the consumer's",
        ),
        (["--contracts", "empty"], 3, "There is no contract with orders, so nothing was verified.\n"),
        (
            ["--contracts", "contracts", "--consumer", "webshop"],
            3,
            "No contract of webshop with orders, so nothing was verified.\n\nDid you mean web-shop?\n",
        ),
        (["--contracts", "pyproject.toml"], 2, "pyproject.toml is not JSON.\n"),
        (
            ["--contracts", "contracts", "--url", "http://a", "--app", "a:b"],
            2,
            "--url and --app cannot be given together",
        ),
        (
            ["--contracts", "contracts", "--states", "a.py", "--states-url", "http://a"],
            2,
            "--states and --states-url cannot be given together.\n",
        ),
        (
            ["--contracts", "contracts", "--publish"],
            2,
            "Results can be published only for contracts that come from a broker",
        ),
        (
            ["--contracts", "contracts", "--header", "Authorization: Bearer $ABSENT"],
            2,
            "The header Authorization names a variable that is not set.\n\n  variable   ABSENT\n",
        ),
        (["--contracts", "contracts", "--header", "secret"], 2, "A header to send cannot be used.\n"),
        (["--broker", "http://127.0.0.1:9/", "--selector", "enviroment=a"], 2, "A selector cannot be used.\n"),
    ],
)
def test_wrong_use_is_one_message(
    contractkit: Run, provider: Path, keep: Keep, arguments: list[str], code: int, message: str
) -> None:
    keep(provider / "contracts")
    (provider / "empty").mkdir()
    ended = contractkit("verify", "orders", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(message)
    assert "Traceback" not in ended.err


def test_an_unknown_provider_suggests_the_nearest(contractkit: Run, provider: Path) -> None:
    ended = contractkit("verify", "order")
    assert (ended.code, ended.err) == (
        2,
        f"Nothing says where order runs.\n\n  file   {provider / 'pyproject.toml'}\n\nDid you mean orders?\n",
    )


def test_a_provider_that_is_down_is_one_message(contractkit: Run, provider: Path, keep: Keep, unused_port: int) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--contracts", "contracts", "--url", f"http://127.0.0.1:{unused_port}")
    assert (ended.code, ended.out) == (4, "")
    assert f"Nothing takes connections at http://127.0.0.1:{unused_port}.\n" in ended.err


def test_the_verb_runs_as_a_process(provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    command = [str(Path(sys.executable).with_name("contractkit")), "verify", "orders", "--contracts", "contracts"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=provider)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "orders does what web-shop expects: 1 interaction passed.",
    )


@pytest.mark.parametrize("line", ["raise SystemExit(0)", "import sys; sys.exit()", "raise SystemExit('done')"])
def test_a_module_that_ends_the_process_is_never_green(contractkit: Run, provider: Path, keep: Keep, line: str) -> None:
    keep(provider / "contracts")
    (provider / "ending.py").write_text(line)
    for option in (["--states", "ending.py"], ["--app", "ending:app"]):
        ended = contractkit("verify", "orders", "--contracts", "contracts", *option)
        sys.modules.pop("ending", None)
        assert (ended.code, ended.out) == (2, "")
        assert "cannot be loaded.\n" in ended.err
        assert "SystemExit" in ended.err


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("line", ["raise SystemExit(0)", "raise OSError('the database is down')"])
def test_a_state_handler_that_raises_is_errored_not_failed(
    contractkit: Run, provider: Path, keep: Keep, a_state: Callable[[str], Any], kind: str, line: str
) -> None:
    keep(provider / "contracts", a_state("order exists"))
    (provider / "states.py").write_text(
        "from contractkit import provider_state\n\n"
        f"@provider_state('order exists')\n{kind} order_exists(id: int):\n    {line}\n"
    )
    ended = contractkit("verify", "orders", "--contracts", "contracts", "--states", "states.py")
    assert ended.code == 1
    assert '(state failed). The handler of the state "order exists" raised.\n' in ended.out
    assert f"order_exists, {provider / 'states.py'}:5\n" in ended.out
    assert "1 interaction with orders: 1 errored.\n" in ended.out
    assert "Traceback" not in ended.out + ended.err


def test_a_provider_that_hangs_is_errored_not_failed(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = contractkit("verify", "orders", "--contracts", "contracts", "--url", url, "--timeout", "0.2")
    assert ended.code == 1
    assert "(time-out). No whole answer came within 0.2 s.\n" in ended.out
    assert "1 interaction with orders: 1 errored.\n" in ended.out


def test_an_application_that_ends_the_process_has_answered_500(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    (provider / "leaving.py").write_text("async def app(scope, receive, send):\n    raise SystemExit(0)\n")
    ended = contractkit("verify", "orders", "--contracts", "contracts", "--app", "leaving:app")
    sys.modules.pop("leaving", None)
    assert ended.code == 1
    assert "received      500\n" in ended.out


UNDER_A_BASE_PATH = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route


async def order(request):
    return JSONResponse({"id": 7, "total": 12.5})


app = Starlette(routes=[Mount("/v1", routes=[Route("/orders/7", order)])])
"""


@pytest.fixture
def based(provider: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a provider's project whose application serves under /v1, with a contract."""
    keep(provider / "contracts")
    (provider / "shop_app.py").write_text(UNDER_A_BASE_PATH)
    return provider


def test_an_application_under_its_base_path_is_verified(contractkit: Run, based: Path) -> None:
    assert contractkit("verify", "orders", "--base-path", "/v1/").code == 0
    with (based / "pyproject.toml").open("a") as settings:
        settings.write('base_path = "v1"\n')
    assert contractkit("verify", "orders").code == 0


def test_where_all_is_not_found_the_definition_s_base_path_is_suggested(contractkit: Run, based: Path) -> None:
    (based / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\nservers: [{url: https://orders.example/v1}]\npaths: {}\n"
    )
    ended = contractkit("verify", "orders", "--definition", "openapi.yaml")
    assert ended.code == 1
    assert ended.out.endswith(
        "\nEvery interaction was answered 404, and recorded paths are relative to the base path: its definition "
        "declares /v1. If so, give\n"
        '--base-path /v1, or set base_path = "/v1" in [tool.contractkit.provides.orders].\n'
    )


def test_the_hint_leaves_a_json_report_alone(contractkit: Run, based: Path) -> None:
    ended = contractkit("verify", "orders", "--format", "json")
    assert json.loads(ended.out)["counts"]["failed"] == 1
    assert "it may serve under a base path" in ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("--url", "http://127.0.0.1:1", "--base-path", "/v1"),
            "--base-path is for an application in process (--app).",
        ),
        (("--base-path", "http://127.0.0.1/v1"), "The base path cannot be used."),
    ],
)
def test_a_base_path_that_cannot_be_used_is_2(
    contractkit: Run, based: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = contractkit("verify", "orders", *arguments)
    assert (ended.code, ended.err.splitlines()[0]) == (2, told)


def test_states_in_this_process_and_a_provider_elsewhere_that_lacks_the_data(
    contractkit: Run, provider: Path, keep: Keep, a_state: Callable[[str], Contract], httpserver: HTTPServer
) -> None:
    keep(provider / "contracts", a_state("order exists"))
    (provider / "provider_states.py").write_text(
        "from contractkit import provider_state\n\n@provider_state('order exists')\ndef order_exists(id: int): ...\n"
    )
    httpserver.expect_request("/orders/7").respond_with_json({}, status=404)
    url = httpserver.url_for("").rstrip("/")
    ended = contractkit("verify", "orders", "--url", url, "--states", "provider_states.py")
    assert ended.code == 1
    assert ended.out.endswith(
        "\n1 interaction whose state was prepared by provider_states.py failed as not found. Its functions run in this "
        "process, not in the\n"
        "provider's: they must write to the same database. Data in the provider's memory is prepared with\n"
        "--states-url, or by verifying in process: --app, or --grpc package.module:attribute.\n"
    )


def test_without_a_broker_the_project_s_own_contracts_are_verified(
    contractkit: Run, provider: Path, keep: Keep
) -> None:
    keep(provider / "agreed")
    with (provider / "pyproject.toml").open("a") as settings:
        settings.write('[tool.contractkit]\ncontracts = "agreed"\n')
    assert contractkit("verify", "orders").code == 0


def test_an_exception_after_the_answer_is_told_with_the_failure(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    (provider / "shop_app.py").write_text(RAISING)
    ended = contractkit("verify", "orders")
    assert ended.code == 1
    assert (
        "  at            response.status\n"
        "  expected      exactly 200\n"
        "  received      500\n"
        "  body          Internal Server Error\n"
        "  raised        KeyError: 'total'\n"
        '  in            shop_app.py:11 in order: return JSONResponse({"total": total_of({"id": 7})})\n'
        '                shop_app.py:7 in total_of: return order["total"]\n'
    ) in ended.out
    assert "No handler prepared" not in ended.out


RAISING = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

def total_of(order):
    return order["total"]


async def order(request):
    return JSONResponse({"total": total_of({"id": 7})})


app = Starlette(routes=[Route("/orders/7", order)])
"""


def test_where_no_contracts_are_known_the_places_looked_at_are_named(contractkit: Run, provider: Path) -> None:
    ended = contractkit("verify", "orders")
    assert (ended.code, ended.err) == (
        2,
        "Nothing says where the contracts are.\n\n"
        f"  file         {provider / 'pyproject.toml'}\n"
        f"  nothing at   {provider / 'contracts'}\n\n"
        "Give --contracts PATH or --broker URL, or set contracts or broker in pyproject.toml.\n",
    )


def test_a_handler_of_an_operation_that_is_none_is_told_with_the_nearest(
    contractkit: Run, provider: Path, keep: Keep
) -> None:
    keep(provider / "contracts")
    (provider / "provider_states.py").write_text(
        "from contractkit import provider_state\n\n"
        "@provider_state.for_operation('getOrdr')\ndef misspelt(): ...\n\n"
        "@provider_state.for_operation('getOrder')\ndef right(): ...\n"
    )
    ended = contractkit("verify", "orders", "--states", "provider_states.py")
    assert ended.code == 0
    assert ended.err.startswith(
        'provider_state.for_operation("getOrdr") prepares nothing: no interaction and no operation has that name. '
        "Did you mean getOrder?\n"
    )


def test_a_handler_of_an_operation_that_nobody_calls_yet_is_fine(contractkit: Run, provider: Path, keep: Keep) -> None:
    keep(provider / "contracts")
    (provider / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\n"
        "paths: {/orders: {get: {operationId: listOrders, responses: {'200': {description: all}}}}}\n"
    )
    (provider / "provider_states.py").write_text(
        "from contractkit import provider_state\n\n@provider_state.for_operation('listOrders')\ndef all(): ...\n"
    )
    ended = contractkit("verify", "orders", "--states", "provider_states.py", "--definition", "openapi.yaml")
    assert (ended.code, "prepares nothing" in ended.err) == (0, False)
