"""What interactions use of a provider: the operation and the locations, as rows to be looked up later."""

from functools import lru_cache
from hashlib import sha256

from contractkit.model import Contract, HttpCall, InferredNeeds, Interaction, Location, RpcCall
from contractkit_broker.service.places import places_of

_LONGEST = 1_000
"""Bytes of an operation or a location: an index of PostgreSQL takes 2,704 for both."""


def usage_rows(contract: Contract) -> list[tuple[str, str, int, bool | None]]:
    """Give, for each location of each interaction: operation, location, the interaction's place, and if it is needed.

    That is true or false where the consumer's needs were inferred, and None where they were not.
    """
    return [
        (operation, location, place, needed)
        for place, interaction in enumerate(contract.interactions)
        for operation in (shortened(operation_of(interaction)),)
        for location, needed in _locations(interaction).items()
    ]


def operation_of(interaction: Interaction) -> str:
    """Give the operation's name where the contract says it, else method and path, procedure or description."""
    if interaction.operation:
        return interaction.operation
    match interaction.exchange:
        case HttpCall(request=request):
            return f"{request.method} {request.path}"
        case RpcCall(procedure=procedure):
            return procedure
        case _:
            return interaction.description


def shortened(text: str) -> str:
    """Give a text as it is, or its beginning and a digest where an index would not take it."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= _LONGEST:
        return text
    return f"{data[: _LONGEST - 80].decode('utf-8', 'ignore')}…{sha256(data).hexdigest()}"


def _locations(interaction: Interaction) -> dict[str, bool | None]:
    needs = interaction.needs
    found: dict[str, bool | None] = {}
    proved = isinstance(needs, InferredNeeds)
    for location, _ in places_of(interaction):
        found[_general(location)] = True if location.steps[0] == "request" or proved else None
    if isinstance(needs, InferredNeeds):
        found.update({_general(place): False for place in (*needs.tolerated, *needs.untouched)})
        found.update({_general(need.location): True for need in needs.needed})
        found.update({_general(place): True for group in needs.any_of for place in group})
    return found


@lru_cache(maxsize=16_384)
def _general(location: Location) -> str:
    return shortened(str(location.generalised()))
