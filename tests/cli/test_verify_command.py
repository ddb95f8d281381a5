"""`contractkit verify --command`: a provider that is started, waited for and ended, with its children."""

import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from contractkit.cli.launching import launched
from contractkit.cli.providers import AskedProvider
from contractkit.model import Contract
from contractkit.settings import ServiceSettings, load_settings
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.launcher import LaunchedTransport
from contractkit.verification.transport import AnyTransport
from tests.cli.running import running

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
Keep = Callable[..., Path]

SERVER = '''\
"""Serves orders at $PORT; `family` leaves a child's number in a file, `slow` is healthy at the third look only."""

import json, os, subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

looks = 0

class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        global looks
        if self.path == "/health":
            looks += 1
            return self.reply(503 if looks < 3 else 200, {"looks": looks})
        if self.path == "/starting":
            return self.reply(503, {})
        if self.path == "/die":
            print("out of memory", flush=True)
            os._exit(3)
        print(f"asked for {self.path}", file=sys.stderr)
        self.reply(200, {"id": 7 if "wrong" not in sys.argv else "7", "total": float(looks)})

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass

if "family" in sys.argv:
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    Path("child").write_text(str(child.pid))
print("serving")
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Orders).serve_forever()
'''
ASKED = ("verify", "orders", "--contracts", "contracts")


@pytest.fixture
def started(provider: Path, keep: Keep) -> Callable[..., str]:
    """Give a function that makes the command of a provider, beside its contract."""
    keep(provider / "contracts")
    (provider / "serve.py").write_text(SERVER)
    return lambda *words: " ".join((sys.executable, "serve.py", *words))


def test_a_command_is_started_waited_for_and_ended(contractkit: Run, started: Callable[..., str]) -> None:
    ended = contractkit(*ASKED, "--command", started())
    assert (ended.code, ended.out) == (
        0,
        "orders does what web-shop expects: 1 interaction passed.\n\n  web-shop   1 passed\n",
    )
    port = int(ended.err.split("http://127.0.0.1:")[1].split(".")[0])
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0


def test_the_settings_may_hold_the_command_and_what_says_that_it_is_ready(
    contractkit: Run, started: Callable[..., str], provider: Path
) -> None:
    (provider / "pyproject.toml").write_text(
        f'[tool.contractkit.provides.orders]\ncommand = "{started()}"\nready = "/health"\ncontracts = ["contracts"]\n'
    )
    assert contractkit("verify", "orders").code == 0


def test_what_a_failing_provider_wrote_is_shown(contractkit: Run, started: Callable[..., str]) -> None:
    ended = contractkit(*ASKED, "--command", started("wrong"))
    assert ended.code == 1
    assert ended.err.endswith(
        "\n\nThe provider's command wrote, at its end:\n\n  output   serving\n           asked for /orders/7\n"
    )


def test_a_provider_that_dies_midway_is_said_so(
    contractkit: Run, started: Callable[..., str], provider: Path, keep: Keep, an_order: Callable[..., Contract]
) -> None:
    keep(provider / "contracts", an_order("/die"))
    ended = contractkit(*ASKED, "--command", started())
    assert ended.code == 1
    assert "1 interaction was not judged (" in ended.out
    assert ended.err.endswith(
        "\n\nThe provider's command ended by itself, with 3. It wrote, at its end:\n\n"
        "  output   serving\n           out of memory\n"
    )


def test_children_end_with_the_command(contractkit: Run, started: Callable[..., str], provider: Path) -> None:
    assert contractkit(*ASKED, "--command", started("family")).code == 0
    assert is_gone(int((provider / "child").read_text()))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to handle")
def test_a_verification_that_is_told_to_end_ends_the_command(started: Callable[..., str], provider: Path) -> None:
    marker = provider / "up"
    command = f"{started('family')} & touch {marker}; wait"
    with running(provider, *ASKED, "--command", f"sh -c '{command}'", "--ready", "/absent") as served:
        while not (provider / "child").exists() or not (provider / "child").read_text():
            assert served.process.poll() is None
        assert served.end(signal.SIGTERM) == -signal.SIGTERM
    assert is_gone(int((provider / "child").read_text()))


def is_gone(process: int) -> bool:
    """Say whether a process ended, or is about to: its parent may not have asked yet."""
    for _ in range(100_000):
        with contextlib.suppress(FileNotFoundError):
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z":
                os.sched_yield()
                continue
        return True
    return False


def test_a_command_that_ends_at_once_is_4_with_what_it_wrote(contractkit: Run, started: Callable[..., str]) -> None:
    started()
    line = f"{sys.executable} -c 'raise SystemExit(\"no database\")'"
    ended = contractkit(*ASKED, "--command", line)
    assert ended.code == 4
    assert ended.err.partition("\n\n")[2] == (
        "The provider's command ended before it was ready.\n\n"
        f"  command      {line}\n"
        "  ended with   1\n"
        "  output       no database\n"
    )


def test_a_command_that_is_never_ready_is_4(contractkit: Run, started: Callable[..., str]) -> None:
    ended = contractkit(*ASKED, "--command", started(), "--ready", "/absent/{port}", "--start-timeout", "1")
    assert ended.code == 0, "any path but /health is answered 200"
    line = f"{sys.executable} -c 'import signal; signal.pause()'"
    ended = contractkit(*ASKED, "--command", line, "--ready", "1", "--start-timeout", "0.1")
    assert ended.code == 4
    assert ended.err.partition("\n\n")[2] == (
        "The provider's command was not ready in time.\n\n"
        f"  command   {line}\n"
        "  waited    0.1 s for 127.0.0.1:1 to take connections\n"
        "  output    nothing\n\n"
        "Run the command by hand to see what it does.\n"
    )


