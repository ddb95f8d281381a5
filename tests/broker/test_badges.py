"""Badges: what they say, also of what is not there, and that no name on them can run."""

import re
from xml.etree import ElementTree

import pytest

from tests.broker.conftest import Story, contract, interaction

PAIR = "/pacts/provider/orders/consumer/web-shop"


def shown(broker: Story, path: str) -> str:
    reply = broker.http.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/svg+xml")
    assert reply.headers["cache-control"] == "no-cache"
    return ElementTree.fromstring(reply.text).attrib["aria-label"]


def told(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"), branch="main", tags=["prod"])
    broker.verify("orders", "1.0", "web-shop", branch="main")
    broker.http.put("/pacticipants/orders/versions/1.0/tags/prod", json={})
    broker.deploy("orders", "1.0", "production")
    broker.publish("web-shop", "2", contract("web-shop", "orders", interaction(total=2.5)), branch="next")
    broker.verify("orders", "1.0", "web-shop", failing=("an order",))
    broker.publish("web-shop", "3", contract("web-shop", "stock"), branch="stock", tags=["dev"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{PAIR}/latest/badge", "web-shop/orders contract: failed"),
        (f"{PAIR}/latest/badge.svg", "web-shop/orders contract: failed"),
        (f"{PAIR}/latest/badge?label=orders", "orders: failed"),
        (f"{PAIR}/latest/prod/badge.svg", "web-shop/orders contract: verified"),
        (f"{PAIR}/latest/none/badge", "web-shop/orders contract: not found"),
        ("/pacts/provider/stock/consumer/web-shop/latest/badge", "web-shop/stock contract: never verified"),
        ("/pacts/provider/no/consumer/body/latest/badge", "body/no contract: not found"),
        (
            "/matrix/provider/orders/latest/prod/consumer/web-shop/latest/prod/badge",
            "web-shop/orders contract: verified",
        ),
        (
            "/matrix/provider/orders/latest/dev/consumer/web-shop/latest/prod/badge",
            "web-shop/orders contract: never verified",
        ),
        (
            "/pacticipants/web-shop/branches/main/latest-version/can-i-deploy/to-environment/production/badge",
            "web-shop to production: yes",
        ),
        (
            "/pacticipants/web-shop/branches/next/latest-version/can-i-deploy/to-environment/production/badge.svg",
            "web-shop to production: no",
        ),
        (
            "/pacticipants/web-shop/branches/stock/latest-version/can-i-deploy/to-environment/production/badge",
            "web-shop to production: unknown",
        ),
        (
            "/pacticipants/web-shop/branches/main/latest-version/can-i-deploy/to-environment/prod/badge",
            "web-shop to prod: not found",
        ),
        ("/pacticipants/web-shop/latest-version/prod/can-i-deploy/to/prod/badge", "web-shop to prod: yes"),
        ("/pacticipants/web-shop/latest-version/none/can-i-deploy/to/prod/badge", "web-shop to prod: not found"),
        ("/pacticipants/web-shop/main-branch/can-i-merge/badge", "web-shop can merge: yes"),
        ("/pacticipants/nobody/main-branch/can-i-merge/badge", "nobody can merge: not found"),
    ],
)
def test_a_badge_says_how_it_stands(broker: Story, path: str, expected: str) -> None:
    told(broker)
    assert shown(broker, path) == expected


def test_the_newest_version_with_a_tag_is_asked_about(broker: Story) -> None:
    told(broker)
    body = broker.http.get("/pacticipants/web-shop/latest-version/prod/can-i-deploy/to/prod").json()
    assert (body["summary"]["deployable"], body["contractkit"]["answer"]) == (True, "yes")


def test_a_name_on_a_badge_is_only_text(broker: Story) -> None:
    path = "/pacts/provider/%3Cscript%3E/consumer/%22%3E%3Cscript%3E%00"
    assert broker.http.get(f"{path}/latest/badge").status_code == 400
    image = broker.http.get(f"{path.removesuffix('%00')}/latest/badge", params={"label": "<script>\x07" + "a" * 500})
    assert "<script" not in image.text
    words = re.findall(r"<text[^>]*>([^<]*)</text>", image.text)
    assert words == [f"&lt;script&gt; {'a' * 70}…", "not found"]
    assert "default-src 'none'" in image.headers["content-security-policy"]
