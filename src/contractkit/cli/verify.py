"""`contractkit verify`: replays the consumers' contracts against a provider, and says what they cannot use."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click

from contractkit.broker_client import Build
from contractkit.cli.advice import advice_on, unmatched_handlers
from contractkit.cli.again import options_again
from contractkit.cli.builds import this_build
from contractkit.cli.kept_results import KeptDefinition
from contractkit.cli.last_run import keep_not_passed
from contractkit.cli.launching import launched, tell_output
from contractkit.cli.message_ways import message_way
from contractkit.cli.narrowing import Narrowing, explain_narrowed, narrow
from contractkit.cli.own_definition import AskedOfDefinition, OwnDefinition
from contractkit.cli.pass_options import is_disturbed, read_passes, replay, tell_isolation
from contractkit.cli.progress import Progress
from contractkit.cli.providers import AskedProvider, definition_path, service_of, transports_to
from contractkit.cli.reports import FORMATS, check_reports, read_report, write_reports
from contractkit.cli.results import Found, publish_results, read_definition_file
from contractkit.cli.state_files import (
    StateFiles,
    check_skeletons,
    is_yet_to_be_written,
    publish_catalogue,
    write_catalogue,
    write_skeletons,
)
from contractkit.cli.verbs import Verb
from contractkit.cli.verified_contracts import AskedContracts, offered_contracts
from contractkit.errors import UsageError
from contractkit.results import ContractResult, Outcome
from contractkit.settings import ServiceSettings, Settings, load_settings
from contractkit.verification.credentials import Credentials, read_credentials
from contractkit.verification.filters import Filters
from contractkit.verification.loading import filters_beside, load_filters, load_states
from contractkit.verification.preparation import States
from contractkit.verification.selection import Filter, select
from contractkit.verification.state_url import StateUrl
from contractkit.verification.states import StateHandlers
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for on the command line, beside the settings."""

    provider: str
    url: str | None
    app: str | None
    command: str | None
    ready: str | None
    start_timeout: float | None
    grpc: str | None
    grpc_ca: Path | None
    grpc_certificate: Path | None
    grpc_key: Path | None
    base_path: str | None
    contracts: tuple[Path, ...]
    broker: str | None
    states: str | None
    states_url: str | None
    filters: str | None
    messages: str | None
    messages_url: str | None
    consumer: str | None
    interaction: str | None
    operation: str | None
    provider_version: str | None
    branch: str | None
    build_url: str | None
    publish: bool
    definition: str | None
    timeout: float | None
    state_timeout: float | None
    concurrency: int
    headers: tuple[str, ...]
    selectors: tuple[str, ...]
    pending: bool
    explain_selection: bool
    failed: bool
    owed: bool
    force: bool
    dry_run: bool
    drift: bool | None
    fail_on_drift: bool
    coverage: bool
    coverage_report: Path | None
    reports: tuple[str, ...]
    repeat: int
    check_isolation: bool
    seed: int | None
    write_state_catalogue: Path | None
    write_state_skeletons: bool


