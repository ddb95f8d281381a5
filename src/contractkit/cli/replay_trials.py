"""Replay trials: what one test proves of a proposed definition, by how it ended in each of its runs."""

from dataclasses import dataclass, replace

from contractkit.impact.proven import Proven, TestProof
from contractkit.model import TestReference
from contractkit.recording.replays import ReplayedTest, ReplayProgress

TIMES = 10
"""How many times longer than on the present definition a slow test may take."""

HUNG = "hung"
"""The outcome of a test that was stopped, beside those that a run tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The runs of one test: on usual and on the weakest answers, each within `limit` seconds, and as things are."""

    usual: ReplayedTest
    weakest: ReplayedTest | None
    before: ReplayedTest | None
    limit: float

    @property
    def before_seconds(self) -> float:
        """Give how long it took on the present definition; nothing where it was not run there."""
        return self.before.seconds if self.before is not None else 0.0

    @property
    def is_slow(self) -> bool:
        """Say whether it was stopped in less than the time that it may take by what it took before."""
        is_stopped = HUNG in (self.usual.outcome, self.weakest.outcome if self.weakest is not None else "")
        has_passed = self.before is not None and self.before.outcome == "passed"
        return is_stopped and has_passed and TIMES * self.before_seconds > self.limit

    def proof(self, test: TestReference) -> TestProof:
        """Give what the test proves."""
        if self.usual.outcome == "skipped":
            return TestProof(test=test, outcome=Proven.NOT_RUN, message=self.usual.message)
        if self.before is not None and self.before.outcome != "passed":
            return _told(test, Proven.FAILED_BEFORE, self.before)
        for outcome, ended in ((Proven.FAILS, self.usual), (Proven.CAN_FAIL, self.weakest)):
            if ended is not None and ended.outcome in ("failed", HUNG):
                return _told(test, outcome, self._compared(ended))
        return TestProof(test=test, outcome=Proven.PASSES)

    def _compared(self, ended: ReplayedTest) -> ReplayedTest:
        """Give how a run ended, with the time that the test took before where it was stopped."""
        if ended.outcome != HUNG or self.before is None:
            return ended
        before = f"on the present definition it took {self.before_seconds:.1f} s"
        return replace(ended, message=f"{ended.message}; {before}")


def hung(node_id: str, progress: ReplayProgress, limit: float) -> ReplayedTest:
    """Give what came of a test that was stopped: where it stood, if the run could tell."""
    file, line = progress.places.get(node_id, ("", 0))
    message = f"it did not end within {limit:g} s"
    return ReplayedTest(node_id=node_id, outcome=HUNG, message=message, file=file, line=line, seconds=limit)


def _told(test: TestReference, outcome: Proven, ended: ReplayedTest) -> TestProof:
    return TestProof(test=test, outcome=outcome, message=ended.message, file=ended.file, line=ended.line)
