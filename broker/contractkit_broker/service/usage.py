"""What interactions use of a provider: the operation and the locations, as rows to be looked up later."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import Connection

from contractkit.impact.places_in_use import locations_of, operation_of
from contractkit.impact.usage import UsedPlace, gathered
from contractkit.impact.usage_values import value_in_words, values_of
from contractkit.model import Contract, Location
from contractkit_broker.store import applications, contracts
from contractkit_broker.store.usages import Use, UsedValue

_LONGEST = 1_000
"""Bytes of an operation or a location: an index of PostgreSQL takes 2,704 for both."""


def usage_rows(contract: Contract) -> list[tuple[str, str, int, bool | None]]:
    """Give, for each location of each interaction: operation, location, the interaction's place, and if it is needed.

    That is true or false where the consumer's needs were inferred, and None where they were not.
    """
    return [
        (operation, _text(location), place, needed)
        for place, interaction in enumerate(contract.interactions)
        for operation in (shortened(operation_of(interaction)),)
        for location, needed in locations_of(interaction).items()
    ]


def value_rows(contract: Contract) -> list[tuple[str, str, str, bool | None]]:
    """Give operation, location, value and whether it is needed for each value that a contract uses."""
    return [
        (shortened(operation), shortened(location), value, needed)
        for operation, location, value, needed in values_of(contract)
    ]


def by_place(uses: Iterable[tuple[Use, str]], *, is_whole: bool) -> tuple[UsedPlace, ...]:
    """Give uses of files, each with the file's consumer, as places with all their consumers by name, in order.

    `is_whole` says that they are all of their operations.
    """
    return gathered(((use.operation, use.location, consumer, use.needed) for use, consumer in uses), is_whole=is_whole)


def by_value(uses: Iterable[tuple[UsedValue, str]]) -> tuple[UsedPlace, ...]:
    """Give used values of files, each with the file's consumer, as places with their value, as `by_place` does."""
    rows = ((use.operation, value_in_words(use.location, use.value), consumer, use.needed) for use, consumer in uses)
    return gathered(rows, is_whole=False)


def silent_consumers(connection: Connection, provider: str, judged: Collection[str]) -> tuple[str, ...]:
    """Give the names of the consumers that no contract which is looked at is of: nothing is said of them."""
    found = applications.find_application(connection, provider)
    assert found is not None  # contracts of it were looked for
    ids = {consumer for consumer, _ in contracts.consumers_of(connection, [found.id])}
    return tuple(sorted({each.name for each in applications.applications_by_id(connection, ids)} - set(judged)))


def shortened(text: str) -> str:
    """Give a text as it is, or its beginning and a digest where an index would not take it."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= _LONGEST:
        return text
    return f"{data[: _LONGEST - 80].decode('utf-8', 'ignore')}…{sha256(data).hexdigest()}"


@lru_cache(maxsize=16_384)
def _text(location: Location) -> str:
    return shortened(str(location))
