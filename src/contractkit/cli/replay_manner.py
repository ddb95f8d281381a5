"""How `contractkit impact` is asked to replay: what runs the tests, which of them, and what becomes of their proofs."""

import math
import shlex
from dataclasses import dataclass

from contractkit.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Where the present and the proposed definition of a provider are, as the command line names them."""

    provider: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the tests are run, and whether what they prove is published, as a version of the consumer.

    Attributes:
        command: What starts pytest; this Python's where None.
        tests: Those wanted, all where none is named; where some are, what pytest prints is shown.
        publishes: What they prove is sent to the broker.
        version: The consumer's version there; git's where None.
        limit: The seconds that each test may take, on either definition; by what it took before where None.
    """

    command: str | None
    tests: tuple[str, ...]
    publishes: bool
    version: str | None
    limit: float | None = None


def check_manner(
    manner: Manner, *, is_replay: bool, environment: str | None, branch: str | None, broker: str | None
) -> None:
    """Check that what is said of how tests are run goes together, and that they are run at all.

    Raises:
        UsageError: It does not, or they are not.
    """
    said = {
        "--test": bool(manner.tests),
        "--replay-with": manner.command is not None,
        "--publish": manner.publishes,
        "--consumer-version": manner.version is not None,
        "--time-limit": manner.limit is not None,
    }
    alone = [name for name, is_given in said.items() if is_given]
    if alone and not is_replay:
        raise UsageError(f"{' and '.join(alone)}: no tests are run.", next_step="Have them run: --replay")
    if is_replay:
        _check_own(environment=environment, branch=branch, broker=None if manner.publishes else broker)
    if manner.publishes and manner.tests:
        raise UsageError("--test and --publish exclude each other: a proof is of all tests.")
    if manner.version is not None and not manner.publishes:
        raise UsageError("--consumer-version: nothing is published.", next_step="Have it published: --publish")
    try:
        words = None if manner.command is None else shlex.split(manner.command)
    except ValueError as error:
        raise UsageError(f"--replay-with is no command: {error}.") from None
    if manner.limit is not None and math.isnan(manner.limit):
        raise UsageError("--time-limit is no number of seconds: nan.")
    if words == []:
        raise UsageError("--replay-with has an empty value; is a variable not set?")


def _check_own(**options: str | None) -> None:
    """Check that nothing is asked of a broker: what runs is this project's, whatever others are where."""
    given = next((name for name, value in options.items() if value is not None), None)
    if given is None:
        return
    leave = f"Leave --{given} out"
    raise UsageError(
        f"--{given} and --replay exclude each other: the contracts and tests are those of this project.",
        next_step=f"{leave}, or publish what is proved: --publish" if given == "broker" else f"{leave}.",
    )
