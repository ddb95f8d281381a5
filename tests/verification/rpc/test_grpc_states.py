"""Provider states of remote calls: prepared, injected, isolated as those of HTTP calls are; credentials put in."""

# ruff: noqa: A002  parameters of states are called what the consumer called them

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from contractkit import provider_state
from contractkit.explain.states import skeleton_of
from contractkit.model import DerivedState, Interaction, LocatedGenerator, Status, parse_location
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.credentials import Credentials

Call = Callable[..., Interaction]
Verify = Callable[..., tuple[InteractionResult, ...]]
Answering = Callable[..., Callable[[Any], None]]

GET = "shop.v1.Items/GetItem"


class Items:
    """A provider of items that notes what it is asked, and answers when `companions` ask at once."""

    def __init__(self, pb2: Any, *, companions: int = 1) -> None:
        self._pb2 = pb2
        self._barrier = asyncio.Barrier(companions) if companions > 1 else None
        self.asked: list[int] = []
        self.metadata: list[dict[str, Any]] = []

    async def get(self, requests: Any, context: Any) -> AsyncIterator[bytes]:
        async for data in requests:
            self.asked.append(self._pb2.ItemRequest.FromString(data).id)
            self.metadata.append(dict(context.invocation_metadata()))
            if self._barrier is not None:
                await self._barrier.wait()
            yield self._pb2.Item(id=self.asked[-1]).SerializeToString()


@pytest.fixture
def items(shop: Any) -> Items:
    return Items(shop.pb2)


@pytest.fixture
def an_item(shop: Any, call: Call, events: SimpleNamespace) -> Call:
    def build(number: int = 7, **more: Any) -> Interaction:
        expected = events.unary({"id": number}, {"id": number})
        return call(GET, expected, by=shop, rules={"events[2].message": "type"}, **more)

    return build


def test_a_returned_value_replaces_the_used_one_in_message_and_metadata(
    items: Items, an_item: Call, verify: Verify, answering: Answering
) -> None:
    @provider_state("item exists")
    def item_exists(id: int) -> dict[str, int]:
        return {"id": 12}

    interaction = an_item(given={"item exists": {"id": 7}}, metadata={"id": "7", "tenant": "7"})
    [result] = verify(answering(GetItem=items.get), interaction, handlers=[item_exists])
    sent = {name: value for name, value in items.metadata[0].items() if name in ("id", "tenant")}
    assert (result.outcome, items.asked, sent) == (Outcome.PASSED, [12], {"id": "12", "tenant": "7"})


@pytest.mark.parametrize("name", [GET, "Items/GetItem", "GetItem"])
def test_a_derived_state_is_prepared_by_any_name_of_its_procedure(
    name: str, items: Items, an_item: Call, verify: Verify, answering: Answering
) -> None:
    prepared: list[tuple[int, str]] = []

    @provider_state.for_operation(name)
    def an_item_is_there(id: int, status: str) -> None:
        prepared.append((id, status))

    [result] = verify(answering(GetItem=items.get), an_item(derived={"id": 7}), handlers=[an_item_is_there])
    assert (prepared, result.outcome, result.unprepared) == ([(7, "OK")], Outcome.PASSED, False)


def test_a_state_without_a_handler_needs_one(items: Items, an_item: Call, verify: Verify, answering: Answering) -> None:
    [result] = verify(answering(GetItem=items.get), an_item(given={"item exists": {"id": 7}}))
    assert (result.outcome, result.reason, items.asked) == (Outcome.ERRORED, "needs a state", [])


def test_the_skeleton_of_a_derived_state_is_python() -> None:
    state = DerivedState(operation=GET, status="NOT_FOUND", values={"id": 7})
    assert skeleton_of(state).startswith(f'@provider_state.for_operation("{GET}", status="NOT_FOUND")\ndef ')


def test_a_generator_of_a_foreign_contract_takes_the_state_s_value(
    items: Items, an_item: Call, verify: Verify, answering: Answering
) -> None:
    from dataclasses import replace

    @provider_state("item exists")
    def item_exists() -> dict[str, int]:
        return {"number": 12}

    generators = (
        LocatedGenerator(
            location=parse_location("events[0].message.id"),
            name="ProviderState",
            attributes={"expression": "${number}", "dataType": "INTEGER"},
        ),
        LocatedGenerator(location=parse_location("metadata.day"), name="Date", attributes={"format": "yyyy"}),
    )
    interaction = an_item(given={"item exists": {}}, metadata={"day": "2020"})
    verify(answering(GetItem=items.get), replace(interaction, generators=generators), handlers=[item_exists])
    assert (items.asked, items.metadata[0]["day"]) == ([12], str(datetime.now(UTC).year))


def test_isolated_states_let_calls_run_at_the_same_time(
    shop: Any, an_item: Call, verify: Verify, answering: Answering
) -> None:
    @provider_state("item exists", isolation="interaction")
    def item_exists(id: int) -> None: ...

    pair = [an_item(number, given={"item exists": {"id": number}}, description=str(number)) for number in (7, 8)]
    both = Items(shop.pb2, companions=2)
    results = verify(answering(GetItem=both.get), *pair, handlers=[item_exists])
    assert [each.outcome for each in results] == [Outcome.PASSED, Outcome.PASSED]


def test_credentials_go_in_the_place_of_the_placeholder(
    items: Items, an_item: Call, verify: Verify, answering: Answering
) -> None:
    interaction = an_item(metadata={"authorization": "[credential]"})
    credentials = Credentials(headers={"authorization": "Bearer invented"})
    verify(answering(GetItem=items.get), interaction, credentials=credentials)
    assert items.metadata[0]["authorization"] == "Bearer invented"


def test_a_call_that_is_expected_to_be_refused_stays_without_credentials(
    shop: Any, call: Call, events: SimpleNamespace, items: Items, verify: Verify, answering: Answering
) -> None:
    interaction = call(GET, (events.sent({}), Status(code="UNAUTHENTICATED")), by=shop)
    verify(answering(GetItem=items.get), interaction, credentials=Credentials(headers={"authorization": "Bearer a"}))
    assert "authorization" not in items.metadata[0]
