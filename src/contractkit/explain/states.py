"""Provider states in words: the handler to paste where a state has none."""

import keyword
import re
from collections.abc import Mapping

from contractkit.exact_json import Json, show_json
from contractkit.model import DerivedState, ProviderState

_TYPES: Mapping[type, str] = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "dict"}

ADD_TO_STATES = "Add to the file of provider states (`states` in the settings, or --states):"

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def skeleton_of(state: ProviderState | DerivedState) -> str:
    """Give Python source of a handler for a state, its parameters typed by the values that the test gave."""
    match state:
        case ProviderState(name=name, params=params):
            decorator = f"@provider_state({show_json(name)})"
            arguments = params
        case DerivedState(operation=name, status=status, values=values):
            wanted = status if status.isdigit() else show_json(status)
            decorator = f"@provider_state.for_operation({show_json(name)}, status={wanted})"
            arguments = {("status_value" if key == "status" else key): value for key, value in values.items()}
    return f"{decorator}\ndef {function_name(state.name)}({typed_parameters(arguments)}):\n    ..."


def function_name(words: str) -> str:
    """Give the name of a function that does what words say."""
    return _safe(re.sub(r"\W+", "_", _CAMEL.sub("_", words)).strip("_").lower() or "state")


def typed_parameters(values: Mapping[str, Json]) -> str:
    """Give the parameters of a function for values by name, as Python writes them."""
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in values):
        return "**values"
    return ", ".join(f"{name}: {_TYPES[type(value)]}" if value is not None else name for name, value in values.items())


def _safe(name: str) -> str:
    return f"state_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
