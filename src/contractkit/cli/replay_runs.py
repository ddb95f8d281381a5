"""Replay runs: pytest is started as often as it takes to tell what each test proves of a proposed definition."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from contractkit.changes.wording import counted
from contractkit.cli.replay_manner import Manner, Pair
from contractkit.cli.replay_trials import HUNG, TIMES, Trial, hung
from contractkit.cli.replay_watch import MOST_SILENT, Watched, run_watched
from contractkit.errors import UsageError
from contractkit.explain.terminal import printable, unsteered
from contractkit.impact.proven import TestProof
from contractkit.locking.brokers import definition_of_broker
from contractkit.model import TestReference
from contractkit.recording.replays import REPLAY, ReplayedTest, ReplayOrder, ReplayProgress, dump_order
from contractkit.settings import Settings
from contractkit.sources.places import BROKER
from contractkit.sources.proto_kinds import proto_kind

USUAL_SECONDS = 30.0
"""How long a test may take where nothing else is said."""

_MOST_OUTPUT = 15  # lines
_ENDINGS = {"text": ".proto", "set": ".binpb"}


class Replaying:
    """Runs tests as often as it takes to tell what each proves."""

    def __init__(self, pair: Pair, settings: Settings, manner: Manner, directory: Path) -> None:
        self._pair = pair
        self._settings = settings
        self._manner = manner
        self._directory = directory
        self._runs = 0
        self._places = {each: _place(each, settings, directory / f"definition-{at}")
                        for at, each in enumerate((pair.old, pair.new))}  # fmt: skip

    def proofs(self, tests: Mapping[str, TestReference]) -> Mapping[str, TestProof]:
        """Give what each test proves, by node id.

        A test that takes longer than is usual may be a slow one: where it is not said how long they may take, such
        are run again with as long as it took them on the present definition, many times over.
        """
        limit = self._manner.limit
        found = self._trials(tests, limit or USUAL_SECONDS, before=limit or MOST_SILENT)
        slow = {name: tests[name] for name, each in found.items() if limit is None and each.is_slow}
        if slow:
            longest = max(found[name].before_seconds for name in slow)
            found = {**found, **self._trials(slow, TIMES * longest, before=MOST_SILENT)}
        return {name: each.proof(tests[name]) for name, each in found.items()}

    def _trials(self, tests: Mapping[str, TestReference], limit: float, *, before: float) -> Mapping[str, Trial]:
        """Run tests in each way that tells something; a test may take `limit` seconds, and `before` as things are."""
        old, new = self._pair.old, self._pair.new
        usual = self._run(tests, f"on stubs of {new}", limit, definition=new, old=old)
        passed = {name: tests[name] for name, each in usual.items() if each.outcome == "passed"}
        weakest = self._run(passed, f"on the weakest answers of {new}", limit, definition=new, old=old, weakest=True)
        failed = {
            name: tests[name]
            for name, each in usual.items()
            if each.outcome in ("failed", HUNG) or (name in weakest and weakest[name].outcome == HUNG)
        }
        known = self._run(failed, f"on stubs of {old}, since they failed", before, definition=old)
        return {
            name: Trial(usual=each, weakest=weakest.get(name), before=known.get(name), limit=limit)
            for name, each in usual.items()
        }

    def _run(
        self,
        tests: Mapping[str, TestReference],
        where: str,
        limit: float,
        *,
        definition: str,
        old: str | None = None,
        weakest: bool = False,
    ) -> Mapping[str, ReplayedTest]:
        """Run tests, and those that are left once more where one hung: it took the run with it."""
        found: dict[str, ReplayedTest] = {}
        left = dict(tests)
        while left:
            click.echo(f"Running {counted(len(left), 'test')} {where}.", err=True)
            self._runs += 1
            order = ReplayOrder(
                provider=self._pair.provider,
                definition=self._places[definition],
                old=self._places[old] if old is not None else None,
                weakest=weakest,
                directory=str(Path.cwd()),
                root=str(self._settings.root),
                tests=tuple(left),
                results=str(self._directory / f"results-{self._runs}.jsonl"),
                limit=limit,
            )
            files = sorted({str(self._settings.root / test.file) for test in left.values()})
            progress, stopped = self._start(order, files)
            found |= progress.tests | {name: hung(name, progress, limit) for name in stopped}
            if not stopped & left.keys():
                break
            left = {name: test for name, test in left.items() if name not in found}
        return found

    def _start(self, order: ReplayOrder, files: list[str]) -> tuple[ReplayProgress, frozenset[str]]:
        """Run pytest, and give what came of the tests and for which of them it was ended."""
        path = self._directory / f"order-{self._runs}.json"
        path.write_text(dump_order(order), "utf-8")
        command = [*self._command, *files, *self._options]
        environment = {
            **os.environ,
            REPLAY: str(path),
            "CONTRACTKIT_NEEDS": "off",
            "COVERAGE_FILE": str(self._directory / "coverage"),  # that of the real suite stays
        }
        progress = ReplayProgress(Path(order.results))
        with tempfile.TemporaryFile() as output:
            try:
                ended = run_watched(
                    command,
                    directory=self._settings.root,
                    environment=environment,
                    output=output,
                    progress=progress,
                    limit=order.limit,
                )
            except OSError as error:
                raise _not_run(command, str(error), "") from None
            output.seek(0)
            printed = output.read().decode(errors="replace")
        if not ended.hung and not progress.is_over:
            raise _not_run(command, _how(ended), printed)
        for name in sorted(ended.hung):
            click.echo(f"Stopped {printable(name)}, which did not end within {order.limit:g} s.", err=True)
        if self._manner.tests:
            click.echo(unsteered(printed), err=True)
        return progress, ended.hung

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


def _place(location: str, settings: Settings, copy: Path) -> str:
    """Give where a run finds a definition: what a broker has is fetched, since no test is to ask it."""
    if not location.startswith(BROKER):
        return location
    data = definition_of_broker(settings, location)
    ending = _ENDINGS.get(proto_kind(data, location)) or (".json" if data.lstrip().startswith(b"{") else ".yaml")
    file = copy.with_suffix(ending)
    file.write_bytes(data)
    return str(file)


def _how(ended: Watched) -> str:
    return f"no test began for {MOST_SILENT:g} s" if ended.code is None else f"ended with code {ended.code}"


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
