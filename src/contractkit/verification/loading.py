"""Loading: applications and state handlers from the provider's own Python files."""

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from contractkit.errors import UsageError, suggestion
from contractkit.verification.asgi_transport import Application
from contractkit.verification.states import StateHandlers, handlers_of

Loaded = TypeVar("Loaded")


def load_application(target: str, *, root: Path) -> Application:
    """Give the ASGI application that `package.module:attribute` names.

    Args:
        target: The place; an attribute may be dotted. A callable without parameters is taken as it is.
        root: The directory that modules are imported from, before all others.

    Raises:
        UsageError: The place is not of that form, the module cannot be imported, or the attribute is not there.
    """
    module_name, separator, attribute = target.partition(":")
    if not (module_name and separator and attribute):
        raise UsageError(
            "The application's place cannot be used.",
            details=[("expected", "package.module:attribute, for example shop.app:app"), ("received", target)],
        )
    module = _imported(module_name, "application", target, root)
    found: object = module
    for step in attribute.split("."):
        if not hasattr(found, step):
            raise UsageError(
                f"The module {module_name} has no {attribute!r}.",
                details=[("application", target)],
                next_step=suggestion(step, [name for name in dir(found) if not name.startswith("_")]),
            )
        found = getattr(found, step)
    if not callable(found):
        raise UsageError(
            f"{target} is not an ASGI application.",
            details=[("expected", "a callable taking scope, receive and send"), ("received", type(found).__name__)],
        )
    return found


def load_states(target: str, *, root: Path) -> StateHandlers:
    """Give the state handlers of a Python file (relative to `root`) or of a module.

    Raises:
        UsageError: The file or module cannot be loaded, declares no state, or declares one twice.
    """
    is_file = target.endswith(".py") or "/" in target
    module = _executed(root / target, target, root) if is_file else _imported(target, "states", target, root)
    handlers = handlers_of(module)
    if not handlers.names and not handlers.operations:
        raise UsageError(
            f"{target} declares no provider state.",
            next_step='Declare one: @provider_state("order exists") above a function.',
        )
    return handlers


def _executed(file: Path, target: str, root: Path) -> ModuleType:
    if not file.is_file():
        raise UsageError("The file of provider states is not there.", details=[("file", str(file))])
    name = f"_provider_states_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader
    sys.modules[name] = module  # where annotations and dataclasses look for it
    _loaded(lambda: loader.exec_module(module), "states", target, root)
    return module


def _imported(name: str, kind: str, target: str, root: Path) -> ModuleType:
    return _loaded(lambda: importlib.import_module(name), kind, target, root)


def _loaded(load: Callable[[], Loaded], kind: str, target: str, root: Path) -> Loaded:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return load()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = [] if "importlib" in where.filename else [("at", f"{where.filename}:{where.lineno}")]
        raise UsageError(
            f"The provider's {kind} cannot be loaded.",
            details=[(kind, target), ("reason", f"{type(error).__name__}: {error}"), *place],
            next_step=f"Modules are looked for in {root}." if isinstance(error, ModuleNotFoundError) else "",
        ) from None
