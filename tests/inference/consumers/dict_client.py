"""A client that takes answers as dictionaries."""

from connection import HTTP


class Client:
    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str) -> dict:
        return HTTP.get(f"{self._url}{path}").json()

    def taxed(self, number: int) -> float:
        return self.get(f"/orders/{number}")["total"] * 1.2

    def taxed_or_nothing(self, number: int) -> float:
        return self.get(f"/orders/{number}").get("total", 0) * 1.2

    def customer_of(self, number: int) -> str:
        return self.get(f"/orders/{number}")["customer"]["name"].title()

    def customer_if_any(self, number: int) -> str:
        customer = self.get(f"/orders/{number}").get("customer")
        return "nobody" if customer is None else customer["name"].title()

    def note(self, number: int) -> str:
        return (self.get(f"/orders/{number}")["note"] or "").strip()

    def called(self, number: int) -> str:
        customer = self.get(f"/customers/{number}")
        return (customer.get("nickname") or customer.get("name")).title()

    def reached(self, number: int) -> str:
        customer = self.get(f"/customers/{number}")
        for name in ("email", "nickname", "name"):
            if customer.get(name):
                return customer[name].lower()
        raise LookupError("no way to reach the customer")

    def is_valid(self, number: int) -> bool:
        customer = self.get(f"/customers/{number}")
        if ("valid_from" in customer) != ("valid_until" in customer):
            raise ValueError("half a period")
        return True

    def euros(self, number: int) -> float:
        order = self.get(f"/orders/{number}")
        if order["currency"] != "EUR":
            raise ValueError(f"no rate for {order['currency']}")
        return order["total"] + 0.0
