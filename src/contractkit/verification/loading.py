"""Loading: applications and state handlers from the provider's own Python files."""

import importlib
import importlib.util
import inspect
import sys
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeGuard, TypeVar

from contractkit.errors import UsageError, suggestion
from contractkit.verification.asgi_transport import Application
from contractkit.verification.filters import Filters, filters_of
from contractkit.verification.producers import MessageProducers, producers_of
from contractkit.verification.states import StateHandlers, handlers_of
from contractkit.verification.wsgi_transport import WsgiApplication

Loaded = TypeVar("Loaded")


_IN_PROCESS = "package.module:attribute, for example shop.app:app"
_EXPECTED = {"application": _IN_PROCESS, "server": f"host:port, or {_IN_PROCESS}"}
"""What is loaded to how its place is written."""


def load_application(target: str, *, root: Path) -> Application | WsgiApplication:
    """Give the ASGI or WSGI application that `package.module:attribute` names.

    Args:
        target: The place; an attribute may be dotted. A callable that needs no argument is called: it makes one.
        root: The directory that modules are imported from, before all others.

    Raises:
        UsageError: The place is not of that form, the module cannot be imported, or the attribute is not there.
    """
    found = _attribute(target, "application", root)
    if _required_parameters(found) == ():
        factory: Callable[[], object] = found  # type: ignore[assignment]
        found = _loaded(factory, "application", target, root)
    return _checked(found, target)


def is_wsgi(application: Application | WsgiApplication) -> TypeGuard[WsgiApplication]:
    """Say whether an application takes an environment and `start_response` (PEP 3333), not scope, receive and send."""
    parameters = _required_parameters(application)
    return parameters is not None and len(parameters) == _WSGI_PARAMETERS


def load_server(target: str, *, root: Path) -> object:
    """Give what `package.module:attribute` names, from which a gRPC server is made once the event loop runs.

    Raises:
        UsageError: The place is not of that form, the module cannot be imported, or the attribute is not there.
    """
    return _attribute(target, "server", root)


def load_states(target: str, *, root: Path) -> StateHandlers:
    """Give the state handlers of a Python file (relative to `root`) or of a module.

    Raises:
        UsageError: The file or module cannot be loaded, declares no state, or declares one twice.
    """
    is_file = target.endswith(".py") or "/" in target
    module = _executed(root / target, target, root) if is_file else _imported(target, "states", target, root)
    handlers = handlers_of(module)
    if not handlers.names and not handlers.operations:
        raise UsageError(f"{target} declares no provider state.", next_step=_instead_of_states(module))
    return handlers


def load_producers(target: str, *, root: Path) -> MessageProducers:
    """Give the message producers of a Python file (relative to `root`) or of a module.

    Raises:
        UsageError: The file or module cannot be loaded, declares no producer, or declares one twice.
    """
    is_file = target.endswith(".py") or "/" in target
    module = (
        _executed(root / target, target, root, kind="messages")
        if is_file
        else _imported(target, "messages", target, root)
    )
    return _some(producers_of(module), target)


def producers_beside(states: str, *, root: Path, are_needed: bool = False) -> MessageProducers:
    """Give the producers of the file or module whose provider states were loaded; none where it declares none.

    Raises:
        UsageError: It declares one twice, or none though some are needed.
    """
    found = producers_of(_module_of_states(states, root))
    return _some(found, states) if are_needed else found


def load_filters(target: str, *, root: Path) -> Filters:
    """Give the request filters and authentications of a Python file (relative to `root`) or of a module.

    Raises:
        UsageError: The file or module cannot be loaded, or declares neither.
    """
    is_file = target.endswith(".py") or "/" in target
    kind = "filters"
    module = _executed(root / target, target, root, kind) if is_file else _imported(target, kind, target, root)
    found = filters_of(module)
    if not found.requests and not found.authentications:
        raise UsageError(
            f"{target} declares no request filter and no authentication.",
            next_step="Declare one: @request_filter above a function that takes the request.",
        )
    return found


def filters_beside(states: str, *, root: Path) -> Filters:
    """Give the filters of the file or module whose provider states were loaded; most often none."""
    return filters_of(_module_of_states(states, root))


def _instead_of_states(module: ModuleType) -> str:
    if filters_of(module) != Filters():
        return "It has request filters: name it with --filters, or as `filters` in the settings, and not as states."
    return 'Declare one: @provider_state("order exists") above a function.'


