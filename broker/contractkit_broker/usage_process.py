"""The process that says what of a definition nobody needs: an order in, what may go out, within limits."""

import base64
import sys

from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.impact.unused import unused_of
from contractkit.impact.usage import Unused, UsedPlace
from contractkit.impact.usage_values import place_and_value
from contractkit.sources.messages import read_published
from contractkit_broker.limits import limit_memory


def main() -> None:
    """Read an order from standard input and write what is unused, or what is wrong, to standard output."""
    order = read_json(sys.stdin.buffer.read())
    limit_memory(order["memory"])
    answer: Json
    try:
        answer = {"unused": [_json(each) for each in work_off(order)]}
    except ContractkitError as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": f"The analysis needs more than {order['memory']} bytes of memory."}
    sys.stdout.buffer.write(dump_compact(answer))


def work_off(order: Json) -> tuple[Unused, ...]:
    """Give what of the order's definition nobody is known to need.

    Its `places` say who uses what: an operation, a location, also one with a value, and the consumers.

    Raises:
        ContractkitError: The definition cannot be read.
    """
    used = [UsedPlace(operation=each[0], location=each[1], consumers=each[2]) for each in order["places"]]
    places = [each for each in used if place_and_value(each.location)[1] is None]
    values = [each for each in used if place_and_value(each.location)[1] is not None]
    loaded = read_published(base64.b64decode(order["definition"]), source="that is stored")
    return unused_of(loaded.definition, places, values)


def _json(found: Unused) -> Json:
    return {
        "operation": found.operation,
        "location": found.location,
        "sureness": found.sureness.value,
        "consumers": list(found.consumers),
    }


if __name__ == "__main__":
    main()
