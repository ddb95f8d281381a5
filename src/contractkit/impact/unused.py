"""What of a definition nobody is known to need, whichever kind it is of."""

from collections.abc import Iterable
from typing import Final

from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact.analysis import AnyDefinition
from contractkit.impact.message_usage import unused_of_messages
from contractkit.impact.usage import Unused, UsedPlace, is_of_http, operation_as_defined, unused
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


def operations_in_use(definition: AnyDefinition, places: Iterable[UsedPlace]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the operations in use over the transport of a definition: those that it has, and those that it does not.

    Of messages there are none: of those that a definition does not have, it is told that they may be any.
    """
    if isinstance(definition, MessageDefinition):
        return frozenset(), frozenset()
    if isinstance(definition, ProtoDefinition):
        from contractkit.impact.protobuf.unused import procedures_and_messages  # loads protobuf's library

        known = procedures_and_messages(definition)
        used = frozenset(place.operation for place in places if place.location.startswith(_OF_PROCEDURES))
        return used & known, used - known
    defined = {operation.name for operation in definition.operations}
    used = frozenset(place.operation for place in places if is_of_http(place.location))
    known = frozenset(each for each in used if operation_as_defined(definition, each) in defined)
    return known, used - known


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
