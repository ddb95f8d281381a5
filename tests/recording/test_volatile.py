"""Volatile values: which places of requests are drawn anew, and what stands for them in a contract."""

import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from contractkit.exact_json import Json
from contractkit.matching import generate
from contractkit.model import HttpRequest, JsonBody, Location
from contractkit.recording.volatile import steadied, steady_places
from contractkit.recording.volatile_kinds import like_of

BEGAN = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(seconds=3)

LIKES: list[tuple[Json, str, Json]] = [
    ("0f8fad5b-d9cb-469f-a165-70867728950e", "a UUID", None),
    ("2026-11-21T10:00:01.123456+00:00", "a time of day", "2000-01-01T00:00:00.000000+00:00"),
    ("2026-11-21T10:00:01Z", "a time of day", "2000-01-01T00:00:00Z"),
    ("2026-11-21 10:00", "a time of day", "2000-01-01 00:00"),
    ("2026-11-21", "a date", "2000-01-01"),
    ("4bf92f3577b34da6a3ce929d0e0e4736", "a token", None),
    (1795255200, "a time in a number", 1_000_000_000),
    (1795255200123, "a time in a number", 1_000_000_000_000),
]


def request(value: Json, header: str = "") -> HttpRequest:
    headers = {"idempotency-key": (header,)} if header else {}
    return HttpRequest(method="POST", path="/orders", headers=headers, body=JsonBody({"at": [value]}))


@pytest.mark.parametrize(("value", "what", "example"), LIKES, ids=[str(each[0]) for each in LIKES])
def test_an_example_and_what_a_replay_draws_are_of_the_same_kind(value: Json, what: str, example: Json) -> None:
    like = like_of(value, "request.body.at[0]")
    assert like is not None
    assert like.what == what
    assert like_of(like.example, "request.body.at[0]") == like
    assert example in (like.example, None)
    [place] = steady_places(request(value), request(like.example), "createOrder", began=BEGAN, ended=ENDED)
    sent, said = steadied(request(value), "createOrder", [place])
    assert sent == request(like.example)
    drawn = generate(sent, said.generators, {}, now=BEGAN, random=Random(7))
    assert isinstance(drawn.body, JsonBody)
    body: Any = drawn.body.value
    if like.rule.name == "regex":
        for text in (value, like.example, body["at"][0]):
            assert re.fullmatch(str(like.rule.attributes["regex"]), text)
        assert body["at"][0] != like.example
    else:
        assert body["at"][0] == like.example


@pytest.mark.parametrize("value", ["a-17", "", "abc", 17, 17.5, True, None, "20-11-2026", "2026-13", "deadbeef"])
def test_what_has_no_form_is_left_alone(value: Json) -> None:
    assert like_of(value, "request.body.at[0]") is None


@pytest.mark.parametrize(
    ("value", "is_drawn"),
    [
        ("2026-11-21T10:00:03Z", True),
        ("2026-11-21T11:00:03+01:00", True),
        ("2026-11-21", True),
        (int(BEGAN.timestamp()) + 1, True),
        (int(BEGAN.timestamp() * 1000) + 20, True),
        ("2026-11-20T10:00:00Z", False),
        ("2027-11-21T10:00:00Z", False),
        ("2026-11-23", False),
        (int((BEGAN - timedelta(days=1)).timestamp()), False),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", False),
    ],
)
def test_the_time_is_drawn_even_where_it_is_the_same_in_both_runs(value: Json, is_drawn: bool) -> None:
    same = request(value)
    assert bool(list(steady_places(same, same, "createOrder", began=BEGAN, ended=ENDED))) is is_drawn


def test_a_run_over_midnight_has_two_dates() -> None:
    began = datetime(2026, 11, 21, 23, 59, 58, tzinfo=UTC)
    drawn = {
        day
        for day in ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")
        for same in [request(day)]
        if list(steady_places(same, same, "createOrder", began=began, ended=began + timedelta(seconds=5)))
    }
    assert {"2026-11-21", "2026-11-22"} == drawn


def test_values_of_different_forms_are_not_drawn_alike() -> None:
    first, second = request("a-1", "0f8fad5b-d9cb-469f-a165-70867728950e"), request("a-2", "none")
    assert list(steady_places(first, second, "createOrder", began=BEGAN, ended=ENDED)) == []


def test_a_header_and_a_query_parameter_are_drawn_and_a_path_is_not() -> None:
    keys = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    first, second = (
        HttpRequest(method="GET", path=f"/orders/{key}", query={"nonce": (key,)}, headers={"x-id": (key,)})
        for key in keys
    )
    places = list(steady_places(first, second, "getOrder", began=BEGAN, ended=ENDED))
    assert [each.location for each in places] == [
        Location(("request", "query", "nonce")),
        Location(("request", "headers", "x-id")),
    ]
    assert steadied(first, "getOrder", places)[0] == steadied(replace_path(second, first.path), "getOrder", places)[0]
    assert steadied(first, "listOrders", places)[0] == first


def replace_path(request: HttpRequest, path: str) -> HttpRequest:
    return HttpRequest(method=request.method, path=path, query=request.query, headers=request.headers)