@click.command(cls=Verb)
@click.argument("provider")
@click.option("--url", help="Where the provider runs; recorded paths are put behind it.")
@click.option("--app", help="An ASGI or WSGI application to verify in process: package.module:attribute.")
@click.option("--command", help="A command that serves the provider, started and ended here; {port} is a free port.")
@click.option("--ready", help="With --command: a path, URL or port that answers once it runs. [default: its port]")
@click.option(
    "--start-timeout",
    type=click.FloatRange(min=0, min_open=True),
    help="With --command: seconds until it must be ready. [default: 60]",
)
@click.option("--grpc", help="Where its remote procedures run: [grpcs://]host:port, or package.module:attribute.")
@click.option("--grpc-ca", type=click.Path(path_type=Path), help="Whom to trust with grpcs://: a PEM file.")
@click.option("--grpc-certificate", type=click.Path(path_type=Path), help="The client certificate: a PEM file.")
@click.option("--grpc-key", type=click.Path(path_type=Path), help="The key of the client certificate: a PEM file.")
@click.option("--base-path", help="What the application serves under, such as /v1; put before recorded paths.")
@click.option(
    "--contracts", multiple=True, type=click.Path(path_type=Path), help="A contract file, or a directory of them."
)
@click.option("--broker", help="The broker to fetch contracts from.")
@click.option("--states", help="A Python file or module with provider states.")
@click.option("--states-url", help="A URL that sets provider states up over HTTP, as Pact's verifiers call it.")
@click.option("--filters", help="A Python file or module with request filters. [default: that of the states]")
@click.option("--messages", help="A Python file or module with message producers. [default: that of the states]")
@click.option("--messages-url", help="A URL that emits messages over HTTP, as Pact's verifiers ask it.")
@click.option("--consumer", help="Only the contracts of this consumer.")
@click.option("--interaction", help="Only interactions whose description contains this text.")
@click.option("--operation", help="Only interactions that call this operation.")
@click.option("--provider-version", help="The version to publish results for. [default: git's commit]")
@click.option("--branch", help="The provider's branch. [default: git's]")
@click.option("--build-url", help="The page of this build.")
@click.option("--failed", is_flag=True, help="Only interactions that did not pass in the last run here.")
@click.option("--owed", is_flag=True, help="Only contracts that this version has no result for, as the broker says.")
@click.option("--force", is_flag=True, help="Also replay what this version was verified against already.")
@click.option("--dry-run", is_flag=True, help="With --publish: say what would be published, and publish nothing.")
@click.option("--publish/--no-publish", default=False, help="Publish the results to the broker. [default: no]")
@click.option("--definition", help="The provider's definition, published with its version.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds per interaction. [default: 10]")
@click.option(
    "--state-timeout",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds per call of a state's handler. [default: 60]",
)
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=32, show_default=True, help="Reads replayed at the same time."
)
@click.option(
    "--header", "headers", multiple=True, help="A header to send, for example 'Authorization: Bearer $TOKEN'."
)
@click.option("--selector", "selectors", multiple=True, help="Consumer versions: mainBranch, environment=NAME, JSON, …")
@click.option("--explain-selection", is_flag=True, help="Say in words which contracts were selected, and why.")
@click.option(
    "--pending/--no-pending",
    default=False,
    help="Let contracts that never passed on this branch block nobody. [default: no]",
)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="Replay so often; finds flakes."
)
@click.option("--check-isolation", is_flag=True, help="Replay once more in another order; names who reaches whom.")
@click.option("--seed", type=click.IntRange(min=0), help="With --check-isolation: the order, as a run before named it.")
@click.option(
    "--write-state-catalogue",
    type=click.Path(path_type=Path),
    help="Write what the states' handlers prepare to a file.",
)
@click.option(
    "--write-state-skeletons", is_flag=True, help="Add handlers for states that lack one to the states' file."
)
@click.option(
    "--drift/--no-drift", default=None, help="Check answers against the definition. [default: where one is known]"
)
@click.option("--fail-on-drift", is_flag=True, help="Exit with 1 where an answer is not what the definition allows.")
@click.option("--coverage", is_flag=True, help="Say what of the definition the contracts depend on.")
@click.option("--coverage-report", type=click.Path(path_type=Path), help="A file to write that to, as JSON.")
@click.option("--report", "reports", multiple=True, help="A report to write beside: FORM=PATH, such as junit=out.xml.")
@click.option("--format", "output", type=click.Choice(list(FORMATS)), default="text", show_default=True)
def verify(output: str, **options: object) -> int:
    """Replay every contract with PROVIDER against it, at a URL, in process, or started by a command.

    Contracts come from --contracts or the settings, else from the broker: by default those of each consumer's main
    branch and of every version that is deployed or released. Exit codes: 0 all passed, 1 something failed or
    errored, 3 nothing was checked or some could not be, 4 the provider or the broker cannot be reached.
    """
    asked = _Asked(**options)  # type: ignore[arg-type]
    reports = [read_report(each) for each in asked.reports]
    check_reports(reports)
    if asked.dry_run and not asked.publish:
        raise UsageError("--dry-run is for --publish: without it nothing is published.")
    passes = read_passes(repeat=asked.repeat, check_isolation=asked.check_isolation, seed=asked.seed)
    settings = load_settings(Path.cwd(), overrides={"broker": asked.broker})
    provider = _provider(asked)
    service = service_of(settings, provider)
    states, place = _states(settings, service, asked)
    files = StateFiles(skeletons=asked.write_state_skeletons, place=_states_place(service, asked))
    check_skeletons(settings, states, files)
    write_catalogue(asked.provider, states, asked.write_state_catalogue)
    messages = message_way(settings, service, provider, states=place)
    transports = launched(settings, service, provider, partial(transports_to, settings, messages=messages))
    own = OwnDefinition(settings, service, provider, _of_definition(asked))
    run = VerificationOptions(
        states=states,
        drift=own.drift,
        credentials=_credentials(asked),
        filters=_filters(settings, service, asked, states=place),
        concurrency=asked.concurrency,
        state_seconds=asked.state_timeout or service.state_timeout,
    )
    wanted = Filter(consumer=asked.consumer, interaction=asked.interaction, operation=asked.operation)
    offered = offered_contracts(settings, service, _asked_contracts(asked))
    selected = select(offered, asked.provider, wanted)
    for warning in unmatched_handlers(run.states, offered, settings, service, provider):
        click.echo(warning, err=True)
    build = _build(settings, asked) if asked.publish else None
    definition = _definition(settings, service, provider) if asked.publish else None
    chosen = selected
    narrowed = narrow(selected, settings, _narrowing(asked, build))
    selected = narrowed.selected
    if asked.explain_selection:
        click.echo(explain_narrowed(offered, narrowed), err=True)
    click.echo(_announced(selected, transports), err=True)
    progress = Progress(sum(len(each.interactions) for each in selected) * passes.count)
    run = replace(run, note=progress.note, warn=_warn)
    passed = replay(selected, transports, run, passes)
    again = options_again(options)
    replayed = tuple(replace(each, options=again) for each in passed.results)
    progress.end()
    results = (*replayed, *narrowed.reused)
    keep_not_passed(settings.root, asked.provider, replayed)
    click.echo(FORMATS[output](asked.provider, results))
    unwritten = write_reports(reports, asked.provider, results)
    tell_isolation(asked.provider, passed, passes, err=output != "text")
    own.tell_coverage(chosen, err=output != "text")
    tell_output(transports, results)
    write_skeletons(settings, results, states, files)
    for hint in advice_on(settings, service, provider, results, states=asked.states or place):
        click.echo(f"\n{hint}", err=output != "text")
    if build is not None:
        verified = tuple(zip(selected, replayed, strict=True))
        found = Found(build=build, definition=definition, verified=verified)
        publish_results(settings, found, is_dry_run=asked.dry_run)
        publish_catalogue(settings, build, states, is_dry_run=asked.dry_run)
    if unwritten:
        raise unwritten[0]
    return 1 if is_disturbed(passed, results) or own.is_broken_by(results) else _exit_code(results)


