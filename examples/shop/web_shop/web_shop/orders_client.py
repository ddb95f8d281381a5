"""What the web shop asks of the orders service."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx


class OrderNotFound(Exception):
    """There is no order of that number."""


class TooLate(Exception):
    """The order has already left the house."""


@dataclass(frozen=True)
class Receipt:
    number: int
    total: float
    currency: str
    pieces: int

    def __str__(self) -> str:
        return f"Order {self.number}: {self.pieces} pieces, {self.total:.2f} {self.currency}"


class OrdersClient:
    def __init__(self, base_url: str, token: str = "", transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=base_url, headers=headers, transport=transport)

    def receipt(self, number: int) -> Receipt:
        order = self._order(self._http.get(f"/orders/{number}"))
        pieces = sum(line["quantity"] for line in order["lines"])
        return Receipt(order["id"], order["total"], order["currency"], pieces)

    def tracking(self, number: int) -> str | None:
        return self._order(self._http.get(f"/orders/{number}")).get("tracking")

    def place(self, customer: str, skus: Iterable[str]) -> int:
        lines = [{"sku": sku, "quantity": 1} for sku in skus]
        placed = self._order(self._http.post("/orders", json={"customer": customer, "lines": lines}))
        return int(placed["id"])

    def cancel(self, number: int) -> str:
        return str(self._order(self._http.put(f"/orders/{number}/cancellation"))["status"])

    def history(self, customer: str) -> list[tuple[int, str]]:
        page = self._order(self._http.get("/orders", params={"customer": customer}))
        return [(order["id"], order["status"]) for order in page["orders"]]

    def _order(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code == 404:
            raise OrderNotFound(response.json()["title"])
        if response.status_code == 409:
            raise TooLate(response.json()["title"])
        body: dict[str, Any] = response.raise_for_status().json()
        return body
