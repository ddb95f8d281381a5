"""Answers of a definition on its own, and remembering them."""

from collections.abc import Callable
from functools import partial

import pytest

from contractkit.model import HttpRequest, JsonBody
from contractkit.recording import StubbedProvider
from contractkit.recording.answering import Answered, answer_from
from contractkit.recording.remembering import AlikeRequests, remembering


def test_remembered_answers_are_those_of_the_definition(
    provider: StubbedProvider, request_of: Callable[..., HttpRequest]
) -> None:
    answer = remembering(partial(answer_from, provider))
    requests = [
        request_of("GET", "/orders/7"),
        request_of("GET", "/orders/8"),
        request_of("GET", "/orders?limit=1"),
        request_of("GET", "/orders?limit=x"),
        request_of("HEAD", "/orders/7"),
        request_of("GET", "/nowhere"),
        request_of("GET", "/orders/7", accept="application/json"),
        request_of("POST", "/orders/7/picture", b"x", content_type="multipart/form-data; boundary=b"),
    ]
    fresh = [answer_from(provider, request) for request in requests]
    assert [answer(request) for request in requests] == fresh
    assert [answer(request) for request in requests] == fresh


def test_a_request_that_resembles_nothing_is_told_what_there_is(
    provider: StubbedProvider, request_of: Callable[..., HttpRequest]
) -> None:
    refused = answer_from(provider, request_of("GET", "/"))
    assert isinstance(refused.response.body, JsonBody)
    assert refused.response.body.value["nearest"] == []
    assert refused.response.body.value["operations"] == [
        "listOrders (GET /orders)",
        "getOrder (GET /orders/{id})",
        "hasOrder (HEAD /orders/{id})",
        "addPicture (POST /orders/{id}/picture)",
    ]


def test_an_equal_request_is_worked_out_once_unless_it_has_a_body(request_of: Callable[..., HttpRequest]) -> None:
    seen: list[HttpRequest] = []

    def work_out(request: HttpRequest) -> Answered:
        seen.append(request)
        return Answered(request=request, response=None, operation=None)  # type: ignore[arg-type]  # never read here

    answer = remembering(work_out)
    for _ in range(2):
        answer(request_of("GET", "/orders/7"))
        answer(request_of("POST", "/orders/7", b"{}"))
    assert [request.method for request in seen] == ["GET", "POST", "POST"]


@pytest.mark.parametrize("seed", ["", "another"])
def test_requests_that_differ_in_their_path_alone_are_answered_as_the_definition_says(
    provider: StubbedProvider, request_of: Callable[..., HttpRequest], seed: str
) -> None:
    alike = AlikeRequests(provider, seed)
    requests = [
        request_of(method, target, **headers)
        for headers in (
            {},
            {"accept": "application/json", "x-tenant": "a", "authorization": "Bearer x", "cookie": "a=1; b=2"},
            {"prefer": "code=404"},
            {"prefer": "code=x"},
        )
        for method in ("GET", "HEAD", "DELETE")
        for target in (
            "/orders",
            "/orders/7",
            "/orders/8",
            "/orders/x",
            "/orders/%39",
            "/orders/7?a=1",
            "/",
            "/orders/9",
        )
    ]
    fresh = [answer_from(provider, request, seed=seed) for request in requests]
    assert [alike.answer(request) for request in requests] == fresh
    assert [alike.answer(request) for request in requests] == fresh
    assert {each.response.status for each in fresh} >= {200, 400, 404}


def test_as_many_requests_are_remembered_as_memory_should_bear(request_of: Callable[..., HttpRequest]) -> None:
    seen: list[str] = []

    def work_out(request: HttpRequest) -> Answered:
        seen.append(request.path)
        return Answered(request=request, response=None, operation=None)  # type: ignore[arg-type]  # never read here

    answer = remembering(work_out)
    for number in range(4_097):
        answer(request_of("GET", f"/orders/{number}"))
    answer(request_of("GET", "/orders/4096"))
    answer(request_of("GET", "/orders/0"))
    assert seen[4_096:] == ["/orders/4096", "/orders/0"]
