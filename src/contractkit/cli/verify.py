"""`contractkit verify`: replays the consumers' contracts against a provider, and says what they cannot use."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.broker_client import DEFAULT_SELECTORS, Build
from contractkit.cli.brokers import address_of, connect
from contractkit.cli.builds import detect_build
from contractkit.cli.contract_files import find_contract_files, read_contract_file
from contractkit.cli.results import Definition, publish_results, read_definition_file, this_build
from contractkit.cli.selectors import read_selector
from contractkit.cli.verbs import Verb
from contractkit.definitions.interface import Definition as OpenDefinition
from contractkit.document import LoadedContract, read_contract
from contractkit.errors import ContractkitError, NothingToCheckError, SettingsError, UsageError, suggestion
from contractkit.exact_json import Json
from contractkit.explain.verification import explain_verification
from contractkit.explain.verification_formats import verification_as_json, verification_as_junit
from contractkit.explain.verification_hints import hint_at_base_path, hint_at_states_elsewhere, is_all_not_found
from contractkit.results import ContractResult, Outcome
from contractkit.settings import ServiceSettings, Settings, load_settings
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.credentials import Credentials, read_credentials
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.loading import load_application, load_states
from contractkit.verification.preparation import States
from contractkit.verification.selection import Filter, select
from contractkit.verification.state_url import StateUrl
from contractkit.verification.states import StateHandlers
from contractkit.verification.transport import Transport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

_FORMATS: Mapping[str, Callable[[str, Sequence[ContractResult]], str]] = {
    "text": explain_verification,
    "json": verification_as_json,
    "junit": verification_as_junit,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for on the command line, beside the settings."""

    provider: str
    url: str | None
    app: str | None
    base_path: str | None
    contracts: tuple[Path, ...]
    broker: str | None
    states: str | None
    states_url: str | None
    consumer: str | None
    interaction: str | None
    operation: str | None
    provider_version: str | None
    branch: str | None
    build_url: str | None
    publish: bool
    definition: str | None
    timeout: float | None
    concurrency: int
    headers: tuple[str, ...]
    selectors: tuple[str, ...]
    pending: bool


