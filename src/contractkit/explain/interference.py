"""Interference in words: which interaction ends otherwise in another order, after which other one, and what to do."""

from collections.abc import Iterable, Sequence

from contractkit.errors import Explanation
from contractkit.explain.terminal import printable
from contractkit.explain.verification_failures import interaction_rows, show_value
from contractkit.model import Contract, Interaction
from contractkit.results import InteractionResult, Interference

_MOST_OTHERS = 5

_TAKE_BACK = (
    "What the other one sets up or changes reaches it. Take it back after the `yield` of its handler (give it one "
    "where it has none), or isolate it: `isolation=` of `provider_state`."
)
_NEEDS = "What the other one leaves behind is what it needs. Have the handler of its own state set that up."
_TOGETHER = (
    "They meet only at the same time, so a handler promises an isolation that it does not keep. Have it make data of "
    "its own, or leave `isolation=` out."
)
_REMAINS = (
    "It fails alone now too: something was left behind for good, so that trials cannot tell who did it. A provider in "
    "process (--app) or started (--command) is tried as it was at its start; what is outside of it, such as a "
    "database, only the handlers can take back."
)
_NOT_FOUND = (
    "No other interaction makes the difference by itself: it may depend on time, on chance or on what is outside."
)


def explain_interference(provider: str, found: Sequence[Interference], *, unexplained: int = 0, seed: int) -> str:
    """Give a report of what another order of the interactions showed; `unexplained` counts what was not looked into."""
    if not found and not unexplained:
        return f"In another order (seed {seed}) every interaction with {printable(provider)} ended alike."
    count = len(found) + unexplained
    ends = "1 interaction ends" if count == 1 else f"{count} interactions end"
    more = f"\n\n{unexplained}{' more' if found else ''} were not looked into." if unexplained else ""
    blocks = [f"{ends} otherwise in another order (--check-isolation --seed {seed})."]
    return "\n\n".join([*blocks, *(str(_explained(alike)) for alike in _grouped(found))]) + more


def _grouped(found: Sequence[Interference]) -> Iterable[Sequence[Interference]]:
    """Give those together that the same others disturb in the same way."""
    groups: dict[object, list[Interference]] = {}
    for each in found:
        others = tuple((contract.consumer, other.key) for contract, other in each.others)
        key = (each.contract.consumer, others, each.needs_others, each.together, each.remains)
        groups.setdefault(key, []).append(each)
    return groups.values()


def _explained(alike: Sequence[Interference]) -> Explanation:
    found, *like_it = alike
    others = [row for contract, other in found.others[:_MOST_OTHERS] for row in _other_rows(contract, other, found)]
    left = len(found.others) - _MOST_OTHERS
    more = [("", f"and {left} more")] if left > 0 else []
    return Explanation(
        printable(f"{found.contract.consumer}: {_summary(found)}"),
        (
            *interaction_rows(found.result.interaction),
            *others,
            *more,
            *_ending(found.result),
            *(("so does", printable(each.result.interaction.description)) for each in like_it),
        ),
        _step(found),
    )


def _summary(found: Interference) -> str:
    if not found.others:
        return "an interaction passes in one order and not in the other."
    other = "another" if len(found.others) == 1 else f"{len(found.others)} others, all of which it takes"
    if found.together:
        return f"an interaction passes alone, and not at the same time as {other}."
    if found.needs_others:
        return f"an interaction passes only after {other}."
    return f"an interaction passes alone, and not after {other}."


def _step(found: Interference) -> str:
    if not found.others:
        return _REMAINS if found.remains else _NOT_FOUND
    if found.together:
        return _TOGETHER
    return _NEEDS if found.needs_others else _TAKE_BACK


def _other_rows(contract: Contract, other: Interaction, found: Interference) -> tuple[tuple[str, str], ...]:
    word = "with" if found.together else "after"
    (_, description), *rows = interaction_rows(other)
    consumer = "" if contract.consumer == found.contract.consumer else f" of {contract.consumer}"
    return ((word, printable(f"{description}{consumer}")), *((f"  {label}", text) for label, text in rows))


def _ending(result: InteractionResult) -> tuple[tuple[str, str], ...]:
    if result.error is not None:
        return (("errored", printable(result.error.summary)),)
    return tuple(
        row
        for each in result.mismatches[:1]
        for row in (
            ("at", printable(str(each.location))),
            ("expected", printable(each.sentence or show_value(each.expected))),
            ("received", show_value(each.actual)),
        )
    )
