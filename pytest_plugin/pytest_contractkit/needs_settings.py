"""Settings of inference, as they hold for one test: options and its `contract` markers."""

from dataclasses import dataclass

import pytest

from contractkit.errors import SettingsError
from contractkit.inference import ALL_KINDS, AUTO_KINDS, Kind
from contractkit.model import Location
from pytest_contractkit.configuration import marked_for
from pytest_contractkit.options import NEEDS, NEEDS_FIXTURES, NEEDS_RUNS, NEEDS_SECONDS, number_of, value_of
from pytest_contractkit.pins import pinned_location

_AUTO_SECONDS = 60.0
_MOST_RUNS = 2_000
"""Of 666 operations of six public APIs, GitHub's and Stripe's among them, none has an answer that takes more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSettings:
    """How a test's needs are inferred.

    Attributes:
        mode: `off`, `auto` or `full`.
        pinned: Locations that the test says it needs.
        fixtures: Names of fixtures broader than a function that bear re-runs.
        most_runs: How many re-runs one test may take.
        seconds: After how long no further test is begun in this process; None without a limit.
    """

    mode: str
    pinned: tuple[Location, ...] = ()
    fixtures: frozenset[str] = frozenset()
    most_runs: int = _MOST_RUNS
    seconds: float | None = None

    @property
    def is_on(self) -> bool:
        """Say whether anything is run again."""
        return self.mode != "off"

    @property
    def kinds(self) -> frozenset[Kind]:
        """Give the changes to try."""
        return ALL_KINDS if self.mode == "full" else AUTO_KINDS

    @property
    def sufficient(self) -> tuple[frozenset[Kind], ...]:
        """Give the changes of which any, tried by an earlier run, tell what these do."""
        return (ALL_KINDS,) if self.mode == "full" else (AUTO_KINDS, ALL_KINDS)

    @property
    def better_than_nothing(self) -> tuple[frozenset[Kind], ...]:
        """Give the changes that tell less than these, and still something where these cannot be tried."""
        return (AUTO_KINDS,) if self.mode == "full" else ()


def needs_settings(item: pytest.Item) -> NeedsSettings | None:
    """Give how a test's needs are inferred; None where its markers cannot be used: then opening a stub fails it."""
    config = item.config
    try:
        marked = marked_for(item).get("needs")
    except SettingsError:
        return None
    mode = marked if isinstance(marked, str) else value_of(config, NEEDS) or "auto"
    seconds = number_of(config, NEEDS_SECONDS)
    return NeedsSettings(
        mode=mode,
        pinned=tuple(map(pinned_location, marked)) if isinstance(marked, list | tuple) else (),
        fixtures=frozenset((value_of(config, NEEDS_FIXTURES) or "").replace(",", " ").split()),
        most_runs=limit_of_runs(config),
        seconds=seconds if seconds is not None else (_AUTO_SECONDS if mode == "auto" else None),
    )


def limit_of_runs(config: pytest.Config) -> int:
    """Give how many times one test may be run again."""
    runs = number_of(config, NEEDS_RUNS)
    return _MOST_RUNS if runs is None else int(runs)


def limit_of_seconds(config: pytest.Config) -> float:
    """Give after how many seconds of re-runs no further test is begun, where there is a limit."""
    seconds = number_of(config, NEEDS_SECONDS)
    return _AUTO_SECONDS if seconds is None else seconds


def used_up(seconds: float) -> str:
    """Give in a phrase why a test is not begun any more."""
    return f"not inferred yet: the {seconds:g} seconds for re-runs were used up"
