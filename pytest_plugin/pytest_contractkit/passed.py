"""A test that passed: what it recorded, what of the consumer's code ran in it, and how its needs are to be found."""

from collections.abc import Mapping
from functools import cached_property
from typing import TypeAlias

import pytest

from contractkit.inference import Kind
from contractkit.model import Interaction, Location, Needs, UnknownNeeds
from contractkit.recording.pinned import has_place
from contractkit.recording.proofs import digest_of
from pytest_contractkit.executed import Executed
from pytest_contractkit.executed_memory import Remembered
from pytest_contractkit.needs_settings import NeedsSettings
from pytest_contractkit.recorder import Recorded

NeedsByKey: TypeAlias = Mapping[tuple[str, str], Needs]
"""Provider and key of an interaction to what a test needs of it."""


class PassedTest:
    """One test that passed, whose needs are asked for."""

    def __init__(
        self,
        item: pytest.Function,
        recorded: Recorded,
        settings: NeedsSettings,
        *,
        executed: Executed | None,
        remembered: Remembered | None = None,
        random_state: object,
        seconds: float,
    ) -> None:
        """Take the test.

        Args:
            item: Torn down to its parent.
            recorded: What it recorded.
            settings: How its needs are asked for.
            executed: What ran in it; None where that was not noted.
            remembered: What ran in it when that was noted last, where that is known to stand.
            random_state: The state of `random` before it.
            seconds: How long it took.
        """
        self.item = item
        self.recorded = recorded
        self.settings = settings
        self.executed = executed
        self.remembered = remembered
        self.random_state = random_state
        self.seconds = seconds
        self.interactions = [
            (contract.provider, interaction)
            for contract in recorded.record.contracts
            for interaction in contract.interactions
        ]

    def has_place(self, place: Location) -> bool:
        """Say whether any answer of the test has a place that it pins."""
        return any(has_place(each, place) for _, each in self.interactions)

    def unknown(self, reason: str) -> NeedsByKey:
        """Give the same reason for every interaction."""
        return {
            (provider, each.key): UnknownNeeds(reason=reason, pinned=self._pinned(each))
            for provider, each in self.interactions
        }

    def _pinned(self, interaction: Interaction) -> tuple[Location, ...]:
        return tuple(each for each in self.settings.pinned if has_place(interaction, each))

    def valid_for(self, kinds: frozenset[Kind]) -> str:
        """Give the digest of everything that rests on what is found by these kinds of changes."""
        return digest_of(
            self.executed_digest,
            [(self.recorded.providers[provider], each) for provider, each in self.interactions],
            kinds,
            self.settings.pinned,
        )

    @property
    def has_run_as_remembered(self) -> bool:
        """Say whether the digest is that of what ran, as far as modules tell where it was not noted."""
        return self.remembered is None or self.remembered.has_same_modules

    @cached_property
    def executed_digest(self) -> str:
        """Give the digest of what ran."""
        if self.remembered is not None:
            return self.remembered.digest
        return "" if self.executed is None else self.executed.digest()

    def noted(self, executed: Executed) -> None:
        """Take what ran when the test was run once more, in the place of what was remembered."""
        self.executed, self.remembered = executed, None
        self.__dict__.pop("executed_digest", None)
