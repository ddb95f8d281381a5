"""`contractkit usage`: who uses an operation or a place of a provider, and what of its definition nobody needs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from contractkit.cli.brokers import address_of, connect, show
from contractkit.cli.contract_files import find_contract_files, nothing_in, read_contract_file
from contractkit.cli.usage_words import usage_as_json, usage_as_text
from contractkit.cli.verbs import Verb
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError, suggestion
from contractkit.impact.usage import Unused, UsedPlace, unused, used_places
from contractkit.locking.definition_lock import read_unlocked
from contractkit.model import Contract
from contractkit.settings import Settings, load_settings


@click.command(cls=Verb)
@click.argument("provider", required=False)
@click.option(
    "--contracts", multiple=True, type=click.Path(path_type=Path), help="A contract file, or a directory of them."
)
@click.option("--broker", help="The broker to ask, instead of files.")
@click.option("--environment", help="With a broker: the consumers that run there.")
@click.option("--branch", help="With a broker: the heads of this branch.")
@click.option("--operation", help="Only this operation: getOrder.")
@click.option("--location", help="Only this place and what lies in it: response.body.lines[*].sku.")
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
    if environment is not None and branch is not None:
        raise UsageError("--environment and --branch exclude each other.", next_step="Leave one of them out.")
    if names_broker or (not contracts and _only_broker_knows(settings, provider)):
        name, places = _asked(settings, provider, environment, branch)
    else:
        name, places = _read(settings, provider, contracts)
    kept = tuple(_chosen(places, operation, location))
    free = tuple(_chosen_unused(_unused(definition, places), operation, location)) if definition else None
    show(usage_as_text(name, kept, free), usage_as_json(name, kept, free), output)
    return 0


def _only_broker_knows(settings: Settings, provider: str | None) -> bool:
    """Say whether a broker is set, and the project has no contract with the provider: that of a provider has none."""
    if provider is None or address_of(settings) is None:
        return False
    directory = settings.contracts_directory
    files = find_contract_files((directory,)) if directory.exists() else ()
    return all(read_contract_file(file).contract.provider != provider for file in files)


def _asked(
    settings: Settings, provider: str | None, environment: str | None, branch: str | None
) -> tuple[str, tuple[UsedPlace, ...]]:
    if provider is None:
        raise UsageError(
            "A broker knows many services, and none was named.", next_step="contractkit usage PROVIDER --broker URL"
        )
    with connect(settings) as client:
        try:
            rows = client.resources.usage(provider, environment=environment, branch=branch)
        except BrokerRefusedError:  # names that it does not know are told with the nearest
            if environment is not None:
                client.administration.environment(environment)
            client.administration.check_application(provider)
            raise
    places = tuple(
        UsedPlace(operation=each.operation, location=each.location, consumers=dict(each.consumers)) for each in rows
    )
    if not places:
        raise NothingToCheckError(f"No contract that counts is with {provider}, so nothing is known of who uses it.")
    return provider, places


def _read(settings: Settings, provider: str | None, named: Sequence[Path]) -> tuple[str, tuple[UsedPlace, ...]]:
    default = settings.contracts_directory
    looked_in = tuple(named) or (default,)
    files = find_contract_files(tuple(each for each in looked_in if named or each.exists()))
    read = [read_contract_file(file).contract for file in files]
    if not read:
        raise nothing_in(looked_in)
    name = _only_provider(read, provider)
    return name, used_places(contract for contract in read if contract.provider == name)


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


def _chosen(places: Sequence[UsedPlace], operation: str | None, location: str | None) -> Iterator[UsedPlace]:
    operations = {place.operation for place in places}
    if operation is not None and operation not in operations:
        raise NothingToCheckError(f"No contract calls {operation}.", next_step=suggestion(operation, operations))
    kept = [place for place in places if operation in (None, place.operation) and _lies_in(place.location, location)]
    if not kept:
        known = sorted({place.location for place in places if operation in (None, place.operation)})
        raise NothingToCheckError(f"No contract uses {location}.", next_step=suggestion(str(location), known))
    yield from kept


def _chosen_unused(found: Sequence[Unused], operation: str | None, location: str | None) -> Iterator[Unused]:
    yield from (
        each
        for each in found
        if operation in (None, each.operation) and (location is None or _lies_in(each.location, location))
    )


def _lies_in(place: str, location: str | None) -> bool:
    return location is None or place == location or place.startswith((f"{location}.", f"{location}["))


def _unused(location: str, places: Sequence[UsedPlace]) -> tuple[Unused, ...]:
    loaded = read_unlocked(location, root=Path.cwd())
    definition = loaded.openapi
    assert isinstance(definition, OpenApiDefinition)
    return unused(definition, places)
