"""A contract of hundreds of interactions: its pages show a hundred at a time, what failed first."""

import re
from typing import Any

from tests.broker.conftest import Story, contract, interaction

Json = Any


def titles(page: str) -> list[str]:
    return re.findall(r'<span class="title">([^<]+)</span>', page)


def many(count: int) -> Json:
    return contract("web-shop", "orders", *(interaction(f"order {number:03}", total=number) for number in range(count)))


def test_a_contract_is_shown_a_hundred_interactions_at_a_time(broker: Story) -> None:
    broker.publish("web-shop", "1", many(150))
    pact = broker.http.get("/pacts/provider/orders/consumer/web-shop/version/1").json()
    at = pact["_links"]["contractkit:page"]["href"]
    page = broker.http.get(at).text
    assert "150 interactions ·" in page
    assert titles(page) == [f"order {number:03}" for number in range(100)]
    assert f'<a rel="next" href="{at}?interactions=100#interactions">more →</a>' in page
    last = broker.http.get(f"{at}?interactions=100").text
    assert "<span>101 to 150 of 150 interactions</span>" in last
    assert titles(last) == [f"order {number:03}" for number in range(100, 150)]
    assert f'<a rel="prev" href="{at}?interactions=0#interactions">← before</a>' in last


def test_what_failed_is_on_the_first_page_of_a_result(broker: Story) -> None:
    broker.publish("web-shop", "1", many(150))
    stored = broker.verify("orders", "1", "web-shop", failing=("order 149", "order 120")).json()
    page = broker.http.get(stored["_links"]["contractkit:page"]["href"]).text
    assert "2 of 150 failed" in page
    assert "148 passed" in page
    assert titles(page) == ["order 120", "order 149", *(f"order {number:03}" for number in range(98))]
