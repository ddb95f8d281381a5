"""Results published: what a verification found, told to the broker that the contracts came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version as distribution_version
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient, Build, InteractionVerdict
from contractkit.broker_client.verdicts import verdict_document
from contractkit.cli.brokers import connect
from contractkit.cli.kept_results import KeptDefinition, KeptResult, KeptRun, keep_run
from contractkit.errors import BrokerError, BrokerRefusedError, UsageError
from contractkit.explain.verification_failures import runs_of, show_value
from contractkit.results import ContractResult, InteractionResult, Mismatch, Outcome
from contractkit.settings import Settings
from contractkit.sources import published_definition
from contractkit.verification.verifier import SelectedContract


def read_definition_file(file: Path) -> KeptDefinition:
    """Give the definition in a file as it is published: protobuf as one descriptor set, others unread.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        data, content_type = published_definition(file)
    except OSError as error:
        raise UsageError(
            "The definition cannot be read.",
            details=[("file", str(file)), ("reason", error.strerror or str(error))],
        ) from None
    return KeptDefinition(data=data, content_type=content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run found that may be published: for which build, with which definition."""

    build: Build
    definition: KeptDefinition | None
    verified: Sequence[tuple[SelectedContract, ContractResult]]


def publish_results(settings: Settings, found: Found, *, is_dry_run: bool = False) -> None:
    """Publish the result of each contract that was verified as a whole, and the definition, for one build.

    What was not judged (a time-out, a missing state, interactions left out) is not published: the broker goes on
    knowing that it does not know. What is and is not published is said on standard error.

    Raises:
        BrokerError: The broker is lost. What it did not take is kept here for `contractkit publish-results`.
    """
    results = []
    for selected, result in found.verified:
        reason = _why_not(selected, result)
        if reason:
            click.echo(f"{selected.contract.consumer}: not published, since {reason}.", err=True)
        else:
            results.append(_kept(found.build, selected, result))
    run = KeptRun(build=found.build, definition=found.definition, results=tuple(results))
    if is_dry_run:
        _tell_dry(run)
        return
    with connect(settings) as broker:  # checked before anything was replayed, so that nothing is lost by a setting
        send_run(broker, run, settings.root)


def send_run(broker: BrokerClient, run: KeptRun, root: Path, *, kept_in: Path | None = None) -> None:
    """Tell the broker all of a run; where it is lost meanwhile, keep what is left.

    Args:
        broker: The broker.
        run: What it is to be told.
        root: The project's root, where what is left is kept.
        kept_in: The file that the run was kept in; it goes, or says no more than what is left.

    Raises:
        BrokerError: It is lost, or refuses; the message says where what is left is kept.
    """
    left = run
    try:
        broker.record_branch(run.build)
        if run.definition is not None:
            _publish_definition(broker, run.build, run.definition)
            left = left.without_definition()
        for each in run.results:
            click.echo(_published(broker, run.build, each), err=True)
            left = left.without(each)
    except BrokerError as error:
        raise _lost(error, _kept_again(root, broker.url, left, kept_in), left) from None
    if kept_in is not None:
        kept_in.unlink(missing_ok=True)


def _published(broker: BrokerClient, build: Build, each: KeptResult) -> str:
    summary = f"The results of {build.application} {build.version} were not published."
    url = broker.earlier.publish_once(each.url, each.document, summary=summary)
    outcome = "passed" if each.passed else "failed"
    return f"{each.consumer}: published as {outcome} by {build.application} {build.version}: {url}"


def _kept_again(root: Path, broker: str, left: KeptRun, kept_in: Path | None) -> Path | None:
    """Keep what is left and give its file; None where nothing can be written here."""
    try:
        file = keep_run(root, broker, left)
    except OSError:
        return kept_in
    if kept_in is not None and kept_in != file:
        kept_in.unlink(missing_ok=True)
    return file


def _lost(error: BrokerError, file: Path | None, left: KeptRun) -> BrokerError:
    explanation = error.explanation
    consumers = ", ".join(each.consumer for each in left.results) or "no consumer"
    more = f"{explanation.next_step}\n\n" if explanation.next_step else ""
    place = "nowhere: nothing can be written here" if file is None else str(file)
    told = "What was not told is kept. To tell it: contractkit publish-results"
    kept = BrokerError(
        explanation.summary,
        details=[*explanation.details, ("kept", place), ("results for", consumers)],
        next_step=f"{more}{told if file is not None else 'What was not told is lost: verify again with --publish.'}",
    )
    kept.exit_code = error.exit_code
    return kept


def _tell_dry(run: KeptRun) -> None:
    build = run.build
    if run.definition is not None:
        click.echo(f"The definition of {build.application} {build.version} would be published.", err=True)
    for each in run.results:
        outcome = "passed" if each.passed else "failed"
        click.echo(
            f"{each.consumer}: would be published as {outcome} by {build.application} {build.version}.", err=True
        )


def _why_not(selected: SelectedContract, result: ContractResult) -> str:
    """Give why a result is not published, or nothing."""
    if selected.url is None:
        return "the broker takes no results for its contract"
    if not selected.is_whole or result.skipped:
        return "not every interaction of its contract was replayed"
    if result.outcome is Outcome.ERRORED:
        return "not every interaction of its contract could be judged"
    return ""


def _kept(build: Build, selected: SelectedContract, result: ContractResult) -> KeptResult:
    assert selected.url is not None, "what has no URL is not published"
    passed = result.outcome is Outcome.PASSED
    document = verdict_document(
        build,
        [_verdict(each, selected) for each in result.results],
        passed=passed,
        verifier_version=distribution_version("contractkit-cdct"),
    )
    return KeptResult(consumer=selected.contract.consumer, url=selected.url, document=document)


def _verdict(result: InteractionResult, selected: SelectedContract) -> InteractionVerdict:
    return InteractionVerdict(
        interaction=result.interaction,
        interaction_id=selected.broker_ids.get(result.interaction.key),
        passed=result.outcome is Outcome.PASSED,
        mismatches=(*map(_sentence, result.mismatches), *runs_of(result)),
        error=None if result.error is None else f"{result.reason}: {result.error.summary}",
    )


def _sentence(mismatch: Mismatch) -> tuple[str, str]:
    part = str(mismatch.location.steps[1]) if len(mismatch.location.steps) > 1 else "body"
    return part, f"{mismatch.location}: expected {mismatch.sentence}, received {show_value(mismatch.actual)}"


def _publish_definition(broker: BrokerClient, build: Build, definition: KeptDefinition) -> None:
    try:
        broker.resources.publish_definition(
            build.application, build.version, definition.data, content_type=definition.content_type
        )
    except BrokerRefusedError as error:
        if error.status not in (404, 405):
            raise
        click.echo("The definition was not published: this broker takes none.", err=True)
        return
    click.echo(f"The definition of {build.application} {build.version} was published.", err=True)
