"""What of a definition nobody is known to need, whichever kind it is of."""

from collections.abc import Iterable

from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact.analysis import AnyDefinition
from contractkit.impact.message_usage import unused_of_messages
from contractkit.impact.usage import Unused, UsedPlace, unused
from contractkit.impact.usage_values import unused_values


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
