"""Messages in words: the producer to paste where a message has none."""

import re
from collections.abc import Mapping

from contractkit.exact_json import Json, show_json
from contractkit.explain.states import function_name, typed_parameters

ADD_TO_PRODUCERS = "Add to the file of messages (`messages` in the settings, or --messages):"


def producer_skeleton(name: str, values: Mapping[str, Json]) -> str:
    """Give Python source of a function that emits a message, its parameters typed by the values that there are."""
    function = function_name(re.sub(r"^.*\.(?=\w+$)", "", name))
    return f"@message_producer({show_json(name)})\ndef {function}({typed_parameters(values)}):\n    ..."
