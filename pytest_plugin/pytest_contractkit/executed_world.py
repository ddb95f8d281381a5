"""The world of a run: everything but the consumer's files that may decide which of its code a test runs, as a digest.

What is left out chooses tests or shapes reports; whatever is not known to do only that is in, so that another world is
rather seen where there is none.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pytest_contractkit.executed_modules import is_own

_FORMAT = "1"
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")

_CHOOSING = frozenset(
    """
    basetemp cacheclear cacheshow capture code_highlight color contract_needs_seconds deselect dist distload
    durations durations_min failedfirst file_or_dir fold_skipped force_short_summary full_trace junitprefix keyword
    last_failed_no_failures lf loadgroup looponfail markexpr maxfail maxprocesses maxworkerrestart newfirst
    no_contracts no_header no_loadscope_reorder no_summary numprocesses px random_order_bucket random_order_seed
    reportchars rsyncdirs rsyncignore show_capture showlocals stepwise stepwise_reset stepwise_skip tbstyle
    testrunuid tx usepdb verbose xmlpath xmlstyle
    """.split()  # noqa: SIM905 - as a list they take a line each
)
"""Options by their names in `config.option` that choose tests, spread them over processes, or shape reports."""

_PASSING = frozenset({"_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "WINDOWID"})
_PASSING_STARTS = ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_", "SSH_", "TERM", "TMUX", "VTE_")
"""Variables of a terminal and its session, and of pytest about itself."""


def world_of(config: pytest.Config) -> str:
    """Give the digest of the world that a run is in: 64 hexadecimal digits."""
    digest = hashlib.sha256(_FORMAT.encode())
    for part in _parts(config):
        digest.update(f"\0{part}".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _parts(config: pytest.Config) -> Iterator[object]:
    yield from (sys.version, sys.platform, sys.flags, sys.path, config.invocation_params.dir, config.rootpath)
    yield from sorted(_installed())
    yield from sorted(_plugins(config))
    yield from sorted(_options(config))
    yield from sorted(map(_bytes_of, {config.inipath or config.rootpath, config.rootpath / "pyproject.toml"}))
    yield from sorted(f"{name}={value}" for name, value in os.environ.items() if not _is_passing(name))


def _options(config: pytest.Config) -> Iterator[str]:
    for name, value in vars(config.option).items():
        if name not in _CHOOSING:
            is_plain = value is None or isinstance(value, str | int | float | list | tuple | dict)
            yield f"{name}={value!r}" if is_plain else f"{name} is a {type(value).__qualname__}"


def _installed() -> Iterator[str]:
    """Give what is installed where modules are looked for: names that hold versions."""
    for place in sys.path:
        try:
            yield from (each.name for each in Path(place).iterdir() if each.name.endswith(_INSTALLED))
        except OSError:
            continue


def _plugins(config: pytest.Config) -> Iterator[str]:
    """Give the modules that are plugins, with what stands in the consumer's own; conftests count test by test."""
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if isinstance(plugin, ModuleType) and file is not None and Path(file).name != "conftest.py":
            yield f"{file} {_bytes_of(Path(file)) if is_own(file) else ''}"


def _bytes_of(file: Path) -> str:
    try:
        return f"{file} {hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError:
        return f"{file} cannot be read"


def _is_passing(name: str) -> bool:
    return name in _PASSING or name.startswith(_PASSING_STARTS)
