"""Versions: which distributions the consumer's code stands on, by what its modules import.

By imports, not by what ran: libraries keep much from one test for the next, so what of them runs depends on the order
of the tests. What they require unconditionally counts too; what only some machines require does not.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MACHINERY = re.compile(r"pytest|pytest[-_.].*|pluggy|iniconfig|execnet|coverage|contractkit[-_.]cdct")


_HARMLESS = frozenset(
    {
        "aiohttp",
        "brotli",
        "brotlicffi",
        "cffi",
        "charset-normalizer",
        "cryptography",
        "frozenlist",
        "greenlet",
        "grpcio",
        "httptools",
        "markupsafe",
        "multidict",
        "propcache",
        "pycares",
        "uvloop",
        "websockets",
        "yarl",
        "zstandard",
    }
)
"""Distributions whose compiled code handles bytes, headers, tasks or addresses, never the containers of an answer."""


def versions_below(modules: Iterable[str]) -> frozenset[str]:
    """Give `name==version` of each distribution that holds one of these modules, and of those it requires.

    Pytest, its plugins and contractkit itself are left out: they run tests, and no consumer depends on them.

    Args:
        modules: Dotted names of modules that are loaded.
    """
    return _versions(frozenset(modules))


def compiled_below(modules: Iterable[str]) -> frozenset[str]:
    """Give the distributions that such modules may use whose compiled code may look into Python's containers."""
    return _compiled(frozenset(modules))


@cache  # tests of one project reach the same few sets of modules
def _versions(modules: frozenset[str]) -> frozenset[str]:
    found = _closure(modules, is_required=lambda requirement: ";" not in requirement)
    return frozenset(f"{name}=={distribution.version}" for name, distribution in found.items())


@cache
def _compiled(modules: frozenset[str]) -> frozenset[str]:
    found = _closure(modules, is_required=lambda requirement: "extra ==" not in requirement)
    return frozenset(name for name in found if name not in _HARMLESS and _is_compiled(name))


def _closure(modules: Iterable[str], *, is_required: Callable[[str], bool]) -> Mapping[str, metadata.Distribution]:
    waiting = [name for module in modules for name in _distributions_of(module)]
    found: dict[str, metadata.Distribution] = {}
    while waiting:
        name = _normalised(waiting.pop())
        distribution = None if name in found or _MACHINERY.fullmatch(name) else _distribution(name)
        if distribution is not None:
            found[name] = distribution
            required = (_NAME.match(each) for each in distribution.requires or () if is_required(each))
            waiting += [each[0] for each in required if each]
    return found


@cache
def _distribution(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


@cache
def _is_compiled(name: str) -> bool:
    distribution = _distribution(name)
    files = (distribution.files if distribution is not None else None) or ()
    return any(each.suffix in (".so", ".pyd", ".dylib") for each in files)


@cache
def _distributions_of(module: str) -> tuple[str, ...]:
    """Give the distributions that hold a module: of a namespace that many share, those that hold its file."""
    top = module.partition(".")[0]
    if _is_of_same_name(top):
        return (top,)
    names = _by_package().get(top, ())
    if len(set(names)) < 2:
        return tuple(names)
    return tuple(dict.fromkeys(name for name in names if _holds(name, module)))


@cache
def _is_of_same_name(package: str) -> bool:
    """Say whether a package comes from the distribution of its name, as most do; else all have to be looked through."""
    distribution = _distribution(_normalised(package))
    record = distribution.read_text("RECORD") if distribution is not None else None
    return f"\n{package}/__init__.py," in f"\n{record or ''}"


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
