"""Contracts as the stub records them from generated clients, written and read, verified against real providers."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.document import dump_contract, read_contract
from contractkit.model import Contract
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.results import ContractResult
from contractkit.verification.grpc_in_process import ServerEndpoint
from contractkit.verification.grpc_transport import GrpcTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts


def record(name: str, generated: Any, use: Callable[[Any, Any], None]) -> Contract:
    """Give the contract that using a generated client against the stub leaves, as it is read from its file."""
    definition = ProtoDefinition(generated.descriptors, source=f"{name}.proto")
    stubbed = StubbedProvider(name, definition, source=f"{name}.proto")
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)
    session = StubSession(stubbed, consumer="traveller", origin=origin)
    try:
        use(generated, session.channel())
        return read_contract(dump_contract(session.contract()), origin="it").contract
    finally:
        session.close()
        stubbed.stop()


def greets(helloworld: Any, channel: Any) -> None:
    stub = helloworld.grpc.GreeterStub(channel)
    assert stub.SayHello(helloworld.pb2.HelloRequest(name="Ada")).message


def travels(route_guide: Any, channel: Any) -> None:
    """Make calls of all four kinds, the chat in turns."""
    pb2, stub = route_guide.pb2, route_guide.grpc.RouteGuideStub(channel)
    here = pb2.Point(latitude=1, longitude=2)
    assert stub.GetFeature(here)
    assert list(stub.ListFeatures(pb2.Rectangle(lo=here, hi=here)))
    assert stub.RecordRoute(iter([here, here]))
    assert list(stub.RouteChat(pb2.RouteNote(location=here, message=text) for text in ("a", "b")))


def greeter(helloworld: Any) -> Callable[[Any], None]:
    class Greeter(helloworld.grpc.GreeterServicer):  # type: ignore[misc]
        def SayHello(self, request: Any, context: Any) -> Any:  # noqa: N802
            return helloworld.pb2.HelloReply(message=f"Hello {request.name}")

    return lambda server: helloworld.grpc.add_GreeterServicer_to_server(Greeter(), server)


def guide(route_guide: Any, *, features: int = 2) -> Callable[[Any], None]:
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
            async for note in requests:
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


def test_a_guide_that_stops_early_fails_the_reader_of_the_stream(route_guide: Any) -> None:
    contract = record("guide", route_guide, travels)
    found = verify(contract, guide(route_guide, features=1), route_guide)
    assert [name for name, outcome in outcomes(found).items() if outcome == "failed"] == ["ListFeatures"]
