"""Whatever is decided by the kind of an exchange knows every kind."""

from typing import get_args

import pytest
from contractkit_broker.service.coverage import hard_to_replay

from contractkit.explain.interactions import explain_interaction, summary
from contractkit.model import (
    Contract,
    Exchange,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Message,
    RpcCall,
    Status,
    SynchronousMessages,
)
from contractkit.verification import verifier

SAMPLES: dict[type[Exchange], Exchange] = {
    HttpCall: HttpCall(request=HttpRequest(method="GET", path="/orders"), response=HttpResponse(status=200)),
    RpcCall: RpcCall(procedure="orders.v1.Orders/Get", events=(Status(code="OK"),)),
    Message: Message(contents=JsonBody({})),
    SynchronousMessages: SynchronousMessages(
        request=Message(contents=JsonBody({})), responses=(Message(contents=JsonBody({})),)
    ),
}


def interaction(kind: type[Exchange]) -> Interaction:
    return Interaction(key="a", description="a", exchange=SAMPLES[kind])


def test_every_kind_has_a_sample_here() -> None:
    assert SAMPLES.keys() == set(get_args(Exchange))


def test_every_kind_names_its_transport() -> None:
    assert [each.transport.name for each in get_args(Exchange)] == ["HTTP", "gRPC", "message", "synchronous message"]


def test_the_verifier_can_say_of_every_kind_why_it_was_not_replayed() -> None:
    assert verifier._LACKING.keys() == set(get_args(Exchange))


@pytest.mark.parametrize("kind", get_args(Exchange))
def test_every_kind_is_shown(kind: type[Exchange]) -> None:
    assert summary(interaction(kind))
    assert explain_interaction(interaction(kind)).startswith("a\n")


@pytest.mark.parametrize("kind", get_args(Exchange))
def test_a_success_that_is_silent_of_a_call_counts_only_where_every_verifier_replays_it(kind: type[Exchange]) -> None:
    contract = Contract(consumer="web-shop", provider="orders", interactions=(interaction(kind),))
    assert bool(hard_to_replay(contract)) is not kind.transport.every_verifier_replays
