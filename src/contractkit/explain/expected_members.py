"""Expected members: how much of what stubs served the contract asks of the provider, while needs are not inferred."""

from collections.abc import Iterable, Mapping

from contractkit.exact_json import Json
from contractkit.model import Body, HttpCall, Interaction, JsonBody, UnknownNeeds


def count_expected_members(interactions: Iterable[Interaction]) -> tuple[int, int]:
    """Give how many members of the served bodies are expected, and how many were served.

    Counted are the interactions whose needs are unknown; of a list the first element, as it alone is expected.
    """
    expected = served = 0
    for each in interactions:
        if isinstance(each.exchange, HttpCall) and isinstance(each.needs, UnknownNeeds):
            was_served = _members(each.served)
            served += was_served
            expected += min(_members(each.exchange.response.body), was_served)
    return expected, served


def expected_in_words(expected: int, served: int) -> str:
    """Give the counts as a sentence with the advice; empty where all that was served is expected."""
    if expected >= served:
        return ""
    verb = "is" if expected == 1 else "are"
    return f"{expected} of {served} served members {verb} expected; reply with those you use"


def _members(body: Body) -> int:
    return _counted(body.value) if isinstance(body, JsonBody) else 0


def _counted(value: Json) -> int:
    if isinstance(value, Mapping):
        return sum(1 + _counted(member) for member in value.values())
    return _counted(value[0]) if isinstance(value, list) and value else 0
