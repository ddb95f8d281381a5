"""Pages for looking: search from every page, and how an interaction fared, with what flickers."""

import re

import pytest

from tests.broker.conftest import Story, contract, interaction

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
"""What is shown does not depend on the database; what is found is held to both elsewhere."""


def text_of(page: str) -> str:
    """Give what a person reads below the header, in one line."""
    main = page.partition('<main id="main">')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def read(broker: Story, path: str, **query: str) -> str:
    reply = broker.http.get(path, params=query)
    assert reply.headers["content-type"].startswith("text/html")
    return text_of(reply.text)


def test_every_page_asks_what_is_looked_for(broker: Story) -> None:
    form = 'action="http://127.0.0.1:PORT/ui/search"><label class="hidden" for="q">Look for</label>'
    page = broker.http.get("/ui").text
    assert form.replace("127.0.0.1:PORT", broker.http.base_url.netloc.decode()) in page


def test_the_search_page_shows_each_kind_with_its_links(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders", interaction("an order")), branch="order-form")
    assert read(broker, "/ui/search", q="order") == (
        "What order may mean Services orders Branches order-form of web-shop at 1 "
        "Operations GET /orders/7 of orders called by web-shop "
        "Provider states order exists in orders for web-shop "
        "Interactions an order web-shop calls orders history"
    )


def test_a_search_for_nothing_asks_and_one_that_finds_nothing_says_how_to_look(broker: Story) -> None:
    assert read(broker, "/ui/search").startswith("What do you look for? A part of a service's name;")
    nothing = read(broker, "/ui/search", q="<script>alert(1)</script>")
    assert nothing.startswith("Nothing is called &lt;script&gt;alert(1)&lt;/script&gt; Services are found by any part")
    assert read(broker, "/ui/search", q="x" * 513).startswith("Not here q: is longer than 512 characters.")


def test_a_browser_at_the_api_s_search_is_shown_the_page(broker: Story) -> None:
    reply = broker.http.get("/search", params={"q": "nobody"}, headers={"accept": "text/html,*/*"})
    assert text_of(reply.text).startswith("Nothing is called nobody")


def test_the_history_page_is_linked_and_shows_what_flickers(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "8f2c", "web-shop", branch="main")
    result = broker.verify("orders", "8f2c", "web-shop", failing=("an order",)).json()
    page = broker.http.get(result["_links"]["contractkit:page"]["href"]).text
    [at] = set(re.findall(r'href="([^"]+/ui/interactions/[^"]+)"', page))
    told = re.sub(r"interaction [0-9a-f]{12}", "interaction ID", read(broker, at))
    assert re.sub(r"\d+ Nov \d+, [\d:]+ UTC", "WHEN", told) == (
        "an order GET /orders/7 → 200 · interaction ID "
        "It flickers. 8f2c kept it once and broke it once: the same interaction and the same version of orders. "
        "Result orders Branches When "
        "✗ failed body.total: expected 1 8f2c main WHEN ✓ passed 8f2c main WHEN"
    )


def test_a_history_that_is_not_there_is_said_on_a_page(broker: Story) -> None:
    said = read(broker, "/ui/interactions/orders/web-shop/abc")
    assert said.startswith("Not here No interaction with id abc in a contract between web-shop and orders found.")


def test_an_application_s_page_leads_to_its_provider_states(broker: Story) -> None:
    catalogue = {"schemaVersion": 1, "provider": "orders", "states": [{"name": "order exists"}]}
    broker.http.put("/pacticipants/orders/versions/8f2c/state-catalogue", json=catalogue)
    page = broker.http.get("/ui/applications/orders").text
    assert 'pacticipants/orders/versions/8f2c/state-catalogue">provider states of 8f2c</a>' in page
