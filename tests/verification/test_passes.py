"""Several passes: flakes are counted, and interactions that reach one another are named in pairs."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contractkit import provider_state
from contractkit.results import Outcome
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.bisecting import smallest
from contractkit.verification.passes import PassedSeveral, Passes, verify_in_passes
from contractkit.verification.states import Handler
from contractkit.verification.verifier import SelectedContract, VerificationOptions
from tests.verification.stateful import handlers, select_stateful


class Shop:
    """A provider that keeps orders in this process, closes its shipping for good, and fails every few requests."""

    def __init__(self, *, fails_every: int = 0) -> None:
        self.orders: dict[int, str] = {}
        self.ships = True
        self.requests = 0
        self._fails_every = fails_every

    async def listed(self, _request: Request) -> Response:
        self.requests += 1
        if self._fails_every and self.requests % self._fails_every == 0:
            return Response(status_code=503)
        return JSONResponse([{"id": number, "status": status} for number, status in self.orders.items()])

    async def order(self, request: Request) -> Response:
        await asyncio.sleep(0)
        number = request.path_params["id"]
        if number not in self.orders:
            return JSONResponse({"title": "no such order"}, 404)
        if request.method == "GET":
            return JSONResponse({"id": number, "status": self.orders[number]})
        del self.orders[number]
        return Response(status_code=204)

    async def shipment(self, request: Request) -> Response:
        if not self.ships:
            return JSONResponse({"title": "closed"}, 409)
        self.orders[request.path_params["id"]] = "shipped"
        return JSONResponse({"id": request.path_params["id"], "status": "shipped"})

    def transport(self) -> AsgiTransport:
        routes = [
            Route("/orders", self.listed),
            Route("/orders/{id:int}", self.order, methods=["GET", "DELETE"]),
            Route("/orders/{id:int}/shipment", self.shipment, methods=["POST"]),
        ]
        return AsgiTransport(Starlette(routes=routes), name="shop:app")

    def states(self) -> tuple[Handler, Handler]:
        @provider_state("an order")
        def an_order(id: int, status: str) -> Iterator[None]:  # noqa: A002
            self.orders[id] = status
            yield
            self.orders.clear()

        @provider_state("no orders")
        def no_orders() -> None: ...

        return an_order, no_orders


def passed(
    shop: Shop, selected: SelectedContract, passes: Passes, states: tuple[Handler, ...] | None = None
) -> PassedSeveral:
    options = VerificationOptions(states=handlers(*(states or shop.states())))
    return verify_in_passes([selected], shop.transport(), options, passes)


def pairs(found: PassedSeveral) -> list[tuple[str, tuple[str, ...], bool]]:
    """Give what is disturbed, by what, and whether it is needed."""
    return [
        (
            each.result.interaction.description,
            tuple(one.description for _, one in each.others),
            each.needs_others,
        )
        for each in found.interferences
    ]


def test_interactions_that_are_kept_apart_show_nothing() -> None:
    found = passed(Shop(), select_stateful(50), Passes(seed=1))
    assert (pairs(found), found.unexplained) == ([], 0)
    assert [each.outcome for each in found.results] == [Outcome.PASSED]


def with_planted(count: int, place: int) -> SelectedContract:
    """Give interactions about order 7, one of which sets up that shipping is closed."""
    whole = select_stateful(count)
    interactions = list(whole.interactions)
    [state] = interactions[place].states
    closed = replace(state, name="shipping is closed")
    interactions[place] = replace(
        interactions[place], states=(closed, *interactions[place].states), description="the planted one"
    )
    contract = replace(whole.contract, interactions=tuple(interactions))
    return SelectedContract(contract=contract, interactions=contract.interactions)


def closing(shop: Shop, *, is_taken_back: bool = False) -> Handler:
    @provider_state("shipping is closed")
    def closed(id: int, status: str) -> Iterator[None]:  # noqa: A002
        shop.ships = False
        yield
        shop.ships = is_taken_back

    return closed


@pytest.mark.parametrize(("count", "seed"), [(10, 1), pytest.param(300, 2, marks=pytest.mark.deep)])
def test_a_handler_that_leaves_something_behind_is_named_with_what_it_disturbs(count: int, seed: int) -> None:
    shop = Shop()
    selected = with_planted(count, count - 1)
    found = passed(shop, selected, Passes(seed=seed), (*shop.states(), closing(shop)))
    assert [each.outcome for each in found.results] == [Outcome.PASSED], "in the order of the contract nobody is hurt"
    disturbed, by, is_needed = pairs(found)[0]
    assert disturbed.endswith("POST /orders/7/shipment with an order")
    assert (by, is_needed) == (("the planted one",), False)
    assert len(found.interferences) + found.unexplained == count // 5


def test_a_handler_that_takes_back_what_it_did_disturbs_nobody() -> None:
    shop = Shop()
    states = (*shop.states(), closing(shop, is_taken_back=True))
    assert pairs(passed(shop, with_planted(10, 9), Passes(seed=1), states)) == []


def test_an_interaction_that_passes_only_after_another_is_named_with_it() -> None:
    shop = Shop()

    @provider_state("an order")
    def an_order(id: int, status: str) -> None:  # noqa: A002
        shop.orders[id] = status

    @provider_state("nothing")
    def nothing() -> None: ...

    whole = select_stateful(5)
    [first, *_, needy] = whole.interactions
    needy = replace(needy, states=(replace(needy.states[0], name="nothing", params={}),))
    selected = SelectedContract(contract=whole.contract, interactions=(needy, first))
    found = passed(shop, selected, Passes(seed=1), (an_order, nothing))
    assert pairs(found) == [("4: GET /orders with an order", ("0: GET /orders/7 with an order",), True)]


def first_found(selected: SelectedContract, states_of: Callable[[Shop], tuple[Handler, ...]]) -> PassedSeveral:
    """Give what the first order shows that shows anything."""
    for seed in range(20):
        shop = Shop()
        found = passed(shop, selected, Passes(seed=seed), states_of(shop))
        if found.interferences:
            return found
    raise AssertionError("no order shows anything")


def test_an_order_of_the_contract_that_hides_a_disturbance_is_left() -> None:
    def states(shop: Shop) -> tuple[Handler, Handler]:
        @provider_state("an order")
        def an_order(id: int, status: str) -> None:  # noqa: A002
            shop.orders[id] = status

        @provider_state("no orders")
        def no_orders() -> None: ...

        return an_order, no_orders

    whole = select_stateful(5)
    listed, deleted = whole.interactions[3], whole.interactions[1]
    chosen = (listed, whole.interactions[0], deleted)
    found = first_found(SelectedContract(contract=whole.contract, interactions=chosen), states)
    assert pairs(found) == [("3: GET /orders with no orders", ("0: GET /orders/7 with an order",), False)]


def test_two_that_disturb_one_another_only_at_the_same_time_are_named() -> None:
    def states(shop: Shop) -> tuple[Handler, Handler]:
        @provider_state("an order", isolation="interaction")
        async def an_order(id: int, status: str) -> Any:  # noqa: A002
            shop.orders[id] = status
            yield
            del shop.orders[id]

        @provider_state("no orders", isolation="interaction")
        async def no_orders() -> None: ...

        return an_order, no_orders

    whole = select_stateful(5)
    chosen = (whole.interactions[3], whole.interactions[0])
    found = first_found(SelectedContract(contract=whole.contract, interactions=chosen), states)
    assert pairs(found) == [("3: GET /orders with no orders", ("0: GET /orders/7 with an order",), False)]
    assert found.interferences[0].together is True


def test_what_does_not_pass_every_time_did_not_pass() -> None:
    whole = select_stateful(4)
    selected = SelectedContract(contract=whole.contract, interactions=whole.interactions[3:])
    found = passed(Shop(fails_every=3), selected, Passes(repeat=4))
    [result] = found.results[0].results
    assert (result.outcome, result.runs) == (
        Outcome.FAILED,
        (Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.PASSED),
    )
    assert result.mismatches[0].actual == 503


def test_where_the_provider_is_lost_meanwhile_what_was_found_is_told() -> None:
    @provider_state("shipping is closed")
    def ending(id: int, status: str) -> None:  # noqa: A002
        if os.getpid() != ours:
            os._exit(3)
        os.kill(served[0], signal.SIGKILL)
        shop.ships = False

    ours, shop, served = os.getpid(), Shop(), []
    options = VerificationOptions(states=handlers(*shop.states(), ending))
    selected = with_planted(10, 9)
    with pytest.MonkeyPatch.context() as patch:
        fork = os.fork
        patch.setattr(os, "fork", lambda: served.append(fork()) or served[0])
        found = verify_in_passes([selected], shop.transport(), options, Passes(seed=1))
    assert [each.outcome for each in found.results] == [Outcome.PASSED]
    assert (found.interferences, found.unexplained) == ((), 2)


def test_what_is_shared_is_set_up_once_in_each_pass() -> None:
    happened = []

    @provider_state("an order", isolation="shared")
    def an_order(id: int, status: str) -> Iterator[None]:  # noqa: A002
        happened.append("set up")
        shop.orders[id] = status
        yield
        happened.append("torn down")
        shop.orders.clear()

    shop = Shop()
    whole = select_stateful(10)
    selected = SelectedContract(contract=whole.contract, interactions=(whole.interactions[0], whole.interactions[5]))
    found = passed(shop, selected, Passes(repeat=2), (an_order,))
    assert found.results[0].outcome is Outcome.PASSED
    assert happened == ["set up", "torn down"] * 2


@pytest.mark.parametrize(
    ("suffices", "expected"),
    [
        (lambda some: 7 in some, (7,)),
        (lambda some: {3, 90} <= set(some), (3, 90)),
        (lambda some: {0, 50, 99} <= set(some), (0, 50, 99)),
        (lambda some: len(some) > 98, tuple(range(99))),
    ],
)
def test_bisecting_finds_the_fewest(suffices: Callable[[Any], bool], expected: tuple[int, ...]) -> None:
    found = smallest(range(100), suffices)
    assert len(found) == len(expected)
    assert suffices(found)


def test_bisecting_for_one_is_fast() -> None:
    asked = []
    smallest(range(1024), lambda some: asked.append(some) or 700 in some)
    assert len(asked) <= 20