def _some(producers: MessageProducers, target: str) -> MessageProducers:
    if producers.names:
        return producers
    raise UsageError(
        f"{target} declares no message producer.",
        next_step='Declare one: @message_producer("OrderPlaced") above a function.',
    )


def _module_of_states(states: str, root: Path) -> ModuleType:
    is_file = states.endswith(".py") or "/" in states
    return sys.modules[_module_name(root / states) if is_file else states]


def _module_name(file: Path, kind: str = "states") -> str:
    """Give a name that no file of another project has, which one run of pytest may load too."""
    return f"_provider_{kind}_{file.stem}_{zlib.crc32(str(file.absolute()).encode()):08x}"


def _attribute(target: str, kind: str, root: Path) -> object:
    module_name, separator, attribute = target.partition(":")
    if not (module_name and separator and attribute):
        raise UsageError(
            f"The {kind}'s place cannot be used.",
            details=[("expected", _EXPECTED[kind]), ("received", target)],
        )
    found: object = _imported(module_name, kind, target, root)
    for step in attribute.split("."):
        if not hasattr(found, step):
            raise UsageError(
                f"The module {module_name} has no {attribute!r}.",
                details=[(kind, target)],
                next_step=suggestion(step, [name for name in dir(found) if not name.startswith("_")]),
            )
        found = getattr(found, step)
    return found


def _checked(found: object, target: str) -> Application | WsgiApplication:
    parameters = _required_parameters(found)
    if callable(found) and (parameters is None or len(parameters) in (_WSGI_PARAMETERS, _ASGI_PARAMETERS)):
        return found
    received = type(found).__name__ if parameters is None else f"a callable taking {' and '.join(parameters)}"
    raise UsageError(
        f"{target} is no application.",
        details=[
            ("expected", "a callable taking scope, receive and send (ASGI), or environ and start_response (WSGI)"),
            ("received", received),
        ],
        next_step="Run it under its own server, and verify it there with --url." if callable(found) else "",
    )


def _required_parameters(found: object) -> tuple[str, ...] | None:
    """Give the names of the positional parameters without a default, or None where that cannot be known."""
    try:
        parameters = inspect.signature(found).parameters.values()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters):
        return None
    return tuple(
        each.name for each in parameters if each.default is inspect.Parameter.empty and each.kind in _POSITIONAL
    )


_ASGI_PARAMETERS = 3
_WSGI_PARAMETERS = 2
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


_FILES = {"states": "provider states", "messages": "message producers", "filters": "request filters"}


def _executed(file: Path, target: str, root: Path, kind: str = "states") -> ModuleType:
    if not file.is_file():
        raise UsageError(f"The file of {_FILES[kind]} is not there.", details=[("file", str(file))])
    name = _module_name(file, kind)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader
    sys.modules[name] = module  # where annotations and dataclasses look for it
    _loaded(lambda: loader.exec_module(module), kind, target, root)
    return module


def _imported(name: str, kind: str, target: str, root: Path) -> ModuleType:
    return _loaded(lambda: importlib.import_module(name), kind, target, root)


def _loaded(load: Callable[[], Loaded], kind: str, target: str, root: Path) -> Loaded:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return load()
    except UsageError as error:  # what the file gave contractkit cannot be used: said in its own words
        told = error.explanation
        raise UsageError(
            told.summary, details=[*told.details, *_own_place(error, root)], next_step=told.next_step
        ) from None
    except (Exception, SystemExit) as error:  # a script that ends the process must not end a verification as green
        where = traceback.extract_tb(error.__traceback__)[-1]
        last = [] if "importlib" in where.filename else [("at", f"{where.filename}:{where.lineno}")]
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise UsageError(
            f"The provider's {kind} cannot be loaded.",
            details=[(kind, target), ("reason", reason), *(_own_place(error, root) or last)],
            next_step=f"Modules are looked for in {root}." if isinstance(error, ModuleNotFoundError) else "",
        ) from None


def _own_place(error: BaseException, root: Path) -> list[tuple[str, str]]:
    """Give the last line of the provider's own code on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{each.filename}:{each.lineno}" for each in frames if Path(each.filename).is_relative_to(root)]
    return [("at", own[-1])] if own else []
