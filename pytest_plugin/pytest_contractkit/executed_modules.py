"""Modules: which files are the consumer's own, and what its modules reach by their imports."""

import os
import sys
import sysconfig
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType

from pytest_contractkit.executed_sources import Imported, Source

_INSTALLED = ("site-packages", "dist-packages")
_OUR_PACKAGES = ("contractkit", "pytest_contractkit", "contractkit_broker")
_UNCOUNTED = frozenset((*_OUR_PACKAGES, "pytest", "_pytest", *sys.stdlib_module_names))
"""Packages whose versions count for no consumer."""


@cache
def is_own(file: str) -> bool:
    """Say whether a file, as a code object names it, is the consumer's: neither Python's, nor installed, nor ours."""
    path = real_path(file)
    if file.startswith("<") or not path.endswith(".py"):
        return False
    is_installed = any(f"{os.sep}{name}{os.sep}" in path for name in _INSTALLED)
    return not is_installed and not path.startswith(_elsewhere())


@cache
def real_path(file: str) -> str:
    """Give the one path of a file, links followed; the same each time it is asked for in one process."""
    return os.path.realpath(file)


def source_in(file: str) -> Source | None:
    """Give the grains of a file as it stands now; None for one that cannot be read, or is no Python."""
    try:
        known = os.stat(file)  # noqa: PTH116 - asked for each file of each test, and paths take longer than files
        return _read(file, known.st_mtime_ns, known.st_size)
    except (OSError, SyntaxError, ValueError):
        return None


def own_files() -> frozenset[str]:
    """Give the consumer's own files among all modules that are loaded."""
    return frozenset(_modules_by_file())


class Reached:
    """What importing some files of the consumer reaches: further files of its own, and modules of others.

    Attributes:
        files: The consumer's own files, whose top-level code has run.
        functions: Functions in them that the top-level code of another of them calls: file and first line.
        foreign: Names of modules that were installed.
        modules: All modules that imports may load, each with its file; None where none is loaded by that name.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.functions: set[tuple[str, int]] = set()
        self.foreign: set[str] = set()
        self.modules: dict[str, str | None] = {}

    def add_file(self, file: str) -> None:
        """Follow the imports of a file, wherever they lead."""
        waiting = [file]
        while waiting:
            path = waiting.pop()
            source = None if path in self.files else source_in(path)
            self.files.add(path)
            if source is not None:
                waiting += self._followed(path, source.imports)
                self._add_called(path, source)

    def add_imports(self, file: str, imports: Iterable[Imported]) -> None:
        """Follow imports that stand in a file, such as those of one of its functions."""
        for path in list(self._followed(file, imports)):
            self.add_file(path)

    def names(self) -> dict[str, str | None]:
        """Give the modules that stand behind all this, each with its real file: what is imported, and what ran."""
        loaded = (name for file in self.files if not _is_conftest(file) for name in self._names.get(file, ()))
        return {name: real_file_of(name) for name in {*self.modules, *loaded}}

    def _followed(self, file: str, imports: Iterable[Imported]) -> Iterator[str]:
        for name in (name for each in imports for name in self._candidates(file, each)):
            path = self.modules[name] = file_of(name)
            if path is not None and is_own(path):
                yield real_path(path)
            elif path is not None and name.partition(".")[0] not in _UNCOUNTED:
                self.foreign.add(name)

    def _add_called(self, file: str, source: Source) -> None:
        for module, rest in (self._split(file, imported, name) for imported, name in source.called_imports):
            path = file_of(module)
            there = source_in(path) if path is not None and is_own(path) else None
            if path is not None and there is not None:
                self.functions |= {(real_path(path), first) for first in there.run_by_calls([rest])}

    def _split(self, file: str, imported: Imported, called: str) -> tuple[str, str]:
        """Give the module that a call of an imported name leads to, and the name in it."""
        base = next(self._bases(file, imported), imported.module)
        rest = called.removeprefix(imported.alias).lstrip(".")
        if imported.name is None:
            return base, rest
        inner = f"{base}.{imported.name}"
        return (inner, rest) if inner in sys.modules else (base, ".".join(filter(None, (imported.name, rest))))

    def _candidates(self, file: str, imported: Imported) -> Iterator[str]:
        return (name for base in self._bases(file, imported) for name in _loaded_by(base, imported.name))

    def _bases(self, file: str, imported: Imported) -> Iterator[str]:
        if not imported.level:
            yield imported.module
            return
        for name in self._names.get(real_path(file), ()):
            package = getattr(sys.modules.get(name), "__package__", None)
            try:
                yield resolve_name("." * imported.level + imported.module, package)
            except ImportError:
                continue

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        return _modules_by_file()


@lru_cache(maxsize=4096)
def _loaded_by(base: str, name: str | None) -> tuple[str, ...]:
    """Give the modules that an import may load: the package and those above it, and a module of that name in it."""
    steps = base.split(".")
    packages = (".".join(steps[:count]) for count in range(1, len(steps) + 1))
    return (*packages, *([] if name is None else [f"{base}.{name}"]))


def file_of(name: str) -> str | None:
    """Give the file of a module by its dotted name; None where it has none, or is not loaded."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return file if isinstance(file, str) else None


def real_file_of(name: str) -> str | None:
    """Give the real path of the file of a module, which is another one where a link on the way leads elsewhere now."""
    file = file_of(name)
    return None if file is None else real_path(file)


def _is_conftest(file: str) -> bool:
    """Say whether a file is one of those that take turns under one name."""
    return file.endswith("conftest.py")


def _modules_by_file() -> Mapping[str, list[str]]:
    """Give the names under which each file of the consumer is loaded, worked out again when other modules are."""
    names, modules = list(sys.modules), list(sys.modules.values())
    if not _LAST or _LAST[0].modules != modules or _LAST[0].names != names:
        _LAST[:] = [_Loaded(names=names, modules=modules, by_file=_by_file(names))]
    return _LAST[0].by_file


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Loaded:
    """The modules that were loaded when their files were last looked at, for what is loaded seldom changes."""

    names: list[str]
    modules: list[ModuleType]
    by_file: Mapping[str, list[str]]


_LAST: list[_Loaded] = []


def _by_file(loaded: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(loaded):
        file = file_of(name)
        if file is not None and is_own(file):
            found[real_path(file)].append(name)
    return found


@lru_cache(maxsize=4096)
def _read(file: str, _changed: int, _size: int) -> Source:
    with tokenize.open(file) as opened:
        return Source(opened.read())


@cache
def _elsewhere() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    libraries = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    ours = [str(Path(file).parent) for file in map(file_of, _OUR_PACKAGES) if file is not None]
    return tuple(os.path.realpath(each) + os.sep for each in (*libraries, *ours))
