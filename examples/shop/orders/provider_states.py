"""How the orders service gets into the states that its consumers' contracts name."""

from orders_service.app import storage
from orders_service.storage import Line, Order

from contractkit import provider_state

TEA = Line(sku="TEA-001", quantity=2, price=6.25)


def keep_order(order_id: int, status: str = "placed", **more: str) -> Order:
    details = {"customer": "ada@example.com", "address": "12 Canal Street, Leiden", **more}
    return storage.save(
        Order(id=order_id, status=status, placed_at="2026-11-02T09:30:00+00:00", lines=(TEA,), **details)
    )


@provider_state("order exists")
def order_exists(id: int, customer: str = "ada@example.com") -> None:
    storage.clear()
    keep_order(id, customer=customer)


@provider_state("order has shipped")
def order_has_shipped(id: int) -> None:
    storage.clear()
    keep_order(id, "shipped", tracking="NL-44871")


@provider_state("no orders")
def no_orders() -> None:
    storage.clear()


@provider_state.for_operation("listDeliveries")
def deliveries_wait(area: str) -> None:
    storage.clear()
    keep_order(3, "packed", address=f"7 Mill Lane, {area}")


@provider_state.for_operation("getDelivery")
@provider_state.for_operation("reportDelivery")
def delivery_waits(order_id: int) -> None:
    storage.clear()
    keep_order(order_id, "packed")
