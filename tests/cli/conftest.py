"""A broker, a provider's project and a consumer's project, as a pipeline finds them."""

import os
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker

from contractkit.cli.main import run
from contractkit.document import contract_file_name, dump_contract
from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    DerivedState,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    Rule,
    parse_location,
)

_DETECTED = (
    *("GITHUB_", "CI_", "PACT_", "CONTRACTKIT_", "BITBUCKET_", "BUILD", "CIRCLE_", "TRAVIS_", "GIT_", "BRANCH_"),
    *("SYSTEM_", "DRONE_", "SEMAPHORE_", "CODEBUILD_", "CHANGE_", "APPVEYOR_", "BITRISE_", "CF_", "bamboo_", "TAG_"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(_DETECTED) and name != "CONTRACTKIT_TEST_DATA":
            monkeypatch.delenv(name)


@pytest.fixture
def contractkit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    def call(*arguments: str) -> Ended:
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)

    return call


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database file that a broker has brought up to date, to be copied."""
    file = tmp_path_factory.mktemp("broker") / "empty.sqlite"
    with running_broker(file):
        return file


@pytest.fixture
def broker(tmp_path: Path, empty_database: Path) -> Iterator[str]:
    file = shutil.copy(empty_database, tmp_path / "broker.sqlite")
    with running_broker(file) as url:
        yield url


def order_contract(
    path: str = "/orders/7", *, expects: Json = None, consumer: str = "web-shop", status: int = 200
) -> Contract:
    body = {"id": 7, "total": 12.5} if expects is None else expects
    call = HttpCall(
        request=HttpRequest(method="GET", path=path), response=HttpResponse(status=status, body=JsonBody(body))
    )
    one = Interaction(
        key="0123456789abcdef",
        description="getOrder answers 200",
        exchange=call,
        operation="getOrder",
        derived_state=DerivedState(operation="getOrder", status="200", values={"id": 7}),
        rules=(LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),),
    )
    return Contract(consumer=consumer, provider="orders", interactions=(one,))


def state_contract(name: str) -> Contract:
    [one] = order_contract().interactions

    named = replace(one, derived_state=None, states=(ProviderState(name=name, params={"id": 7}),))
    return Contract(consumer="web-shop", provider="orders", interactions=(named,))


@pytest.fixture
def keep() -> Callable[..., Path]:
    """Give a function that writes a contract into a directory and gives the file's path."""

    def write(directory: Path, contract: Contract | None = None) -> Path:
        chosen = contract or order_contract()
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / contract_file_name(chosen.consumer, chosen.provider)
        file.write_bytes(dump_contract(chosen))
        return file

    return write


@pytest.fixture
def an_order() -> Callable[..., Contract]:
    return order_contract


@pytest.fixture
def a_state() -> Callable[[str], Contract]:
    return state_contract


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory of a provider's project, which is the current one; its application is `shop_app:app`."""
    directory = tmp_path / "orders"
    directory.mkdir()
    (directory / "pyproject.toml").write_text('[tool.contractkit.provides.orders]\napp = "shop_app:app"\n')
    (directory / "shop_app.py").write_text(
        textwrap.dedent("""
            import json
            total = 12.5
            async def app(scope, receive, send):
                assert scope["type"] == "http"
                body = json.dumps({"id": 7, "total": total}).encode()
                headers = [(b"content-type", b"application/json")]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
        """)
    )
    monkeypatch.chdir(directory)
    monkeypatch.syspath_prepend(str(directory))
    monkeypatch.delitem(sys.modules, "shop_app", raising=False)
    return directory


@pytest.fixture
def consumer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory of a consumer's project, a git repository and the current directory."""
    directory = tmp_path / "web-shop"
    directory.mkdir()
    (directory / "pyproject.toml").write_text('[tool.contractkit]\nconsumer = "web-shop"\n')
    commit = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "a"]
    for arguments in (["init", "-q", "-b", "main"], commit):
        subprocess.run(["git", *arguments], cwd=directory, check=True)
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
