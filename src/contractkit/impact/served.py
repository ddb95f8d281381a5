"""Served messages: what tests were given of a remote procedure, beside what the contract expects of it."""

from contractkit.exact_json import Json
from contractkit.model import Interaction, JsonBody, repeated_events


def served_trees(interaction: Interaction, expected: int) -> tuple[Json, ...]:
    """Give the messages that were served; of several, or where any number might have been, they stand in one list.

    `expected` is the number of messages that the contract expects.
    """
    if not isinstance(interaction.served, JsonBody):
        return ()
    value = interaction.served.value
    is_list = expected > 1 or bool(repeated_events(interaction.rules))
    return tuple(value) if is_list and isinstance(value, list) else (value,)
