"""Items: one interaction replayed as a test, the provider being what the marked function returned."""

import shlex
from dataclasses import dataclass, replace

import pytest

from contractkit.errors import ContractkitError, Explanation, NothingToCheckError, UsageError
from contractkit.explain.verification_failures import explain_failure, interaction_rows, run_alone
from contractkit.model import Interaction
from contractkit.results import ContractResult, Outcome
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts
from pytest_contractkit.plugin import OUTCOME
from pytest_contractkit.verifying_messages import message_way
from pytest_contractkit.verifying_providers import transports_to
from pytest_contractkit.verifying_states import filters_for, states_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """Which provider is verified: its name, its settings, and what the marker says over them."""

    name: str
    settings: Settings
    service: ServiceSettings
    states: str | None = None
    base_path: str | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenInteraction:
    """What the fixture `contract_interaction` gives: the interaction that the test is about, and whose it is."""

    contract: SelectedContract
    provided: Provided

    @property
    def interaction(self) -> Interaction:
        """Give the interaction."""
        return self.contract.interactions[0]

    @property
    def consumer(self) -> str:
        """Give the name of the consumer whose contract it is of."""
        return self.contract.contract.consumer

    @property
    def pending(self) -> bool:
        """Say whether it blocks nobody."""
        return self.contract.pending or self.interaction.pending


class Verifying:
    """Runs items that verify interactions; registered when the first marked test is collected."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> object | None:
        """Call a marked function for its provider, and replay the interaction against it."""
        if pyfuncitem.get_closest_marker("contract_provider") is None:
            return None
        chosen = pyfuncitem.callspec.params["contract_interaction"]
        if not isinstance(chosen, ChosenInteraction):  # why there is none
            pytest.fail(str(chosen), pytrace=False)
        provider = _returned(pyfuncitem)
        try:
            result = _verified(chosen, provider, pyfuncitem)
            error = None
        except ContractkitError as raised:
            error = raised
        if error is not None:
            _end(pyfuncitem, chosen, Outcome.ERRORED, error.explanation)
        else:
            _tell(pyfuncitem, chosen, result)
        return True


def _returned(item: pytest.Function) -> object:
    """Call the marked function with its fixtures, as pytest calls a test."""
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    returned = item.obj(**arguments)
    if hasattr(returned, "__await__") or hasattr(returned, "__anext__"):
        if hasattr(returned, "close"):
            returned.close()
        pytest.fail(
            "A function marked `contract_provider` is called as it is: it cannot be asynchronous.\n\n"
            "Start the provider in a fixture, and return its URL or the application.",
            pytrace=False,
        )
    return returned


def _verified(chosen: ChosenInteraction, provider: object, item: pytest.Function) -> ContractResult:
    states = states_for(chosen.provided, item)
    messages = message_way(chosen, item)
    transports = (messages,) if messages is not None else transports_to(chosen.provided, provider)
    try:
        filters = filters_for(chosen.provided, item)
        limit = chosen.provided.service.state_timeout
        options = VerificationOptions(states=states, filters=filters, concurrency=1, state_seconds=limit)
        [result] = verify_contracts([chosen.contract], transports, options)
    except NothingToCheckError as error:  # this one interaction cannot be replayed, so the message is about all
        raise UsageError("The interaction cannot be replayed.", details=error.explanation.details) from None
    return result


def _tell(item: pytest.Function, chosen: ChosenInteraction, contract: ContractResult) -> None:
    [result] = contract.results
    if result.error is not None:
        rows = (*interaction_rows(result.interaction), *result.error.details)
        head = f"The interaction was not judged ({result.reason}). {result.error.summary}"
        _end(item, chosen, result.outcome, Explanation(head, rows, result.error.next_step))
    elif result.mismatches:
        _end(item, chosen, result.outcome, _with_node_id(explain_failure(contract, result), contract, item))
    else:
        item.user_properties.append((OUTCOME, result.outcome.value))


def _with_node_id(explanation: Explanation, contract: ContractResult, item: pytest.Function) -> Explanation:
    """Give a message that ends with pytest's own way to run the interaction alone."""
    told = run_alone(contract, contract.results[0].interaction)
    alone = f"Run this interaction alone: pytest {shlex.quote(item.nodeid)}"
    return replace(explanation, next_step=explanation.next_step.replace(told, alone))


def _end(item: pytest.Function, chosen: ChosenInteraction, outcome: Outcome, explanation: Explanation) -> None:
    """End a test whose interaction did not pass; one that is pending blocks nobody."""
    item.user_properties.append((OUTCOME, outcome.value))
    if chosen.pending:
        pytest.xfail(f"pending: {explanation.summary}")
    pytest.fail(str(explanation), pytrace=False)
