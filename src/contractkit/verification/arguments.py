"""Arguments: a state's parameters bound to its handler's, checked against the annotations."""

import inspect
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError

from contractkit.errors import ProviderStateError
from contractkit.exact_json import show_json
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.states import Handler, StateHandler, offered_values


def bind_arguments(handler: StateHandler, state: ProviderState | DerivedState) -> dict[str, Any]:
    """Give the keyword arguments a handler is called with.

    A named state must fit its handler exactly; of a derived state's values a handler names those it wants.

    Raises:
        ProviderStateError: A parameter is missing, unknown or of the wrong type; every such one is listed.
    """
    offered = offered_values(state)
    parameters = inspect.signature(handler.function).parameters
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    named = {name: each for name, each in parameters.items() if each.kind not in _VARIADIC}
    problems = [*_missing(named, offered)]
    if isinstance(state, ProviderState) and not takes_all:
        problems += _unexpected(named, offered)
    wanted = {name: value for name, value in offered.items() if name in named or takes_all}
    checked = {name: _checked(handler.function, name, value, problems) for name, value in wanted.items()}
    if problems:
        raise _misfit(handler, state, problems)
    return checked


def fill_parameters(function: Handler, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Give the keyword arguments for those of a function's parameters that have a value, and what is wrong with them.

    What a function does not name is left out; a parameter without a default that has no value is a problem.
    """
    parameters = inspect.signature(function).parameters
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    named = {name: each for name, each in parameters.items() if each.kind not in _VARIADIC}
    problems = [*_missing(named, values, who="producer")]
    wanted = {name: value for name, value in values.items() if name in named or takes_all}
    return {name: _checked(function, name, value, problems) for name, value in wanted.items()}, problems


_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def _missing(
    named: Mapping[str, inspect.Parameter], offered: Mapping[str, Any], *, who: str = "handler"
) -> list[tuple[str, str]]:
    return [
        ("missing", f"{name}, which the {who} requires")
        for name, parameter in named.items()
        if parameter.default is inspect.Parameter.empty and name not in offered
    ]


def _unexpected(named: Mapping[str, Any], offered: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("unexpected", f"{name}: {show_json(value)}, which the handler does not take")
        for name, value in offered.items()
        if name not in named
    ]


def _checked(function: Handler, name: str, value: object, problems: list[tuple[str, str]]) -> object:
    adapter = adapters_of(function).get(name)
    if adapter is None:
        return value
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        sentence = "; ".join(problem["msg"] for problem in error.errors())
        problems.append(("wrong", f"{name}: {show_json(value)}: {sentence}"))
        return value


@lru_cache(maxsize=1024)
def adapters_of(function: Handler) -> Mapping[str, TypeAdapter[Any]]:
    """Give what checks each annotated parameter of a function; types that say nothing about JSON have none."""
    try:
        hints = typing.get_type_hints(inspect.unwrap(function), include_extras=True)
    except (NameError, TypeError):  # an annotation that only a type checker can read
        return {}
    adapters = {}
    for name, hint in hints.items():
        try:
            adapters[name] = TypeAdapter(hint)
        except (PydanticSchemaGenerationError, PydanticUserError):
            continue  # a type of the provider's own, which says nothing about JSON
    return adapters


def _misfit(
    handler: StateHandler, state: ProviderState | DerivedState, problems: list[tuple[str, str]]
) -> ProviderStateError:
    return ProviderStateError(
        f'The handler of the state "{state.name}" does not take its parameters.',
        details=[("handler", f"{handler.function.__name__}, {handler.place}"), *problems],
        next_step="Change the handler's parameters, or what the consumer's test gives.",
    )
