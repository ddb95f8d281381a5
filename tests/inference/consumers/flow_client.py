"""Clients with loops, switches, several calls and memories."""

import functools

from connection import HTTP

_KEPT = {}
_SESSIONS = []


class Client:
    def __init__(self, url):
        self.url = url

    def get(self, path):
        answer = HTTP.get(f"{self.url}{path}")
        answer.raise_for_status()
        return answer.json()

    def value_of(self, number):
        return sum(line["price"] * line["quantity"] for line in self.get(f"/orders/{number}")["lines"])

    def discounted(self, number):
        return sum(line["price"] - line.get("discount", 0) for line in self.get(f"/orders/{number}")["lines"])

    def dearest(self, number):
        return max(line["price"] for line in self.get(f"/orders/{number}")["lines"])

    def only_line(self, number):
        (line,) = self.get(f"/orders/{number}")["lines"]
        return line["sku"]

    def step(self, number):
        return {"open": 1, "paid": 2, "shipped": 3}[self.get(f"/orders/{number}")["status"]]

    def is_open(self, number):
        return self.get(f"/orders/{number}")["status"] == "open"

    def wait(self, number):
        while True:
            job = self.get(f"/jobs/{number}")
            if job["state"] == "done":
                return job["result"]
            if job["state"] == "failed":
                raise RuntimeError("the job failed")

    def patient(self, number):
        for _ in range(3):
            try:
                return self.get(f"/jobs/{number}")["result"] + 1
            except KeyError:
                continue
        raise TimeoutError("no result")

    def customer_of(self, number):
        customer = self.get(f"/orders/{number}")["customer"]["id"]
        return self.get(f"/customers/{customer}")["name"].strip()

    def name_of(self, order, customer):
        first, second = self.get(f"/orders/{order}"), self.get(f"/customers/{customer}")
        return (first["customer"].get("nickname") or second["name"]).title()

    def colors(self):
        return {tag.get("color", "grey") for tag in self.get("/tags")}

    def all_totals(self):
        page, totals = self.get("/orders"), []
        while True:
            totals += [each["total"] for each in page["items"]]
            if not page.get("next"):
                return totals
            page = self.get(f"/orders?page={page['next']}")

    def first_label(self):
        items = self.get("/orders")["items"]
        return items[0].get("label") if items else None

    def kept(self, number):
        if number not in _KEPT:
            _KEPT[number] = self.get(f"/customers/{number}")
        return _KEPT[number]["name"]


@functools.lru_cache
def remembered(url, number):
    return Client(url).get(f"/customers/{number}")["name"]


class AsyncClient:
    def __init__(self, http):
        self.http = http

    async def total(self, number):
        answer = await self.http.get(f"/orders/{number}")
        return answer.json()["total"] + 1
