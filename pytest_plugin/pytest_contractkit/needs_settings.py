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
_MOST_RUNS = 400


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


def needs_settings(item: pytest.Item) -> NeedsSettings | None:
    """Give how a test's needs are inferred; None where its markers cannot be used: then opening a stub fails it."""
    config = item.config
    try:
        marked = marked_for(item).get("needs")
    except SettingsError:
        return None
    mode = marked if isinstance(marked, str) else value_of(config, NEEDS) or "auto"
    runs, seconds = number_of(config, NEEDS_RUNS), number_of(config, NEEDS_SECONDS)
    return NeedsSettings(
        mode=mode,
        pinned=tuple(map(pinned_location, marked)) if isinstance(marked, list | tuple) else (),
        fixtures=frozenset((value_of(config, NEEDS_FIXTURES) or "").replace(",", " ").split()),
        most_runs=_MOST_RUNS if runs is None else int(runs),
        seconds=seconds if seconds is not None else (_AUTO_SECONDS if mode == "auto" else None),
    )
