"""Requests that are larger or deeper than any contract: refused in words, while the broker goes on for others."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from broker_history import World
from broker_seeding import seed
from contractkit_broker.server import running_broker

pytestmark = pytest.mark.slow

Json = Any
WORLD = World(services=8, versions=32, integrations=10, lasting=8, detailed=3)
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Give a client of a broker with some history and the limits that a broker has unless it is told otherwise."""
    database = str(tmp_path_factory.mktemp("large") / "broker.sqlite")
    seed(database, WORLD)
    with running_broker(database) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def decision(http: httpx.Client) -> str:
    asked = {"pacticipant": WORLD.name(0), "version": WORLD.number(0, 30), "environment": "production"}
    return str(http.get("/can-i-deploy", params=asked).json()["contractkit"]["answer"])


def publication(content: bytes) -> Json:
    consumer, provider = (WORLD.name(each) for each in WORLD.pairs()[0])
    entry = {"consumerName": consumer, "providerName": provider, "content": base64.b64encode(content).decode()}
    return {"pacticipantName": consumer, "pacticipantVersionNumber": "new", "contracts": [entry]}


@pytest.mark.parametrize("kind", ["with a length", "in chunks"])
def test_a_body_of_a_hundred_megabytes_is_refused(http: httpx.Client, kind: str) -> None:
    before = decision(http)
    body = b" " * MEGABYTE * 100 if kind == "with a length" else iter([b" " * MEGABYTE] * 100)
    with closing(HTTPConnection(http.base_url.host, http.base_url.port, timeout=60)) as client:
        client.request("POST", "/contracts/publish", body)  # the whole of it, as clients do that read no answer before
        reply = client.getresponse()
        assert (reply.status, json.loads(reply.read())) == (
            413,
            {"error": "The body is larger than 20971520 bytes, the limit of this broker."},
        )
    assert decision(http) == before


@pytest.mark.parametrize(
    ("interactions", "words"),
    [
        (
            "[" * MEGABYTE,
            "the published contract is not JSON.\n\n  line      1\n  column    1\n  problem   nested too deeply\n\n"
            "Restore or remove it, then run the consumer's tests. (at index 0)",
        ),
        (
            json.dumps(
                [{"description": "deep", "request": {"method": "GET", "path": "/"}, "response": {"status": 200}}]
            ).replace("200", '200, "body": ' + '{"a": ' * 300 + "1" + "}" * 300),
            "the published contract is nested deeper than 250 levels, which no contract is. (at index 0)",
        ),
    ],
    ids=["a million lists", "a body of 300 levels"],
)
def test_a_contract_that_is_nested_deeper_than_any_is_refused(
    http: httpx.Client, interactions: str, words: str
) -> None:
    consumer, provider = (WORLD.name(each) for each in WORLD.pairs()[0])
    ends = f'"consumer": {{"name": "{consumer}"}}, "provider": {{"name": "{provider}"}}'
    content = f'{{{ends}, "interactions": {interactions}}}'
    reply = http.post("/contracts/publish", json=publication(content.encode()))
    assert (reply.status_code, reply.json()) == (400, {"errors": {"contracts": [words]}})


def test_ten_thousand_branches_are_not_selected_one_by_one(http: httpx.Client) -> None:
    selectors = [{"branch": f"feature/{number}"} for number in range(10_000)]
    at = f"/pacts/provider/{WORLD.name(WORLD.pairs()[0][1])}/for-verification"
    reply = http.post(at, json={"consumerVersionSelectors": selectors})
    said = {"errors": {"consumerVersionSelectors": ["expected at most 1000 entries, received 10000"]}}
    assert (reply.status_code, reply.json()) == (400, said)
    most, few = (http.post(at, json={"consumerVersionSelectors": selectors[:count]}).json() for count in (1_000, 4))
    assert (len(few["_embedded"]["pacts"]), most["_embedded"]["pacts"]) == (6, few["_embedded"]["pacts"])
