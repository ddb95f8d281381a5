"""`contractkit can-i-deploy`: whether versions fit what is where they are to go."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

from contractkit.broker_client import BrokerClient, DeploymentAnswer, MatrixEntry
from contractkit.cli.assumptions import check_assumptions, read_assumptions
from contractkit.cli.brokers import asks_broker, open_set_broker, show
from contractkit.cli.decision_words import answer_as_json, answer_as_text, explain_compared
from contractkit.cli.deploy_variables import IGNORE, ignored_by, is_dry_run
from contractkit.cli.subjects import (
    Wanted,
    asks_about_versions,
    check_wanted,
    find_subjects,
    versions_in,
    versions_said_once,
)
from contractkit.cli.verbs import Verb
from contractkit.deployability import Decision, MatrixRow, Question, Subject, VerificationResult, decide
from contractkit.errors import UsageError

_MAIN_BRANCHES = "the heads of the main branches"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What may go where: at most one of `environment` and `tag` is there; without either, to the main branches."""

    subjects: tuple[Subject, ...]
    environment: str | None
    tag: str | None
    ignored: tuple[str, ...]
    ignored_versions: tuple[tuple[str, str], ...]
    assumed: tuple[Subject, ...]

    @property
    def target(self) -> str:
        if self.environment is not None:
            return self.environment
        return _MAIN_BRANCHES if self.tag is None else f"the newest versions tagged {self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patience:
    """How long an unknown is waited out: so many more questions, or so many seconds; `interval` seconds apart."""

    retries: int
    seconds: float | None
    interval: float


@click.command("can-i-deploy", cls=Verb)
@click.argument("applications", nargs=-1, required=True)
@asks_about_versions
@click.option("--with", "others", multiple=True, nargs=2, metavar="APPLICATION VERSION",
              help="Another application that is deployed together, at a version of its own.")  # fmt: skip
@click.option("--what-if-deployed", "deployed", multiple=True, nargs=2, metavar="APPLICATION VERSION",
              help="Suppose that this version is where they are to go, in place of what is there.")  # fmt: skip
@click.option("--what-if-undeployed", "undeployed", multiple=True, metavar="APPLICATION",
              help="Suppose that no version of it is there.")  # fmt: skip
@click.option("--to-environment", "environment", help="Where to: everything deployed or released there counts.")
@click.option(
    "--to", "target_tag", help="Where to, for brokers that still use tags: the newest versions with this tag."
)
@click.option("--to-main-branches", is_flag=True, help="Where to, before a merge: the heads of all main branches.")
@click.option("--ignore", "ignored", multiple=True,
              help="An application whose results do not count; PACT_BROKER_CAN_I_DEPLOY_IGNORE names more, with commas "
              "between them.")  # fmt: skip
@click.option("--ignore-version", "ignored_versions", multiple=True, nargs=2, metavar="APPLICATION VERSION",
              help="An application of which this version's results do not count.")  # fmt: skip
@click.option("--dry-run", is_flag=True,
              help="Say the answer and end with exit code 0 whatever it is; PACT_BROKER_CAN_I_DEPLOY_DRY_RUN=true does "
              "the same.")  # fmt: skip
