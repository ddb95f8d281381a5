"""Weak assertions of a run: what its tests read of answers although none of them would miss it."""

from collections.abc import Iterator

from contractkit.model import InferredNeeds, Location
from contractkit.recording import TestRecord

_MOST_TOLD = 10


class WeakAssertions:
    """Gathers what tests read, and what they need, as far as this process ran them."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str, Location], str] = {}
        self._needed: dict[tuple[str, str], set[Location]] = {}

    def note(self, record: TestRecord) -> None:
        """Take what a test was proved to need."""
        for contract in record.contracts:
            for interaction in contract.interactions:
                key = (contract.provider, interaction.key)
                for evidence in interaction.evidence:
                    if isinstance(evidence.needs, InferredNeeds):
                        where = f"{evidence.test.file}:{evidence.test.line}"
                        self._take(key, evidence.needs, f"{where} reads {{}} of {interaction.operation}")

    def remarks(self) -> Iterator[str]:
        """Give a line for each place that is read for nothing, and one for those that are too many to be told."""
        told = (words for (*key, place), words in self._read.items() if not self._is_needed((key[0], key[1]), place))
        found = list(dict.fromkeys(told))  # the cases of one parametrised test say the same
        yield from (f"{words} and passes without it: a weak assertion" for words in found[:_MOST_TOLD])
        if len(found) > _MOST_TOLD:
            yield f"{len(found) - _MOST_TOLD} more weak assertions: see contractkit lint"

    def _take(self, key: tuple[str, str], needs: InferredNeeds, words: str) -> None:
        for place in needs.weak:
            self._read.setdefault((*key, place), words.format(place))
        alone = (need.location for need in needs.needed)
        self._needed.setdefault(key, set()).update(alone, *needs.any_of)

    def _is_needed(self, key: tuple[str, str], place: Location) -> bool:
        return any(each.starts_with(place) or place.starts_with(each) for each in self._needed.get(key, ()))
