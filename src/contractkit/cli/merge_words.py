"""What `contractkit merge` tells: each contract of the whole run, and what of it no shard confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contractkit.exact_json import dump_shown
from contractkit.explain.terminal import printable
from contractkit.model import Contract, Interaction

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One contract of the whole run, its file, how many parts held it, and by key the tests that confirmed it."""

    path: Path
    contract: Contract
    parts: int
    confirmed: Mapping[str, frozenset[str]]
    is_written: bool

    @property
    def unconfirmed(self) -> tuple[Interaction, ...]:
        """Give the interactions of tests that no part confirmed."""
        return tuple(each for each in self.contract.interactions if each.evidence and each.key not in self.confirmed)

    @property
    def outcome(self) -> str:
        """Say what became of the file: written, unchanged, or removed where nothing is left for it."""
        if not self.is_written:
            return "unchanged"
        return "written" if self.contract.interactions else "removed"


def merged_as_text(merged: Sequence[Merged]) -> str:
    """Give a line for each contract, and below it what no part confirmed."""
    return "\n".join(printable(line) for each in merged for line in _lines(each))


def merged_as_json(merged: Sequence[Merged]) -> str:
    """Give the same as a JSON document."""
    contracts = [
        {
            "file": str(each.path),
            "consumer": each.contract.consumer,
            "provider": each.contract.provider,
            "parts": each.parts,
            "interactions": len(each.contract.interactions),
            "outcome": each.outcome,
            "unconfirmed": [
                {"key": one.key, "description": one.description, "tests": [str(test.test) for test in one.evidence]}
                for one in each.unconfirmed
            ],
        }
        for each in merged
    ]
    return dump_shown({"schema_version": 1, "contracts": contracts})


def _lines(merged: Merged) -> list[str]:
    contract, parts = merged.contract, merged.parts
    count = len(contract.interactions)
    lines = [
        f"{contract.consumer} - {contract.provider}: {count} interaction{'' if count == 1 else 's'} "
        f"of {parts} part{'' if parts == 1 else 's'} ({merged.path} {merged.outcome})"
    ]
    if merged.unconfirmed:
        named = [f"{each.description} ({each.evidence[0].test})" for each in merged.unconfirmed[:_NAMED]]
        more = [f"and {len(merged.unconfirmed) - _NAMED} more"] if len(merged.unconfirmed) > _NAMED else []
        lines.append(f"  {len(merged.unconfirmed)} not confirmed by any part: {', '.join([*named, *more])}")
    return lines
