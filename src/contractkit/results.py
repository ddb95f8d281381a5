"""Results: what comparing and verifying found. A mismatch is a result, never an exception."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from contractkit.errors import Explanation
from contractkit.model import Contract, HttpResponse, Interaction, Location, Status


class Absent(Enum):
    """Stands where there is no value, since None is JSON's `null`."""

    ABSENT = "nothing"


ABSENT: Final = Absent.ABSENT


class Outcome(Enum):
    """How a check ended. `ERRORED` says that nothing was judged: a time-out, a state that could not be set up."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One place where the actual exchange is not what was expected.

    `expected` and `actual` are JSON values or `ABSENT`; `rule` is the rule that decided (`equality` where none was
    written); `sentence` says the expectation in words, as in `an integer, for example 2`.
    """

    location: Location
    expected: object
    actual: object
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One place where an exchange is not what a definition allows.

    `expected` says in words what the definition allows; `received` is a JSON value or `ABSENT`; `pointer` is the JSON
    pointer of the definition's sentence that was broken.
    """

    location: Location
    expected: str
    received: object
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What an application in process raised while it answered.

    `error` is the exception's type and message, `at` file and line in the application's own code, `lines` the last of
    the traceback's lines there, outermost first.
    """

    error: str
    at: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionResult:
    """What replaying one interaction gave. `error` is there exactly if the outcome is `ERRORED`.

    `reason` groups errors: `needs a state`, `state failed`, `time-out`, `no connection`, `broken answer`,
    `endless stream`, `cannot be encoded`, `filter failed`.
    `seconds` is the time the provider took. `unprepared` says that no handler prepared its derived state. `unchecked`
    are lists of the expected body whose elements were not looked at, since the provider's had none. Of a failure,
    `answer` is what the provider sent over HTTP, or the status that ended a call over gRPC; `raised` is what it raised
    meanwhile, where it ran in this process. `runs` are the outcomes of several equal runs, where there were several.
    `drift` is what of the answer the provider's own definition does not allow, where that was asked; it decides
    nothing.
    """

    interaction: Interaction
    mismatches: tuple[Mismatch, ...] = ()
    error: Explanation | None = None
    reason: str = ""
    seconds: float = 0.0
    unprepared: bool = False
    unchecked: tuple[Location, ...] = ()
    answer: HttpResponse | Status | None = None
    raised: Raised | None = None
    runs: tuple[Outcome, ...] = ()
    drift: tuple[Violation, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Give the verdict that the facts amount to."""
        if self.error is not None:
            return Outcome.ERRORED
        return Outcome.FAILED if self.mismatches else Outcome.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Interference:
    """An interaction that ends otherwise in another order.

    `result` is how it ended where it did not pass. `others` are the fewest interactions found, with their contracts,
    after which it ends otherwise than alone, or, where `together`, at the same time as them: it then fails or, where it
    `needs_others`, passes. They are empty where none were found: what did it `remains` in the provider, or is no other
    interaction.
    """

    contract: Contract
    result: InteractionResult
    others: tuple[tuple[Contract, Interaction], ...] = ()
    needs_others: bool = False
    together: bool = False
    remains: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedInteraction:
    """An interaction that was selected and could not be replayed at all; `reason` says why, in a phrase."""

    key: str
    description: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractResult:
    """What replaying one contract gave, an entry per interaction that was selected, in the contract's order.

    `url` is where its results are to be published, where it came from a broker; `pending` says that failures of it
    are reported and block nobody; `origin` is the file or URL that it was read from. Where nothing was replayed because
    the provider's version had been verified before, `reused` is the URL of that result. What was `skipped` was not
    judged, so the contract is not verified as a whole. `options` are those of the command line, as a shell takes them,
    by which another run finds the same provider, states and contracts.
    """

    contract: Contract
    results: tuple[InteractionResult, ...]
    skipped: tuple[SkippedInteraction, ...] = ()
    pending: bool = False
    url: str | None = None
    origin: str = ""
    reused: str = ""
    options: str = ""

    @property
    def outcome(self) -> Outcome:
        """Give `FAILED` if any interaction that is not pending failed, else `ERRORED` if any errored."""
        outcomes = {each.outcome for each in self.results if not each.interaction.pending}
        for worst in (Outcome.FAILED, Outcome.ERRORED):
            if worst in outcomes:
                return worst
        return Outcome.PASSED