@click.command(cls=Verb)
@click.argument("provider")
@click.option("--url", help="Where the provider runs; recorded paths are put behind it.")
@click.option("--app", help="An ASGI application to verify in process: package.module:attribute.")
@click.option("--base-path", help="What the application serves under, such as /v1; put before recorded paths.")
@click.option(
    "--contracts", multiple=True, type=click.Path(path_type=Path), help="A contract file, or a directory of them."
)
@click.option("--broker", help="The broker to fetch contracts from.")
@click.option("--states", help="A Python file or module with provider states.")
@click.option("--states-url", help="A URL that sets provider states up over HTTP, as Pact's verifiers call it.")
@click.option("--consumer", help="Only the contracts of this consumer.")
@click.option("--interaction", help="Only interactions whose description contains this text.")
@click.option("--operation", help="Only interactions that call this operation.")
@click.option("--provider-version", help="The version to publish results for. [default: git's commit]")
@click.option("--branch", help="The provider's branch. [default: git's]")
@click.option("--build-url", help="The page of this build.")
@click.option("--publish/--no-publish", default=False, help="Publish the results to the broker. [default: no]")
@click.option("--definition", help="The provider's definition, published with its version.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds per interaction. [default: 10]")
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=16, show_default=True, help="Reads replayed at the same time."
)
@click.option(
    "--header", "headers", multiple=True, help="A header to send, for example 'Authorization: Bearer $TOKEN'."
)
@click.option("--selector", "selectors", multiple=True, help="Consumer versions: mainBranch, environment=NAME, JSON, …")
@click.option(
    "--pending/--no-pending",
    default=False,
    help="Let contracts that never passed on this branch block nobody. [default: no]",
)
@click.option("--format", "output", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def verify(output: str, **options: object) -> int:
    """Replay every contract with PROVIDER against it, at a URL or in process.

    Contracts come from --contracts or the settings, else from the broker: by default those of each consumer's main
    branch and of every version that is deployed or released. Exit codes: 0 all passed, 1 something failed or
    errored, 3 nothing was checked or some could not be, 4 the provider or the broker cannot be reached.
    """
    asked = _Asked(**options)  # type: ignore[arg-type]
    settings = load_settings(Path.cwd(), overrides={"broker": asked.broker})
    service = _service(settings, asked)
    transport = _transport(settings, service, asked)
    run = VerificationOptions(
        states=_states(settings, service, asked),
        credentials=_credentials(asked),
        concurrency=asked.concurrency,
    )
    wanted = Filter(consumer=asked.consumer, interaction=asked.interaction, operation=asked.operation)
    offered = _contracts(settings, service, asked)
    selected = select(offered, asked.provider, wanted)
    for warning in _unmatched(run.states, offered, settings, service, asked):
        click.echo(warning, err=True)
    build = _build(settings, asked) if asked.publish else None
    definition = _definition(settings, service, asked) if asked.publish else None
    click.echo(_announced(selected, transport), err=True)
    results = verify_contracts(selected, transport, run)
    click.echo(_FORMATS[output](asked.provider, results))
    for hint in _hints(settings, service, asked, results):
        click.echo(f"\n{hint}", err=output != "text")
    if build is not None:
        verified = tuple(zip(selected, results, strict=True))
        publish_results(settings, build, verified, definition=definition)
    return _exit_code(results)


def _service(settings: Settings, asked: _Asked) -> ServiceSettings:
    found = settings.provides.get(asked.provider)
    if found is None and asked.url is None and asked.app is None:
        raise SettingsError(
            f"Nothing says where {asked.provider} runs.",
            details=[("file", settings.origin)],
            next_step=suggestion(asked.provider, settings.provides)
            or "Give --url or --app, or add to pyproject.toml:\n\n"
            f'[tool.contractkit.provides.{asked.provider}]\nurl = "http://localhost:8000"',
        )
    return found or ServiceSettings()


def _transport(settings: Settings, service: ServiceSettings, asked: _Asked) -> Transport:
    if asked.url and asked.app:
        raise UsageError("--url and --app cannot be given together.")
    url = asked.url or (None if asked.app else service.url)
    app = asked.app or (None if asked.url else service.app)
    timeout = asked.timeout or service.timeout
    if url is not None:
        _check_without_base_path(asked)
        return HttpTransport(url, timeout=timeout, connections=asked.concurrency)
    if app is None:
        raise SettingsError(
            f"Nothing says where {asked.provider} runs.",
            next_step=f"Give --url or --app, or set url or app in [tool.contractkit.provides.{asked.provider}].",
        )
    return AsgiTransport(
        load_application(app, root=settings.root), name=app, timeout=timeout, base_path=_base_path(service, asked)
    )


def _base_path(service: ServiceSettings, asked: _Asked) -> str:
    given = (service.base_path or "") if asked.base_path is None else asked.base_path
    if "://" in given or "?" in given:
        raise UsageError(
            "The base path cannot be used.",
            details=[("expected", "a path such as /v1"), ("received", given)],
            next_step="A provider at a URL is verified with --url, which may carry a path.",
        )
    path = given.strip("/")
    return f"/{path}" if path else ""


def _check_without_base_path(asked: _Asked) -> None:
    if asked.base_path is not None:
        raise UsageError(
            "--base-path is for an application in process (--app).",
            next_step="Put the path behind the URL, which is put before every recorded path: --url URL/v1.",
        )


def _hints(settings: Settings, service: ServiceSettings, asked: _Asked, results: Sequence[ContractResult]) -> list[str]:
    """Give advice on how the verification was run, from its results taken together."""
    is_url = bool(asked.url or (service.url and not asked.app))
    states = asked.states or (None if asked.states_url else service.states)
    if is_url:
        return [hint for hint in [hint_at_states_elsewhere(results, states) if states else ""] if hint]
    if _base_path(service, asked) or not is_all_not_found(results):
        return []
    return [hint_at_base_path(_declared_base_paths(settings, service, asked), asked.provider)]


def _unmatched(
    states: States, offered: Sequence[SelectedContract], settings: Settings, service: ServiceSettings, asked: _Asked
) -> list[str]:
    """Give a warning for each handler of an operation that neither contracts nor the definition know."""
    wanted = states.operations if isinstance(states, StateHandlers) else ()
    called = {each.operation for one in offered for each in one.contract.interactions if each.operation}
    unknown = [name for name in wanted if name not in called]
    if not unknown:
        return []
    definition = _own_definition(settings, service, asked)
    defined = {name for each in definition.operations for name in (each.name, each.signature)} if definition else set()
    return [
        f'provider_state.for_operation("{name}") prepares nothing: no interaction and no operation has that name. '
        f"{suggestion(name, sorted(called | defined))}".strip()
        for name in unknown
        if name not in defined
    ]


def _declared_base_paths(settings: Settings, service: ServiceSettings, asked: _Asked) -> tuple[str, ...]:
    definition = _own_definition(settings, service, asked)
    return definition.base_paths if definition is not None else ()


def _own_definition(settings: Settings, service: ServiceSettings, asked: _Asked) -> OpenDefinition | None:
    """Give the provider's own definition, None where it is not named or cannot be read."""
    place = str(Path.cwd() / asked.definition) if asked.definition else service.definition
    if place is None:
        return None
    from contractkit.sources.loading import load_definition  # slow to import, and only few runs need it

    try:
        return load_definition(place, root=settings.root).definition
    except ContractkitError:
        return None


def _states(settings: Settings, service: ServiceSettings, asked: _Asked) -> States:
    if asked.states and asked.states_url:
        raise UsageError("--states and --states-url cannot be given together.")
    if asked.states_url:
        return StateUrl(asked.states_url)
    if asked.states:
        is_file = asked.states.endswith(".py")
        place: str | None = str(Path.cwd() / asked.states) if is_file else asked.states
    else:
        place = service.states
    return load_states(place, root=settings.root) if place else StateHandlers()


def _credentials(asked: _Asked) -> Credentials:
    return read_credentials(asked.headers, os.environ)


def _contracts(settings: Settings, service: ServiceSettings, asked: _Asked) -> list[SelectedContract]:
    places = _contract_places(settings, service, asked)
    if places:
        if asked.publish:
            raise UsageError(
                "Results can be published only for contracts that come from a broker.",
                next_step="Leave --contracts out, or leave --publish out.",
            )
        return [_selected(read_contract_file(file).loaded) for file in find_contract_files(places)]
    if settings.broker is None and "PACT_BROKER_BASE_URL" not in os.environ:
        raise SettingsError(
            "Nothing says where the contracts are.",
            details=[("file", settings.origin), ("nothing at", str(settings.contracts_directory))],
            next_step="Give --contracts PATH or --broker URL, or set contracts or broker in pyproject.toml.",
        )
    return _from_broker(settings, asked)


def _contract_places(settings: Settings, service: ServiceSettings, asked: _Asked) -> Sequence[Path]:
    """Give the files and directories to read: those asked for or set, where no broker is set the project's own."""
    if asked.contracts or asked.broker:
        return asked.contracts
    if service.contracts:
        return [settings.path(place) for place in service.contracts]
    own = settings.contracts_directory
    is_used = address_of(settings) is None and not asked.publish and own.exists()
    return [own] if is_used else []


def _definition(settings: Settings, service: ServiceSettings, asked: _Asked) -> Definition | None:
    """Read the definition that goes with the results; before anything is replayed, so that no result is lost."""
    if asked.definition:
        return read_definition_file(Path.cwd() / asked.definition)
    return read_definition_file(settings.path(service.definition)) if service.definition else None


def _build(settings: Settings, asked: _Asked) -> Build:
    return this_build(
        settings, asked.provider, version=asked.provider_version, branch=asked.branch, url=asked.build_url
    )


def _from_broker(settings: Settings, asked: _Asked) -> list[SelectedContract]:
    selectors: Sequence[dict[str, Json]] = [read_selector(each) for each in asked.selectors] or DEFAULT_SELECTORS
    branch = asked.branch or settings.branch or detect_build(settings.root, os.environ).branch
    with connect(settings) as broker:
        fetched = broker.contracts_to_verify(
            asked.provider, selectors=selectors, branch=branch, include_pending=asked.pending
        )
        if not fetched:
            raise _nothing_fetched(asked.provider, broker.applications())
    return [
        _selected(read_contract(each.data, origin=each.url), pending=each.pending, url=each.results_url)
        for each in fetched
    ]


def _nothing_fetched(provider: str, known: Sequence[str]) -> NothingToCheckError:
    return NothingToCheckError(
        f"There is no contract with {provider}, so nothing was verified.",
        next_step="" if provider in known else suggestion(provider, known),
    )


def _selected(loaded: LoadedContract, *, pending: bool = False, url: str | None = None) -> SelectedContract:
    for warning in loaded.warnings:
        click.echo(f"{loaded.contract.consumer}: {warning}", err=True)
    return SelectedContract(
        contract=loaded.contract,
        interactions=loaded.contract.interactions,
        pending=pending,
        url=url,
        broker_ids=loaded.broker_ids,
    )


def _announced(selected: Sequence[SelectedContract], transport: Transport) -> str:
    count = sum(len(each.interactions) for each in selected)
    consumers = ", ".join(dict.fromkeys(each.contract.consumer for each in selected))
    return f"Replaying {count} interaction{'' if count == 1 else 's'} of {consumers} against {transport.name}.\n"


def _exit_code(results: Sequence[ContractResult]) -> int:
    blocking = [each for each in results if not each.pending]
    if any(each.outcome is not Outcome.PASSED for each in blocking):
        return 1
    return 3 if any(each.skipped for each in blocking) else 0