@click.option("--retry-while-unknown", type=click.IntRange(min=0), default=0, help="Ask again so many times.")
@click.option(
    "--wait", "seconds", type=click.FloatRange(min=0), help="Ask again while it is unknown, for so many seconds."
)
@click.option(
    "--retry-interval", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Seconds between asking."
)
@click.option("--explain-selection", is_flag=True, help="Say in words what was compared with what, and why.")
@asks_broker
def can_i_deploy(
    applications: tuple[str, ...],
    version: str | None,
    branch: str | None,
    main_branch: bool,
    tag: str | None,
    latest: bool,
    others: tuple[tuple[str, str], ...],
    deployed: tuple[tuple[str, str], ...],
    undeployed: tuple[str, ...],
    environment: str | None,
    target_tag: str | None,
    to_main_branches: bool,
    ignored: tuple[str, ...],
    ignored_versions: tuple[tuple[str, str], ...],
    dry_run: bool,
    retry_while_unknown: int,
    seconds: float | None,
    retry_interval: float,
    explain_selection: bool,
    broker: str | None,
    output: str,
) -> int:
    """Say whether a version of APPLICATIONS fits everything that is where it is to go.

    Several applications of one repository are asked about together: they are then checked with each other too. Where
    each has a version of its own, that is written with it: web-shop@1.4.0 orders@2.0.0. Exit codes: 0 yes, 1 no or
    unknown, 4 the broker cannot be reached.
    """
    wanted = Wanted(version=version, branch=branch, tag=tag, main_branch=main_branch, latest=latest)
    own = versions_in(applications, wanted)
    if own:
        applications, others = (), (*own, *others)
    else:
        check_wanted(wanted)
    _check_target(environment, target_tag, to_main_branches)
    _check_pairs("--with", others)
    _check_pairs("--ignore-version", ignored_versions)
    _check_named(applications, others, version or " ".join(wanted.said))
    assumed = read_assumptions(deployed, undeployed)
    check_assumptions(assumed, environment, [*applications, *(name for name, _ in others)])
    dry_run = dry_run or is_dry_run(os.environ)
    by_variable = ignored_by(os.environ)
    if by_variable:  # a variable is easily left set: nobody is to take such a yes for another
        click.echo(f"Ignored because of {IGNORE}: {', '.join(by_variable)}.", err=True)
    if retry_while_unknown and seconds is not None:
        raise UsageError("--retry-while-unknown and --wait cannot be given together.")
    patience = _Patience(retries=retry_while_unknown, seconds=seconds, interval=retry_interval)
    with open_set_broker(broker) as client, versions_said_once(applications, wanted):
        subjects = (*find_subjects(client, applications, wanted), *_given(others))
        asked = _Asked(
            subjects=subjects,
            environment=environment,
            tag=target_tag,
            ignored=tuple(dict.fromkeys((*ignored, *by_variable))),
            ignored_versions=ignored_versions,
            assumed=assumed,
        )
        answer = _ask(client, asked, patience)
    decision = _decision(answer, asked)
    text = answer_as_text(decision, answer)
    for notice in answer.notices:
        if notice.kind == "warning" and notice.text not in text and not answer.is_cut:
            click.echo(notice.text, err=True)
    if explain_selection:
        click.echo(f"{explain_compared(decision.question, answer.entries, asked.tag)}\n", err=True)
    show(text, answer_as_json(decision, answer), output)
    if dry_run:
        click.echo("\nThis was a dry run: the exit code is 0 whatever the answer.", err=True)
        return 0
    return 0 if answer.deployable else 1


def _check_target(environment: str | None, tag: str | None, to_main_branches: bool) -> None:
    ways = {
        "--to-environment": environment is not None,
        "--to": tag is not None,
        "--to-main-branches": to_main_branches,
    }
    said = [name for name, is_given in ways.items() if is_given]
    if not said:
        raise UsageError("It is not said where to.", next_step="Name an environment: --to-environment NAME")
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} cannot be given together.")


def _check_named(applications: Sequence[str], others: Sequence[tuple[str, str]], which: str) -> None:
    named = [*((name, which) for name in applications), *others]
    twice = next((name for name, _ in named if [each for each, _ in named].count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"{twice} is named twice: one version of an application can be asked about at a time.",
            details=[("version", version) for name, version in named if name == twice],
        )


def _check_pairs(option: str, pairs: Sequence[tuple[str, str]]) -> None:
    if any(not text.strip() for pair in pairs for text in pair):
        raise UsageError(f"{option} has an empty value; is a variable not set?")


def _given(others: Sequence[tuple[str, str]]) -> tuple[Subject, ...]:
    return tuple(Subject(application=name, version=version) for name, version in others)


def _ask(client: BrokerClient, asked: _Asked, patience: _Patience) -> DeploymentAnswer:
    answer = _ask_once(client, asked)
    end, left = time.monotonic() + (patience.seconds or 0.0), patience.retries
    while answer.deployable is None and (left > 0 or time.monotonic() < end):
        remaining = max(end - time.monotonic(), 0.0)
        wait = patience.interval if patience.seconds is None else min(patience.interval, remaining)
        how_long = f"{left} more" if patience.seconds is None else f"for {remaining:.3g} s more"
        click.echo(f"Unknown as yet; asking again in {wait:.3g} s ({how_long}).", err=True)
        time.sleep(wait)
        left -= 1
        answer = _ask_once(client, asked)
    return answer


def _ask_once(client: BrokerClient, asked: _Asked) -> DeploymentAnswer:
    return client.can_i_deploy(
        [(each.application, each.version) for each in asked.subjects],
        environment=asked.environment,
        tag=asked.tag,
        ignored=asked.ignored,
        ignored_versions=asked.ignored_versions,
        assumed=[(each.application, each.version or None) for each in asked.assumed],
    )


def _decision(answer: DeploymentAnswer, asked: _Asked) -> Decision:
    rows = [_row(entry) for entry in answer.entries]
    missing = asked.subjects if answer.deployable is False and not rows else ()
    question = Question(
        subjects=asked.subjects,
        target=asked.target,
        environment=asked.environment,
        missing=missing,
        assumed=asked.assumed,
    )
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
