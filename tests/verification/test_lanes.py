"""Lanes: calls on a thread of their own, one after another, and those that are given up."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from contractkit import provider_state
from contractkit.results import Outcome
from contractkit.verification.lanes import Lane, OverdueError, current_worker, this_lane
from contractkit.verification.states import Handler
from contractkit.verification.verifier import VerificationOptions, verify_contracts
from contractkit.verification.wsgi_transport import WsgiTransport
from tests.verification.stateful import handlers, select_stateful


def name_of_thread() -> str:
    return threading.current_thread().name


def test_calls_run_one_after_another_on_one_thread_in_the_callers_context() -> None:
    async def run() -> tuple[list[str], int]:
        lane = Lane(3)
        this_lane.set(lane)
        names = await asyncio.gather(*(lane.call(name_of_thread) for _ in range(5)))
        return names, await lane.call(current_worker)

    assert asyncio.run(run()) == (["contractkit-lane-3"] * 5, 3)


def test_what_a_call_raises_is_raised_to_its_caller() -> None:
    def stop() -> None:
        raise StopIteration("over")

    async def run() -> None:
        await Lane(1).call(stop)

    with pytest.raises(RuntimeError, match="StopIteration: over"):
        asyncio.run(run())


def test_a_call_that_is_overdue_leaves_what_waits_to_a_new_thread() -> None:
    let_go = threading.Event()

    async def run() -> list[object]:
        lane = Lane(1)
        hanging = asyncio.ensure_future(lane.call(let_go.wait, seconds=0.05))
        waiting = [asyncio.ensure_future(lane.call(name_of_thread, seconds=60)) for _ in range(3)]
        ended = await asyncio.gather(hanging, *waiting, return_exceptions=True)
        let_go.set()
        return [type(each) if isinstance(each, Exception) else each for each in ended]

    assert asyncio.run(run()) == [OverdueError, *["contractkit-lane-1"] * 3]


def test_a_time_out_of_the_call_s_own_is_no_overdue_call() -> None:
    def slow() -> None:
        raise TimeoutError("the database did not answer")

    async def run() -> None:
        await Lane(1).call(slow, seconds=60)

    with pytest.raises(TimeoutError, match="the database did not answer"):
        asyncio.run(run())


def hanging_handlers() -> Iterator[tuple[Handler, threading.Event]]:
    let_go = threading.Event()

    @provider_state("an order")
    def setting_up(id: int, status: str) -> None:  # noqa: A002
        let_go.wait()

    @provider_state("an order")
    def tearing_down(id: int, status: str) -> Iterator[None]:  # noqa: A002
        yield
        let_go.wait()

    @provider_state("an order")
    async def asynchronous(id: int, status: str) -> None:  # noqa: A002
        await asyncio.Event().wait()

    @provider_state("an order")
    async def asynchronous_generator(id: int, status: str) -> AsyncIterator[None]:  # noqa: A002
        yield
        await asyncio.Event().wait()

    for each in (setting_up, tearing_down, asynchronous, asynchronous_generator):
        yield each, let_go


@pytest.mark.parametrize(
    ("handler", "let_go"), list(hanging_handlers()), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_handler_that_does_not_end_is_errored_and_the_rest_goes_on(handler: Handler, let_go: threading.Event) -> None:
    let_go.clear()

    @provider_state("no orders")
    def no_orders() -> None: ...

    def application(_environ: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])  # type: ignore[operator]
        return [b"[]"]

    options = VerificationOptions(states=handlers(handler, no_orders), state_seconds=0.05)
    [contract] = verify_contracts([select_stateful(4)], WsgiTransport(application, name="shop:app"), options)
    let_go.set()
    first, *_, last = contract.results
    assert (first.reason, last.outcome) == ("state failed", Outcome.PASSED)
    assert first.error is not None
    assert str(first.error).startswith(
        f'The handler of the state "an order" did not end within 0.05 s.\n\n  handler   {handler.__name__}, {__file__}:'
    )
    assert first.error.next_step == (
        "If it needs longer: --state-timeout SECONDS, or state_timeout in the provider's settings."
    )
