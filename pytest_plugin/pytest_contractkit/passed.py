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
        random_state: object,
        seconds: float,
    ) -> None:
        """Take the test; `executed` is what ran in it, `random_state` that of before it, `seconds` what it took."""
        self.item = item
        self.recorded = recorded
        self.settings = settings
        self.executed = executed
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
            self._executed_digest,
            [(self.recorded.providers[provider], each) for provider, each in self.interactions],
            kinds,
            self.settings.pinned,
        )

    @cached_property
    def _executed_digest(self) -> str:
        return "" if self.executed is None else self.executed.digest()
