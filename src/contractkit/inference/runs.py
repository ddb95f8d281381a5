"""Runs: what one re-run of a test serves, and what came of it."""

from dataclasses import dataclass
from enum import Enum

from contractkit.inference.changes import AnswerId, Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One re-run with these changes; without any it is the control run."""

    changes: tuple[Change, ...] = ()


class Where(Enum):
    """Where an error was raised that turned a run red."""

    TEST = "in the test"
    OUTSIDE = "outside of the test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The error that turned a run red: where it was raised, and the name of its class."""

    where: Where
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a run.

    Attributes:
        raised: Why it was red; None where it was green.
        served: The answers that were served, those with changes as changed.
        asked_anew: The operations that were asked something that the test had not asked when it passed.
        hung: It had to be ended from outside, so that nothing is proved.
    """

    raised: Raised | None = None
    served: frozenset[AnswerId] = frozenset()
    asked_anew: frozenset[str] = frozenset()
    hung: bool = False

    @property
    def is_green(self) -> bool:
        """Say whether the test passed."""
        return self.raised is None
