"""What a session records of the remote procedure calls that generated clients make."""

import threading
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
import pytest

from contractkit.errors import ReplyError, SettingsError, UnknownNameError
from contractkit.model import (
    Cancelled,
    DerivedState,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    parse_location,
)
from contractkit.recording import StubbedProvider, StubSession

ITEM = "application/protobuf;message=.inventory.v1.Item"
REQUEST = "application/protobuf;message=.inventory.v1.GetItemRequest"
TYPE = (Rule("type"),)


def only(session: StubSession) -> Interaction:
    (interaction,) = session.contract().interactions
    return interaction


def recorded(session: StubSession) -> RpcCall:
    exchange = only(session).exchange
    assert isinstance(exchange, RpcCall)
    return exchange


def asked(number: int, note: str = "") -> Sent:
    return Sent(message=JsonBody({"id": number, "note": note, "tags": []}, REQUEST))


def any_number_at(place: int) -> tuple[LocatedRules, ...]:
    at = parse_location(f"events[{place}]")
    return LocatedRules(location=at, rules=TYPE), LocatedRules(location=at / "message", rules=TYPE)


def shape(session: StubSession) -> list[str]:
    return [type(event).__name__ for event in recorded(session).events]


def told(session: StubSession) -> str:
    (error,) = session.take_errors()
    return str(error)


def test_a_unary_call_is_the_shortest_list_of_events(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"name": "lamp", "kind": "KIND_TOY", "labels": []})

    answer = client.GetItem(generated.messages.GetItemRequest(id=7))

    assert (answer.id, answer.name) == (7, "lamp")
    assert recorded(rpc) == RpcCall(
        procedure="inventory.v1.Inventory/GetItem",
        events=(
            asked(7),
            HalfClosed(),
            Received(message=JsonBody({"id": 7, "name": "lamp", "kind": "KIND_TOY", "labels": []}, ITEM)),
            Status(code="OK"),
        ),
    )


def test_an_interaction_says_what_was_called_and_what_came(rpc: StubSession, client: Any, generated: Any) -> None:
    client.GetItem(generated.messages.GetItemRequest(id=7))

    found = only(rpc)
    assert (found.description, found.operation) == ("GetItem id=7 answers OK", "inventory.v1.Inventory/GetItem")
    assert found.derived_state == DerivedState(
        operation="inventory.v1.Inventory/GetItem", status="OK", values={"id": 7, "note": ""}
    )
    assert found.rules == (LocatedRules(location=parse_location("events[2].message"), rules=TYPE),)
    assert isinstance(found.served, JsonBody)
    assert {"size", "comment", "added"} <= found.served.value.keys()


def test_a_unary_call_is_kept_in_bytes_too(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"id": 7, "name": "lamp", "kind": "KIND_TOY", "labels": []})
    client.GetItem(generated.messages.GetItemRequest(id=7))

    wire = only(rpc).wire
    assert wire is not None
    assert (wire.request, wire.response) == (b"\x08\x07", b"\x08\x07\x12\x04lamp\x20\x02")


def test_what_a_reply_wrote_is_expected_whichever_form_it_used(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"size": {"width": 2}, "added": "2026-01-02T03:04:05Z"})

    client.GetItem(generated.messages.GetItemRequest(id=7))

    answer = recorded(rpc).events[2]
    assert isinstance(answer, Received)
    assert isinstance(answer.message, JsonBody)
    assert answer.message.value["size"]["width"] == 2.0
    assert "added" in answer.message.value
    assert "comment" not in answer.message.value


def test_a_generated_message_is_sent_as_it_is(rpc: StubSession, client: Any, generated: Any) -> None:
    message = generated.messages.Item(id=3, name="lamp")
    rpc.on("GetItem").reply(message)

    assert client.GetItem(generated.messages.GetItemRequest(id=7)) == message


