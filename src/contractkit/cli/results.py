"""Results published: what a verification found, told to the broker that the contracts came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version as distribution_version
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient, Build, InteractionVerdict
from contractkit.cli.brokers import connect
from contractkit.errors import BrokerRefusedError, UsageError
from contractkit.explain.verification_failures import show_value
from contractkit.results import ContractResult, InteractionResult, Mismatch, Outcome
from contractkit.settings import Settings
from contractkit.sources import published_definition
from contractkit.verification.verifier import SelectedContract


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition to publish with a version: its bytes as they are, and their content type."""

    data: bytes
    content_type: str


def read_definition_file(file: Path) -> Definition:
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
    return Definition(data=data, content_type=content_type)


def publish_results(
    settings: Settings,
    build: Build,
    verified: Sequence[tuple[SelectedContract, ContractResult]],
    *,
    definition: Definition | None,
) -> None:
    """Publish the result of each contract that was verified as a whole, and the definition, for one build.

    What was not judged (a time-out, a missing state, interactions left out) is not published: the broker goes on
    knowing that it does not know. What is and is not published is said on standard error.
    """
    with connect(settings) as broker:
        broker.record_branch(build)
        if definition is not None:
            _publish_definition(broker, build, definition)
        for selected, result in verified:
            click.echo(_publish_one(broker, build, selected, result), err=True)


def _publish_one(broker: BrokerClient, build: Build, selected: SelectedContract, result: ContractResult) -> str:
    consumer = selected.contract.consumer
    if selected.url is None:
        return f"{consumer}: not published, since the broker takes no results for its contract."
    if not selected.is_whole or result.skipped:
        return f"{consumer}: not published, since not every interaction of its contract was replayed."
    if result.outcome is Outcome.ERRORED:
        return f"{consumer}: not published, since not every interaction of its contract could be judged."
    passed = result.outcome is Outcome.PASSED
    verdicts = [_verdict(each, selected) for each in result.results]
    url = broker.publish_results(
        selected.url, build, verdicts, passed=passed, verifier_version=distribution_version("contractkit-cdct")
    )
    return f"{consumer}: published as {'passed' if passed else 'failed'} by {build.application} {build.version}: {url}"


def _verdict(result: InteractionResult, selected: SelectedContract) -> InteractionVerdict:
    return InteractionVerdict(
        interaction=result.interaction,
        interaction_id=selected.broker_ids.get(result.interaction.key),
        passed=result.outcome is Outcome.PASSED,
        mismatches=tuple(_sentence(each) for each in result.mismatches),
        error=None if result.error is None else f"{result.reason}: {result.error.summary}",
    )


def _sentence(mismatch: Mismatch) -> tuple[str, str]:
    part = str(mismatch.location.steps[1]) if len(mismatch.location.steps) > 1 else "body"
    return part, f"{mismatch.location}: expected {mismatch.sentence}, received {show_value(mismatch.actual)}"


def _publish_definition(broker: BrokerClient, build: Build, definition: Definition) -> None:
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
