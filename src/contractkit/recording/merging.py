"""Merging: what a run proved, laid over the contract that was there; tests own the interactions they recorded."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contractkit.model import Contract, Evidence, Interaction, TestReference
from contractkit.recording.joining import with_evidence
from contractkit.recording.needed import expect_needed

_DISTINCTION = re.compile(r" \[[0-9a-f]{8}(-\d+)?\]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a run says about ownership.

    Attributes:
        passed: Node ids of the tests that passed, whatever they recorded.
        held: Each file that was collected whole, with the node ids of the tests it holds.
    """

    passed: frozenset[str] = frozenset()
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def leaves(self, test: TestReference) -> bool:
        """Say whether what a test recorded earlier stays: it did not pass now, and is not known to be gone.

        What was recorded outside of such a run is named otherwise than a node of its file, and is none of its concern.
        """
        is_of_runs = test.node_id.startswith(test.file)
        is_gone = is_of_runs and test.file in self.held and test.node_id not in self.held[test.file]
        return test.node_id not in self.passed and not is_gone


def merge_contracts(existing: Contract | None, recorded: Contract, facts: RunFacts) -> Contract:
    """Give the contract after a run.

    The interactions of tests that passed are replaced by what they recorded now; those of tests that are gone go; all
    others stay, those without evidence (other tools wrote them) always.

    Args:
        existing: The contract before the run, or None where there was none.
        recorded: What the tests that passed recorded, joined; its names are those of the result.
        facts: Which tests passed, and which are there.
    """
    before = {each.key: each for each in existing.interactions} if existing is not None else {}
    kept = {key: left for key, each in before.items() if (left := _without_gone(each, facts)) is not None}
    for interaction in recorded.interactions:
        evidence = kept[interaction.key].evidence if interaction.key in kept else ()
        kept[interaction.key] = _renewed(before.get(interaction.key), interaction, evidence)
    result = recorded if existing is None else replace(existing, definition=recorded.definition or existing.definition)
    return replace(result, interactions=described(tuple(kept[key] for key in sorted(kept))))


def described(interactions: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """Give recorded interactions descriptions that are unique together with their states.

    Where several would share one, each gets the beginning of its key, so that neither order nor time decides.
    """
    plain = [_plain_description(each) for each in interactions]
    shared = Counter(map(_spoken, plain, interactions))
    return tuple(
        replace(each, description=_distinct(text, each.key))
        if each.evidence and shared[_spoken(text, each)] > 1
        else (each if text == each.description else replace(each, description=text))
        for text, each in zip(plain, interactions, strict=True)
    )


def plainly_described(contract: Contract) -> tuple[Interaction, ...]:
    """Give the interactions of a contract without what `described` has added to their descriptions."""
    return tuple(replace(each, description=_plain_description(each)) for each in contract.interactions)


def _plain_description(interaction: Interaction) -> str:
    description = interaction.description
    return _DISTINCTION.sub("", description) if interaction.evidence else description


def _without_gone(interaction: Interaction, facts: RunFacts) -> Interaction | None:
    """Give an interaction with the evidence that stays, or None where nobody is left to stand for it."""
    staying = tuple(each for each in interaction.evidence if facts.leaves(each.test))
    if interaction.evidence and not staying:
        return None
    return replace(interaction, evidence=staying)


def _renewed(known: Interaction | None, recorded: Interaction, staying: tuple[Evidence, ...]) -> Interaction:
    """Give what was recorded, with the evidence of tests not run, and what people and other tools wrote of it."""
    renewed = expect_needed(with_evidence(recorded, (*staying, *recorded.evidence)))
    if known is None:
        return renewed
    return replace(renewed, comments=known.comments, kept=known.kept, transport=known.transport)


def _spoken(description: str, interaction: Interaction) -> tuple[str, str]:
    states = [(state.name, dict(state.params)) for state in interaction.states]
    return description, repr(states) if states else ""


def _distinct(description: str, key: str) -> str:
    digest, hyphen, ordinal = key.partition("-")
    return f"{description} [{digest[:8]}{hyphen}{ordinal}]"
