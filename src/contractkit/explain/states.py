"""Provider states in words: the handler to paste where a state has none."""

import itertools
import keyword
import re
from collections.abc import Container, Iterable, Mapping, Sequence

from contractkit.exact_json import Json, show_json
from contractkit.model import DerivedState, ProviderState

_TYPES: Mapping[type, str] = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "dict"}

ADD_TO_STATES = "Add to the file of provider states (`states` in the settings, or --states):"

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def skeleton_of(state: ProviderState | DerivedState) -> str:
    """Give Python source of a handler for a state, its parameters typed by the values that the test gave."""
    match state:
        case ProviderState(name=name):
            decorator = f"@provider_state({show_json(name)})"
        case DerivedState(operation=name, status=status):
            wanted = status if status.isdigit() else show_json(status)
            decorator = f"@provider_state.for_operation({show_json(name)}, status={wanted})"
    return f"{decorator}\ndef {function_name(state.name)}({typed_parameters(_arguments(state))}):\n    ..."


def skeletons_of(states: Iterable[ProviderState | DerivedState], *, taken: Container[str] = ()) -> tuple[str, ...]:
    """Give Python source of a handler for each different state, to be filled in: until then it raises.

    Args:
        states: States as tests gave them; of equal ones, parameters that not all give have a default.
        taken: Names that the functions must not have.
    """
    alike: dict[tuple[str, ...], list[ProviderState | DerivedState]] = {}
    for state in states:
        key = (state.name,) if isinstance(state, ProviderState) else (state.operation, state.status)
        alike.setdefault(key, []).append(state)
    names: list[str] = []
    for each in alike.values():
        names.append(_free_name(function_name(each[0].name), taken, names))
    return tuple(_skeleton(each, name) for each, name in zip(alike.values(), names, strict=True))


def _skeleton(alike: Sequence[ProviderState | DerivedState], name: str) -> str:
    decorator = skeleton_of(alike[0]).partition("\n")[0]
    given = [_arguments(each) for each in alike]
    names = dict.fromkeys(name for each in given for name in each)
    kinds = {each: {_kind(values[each]) for values in given if each in values} for each in names}
    optional = {each for each in names if any(each not in values for values in given)}
    written = [
        _parameter(each, kinds[each], is_optional=each in optional) for each in sorted(names, key=optional.__contains__)
    ]
    parameters = ", ".join(written) if _are_names(names) else "**values"
    return f"{decorator}\ndef {name}({parameters}):\n    raise NotImplementedError"


def _parameter(name: str, kinds: set[str], *, is_optional: bool) -> str:
    hint = " | ".join(sorted(kinds - {"None"}) + (["None"] if is_optional or "None" in kinds else []))
    default = " = None" if is_optional else ""
    return f"{name}: {hint}{default}" if hint != "None" else f"{name}{'=None' if is_optional else ''}"


def _arguments(state: ProviderState | DerivedState) -> Mapping[str, Json]:
    if isinstance(state, ProviderState):
        return state.params
    return {("status_value" if key == "status" else key): value for key, value in state.values.items()}


def _kind(value: Json) -> str:
    return "None" if value is None else _TYPES[type(value)]


def _free_name(name: str, taken: Container[str], also_taken: Container[str]) -> str:
    numbers = itertools.count(2)
    free = name
    while free in taken or free in also_taken:
        free = f"{name}_{next(numbers)}"
    return free


def function_name(words: str) -> str:
    """Give the name of a function that does what words say."""
    return _safe(re.sub(r"\W+", "_", _CAMEL.sub("_", words)).strip("_").lower() or "state")


def typed_parameters(values: Mapping[str, Json]) -> str:
    """Give the parameters of a function for values by name, as Python writes them."""
    if not _are_names(values):
        return "**values"
    return ", ".join(f"{name}: {_TYPES[type(value)]}" if value is not None else name for name, value in values.items())


def _are_names(names: Iterable[str]) -> bool:
    return all(name.isidentifier() and not keyword.iskeyword(name) for name in names)


def _safe(name: str) -> str:
    return f"state_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name
