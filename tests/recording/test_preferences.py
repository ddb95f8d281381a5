"""A request that prefers an answer gets it, and the contract knows the request without the preference."""

from collections.abc import Callable

import pytest

from contractkit.errors import ReplyError
from contractkit.model import HttpCall, HttpRequest, JsonBody
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.recording.answering import answer_from
from contractkit.sources.loading import read_definition

DEFINITION = b"""\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: Prefer, in: header, schema: {type: string}}
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}}}
              examples:
                open: {value: {id: 1, note: open}}
                shipped: {value: {id: 2, note: shipped}}
        '404': {description: none}
"""


@pytest.fixture
def provider() -> StubbedProvider:
    return StubbedProvider("orders", read_definition(DEFINITION, source="orders.yaml").definition, source="orders.yaml")


@pytest.fixture
def session(provider: StubbedProvider) -> StubSession:
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    return StubSession(provider, consumer="shop", origin=origin)


def asked(session: StubSession) -> list[tuple[HttpRequest, int]]:
    calls = [each.exchange for each in session.contract().interactions]
    return [(each.request, each.response.status) for each in calls if isinstance(each, HttpCall)]


def test_a_preferred_answer_is_recorded_without_the_preference(
    session: StubSession, request_of: Callable[..., HttpRequest]
) -> None:
    named = session.handle(request_of("GET", "/orders/7", prefer="example=shipped"))
    missing = session.handle(request_of("GET", "/orders/7", prefer="code=404, return=minimal"))

    assert (named.status, named.body) == (200, JsonBody({"id": 2, "note": "shipped"}, "application/json"))
    assert (missing.status, session.take_errors()) == (404, ())
    plain = HttpRequest(method="GET", path="/orders/7")
    minimal = HttpRequest(method="GET", path="/orders/7", headers={"prefer": ("return=minimal",)})
    assert asked(session) == [(plain, 200), (minimal, 404)]


def test_what_the_test_wrote_wins_over_a_preference(
    session: StubSession, request_of: Callable[..., HttpRequest]
) -> None:
    session.on("getOrder").reply(200, {"note": "mine"})

    assert session.handle(request_of("GET", "/orders/7", prefer="code=404")).status == 200


def test_a_preference_that_cannot_be_met_is_told_to_client_and_test(
    session: StubSession, provider: StubbedProvider, request_of: Callable[..., HttpRequest]
) -> None:
    unmet = session.handle(request_of("GET", "/orders/7", prefer="code=409"))

    expected = {
        "type": "about:blank",
        "title": "The preference cannot be met",
        "status": 501,
        "detail": "getOrder declares no status 409. (declared: 200, 404; at: /paths/~1orders~1{id}/get/responses) "
        "Reply with one of the declared statuses, or add it to the definition.",
    }
    assert (unmet.status, unmet.body) == (501, JsonBody(expected, "application/problem+json"))
    answered = answer_from(provider, request_of("GET", "/orders/7", prefer="code=409"))
    assert (answered.response, answered.operation, answered.reason) == (unmet, "getOrder", expected["detail"])
    assert [str(each) for each in session.take_errors()] == [
        "shop prefers an answer that there is not.\n\n"
        "  problem    getOrder declares no status 409.\n"
        "  declared   200, 404\n"
        "  at         /paths/~1orders~1{id}/get/responses\n\n"
        "Reply with one of the declared statuses, or add it to the definition."
    ]
    assert asked(session) == []


def test_a_preference_without_sense_is_a_problem_of_its_own(
    provider: StubbedProvider, request_of: Callable[..., HttpRequest]
) -> None:
    answered = answer_from(provider, request_of("GET", "/orders/7", prefer="code=no"))

    assert (answered.response.status, answered.reason) == (
        400,
        "The preference of the request cannot be read. "
        '(at: request.headers.prefer, code; expected: a status from 100 to 599; received: "no") '
        "Send for example: Prefer: code=404, example=name, dynamic=true.",
    )


def test_a_stub_alone_answers_what_is_preferred(
    provider: StubbedProvider, request_of: Callable[..., HttpRequest]
) -> None:
    requests = [
        request_of("GET", "/orders/7"),
        request_of("GET", "/orders/7", prefer="code=404"),
        request_of("GET", "/orders/7", x_microcks_response_name="shipped"),
    ]

    answers = [answer_from(provider, each).response for each in requests]

    assert [each.status for each in answers] == [200, 404, 200]
    assert [each.body.value for each in answers[::2] if isinstance(each.body, JsonBody)] == [
        {"id": 7, "note": "open"},
        {"id": 2, "note": "shipped"},
    ]


def test_a_reply_by_the_name_of_an_example(session: StubSession, request_of: Callable[..., HttpRequest]) -> None:
    session.on("getOrder").reply(example="shipped", body={"note": "soon"})

    assert session.handle(request_of("GET", "/orders/7")).body == JsonBody(
        {"id": 2, "note": "soon"}, "application/json"
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"example": "shiped"},
            "The reply to getOrder contradicts the definition.\n\n"
            '  problem   getOrder has no example "shiped" for status 200.\n'
            "  named     open, shipped\n"
            "  at        /paths/~1orders~1{id}/get/responses/200\n\n"
            "Did you mean shipped?",
        ),
        (
            {"status": 404, "example": "open"},
            "The reply to getOrder contradicts the definition.\n\n"
            '  problem   getOrder has no example "open" for status 404.\n'
            "  named     none\n"
            "  at        /paths/~1orders~1{id}/get/responses/404\n\n"
            "Name the examples of the media type: examples: {NAME: {value: …}}.",
        ),
        (
            {"example": 3},
            "The reply to getOrder contradicts the definition.\n\n"
            "  at         example\n"
            "  expected   the name of an example\n"
            "  received   3\n\n"
            "Reply what the provider may really answer, or mend the definition.",
        ),
    ],
)
def test_a_reply_by_a_wrong_name_is_refused(session: StubSession, written: dict[str, object], message: str) -> None:
    with pytest.raises(ReplyError) as error:
        session.on("getOrder").reply(**written)

    assert str(error.value) == message
