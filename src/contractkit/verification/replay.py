"""Replay: one interaction sent to the provider, and its answer compared with what the consumer expects."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from random import Random

from contractkit.errors import Explanation, ProviderStateError
from contractkit.exact_json import Json
from contractkit.matching import compile_comparison, generate
from contractkit.model import HttpCall, HttpRequest, HttpResponse, Interaction, LocatedRules
from contractkit.results import InteractionResult
from contractkit.verification.credentials import Credentials
from contractkit.verification.faults import last_raised
from contractkit.verification.injection import inject_returned, used_values
from contractkit.verification.transport import BrokenAnswer, Failure, NotConnected, TimedOut, Transport
from contractkit.verification.unchecked import unchecked_lists


async def replay(
    interaction: Interaction,
    transport: Transport,
    *,
    returned: Mapping[str, Json],
    credentials: Credentials,
    specification: str,
    now: datetime,
) -> InteractionResult:
    """Send an interaction's request and say how the answer compares; a missing answer is an error, not a failure.

    Args:
        interaction: An HTTP interaction.
        transport: The way to the provider.
        returned: What the state handlers returned, joined.
        credentials: Headers to put on the request.
        specification: The version of the Pact specification whose semantics hold.
        now: The moment that generated dates count from.
    """
    call = interaction.exchange
    assert isinstance(call, HttpCall)
    try:
        request = _request(interaction, call, returned, credentials, now)
    except ProviderStateError as error:
        return InteractionResult(interaction=interaction, error=error.explanation, reason="state failed")
    last_raised.set(None)
    started = time.perf_counter()
    answer = await transport.send(request)
    seconds = time.perf_counter() - started
    if not isinstance(answer, HttpResponse):
        return replace(errored(interaction, answer, transport.name), seconds=seconds)
    compare = compile_comparison(call.response.parts(), _response_rules(interaction), specification=specification)
    mismatches = compare(answer.parts())
    if mismatches:
        return InteractionResult(
            interaction=interaction, mismatches=mismatches, seconds=seconds, answer=answer, raised=last_raised.get()
        )
    unchecked = unchecked_lists(call.response.body, answer.body)
    return InteractionResult(interaction=interaction, seconds=seconds, unchecked=unchecked)


def errored(interaction: Interaction, failure: Failure, provider: str) -> InteractionResult:
    """Give the result of an interaction to which no answer came."""
    match failure:
        case TimedOut(seconds=seconds):
            reason, summary = "time-out", f"No whole answer came within {seconds:g} s."
        case NotConnected(problem=problem):
            reason, summary = "no connection", f"The provider took no connection: {problem}."
        case BrokenAnswer(problem=problem):
            reason, summary = "broken answer", f"The answer could not be read: {problem}."
    error = Explanation(summary, (("provider", provider),))
    return InteractionResult(interaction=interaction, error=error, reason=reason)


def _request(
    interaction: Interaction, call: HttpCall, returned: Mapping[str, Json], credentials: Credentials, now: datetime
) -> HttpRequest:
    request = credentials.put_on(call)
    if interaction.generators:
        params = {name: value for state in interaction.states for name, value in state.params.items()}
        request = generate(
            request, interaction.generators, {**params, **returned}, now=now, random=Random(interaction.key)
        )
    if returned and interaction.operation is not None:  # only our own contracts say which values a test used
        request = inject_returned(request, used_values(interaction), returned)
    return request


def _response_rules(interaction: Interaction) -> tuple[LocatedRules, ...]:
    return tuple(rules for rules in interaction.rules if rules.location.steps[:1] == ("response",))
