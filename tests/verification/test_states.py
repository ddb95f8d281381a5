"""Provider states: declared on functions, found by name, their parameters checked."""

# ruff: noqa: A002  parameters of states are called what the consumer called them

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from contractkit import provider_state
from contractkit.errors import ProviderStateError, UsageError
from contractkit.explain.states import skeleton_of
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.arguments import bind_arguments
from contractkit.verification.loading import load_states
from contractkit.verification.states import Handler, Isolation, StateHandlers, handlers_of


def handlers(*functions: Handler) -> StateHandlers:
    names = {f"function_{number}": function for number, function in enumerate(functions)}
    return handlers_of(cast(ModuleType, SimpleNamespace(**names)))


def bind(function: Handler, state: ProviderState | DerivedState) -> dict[str, Any]:
    handler = handlers(function).find(state)
    assert handler is not None
    return bind_arguments(handler, state)


@provider_state("order exists", isolation="shared")
def order_exists(id: int, status: str = "placed") -> None: ...


@provider_state.for_operation("getOrder")
@provider_state.for_operation("cancelOrder", status=409)
def order_for_operation(id: int, status: int) -> None: ...


COVERED = """
from contractkit import provider_state

@provider_state("{first}")
def prepare(): ...

@provider_state("{second}")
def prepare(): ...
"""


@pytest.mark.parametrize(
    ("second", "advice"), [("order exists", "Keep one of them."), ("no order", "Give each a name of its own.")]
)
def test_a_handler_covered_by_a_later_function_of_its_name_is_told(tmp_path: Path, second: str, advice: str) -> None:
    (tmp_path / "states.py").write_text(COVERED.format(first="order exists", second=second))
    with pytest.raises(UsageError) as caught:
        load_states("states.py", root=tmp_path)
    assert str(caught.value) == (
        "Two functions with provider states are called prepare, so the first is lost.\n\n"
        f"  first    {tmp_path / 'states.py'}:4, prepares 'order exists'\n"
        f"  second   {tmp_path / 'states.py'}:7, prepares '{second}'\n\n"
        f"{advice}"
    )


def test_a_state_is_found_by_its_name() -> None:
    found = handlers(order_exists).find(ProviderState(name="order exists"))
    assert found is not None
    assert (found.function, found.isolation) == (order_exists, Isolation.SHARED)


def test_a_derived_state_is_found_by_operation_and_status() -> None:
    known = handlers(order_for_operation)
    states = [
        DerivedState(operation=name, status=status) for name in ("getOrder", "cancelOrder") for status in ("200", "409")
    ]
    assert [known.find(state) is not None for state in states] == [True, True, False, True]


def test_the_handler_of_the_very_status_wins() -> None:
    @provider_state.for_operation("getOrder", status=404)
    def absent() -> None: ...

    found = handlers(order_for_operation, absent).find(DerivedState(operation="getOrder", status="404"))
    assert found is not None
    assert found.function is absent


def test_parameters_become_arguments() -> None:
    assert bind(order_exists, ProviderState(name="order exists", params={"id": 7})) == {"id": 7}


def test_a_text_that_reads_as_the_annotated_type_is_converted() -> None:
    assert bind(order_exists, ProviderState(name="order exists", params={"id": "7"})) == {"id": 7}


def test_a_derived_state_offers_its_values_and_the_status() -> None:
    state = DerivedState(operation="getOrder", status="200", values={"id": 7, "limit": 10})
    assert bind(order_for_operation, state) == {"id": 7, "status": 200}


def test_a_value_called_status_is_offered_under_another_name() -> None:
    @provider_state.for_operation("listOrders")
    def listed(status: int, status_value: str) -> None: ...

    state = DerivedState(operation="listOrders", status="200", values={"status": "open"})
    assert bind(listed, state) == {"status": 200, "status_value": "open"}


def test_a_handler_may_take_every_value() -> None:
    @provider_state.for_operation("listOrders")
    def listed(**values: object) -> None: ...

    state = DerivedState(operation="listOrders", status="2XX", values={"limit": 10})
    assert bind(listed, state) == {"limit": 10, "status": "2XX"}


def test_every_parameter_that_does_not_fit_is_listed() -> None:
    @provider_state("order exists")
    def handler(id: int, customer: str) -> None: ...

    with pytest.raises(ProviderStateError) as caught:
        bind(handler, ProviderState(name="order exists", params={"id": "seven", "colour": "red"}))
    place = f"{__file__}:{handler.__code__.co_firstlineno}"
    assert str(caught.value) == (
        'The handler of the state "order exists" does not take its parameters.\n\n'
        f"  handler      handler, {place}\n"
        "  missing      customer, which the handler requires\n"
        '  unexpected   colour: "red", which the handler does not take\n'
        '  wrong        id: "seven": Input should be a valid integer, unable to parse string as an integer\n\n'
        "Change the handler's parameters, or what the consumer's test gives."
    )


def test_an_annotation_of_the_providers_own_is_not_checked() -> None:
    class Money: ...

    @provider_state("order exists")
    def handler(total: Money) -> None: ...

    assert bind(handler, ProviderState(name="order exists", params={"total": 3})) == {"total": 3}


def test_two_handlers_of_one_state_are_refused() -> None:
    @provider_state("order exists")
    def other(id: int) -> None: ...

    with pytest.raises(UsageError) as caught:
        handlers(order_exists, other)
    first, second = (f"{__file__}:{function.__code__.co_firstlineno}" for function in (order_exists, other))
    assert str(caught.value) == (
        f"The state 'order exists' has two handlers.\n\n  first    {first}\n  second   {second}\n\nKeep one of them."
    )


def test_an_isolation_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        provider_state("order exists", isolation=cast(Any, "thread"))(order_exists)
    assert str(caught.value) == (
        "A provider state cannot be isolated as 'thread'.\n\n"
        '  expected   "interaction", "worker", "shared", or an isolator such as contractkit.sqlalchemy has'
    )


@pytest.mark.parametrize(
    ("state", "source"),
    [
        (
            ProviderState(name="order exists", params={"id": 7, "paid": True, "note": None}),
            '@provider_state("order exists")\ndef order_exists(id: int, paid: bool, note):\n    ...',
        ),
        (
            ProviderState(name="7 orders", params={"class": "a"}),
            '@provider_state("7 orders")\ndef state_7_orders(**values):\n    ...',
        ),
        (
            DerivedState(operation="getOrder", status="200", values={"id": 7, "status": "open"}),
            '@provider_state.for_operation("getOrder", status=200)\n'
            "def get_order_answers_200(id: int, status_value: str):\n    ...",
        ),
        (
            DerivedState(operation="GET /orders/{id}", status="404", values={"id": "a"}),
            '@provider_state.for_operation("GET /orders/{id}", status=404)\n'
            "def get_orders_id_answers_404(id: str):\n    ...",
        ),
    ],
)
def test_a_skeleton_can_be_pasted(state: ProviderState | DerivedState, source: str) -> None:
    assert skeleton_of(state) == source
    compile(source, "skeleton", "exec")
