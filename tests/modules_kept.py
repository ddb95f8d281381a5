"""Modules of runs of pytest within a test: forgotten behind the run, as pytester does, but with the process left whole.

pytester empties `sys.modules` for a moment. What is destroyed in it, and what threads of servers do in it, imports
anew whatever it asks for, even `sys`, of which it gets a bare copy. And native modules that only the run loaded are
initialised again by the next one, beside what the first ones made: not all of them bear that, and none says so.
"""

import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from types import ModuleType


class ModulesKept:
    """Stands for pytester's `SysModulesSnapshot`."""

    def __init__(self, preserve: Callable[[str], bool] | None = None) -> None:
        """Take what says of a module's name that it stays."""
        self._preserve = preserve or (lambda name: False)
        self._saved = dict(sys.modules)

    def restore(self) -> None:
        """Forget, one by one, the modules that came since, but not the packages of which a part is native."""
        come = {name: module for name, module in list(sys.modules.items()) if name not in self._saved}
        native = {_package(name) for name, module in come.items() if _is_native(module)}
        for name in come:
            if _package(name) not in native and not self._preserve(name):
                sys.modules.pop(name, None)
        sys.modules.update(self._saved)


def _is_native(module: ModuleType | None) -> bool:
    return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), ExtensionFileLoader)


def _package(name: str) -> str:
    return name.partition(".")[0]
