"""Interference in words: every way in which interactions reach one another."""

from typing import Any

import pytest

from contractkit.errors import Explanation
from contractkit.explain.interference import explain_interference
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction, ProviderState
from contractkit.results import InteractionResult, Interference

CALL = HttpCall(request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200))


def named(description: str, *states: str) -> Interaction:
    given = tuple(ProviderState(name=each) for each in states)
    return Interaction(key=description, description=description, exchange=CALL, states=given)


def of(consumer: str) -> Contract:
    return Contract(consumer=consumer, provider="orders", interactions=())


def found(description: str, *others: tuple[Contract, Interaction], **how: Any) -> Interference:
    result = InteractionResult(
        interaction=named(description, "an order"), error=Explanation("It is late."), reason="time-out"
    )
    return Interference(contract=of("web-shop"), result=result, others=others, **how)


SHIPPED = (of("web-shop"), named("a shipment", "an order", "a van"))
OF_ANOTHER = (of("courier-app"), named("a van"))


def test_nothing_found_is_one_sentence() -> None:
    assert explain_interference("orders", (), seed=7) == (
        "In another order (seed 7) every interaction with orders ended alike."
    )


def test_what_could_not_be_looked_into_is_counted() -> None:
    assert explain_interference("orders", (), unexplained=2, seed=7) == (
        "2 interactions end otherwise in another order (--check-isolation --seed 7).\n\n2 were not looked into."
    )


def test_what_the_same_other_one_disturbs_is_told_together() -> None:
    both = (found("an order", SHIPPED), found("all orders", SHIPPED))
    assert explain_interference("orders", both, unexplained=3, seed=7) == (
        "5 interactions end otherwise in another order (--check-isolation --seed 7).\n\n"
        "web-shop: an interaction passes alone, and not after another.\n\n"
        "  interaction   an order\n"
        "  given         an order\n"
        "  after         a shipment\n"
        "    given       an order\n"
        "    given       a van\n"
        "  errored       It is late.\n"
        "  so does       all orders\n\n"
        "What the other one sets up or changes reaches it. Take it back after the `yield` of its handler (give it one "
        "where it has none), or isolate it: `isolation=` of `provider_state`.\n\n"
        "3 more were not looked into."
    )


@pytest.mark.parametrize(
    ("interference", "summary", "rows", "step"),
    [
        (
            found("an order", OF_ANOTHER, needs_others=True),
            "an interaction passes only after another.",
            "  after         a van of courier-app\n",
            "What the other one leaves behind is what it needs. Have the handler of its own state set that up.",
        ),
        (
            found("an order", SHIPPED, OF_ANOTHER, together=True),
            "an interaction passes alone, and not at the same time as 2 others, all of which it takes.",
            "  with          a shipment\n    given       an order\n    given       a van\n"
            "  with          a van of courier-app\n",
            "They meet only at the same time, so a handler promises an isolation that it does not keep. Have it make "
            "data of its own, or leave `isolation=` out.",
        ),
        (
            found("an order", remains=True),
            "an interaction passes in one order and not in the other.",
            "",
            "It fails alone now too: something was left behind for good, so that trials cannot tell who did it. A "
            "provider in process (--app) or started (--command) is tried as it was at its start; what is outside of "
            "it, such as a database, only the handlers can take back.",
        ),
        (
            found("an order"),
            "an interaction passes in one order and not in the other.",
            "",
            "No other interaction makes the difference by itself: it may depend on time, on chance or on what is "
            "outside.",
        ),
    ],
)
def test_each_way_has_its_next_step(interference: Interference, summary: str, rows: str, step: str) -> None:
    assert explain_interference("orders", (interference,), seed=7) == (
        "1 interaction ends otherwise in another order (--check-isolation --seed 7).\n\n"
        f"web-shop: {summary}\n\n"
        f"  interaction   an order\n  given         an order\n{rows}  errored       It is late.\n\n{step}"
    )
