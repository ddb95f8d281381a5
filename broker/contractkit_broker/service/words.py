"""Words: what a contract is found by, and how a question is cut into the same words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from contractkit.impact.places_in_use import operation_of
from contractkit.model import Contract, Interaction

LONGEST_WORD = 64
"""Characters of a word: what is longer is found by its beginning."""

_MOST_WORDS = 2_000  # of a contract: a file of any size has a bounded number of rows
_RUN = re.compile(r"\w+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_+")


def words_of(text: str) -> Iterator[str]:
    """Give the words of a text, folded: `getOrder` is `getorder`, `get` and `order`."""
    for run in _RUN.findall(unicodedata.normalize("NFC", text)):
        parts = [part for part in _HUMP.split(run) if part]
        for word in (run, *parts) if len(parts) > 1 else parts:
            yield word.casefold()[:LONGEST_WORD]


def words_of_contract(contract: Contract) -> frozenset[str]:
    """Give the words by which a contract is found: of its operations, provider states and interactions."""
    found: dict[str, None] = {}
    for interaction in contract.interactions:
        for text in texts_of(interaction):
            found.update(dict.fromkeys(words_of(text)))
        if len(found) >= _MOST_WORDS:
            break
    return frozenset(list(found)[:_MOST_WORDS])


def texts_of(interaction: Interaction) -> tuple[str, ...]:
    """Give what an interaction is found by: operation, description, and the states that it is given."""
    return (operation_of(interaction), interaction.description, *(state.name for state in interaction.states))


def says(texts: Iterable[str], wanted: Iterable[str]) -> bool:
    """Say whether each wanted word begins some word of the texts."""
    words = [word for text in texts for word in words_of(text)]
    return all(any(word.startswith(each) for word in words) for each in wanted)
