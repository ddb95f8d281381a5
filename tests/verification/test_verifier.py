"""The verifier: outcomes, states around each request, and what runs at the same time."""

# ruff: noqa: A002  parameters of states are called what the consumer called them

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contractkit import provider_state
from contractkit.errors import NothingToCheckError
from contractkit.model import HttpCall, Interaction, JsonBody, LocatedGenerator, Message, parse_location
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch, Outcome, SkippedInteraction
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.credentials import Credentials, read_credentials
from contractkit.verification.lanes import current_worker
from contractkit.verification.states import Handler, handlers_of
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

Build = Callable[..., Interaction]
Select = Callable[..., SelectedContract]


def replaced(interaction: Interaction, **changes: Any) -> Interaction:
    return replace(interaction, **changes)


class Shop:
    """A provider that holds orders, notes what reaches it, and can be told to wait for company."""

    def __init__(self, *orders: int, companions: int = 1) -> None:
        self.orders = set(orders)
        self.seen: list[str] = []
        self._companions = companions
        self._barrier: asyncio.Barrier | None = None

    async def answer(self, request: Request) -> Response:
        self.seen.append(f"{request.method} {request.url.path}")
        if self._companions > 1:
            self._barrier = self._barrier or asyncio.Barrier(self._companions)
            await self._barrier.wait()
        last = request.url.path.rpartition("/")[2]
        number = int(last) if last.isdigit() else 0
        if number not in self.orders:
            return JSONResponse({"title": "no such order"}, 404)
        return JSONResponse({"id": number, "token": request.headers.get("authorization")})

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/orders/{id}", self.answer, methods=["GET", "POST"])])


def verify(
    shop: Shop,
    *selected: SelectedContract,
    handlers: tuple[Handler, ...] = (),
    credentials: Credentials | None = None,
    timeout: float = 10.0,
) -> tuple[ContractResult, ...]:
    module = SimpleNamespace(**{f"function_{number}": each for number, each in enumerate(handlers)})
    options = VerificationOptions(
        states=handlers_of(cast(ModuleType, module)), credentials=credentials or Credentials()
    )
    transport = AsgiTransport(shop.application(), name="shop:app", timeout=timeout)
    return verify_contracts(selected, transport, options)


def only(results: tuple[ContractResult, ...]) -> InteractionResult:
    [result] = results[0].results
    return result


def test_an_answer_that_fits_passes(interaction: Build, contract: Select) -> None:
    assert only(verify(Shop(7), contract(interaction(expects={"id": 1})))).outcome is Outcome.PASSED


def test_status_and_body_mismatches_are_both_found(interaction: Build, contract: Select) -> None:
    result = only(verify(Shop(), contract(interaction(expects={"id": 7}))))
    assert [(str(each.location), each.actual) for each in result.mismatches] == [
        ("response.status", 404),
        ("response.body.id", ABSENT),
    ]


def test_a_hanging_provider_is_errored_not_failed(interaction: Build, contract: Select) -> None:
    result = only(verify(Shop(7, companions=2), contract(interaction()), timeout=0.05))
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "time-out")
    assert str(result.error) == "No whole answer came within 0.05 s.\n\n  provider   shop:app"


