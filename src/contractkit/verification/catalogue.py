"""The catalogue of a provider's states, made from its handlers: names, first words, and a schema of the parameters."""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from contractkit.document.state_catalogue import CataloguedState, NamedState, PreparedOperation, StateCatalogue
from contractkit.exact_json import Json, dump_canonical
from contractkit.verification.arguments import adapters_of
from contractkit.verification.states import Handler, StateHandler, StateHandlers

_DEFINITIONS = "$defs"
_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def catalogue_of(provider: str, handlers: StateHandlers) -> StateCatalogue:
    """Give the catalogue of what a provider's handlers prepare."""
    return StateCatalogue(provider=provider, states=tuple(_catalogued(each) for each in handlers))


def _catalogued(handler: StateHandler) -> CataloguedState:
    description = _description(handler.function)
    if handler.is_derived:
        return PreparedOperation(
            operation=handler.name,
            status=handler.status,
            description=description,
            parameters=_parameters(handler.function, without="status", is_open=True),
        )
    return NamedState(
        name=handler.name, description=description, parameters=_parameters(handler.function, is_open=False)
    )


def _description(function: Handler) -> str:
    """Give the first paragraph of a function's documentation in one line."""
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


def _parameters(function: Handler, *, is_open: bool, without: str = "") -> Mapping[str, Json]:
    """Give the schema of the object of a handler's parameters.

    Args:
        function: The handler.
        is_open: Whether values that it does not name are passed over.
        without: A parameter that is no value of the test, but given by the verifier.
    """
    parameters = inspect.signature(function).parameters
    named = {name: each for name, each in parameters.items() if each.kind not in _VARIADIC and name != without}
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    properties, definitions = _schemas({name: adapters_of(function).get(name) for name in named})
    required = [name for name, each in named.items() if each.default is inspect.Parameter.empty]
    for name, each in named.items():
        properties[name] |= _default(each.default)
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        **({} if takes_all or is_open else {"additionalProperties": False}),
        **({_DEFINITIONS: definitions} if definitions else {}),
    }


def _schemas(adapters: Mapping[str, TypeAdapter[Any] | None]) -> tuple[dict[str, dict[str, Json]], dict[str, Json]]:
    """Give a schema for each parameter, an empty one where its type says nothing about JSON, and what they share."""
    properties: dict[str, dict[str, Json]] = {name: {} for name in adapters}
    usable = [(name, "validation", each) for name, each in adapters.items() if each is not None and _has_schema(each)]
    if not usable:
        return properties, {}
    found, shared = TypeAdapter.json_schemas(usable)  # type: ignore[arg-type]  # modes are literals to its stubs
    return {**properties, **{name: found[name, "validation"] for name, _, _ in usable}}, shared.get(_DEFINITIONS, {})


def _has_schema(adapter: TypeAdapter[Any]) -> bool:
    try:
        adapter.json_schema()
    except PydanticInvalidForJsonSchema:
        return False
    return True


def _default(default: object) -> dict[str, Json]:
    if default is inspect.Parameter.empty:
        return {}
    try:
        value = to_jsonable_python(default)
        dump_canonical(value)
    except (PydanticSerializationError, ValueError):  # one of the provider's own, or infinity: JSON has no word for it
        return {}
    return {"default": value}
