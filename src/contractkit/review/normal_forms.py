"""Normal forms: equal interactions made equal, whichever version of the specification wrote them."""

from dataclasses import replace

from contractkit.document import interaction_content_id
from contractkit.matching.fields import split_values
from contractkit.model import Contract, Exchange, Fields, HttpCall, Interaction, LocatedRules, interaction_key
from contractkit.review.strictness import named

_KINDS = ("http", "rpc", "message", "messages")
_SEVERAL = "set-cookie"  # the one header whose lines cannot be joined by commas (RFC 9110 §5.3)


def normalised(interaction: Interaction) -> Interaction:
    """Give an interaction with headers as lists of values, and rules under the names that the manual uses."""
    rules = tuple(sorted(map(_named, interaction.rules), key=lambda each: each.location))
    return replace(interaction, exchange=_exchange(interaction), rules=rules)


def content_of(contract: Contract, interaction: Interaction) -> str:
    """Give the digest of what verifying an interaction depends on, whichever version of the specification wrote it.

    Version 1.0 alone means something else: it compares queries as text. A message's description is left out here.
    """
    semantics = contract.specification if contract.specification.startswith("1.0") else "4.0"
    return interaction_content_id(replace(contract, specification=semantics), replace(interaction, description=""))


def has_own_key(interaction: Interaction) -> bool:
    """Say whether a key is more than what reading makes of description and states where a file has none."""
    made = {
        interaction_key(
            kind=kind, operation=interaction.description, states=interaction.states, request=None, status=""
        )
        for kind in _KINDS
    }
    return interaction.key.partition("-")[0] not in made


def _exchange(interaction: Interaction) -> Exchange:
    exchange = interaction.exchange
    if not isinstance(exchange, HttpCall):
        return exchange
    request = replace(exchange.request, headers=_fields(exchange.request.headers))
    response = replace(exchange.response, headers=_fields(exchange.response.headers))
    return replace(exchange, request=request, response=response)


def _fields(fields: Fields) -> Fields:
    split = {name: split_values(name, values) for name, values in fields.items()}
    return {name: tuple(values) if _is_list(name, values) else (", ".join(values),) for name, values in split.items()}


def _is_list(name: str, values: list[str]) -> bool:
    return name == _SEVERAL or split_values(name, ["a,b"]) == ["a", "b"] or not values


def _named(located: LocatedRules) -> LocatedRules:
    return replace(located, rules=tuple(map(named, located.rules)))
