"""Drift in words: where a service's answers are not what its own definition allows, each place once."""

from collections.abc import Sequence

from contractkit.errors import Explanation
from contractkit.explain.terminal import printable
from contractkit.explain.verification_failures import asked_of, show_value
from contractkit.results import ContractResult, InteractionResult, Violation

_MOST = 20


def explain_drift(provider: str, results: Sequence[ContractResult]) -> str:
    """Give a message of all that drifted, nothing where nothing did."""
    found: dict[tuple[str, str, str], list[tuple[InteractionResult, Violation]]] = {}
    for each in results:
        for result in each.results:
            for violation in result.drift:
                operation = result.interaction.operation or asked_of(result.interaction)
                key = (operation, str(violation.location), violation.expected)
                found.setdefault(key, []).append((result, violation))
    if not found:
        return ""
    answers = len({id(result) for members in found.values() for result, _ in members})
    said = "answer is" if answers == 1 else "answers are"
    rows = [row for key, members in list(found.items())[:_MOST] for row in _rows(key, members)]
    more = len(found) - _MOST
    left = [("", f"and {more} more places, which --format json has")] if more > 0 else []
    return str(
        Explanation(
            printable(f"Drift: {answers} {said} not what the definition of {provider} allows."),
            (*rows, *left),
            "Stubs answer by the definition, so consumers are tested against something else: change one of the two.",
        )
    )


def count_drift(results: Sequence[ContractResult]) -> int:
    """Give how many answers drifted."""
    return sum(bool(result.drift) for each in results for result in each.results)


def _rows(key: tuple[str, str, str], members: Sequence[tuple[InteractionResult, Violation]]) -> list[tuple[str, str]]:
    operation, location, expected = key
    times = f" ({len(members)} answers)" if len(members) > 1 else ""
    return [
        ("operation", printable(f"{operation}{times}")),
        ("at", printable(location)),
        ("expected", printable(expected)),
        ("received", show_value(members[0][1].received)),
        ("definition", printable(members[0][1].pointer)),
    ]
