"""`contractkit can-i-deploy` and `record-deployment`: whether a version fits what runs, and what runs."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient, DeploymentAnswer, MatrixEntry
from contractkit.cli.brokers import connect
from contractkit.cli.verbs import Verb
from contractkit.deployability import Answer, Decision, MatrixRow, Question, Reason, Subject, VerificationResult, decide
from contractkit.exact_json import Json, dump_canonical
from contractkit.settings import load_settings


@click.command("can-i-deploy", cls=Verb)
@click.argument("application")
@click.option("--version", required=True, help="The version that is to be deployed.")
@click.option("--to-environment", "environment", required=True, help="Where to.")
@click.option("--ignore", "ignored", multiple=True, help="An application whose results do not count.")
@click.option("--dry-run", is_flag=True, help="Say the answer and end with exit code 0 whatever it is.")
@click.option("--retry-while-unknown", type=click.IntRange(min=0), default=0, help="Ask again so many times.")
@click.option(
    "--retry-interval", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Seconds between asking."
)
@click.option("--broker", help="The broker's URL.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def can_i_deploy(
    application: str,
    version: str,
    environment: str,
    ignored: tuple[str, ...],
    dry_run: bool,
    retry_while_unknown: int,
    retry_interval: float,
    broker: str | None,
    output: str,
) -> int:
    """Say whether a version of APPLICATION fits everything that runs in an environment.

    Exit codes: 0 yes, 1 no or unknown, 4 the broker cannot be reached.
    """
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    subject = Subject(application=application, version=version)
    with connect(settings) as client:
        answer = _ask(client, subject, environment, ignored, retry_while_unknown, retry_interval)
    decision = _decision(answer, subject, environment)
    text = _as_text(decision, answer, subject, environment)
    for notice in answer.notices:
        if notice.kind == "warning" and notice.text not in text:
            click.echo(notice.text, err=True)
    click.echo(_as_json(decision, answer) if output == "json" else text)
    if dry_run:
        click.echo("\nThis was a dry run: the exit code is 0 whatever the answer.", err=True)
        return 0
    return 0 if answer.deployable else 1


@click.command("record-deployment", cls=Verb)
@click.argument("application")
@click.option("--version", required=True, help="The version that now runs.")
@click.option("--environment", required=True, help="Where it runs.")
@click.option("--instance", help="Which instance, where several run beside each other.")
@click.option("--broker", help="The broker's URL.")
def record_deployment(
    application: str, version: str, environment: str, instance: str | None, broker: str | None
) -> int:
    """Record that a version of APPLICATION now runs in an environment, in place of the one that ran there."""
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    with connect(settings) as client:
        client.record_deployment(application, version, environment, instance=instance)
    where = f"{environment}, instance {instance}" if instance else environment
    click.echo(f"{application} {version} is deployed to {where}.")
    return 0


def _ask(
    client: BrokerClient,
    subject: Subject,
    environment: str,
    ignored: Sequence[str],
    retries: int,
    interval: float,
) -> DeploymentAnswer:
    for left in range(retries, -1, -1):
        answer = client.can_i_deploy(subject.application, subject.version, environment, ignored=ignored)
        if answer.deployable is not None or not left:
            return answer
        click.echo(f"Unknown as yet; asking again in {interval:g} s ({left} more).", err=True)
        time.sleep(interval)
    raise AssertionError("the last question returns")


def _decision(answer: DeploymentAnswer, subject: Subject, environment: str) -> Decision:
    rows = [_row(entry) for entry in answer.entries]
    missing = (subject,) if answer.deployable is False and not rows else ()
    question = Question(subjects=(subject,), target=environment, environment=environment, missing=missing)
    return decide(rows, question)


def _row(entry: MatrixEntry) -> MatrixRow:
    result = None
    if entry.passed is not None and entry.provider_version is not None:
        result = VerificationResult(
            number=entry.result_number,
            provider_version=entry.provider_version,
            passed=entry.passed,
            failed=entry.failed,
            total=entry.total,
            url=entry.result_url,
        )
    return MatrixRow(
        consumer=entry.consumer,
        consumer_version=entry.consumer_version,
        provider=entry.provider,
        provider_version=entry.provider_version,
        result=result,
        ignored=entry.ignored,
    )


def _as_text(decision: Decision, answer: DeploymentAnswer, subject: Subject, environment: str) -> str:
    if answer.text:
        return answer.text
    if (decision.answer is Answer.YES) == bool(answer.deployable):
        return str(decision)
    verdicts: dict[bool | None, str] = {
        True: f"{subject} can be deployed to {environment}.",
        False: f"{subject} cannot be deployed to {environment}.",
        None: f"It is unknown whether {subject} can be deployed to {environment}.",
    }
    reasons = "\n".join(f"  {line}" for line in answer.reason.splitlines())
    return f"{verdicts[answer.deployable]}\n\n{reasons}".strip()


def _as_json(decision: Decision, answer: DeploymentAnswer) -> str:
    verdicts: dict[bool | None, str] = {True: "yes", False: "no", None: "unknown"}
    document: dict[str, Json] = {
        "schema_version": 1,
        "answer": answer.answer or verdicts[answer.deployable],
        "reason": answer.reason,
        "reasons": list(answer.reasons) or [_reason(each) for each in decision.reasons],
    }
    return dump_canonical(document).decode().rstrip()


def _reason(reason: Reason) -> dict[str, Json]:
    row = reason.row
    return {
        "consumer": {"name": row.consumer, "version": row.consumer_version},
        "provider": {"name": row.provider, "version": row.provider_version},
        "reason": reason.standing.value,
        "text": f"{reason.partner}: {reason.text}",
        "nextCommand": reason.next_command or None,
        "resultUrl": row.result.url if row.result else None,
        "ignored": row.ignored,
    }
