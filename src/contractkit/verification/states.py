"""Provider states: how a provider's team says in Python what must be true before a request is replayed.

A decorated function carries its declarations itself, so nothing is registered by importing; a module's states are
the declarations found on its functions.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Any, Literal, TypeAlias, TypeVar

from contractkit.errors import UsageError
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.isolators import Isolator

Handler: TypeAlias = Callable[..., Any]
HandlerType = TypeVar("HandlerType", bound=Handler)

_ATTRIBUTE = "__contractkit_states__"
_DECLARED = "__contractkit_declared_states__"


class Isolation(Enum):
    """How far what a handler sets up is kept from other interactions; see `docs/verification.md`."""

    INTERACTION = "interaction"  # each call makes data of its own
    WORKER = "worker"  # the data belongs to the worker that replays the interaction, see `current_worker`
    SHARED = "shared"  # set up once for equal parameters, only read afterwards
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHandler:
    """A handler of one named state or of one operation's derived states.

    `name` is the state's name, or the operation's where `is_derived`; `status` limits a derived one to an expected
    status. `function` is plain, async, or a generator of either kind whose rest is the teardown. `description` is what
    people know it by where that is not the function. `isolator` keeps its data from other interactions' where the
    provider's team gave one.
    """

    name: str
    function: Handler
    isolation: Isolation = Isolation.UNDECLARED
    is_derived: bool = False
    status: str | None = None
    description: str = ""
    isolator: Isolator | None = None

    def described_at(self, place: str) -> str:
        """Give what messages call the handler, with a place in its source."""
        return self.description or f"{self.function.__name__}, {place}"

    @property
    def place(self) -> str:
        """Give the handler's file and line."""
        code = inspect.unwrap(self.function).__code__
        return f"{code.co_filename}:{code.co_firstlineno}"


class _ProviderState:
    """The decorator `provider_state`, and `provider_state.for_operation`."""

    def __call__(
        self, name: str, *, isolation: Literal["interaction", "worker", "shared"] | Isolator | None = None
    ) -> Callable[[HandlerType], HandlerType]:
        """Declare that a function prepares the state of that name.

        The function's parameters are the state's, checked against their annotations. A mapping it returns (or
        yields) is injected into the request; what follows a `yield` is the teardown.
        """
        level, isolator = _isolation(isolation)

        def declare(function: HandlerType) -> HandlerType:
            handler = StateHandler(name=name, function=function, isolation=level, isolator=isolator)
            return _declared(function, handler)

        return declare

    def for_operation(
        self,
        operation: str,
        *,
        status: int | str | None = None,
        isolation: Literal["interaction", "worker", "shared"] | Isolator | None = None,
    ) -> Callable[[HandlerType], HandlerType]:
        """Declare that a function prepares an operation for interactions whose test named no state.

        The function is called with those of the values that the test used which it names as parameters; a parameter
        `status` gets the expected status, and a value that is itself called `status` is offered as `status_value`.

        Args:
            operation: The definition's name of the operation, `getOrder` or `GET /orders/{id}`; of a remote procedure
                `package.Service/Method`, or its end: `Service/Method`, `Method`.
            status: The expected status it is for, such as 404 or "NOT_FOUND"; any where None.
            isolation: How far what it sets up is kept from other interactions.
        """
        wanted = None if status is None else str(status)
        level, isolator = _isolation(isolation)

        def declare(function: HandlerType) -> HandlerType:
            handler = StateHandler(
                name=operation,
                function=function,
                isolation=level,
                isolator=isolator,
                is_derived=True,
                status=wanted,
            )
            return _declared(function, handler)

        return declare


provider_state = _ProviderState()
"""Declares a provider state: `@provider_state("order exists")`."""


