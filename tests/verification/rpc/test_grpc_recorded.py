"""Contracts as the stub records them from generated clients, written and read, verified against real providers."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.document import dump_contract, read_contract
from contractkit.model import Contract
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.results import ContractResult
from contractkit.verification.grpc_in_process import ServerEndpoint
from contractkit.verification.grpc_transport import GrpcTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts


def record(name: str, generated: Any, use: Callable[[Any, StubSession], None]) -> Contract:
    """Give the contract that using a generated client against the stub leaves, as it is read from its file."""
    definition = ProtoDefinition(generated.descriptors, source=f"{name}.proto")
    stubbed = StubbedProvider(name, definition, source=f"{name}.proto")
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)
    session = StubSession(stubbed, consumer="traveller", origin=origin)
    try:
        use(generated, session)
        return read_contract(dump_contract(session.contract()), origin="it").contract
    finally:
        session.close()
        stubbed.stop()


def greets(helloworld: Any, session: StubSession) -> None:
    stub = helloworld.grpc.GreeterStub(session.channel())
    assert stub.SayHello(helloworld.pb2.HelloRequest(name="Ada")).message


def travels(route_guide: Any, session: StubSession) -> None:
    """Make calls of all four kinds, the chat in turns."""
    pb2, stub = route_guide.pb2, route_guide.grpc.RouteGuideStub(session.channel())
    here = pb2.Point(latitude=1, longitude=2)
    assert stub.GetFeature(here)
    assert list(stub.ListFeatures(pb2.Rectangle(lo=here, hi=here)))
    assert stub.RecordRoute(iter([here, here]))
    assert list(stub.RouteChat(pb2.RouteNote(location=here, message=text) for text in ("a", "b")))


def lists_two_features(route_guide: Any, session: StubSession) -> None:
    session.on("ListFeatures").reply([{"name": "a"}, {"name": "b"}])
    pb2, stub = route_guide.pb2, route_guide.grpc.RouteGuideStub(session.channel())
    list(stub.ListFeatures(pb2.Rectangle()))


def greeter(helloworld: Any) -> Callable[[Any], None]:
    class Greeter(helloworld.grpc.GreeterServicer):  # type: ignore[misc]
        def SayHello(self, request: Any, context: Any) -> Any:  # noqa: N802
            return helloworld.pb2.HelloReply(message=f"Hello {request.name}")

    return lambda server: helloworld.grpc.add_GreeterServicer_to_server(Greeter(), server)


async def answers_each(notes: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for note in notes:
        yield note


async def answers_at_the_end(notes: AsyncIterator[Any]) -> AsyncIterator[Any]:
    for note in [each async for each in notes]:
        yield note
        yield note


def guide(
    route_guide: Any, *, features: int = 2, chats: Callable[[AsyncIterator[Any]], AsyncIterator[Any]] = answers_each
) -> Callable[[Any], None]:
    pb2 = route_guide.pb2

    class Guide(route_guide.grpc.RouteGuideServicer):  # type: ignore[misc]
        async def GetFeature(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb2.Feature(name="Hill", location=request)

        async def ListFeatures(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
            for number in range(features):
                yield pb2.Feature(name=f"Hill {number}", location=request.lo)

        async def RecordRoute(self, requests: Any, context: Any) -> Any:  # noqa: N802
            return pb2.RouteSummary(point_count=len([each async for each in requests]))

        async def RouteChat(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
            async for note in chats(requests):
                yield note

    return lambda server: route_guide.grpc.add_RouteGuideServicer_to_server(Guide(), server)


def verify(contract: Contract, add: Callable[[Any], None], generated: Any) -> ContractResult:
    transport = GrpcTransport(
        ServerEndpoint(add, name="guide:server"),
        definition=lambda: ProtoDefinition(generated.descriptors, source="the definition"),
    )
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], transport, VerificationOptions())
    return result


def outcomes(result: ContractResult) -> dict[str, str]:
    return {str(each.interaction.operation).rpartition("/")[2]: each.outcome.value for each in result.results}


def test_what_was_recorded_of_a_greeter_holds_for_a_real_one(helloworld: Any) -> None:
    contract = record("greeter", helloworld, greets)
    assert outcomes(verify(contract, greeter(helloworld), helloworld)) == {"SayHello": "passed"}


def test_what_was_recorded_of_a_guide_holds_for_a_real_one(route_guide: Any) -> None:
    contract = record("guide", route_guide, travels)
    assert outcomes(verify(contract, guide(route_guide), route_guide)) == {
        "GetFeature": "passed",
        "ListFeatures": "passed",
        "RecordRoute": "passed",
        "RouteChat": "passed",
    }


@pytest.mark.parametrize("features", [1, 3, 300])
def test_a_guide_may_send_more_or_fewer_features_than_the_stub(route_guide: Any, features: int) -> None:
    contract = record("guide", route_guide, travels)
    found = verify(contract, guide(route_guide, features=features), route_guide)
    assert set(outcomes(found).values()) == {"passed"}
    assert [place for each in found.results for place in each.unchecked] == []


def test_a_guide_without_features_passes_and_leaves_the_stream_unchecked(route_guide: Any) -> None:
    contract = record("guide", route_guide, travels)
    found = verify(contract, guide(route_guide, features=0), route_guide)
    assert outcomes(found)["ListFeatures"] == "passed"
    assert [str(place) for each in found.results for place in each.unchecked] == ["events[2]"]


def test_a_stream_that_a_test_wrote_keeps_its_length(route_guide: Any) -> None:
    contract = record("guide", route_guide, lists_two_features)
    found = verify(contract, guide(route_guide, features=1), route_guide)
    assert [str(each.location) for each in found.results[0].mismatches] == ["events[3].message"]


def test_a_guide_that_answers_a_chat_at_its_end_passes(route_guide: Any) -> None:
    contract = record("guide", route_guide, travels)
    found = verify(contract, guide(route_guide, chats=answers_at_the_end), route_guide)
    assert outcomes(found)["RouteChat"] == "passed"
