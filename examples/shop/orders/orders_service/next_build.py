"""The build that a developer would like to ship next: totals as money, as `openapi-next.yaml` proposes."""

from typing import Any

from orders_service.app import create_app, present_order
from orders_service.storage import Order


def present_money(order: Order) -> dict[str, Any]:
    shown = present_order(order)
    currency = shown.pop("currency")
    return {**shown, "total": {"amount": order.total, "currency": currency}}


app = create_app(present_money)