def test_a_state_without_a_handler_is_errored_with_the_skeleton(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler() -> None: ...

    shop = Shop(7)
    result = only(verify(shop, contract(interaction(given={"order exist": {"id": 7}})), handlers=(handler,)))
    assert (result.outcome, result.reason, shop.seen) == (Outcome.ERRORED, "needs a state", [])
    assert str(result.error) == (
        'No handler prepares the state "order exist".\n\n'
        "Did you mean order exists?\n\n"
        "Add to the file of provider states (`states` in the settings, or --states):\n\n"
        '@provider_state("order exist")\n'
        "def order_exist(id: int):\n"
        "    ..."
    )


def test_all_states_that_lack_a_handler_are_told_at_once(interaction: Build, contract: Select) -> None:
    given: dict[str, dict[str, Any]] = {"order exists": {"id": 7}, "stock is low": {}}
    result = only(verify(Shop(7), contract(interaction(given=given))))
    assert str(result.error) == (
        'No handler prepares the states "order exists" and "stock is low".\n\n'
        "Add to the file of provider states (`states` in the settings, or --states):\n\n"
        '@provider_state("order exists")\n'
        "def order_exists(id: int):\n"
        "    ...\n\n"
        '@provider_state("stock is low")\n'
        "def stock_is_low():\n"
        "    ..."
    )


def test_a_handler_that_raises_is_errored_and_nothing_is_sent(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler(id: int) -> None:
        raise LookupError("no database")

    shop = Shop(7)
    result = only(verify(shop, contract(interaction(given={"order exists": {"id": 7}})), handlers=(handler,)))
    assert (result.outcome, result.reason, shop.seen) == (Outcome.ERRORED, "state failed", [])
    assert str(result.error) == (
        'The handler of the state "order exists" raised.\n\n'
        f"  handler   handler, {__file__}:{handler.__code__.co_firstlineno + 2}\n"
        "  raised    LookupError: no database"
    )


def test_a_handler_that_returns_no_mapping_is_errored(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler() -> int:
        return 12

    result = only(verify(Shop(7), contract(interaction(given={"order exists": {}})), handlers=(handler,)))
    assert result.error is not None
    assert result.error.summary == 'The handler of the state "order exists" returned something that cannot be injected.'


def test_a_handler_that_returns_what_json_cannot_hold_is_errored(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler() -> dict[str, range]:
        return {"id": range(3)}

    shop = Shop(7)
    result = only(verify(shop, contract(interaction(given={"order exists": {}})), handlers=(handler,)))
    assert (result.outcome, result.reason, shop.seen) == (Outcome.ERRORED, "state failed", [])
    assert str(result.error) == (
        'The handler of the state "order exists" returned a value that is no JSON.\n\n'
        f"  handler    handler, {__file__}:{handler.__code__.co_firstlineno}\n"
        "  name       id\n"
        "  expected   a text, a number, true, false, null, or a list or a mapping of them\n"
        "  received   range(0, 3)\n\n"
        "Return it as the provider's answer has it."
    )


def test_a_returned_uuid_or_date_is_sent_as_its_text(interaction: Build, contract: Select) -> None:
    @provider_state("order exists", isolation="interaction")
    def handler(id: int) -> dict[str, object]:
        return {"id": UUID("5ed8ee25-6f3c-4e0b-b470-b3ebbf78f31d")}

    shop = Shop(7)
    verify(shop, contract(interaction(given={"order exists": {"id": 7}})), handlers=(handler,))
    assert shop.seen == ["GET /orders/5ed8ee25-6f3c-4e0b-b470-b3ebbf78f31d"]


@pytest.mark.parametrize("isolation", [None, "interaction", "worker", "shared"])
def test_a_returned_value_replaces_the_one_that_the_test_used(
    interaction: Build, contract: Select, isolation: Any
) -> None:
    @provider_state("order exists", isolation=isolation)
    def handler(id: int) -> dict[str, int]:
        return {"id": 12}

    shop = Shop(12)
    result = only(verify(shop, contract(interaction(given={"order exists": {"id": 7}})), handlers=(handler,)))
    assert (result.outcome, shop.seen) == (Outcome.PASSED, ["GET /orders/12"])


def test_a_derived_state_is_prepared_by_its_operation(interaction: Build, contract: Select) -> None:
    @provider_state.for_operation("getOrder")
    async def handler(id: int, status: int) -> dict[str, int]:
        return {"id": 12} if status == 200 else {}

    shop = Shop(12)
    result = only(verify(shop, contract(interaction(derived={"id": 7})), handlers=(handler,)))
    assert (result.outcome, result.unprepared, shop.seen) == (Outcome.PASSED, False, ["GET /orders/12"])


def test_a_derived_state_without_a_handler_is_tried(interaction: Build, contract: Select) -> None:
    result = only(verify(Shop(), contract(interaction(derived={"id": 7}))))
    assert (result.outcome, result.unprepared) == (Outcome.FAILED, True)
    assert result.mismatches == (
        Mismatch(
            location=parse_location("response.status"),
            expected=200,
            actual=404,
            rule="equality",
            sentence="exactly 200",
        ),
    )


def test_a_provider_state_generator_is_filled(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler() -> dict[str, int]:
        return {"number": 12}

    generator = LocatedGenerator(
        location=parse_location("request.path"), name="ProviderState", attributes={"expression": "/orders/${number}"}
    )
    foreign = replaced(interaction(given={"order exists": {}}), operation=None, generators=(generator,))
    shop = Shop(12)
    assert only(verify(shop, contract(foreign), handlers=(handler,))).outcome is Outcome.PASSED
    assert shop.seen == ["GET /orders/12"]


def test_a_generator_without_its_value_is_errored(interaction: Build, contract: Select) -> None:
    generator = LocatedGenerator(
        location=parse_location("request.path"), name="ProviderState", attributes={"expression": "/orders/${number}"}
    )
    shop = Shop(7)
    result = only(verify(shop, contract(replaced(interaction(), generators=(generator,)))))
    assert (result.outcome, result.reason, shop.seen) == (Outcome.ERRORED, "state failed", [])
    assert "number" in str(result.error)


def test_teardown_follows_the_request_in_reverse_order(interaction: Build, contract: Select) -> None:
    shop = Shop(7)

    @provider_state("first")
    def first() -> Iterator[None]:
        shop.seen.append("first up")
        yield
        shop.seen.append("first down")

    @provider_state("second")
    async def second() -> AsyncIterator[dict[str, int]]:
        shop.seen.append("second up")
        yield {}
        shop.seen.append("second down")

    verify(shop, contract(interaction(given={"first": {}, "second": {}})), handlers=(first, second))
    assert shop.seen == ["first up", "second up", "GET /orders/7", "second down", "first down"]


def test_a_teardown_that_raises_is_errored(interaction: Build, contract: Select) -> None:
    @provider_state("order exists")
    def handler() -> Iterator[None]:
        yield
        raise RuntimeError("still locked")

    result = only(verify(Shop(7), contract(interaction(given={"order exists": {}})), handlers=(handler,)))
    assert result.error is not None
    assert result.error.summary == 'The handler of the state "order exists" raised while tearing down.'


def test_a_shared_teardown_that_raises_is_errored_and_nothing_is_lost(interaction: Build, contract: Select) -> None:
    @provider_state("order exists", isolation="shared")
    def handler() -> Iterator[None]:
        yield
        raise RuntimeError("still locked")

    prepared = interaction(given={"order exists": {}}, description="prepared")
    [result] = verify(Shop(7), contract(prepared, interaction()), handlers=(handler,))
    assert [each.outcome for each in result.results] == [Outcome.ERRORED, Outcome.PASSED]


def test_a_shared_state_is_set_up_once_for_equal_parameters(interaction: Build, contract: Select) -> None:
    set_up = []

    @provider_state("order exists", isolation="shared")
    def handler(id: int) -> Iterator[None]:
        set_up.append(f"up {id}")
        yield
        set_up.append(f"down {id}")

    parameters = (7, 7, 8)
    interactions = [
        interaction(given={"order exists": {"id": number}}, description=f"{position}")
        for position, number in enumerate(parameters)
    ]
    verify(Shop(7), contract(*interactions), handlers=(handler,))
    assert set_up == ["up 7", "up 8", "down 8", "down 7"]


def test_reads_without_a_state_run_at_the_same_time(interaction: Build, contract: Select) -> None:
    reads = [interaction(f"/orders/{number}", description=str(number)) for number in (1, 2, 3)]
    [result] = verify(Shop(1, 2, 3, companions=3), contract(*reads))
    assert [each.interaction.description for each in result.results] == ["1", "2", "3"]
    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(("isolation", "method"), [("shared", "GET"), ("interaction", "GET"), ("interaction", "POST")])
def test_isolated_states_run_at_the_same_time(
    interaction: Build, contract: Select, isolation: Any, method: str
) -> None:
    @provider_state("order exists", isolation=isolation)
    def handler() -> None: ...

    calls = [
        interaction(f"/orders/{number}", method=method, given={"order exists": {}}, description=str(number))
        for number in (1, 2)
    ]
    [result] = verify(Shop(1, 2, companions=2), contract(*calls), handlers=(handler,))
    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(("isolation", "method"), [(None, "GET"), ("shared", "POST")])
def test_what_is_not_isolated_runs_one_after_another(
    interaction: Build, contract: Select, isolation: Any, method: str
) -> None:
    @provider_state("order exists", isolation=isolation)
    def handler() -> None: ...

    calls = [
        interaction(f"/orders/{number}", method=method, given={"order exists": {}}, description=str(number))
        for number in (1, 2)
    ]
    [result] = verify(Shop(1, 2, companions=2), contract(*calls), handlers=(handler,), timeout=0.05)
    assert [each.reason for each in result.results] == ["time-out", "time-out"]


def test_interactions_of_several_workers_meet_and_each_worker_has_its_number(
    interaction: Build, contract: Select
) -> None:
    running: dict[int, int] = {}

    @provider_state("order exists", isolation="worker")
    def handler() -> Iterator[None]:
        running[current_worker()] = running.get(current_worker(), 0) + 1
        assert running[current_worker()] == 1, "two interactions of one worker"
        yield
        running[current_worker()] -= 1

    calls = [
        interaction(f"/orders/{number}", method="POST", given={"order exists": {}}, description=str(number))
        for number in range(6)
    ]
    [result] = verify(Shop(*range(6), companions=2), contract(*calls), handlers=(handler,))
    assert result.outcome is Outcome.PASSED, [each.error for each in result.results]
    assert set(running) <= set(range(1, 33))
    assert len(running) > 1
    assert set(running.values()) == {0}
    assert current_worker() == 0


def test_writes_run_after_all_reads_in_their_order(interaction: Build, contract: Select) -> None:
    shop = Shop(1, 2, 3)
    calls = [
        interaction("/orders/3", method="POST", description="c"),
        interaction("/orders/1", description="a"),
        interaction("/orders/2", method="POST", description="b"),
    ]
    [result] = verify(shop, contract(*calls))
    assert shop.seen == ["GET /orders/1", "POST /orders/3", "POST /orders/2"]
    assert [each.interaction.description for each in result.results] == ["c", "a", "b"]


def test_credentials_stand_in_for_the_placeholder(interaction: Build, contract: Select) -> None:
    recorded = interaction(headers={"authorization": ("[credential]",)}, expects={"token": "Bearer secret"})
    credentials = read_credentials(["Authorization: Bearer $TOKEN"], {"TOKEN": "secret"})
    strict = replaced(recorded, rules=())
    assert only(verify(Shop(7), contract(strict), credentials=credentials)).outcome is Outcome.PASSED
    assert "secret" not in repr(credentials)


def test_a_request_that_is_to_be_refused_stays_without_credentials(interaction: Build) -> None:
    credentials = read_credentials(["Authorization: Bearer a"], {})
    call = interaction(status=401).exchange
    assert isinstance(call, HttpCall)
    assert credentials.put_on(call) == call.request


def test_a_pending_interaction_fails_and_does_not_decide(interaction: Build, contract: Select) -> None:
    [result] = verify(Shop(7), contract(interaction(), interaction("/orders/8", pending=True, description="later")))
    assert [each.outcome for each in result.results] == [Outcome.PASSED, Outcome.FAILED]
    assert result.outcome is Outcome.PASSED


def test_messages_that_nobody_produces_are_skipped_and_named(interaction: Build, contract: Select) -> None:
    message = replaced(
        interaction(description="an order was placed"), exchange=Message(contents=JsonBody({"id": 7})), key="m"
    )
    [result] = verify(Shop(7), contract(message, interaction()))
    assert result.skipped == (
        SkippedInteraction(
            key="m",
            description="an order was placed",
            reason="a message, and nothing says who produces it: give --messages or --messages-url",
        ),
    )
    assert [each.outcome for each in result.results] == [Outcome.PASSED]


def test_nothing_selected_is_no_success(contract: Select) -> None:
    with pytest.raises(NothingToCheckError) as caught:
        verify(Shop(), contract())
    assert str(caught.value) == "No interaction was selected, so nothing was verified."


def test_nothing_but_messages_that_nobody_produces_is_no_success(interaction: Build, contract: Select) -> None:
    message = replaced(interaction(), exchange=Message(contents=JsonBody({"id": 7})))
    with pytest.raises(NothingToCheckError) as caught:
        verify(Shop(), contract(message))
    assert str(caught.value) == (
        "None of the 1 selected interactions can be replayed, so nothing was verified.\n\n"
        "  an order   a message, and nothing says who produces it: give --messages or --messages-url"
    )
