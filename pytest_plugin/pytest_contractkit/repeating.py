"""Repeating: which tests are not run again, since what their re-runs did would prove nothing or be seen by others."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_contractkit.needs_settings import NeedsSettings

_HARMLESS = ("_pytest.", "pytest_asyncio.", "anyio.", "xdist.", "pytest_contractkit.", "pytest_trio.")
"""Packages whose shared fixtures hold nothing of a test: paths, event loops, the configuration."""


def why_not_repeated(item: pytest.Function, settings: NeedsSettings) -> str | None:
    """Give the reason for which a test is not run again, in a phrase; None where it is."""
    return next((reason for find in _FINDERS for reason in find(item, settings)), None)


def _switched_off(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    if not settings.is_on:
        yield "inference is switched off"


def _not_meant_to(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    for name in ("xfail", "flaky"):
        if item.get_closest_marker(name) is not None:
            yield f"the test is marked {name}"


def _traced(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    if item.config.getoption("trace", False):
        yield "the run is traced"


def _of_hypothesis(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    if getattr(item.obj, "is_hypothesis_test", False):
        yield "the test draws its examples"


def _reporting(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    for name in ("subtests", "benchmark"):
        if name in item.fixturenames:
            yield f"the fixture {name} reports each run of a test"


def _broad(item: pytest.Function, settings: NeedsSettings) -> Iterator[str]:
    for name in item.fixturenames:
        definitions = item._fixtureinfo.name2fixturedefs.get(name, ())
        for definition in definitions[-1:]:
            spoken = _spoken(name)
            if (
                definition.scope != "function"
                and not _is_harmless(item, definition)
                and spoken not in settings.fixtures
            ):
                yield f"the fixture {spoken} is shared: its scope is {definition.scope}"


def _spoken(name: str) -> str:
    """Give a fixture's name; that of a setup function as it is written, which pytest wraps in a fixture."""
    written = ("setup_module", "setup_class", "setUpClass")
    return next((each for each in written if name.startswith("_") and each in name), name)


def _is_harmless(item: pytest.Function, definition: Any) -> bool:
    module = str(getattr(definition.func, "__module__", ""))
    if "setUpClass" in definition.argname:
        return _sets_nothing_up(item.cls)
    return any(module.startswith(each) for each in _HARMLESS)


def _sets_nothing_up(cls: type | None) -> bool:
    """Say whether a unittest.TestCase has the setup of its class from unittest itself."""
    names = ("setUpClass", "tearDownClass")
    from unittest import TestCase

    return cls is None or all(
        getattr(getattr(cls, name), "__func__", None) is getattr(TestCase, name).__func__ for name in names
    )


_Finder = Callable[[pytest.Function, NeedsSettings], Iterator[str]]

_FINDERS: tuple[_Finder, ...] = (_switched_off, _not_meant_to, _traced, _of_hypothesis, _reporting, _broad)
