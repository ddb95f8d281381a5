"""The tally: what an import brought in, found there, left as it is here, and could not bring."""

from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = (
    "environments",
    "applications",
    "versions",
    "contracts",
    "places on branches",
    "results",
    "deployments",
    "releases",
)
"""What is counted, in the order it is imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotImported:
    """Something that could not be brought in, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that stays as it is here because it is newer here, or set here."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did; counts by kind."""

    imported: Mapping[str, int]
    present: Mapping[str, int]
    not_imported: tuple[NotImported, ...] = ()
    kept: tuple[Kept, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Say whether nothing failed to be imported."""
        return not self.not_imported


@dataclass(slots=True)
class Tally:
    """Counts while an import runs."""

    imported: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    present: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    not_imported: list[NotImported] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    def bring(self, kind: str, count: int = 1) -> None:
        """Count what was imported."""
        self.imported[kind] += count

    def find(self, kind: str, count: int = 1) -> None:
        """Count what was there before."""
        self.present[kind] += count

    def miss(self, what: str, why: str) -> None:
        """Note what could not be imported."""
        self.not_imported.append(NotImported(what=what, why=why))

    def keep(self, what: str, why: str) -> None:
        """Note what stays as it is here."""
        self.kept.append(Kept(what=what, why=why))

    def report(self) -> Report:
        """Give the counts as they are now."""
        return Report(
            imported=dict(self.imported),
            present=dict(self.present),
            not_imported=tuple(self.not_imported),
            kept=tuple(self.kept),
            unasked=tuple(self.unasked),
        )
