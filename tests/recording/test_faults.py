"""Calls that go wrong on purpose: what the client meets, what the test sees, and that no contract has them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import grpc
import httpx
import pytest

from contractkit.errors import RecordingError, UsageError
from contractkit.model import HttpRequest, JsonBody
from contractkit.recording import StubbedProvider, StubSession
from contractkit.recording.answering import answer_from
from contractkit.recording.faulting import FaultRules, faulting
from contractkit.transports.faults import Fault, FaultedResponse, Faults

Requests = Callable[..., HttpRequest]


def statuses(session: StubSession, number: int) -> list[int]:
    with httpx.Client(transport=session.transport(), base_url="http://orders") as client:
        return [client.get("/orders/7").status_code for _ in range(number)]


def recorded(session: StubSession) -> list[str]:
    return [each.description for each in session.contract().interactions]


def test_a_client_that_tries_again_gets_its_answer_and_only_that_is_recorded(session: StubSession) -> None:
    session.on("getOrder").fault(status=503, times=1).reply(200, {"note": "mine"})

    with httpx.Client(transport=httpx.HTTPTransport(retries=0), base_url=session.url) as client:
        first, second = client.get("/orders/7"), client.get("/orders/7")

    assert (first.status_code, first.json()["title"]) == (503, "A fault on purpose")
    assert (second.status_code, second.json()["note"]) == (200, "mine")
    assert [(each.response.status, each.fault) for each in session.calls] == [(503, "status 503"), (200, "")]
    assert recorded(session) == ["getOrder id=7 answers 200"]
    assert session.take_errors() == ()


def test_a_status_that_the_definition_declares_is_answered_as_it_says(session: StubSession) -> None:
    session.on("getOrder").fault(status=404, every=2)

    assert statuses(session, 4) == [200, 404, 200, 404]
    assert [each.response.body for each in session.calls][1] == session.calls[3].response.body
    assert recorded(session) == ["getOrder id=7 answers 200"]


def test_a_whole_answer_that_is_late_is_the_one_that_the_test_wrote(session: StubSession) -> None:
    session.on("getOrder").reply(200, {"note": "mine"}).fault(latency=0.001)

    with httpx.Client(transport=session.transport(), base_url="http://orders") as client:
        assert client.get("/orders/7").json()["note"] == "mine"
    assert session.calls[0].fault == "latency 0.001 s"
    assert (recorded(session), session.take_errors()) == ([], ())


def test_a_refused_request_has_no_fault(session: StubSession, request_of: Requests) -> None:
    session.on("getOrder").fault(status=503, times=1)

    refused = session.handle(request_of("GET", "/orders/seven"))
    faulted = session.handle(request_of("GET", "/orders/7"))

    assert (refused.status, faulted.status) == (400, 503)
    assert isinstance(faulted, FaultedResponse)


def test_a_fault_that_no_call_meets_fails_the_test(session: StubSession) -> None:
    session.on("getOrder").fault(status=503, every=3).fault(latency=(0.1, 0.5))

    assert [str(each) for each in session.take_errors()] == [
        "The test declared what no request to orders used.\n\n"
        "  fault   getOrder: status 503, every 3 calls\n"
        "  fault   getOrder: latency 0.1 to 0.5 s\n\n"
        "Remove it, or let the client make the call."
    ]
    assert session.take_errors() == ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"status": "UNAVAILABLE"},
            "The fault cannot be used.\n\n"
            "  at         The fault of getOrder, status\n"
            "  expected   a status such as 503\n"
            '  received   "UNAVAILABLE"',
        ),
        (
            {},
            "The fault of getOrder says no fault.\n\n"
            "Say what goes wrong: latency, reset, bytes_per_second, malformed, status.",
        ),
    ],
)
def test_what_is_no_fault_is_refused_in_the_test(session: StubSession, said: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        session.on("getOrder").fault(**said)

    assert str(error.value) == message


def test_a_session_that_is_over_takes_no_fault(session: StubSession) -> None:
    on = session.on("getOrder")
    session.close()

    with pytest.raises(RecordingError):
        on.fault(status=503)


def answering(provider: StubbedProvider, *, allows_header: bool = False, **faults: Fault) -> Callable[..., Any]:
    rules = FaultRules(faults=Faults(faults), allows_header=allows_header)
    return faulting(provider, partial(answer_from, provider), rules)


def test_a_stub_of_its_own_marks_what_went_wrong(provider: StubbedProvider, request_of: Requests) -> None:
    answer = answering(provider, getOrder=Fault(status=503, every=2))

    told = [answer(request_of("GET", path)) for path in ("/orders/7", "/orders/x", "/orders/7", "/orders")]

    assert [(each.response.status, each.fault) for each in told] == [
        (200, ""),
        (400, ""),
        (503, "status 503"),
        (200, ""),
    ]


def test_a_request_asks_for_its_own_fault_where_it_may(provider: StubbedProvider, request_of: Requests) -> None:
    asked = request_of("GET", "/orders/7", x_contractkit_fault="reset=after-headers")

    allowed = answering(provider, allows_header=True)(asked)
    refused = answering(provider)(asked)

    assert (allowed.fault, allowed.reason) == ("reset after headers", "")
    assert "x-contractkit-fault" not in allowed.request.headers
    assert allowed.response.body == answer_from(provider, request_of("GET", "/orders/7")).response.body
    assert (refused.response.status, refused.fault, refused.reason) == (
        400,
        "",
        "The header x-contractkit-fault is not heard here. Start the stub with --allow-faults, or leave it out.",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "status=NO",
            "The fault cannot be used. (at: The header x-contractkit-fault, status; expected: a status from 200 to "
            '599, or over gRPC a name such as "UNAVAILABLE"; received: "NO")',
        ),
        (
            "status=UNAVAILABLE",
            "The fault cannot be used. (at: The fault of getOrder, status; expected: a status such as 503; "
            'received: "UNAVAILABLE")',
        ),
    ],
)
def test_a_header_without_sense_is_a_problem(
    provider: StubbedProvider, request_of: Requests, text: str, reason: str
) -> None:
    told = answering(provider, allows_header=True)(request_of("GET", "/orders/7", x_contractkit_fault=text))

    assert (told.response.status, told.reason) == (400, reason)
    assert isinstance(told.response.body, JsonBody)
    assert told.response.body.value["title"] == "The fault cannot be used"


def codes(call: Callable[[], Any], number: int) -> list[str]:
    found = []
    for _ in range(number):
        try:
            call()
            found.append("OK")
        except grpc.RpcError as error:
            found.append(f"{error.code().name} {error.details()}")
    return found


def test_a_procedure_ends_with_a_status_every_nth_time(rpc: StubSession, generated: Any, client: Any) -> None:
    rpc.on("GetItem").fault(status="UNAVAILABLE", every=2)

    assert codes(lambda: client.GetItem(generated.messages.GetItemRequest(id=7)), 3) == [
        "OK",
        "UNAVAILABLE A fault on purpose.",
        "OK",
    ]
    assert [each.fault for each in rpc.calls] == ["", "status UNAVAILABLE", ""]
    assert [each.description for each in rpc.contract().interactions] == ["GetItem id=7 answers OK"]
    assert rpc.take_errors() == ()


def test_a_reset_procedure_is_unavailable(rpc: StubSession, generated: Any, client: Any) -> None:
    rpc.on("ListItems").fault(reset="before-headers")

    assert codes(lambda: list(client.ListItems(generated.messages.ListItemsRequest())), 1) == [
        "UNAVAILABLE Connection reset by peer"
    ]


def test_a_late_procedure_runs_into_the_deadline(rpc: StubSession, generated: Any, client: Any) -> None:
    rpc.on("GetItem").fault(latency=60)

    (found,) = codes(lambda: client.GetItem(generated.messages.GetItemRequest(id=7), timeout=0.2), 1)

    assert found == "DEADLINE_EXCEEDED Deadline Exceeded"
    assert (len(rpc.contract().interactions), rpc.take_errors()) == (0, ())


def test_a_late_stream_arrives_whole(rpc: StubSession, generated: Any, client: Any) -> None:
    rpc.on("ListItems").fault(latency=0.01).reply([{"id": 1}, {"id": 2}])

    assert [each.id for each in client.ListItems(generated.messages.ListItemsRequest())] == [1, 2]
    assert (rpc.contract().interactions, rpc.take_errors()) == ((), ())


def test_what_grpc_cannot_have_is_refused(rpc: StubSession) -> None:
    with pytest.raises(UsageError) as error:
        rpc.on("GetItem").fault(malformed="truncated")

    assert str(error.value) == (
        "The fault of inventory.v1.Inventory/GetItem cannot be: it is called over gRPC, whose library writes the "
        "bytes of messages.\n\nSay latency, status or reset."
    )
