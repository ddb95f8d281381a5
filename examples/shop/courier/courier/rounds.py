"""A courier's round: what waits in an area, and what was handed over."""

from dataclasses import dataclass

import requests


@dataclass(frozen=True)
class Stop:
    order_id: int
    address: str
    parcels: int


class Rounds:
    def __init__(self, orders_url: str) -> None:
        self._url = orders_url.rstrip("/")
        self._http = requests.Session()

    def stops(self, area: str) -> list[Stop]:
        response = self._http.get(f"{self._url}/deliveries", params={"area": area}, timeout=5)
        response.raise_for_status()
        return [Stop(each["order_id"], each["address"], each["parcels"]) for each in response.json()]

    def load(self, area: str) -> int:
        return sum(stop.parcels for stop in self.stops(area))

    def hand_over(self, order_id: int, to: str) -> bool:
        response = self._http.patch(f"{self._url}/deliveries/{order_id}", json={"handed_to": to}, timeout=5)
        response.raise_for_status()
        return bool(response.json()["status"] == "delivered")

    def where(self, order_id: int) -> str:
        response = self._http.get(f"{self._url}/deliveries/{order_id}", timeout=5)
        response.raise_for_status()
        return str(response.json()["address"])
