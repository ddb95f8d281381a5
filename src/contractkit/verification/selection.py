"""Selection: which interactions of which contracts are verified."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contractkit.errors import NothingToCheckError, suggestion
from contractkit.model import Interaction
from contractkit.verification.verifier import SelectedContract


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was asked for: contracts of one consumer, interactions by a part of their description, or an operation."""

    consumer: str | None = None
    interaction: str | None = None
    operation: str | None = None


def select(contracts: Sequence[SelectedContract], provider: str, wanted: Filter) -> tuple[SelectedContract, ...]:
    """Give what of the contracts with a provider is wanted.

    Raises:
        NothingToCheckError: Nothing is; the message says what there was, with the nearest names.
    """
    if not contracts:
        raise NothingToCheckError(f"There is no contract with {provider}, so nothing was verified.")
    ours = [each for each in contracts if each.contract.provider == provider]
    if not ours:
        names = sorted({each.contract.provider for each in contracts})
        raise NothingToCheckError(
            f"No contract is with {provider}, so nothing was verified.", next_step=suggestion(provider, names)
        )
    of_consumer = [each for each in ours if wanted.consumer in (None, each.contract.consumer)]
    if not of_consumer:
        consumers = sorted({each.contract.consumer for each in ours})
        raise NothingToCheckError(
            f"No contract of {wanted.consumer} with {provider}, so nothing was verified.",
            next_step=suggestion(wanted.consumer or "", consumers),
        )
    kept = [replace(each, interactions=_wanted(each.interactions, wanted)) for each in of_consumer]
    selected = tuple(each for each in kept if each.interactions)
    if not selected:
        raise _nothing_left(of_consumer, provider, wanted)
    return selected


def _wanted(interactions: tuple[Interaction, ...], wanted: Filter) -> tuple[Interaction, ...]:
    text, operation = wanted.interaction, wanted.operation
    return tuple(
        each
        for each in interactions
        if (text is None or text.lower() in each.description.lower() or text == each.key)
        and (operation is None or operation in _names_of(each.operation))
    )


def _names_of(operation: str | None) -> tuple[str, ...]:
    """Give the names of an operation: a procedure's full one, `Service/Method` and `Method`."""
    if operation is None or "/" not in operation or " " in operation:
        return () if operation is None else (operation,)
    service, _, method = operation.rpartition("/")
    return (operation, f"{service.rpartition('.')[2]}/{method}", method)


def _nothing_left(contracts: list[SelectedContract], provider: str, wanted: Filter) -> NothingToCheckError:
    interactions = [interaction for each in contracts for interaction in each.interactions]
    if not interactions:
        return NothingToCheckError(f"The contracts with {provider} hold no interaction, so nothing was verified.")
    if wanted.operation is not None:
        sought, known = f"calls {wanted.operation}", [each.operation for each in interactions if each.operation]
        asked = wanted.operation
    else:
        sought, known = f'is named like "{wanted.interaction}"', [each.description for each in interactions]
        asked = wanted.interaction or ""
    return NothingToCheckError(
        f"No interaction with {provider} {sought}, so nothing was verified.",
        next_step=suggestion(asked, sorted(set(known))),
    )
