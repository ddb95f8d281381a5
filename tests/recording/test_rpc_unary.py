"""Unary calls that are answered in one step tell and leave what those led as conversations do."""

from typing import Any

import pytest

from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.recording.rpc_answered import AnsweredProcedure, answer_calls
from contractkit.transports.rpc_messages import AnswersAtOnce, RpcHandler, RpcOpening

GET_ITEM = "/inventory.v1.Inventory/GetItem"
ORIGIN = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)

# seven as the id; nothing; a note; seven and an empty note as such; a credential in the note
ALLOWED = (b"\x08\x07", b"", b"\x12\x03abc", b"\x08\x07\x12\x00", b"\x12\x0fBearer abc.d.ef")
REFUSED = {"undecodable": b"\x0a\x05", "unknown field": b"\x08\x07\xf8\x01\x01"}


def at_once(handler: RpcHandler, data: bytes) -> bytes | None:
    assert isinstance(handler, AnswersAtOnce)
    return handler.at_once(GET_ITEM, data, lambda: (("x-tenant", "blue"), ("user-agent", "grpc")))


def conversed(handler: RpcHandler, data: bytes) -> bytes:
    conversation = handler(RpcOpening(path=GET_ITEM, metadata={"x-tenant": "blue"}))
    assert conversation.take(data).end is None
    (answer,) = conversation.half_close().messages
    return answer


@pytest.mark.parametrize("seed", ["", "other"])
def test_a_stub_gives_the_answer_of_a_conversation_and_tells_the_same(inventory: StubbedProvider, seed: str) -> None:
    told: list[AnsweredProcedure] = []
    handler = answer_calls(inventory.procedures, told.append, seed=seed)
    for data in (*ALLOWED, *ALLOWED, *ALLOWED):  # an answer is remembered when it is asked for again
        assert at_once(handler, data) == conversed(handler, data)
        assert told[-1] == told[-2]
    assert len(told) == 30


def test_a_session_leaves_the_calls_and_the_contract_of_conversations(inventory: StubbedProvider) -> None:
    quick, led = (StubSession(inventory, consumer="shop", origin=ORIGIN).given("item", id=1) for _ in range(2))
    for data in ALLOWED:
        assert at_once(quick._rpc, data) == conversed(led._rpc, data)
    assert quick.calls == led.calls
    assert quick.contract() == led.contract()
    assert (quick.take_errors(), led.take_errors()) == ((), ())


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_not_allowed_is_left_to_a_conversation(rpc: StubSession, data: bytes) -> None:
    assert at_once(rpc._rpc, data) is None
    assert (rpc.calls, rpc.take_errors(), rpc.contract().interactions) == ((), (), ())


def test_what_a_test_wrote_a_reply_to_is_left_to_a_conversation(rpc: StubSession) -> None:
    rpc.on("GetItem").reply({"name": "lamp"})
    assert at_once(rpc._rpc, b"\x08\x07") is None
    (error,) = rpc.take_errors()
    assert error.explanation.details == (("reply", 'inventory.v1.Inventory/GetItem replies OK with {"name":"lamp"}'),)


def test_streams_and_unknown_paths_are_left_to_conversations(rpc: StubSession) -> None:
    for path in ("/inventory.v1.Inventory/ListItems", "/inventory.v1.Inventory/Unknown", "/"):
        assert rpc._rpc.at_once(path, b"", tuple) is None


def test_a_client_that_sends_the_same_again_is_answered_the_same(rpc: StubSession, client: Any, generated: Any) -> None:
    request = generated.messages.GetItemRequest(id=7)
    assert len({client.GetItem(request).SerializeToString(deterministic=True) for _ in range(4)}) == 1
    assert len(rpc.calls) == 4
    assert len(rpc.contract().interactions) == 1
