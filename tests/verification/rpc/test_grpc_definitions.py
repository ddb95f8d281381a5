"""Which definition a call is encoded by: the contract's, else a sibling's, else the given one, else the provider's."""

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from grpc_reflection.v1alpha import reflection

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.model import HalfClosed, Interaction, Sent, Status, TextBody
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.grpc_in_process import ServerEndpoint
from contractkit.verification.grpc_transport import GrpcTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

Call = Callable[..., Interaction]
Verify = Callable[..., tuple[InteractionResult, ...]]
Answering = Callable[..., Callable[[Any], None]]

GET = "shop.v1.Items/GetItem"


@pytest.fixture
def item(shop: Any) -> Callable[..., Any]:
    async def answer(requests: Any, context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            yield shop.pb2.Item(id=7).SerializeToString()

    return answer


@pytest.fixture
def undescribed(call: Call, events: SimpleNamespace) -> Interaction:
    return call(GET, events.unary({"id": 7}, {"id": 7}), by=None)


def test_a_stream_is_encoded_by_the_descriptors_of_a_unary_sibling(
    shop: Any, item: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    watched = (events.sent({"id": 7}), HalfClosed(), events.received({"id": 7}), Status(code="OK"))
    results = verify(
        answering(GetItem=item, WatchItem=item),
        call(GET, events.unary({"id": 7}, {"id": 7}), by=shop),
        call("shop.v1.Items/WatchItem", watched, by=None),
    )
    assert [each.outcome for each in results] == [Outcome.PASSED, Outcome.PASSED]


def test_a_definition_may_be_given(shop: Any, item: Any, undescribed: Interaction, answering: Answering) -> None:
    from contractkit.model import Contract

    contract = Contract(consumer="web-shop", provider="shop", interactions=(undescribed,))
    endpoint = ServerEndpoint(answering(GetItem=item), name="shop:server")
    transport = GrpcTransport(endpoint, definition=lambda: ProtoDefinition(shop.descriptors, source="shop.bin"))
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], transport, VerificationOptions())
    assert result.outcome is Outcome.PASSED


def test_a_provider_with_reflection_is_asked(
    shop: Any, item: Any, undescribed: Interaction, verify: Verify, answering: Answering
) -> None:
    def add(server: Any) -> None:
        answering(GetItem=item)(server)
        reflection.enable_server_reflection(["shop.v1.Items"], server, pool=shop.pb2.DESCRIPTOR.pool)

    [result] = verify(add, undescribed)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def test_a_service_that_reflection_does_not_know(shop: Any, undescribed: Interaction, verify: Verify) -> None:
    from google.protobuf.descriptor_pool import DescriptorPool

    [result] = verify(
        lambda server: reflection.enable_server_reflection([], server, pool=DescriptorPool()), undescribed
    )
    assert result.error is not None
    reason = "the provider's reflection does not know it"
    assert ("reflection", reason) in result.error.details


def test_where_nothing_says_it_the_message_says_where_was_looked(
    undescribed: Interaction, verify: Verify, answering: Answering
) -> None:
    [result] = verify(answering(), undescribed)
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "cannot be encoded")
    assert str(result.error) == (
        "No definition says how the messages of a call are encoded.\n\n"
        f"  procedure    {GET}\n"
        "  contract     it holds no descriptors of that procedure\n"
        "  reflection   the provider does not offer it\n\n"
        "Give the provider's .proto files or a descriptor set with --definition."
    )


def test_a_message_that_the_definition_does_not_allow_is_errored(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    [result] = verify(answering(), call(GET, events.unary({"number": 7}, {}), by=shop))
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "cannot be encoded")
    assert result.error is not None and "number" in str(result.error)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"bad name": "x"}, "a name of lower-case letters, digits, `_`, `-` and `.`"),
        ({"tenant": "grün"}, "printable ASCII as its value; other bytes go under a name that ends in -bin"),
        ({"tenant": "a\nb"}, "printable ASCII as its value; other bytes go under a name that ends in -bin"),
    ],
)
def test_metadata_that_cannot_be_sent_is_errored(
    metadata: dict[str, str],
    expected: str,
    shop: Any,
    call: Call,
    verify: Verify,
    answering: Answering,
    events: SimpleNamespace,
) -> None:
    [result] = verify(answering(), call(GET, events.unary({"id": 7}, {}), by=shop, metadata=metadata))
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "cannot be encoded")
    assert result.error is not None and ("expected", expected) in result.error.details


def test_a_message_that_is_no_tree_is_errored(
    shop: Any, call: Call, verify: Verify, answering: Answering, events: SimpleNamespace
) -> None:
    expected = (Sent(message=TextBody("id: 7")), *events.unary({}, {})[1:])
    [result] = verify(answering(), call(GET, expected, by=shop))
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "cannot be encoded")
