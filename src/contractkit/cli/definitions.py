"""`contractkit definitions`: the definitions that the settings name beside what is locked, and a fresh look at them."""

from collections.abc import Sequence
from pathlib import Path

import click

from contractkit.cli.brokers import show
from contractkit.cli.contract_files import find_contract_files, read_contract_file
from contractkit.cli.definition_words import as_json, list_as_text, refresh_as_text
from contractkit.cli.verbs import VerbFamily
from contractkit.errors import NothingToCheckError
from contractkit.locking.catalogue_lock import refresh_catalogue
from contractkit.locking.definition_lock import DefinitionLock
from contractkit.locking.legality import Level
from contractkit.locking.refreshing import ProviderLook, RecordedFile, State, look_at, refresh
from contractkit.settings import Settings, load_settings

_FORMAT = click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group(cls=VerbFamily, invoke_without_command=True)
@_FORMAT
@click.pass_context
def definitions(context: click.Context, output: str) -> int:
    """Say where each definition of the settings comes from, what of it is locked, and what is there now.

    URLs, git revisions and the broker are asked; nothing is written.
    """
    if context.invoked_subcommand is not None:
        return 0
    lock, recorded = _project()
    found = [look_at(lock, provider, recorded.get(provider, ())) for provider in _chosen(lock.settings, ())]
    show(list_as_text(found), as_json(found), output)
    return _failure(found)


@definitions.command(name="refresh")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@click.option("--check", is_flag=True, help="Only say what would change; write nothing.")
@_FORMAT
def refresh_definitions(providers: tuple[str, ...], check: bool, output: str) -> int:
    """Lock the definitions as they are now, and say what of the recorded contracts they no longer bear out.

    Of every provider in the settings, or of each PROVIDER. Exit code 1: something that was recorded is no longer legal.
    """
    lock, recorded = _project()
    chosen = _chosen(lock.settings, providers)
    found = [refresh(lock, each, recorded.get(each, ()), is_check=check) for each in chosen]
    if not check:
        for sentence in filter(None, [refresh_catalogue(lock, each) for each in chosen]):
            click.echo(sentence, err=True)
        if not providers:
            lock.forget_others()
    show(refresh_as_text(found, is_check=check), as_json(found, is_refresh=True), output)
    is_illegal = any(each.recheck.of(Level.ILLEGAL) for each in found)
    return 1 if is_illegal else _failure(found)


def _project() -> tuple[DefinitionLock, dict[str, list[RecordedFile]]]:
    """Give the lock of the project, and its contracts by provider."""
    settings = load_settings(Path.cwd())
    directory = settings.contracts_directory
    recorded: dict[str, list[RecordedFile]] = {}
    for file in find_contract_files((directory,) if directory.exists() else ()):
        contract = read_contract_file(file).contract
        recorded.setdefault(contract.provider, []).append(RecordedFile(name=file.name, contract=contract))
    return DefinitionLock(settings), recorded


def _chosen(settings: Settings, names: Sequence[str]) -> list[str]:
    for name in names:
        settings.provider(name)
    wanted = list(dict.fromkeys(names)) or sorted(settings.providers)
    if not wanted:
        raise NothingToCheckError(
            "No provider is set, so there is no definition to look at.",
            details=[("file", settings.origin)],
            next_step='Add:\n\n[tool.contractkit.providers.orders]\ndefinition = "path/to/orders.yaml"',
        )
    return wanted


def _failure(found: Sequence[ProviderLook]) -> int:
    """Give 4 where something is unreachable, else 2 where something cannot be used, else 0."""
    states = {look.state for each in found for look in each.looks}
    return 4 if State.UNREACHABLE in states else 2 if State.UNUSABLE in states else 0