def test_a_command_whose_health_is_never_below_400_is_told_what_it_answered(
    contractkit: Run, started: Callable[..., str]
) -> None:
    ended = contractkit(*ASKED, "--command", started(), "--ready", "/starting", "--start-timeout", "4")
    assert ended.code == 4
    assert re.search(
        r"  waited     4 s for http://127\.0\.0\.1:\d+/starting to answer below 400\n  answered   503\n", ended.err
    )


def test_a_command_that_is_not_there_is_2(contractkit: Run, started: Callable[..., str], provider: Path) -> None:
    started()
    ended = contractkit(*ASKED, "--command", "uvicron shop_app:app")
    assert ended.code == 2
    assert ended.err.partition("\n\n")[2] == (
        "The provider's command cannot be run.\n\n"
        "  command     uvicron shop_app:app\n"
        f"  directory   {provider}\n"
        "  reason      No such file or directory\n\n"
        "It is run without a shell: for pipes and variables, write sh -c '…'.\n"
    )


def test_an_address_that_is_taken_is_2(contractkit: Run, started: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        ended = contractkit(*ASKED, "--command", started(), "--url", f"http://{address}")
    assert ended.code == 2
    assert ended.err.partition("\n\n")[2] == (
        f"Something else listens at {address} already.\n\n"
        f"  command   {started()}\n\n"
        "End it, or verify it with --url and without --command.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--command", "a", "--app", "b:c"), "--command and --app cannot be given together.\n"),
        (
            ("--command", " "),
            "The provider's command cannot be used.\n\n"
            "  expected   a command such as 'uvicorn orders.app:app --port {port}'\n"
            "  received\n"
            "  problem    it is blank\n",
        ),
        (
            ("--command", "sh -c 'a"),
            "The provider's command cannot be used.\n\n"
            "  expected   a command such as 'uvicorn orders.app:app --port {port}'\n"
            "  received   sh -c 'a\n"
            "  problem    no closing quotation\n",
        ),
        (
            ("--command", "a", "--ready", "health"),
            "What says that the provider's command is ready cannot be used.\n\n"
            "  expected   a path such as /health, a URL, or a port\n"
            "  received   health\n",
        ),
        (
            ("--command", "a", "--ready", "http://"),
            "What says that the provider's command is ready cannot be used.\n\n"
            "  expected   a path such as /health, a URL, or a port\n"
            "  received   http://\n",
        ),
        (
            ("--command", "a", "--ready", "70000"),
            "What says that the provider's command is ready cannot be used.\n\n"
            "  expected   a path such as /health, a URL, or a port\n"
            "  received   70000\n",
        ),
        (
            ("--ready", "/health"),
            "--ready is for a provider that is started with --command.\n\n"
            "Give --command, or set command in [tool.contractkit.provides.orders].\n",
        ),
        (
            ("--command", "a", "--url", "localhost"),
            "The provider's URL cannot be used.\n\n"
            "  expected   a URL such as http://localhost:8000\n"
            "  received   localhost\n",
        ),
    ],
)
def test_wrong_use_is_2_and_one_message(
    contractkit: Run, started: Callable[..., str], arguments: tuple[str, ...], message: str
) -> None:
    started()
    ended = contractkit(*ASKED, *arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", message)


def test_an_application_and_a_command_in_the_settings_exclude_each_other(
    contractkit: Run, started: Callable[..., str], provider: Path
) -> None:
    with (provider / "pyproject.toml").open("a") as settings:
        settings.write(f'command = "{started()}"\n')
    ended = contractkit(*ASKED)
    assert (ended.code, ended.err) == (
        2,
        "orders is set both as an application and as a command.\n\n"
        f"  file   {provider / 'pyproject.toml'}\n\n"
        "Keep app or command in [tool.contractkit.provides.orders], or give --app or --command.\n",
    )


def test_a_port_stands_wherever_an_address_names_it(provider: Path) -> None:
    asked_of: list[tuple[ServiceSettings, AskedProvider]] = []

    def ways(service: ServiceSettings, asked: AskedProvider) -> tuple[AnyTransport, ...]:
        asked_of.append((service, asked))
        return (AsgiTransport(cast(Any, None), name="either"),)

    settings = load_settings(provider, environment={})
    both = AskedProvider(
        name="orders", command="serve {port}", url="http://localhost:{port}/v1", grpc="localhost:{port}"
    )
    [one] = launched(settings, ServiceSettings(app="unused:app"), both, ways)
    only_grpc = AskedProvider(name="orders", command="serve {port}", grpc="127.0.0.1:{port}")
    launched(settings, ServiceSettings(), only_grpc, ways)
    (first, asked), (_, second) = asked_of
    assert isinstance(one, LaunchedTransport)
    port = (asked.grpc or "").removeprefix("localhost:")
    assert (asked.url, first.app, port.isdigit()) == (f"http://localhost:{port}/v1", None, True)
    assert second.url is None, "what only answers remote procedures has no other address"