def test_a_stream_of_answers_has_two_messages_unless_a_reply_says_more(
    rpc: StubSession, client: Any, generated: Any
) -> None:
    request = generated.messages.ListItemsRequest(prefix="a")
    assert len(list(client.ListItems(request))) == 2
    rpc.on("ListItems").reply([{"name": "a"}, {"name": "b"}, {"name": "c"}])

    assert [item.name for item in client.ListItems(request)] == ["a", "b", "c"]
    assert [each.description for each in rpc.contract().interactions] == ["ListItems prefix=a answers OK"] * 2


def test_a_stream_may_end_with_an_error_after_its_messages(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("ListItems").reply([{"name": "a"}], status="ABORTED", message="enough")
    stream = client.ListItems(generated.messages.ListItemsRequest())

    assert next(stream).name == "a"
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.ABORTED, "enough")
    assert shape(rpc) == ["Sent", "HalfClosed", "Received", "Status"]


def test_a_stream_of_requests_is_recorded_message_by_message(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("CountItems").reply({"total": 2})

    answer = client.CountItems(generated.messages.GetItemRequest(id=number) for number in (1, 2))

    assert answer.total == 2
    assert recorded(rpc).events[:3] == (asked(1), asked(2), HalfClosed())


def test_a_stream_of_no_requests_is_answered(rpc: StubSession, client: Any) -> None:
    client.CountItems(iter(()))

    assert shape(rpc) == ["HalfClosed", "Received", "Status"]


def test_a_dialogue_has_one_answer_for_each_request(rpc: StubSession, client: Any, generated: Any) -> None:
    answers = client.Follow(generated.messages.GetItemRequest(id=number) for number in (1, 2))

    assert [answer.id for answer in answers] == [1, 2]
    assert shape(rpc) == ["Sent", "Received", "Sent", "HalfClosed", "Status"]
    assert only(rpc).rules == any_number_at(1)


def test_of_a_stream_that_nobody_wrote_any_number_of_messages_is_expected(
    rpc: StubSession, client: Any, generated: Any
) -> None:
    items = list(client.ListItems(generated.messages.ListItemsRequest(prefix="a")))

    assert shape(rpc) == ["Sent", "HalfClosed", "Received", "Status"]
    assert only(rpc).rules == any_number_at(2)
    served = only(rpc).served
    assert isinstance(served, JsonBody)
    assert [each["id"] for each in served.value] == [item.id for item in items]


def test_what_is_served_stays_a_list_where_one_message_came(rpc: StubSession, client: Any, generated: Any) -> None:
    list(client.Follow(generated.messages.GetItemRequest(id=number) for number in (1,)))

    served = only(rpc).served
    assert isinstance(served, JsonBody)
    assert [each["id"] for each in served.value] == [1]


def test_a_reply_that_writes_only_trailers_leaves_the_number_open(
    rpc: StubSession, client: Any, generated: Any
) -> None:
    rpc.on("ListItems").reply(trailers={"page": "1"})
    list(client.ListItems(generated.messages.ListItemsRequest()))

    assert shape(rpc) == ["Sent", "HalfClosed", "Received", "Status"]
    assert only(rpc).rules == (
        *any_number_at(2),
        LocatedRules(location=parse_location("events[3].trailers.page"), rules=TYPE),
    )


def test_a_stream_that_a_reply_wrote_keeps_its_length(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("ListItems").reply([{"name": "a"}, {"name": "b"}])
    list(client.ListItems(generated.messages.ListItemsRequest()))

    assert shape(rpc) == ["Sent", "HalfClosed", "Received", "Received", "Status"]
    assert [str(each.location) for each in only(rpc).rules] == ["events[2].message", "events[3].message"]


def test_a_reply_to_a_dialogue_is_its_whole_stream(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("Follow").reply([{"name": "a"}, {"name": "b"}, {"name": "c"}])

    answers = client.Follow(generated.messages.GetItemRequest(id=number) for number in (1, 2))

    assert [answer.name for answer in answers] == ["a", "b", "c"]
    assert shape(rpc) == ["Sent", "Received", "Sent", "Received", "HalfClosed", "Received", "Status"]


def test_a_refusal_of_a_dialogue_ends_it_at_once(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("Follow").reply(status="PERMISSION_DENIED", initial_metadata={"who": "nobody"})
    answers = client.Follow(generated.messages.GetItemRequest(id=number) for number in (1,))

    with pytest.raises(grpc.RpcError) as caught:
        next(answers)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert dict(answers.initial_metadata()) == {"who": "nobody"}
    assert shape(rpc) == ["Sent", "Status"]


def test_an_error_carries_its_details_and_trailers(rpc: StubSession, client: Any, generated: Any) -> None:
    from google.rpc import error_details_pb2
    from grpc_status import rpc_status

    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "GONE", "domain": "inventory"}
    own = {"@type": "inventory.v1.Reason", "code": "x"}
    rpc.on("Inventory/GetItem").reply(
        status="NOT_FOUND", message="no item 7", details=[info, own], trailers={"retry": "no", "raw-bin": b"\x00\x01"}
    )

    with pytest.raises(grpc.RpcError) as caught:
        client.GetItem(generated.messages.GetItemRequest(id=7))

    status = rpc_status.from_call(caught.value)
    unpacked = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(unpacked)
    assert (unpacked.reason, status.details[1].type_url) == ("GONE", "type.googleapis.com/inventory.v1.Reason")
    trailers = dict(caught.value.trailing_metadata())
    assert (trailers["retry"], trailers["raw-bin"]) == ("no", b"\x00\x01")
    assert recorded(rpc).events == (
        asked(7),
        HalfClosed(),
        Status(
            code="NOT_FOUND",
            message="no item 7",
            details=(info, own),
            trailers={"retry": "no", "raw-bin": "AAE="},
        ),
    )
    assert only(rpc).description == "GetItem id=7 answers NOT_FOUND"


def test_only_metadata_named_in_the_settings_is_recorded(rpc: StubSession, client: Any, generated: Any) -> None:
    sent = (("x-tenant", "7"), ("x-other", "o"), ("authorization", "Bearer s3cret"), ("x-raw-bin", b"\x00"))
    client.GetItem(generated.messages.GetItemRequest(id=7), metadata=sent)

    assert recorded(rpc).metadata == {"authorization": "[credential]", "x-tenant": "7"}
    (call,) = rpc.calls
    assert call.call.metadata == {
        "x-tenant": "7",
        "x-other": "o",
        "authorization": "[credential]",
        "x-raw-bin": "AA==",
    }


def test_credentials_in_messages_are_served_but_not_kept(rpc: StubSession, generated: Any) -> None:
    rpc.on("Login").reply({"token": "s3cret"})
    audit = generated.stubs.AuditStub(rpc.channel())

    answer = audit.Login(generated.messages.LoginRequest(name="Ann", password="s3cret", secret=b"s3cret"))

    assert answer.token == "s3cret"
    assert "s3cret" not in repr((rpc.contract(), rpc.calls))
    sent = recorded(rpc).events[0]
    assert isinstance(sent, Sent)
    assert isinstance(sent.message, JsonBody)
    assert sent.message.value == {"name": "Ann", "password": "W2NyZWRlbnRpYWxd", "secret": "W2NyZWRlbnRpYWxd"}


def test_states_take_the_place_of_the_derived_one(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.given("item exists", id=7)
    client.GetItem(generated.messages.GetItemRequest(id=7))

    assert only(rpc).states == (ProviderState(name="item exists", params={"id": 7}),)
    assert only(rpc).derived_state is None


def test_different_answers_to_one_request_are_numbered(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"name": "a"}).reply({"name": "b"})
    request = generated.messages.GetItemRequest(id=7)

    assert [client.GetItem(request).name for _ in range(3)] == ["a", "b", "b"]
    first, second = rpc.contract().interactions
    assert second.key == f"{first.key}-2"


def test_a_call_given_up_is_recorded_as_such(rpc: StubSession, client: Any, generated: Any) -> None:
    may_end = threading.Event()

    def requests() -> Any:
        yield generated.messages.GetItemRequest(id=1)
        may_end.wait()

    answers = client.Follow(requests())
    next(answers)
    answers.cancel()
    rpc.close()
    may_end.set()

    assert shape(rpc) == ["Sent", "Received", "Cancelled"]
    assert isinstance(recorded(rpc).events[2], Cancelled)
    assert only(rpc).description == "Follow id=1 is given up"


def test_a_deadline_that_passes_gives_the_call_up(rpc: StubSession, client: Any, generated: Any) -> None:
    may_end = threading.Event()

    def requests() -> Any:
        yield generated.messages.GetItemRequest(id=1)
        may_end.wait()

    answers = client.Follow(requests(), timeout=0.2)
    next(answers)
    with pytest.raises(grpc.RpcError) as caught:
        next(answers)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    rpc.close()
    may_end.set()

    assert shape(rpc) == ["Sent", "Received", "Cancelled"]


@pytest.mark.asyncio
async def test_clients_of_asyncio_are_answered_alike(rpc: StubSession, generated: Any) -> None:
    request = generated.messages.GetItemRequest(id=7)
    async with rpc.aio_channel() as channel:
        client = generated.stubs.InventoryStub(channel)
        answer = await client.GetItem(request)
        listed = [item async for item in client.ListItems(generated.messages.ListItemsRequest())]
        followed = [item.id async for item in client.Follow(iter([request]))]

    assert (answer.id, len(listed), followed) == (7, 2, [7])
    assert len(rpc.contract().interactions) == 3


def test_a_path_that_is_not_defined_is_unimplemented_and_fails_the_test(rpc: StubSession) -> None:
    call = rpc.channel().unary_unary("/inventory.v1.Inventory/GetItm")

    with pytest.raises(grpc.RpcError) as caught:
        call(b"")

    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    details = caught.value.details()
    assert details is not None
    assert details.startswith(
        "Not defined by inventory.v1: no procedure is defined at /inventory.v1.Inventory/GetItm; nearest: "
        "inventory.v1.Inventory/GetItem"
    )
    assert told(rpc).startswith("shop sent inventory a request that its definition does not allow.\n\n  sent")
    assert rpc.contract().interactions == ()


def test_bytes_that_are_no_request_are_refused_with_the_reason(rpc: StubSession) -> None:
    call = rpc.channel().unary_unary("/inventory.v1.Inventory/GetItem")

    with pytest.raises(grpc.RpcError) as caught:
        call(b"\xff\xff\xff")

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    details = caught.value.details()
    assert details is not None
    assert "the request is no inventory.v1.GetItemRequest" in details
    assert "the request is no inventory.v1.GetItemRequest" in told(rpc)


def test_fields_that_the_definition_does_not_know_are_refused(rpc: StubSession) -> None:
    call = rpc.channel().unary_unary("/inventory.v1.Inventory/GetItem")

    with pytest.raises(grpc.RpcError) as caught:
        call(b"\x08\x07\x98\x06\x01")

    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "Not allowed by inventory.v1: inventory.v1.GetItemRequest has no field 99"
    assert "the client's generated code is of another version" in told(rpc)


def test_an_endless_stream_is_stopped(rpc: StubSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contractkit.recording.rpc_conversations.MOST_MESSAGES", 3)
    call = rpc.channel().stream_unary("/inventory.v1.Inventory/CountItems")

    with pytest.raises(grpc.RpcError) as caught:
        call(iter(lambda: b"\x08\x01", None))

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "the call sent more than 3 messages, which no contract can hold" in told(rpc)


def test_a_call_between_two_tests_is_unavailable(rpc: StubSession, inventory: StubbedProvider) -> None:
    target = rpc.target
    rpc.close()

    with grpc.insecure_channel(target) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/inventory.v1.Inventory/GetItem")(b"")
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert caught.value.details() == (
        "No test is using this stub: /inventory.v1.Inventory/GetItem came outside of a test."
    )


def test_what_was_declared_and_not_used_fails_the_test(rpc: StubSession) -> None:
    rpc.given("item exists", id=7)
    rpc.on("GetItem").reply({"name": "lamp"})
    rpc.on("ListItems").reply(status="NOT_FOUND")

    assert told(rpc) == (
        "The test declared what no request to inventory used.\n\n"
        '  given   "item exists", id: 7\n'
        '  reply   inventory.v1.Inventory/GetItem replies OK with {"name":"lamp"}\n'
        "  reply   inventory.v1.Inventory/ListItems replies NOT_FOUND\n\n"
        "Remove it, or let the client make the call."
    )


@pytest.mark.parametrize(
    ("write", "part"),
    [
        (lambda on: on("GetItem").reply({"nme": "x"}), "nme"),
        (lambda on: on("GetItem").reply({"id": "seven"}), "seven"),
        (lambda on: on("GetItem").reply({"id": float("nan")}), "NaN"),
        (lambda on: on("GetItem").reply(message=5), "the status's text"),
        (lambda on: on("ListItems").reply(iter([{"id": 1}])), "for a stream a list of such"),
        (lambda on: on("GetItem").reply([{"id": 1}]), "answers with one message"),
        (lambda on: on("GetItem").reply({"id": 1}, status="NOT_FOUND"), "OK, since an answer comes with NOT_FOUND"),
        (lambda on: on("GetItem").reply(status="NOTFOUND"), "Did you mean NOT_FOUND"),
        (lambda on: on("GetItem").reply(status="NOT_FOUND", details=[{"reason": "x"}]), '"@type"'),
        (lambda on: on("GetItem").reply(status="NOT_FOUND", details=[{"@type": "a.B"}]), "a.B"),
        (lambda on: on("GetItem").reply(trailers={"Upper": "x"}), "a name of lower-case letters"),
        (lambda on: on("GetItem").reply(trailers={"raw-bin": "not base64!"}), "bytes for a name ending in -bin"),
        (lambda on: on("GetItem").reply(object()), "a mapping, a generated message, or for a stream a list of such"),
    ],
)
def test_a_reply_that_contradicts_the_definition_is_refused(
    rpc: StubSession, write: Callable[[Any], object], part: str
) -> None:
    with pytest.raises(ReplyError) as caught:
        write(rpc.on)

    assert part in str(caught.value)


def test_bytes_and_numbers_beyond_json_may_be_replied(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"size": {"width": float("inf")}})

    assert client.GetItem(generated.messages.GetItemRequest(id=7)).size.width == float("inf")


def test_a_generated_message_of_another_type_is_refused(rpc: StubSession, generated: Any) -> None:
    with pytest.raises(ReplyError) as caught:
        rpc.on("GetItem").reply(generated.messages.Count(total=1))

    assert str(caught.value) == (
        "The reply to inventory.v1.Inventory/GetItem cannot be sent.\n\n"
        "  at         message\n"
        "  expected   a inventory.v1.Item\n"
        "  received   a inventory.v1.Count\n\n"
        "Reply what the provider may really answer, or mend the definition."
    )


def test_an_unknown_procedure_suggests_the_nearest(rpc: StubSession) -> None:
    with pytest.raises(UnknownNameError) as caught:
        rpc.on("GetItm")

    assert "GetItem" in str(caught.value)


def test_a_provider_of_remote_procedures_has_no_url(rpc: StubSession) -> None:
    for way in (lambda: rpc.url, rpc.transport, rpc.async_transport):
        with pytest.raises(SettingsError) as caught:
            way()
        assert str(caught.value) == (
            "inventory is defined by inventory.proto, which has remote procedures and no HTTP: it has no URL.\n\n"
            "Use .target, .channel() or .aio_channel(); or set an OpenAPI document as its definition."
        )


def test_a_provider_of_http_has_no_target(session: StubSession) -> None:
    for way in (lambda: session.target, session.channel, session.aio_channel):
        with pytest.raises(SettingsError) as caught:
            way()
        assert str(caught.value) == (
            "orders is defined by orders.yaml, which has no remote procedures: it has no target.\n\n"
            'Use .url; or set proto = "….proto" in [tool.contractkit.providers.orders].'
        )
