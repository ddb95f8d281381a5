"""Configuration: options, pytest's ini lines, the environment and `pyproject.toml`, as they hold for one test."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from contractkit.errors import SettingsError, suggestion
from contractkit.settings import Settings, load_settings
from pytest_contractkit.options import CONSUMER, DIRECTORY, NEEDS, NO_CONTRACTS, Option, is_on, value_of
from pytest_contractkit.pins import is_location

MARKED: Mapping[str, tuple[type | tuple[type, ...], str]] = MappingProxyType(
    {
        "consumer": (str, 'a text such as "web-shop"'),
        "provider": (str, 'a text such as "orders"'),
        "pending": (bool, "True or False"),
        "needs": ((str, list, tuple), 'one of "off", "auto", "full", or a list of fields such as ["total"]'),
    }
)
"""What the marker takes by name: the type, and the words for it."""

_KNOWN = pytest.StashKey[dict[Path, Settings]]()


def settings_for(config: pytest.Config, path: Path) -> Settings:
    """Give the settings that hold for a test file: those of the nearest `pyproject.toml` with `[tool.contractkit]`.

    Options win over the environment, the environment over pytest's ini lines, those over `pyproject.toml`.
    """
    known = config.stash.setdefault(_KNOWN, {})
    if path in known:
        return known[path]
    directory = path if path.is_dir() else path.parent
    if directory not in known:
        said = {"consumer": _override(config, CONSUMER), "contracts": _override(config, DIRECTORY)}
        known[directory] = load_settings(directory, overrides=said)
    known[path] = known[directory]
    return known[path]


def writes_contracts(config: pytest.Config) -> bool:
    """Say whether contracts are to be written at all."""
    return not (is_on(config, NO_CONTRACTS) or config.getoption("--collect-only"))


def consumer_of(settings: Settings, marked: Mapping[str, Any]) -> str:
    """Give the consumer's name: the marker's, else the settings'.

    Raises:
        SettingsError: Nobody names the consumer.
    """
    name = marked.get("consumer") or settings.consumer
    if not name:
        raise SettingsError(
            "The consumer has no name: nothing says whose contract the tests record.",
            details=[("file", settings.origin)],
            next_step='Add:\n\n[tool.contractkit]\nconsumer = "your-service"',
        )
    return str(name)


def marked_for(item: pytest.Item) -> Mapping[str, Any]:
    """Give what the `contract` markers of a test, its class and its module say; the nearest that says a thing counts.

    Raises:
        SettingsError: One says something that is not known, or of another type, or nothing by name.
    """
    said: dict[str, Any] = {}
    for marker in item.iter_markers("contract"):
        _check_marker(marker, item)
        said = {**marker.kwargs, **said}
    return said


def _override(config: pytest.Config, option: Option) -> str | None:
    """Give what overrides the settings; not what a variable says, for they read it too, and name it where it is bad."""
    value = value_of(config, option)
    return None if value == os.environ.get(option.variable) else value


def _check_marker(marker: pytest.Mark, item: pytest.Item) -> None:
    unknown = [name for name in marker.kwargs if name not in MARKED]
    if marker.args or unknown:
        received = [*map(repr, marker.args), *(f"{name}=…" for name in unknown)]
        step = suggestion(unknown[0], MARKED) if unknown else 'For example: contract(consumer="web-shop").'
        raise _unusable(item, f"{', '.join(MARKED)}, by name", ", ".join(received), step)
    for name, value in marker.kwargs.items():
        type_, words = MARKED[name]
        if value is not None and not (isinstance(value, type_) and _is_meant(name, value)):
            raise _unusable(item, f"{name}= {words}", f"{name}={value!r}", "")


def _is_meant(name: str, value: Any) -> bool:
    """Say whether a value that is of the right type says something that is known."""
    if name != "needs":
        return True
    if isinstance(value, str):
        return value in NEEDS.choices
    return all(isinstance(each, str) and is_location(each) for each in value)


def _unusable(item: pytest.Item, expected: str, received: str, step: str) -> SettingsError:
    return SettingsError(
        "The marker `contract` cannot be used.",
        details=[("test", item.nodeid), ("expected", expected), ("received", received)],
        next_step=step,
    )
