"""Configuration: options, pytest's ini lines, the environment and `pyproject.toml`, as they hold for one test."""

import os
from pathlib import Path

import pytest

from contractkit.errors import SettingsError, suggestion
from contractkit.settings import ENVIRONMENT_PREFIX, Settings, load_settings

_MARKED = ("consumer", "provider", "pending")
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
        said = {"consumer": _said(config, "consumer"), "contracts": _said(config, "dir", setting="contracts")}
        known[directory] = load_settings(directory, overrides=said)
    known[path] = known[directory]
    return known[path]


def writes_contracts(config: pytest.Config) -> bool:
    """Say whether contracts are to be written at all."""
    return not (
        config.getoption("--no-contracts") or config.getini("no_contracts") or config.getoption("--collect-only")
    )


def consumer_of(settings: Settings, marker: pytest.Mark | None) -> str:
    """Give the consumer's name: the marker's, else the settings'.

    Raises:
        SettingsError: Nobody names the consumer.
    """
    name = (marker.kwargs.get("consumer") if marker is not None else None) or settings.consumer
    if not name:
        raise SettingsError(
            "The consumer has no name: nothing says whose contract the tests record.",
            details=[("file", settings.origin)],
            next_step='Add:\n\n[tool.contractkit]\nconsumer = "your-service"',
        )
    return str(name)


def marker_of(item: pytest.Item) -> pytest.Mark | None:
    """Give the `contract` marker that holds for a test, or None.

    Raises:
        SettingsError: It says something that is not known, or nothing by name.
    """
    marker = item.get_closest_marker("contract")
    if marker is None:
        return None
    unknown = [name for name in marker.kwargs if name not in _MARKED]
    if marker.args or unknown:
        received = [*map(repr, marker.args), *(f"{name}=…" for name in unknown)]
        raise SettingsError(
            "The marker `contract` cannot be used.",
            details=[
                ("test", item.nodeid),
                ("expected", f"{', '.join(_MARKED)}, by name"),
                ("received", ", ".join(received)),
            ],
            next_step=suggestion(unknown[0], _MARKED) if unknown else 'For example: contract(consumer="web-shop").',
        )
    return marker


def _said(config: pytest.Config, name: str, *, setting: str = "") -> str | None:
    option: str | None = config.getoption(f"--contract-{name}")
    if option is not None:
        return option
    if os.environ.get(f"{ENVIRONMENT_PREFIX}{(setting or name).upper()}"):
        return None
    ini: str | None = config.getini(f"contract_{name}") or None
    return ini
