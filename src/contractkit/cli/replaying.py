"""Replaying: the consumer's own tests are run on stubs of a proposed definition, to prove what is predicted of them."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.errors import NothingToCheckError, UsageError
from contractkit.explain.terminal import unsteered
from contractkit.impact import ConsumerImpact, ImpactReport
from contractkit.impact.proofs import with_proofs
from contractkit.impact.proven import Proven, TestProof
from contractkit.model import RpcCall, TestReference
from contractkit.recording.replays import REPLAY, ReplayedTest, ReplayOrder, dump_order, load_replayed
from contractkit.settings import Settings
from contractkit.sources.places import is_elsewhere

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


def present_definition(settings: Settings, provider: str | None) -> str:
    """Give where the definition is that this project's tests rely on now.

    Raises:
        UsageError: No provider is named and several are set, or its definition is no file here.
    """
    name = provider if provider is not None or len(settings.providers) != 1 else next(iter(settings.providers))
    if name is None:
        raise UsageError(
            "It is not said which provider's definition NEW is to take the place of.",
            details=[("providers", ", ".join(sorted(settings.providers)) or "none is set")],
            next_step="Name it: --provider NAME; or give both definitions: contractkit impact OLD NEW --replay",
        )
    known = settings.provider(name)
    place = known.definition or known.messages
    if place is None or is_elsewhere(place):
        raise UsageError(
            f"The present definition of {name} is no file here.",
            details=[("definition", str(place))],
            next_step="Give both definitions: contractkit impact OLD NEW --replay",
        )
    return os.path.relpath(settings.path(place))


def replayed(report: ImpactReport, pair: Pair, settings: Settings, manner: Manner) -> ImpactReport:
    """Give a report with what the tests of this project prove.

    Raises:
        NothingToCheckError: No contract is this project's own, or none of its tests is here.
        UsageError: pytest cannot be run, or a test is named that recorded nothing.
    """
    own = _own(report.consumers, settings)
    recorded = _recorded(own)
    tests = {node_id: test for node_id, test in recorded.items() if (settings.root / test.file).is_file()}
    _check(report, own, recorded, tests, manner.tests)
    wanted = {node_id: test for node_id, test in tests.items() if node_id in manner.tests or not manner.tests}
    unasked = {node_id: _not_asked(test) for node_id, test in tests.items() if node_id not in wanted}
    with tempfile.TemporaryDirectory(prefix="contractkit-replay-") as directory:
        replaying = _Replaying(pair, settings, manner, Path(directory), has_weaker=_has_weaker(own))
        proofs = replaying.proofs(wanted)
    return with_proofs(report, {**unasked, **proofs}, {each.consumer for each in own})


def _own(consumers: Iterable[ConsumerImpact], settings: Settings) -> tuple[ConsumerImpact, ...]:
    """Give the contracts that this project's tests recorded: of its consumer, or in its directory."""
    place = settings.contracts_directory.resolve()
    return tuple(
        each
        for each in consumers
        if each.consumer == settings.consumer or Path(each.info.origin).resolve().is_relative_to(place)
    )


def _has_weaker(consumers: Iterable[ConsumerImpact]) -> bool:
    """Say whether definitions of the kind that is judged allow weaker answers than a stub gives unasked."""
    return not any(isinstance(one.interaction.exchange, RpcCall) for each in consumers for one in each.interactions)


def _recorded(consumers: Iterable[ConsumerImpact]) -> Mapping[str, TestReference]:
    found = {
        evidence.test.node_id: evidence.test
        for consumer in consumers
        for impact in consumer.interactions
        for evidence in impact.interaction.evidence
    }
    return {node_id: test for node_id, test in found.items() if test.file}


def _check(
    report: ImpactReport,
    own: Collection[ConsumerImpact],
    recorded: Mapping[str, TestReference],
    tests: Mapping[str, TestReference],
    named: Collection[str],
) -> None:
    if not own:
        raise NothingToCheckError(
            "None of the contracts is this project's own, so there are no tests to run.",
            details=[("contracts of", ", ".join(dict.fromkeys(each.consumer for each in report.consumers)))],
            next_step="Run this where the consumer's tests are; contractkit impact without --replay needs none.",
        )
    if not tests:
        files = ", ".join(dict.fromkeys(each.file for each in recorded.values())) or "none is named"
        raise NothingToCheckError(
            "The tests that recorded the contract are not here.",
            details=[("tests in", files)],
            next_step="Run pytest, which records the contract anew, then ask again.",
        )
    unknown = [name for name in named if name not in tests]
    if unknown:
        raise UsageError(
            "No contract here was recorded by such a test.",
            details=[("test", each) for each in unknown],
            next_step=f"Name one as the contract does, for example {next(iter(tests))}",
        )


class _Replaying:
    """Runs tests as often as it takes to tell what each proves."""

    def __init__(self, pair: Pair, settings: Settings, manner: Manner, directory: Path, *, has_weaker: bool) -> None:
        self._has_weaker = has_weaker
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
        again = passed if self._has_weaker else {}
        weakest = self._run(again, f"on the weakest answers of {new}", definition=new, old=old, weakest=True)
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


def _not_asked(test: TestReference) -> TestProof:
    return TestProof(test=test, outcome=Proven.NOT_RUN, message="it was not asked for")


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
        next_step="contractkit must be installed where pytest is; another way to start it: --replay-with COMMAND",
    )
