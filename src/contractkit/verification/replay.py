"""Replay: one interaction sent to the provider, and its answer compared with what the consumer expects."""

import time
from dataclasses import replace
from typing import get_args

from contractkit.errors import Explanation, ProviderStateError
from contractkit.model import Interaction
from contractkit.results import InteractionResult
from contractkit.verification.faults import last_raised
from contractkit.verification.transport import AnyTransport, Failure, NotProduced, Replaying

_FAILURES = get_args(Failure)


async def replay(interaction: Interaction, transport: AnyTransport, replaying: Replaying) -> InteractionResult:
    """Send an interaction's request and say how the answer compares; a missing answer is an error, not a failure.

    Args:
        interaction: One of the kind that the transport carries.
        transport: The way to the provider.
        replaying: What comes from outside the interaction.
    """
    way = transport.way
    try:
        request = way.request_of(interaction, replaying)
    except ProviderStateError as error:
        return InteractionResult(interaction=interaction, error=error.explanation, reason="state failed")
    if replaying.filtering is not None:
        request = await replaying.filtering.applied(interaction, request)
    last_raised.set(None)
    started = time.perf_counter()
    answer = await transport.send(request)
    seconds = time.perf_counter() - started
    if isinstance(answer, _FAILURES):
        return replace(errored(interaction, answer, transport.name), seconds=seconds)
    mismatches = way.comparison_of(interaction, replaying.contract.specification)(answer)
    drift = replaying.drift(interaction, answer) if replaying.drift is not None else ()
    if mismatches:
        end, raised = way.end_of(answer), last_raised.get()
        return InteractionResult(
            interaction=interaction, mismatches=mismatches, seconds=seconds, answer=end, raised=raised, drift=drift
        )
    unchecked = way.unchecked_in(interaction, answer)
    return InteractionResult(interaction=interaction, seconds=seconds, unchecked=unchecked, drift=drift)


def errored(interaction: Interaction, failure: Failure, provider: str) -> InteractionResult:
    """Give the result of an interaction to which no answer came."""
    told = failure if isinstance(failure, NotProduced) else None
    details, next_step = (told.details, told.next_step) if told is not None else ((), "")
    error = Explanation(failure.sentence, (("provider", provider), *details), next_step)
    return InteractionResult(interaction=interaction, error=error, reason=failure.reason)
