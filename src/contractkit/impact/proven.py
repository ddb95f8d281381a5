"""What is proven: how the consumer's own tests ended on stubs of the proposed definition, test by test."""

from dataclasses import dataclass
from enum import Enum

from contractkit.model import TestReference


class Proven(Enum):
    """What a run of the tests says of an interaction, the worst first."""

    FAILS = "fails"
    CAN_FAIL = "can fail"  # on some of the answers that the proposed definition allows
    PASSES = "passes"
    FAILED_BEFORE = "fails already"  # also on the definition that consumers rely on now, so it proves nothing
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestProof:
    """How one test ended: why, where it did not pass, and the consumer's line at which that showed (0 unknown)."""

    __test__ = False  # not a test class, whatever its name suggests to a collector

    test: TestReference
    outcome: Proven
    message: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Give the line at which it failed, else where the test stands."""
        return f"{self.file}:{self.line}" if self.file else str(self.test)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the tests that recorded an interaction prove of it; without any it was not run."""

    tests: tuple[TestProof, ...]

    @property
    def outcome(self) -> Proven:
        """Give the worst of what was run and proves something, else why nothing is proven."""
        found = {each.outcome for each in self.tests}
        return next((outcome for outcome in Proven if outcome in found), Proven.NOT_RUN)

    @property
    def telling(self) -> tuple[TestProof, ...]:
        """Give the tests that ended so."""
        return tuple(each for each in self.tests if each.outcome is self.outcome)

    @property
    def others(self) -> tuple[TestProof, ...]:
        """Give the tests that ended otherwise."""
        return tuple(each for each in self.tests if each.outcome is not self.outcome)