def _asked_contracts(asked: _Asked) -> AskedContracts:
    return AskedContracts(
        provider=asked.provider,
        places=asked.contracts,
        broker=asked.broker,
        selectors=asked.selectors,
        branch=asked.branch,
        pending=asked.pending,
        explain_selection=asked.explain_selection,
        needs_broker="--publish" if asked.publish else "--owed" if asked.owed else "",
    )


def _of_definition(asked: _Asked) -> AskedOfDefinition:
    return AskedOfDefinition(
        drift=asked.drift,
        fail_on_drift=asked.fail_on_drift,
        coverage=asked.coverage,
        coverage_report=asked.coverage_report,
    )


def _narrowing(asked: _Asked, build: Build | None) -> Narrowing:
    return Narrowing(
        provider=asked.provider,
        failed=asked.failed,
        owed=asked.owed,
        force=asked.force or asked.fail_on_drift or asked.check_isolation or asked.repeat > 1,
        version=asked.provider_version,
        build=build,
    )


def _warn(text: str) -> None:
    click.echo(text, err=True)


def _provider(asked: _Asked) -> AskedProvider:
    return AskedProvider(
        name=asked.provider,
        url=asked.url,
        app=asked.app,
        command=asked.command,
        ready=asked.ready,
        start_timeout=asked.start_timeout,
        base_path=asked.base_path,
        grpc=asked.grpc,
        grpc_ca=asked.grpc_ca,
        grpc_certificate=asked.grpc_certificate,
        grpc_key=asked.grpc_key,
        messages=asked.messages,
        messages_url=asked.messages_url,
        definition=asked.definition,
        timeout=asked.timeout,
        concurrency=asked.concurrency,
    )