class StateHandlers:
    """The handlers of one provider by what they prepare, and what is put around every interaction."""

    def __init__(self, handlers: Iterable[StateHandler] = (), isolators: Iterable[Isolator] = ()) -> None:
        self.isolators = tuple(isolators)
        self._by_key: dict[tuple[bool, str, str | None], StateHandler] = {}
        for handler in handlers:
            key = (handler.is_derived, handler.name, handler.status)
            if key in self._by_key:
                raise _declared_twice(self._by_key[key], handler)
            self._by_key[key] = handler

    def __iter__(self) -> Iterator[StateHandler]:
        return iter(self._by_key.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the named states in the order they were declared."""
        return tuple(name for is_derived, name, _ in self._by_key if not is_derived)

    @property
    def operations(self) -> tuple[str, ...]:
        """Give the names of the operations whose derived states are prepared, each once."""
        return tuple(dict.fromkeys(name for is_derived, name, _ in self._by_key if is_derived))

    def find(self, state: ProviderState | DerivedState) -> StateHandler | None:
        """Give the handler of a state; for a derived one, that of its very status first."""
        match state:
            case ProviderState(name=name):
                return self._by_key.get((False, name, None))
            case DerivedState(operation=operation, status=status):
                names = _names_of(operation)
                keys = [(True, name, wanted) for wanted in (status, None) for name in names]
                return next((self._by_key[key] for key in keys if key in self._by_key), None)


def handlers_of(module: ModuleType) -> StateHandlers:
    """Give the states that the functions of a module declare, imported functions included, and its isolators.

    Raises:
        UsageError: Two functions declare the same state; both places are named.
    """
    _check_not_covered(module)
    functions = {id(value): value for value in vars(module).values() if hasattr(value, _ATTRIBUTE)}
    isolators = {id(each): each for each in vars(module).values() if isinstance(each, Isolator)}
    handlers = [handler for function in functions.values() for handler in getattr(function, _ATTRIBUTE)]
    return StateHandlers(handlers, isolators.values())


def offered_values(state: ProviderState | DerivedState) -> Mapping[str, Any]:
    """Give what a handler may name as its parameters."""
    match state:
        case ProviderState(params=params):
            return params
        case DerivedState(status=status, values=values):
            expected = int(status) if status.isdigit() else status
            used = {("status_value" if name == "status" else name): value for name, value in values.items()}
            return {**used, "status": expected}


def _names_of(operation: str) -> tuple[str, ...]:
    """Give what an operation may be called: `package.Service/Method` also `Service/Method` and `Method`."""
    service, slash, method = operation.partition("/")
    if not slash or " " in operation:
        return (operation,)
    return tuple(dict.fromkeys((operation, f"{service.rpartition('.')[2]}/{method}", method)))


def _declared(function: HandlerType, handler: StateHandler) -> HandlerType:
    earlier: tuple[StateHandler, ...] = getattr(function, _ATTRIBUTE, ())
    setattr(function, _ATTRIBUTE, (*earlier, handler))
    if getattr(function, "__qualname__", "") == getattr(function, "__name__", None):  # of a module, not of a function
        getattr(function, "__globals__", {}).setdefault(_DECLARED, []).append(handler)
    return function


def _check_not_covered(module: ModuleType) -> None:
    """Check that no later function of the same name took the place of a handler: Python says nothing of it."""
    for handler in vars(module).get(_DECLARED, ()):
        later = vars(module).get(handler.function.__name__)
        carried = getattr(later, _ATTRIBUTE, None)
        if carried is not None and all(each is not handler for each in carried):
            raise _covered(handler, carried[0])


def _covered(first: StateHandler, second: StateHandler) -> UsageError:
    name = first.function.__name__
    return UsageError(
        f"Two functions with provider states are called {name}, so the first is lost.",
        details=[
            ("first", f"{first.place}, prepares {first.name!r}"),
            ("second", f"{second.place}, prepares {second.name!r}"),
        ],
        next_step="Keep one of them." if first.name == second.name else "Give each a name of its own.",
    )


def _isolation(given: str | Isolator | None) -> tuple[Isolation, Isolator | None]:
    if given is None:
        return Isolation.UNDECLARED, None
    if isinstance(given, Isolator):
        return Isolation.INTERACTION, given
    try:
        return Isolation(given), None
    except ValueError:
        raise UsageError(
            f"A provider state cannot be isolated as {given!r}.",
            details=[
                ("expected", '"interaction", "worker", "shared", or an isolator such as contractkit.sqlalchemy has')
            ],
        ) from None


def _declared_twice(first: StateHandler, second: StateHandler) -> UsageError:
    kind = "The operation" if first.is_derived else "The state"
    return UsageError(
        f"{kind} {first.name!r} has two handlers.",
        details=[("first", first.place), ("second", second.place)],
        next_step="Keep one of them.",
    )
