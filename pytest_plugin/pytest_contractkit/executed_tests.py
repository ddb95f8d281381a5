"""What ran in a test: in its function, in its fixtures, also those that another test set up, and in its conftests."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from pytest_contractkit.executed import Executed, note
from pytest_contractkit.executed_calls import Noted
from pytest_contractkit.executed_modules import is_own

_NAME = "contractkit-executed"
_CONFTEST = "conftest.py"


class _Fixtures:
    """Notes what runs while a fixture is set up that several tests share."""

    def __init__(self) -> None:
        self.noted: WeakKeyDictionary[Any, Noted] = WeakKeyDictionary()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Note it for the tests to come."""
        if fixturedef.scope == "function":
            return (yield)
        with note(Executed()) as noted:
            result = yield
        self.noted[fixturedef] = noted
        return result


def watch_fixtures(config: pytest.Config) -> None:
    """Note from now on what shared fixtures run; of one that was set up before, nothing is known."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(_Fixtures(), _NAME)


@contextmanager
def note_test(item: pytest.Item, executed: Executed | None = None) -> Iterator[Executed]:
    """Note what runs for a test: around its setup and its call, not its teardown, which may end others' fixtures.

    Args:
        item: The test.
        executed: What an earlier stretch of the same run gave, such as that of the setup.

    Yields:
        What ran, complete after the end.
    """
    watch_fixtures(item.config)
    found = executed if executed is not None else Executed(conftests_of(item))
    with note(found):
        yield found
    _join_fixtures(item, found)


def _join_fixtures(item: pytest.Item, executed: Executed) -> None:
    fixtures = item.config.pluginmanager.get_plugin(_NAME)
    for definition in _shared(item):
        known = fixtures.noted.get(definition) if isinstance(fixtures, _Fixtures) else None
        code = getattr(definition.func, "__code__", None)
        if known is not None:
            executed.join(known)
        elif code is not None and is_own(code.co_filename) and definition.cached_result is not None:
            executed.join(Noted(codes={id(code): code}, is_complete=False))


def _shared(item: pytest.Item) -> Iterator[pytest.FixtureDef[Any]]:
    """Give the fixtures of a test that other tests may share, those that it asked for while it ran among them."""
    request = getattr(item, "_request", None)
    known = getattr(request, "_fixture_defs", {})
    return (each for each in known.values() if each.scope != "function")


def conftests_of(item: pytest.Item) -> list[Path]:
    """Give the conftests that hold for a test."""
    files = (getattr(plugin, "__file__", None) for plugin in item.config.pluginmanager.get_plugins())
    paths = [Path(file) for file in files if isinstance(file, str) and file.endswith(_CONFTEST)]
    return sorted(path for path in paths if path.name == _CONFTEST and item.path.is_relative_to(path.parent))
