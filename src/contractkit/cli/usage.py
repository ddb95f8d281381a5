"""`contractkit usage`: who uses an operation or a place of a provider, and what of its definition nobody needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import click

from contractkit.cli.brokers import address_of, connect, known_address, show
from contractkit.cli.compared import Loaded, load_compared
from contractkit.cli.contract_files import find_contract_files, nothing_in, read_contract_file
from contractkit.cli.impact_scope import Scope, check_branch, check_scope, known_names
from contractkit.cli.usage_choice import Asked
from contractkit.cli.usage_words import usage_as_json, usage_as_text
from contractkit.cli.verbs import Verb
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import NothingToCheckError, UsageError, suggestion
from contractkit.explain.terminal import printable
from contractkit.impact.unused import operations_in_use, speaks_of, unused_of
from contractkit.impact.usage import Unused, UsedPlace, named_as_defined, operation_as_defined, used_places
from contractkit.impact.usage_values import used_values
from contractkit.model import Contract
from contractkit.settings import Settings, load_settings

_MOST_NAMES = 10  # operations that are named
_Used: TypeAlias = tuple[str, tuple[UsedPlace, ...], tuple[UsedPlace, ...]]
"""The provider, the places that are used of it, and the values."""


@click.command(cls=Verb)
@click.argument("provider", required=False)
@click.option(
    "--contracts", multiple=True, type=click.Path(path_type=Path), help="A contract file, or a directory of them."
)
@click.option("--broker", help="The broker to ask, instead of files.")
@click.option("--environment", help="With a broker: the consumers that run there.")
@click.option("--branch", help="With a broker: the heads of this branch.")
@click.option("--operation", help="Only this operation: getOrder, GetStock.")
@click.option("--location", help="Only this place and what lies in it: response.body.lines[*].sku, /lines/0/sku.")
@click.option("--value", help="Who uses this value: a status, a text that may be a member of an enumeration.")
@click.option("--definition", metavar="LOCATION", help="Also say what of this definition nobody needs.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def usage(
    provider: str | None,
    contracts: tuple[Path, ...],
    broker: str | None,
    environment: str | None,
    branch: str | None,
    operation: str | None,
    location: str | None,
    value: str | None,
    definition: str | None,
    output: str,
) -> int:
    """Say who uses which operations and places of PROVIDER.

    With --definition, also what of that definition may go since nobody needs it, and how sure that is. Contracts are
    those of the settings' directory, those that --contracts names, or the broker's.
    """
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    names_broker = broker is not None or environment is not None or branch is not None
    if names_broker and contracts:
        raise UsageError("--contracts and a broker exclude each other.", next_step="Leave one of them out.")
    check_scope(environment, branch)
    if names_broker or (not contracts and _only_broker_knows(settings, provider)):
        name, places, values = _asked(
            settings, provider, environment, branch, with_values=value is not None or definition is not None
        )
    else:
        name, places, values = _read(settings, provider, contracts)
    loaded = None if definition is None else load_compared(definition, settings)
    known = None if loaded is None else _unused(loaded, places, values)
    if loaded is not None and isinstance(loaded.definition, OpenApiDefinition):
        places, values = (named_as_defined(loaded.definition, each) for each in (places, values))
        operation = None if operation is None else operation_as_defined(loaded.definition, operation)
    asked = Asked(operation=operation, location=location, value=value)
    kept, may_go = asked.chosen(places, values, known or ())
    free = None if known is None else may_go
    show(usage_as_text(name, kept, free), usage_as_json(name, kept, free), output)
    return 0


def _unused(loaded: Loaded, places: Sequence[UsedPlace], values: Sequence[UsedPlace]) -> tuple[Unused, ...]:
    if not speaks_of(loaded.definition, places):
        raise NothingToCheckError(
            "The definition does not speak of any interaction of the contracts: they are over another transport.",
            details=[("definition", loaded.source)],
            next_step="Name the definition of that transport: OpenAPI for HTTP, protobuf for gRPC, JSON Schemas or "
            "AsyncAPI for messages.",
        )
    defined, undefined = operations_in_use(loaded.definition, places)
    if undefined:
        names = sorted(undefined)
        named = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        if not defined:
            raise NothingToCheckError(
                "The definition has none of the operations that the contracts use, so it is another one than theirs.",
                details=[("definition", loaded.source), ("in use", named)],
                next_step="Name the definition of the service that the contracts are with.",
            )
        click.echo(printable(f"In use, and not in {loaded.source}: {named}."), err=True)
    return unused_of(loaded.definition, places, values)


def _only_broker_knows(settings: Settings, provider: str | None) -> bool:
    """Say whether a broker is set, and the project has no contract with the provider: that of a provider has none."""
    if provider is None or address_of(settings) is None:
        return False
    directory = settings.contracts_directory
    files = find_contract_files((directory,)) if directory.exists() else ()
    return all(read_contract_file(file).contract.provider != provider for file in files)


def _asked(
    settings: Settings, provider: str | None, environment: str | None, branch: str | None, *, with_values: bool
) -> _Used:
    known_address(settings)
    if provider is None:
        raise UsageError(
            "A broker knows many services, and none was named.", next_step="contractkit usage PROVIDER --broker URL"
        )
    scope = Scope(provider=provider, environment=environment, branch=branch, assumed=())
    with connect(settings) as client:
        where = client.url
        with known_names(client, scope):
            rows = client.resources.usage(provider, environment=environment, branch=branch)
            of_values = (
                client.resources.usage(provider, environment=environment, branch=branch, values=True)
                if with_values
                else ()
            )
        if not rows:
            check_branch(client, scope)
    places, values = (
        tuple(UsedPlace(operation=each.operation, location=each.location, consumers=each.consumers) for each in found)
        for found in (rows, of_values)
    )
    if not places:
        raise _nobody_known(where, scope)
    return provider, places, values


def _nobody_known(where: str, scope: Scope) -> NothingToCheckError:
    narrow = "--environment" if scope.environment is not None else "--branch" if scope.branch is not None else ""
    wider = f", or ask more widely: leave out {narrow}" if narrow else ""
    return NothingToCheckError(
        f"No contract that counts is with {scope.provider}, so nothing is known of who uses it.",
        details=[("looked in", where), *scope.rows],
        next_step=f"Publish the consumers' contracts: contractkit publish{wider}",
    )


def _read(settings: Settings, provider: str | None, named: Sequence[Path]) -> _Used:
    default = settings.contracts_directory
    looked_in = tuple(named) or (default,)
    files = find_contract_files(tuple(each for each in looked_in if named or each.exists()))
    read = [read_contract_file(file).contract for file in files]
    if not read:
        raise nothing_in(looked_in)
    name = _only_provider(read, provider)
    chosen = [contract for contract in read if contract.provider == name]
    if not any(contract.interactions for contract in chosen):
        raise NothingToCheckError(
            f"The contracts with {name} have no interactions, so nothing is known of who uses it.",
            details=[("consumers", ", ".join(sorted({contract.consumer for contract in chosen})))],
        )
    return name, used_places(chosen), used_values(chosen)


def _only_provider(read: Sequence[Contract], provider: str | None) -> str:
    names = sorted({contract.provider for contract in read})
    if provider is not None and provider not in names:
        raise NothingToCheckError(f"No contract is with {provider}.", next_step=suggestion(provider, names))
    if provider is None and len(names) > 1:
        raise UsageError(
            "The contracts are with several providers.",
            details=[("providers", ", ".join(names))],
            next_step="Name one: contractkit usage PROVIDER",
        )
    return provider or names[0]
