"""What a session records of what goes through it."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from contractkit.errors import ReplyError, UnknownNameError
from contractkit.model import (
    DerivedState,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    MissingBody,
    ProviderState,
    TestReference,
)
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.sources.loading import read_definition
from contractkit.transports.http_messages import encode_body

Make: TypeAlias = Callable[..., HttpRequest]


def only(session: StubSession) -> Interaction:
    (interaction,) = session.contract().interactions
    return interaction


def recorded(session: StubSession) -> HttpRequest:
    exchange = only(session).exchange
    assert isinstance(exchange, HttpCall)
    return exchange.request


def expected(session: StubSession) -> HttpResponse:
    exchange = only(session).exchange
    assert isinstance(exchange, HttpCall)
    return exchange.response


def test_declared_parameters_and_named_headers_are_recorded(session: StubSession, request_of: Make) -> None:
    session.handle(
        request_of(
            "GET",
            "/orders?tag=b&tag=a&limit=2",
            x_tenant="7",
            x_extra="e",
            x_other="o",
            user_agent="u",
            accept="application/json",
            cookie="sid=1; theme=dark",
        )
    )

    assert recorded(session) == HttpRequest(
        method="GET",
        path="/orders",
        query={"limit": ("2",), "tag": ("b", "a")},
        headers={
            "accept": ("application/json",),
            "cookie": ("theme=[credential]",),
            "x-extra": ("e",),
            "x-tenant": ("7",),
        },
    )


def test_credentials_by_security_scheme_are_recorded_as_sent_but_hidden(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("GET", "/orders?key=s3cret", authorization="Bearer s3cret"))

    assert recorded(session).query == {"key": ("[credential]",)}
    assert "s3cret" not in repr((session.contract(), session.calls))


def test_accepting_anything_is_not_recorded(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("GET", "/orders", accept="*/*"))

    assert recorded(session).headers == {}


def test_a_multipart_body_is_the_same_each_run(session: StubSession, request_of: Make) -> None:
    for drawn in ("a1b2", "c3d4"):
        body = f'--{drawn}\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--{drawn}--\r\n'
        session.handle(
            request_of(
                "POST", "/orders/7/picture", body.encode(), content_type=f"multipart/form-data; boundary={drawn}"
            )
        )

    assert recorded(session).headers == {"content-type": ("multipart/form-data; boundary=contractkit-boundary",)}


def test_a_parameter_of_a_state_may_be_called_name(session: StubSession, request_of: Make) -> None:
    session.given("order exists", name="ink")
    session.handle(request_of("GET", "/orders/2"))
    assert only(session).states == (ProviderState(name="order exists", params={"name": "ink"}),)


def test_without_a_given_the_state_is_derived(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("GET", "/orders?limit=2&tag=a&tag=b"))

    assert only(session).derived_state == DerivedState(
        operation="listOrders", status="200", values={"limit": 2, "tag": ["a", "b"]}
    )


@pytest.mark.parametrize(("target", "value"), [("/orders/7", 7), ("/orders/-1", -1)])
def test_derived_values_have_their_declared_type(
    session: StubSession, request_of: Make, target: str, value: object
) -> None:
    session.handle(request_of("GET", target))

    state = only(session).derived_state
    assert state is not None
    assert state.values == {"id": value}


def test_states_hold_for_the_calls_that_follow_and_add_up(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("GET", "/orders/1"))
    session.given("order exists", id=2)
    session.handle(request_of("GET", "/orders/2"))
    session.given("it has shipped")
    session.handle(request_of("GET", "/orders/3"))

    by_path = {each.description: (each.states, each.derived_state is None) for each in session.contract().interactions}
    exists, shipped = ProviderState(name="order exists", params={"id": 2}), ProviderState(name="it has shipped")
    assert by_path == {
        "getOrder id=1 answers 200": ((), False),
        "getOrder id=2 answers 200": ((exists,), True),
        "getOrder id=3 answers 200": ((exists, shipped), True),
    }


def test_a_reply_is_laid_over_the_synthesised_answer(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").reply(body={"buyer": {"name": "Ann"}}, headers={"ETag": "v1"})

    answer = session.handle(request_of("GET", "/orders/7"))

    assert isinstance(answer.body, JsonBody)
    assert answer.body.value["id"] == 7
    found = expected(session)
    assert isinstance(found.body, JsonBody)
    assert (found.body.value["buyer"], found.headers["etag"]) == ({"name": "Ann"}, ("v1",))


STREAMED = b"""\
openapi: 3.1.0
info: {title: Chat, version: 1.0.0}
paths:
  /ask:
    get:
      operationId: ask
      responses:
        '200':
          description: it
          content:
            application/json: {schema: {type: object}}
            text/event-stream: {schema: {type: object}}
