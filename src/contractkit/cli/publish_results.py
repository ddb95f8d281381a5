"""`contractkit publish-results`: tells the broker what it was not told when it was lost after a verification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient
from contractkit.cli.brokers import asks_broker, connect, show
from contractkit.cli.kept_results import KeptRun, kept_files, read_kept
from contractkit.cli.results import send_run
from contractkit.cli.verbs import Verb
from contractkit.errors import NothingToCheckError, UsageError
from contractkit.exact_json import Json
from contractkit.settings import load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A run that is kept: its file, the broker it is for, and what it has to tell."""

    file: Path
    broker: str
    run: KeptRun


@click.command(cls=Verb)
@click.option("--dry-run", is_flag=True, help="Say what would be published; ask no broker.")
@asks_broker
def publish_results(dry_run: bool, broker: str | None, output: str) -> int:
    """Publish the results of verifications that were kept here because the broker was lost.

    What the broker has already is not published again. Exit codes: 0 published, 2 a file is not one that was kept, or
    was kept for another broker, 3 nothing is kept, 4 the broker cannot be reached.
    """
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    kept = [
        _Kept(file=file, broker=url, run=run) for file in kept_files(settings.root) for url, run in [read_kept(file)]
    ]
    if not kept:
        raise NothingToCheckError(
            "No results are kept, so nothing was published.", details=[("project", str(settings.root))]
        )
    if dry_run:
        show(_as_text(kept), _as_json(kept, is_dry_run=True), output)
        return 0
    with connect(settings) as client:
        _check_broker(kept, client)
        for each in kept:
            _send(client, each, settings.root)
    show(f"Told {client.url} what was kept.\n\n{_as_text(kept)}", _as_json(kept, is_dry_run=False), output)
    return 0


def _send(client: BrokerClient, kept: _Kept, root: Path) -> None:
    """Tell what is new of a run."""
    told = [each for each in kept.run.results if client.earlier.find_equal(each.url, each.document)]
    for each in told:
        click.echo(f"{each.consumer}: the broker has this result already.", err=True)
    left = tuple(each for each in kept.run.results if each not in told)
    send_run(client, replace(kept.run, results=left), root, kept_in=kept.file)


def _check_broker(kept: Sequence[_Kept], client: BrokerClient) -> None:
    other = next((each for each in kept if each.broker != client.url), None)
    if other is not None:
        raise UsageError(
            "Results are kept for another broker.",
            details=[("file", str(other.file)), ("kept for", other.broker), ("asked", client.url)],
            next_step=f"Give --broker {other.broker}, or remove the file.",
        )


def _as_text(kept: Sequence[_Kept]) -> str:
    lines = [
        f"  {each.consumer}: {'passed' if each.passed else 'failed'} by {one.run.build.application} "
        f"{one.run.build.version}"
        for one in kept
        for each in one.run.results
    ]
    return "\n".join(lines) or "  no result, but a branch or a definition"


def _as_json(kept: Sequence[_Kept], *, is_dry_run: bool) -> dict[str, Json]:
    return {
        "dry_run": is_dry_run,
        "results": [
            {
                "consumer": each.consumer,
                "provider": one.run.build.application,
                "version": one.run.build.version,
                "passed": each.passed,
            }
            for one in kept
            for each in one.run.results
        ],
    }
