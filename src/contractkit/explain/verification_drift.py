"""Drift in words: where a service's answers are not what its own definition allows, each place once."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from contractkit.errors import Explanation
from contractkit.explain.terminal import printable
from contractkit.explain.verification_failures import asked_of, show_value
from contractkit.results import ContractResult, InteractionResult, Violation

_MOST = 20
_BETWEEN = ("", "")
"""The empty row between two places."""

Place: TypeAlias = tuple[str, str, str]
"""The operation, the location in its answers, and what the definition expects there."""


def explain_drift(provider: str, results: Sequence[ContractResult]) -> str:
    """Give a message of all that drifted, nothing where nothing did."""
    found = drifted_places(results)
    if not found:
        return ""
    rows = [row for key, members in list(found.items())[:_MOST] for row in (_BETWEEN, *_rows(key, members))]
    more = len(found) - _MOST
    left = [_BETWEEN, ("", f"and {more} more places, which --format json has")] if more > 0 else []
    return str(
        Explanation(
            printable(summarise_drift(provider, results)),
            (*rows[1:], *left),
            "Stubs answer by the definition, so consumers are tested against something else: change one of the two.",
        )
    )


def drifted_places(results: Sequence[ContractResult]) -> Mapping[Place, Sequence[tuple[InteractionResult, Violation]]]:
    """Give each place at which answers drifted, with those answers."""
    found: dict[Place, list[tuple[InteractionResult, Violation]]] = {}
    for each in results:
        for result in each.results:
            for violation in result.drift:
                operation = result.interaction.operation or asked_of(result.interaction)
                key = (operation, str(violation.location), violation.expected)
                found.setdefault(key, []).append((result, violation))
    return found


def summarise_drift(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the sentence that says how many answers drifted."""
    answers = count_drift(results)
    said = "answer is" if answers == 1 else "answers are"
    return f"Drift: {answers} {said} not what the definition of {provider} allows."


def count_drift(results: Sequence[ContractResult]) -> int:
    """Give how many answers drifted."""
    return sum(bool(result.drift) for each in results for result in each.results)


def _rows(key: Place, members: Sequence[tuple[InteractionResult, Violation]]) -> list[tuple[str, str]]:
    operation, location, expected = key
    times = f" ({len(members)} answers)" if len(members) > 1 else ""
    return [
        ("operation", printable(f"{operation}{times}")),
        ("at", printable(location)),
        ("expected", printable(expected)),
        ("received", show_value(members[0][1].received)),
        ("definition", printable(members[0][1].pointer)),
    ]
