"""Stubs outside of pytest: of a provider of the settings as it is locked, of a location that is named as it is now."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from contractkit_broker.server import running_broker

from contractkit import Stub
from contractkit.broker_client import open_broker, read_address
from contractkit.cli.main import run
from contractkit.errors import DefinitionError
from contractkit.locking.lock_file import digest_of
from contractkit.sources import load_definition
from contractkit.stubbing.dependencies import dependency_at
from contractkit.stubbing.reloading import LiveStub
from tests.cli.running import running
from tests.locking.conftest import ORDERS, Site, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        found.pages["/orders.yaml"] = ORDERS
        yield found


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> Path:
    """The directory of a project whose orders are defined at a URL; it is the current one."""
    monkeypatch.chdir(tmp_path)
    settings = f'[tool.contractkit.providers.orders]\ndefinition = "{site.url}/orders.yaml"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    return tmp_path


def sentence(site: Site) -> str:
    return (
        f"orders: {site.url}/orders.yaml was not locked, and is now at {digest_of(ORDERS.encode())[:19]}; "
        "commit contractkit.lock and contractkit.locked"
    )


def test_a_stub_in_python_code_locks_with_a_warning(shop: Path, site: Site) -> None:
    with pytest.warns(UserWarning) as warned:
        stub = Stub("orders")
    assert [(str(each.message), each.filename) for each in warned] == [(sentence(site), __file__)]
    with stub as orders:
        assert httpx.get(f"{orders.url}/orders/7").json()["id"] == 7


def test_a_stub_of_a_url_is_of_what_is_there_now(shop: Path, site: Site) -> None:
    with Stub(f"{site.url}/orders.yaml") as orders:
        assert httpx.get(f"{orders.url}/orders/7").status_code == 200
    assert not (shop / "contractkit.lock").exists()


def test_a_refresh_is_seen_by_what_serves(shop: Path, site: Site) -> None:
    live = LiveStub(dependency_at("orders"))
    assert live.dependency.take_said() == (sentence(site),)
    watch = live._watch
    assert watch.is_current()
    site.pages["/orders.yaml"] = ORDERS.replace("Orders", "Others")
    assert run(["definitions", "refresh"]) == 0
    assert not watch.is_current()
    assert live.dependency.open().definition.title == "Others 1"


def test_another_name_for_the_service_leaves_the_lock_as_it_is(shop: Path, site: Site) -> None:
    assert run(["definitions", "refresh"]) == 0
    before = (shop / "contractkit.lock").read_bytes()
    with Stub("orders", provider="sales") as sales:
        assert httpx.get(f"{sales.url}/orders/7").status_code == 200
    assert ((shop / "contractkit.lock").read_bytes(), site.asked) == (before, ["/orders.yaml"])


@pytest.mark.slow
def test_up_serves_what_is_locked_and_says_what_it_locked(shop: Path, site: Site) -> None:
    with running(shop, "up") as first:
        assert first.line("err") == sentence(site)
        first.end()
    site.pages.clear()
    with running(shop, "up") as later:
        url = later.variables(1)["ORDERS_URL"]
        assert httpx.get(f"{url}/orders/7").json()["id"] == 7
        later.end()
    assert site.asked == ["/orders.yaml"]


@pytest.mark.slow
def test_stub_serves_what_is_locked_of_a_name(shop: Path, site: Site) -> None:
    with running(shop, "stub", "orders") as served:
        assert served.line("err") == sentence(site)
        assert httpx.get(f"{served.line()}/orders/7").json()["id"] == 7
        served.end()


@pytest.mark.slow
def test_stub_serves_what_the_broker_has(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker.sqlite") as url:
        with open_broker(read_address(url)) as client:
            client.resources.publish_definition("orders", "1", ORDERS.encode(), content_type="application/yaml")
        (tmp_path / "pyproject.toml").write_text(f'[tool.contractkit]\nbroker = "{url}"\n')
        with running(tmp_path, "stub", "broker:orders") as served:
            assert httpx.get(f"{served.line()}/orders/7").json()["id"] == 7
            served.end()


def test_a_fresh_clone_needs_neither_network_nor_history(shop: Path, site: Site, tmp_path: Path) -> None:
    assert run(["definitions", "refresh"]) == 0
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.autocrlf=true"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run(["git", *identity, *command], cwd=shop, check=True, capture_output=True)
    clone = tmp_path / "clone"
    subprocess.run(["git", *identity, "clone", "-q", str(shop), str(clone)], check=True, capture_output=True)
    site.pages.clear()
    assert dependency_at("orders", root=clone).open().definition.title == "Orders 1"


def test_what_is_named_by_the_broker_names_the_service() -> None:
    assert dependency_at("broker:orders@production").name == "orders"


def test_a_definition_with_the_broker_is_no_place_to_read() -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition("broker:orders")
    assert str(caught.value) == (
        "The definition broker:orders is with the broker, which is not asked here.\n\n"
        "Set it as the definition of a provider: definition in [tool.contractkit.providers.NAME]."
    )
