"""Contracts to verify: from files and directories, or from the broker, as options and settings say."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from contractkit.broker_client import DEFAULT_SELECTORS
from contractkit.cli.brokers import address_of, connect
from contractkit.cli.builds import detect_build
from contractkit.cli.contract_files import find_contract_files, read_contract_file
from contractkit.cli.selectors import describe_selector, explain_selected, read_selector
from contractkit.definitions.wire_forms import decode_message
from contractkit.document import LoadedContract, read_contract
from contractkit.errors import NothingToCheckError, SettingsError, UsageError, suggestion
from contractkit.exact_json import Json
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.verifier import SelectedContract


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedContracts:
    """Which contracts the command line asks for, over the settings.

    `needs_broker` says that what was asked can only be done with contracts that come from a broker, and which option
    asks it; empty where it can be done with others too.
    """

    provider: str
    places: tuple[Path, ...] = ()
    broker: str | None = None
    selectors: tuple[str, ...] = ()
    branch: str | None = None
    pending: bool = False
    explain_selection: bool = False
    needs_broker: str = ""


def offered_contracts(settings: Settings, service: ServiceSettings, asked: AskedContracts) -> list[SelectedContract]:
    """Give the contracts that are there, whoever they are with.

    Raises:
        UsageError: A selector cannot be used, or what needs a broker is asked of files.
        SettingsError: Nothing says where contracts are.
        ContractkitError: They cannot be read or fetched, or there are none.
    """
    places = _contract_places(settings, service, asked)
    if places:
        if asked.needs_broker:
            named = "--contracts" if asked.places else "contracts in pyproject.toml"
            raise UsageError(
                "Results can be published only for contracts that come from a broker."
                if asked.needs_broker == "--publish"
                else f"{asked.needs_broker} asks the broker, and the contracts are files.",
                next_step=f"Leave {named} out, or leave {asked.needs_broker} out.",
            )
        return [
            _selected(read_contract_file(file).loaded, origin=_from_here(file)) for file in find_contract_files(places)
        ]
    if settings.broker is None and "PACT_BROKER_BASE_URL" not in os.environ:
        raise SettingsError(
            "Nothing says where the contracts are.",
            details=[("file", settings.origin), ("nothing at", str(settings.contracts_directory))],
            next_step="Give --contracts PATH or --broker URL, or set contracts or broker in pyproject.toml.",
        )
    return _from_broker(settings, asked)


def _from_here(file: Path) -> str:
    """Give a file as it is called from where the command runs: annotations and findings name it so."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _contract_places(settings: Settings, service: ServiceSettings, asked: AskedContracts) -> Sequence[Path]:
    """Give the files and directories to read: those asked for or set, where no broker is set the project's own."""
    if asked.places or asked.broker:
        return asked.places
    if service.contracts:
        return [settings.path(place) for place in service.contracts]
    own = settings.contracts_directory
    is_used = address_of(settings) is None and not asked.needs_broker and own.exists()
    return [own] if is_used else []


def _from_broker(settings: Settings, asked: AskedContracts) -> list[SelectedContract]:
    selectors: Sequence[dict[str, Json]] = [read_selector(each) for each in asked.selectors] or DEFAULT_SELECTORS
    branch = asked.branch or settings.branch or detect_build(settings.root, os.environ).branch
    with connect(settings) as broker:
        fetched = broker.contracts_to_verify(
            asked.provider, selectors=selectors, branch=branch, include_pending=asked.pending
        )
        if asked.explain_selection:
            click.echo(explain_selected(selectors, fetched, branch=branch), err=True)
        if not fetched:
            known = [each.name for each in broker.administration.applications()]
            raise _nothing_fetched(
                asked.provider, known, [describe_selector(each, branch=branch) for each in selectors]
            )
    return [
        _selected(
            read_contract(each.data, origin=each.url, decode=decode_message),
            pending=each.pending,
            url=each.results_url,
            origin=each.url,
        )
        for each in fetched
    ]


def _nothing_fetched(provider: str, known: Sequence[str], selected: Sequence[str]) -> NothingToCheckError:
    if provider not in known:
        return NothingToCheckError(
            f"There is no contract with {provider}, so nothing was verified.", next_step=suggestion(provider, known)
        )
    return NothingToCheckError(
        f"The broker has no contract with {provider} of what was asked for, so nothing was verified.",
        details=[("asked for", each) for each in selected],
        next_step="Publish one of them, or ask for other versions of consumers with --selector.",
    )


def _selected(
    loaded: LoadedContract, *, origin: str, pending: bool = False, url: str | None = None
) -> SelectedContract:
    for warning in loaded.warnings:
        click.echo(f"{loaded.contract.consumer}: {warning}", err=True)
    return SelectedContract(
        contract=loaded.contract,
        interactions=loaded.contract.interactions,
        pending=pending,
        url=url,
        broker_ids=loaded.broker_ids,
        origin=origin,
    )
