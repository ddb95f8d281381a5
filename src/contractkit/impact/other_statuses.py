"""Other statuses: those in whose place a rule of the contract accepts an answer, where the recorded one is gone."""

from collections.abc import Iterator

from contractkit.definitions.surfaces import Surface
from contractkit.matching.checks import compile_scalar
from contractkit.matching.effort import begin_effort, end_effort
from contractkit.matching.rules import kind_of
from contractkit.matching.weighting import RuleList
from contractkit.model import HttpCall, Interaction, Location

_STATUS = Location(("response", "status"))
_RULE = "statusCode"


def other_statuses(interaction: Interaction, call: HttpCall, surface: Surface) -> tuple[int, ...]:
    """Give one status for each declaration of an operation that a rule of the expected status accepts.

    A declaration by default promises none of them.
    """
    rules = tuple(rule for each in interaction.rules if each.location == _STATUS for rule in each.rules)
    if not rules or any(kind_of(rule).name != _RULE for rule in rules):
        return ()
    begin_effort()
    check = compile_scalar(call.response.status, RuleList(rules))
    first = (next((each for each in _of(declared) if not check(each)), None) for declared in surface.responses)
    found = tuple(each for each in first if each is not None)
    end_effort()
    return found


def _of(declared: str) -> Iterator[int]:
    """Give the statuses of `404` or `4XX`."""
    if declared.isascii() and declared.isdecimal():
        yield int(declared)
    elif declared[:1].isdecimal() and declared[1:].upper() == "XX":
        yield from range(int(declared[0]) * 100, int(declared[0]) * 100 + 100)
