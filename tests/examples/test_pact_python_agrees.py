"""A peer replays the example's contracts: the verifier of the pact-python package, from files and from our broker."""

import importlib.util
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from contractkit_broker.server import running_broker
from pact import Verifier

pytestmark = pytest.mark.slow

Serve = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def states(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the provider's own state handlers, over the database that the served build uses."""
    monkeypatch.setenv("ORDERS_DATABASE", str(tmp_path / "orders.sqlite"))
    monkeypatch.syspath_prepend(str(shop / "orders"))
    for name in ("orders_service.app", "orders_service.storage", "orders_service"):
        monkeypatch.delitem(__import__("sys").modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("provider_states", shop / "orders" / "provider_states.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verifier(url: str, states: ModuleType) -> Verifier:
    def handle(state: str, parameters: dict[str, Any] | None = None, **_: object) -> None:
        names = {
            "order exists": states.order_exists,
            "order has shipped": states.order_has_shipped,
            "no orders": states.no_orders,
        }
        if state in names:
            names[state](**(parameters or {}))

    return Verifier("orders", host="127.0.0.1").add_transport(url=url).state_handler(handle)


def test_the_verifier_of_pact_python_passes_the_provider(shop: Path, serve: Serve, states: ModuleType) -> None:
    with serve("orders_service.app:app") as url:
        verifier(url, states).add_source(shop / "web_shop" / "contracts").verify()


def test_a_contract_without_given_asks_a_foreign_verifier_for_no_state(
    shop: Path, serve: Serve, states: ModuleType
) -> None:
    states.deliveries_wait("Leiden")
    with serve("orders_service.app:app") as url:
        verifier(url, states).add_source(shop / "courier" / "contracts").verify()


def test_the_verifier_of_pact_python_fails_the_broken_build(shop: Path, serve: Serve, states: ModuleType) -> None:
    with serve("orders_service.next_build:app") as url, pytest.raises(RuntimeError):
        verifier(url, states).add_source(shop / "web_shop" / "contracts").verify()


@pytest.mark.parametrize(
    ("build", "deployable"), [("orders_service.app:app", True), ("orders_service.next_build:app", False)]
)
def test_our_broker_serves_that_verifier_and_decides_by_its_results(
    build: str, deployable: bool, shop: Path, serve: Serve, states: ModuleType, tmp_path: Path
) -> None:
    with running_broker(f"sqlite:///{tmp_path / 'broker.sqlite'}") as broker, serve(build) as url:
        publish(broker, shop / "web_shop" / "contracts" / "web-shop-orders.json")
        peer = verifier(url, states).broker_source(broker).set_publish_options("3.0.0", branch="main")
        if deployable:
            peer.verify()
        else:
            with pytest.raises(RuntimeError):
                peer.verify()
        assert decision(broker) == {"deployable": deployable, "success": int(deployable), "failed": int(not deployable)}


def publish(broker: str, file: Path) -> None:
    path = "/pacts/provider/orders/consumer/web-shop/version/1.4.0"
    headers = {"content-type": "application/json"}
    httpx.put(broker + path, content=file.read_bytes(), headers=headers).raise_for_status()
    httpx.put(f"{broker}/pacticipants/web-shop/branches/main/versions/1.4.0", json={}).raise_for_status()


def decision(broker: str) -> dict[str, object]:
    query = "q[][pacticipant]=orders&q[][version]=3.0.0&q[][pacticipant]=web-shop&q[][version]=1.4.0&latestby=cvpv"
    summary = httpx.get(f"{broker}/matrix?{query}").raise_for_status().json()["summary"]
    return {name: summary[name] for name in ("deployable", "success", "failed")}