def _states(settings: Settings, service: ServiceSettings, asked: _Asked) -> tuple[States, str | None]:
    """Give what prepares states, and the file or module that was loaded for it."""
    if asked.states and asked.states_url:
        raise UsageError("--states and --states-url cannot be given together.")
    if asked.states_url:
        return StateUrl(asked.states_url), None
    place = _states_place(service, asked)
    if place is None or (asked.write_state_skeletons and is_yet_to_be_written(settings, place)):
        return StateHandlers(), None
    return load_states(place, root=settings.root), place


def _states_place(service: ServiceSettings, asked: _Asked) -> str | None:
    if not asked.states:
        return service.states
    return str(Path.cwd() / asked.states) if asked.states.endswith(".py") else asked.states


def _filters(settings: Settings, service: ServiceSettings, asked: _Asked, *, states: str | None) -> Filters:
    """Give the filters of the file or module that is named, else of the one whose states were loaded."""
    given = asked.filters
    place = str(Path.cwd() / given) if given and given.endswith(".py") else given or service.filters
    if place is None or (states is not None and settings.root / place == settings.root / states):
        return filters_beside(states, root=settings.root) if states else Filters()
    return load_filters(place, root=settings.root)


def _credentials(asked: _Asked) -> Credentials:
    return read_credentials(asked.headers, os.environ)


def _definition(settings: Settings, service: ServiceSettings, provider: AskedProvider) -> KeptDefinition | None:
    """Read the definition that goes with the results; before anything is replayed, so that no result is lost."""
    path = definition_path(settings, service, provider)
    return None if path is None else read_definition_file(path)


def _build(settings: Settings, asked: _Asked) -> Build:
    return this_build(
        settings, asked.provider, version=asked.provider_version, branch=asked.branch, url=asked.build_url
    )


def _announced(selected: Sequence[SelectedContract], transports: Sequence[AnyTransport]) -> str:
    if not selected:
        return "Replaying nothing: all was verified by this version already. --force replays it.\n"
    count = sum(len(each.interactions) for each in selected)
    consumers = ", ".join(dict.fromkeys(each.contract.consumer for each in selected))
    used = {type(interaction.exchange) for each in selected for interaction in each.interactions}
    places = [each.name for each in transports if each.way.exchange in used] or [each.name for each in transports]
    where = " and ".join(places)
    return f"Replaying {count} interaction{'' if count == 1 else 's'} of {consumers} against {where}.\n"


def _exit_code(results: Sequence[ContractResult]) -> int:
    blocking = [each for each in results if not each.pending]
    if any(each.outcome is not Outcome.PASSED for each in blocking):
        return 1
    return 3 if any(each.skipped for each in blocking) else 0
