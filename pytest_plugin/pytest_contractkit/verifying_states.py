"""States of marked tests: handlers of the settings and of the test's own module, which may ask for fixtures."""

import functools
import inspect
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contractkit.model import DerivedState, ProviderState
from contractkit.verification.filters import Filters, filters_of
from contractkit.verification.loading import filters_beside, load_filters, load_states
from contractkit.verification.states import StateHandler, StateHandlers, handlers_of, offered_values

if TYPE_CHECKING:
    from pytest_contractkit.verifying_items import Provided

_FILTERS = pytest.StashKey[dict[tuple[Path, str], Filters]]()
_LOADED = pytest.StashKey[dict[tuple[Path, str], StateHandlers]]()


def states_for(provided: "Provided", item: pytest.Function) -> StateHandlers:
    """Give the handlers for one test: its own module's, then those of the marker or the settings.

    Raises:
        UsageError: The file or module of states cannot be loaded.
    """
    own = handlers_of(item.module)
    others = _loaded(provided, item)
    keys = {(each.is_derived, each.name, each.status) for each in own}
    more = [each for each in others if (each.is_derived, each.name, each.status) not in keys]
    return _WithFixtures([*own, *more], (*own.isolators, *others.isolators), item)


def filters_for(provided: "Provided", item: pytest.Function) -> Filters:
    """Give the request filters of the test's own module, then those of the settings, else those beside the states.

    Raises:
        UsageError: The file or module of filters cannot be loaded.
    """
    own, states = filters_of(item.module), provided.states or provided.service.states
    place = provided.service.filters
    if place is None:
        return own.joined_with(filters_beside(states, root=provided.settings.root) if states else Filters())
    known = item.config.stash.setdefault(_FILTERS, {})
    key = (provided.settings.root, place)
    if key not in known:
        known[key] = load_filters(place, root=provided.settings.root)
    return own.joined_with(known[key])


def _loaded(provided: "Provided", item: pytest.Function) -> StateHandlers:
    place = provided.states or provided.service.states
    if place is None:
        return StateHandlers()
    known = item.config.stash.setdefault(_LOADED, {})
    key = (provided.settings.root, place)
    if key not in known:
        known[key] = load_states(place, root=provided.settings.root)
    return known[key]


class _WithFixtures(StateHandlers):
    """Handlers whose parameters, where no value of a state has their name, may be fixtures of the test."""

    def __init__(self, handlers: Any, isolators: Any, item: pytest.Function) -> None:
        super().__init__(handlers, isolators)
        self._item = item

    def find(self, state: ProviderState | DerivedState) -> StateHandler | None:
        found = super().find(state)
        if found is None:
            return None
        parameters = inspect.signature(found.function).parameters
        wanted = [name for name in parameters if name not in offered_values(state) and self._is_fixture(name)]
        if not wanted:
            return found
        values = {name: self._item._request.getfixturevalue(name) for name in wanted}
        return replace(found, function=_filled(found.function, values))

    def _is_fixture(self, name: str) -> bool:
        return bool(self._item.session._fixturemanager.getfixturedefs(name, self._item))


def _filled(function: Any, values: dict[str, Any]) -> Any:
    """Give a function with some arguments filled; it stays a generator or coroutine function if it was one."""
    filled: Any = functools.partial(function, **values)
    functools.update_wrapper(filled, function)
    signature = inspect.signature(function)
    left = [each for name, each in signature.parameters.items() if name not in values]
    filled.__signature__ = signature.replace(parameters=left)
    return filled
