"""Replay runs: pytest is started as often as it takes to tell what each test proves of a proposed definition."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.errors import UsageError
from contractkit.explain.terminal import unsteered
from contractkit.impact.proven import Proven, TestProof
from contractkit.model import TestReference
from contractkit.recording.replays import REPLAY, ReplayedTest, ReplayOrder, dump_order, load_replayed
from contractkit.settings import Settings

_MOST_OUTPUT = 15  # lines


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
    """

    command: str | None
    tests: tuple[str, ...]
    publishes: bool
    version: str | None


class Replaying:
    """Runs tests as often as it takes to tell what each proves."""

    def __init__(self, pair: Pair, settings: Settings, manner: Manner, directory: Path) -> None:
        self._pair = pair
        self._settings = settings
        self._manner = manner
        self._directory = directory
        self._runs = 0

    def proofs(self, tests: Mapping[str, TestReference]) -> Mapping[str, TestProof]:
        """Give what each test proves, by node id."""
        old, new = self._pair.old, self._pair.new
        usual = self._run(tests, f"on stubs of {new}", definition=new, old=old)
        passed = {name: tests[name] for name, each in usual.items() if each.outcome == "passed"}
        failed = {name: tests[name] for name, each in usual.items() if each.outcome == "failed"}
        weakest = self._run(passed, f"on the weakest answers of {new}", definition=new, old=old, weakest=True)
        before = self._run(failed, f"on stubs of {old}, since they failed", definition=old)
        return {name: _proof(tests[name], each, weakest.get(name), before.get(name)) for name, each in usual.items()}

    def _run(
        self,
        tests: Mapping[str, TestReference],
        where: str,
        *,
        definition: str,
        old: str | None = None,
        weakest: bool = False,
    ) -> Mapping[str, ReplayedTest]:
        if not tests:
            return {}
        click.echo(f"Running {len(tests)} test{'' if len(tests) == 1 else 's'} {where}.", err=True)
        self._runs += 1
        results = self._directory / f"results-{self._runs}.json"
        order = ReplayOrder(
            provider=self._pair.provider,
            definition=definition,
            old=old,
            weakest=weakest,
            directory=str(Path.cwd()),
            root=str(self._settings.root),
            tests=tuple(tests),
            results=str(results),
        )
        self._start(order, sorted({str(self._settings.root / test.file) for test in tests.values()}), results)
        return {each.node_id: each for each in load_replayed(results)}

    def _start(self, order: ReplayOrder, files: list[str], results: Path) -> None:
        path = self._directory / f"order-{self._runs}.json"
        path.write_text(dump_order(order), "utf-8")
        command = [*self._command, *files, *self._options]
        environment = {
            **os.environ,
            REPLAY: str(path),
            "CONTRACTKIT_NEEDS": "off",
            "COVERAGE_FILE": str(self._directory / "coverage"),  # that of the real suite stays
        }
        try:
            ended = subprocess.run(
                command,
                cwd=self._settings.root,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except OSError as error:
            raise _not_run(command, str(error), "") from None
        output = ended.stdout.decode(errors="replace")
        if not results.exists():
            raise _not_run(command, f"ended with code {ended.returncode}", output)
        if self._manner.tests:
            click.echo(unsteered(output), err=True)

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "pytest"] if self._manner.command is None else shlex.split(self._manner.command)

    @property
    def _options(self) -> tuple[str, ...]:
        """Give what keeps a run from stopping early, and from leaving anything behind that the real suite looks at."""
        return (
            f"--rootdir={self._settings.root}",
            "--no-contracts",
            "--maxfail=0",
            "--continue-on-collection-errors",
            "--tb=short",
            f"--override-ini=cache_dir={self._directory / 'cache'}",
        )


def _proof(
    test: TestReference, usual: ReplayedTest, weakest: ReplayedTest | None, before: ReplayedTest | None
) -> TestProof:
    """Give what a test proves by its runs on usual and on the weakest answers, and on the present definition."""
    if usual.outcome == "skipped":
        return TestProof(test=test, outcome=Proven.NOT_RUN, message=usual.message)
    if before is not None and before.outcome != "passed":
        return _told(test, Proven.FAILED_BEFORE, before)
    if usual.outcome == "failed":
        return _told(test, Proven.FAILS, usual)
    if weakest is not None and weakest.outcome == "failed":
        return _told(test, Proven.CAN_FAIL, weakest)
    return TestProof(test=test, outcome=Proven.PASSES)


def _told(test: TestReference, outcome: Proven, ended: ReplayedTest) -> TestProof:
    return TestProof(test=test, outcome=outcome, message=ended.message, file=ended.file, line=ended.line)


def _not_run(command: Iterable[str], problem: str, output: str) -> UsageError:
    last = "\n".join(output.strip().splitlines()[-_MOST_OUTPUT:])
    return UsageError(
        "The consumer's tests could not be run.",
        details=[
            ("command", shlex.join(command)),
            ("problem", problem),
            *([("output", unsteered(last))] if last else []),
        ],
        next_step="Mend what keeps pytest from running. contractkit has to be installed where it is; another way to "
        "start it: --replay-with COMMAND",
    )
