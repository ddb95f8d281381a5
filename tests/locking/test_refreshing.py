"""How the definitions of a provider stand together: one contract names both of a provider that has two."""

from collections.abc import Callable
from pathlib import Path

from contractkit.locking.definition_lock import DefinitionLock
from contractkit.locking.refreshing import RecordedFile, State, look_at, refresh
from contractkit.model import Contract, DefinitionReference
from contractkit.settings import load_settings
from contractkit.stubbing.dependencies import provider_of
from tests.locking.conftest import ORDERS, PROTO, Site


def recorded_against(reference: DefinitionReference) -> list[RecordedFile]:
    contract = Contract(consumer="web-shop", provider="orders", interactions=(), definition=reference)
    return [RecordedFile(name="web-shop-orders.json", contract=contract)]


def test_a_contract_over_two_transports_names_both_definitions(site: Site, project: Callable[..., Path]) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    (root / "stock.proto").write_text(PROTO)
    with (root / "pyproject.toml").open("a") as file:
        file.write('\nproto = "stock.proto"\n')
    settings = load_settings(root)
    reference = provider_of(settings, "orders").open().reference
    assert reference.source == f"{site.url}/orders.yaml, stock.proto"

    lock = DefinitionLock(settings)
    same = look_at(lock, "orders", recorded_against(reference)).looks
    assert [(each.named.key, each.state) for each in same] == [("definition", State.FRESH), ("proto", State.FRESH)]
    assert [each.recorded_otherwise for each in same] == [(), ()]

    (root / "stock.proto").write_text(PROTO.replace("sku = 1", "sku = 2"))
    other = look_at(lock, "orders", recorded_against(reference)).looks
    assert [(each.named.key, each.state) for each in other] == [("definition", State.FRESH), ("proto", State.STALE)]
    assert [each.recorded_otherwise for each in other] == [("web-shop-orders.json",)] * 2


def test_a_contract_with_messages_names_their_definition_beside_the_other(project: Callable[..., Path]) -> None:
    root = project(orders="orders.yaml")
    (root / "orders.yaml").write_text(ORDERS)
    (root / "Placed.json").write_text('{"type": "object"}')
    with (root / "pyproject.toml").open("a") as file:
        file.write('\nmessages = "Placed.json"\n')
    settings = load_settings(root)
    recorded = recorded_against(provider_of(settings, "orders").open().reference)

    same = look_at(DefinitionLock(settings), "orders", recorded).looks
    assert [(each.named.key, each.state, each.recorded_otherwise) for each in same] == [
        ("definition", State.FRESH, ()),
        ("messages", State.FRESH, ()),
    ]

    (root / "Placed.json").write_text('{"type": "object", "required": ["id"]}')
    other = look_at(DefinitionLock(settings), "orders", recorded).looks
    assert [(each.state, each.recorded_otherwise) for each in other] == [(State.STALE, ("web-shop-orders.json",))] * 2


def test_a_check_locks_nothing(site: Site, project: Callable[..., Path]) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    lock = DefinitionLock(load_settings(root))
    assert [each.is_new for each in refresh(lock, "orders", (), is_check=True).looks] == [True]
    assert not (root / "contractkit.lock").exists()
    assert [each.is_new for each in refresh(lock, "orders", ()).looks] == [True]
    assert [each.is_new for each in refresh(lock, "orders", ()).looks] == [False]
