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
    function = re.sub(r"\W+", "_", _CAMEL.sub("_", state.name)).strip("_").lower() or "state"
    return f"{decorator}\ndef {_safe(function)}({_parameters(arguments)}):\n    ..."


def _parameters(values: Mapping[str, Json]) -> str:
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in values):
        return "**values"
    return ", ".join(f"{name}: {_TYPES[type(value)]}" if value is not None else name for name, value in values.items())


def _safe(name: str) -> str:
    return f"state_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