"""


@pytest.mark.parametrize("written", ["data: {}\n\n", b"data: {}\n\n"])
def test_a_reply_names_the_media_type_of_a_text_where_json_is_declared_too(
    written: str | bytes, request_of: Make
) -> None:
    definition = read_definition(STREAMED, source="chat.yaml").definition
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    session = StubSession(StubbedProvider("chat", definition, source="chat.yaml"), consumer="shop", origin=origin)
    session.on("ask").reply(200, written, headers={"content-type": "text/event-stream"})

    answer = session.handle(request_of("GET", "/ask", accept="application/json"))
    session.close()

    assert encode_body(answer.body) == b"data: {}\n\n"
    assert answer.headers["content-type"] == ("text/event-stream",)


def test_secrets_of_answers_are_served_but_not_kept(session: StubSession, request_of: Make) -> None:
    session.on("getOrder").reply(200, {"buyer": {"name": "Ann", "token": "s3cret"}})

    answer = session.handle(request_of("GET", "/orders/7"))

    assert isinstance(answer.body, JsonBody)
    assert answer.body.value["buyer"]["token"] == "s3cret"
    assert "s3cret" not in repr(session.contract())


def test_the_same_request_gets_the_same_answer_whatever_the_test(session: StubSession, request_of: Make) -> None:
    answers = {repr(session.handle(request_of("GET", "/orders/7"))) for _ in range(3)}

    assert len(answers) == 1


def test_an_operation_may_be_named_by_its_signature(session: StubSession, request_of: Make) -> None:
    session.on("GET /orders/{id}").reply(404)

    assert session.handle(request_of("GET", "/orders/7")).status == 404
    assert session.take_errors() == ()


def test_an_unknown_operation_suggests_the_nearest(session: StubSession) -> None:
    with pytest.raises(UnknownNameError) as caught:
        session.on("getOrdr")

    assert str(caught.value) == (
        "Orders 1.0.0 has no operation 'getOrdr'.\n\nDid you mean getOrder or listOrders or hasOrder?"
    )


def test_a_status_that_is_not_declared_is_refused(session: StubSession) -> None:
    with pytest.raises(ReplyError) as caught:
        session.on("getOrder").reply(500)

    assert str(caught.value).splitlines()[:6] == [
        "The reply to getOrder contradicts the definition.",
        "",
        "  at           response.status",
        "  expected     one of 200, 404",
        "  received     500",
        "  defined at   /paths/~1orders~1{id}/get/responses",
    ]


def test_a_reply_that_is_no_json_is_refused(session: StubSession) -> None:
    with pytest.raises(ReplyError) as caught:
        session.on("getOrder").reply(200, {"total": object()})

    assert str(caught.value).splitlines()[0] == "The reply to getOrder contradicts the definition."


def test_a_refused_request_is_among_the_calls_but_not_recorded(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("DELETE", "/orders/7"))

    assert [(call.operation, call.response.status) for call in session.calls] == [(None, 405)]
    assert session.contract().interactions == ()
    (error,) = session.take_errors()
    assert str(error) == (
        "shop sent orders a request that its definition does not allow.\n\n"
        "  sent      DELETE /orders/7\n"
        "  refused   /orders/7 is defined for GET, HEAD, not for DELETE\n"
        "  nearest   getOrder (GET /orders/{id})\n"
        "            hasOrder (HEAD /orders/{id})\n\n"
        "Mend the client, or, if orders does offer this, its definition (Orders 1.0.0)."
    )


def test_a_call_from_another_thread_is_placed_at_the_start_of_the_test(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("GET", "/orders/7"))

    (evidence,) = only(session).evidence
    assert evidence.test == TestReference(node_id="test_it.py::test_it", file="test_it.py", line=3)


def test_no_body_is_expected_of_head(session: StubSession, request_of: Make) -> None:
    session.handle(request_of("HEAD", "/orders/7"))

    assert (expected(session).body, only(session).served, only(session).rules) == (MissingBody(), MissingBody(), ())


BASED = b"""\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: https://a.test/v1}]
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: a, in: query, schema: {type: integer}}
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}
"""


def test_a_call_is_seen_as_the_client_made_it() -> None:
    provider = StubbedProvider("orders", read_definition(BASED, source="orders.yaml").definition, source="orders.yaml")
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    session = StubSession(provider, consumer="shop", origin=origin)
    session.on("getOrder").reply(200, {"id": 7})
    session.handle(HttpRequest(method="GET", path="/v1/orders/7", query={"a": ("1",)}, headers={"x": ("y",)}))
    session.handle(HttpRequest(method="POST", path="/v1", body=JsonBody({"sku": "ink"})))
    first, second = session.calls
    assert (first.operation, first.request.method, first.request.path) == ("getOrder", "GET", "/orders/7")
    assert (first.request.query, first.request.headers, first.request.json) == ({"a": ("1",)}, {"x": ("y",)}, None)
    assert (first.response.status, first.response.json) == (200, {"id": 7})
    assert (second.operation, second.request.path, second.request.json) == (None, "/", {"sku": "ink"})


def test_what_a_test_does_to_a_call_changes_no_record(
    session: StubSession, request_of: Callable[..., HttpRequest]
) -> None:
    session.handle(request_of("GET", "/orders/7"))
    before = session.contract()
    answered = session.calls[0].response.json
    assert isinstance(answered, dict)
    answered["id"] = "changed"
    with pytest.raises(AttributeError):
        session.calls[0].request.path = "/changed"  # type: ignore[misc]
    assert session.contract() == before
    assert session.calls[0].response.json != answered
