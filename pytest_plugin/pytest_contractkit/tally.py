"""The tally: how many tests were run again, how many needed not be, and how many could not be, for the summary.

Counts are plain numbers by name, since workers of pytest-xdist send them to the controller.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final

import pytest

from pytest_contractkit.needs_settings import limit_of_runs, limit_of_seconds

AGAIN: Final = "run again"
RUNS: Final = "runs"
KNOWN: Final = "known"
UNKNOWN: Final = "unknown"
STOPPED: Final = "stopped"
DUE: Final = "due"
LONG: Final = "long"
LATE: Final = "late"

_NAMES: Final = "--contract-needs-runs", "--contract-needs-seconds"


def add(counts: MutableMapping[str, int], name: str, count: int = 1) -> None:
    """Count something; of what is due the most counts."""
    counts[name] = max(counts.get(name, 0), count) if name == DUE else counts.get(name, 0) + count


def lines_of(counts: Mapping[str, int], config: pytest.Config) -> Iterator[str]:
    """Give the lines of the summary: what was done for needs, and for each limit that stopped it how it is raised."""
    if any(counts.get(each) for each in (AGAIN, KNOWN, UNKNOWN)):
        yield f"needs: {', '.join(_done(counts))}"
    if counts.get(STOPPED):
        yield (
            f"needs of {_tests(counts[STOPPED])} are not inferred: more than {limit_of_runs(config)} runs are due; "
            f"set --contract-needs-runs={counts[DUE]}"
        )
    seconds = limit_of_seconds(config)
    if counts.get(LONG):
        yield (
            f"needs of {_tests(counts[LONG])} are not inferred: the runs would take longer than {seconds:g} seconds; "
            "set --contract-needs-seconds"
        )
    if counts.get(LATE):
        yield (
            f"needs of {_tests(counts[LATE])} are not inferred yet: the {seconds:g} seconds for re-runs were used up; "
            "run again to go on, or set --contract-needs-seconds"
        )


def _done(counts: Mapping[str, int]) -> Iterator[str]:
    again, runs = counts.get(AGAIN, 0), counts.get(RUNS, 0)
    if again:
        yield f"{_tests(again)} run again {'once' if runs == 1 else f'{runs} times'}"
    if known := counts.get(KNOWN):
        yield f"{known if again else _tests(known)} known from earlier runs"
    if unknown := counts.get(UNKNOWN):
        yield f"{unknown if again or known else _tests(unknown)} unknown"


def _tests(count: int) -> str:
    return f"{count} test{'' if count == 1 else 's'}"
