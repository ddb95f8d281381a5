"""The older addresses: contracts of a pair and of a provider, the newest, the one before, and what differs."""

from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction

Json = Any
PAIR = "/pacts/provider/orders/consumer/web-shop"


def told(broker: Story) -> None:
    """Versions 1 and 2 say the same; 2 and 3 are on main, 4 on a branch; 1 and 3 are tagged prod."""
    for number, branch, total in (("1", "old", 1.5), ("2", "main", 1.5), ("3", "main", 3.5), ("4", "feature/x", 4.5)):
        broker.publish("web-shop", number, contract("web-shop", "orders", interaction(total=total)), branch=branch)
    for number in ("1", "3"):
        broker.http.put(f"/pacticipants/web-shop/versions/{number}/tags/prod", json={})


def numbers(links: Json) -> list[str]:
    return [each["href"].rpartition("/")[2] for each in links]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("/versions", ["4", "3", "2", "1"]),
        ("/tag/prod", ["3", "1"]),
        ("/branch/main", ["3", "2"]),
        ("/branch/main/latest/versions", ["3"]),
        ("/branch/versions", ["3", "2"]),
        ("/branch/latest/versions", ["3"]),
        ("/branch/feature%2Fx", ["4"]),
        ("/tag/none", []),
    ],
)
def test_the_contracts_of_a_pair_are_listed(broker: Story, rest: str, expected: list[str]) -> None:
    told(broker)
    links = broker.http.get(f"{PAIR}{rest}").json()["_links"]
    assert [numbers(links[name]) for name in ("pb:pact-versions", "pact-versions")] == [expected, expected]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", ["1", "2", "3", "4"]),
        ("/tag/prod", ["1", "3"]),
        ("/branch", ["2", "3"]),
        ("/branch/latest", ["3"]),
        ("/branch/feature%2Fx", ["4"]),
        ("/branch/main/latest", ["3"]),
        ("/latest", ["4"]),
        ("/latest/prod", ["3"]),
    ],
)
def test_the_contracts_with_a_provider_are_listed(broker: Story, rest: str, expected: list[str]) -> None:
    told(broker)
    links = broker.http.get(f"/pacts/provider/orders{rest}").json()["_links"]
    assert [numbers(links[name]) for name in ("pb:pacts", "pacts")] == [expected, expected]


def test_the_contracts_with_a_provider_are_read_in_pages(broker: Story) -> None:
    told(broker)
    own = f"{broker.http.base_url}/pacts/provider/orders"
    body = broker.http.get("/pacts/provider/orders", params={"pageNumber": 2, "pageSize": 3}).json()
    assert (body["_links"]["pb:pacts"], body["page"]) == (
        [
            {
                "href": f"{own}/consumer/web-shop/version/4",
                "title": "Contract between web-shop (4) and orders",
                "name": "web-shop",
            }
        ],
        {"number": 2, "size": 3, "totalElements": 4, "totalPages": 2},
    )
    assert body["_links"]["previous"] == {"href": f"{own}?pageNumber=1&pageSize=3", "title": "Page 1"}
    heads = broker.http.get("/pacts/provider/orders/branch/latest", params={"pageNumber": 1}).json()
    assert heads["page"] == {"number": 1, "size": 100, "totalElements": 1, "totalPages": 1}


@pytest.mark.parametrize(
    ("rest", "expected"),
    [("/latest", 4.5), ("/latest/prod", 3.5), ("/branch/main/latest", 3.5), ("/version/3/previous-distinct", 1.5)],
)
def test_one_contract_of_a_pair_is_read(broker: Story, rest: str, expected: float) -> None:
    told(broker)
    reply = broker.http.get(f"{PAIR}{rest}").json()
    assert reply["interactions"][0]["response"]["body"]["content"]["total"] == expected


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{PAIR}/latest/none", "No such contract between web-shop and orders found"),
        (f"{PAIR}/version/1/previous-distinct", "No version of web-shop before 1 said something else"),
        (f"{PAIR}/version/9/diff/version/1", "No contract between web-shop (9) and orders found"),
        ("/pacts/provider/order/branch", "No provider with name 'order' found"),
        ("/pacts/provider/orders/consumer/shop/versions", "No consumer with name 'shop' found"),
    ],
)
def test_what_is_not_there_is_said_in_words(broker: Story, path: str, words: str) -> None:
    told(broker)
    reply = broker.http.get(path)
    assert (reply.status_code, reply.json()) == (404, {"error": words})


def test_a_difference_is_read_as_text_or_json(broker: Story) -> None:
    told(broker)
    links = broker.http.get(f"{PAIR}/version/4").json()["_links"]
    text = broker.http.get(links["pb:diff-previous-distinct"]["href"])
    place = "response.body.total: 3.5 became 4.5"
    assert (text.headers["content-type"], text.text) == (
        "text/plain;charset=utf-8",
        f"From 3 to 4:\n\nchanged   an order, given order exists\n            {place}\n",
    )
    json = broker.http.get(f"{PAIR}/version/4/diff/version/2", headers={"accept": "application/hal+json"}).json()
    assert json["changed"] == [
        {"interaction": "an order, given order exists", "places": ["response.body.total: 1.5 became 4.5"]}
    ]
    same = broker.http.get(f"{PAIR}/version/2/diff/version/1").text
    assert same == "From 1 to 2:\n\nBoth say the same.\n"


def test_contents_are_compared_by_their_digests(broker: Story) -> None:
    told(broker)
    at = [broker.http.get(f"{PAIR}/version/{each}").json()["_links"]["pb:pact-version"]["href"] for each in "34"]
    reply = broker.http.get(f"{at[1]}/diff/pact-version/{at[0].rpartition('/')[2]}")
    assert "response.body.total: 3.5 became 4.5" in reply.text
