"""Late imports: something is done as soon as a module has been imported, whenever that is."""

import importlib.util
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class LateImports(MetaPathFinder):
    """Watches for the import of modules that are not there yet, from `start` to `stop`."""

    def __init__(self, names: Collection[str], imported: Callable[[], None]) -> None:
        """Take the modules' names, and what to do when one of them has been imported."""
        self._names = frozenset(names)
        self._imported = imported
        self._finding: set[str] = set()
        self._executed: set[str] = set()

    def start(self) -> None:
        """Watch, before every other finder."""
        if self not in sys.meta_path and not all(map(self.is_imported, self._names)):
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Watch no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec that the other finders have for a watched module, with a loader that says when it is done."""
        if fullname not in self._names or fullname in self._finding:
            return None
        self._finding.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._finding.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, partial(self._note, fullname))
        return spec

    def is_imported(self, name: str) -> bool:
        """Say whether a module was imported to its end, by whatever thread."""
        spec = getattr(sys.modules.get(name), "__spec__", None)
        return spec is not None and (name in self._executed or not getattr(spec, "_initializing", False))

    def _note(self, name: str) -> None:
        self._executed.add(name)
        self._imported()


class _Telling(Loader):
    """Loads as another loader does, and tells when it has."""

    def __init__(self, loader: Loader, imported: Callable[[], None]) -> None:
        self._loader = loader
        self._imported = imported

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self._loader  # as whoever asks for its source expects
        self._loader.exec_module(module)
        self._imported()
