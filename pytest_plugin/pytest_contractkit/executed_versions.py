"""Versions: which distributions the consumer's code stands on, by what its modules import.

By imports, not by what ran: libraries keep much from one test for the next, so what of them runs depends on the order
of the tests. What they require unconditionally counts too; what only some machines require does not.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MACHINERY = re.compile(r"pytest|pytest[-_.].*|pluggy|iniconfig|execnet|coverage|contractkit[-_.]cdct")


def versions_below(modules: Iterable[str]) -> frozenset[str]:
    """Give `name==version` of each distribution that holds one of these modules, and of those it requires.

    Pytest, its plugins and contractkit itself are left out: they run tests, and no consumer depends on them.

    Args:
        modules: Dotted names of modules that are loaded.
    """
    waiting = [name for module in modules for name in _distributions_of(module)]
    found: dict[str, str] = {}
    while waiting:
        name = _normalised(waiting.pop())
        if name in found or _MACHINERY.fullmatch(name):
            continue
        version, required = _told(name)
        if version:
            found[name] = version
            waiting += required
    return frozenset(f"{name}=={version}" for name, version in found.items())


@cache
def _told(name: str) -> tuple[str, tuple[str, ...]]:
    """Give the version of a distribution, and what it requires everywhere; nothing of one that is not there."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "", ()
    everywhere = (each for each in distribution.requires or () if ";" not in each)
    return distribution.version, tuple(found[0] for each in everywhere if (found := _NAME.match(each)))


@cache
def _distributions_of(module: str) -> tuple[str, ...]:
    """Give the distributions that hold a module: of a namespace that many share, those that hold its file."""
    names = _by_package().get(module.partition(".")[0], ())
    if len(set(names)) < 2:
        return tuple(names)
    return tuple(dict.fromkeys(name for name in names if _holds(name, module)))


def _holds(name: str, module: str) -> bool:
    file = getattr(sys.modules.get(module), "__file__", None)
    ends = _endings(module)
    files = metadata.distribution(name).files or ()
    return file is not None and any(Path(str(each)).as_posix().startswith(ends) for each in files)


def _endings(module: str) -> tuple[str, ...]:
    path = module.replace(".", "/")
    return (f"{path}/__init__.", f"{path}.")


@cache
def _by_package() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
