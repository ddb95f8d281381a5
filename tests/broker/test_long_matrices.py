"""Matrices of long histories: the rows that are wanted are the first of all, however few were looked at."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from broker_history import World
from broker_seeding import seed
from contractkit_broker.server import running_broker

pytestmark = pytest.mark.slow

Json = Any
WORLD = World(services=8, versions=64, integrations=10, lasting=8, detailed=3)
CONSUMER, PROVIDER = (WORLD.name(each) for each in WORLD.pairs()[0])


@pytest.fixture
def http(database: str) -> Iterator[httpx.Client]:
    """Give a client of a broker with some history."""
    seed(database, WORLD)
    with running_broker(database) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def matrix(http: httpx.Client, *asked: str, limit: int = 100_000) -> Json:
    reply = http.get(f"/matrix?{'&'.join(asked)}&limit={limit}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def ends(row: Json) -> tuple[str, str | None, bool | None]:
    provider, result = row["provider"]["version"], row["verificationResult"]
    return row["consumer"]["version"]["number"], provider and provider["number"], result and result["success"]


PAIR = (f"q[][pacticipant]={CONSUMER}", f"q[][pacticipant]={PROVIDER}")
ALONE = (f"q[][pacticipant]={CONSUMER}", "environment=test")


def test_the_first_rows_are_the_same_however_many_are_wanted(http: httpx.Client) -> None:
    ways: tuple[list[str], ...] = (["latestby=cvpv"], ["latestby=cvp"], ["latestby=cp"], [])
    results: tuple[list[str], ...] = (["success[]=true"], ["success[]=false"], ["success[]=false", "success[]="], [])
    for whom, way, result in product((PAIR, ALONE), ways, results):
        asked = (*whom, *way, *result)
        every = matrix(http, *asked)["matrix"]
        for limit in (1, 7, 40):
            assert matrix(http, *asked, limit=limit)["matrix"] == every[:limit], (asked, limit)


def test_a_pair_that_is_meant_whole_shows_every_verification_of_every_version(http: httpx.Client) -> None:
    found = matrix(http, *PAIR)
    rows = [ends(row) for row in found["matrix"]]
    newest = [row for row in rows if row[0] == WORLD.number(WORLD.pairs()[0][0], 63)]
    assert (len(rows), len({row[0] for row in rows}), len(newest)) == (669, 64, 1)
    assert found["notices"][0]["text"] == f"{CONSUMER} and {PROVIDER} cannot be deployed to the newest versions."


def test_in_an_environment_every_version_is_shown_whatever_is_to_be_the_newest(http: httpx.Client) -> None:
    assert matrix(http, *ALONE, "latestby=cp")["matrix"] == matrix(http, *ALONE)["matrix"]


def test_of_a_pair_the_newest_row_is_one(http: httpx.Client) -> None:
    rows = [ends(row) for row in matrix(http, *PAIR, "latestby=cp")["matrix"]]
    every = [ends(row) for row in matrix(http, *PAIR)["matrix"]]
    assert rows == every[:1]
