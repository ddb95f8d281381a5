"""Three hundred interactions that would disturb one another, all about order 7, and the outcomes of verifying them."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from contractkit.exact_json import Json
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    MissingBody,
    ProviderState,
)
from contractkit.results import Outcome
from contractkit.verification.states import Handler, StateHandlers, handlers_of
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

PLACED = {"id": 7, "status": "placed"}
KINDS: tuple[tuple[str, str, str, Mapping[str, Json], int, Json], ...] = (
    ("GET", "/orders/7", "an order", {"id": 7, "status": "placed"}, 200, PLACED),
    ("DELETE", "/orders/7", "an order", {"id": 7, "status": "placed"}, 204, None),
    ("POST", "/orders/7/shipment", "an order", {"id": 7, "status": "placed"}, 200, {"id": 7, "status": "shipped"}),
    ("GET", "/orders", "no orders", {}, 200, []),
    ("GET", "/orders", "an order", {"id": 7, "status": "placed"}, 200, [PLACED]),
)
"""Method, path, state and its parameters, expected status and body, compared exactly."""


def build_stateful(number: int) -> Interaction:
    method, path, state, params, status, body = KINDS[number % len(KINDS)]
    return Interaction(
        key=f"{number:016}",
        description=f"{number}: {method} {path} with {state}",
        exchange=HttpCall(
            request=HttpRequest(method=method, path=path),
            response=HttpResponse(status=status, body=MissingBody() if body is None else JsonBody(body)),
        ),
        states=(ProviderState(name=state, params=params),),
    )


def select_stateful(count: int = 300) -> SelectedContract:
    interactions = tuple(build_stateful(number) for number in range(count))
    contract = Contract(consumer="web-shop", provider="orders", interactions=interactions)
    return SelectedContract(contract=contract, interactions=interactions)


def handlers(*values: Any) -> StateHandlers:
    """Give the handlers and isolators that a module with these values would have."""
    module = ModuleType("provider_states")
    for number, value in enumerate(values):
        setattr(module, f"value_{number}", value)
    return handlers_of(module)


def not_passed(
    provider: AnyTransport, states: StateHandlers, *selected: SelectedContract, concurrency: int = 16
) -> list[str]:
    """Verify contracts and give what did not pass, in words."""
    options = VerificationOptions(states=states, concurrency=concurrency)
    results = verify_contracts(selected or (select_stateful(),), provider, options)
    return [
        f"{each.interaction.description}: {each.error or each.raised or each.mismatches}"
        for result in results
        for each in result.results
        if each.outcome is not Outcome.PASSED
    ]


__all__ = ["Handler", "build_stateful", "handlers", "not_passed", "select_stateful"]
