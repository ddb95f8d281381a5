"""Preparation: handlers called before a request and finished after it; what is shared is set up once."""

import asyncio
import inspect
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TypeAlias

from contractkit.errors import ProviderStateError, suggestion
from contractkit.exact_json import Json, dump_compact
from contractkit.explain.states import ADD_TO_STATES, skeleton_of
from contractkit.model import DerivedState, Interaction, ProviderState
from contractkit.verification.arguments import bind_arguments
from contractkit.verification.states import Isolation, StateHandler

State: TypeAlias = ProviderState | DerivedState
Step: TypeAlias = tuple[State, StateHandler]


class States(Protocol):
    """Where handlers come from: a module's functions, or a state URL."""

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the states that are known."""

    def find(self, state: State) -> StateHandler | None:
        """Give the handler of a state, or None."""


class MissingStateError(ProviderStateError):
    """A named state has no handler."""


def states_of(interaction: Interaction) -> tuple[State, ...]:
    """Give the states to prepare, in order: those the test named, else the derived one, if any."""
    if interaction.states:
        return interaction.states
    return () if interaction.derived_state is None else (interaction.derived_state,)


def steps_for(interaction: Interaction, states: States) -> tuple[Step, ...]:
    """Give each state that has a handler with it, in order; a derived state may do without.

    Raises:
        MissingStateError: Named states have no handler; the skeletons to paste are the next step.
    """
    steps = [(state, states.find(state)) for state in states_of(interaction)]
    missing = [state for state, handler in steps if handler is None and isinstance(state, ProviderState)]
    if missing:
        raise _missing(missing, states.names)
    return tuple((state, handler) for state, handler in steps if handler is not None)


class Preparer:
    """Calls handlers: async ones on the running loop, others one at a time on a thread of their own.

    Entered before the first interaction; `tear_down_shared` comes after the last.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="provider-states")
        self._shared: dict[tuple[int, bytes], asyncio.Task[Mapping[str, Json]]] = {}
        self._shared_stacks: list[tuple[StateHandler, AsyncExitStack]] = []

    async def __aenter__(self) -> "Preparer":
        """Give the preparer itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Tear down what is still shared and end the thread."""
        await self.tear_down_shared()
        self._thread.shutdown()

    async def tear_down_shared(self) -> tuple[tuple[StateHandler, ProviderStateError], ...]:
        """Tear down what was set up once, the last first, and give the handlers that raised with their errors."""
        raised = []
        while self._shared_stacks:
            handler, stack = self._shared_stacks.pop()
            try:
                await stack.aclose()
            except ProviderStateError as error:
                raised.append((handler, error))
        return tuple(raised)

    @asynccontextmanager
    async def prepared(self, steps: tuple[Step, ...]) -> AsyncIterator[Mapping[str, Json]]:
        """Set up each state in order, give what the handlers returned joined, and tear down in reverse order.

        Raises:
            ProviderStateError: A handler does not take the parameters, raised, or returned something else than a
                mapping; what was set up before it has been torn down.
        """
        if not steps:
            yield {}
            return
        async with AsyncExitStack() as stack:
            returned: dict[str, Json] = {}
            for state, handler in steps:
                returned |= await self._set_up(state, handler, stack)
            yield returned

    async def _set_up(self, state: State, handler: StateHandler, stack: AsyncExitStack) -> Mapping[str, Json]:
        arguments = bind_arguments(handler, state)
        if handler.isolation is not Isolation.SHARED:
            return await self._call(state, handler, arguments, stack)
        key = (id(handler.function), _digestible(arguments))
        if key not in self._shared:
            shared = AsyncExitStack()
            self._shared_stacks.append((handler, shared))
            self._shared[key] = asyncio.create_task(self._call(state, handler, arguments, shared))
        return await self._shared[key]

    async def _call(
        self, state: State, handler: StateHandler, arguments: dict[str, Any], stack: AsyncExitStack
    ) -> Mapping[str, Json]:
        function = handler.function
        try:
            if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
                generator = function(**arguments)
                returned = await self._advance(generator)
                stack.push_async_callback(self._finish, state, handler, generator)
            elif inspect.iscoroutinefunction(function):
                returned = await function(**arguments)
            else:
                returned = await self._on_thread(lambda: function(**arguments))
        except (Exception, SystemExit) as error:
            raise _raised(state, handler, error, "raised") from None
        return _checked(state, handler, returned)

    async def _finish(self, state: State, handler: StateHandler, generator: Any) -> None:
        try:
            if await self._advance(generator) is not _ENDED:
                raise RuntimeError("the handler yields more than once")
        except (Exception, SystemExit) as error:
            raise _raised(state, handler, error, "raised while tearing down") from None

    async def _advance(self, generator: Any) -> Any:
        if inspect.isasyncgen(generator):
            return await anext(generator, _ENDED)
        return await self._on_thread(lambda: next(generator, _ENDED))

    async def _on_thread(self, call: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


_ENDED = object()


def _digestible(arguments: Mapping[str, Any]) -> bytes:
    return dump_compact({name: repr(value) for name, value in arguments.items()})


def _checked(state: State, handler: StateHandler, returned: object) -> Mapping[str, Json]:
    if returned is None or returned is _ENDED:
        return {}
    if isinstance(returned, Mapping) and all(isinstance(name, str) for name in returned):
        return returned
    raise ProviderStateError(
        f'The handler of the state "{state.name}" returned something that cannot be injected.',
        details=[
            ("handler", handler.described_at(handler.place)),
            ("expected", "a mapping of names to values, or nothing"),
            ("received", repr(returned)[:200]),
        ],
    )


def _missing(missing: Sequence[ProviderState], known: tuple[str, ...]) -> MissingStateError:
    states = tuple({state.name: state for state in missing}.values())
    names = " and ".join(f'"{state.name}"' for state in states)
    near = dict.fromkeys(suggestion(state.name, known) for state in states)
    skeletons = "\n\n".join(map(skeleton_of, states))
    return MissingStateError(
        f"No handler prepares the state{'s' if len(states) > 1 else ''} {names}.",
        next_step=f"{' '.join(filter(None, near))}\n\n{ADD_TO_STATES}\n\n{skeletons}".strip(),
    )


def _raised(state: State, handler: StateHandler, error: BaseException, what: str) -> ProviderStateError:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    text = str(error) if getattr(error, "stands_alone", False) else text
    return ProviderStateError(
        f'The handler of the state "{state.name}" {what}.',
        details=[("handler", handler.described_at(_raised_at(handler, error))), ("raised", text)],
    )


def _raised_at(handler: StateHandler, error: BaseException) -> str:
    file = handler.place.rpartition(":")[0]
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"{file}:{lines[-1]}" if lines else handler.place
