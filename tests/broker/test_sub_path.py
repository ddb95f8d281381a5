"""Behind a proxy under a path: every link that any resource gives leads back through the proxy, and to something."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings

from tests.broker.conftest import Clock, Story, contract, interaction

Json = Any
PUBLIC = "https://ci.example/tools/broker"


@pytest.fixture
def proxied(store: Any, tmp_path: Path) -> Iterator[tuple[httpx.Client, str]]:
    """A client that asks as the proxy would, with the path taken off, and the address that people use."""
    with running_broker(str(store.url.database), settings=BrokerSettings(clock=Clock())) as url:
        headers = {
            "x-forwarded-host": "ci.example",
            "x-forwarded-proto": "https",
            "x-forwarded-prefix": "/tools/broker",
        }
        with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
            yield http, url


def links_in(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("href"), str):
            yield value["href"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from links_in(each)


def told(url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as http:
        broker = Story(http)
        broker.publish("web/shop", "1 ä", contract("web/shop", "orders"), branch="feature/x", tags=["prod"])
        broker.publish("web/shop", "2", contract("web/shop", "orders", interaction(total=2.5)), branch="main")
        broker.verify("orders", "1.0", "web/shop", branch="main", failing=("an order",))
        broker.deploy("orders", "1.0", "production")
        broker.release("web/shop", "2", "test")
        http.put("/pacticipants/orders/labels/slow", json={})
        http.put("/pacticipants/orders/versions/1.0/definition", content=b"{}")


def test_every_link_leads_back_through_the_proxy_and_to_something(proxied: tuple[httpx.Client, str]) -> None:
    http, url = proxied
    told(url)
    open_links = [f"{PUBLIC}/", f"{PUBLIC}/can-i-deploy?pacticipant=web%2Fshop&version=2&environment=production"]
    seen: set[str] = set()
    missing: set[str] = set()
    while open_links:
        href = open_links.pop()
        if href in seen or "{" in href:
            continue
        seen.add(href)
        assert href.startswith(f"{PUBLIC}/")
        reply = http.get(href.removeprefix(PUBLIC))
        if reply.status_code not in (200, 405):
            missing.add(f"{reply.status_code} {href.removeprefix(PUBLIC)}")
        if "json" in reply.headers["content-type"]:
            open_links += [each for each in links_in(reply.json()) if each not in seen]
    assert missing == MISSING
    assert len(seen) > 60


MISSING: set[str] = {
    "400 /contracts",  # it asks for a provider
    "400 /usage",
    "404 /pacticipants/web%2Fshop/versions/1%20%C3%A4/definition",  # where one would be put
    "404 /pacticipants/web%2Fshop/versions/2/definition",
    "404 /pacts/provider/orders/consumer/web%2Fshop/version/1%20%C3%A4/previous-distinct",  # the first says it first
    "404 /pacts/provider/orders/consumer/web%2Fshop/version/1%20%C3%A4/diff/previous-distinct",
}
"""What is linked and answers with a refusal."""


def test_pages_link_through_the_proxy_too(proxied: tuple[httpx.Client, str]) -> None:
    http, url = proxied
    told(url)
    page = http.get("/ui").text
    assert f'href="{PUBLIC}/ui/applications/web%2Fshop"' in page
    assert "127.0.0.1" not in page


def test_a_form_leads_back_through_the_proxy(proxied: tuple[httpx.Client, str]) -> None:
    http, url = proxied
    told(url)
    assert f'action="{PUBLIC}/ui/impact"' in http.get("/ui/impact").text
    sent = {"definition-file": ("orders.yaml", b"openapi: 3.1.0")}
    reply = http.post("/ui/impact", data={"provider": "orders"}, files=sent, headers={"origin": "https://ci.example"})
    assert reply.status_code == 303
    assert reply.headers["location"].startswith(f"{PUBLIC}/ui/impact/")
