"""What of a definition nobody is known to need, whichever kind it is of."""

from collections.abc import Iterable
from typing import Final

from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact.analysis import AnyDefinition
from contractkit.impact.message_usage import unused_of_messages
from contractkit.impact.usage import Unused, UsedPlace, is_of_http, unused
from contractkit.impact.usage_values import unused_values

_OF_MESSAGES: Final = ("message.", "request.contents", "request.metadata", "responses[*].")
_OF_PROCEDURES: Final = ("procedure", "metadata", "events[*].", "sent[*].", "received[*].")


def speaks_of(definition: AnyDefinition, places: Iterable[UsedPlace]) -> bool:
    """Say whether any use is over the transport of a definition; else they say nothing of what it defines."""
    if isinstance(definition, MessageDefinition):
        return any(place.location.startswith(_OF_MESSAGES) for place in places)
    if isinstance(definition, ProtoDefinition):
        from contractkit.impact.protobuf.unused import reached_over_http  # loads protobuf's library

        over_http = reached_over_http(definition)
        return any(
            place.location.startswith((*_OF_PROCEDURES, *_OF_MESSAGES)) or (over_http and is_of_http(place.location))
            for place in places
        )
    return any(is_of_http(place.location) for place in places)


def unused_of(
    definition: AnyDefinition, places: Iterable[UsedPlace], values: Iterable[UsedPlace]
) -> tuple[Unused, ...]:
    """Give what of a definition nobody is known to need, operation by operation.

    Args:
        definition: The definition.
        places: Who uses which places of it.
        values: Who uses which values at them.
    """
    known, of_values = tuple(places), tuple(values)
    if isinstance(definition, MessageDefinition):
        return unused_of_messages(definition, known, of_values)
    if isinstance(definition, ProtoDefinition):
        from contractkit.impact.protobuf.unused import unused_of_procedures  # loads protobuf's library

        return unused_of_procedures(definition, known, of_values)
    order = [operation.name for operation in definition.operations]
    found = (*unused(definition, known), *unused_values(definition, (*known, *of_values)))
    return tuple(sorted(found, key=lambda each: order.index(each.operation)))
