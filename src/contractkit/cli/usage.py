"""`contractkit usage`: who uses an operation or a place of a provider, and what of its definition nobody needs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import click

from contractkit.cli.brokers import address_of, connect, show
from contractkit.cli.compared import load_compared
from contractkit.cli.contract_files import find_contract_files, nothing_in, read_contract_file
from contractkit.cli.usage_words import usage_as_json, usage_as_text
from contractkit.cli.verbs import Verb
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError, suggestion
from contractkit.exact_json import show_json
from contractkit.impact.unused import unused_of
from contractkit.impact.usage import Unused, UsedPlace, used_places
from contractkit.impact.usage_values import place_and_value, used_values
from contractkit.model import Contract
from contractkit.settings import Settings, load_settings

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
@click.option("--operation", help="Only this operation: getOrder.")
@click.option("--location", help="Only this place and what lies in it: response.body.lines[*].sku.")
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
    if environment is not None and branch is not None:
        raise UsageError("--environment and --branch exclude each other.", next_step="Leave one of them out.")
    if names_broker or (not contracts and _only_broker_knows(settings, provider)):
        name, places, values = _asked(
            settings, provider, environment, branch, with_values=value is not None or definition is not None
        )
    else:
        name, places, values = _read(settings, provider, contracts)
    loaded = None if definition is None else load_compared(definition, settings)
    known = None if loaded is None else unused_of(loaded.definition, places, values)
    free = None if known is None else tuple(_chosen_unused(known, operation, location))
    wanted = places if value is None else tuple(_of_value(values, value, free or ()))
    kept = () if _may_go(free or (), wanted, operation, location) else tuple(_chosen(wanted, operation, location))
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
    settings: Settings, provider: str | None, environment: str | None, branch: str | None, *, with_values: bool
) -> _Used:
    if provider is None:
        raise UsageError(
            "A broker knows many services, and none was named.", next_step="contractkit usage PROVIDER --broker URL"
        )
    with connect(settings) as client:
        try:
            rows = client.resources.usage(provider, environment=environment, branch=branch)
            of_values = (
                client.resources.usage(provider, environment=environment, branch=branch, values=True)
                if with_values
                else ()
            )
        except BrokerRefusedError:  # names that it does not know are told with the nearest
            if environment is not None:
                client.administration.environment(environment)
            client.administration.check_application(provider)
            raise
    places, values = (
        tuple(UsedPlace(operation=each.operation, location=each.location, consumers=each.consumers) for each in found)
        for found in (rows, of_values)
    )
    if not places:
        raise NothingToCheckError(f"No contract that counts is with {provider}, so nothing is known of who uses it.")
    return provider, places, values


def _read(settings: Settings, provider: str | None, named: Sequence[Path]) -> _Used:
    default = settings.contracts_directory
    looked_in = tuple(named) or (default,)
    files = find_contract_files(tuple(each for each in looked_in if named or each.exists()))
    read = [read_contract_file(file).contract for file in files]
    if not read:
        raise nothing_in(looked_in)
    name = _only_provider(read, provider)
    chosen = [contract for contract in read if contract.provider == name]
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


def _of_value(values: Sequence[UsedPlace], value: str, free: Sequence[Unused]) -> Iterator[UsedPlace]:
    """Give the uses of a value, which is named as it is or, a text, without its quotes; none of one that may go."""
    known = {found for place in values if (found := place_and_value(place.location)[1]) is not None}
    spellings = {value, show_json(value)}
    may_go = any(place_and_value(each.location)[1] in spellings for each in free)
    if not known & spellings and not may_go:
        plain = [each.removeprefix('"').removesuffix('"') for each in known]
        raise NothingToCheckError(f"No contract uses the value {value}.", next_step=suggestion(value, plain))
    yield from (each for each in values if place_and_value(each.location)[1] in spellings)


def _chosen(places: Sequence[UsedPlace], operation: str | None, location: str | None) -> Iterator[UsedPlace]:
    operations = {place.operation for place in places}
    if operation is not None and operation not in operations:
        raise NothingToCheckError(f"No contract calls {operation}.", next_step=suggestion(operation, operations))
    kept = [place for place in places if operation in (None, place.operation) and _lies_in(place.location, location)]
    if not kept:
        known = sorted({place.location for place in places if operation in (None, place.operation)})
        raise NothingToCheckError(f"No contract uses {location}.", next_step=suggestion(str(location), known))
    yield from kept


def _may_go(free: Sequence[Unused], places: Sequence[UsedPlace], operation: str | None, location: str | None) -> bool:
    """Say whether nobody uses what is asked for, so that it may go is the answer.

    An operation that contracts name otherwise, by method and path, is used: of that one more than itself is told.
    """
    is_named = operation is None or any(each.operation == operation for each in places)
    if not free or not (is_named or all(not each.location for each in free)):
        return False
    return not any(operation in (None, each.operation) and _lies_in(each.location, location) for each in places)


def _chosen_unused(found: Sequence[Unused], operation: str | None, location: str | None) -> Iterator[Unused]:
    yield from (
        each
        for each in found
        if operation in (None, each.operation) and (location is None or _lies_in(each.location, location))
    )


def _lies_in(place: str, location: str | None) -> bool:
    return location is None or place == location or place.startswith((f"{location}.", f"{location}[", f"{location} = "))
