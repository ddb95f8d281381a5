"""What interactions use of a provider: the operation and the locations, as rows to be looked up later."""

from functools import lru_cache
from hashlib import sha256

from contractkit.impact.usage import locations_of, operation_of
from contractkit.model import Contract, Location

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


def shortened(text: str) -> str:
    """Give a text as it is, or its beginning and a digest where an index would not take it."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= _LONGEST:
        return text
    return f"{data[: _LONGEST - 80].decode('utf-8', 'ignore')}…{sha256(data).hexdigest()}"


@lru_cache(maxsize=16_384)
def _text(location: Location) -> str:
    return shortened(str(location))
