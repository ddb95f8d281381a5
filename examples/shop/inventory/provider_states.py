"""How the inventory service gets into the states that its consumers' contracts name."""

from inventory_service.storage import storage

from contractkit import provider_state


@provider_state("in stock")
def in_stock(sku: str, pieces: int) -> None:
    storage.clear()
    storage.put(sku, pieces, shelf="A3")


@provider_state("out of stock")
def out_of_stock(sku: str) -> None:
    storage.clear()
    storage.put(sku, 0)


@provider_state.for_operation("inventory.v1.Inventory/WatchStock")
def watched() -> None:
    storage.clear()
    storage.put("TEA-001", 12, shelf="A3")
