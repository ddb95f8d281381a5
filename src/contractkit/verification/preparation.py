"""Preparation: handlers called before a request and finished after it; what is shared is set up once."""

import asyncio
import inspect
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from contractkit.errors import ContractkitError, ProviderStateError, suggestion
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.explain.states import ADD_TO_STATES, skeleton_of
from contractkit.model import DerivedState, Interaction, ProviderState
from contractkit.verification.arguments import bind_arguments
from contractkit.verification.isolators import Isolator
from contractkit.verification.lanes import Lane, OverdueError, this_lane, within
from contractkit.verification.leaks import Surroundings, Watch
from contractkit.verification.states import Isolation, StateHandler

SECONDS_OF_A_HANDLER = 60.0
"""How long a state handler may take where nobody says."""

State: TypeAlias = ProviderState | DerivedState
Step: TypeAlias = tuple[State, StateHandler]


class States(Protocol):
    """Where handlers come from: a module's functions, or a state URL."""

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the states that are known."""

    def find(self, state: State) -> StateHandler | None:
        """Give the handler of a state, or None."""


def _unheard(_warning: str) -> None:
    pass


class MissingStateError(ProviderStateError):
    """A named state has no handler."""


def states_of(interaction: Interaction) -> tuple[State, ...]:
    """Give the states to prepare, in order: those the test named, else the derived one, if any."""
    if interaction.states:
        return interaction.states
    return () if interaction.derived_state is None else (interaction.derived_state,)


def steps_for(
    interaction: Interaction, states: States, examples: Mapping[str, ProviderState] = MappingProxyType({})
) -> tuple[Step, ...]:
    """Give each state that has a handler with it, in order; a derived state may do without.

    `examples` are states by their names whose parameters skeletons take, so that equal lacks are told once.

    Raises:
        MissingStateError: Named states have no handler; the skeletons to paste are the next step.
    """
    steps = [(state, states.find(state)) for state in states_of(interaction)]
    missing = [state for state, handler in steps if handler is None and isinstance(state, ProviderState)]
    if missing:
        raise _missing([examples.get(state.name, state) for state in missing], states.names)
    return tuple((state, handler) for state, handler in steps if handler is not None)


def examples_of(interactions: Iterable[Interaction]) -> Mapping[str, ProviderState]:
    """Give of each named state the one with the most parameters, by name."""
    examples: dict[str, ProviderState] = {}
    for state in (each for interaction in interactions for each in interaction.states):
        known = examples.get(state.name)
        if known is None or len(state.params) > len(known.params):
            examples[state.name] = state
    return examples


class Preparer:
    """Calls handlers: async ones on the running loop, others one at a time on a thread of their own.

    Those that are isolated by worker, or by something that is begun and ended per worker, are called on the thread of
    their interaction's lane. `isolators` are put around every interaction, what `warn` is told is for people.
    None may take longer than `seconds`. Entered before the first interaction; `tear_down_shared` comes after the last.
    """

    def __init__(
        self,
        isolators: Sequence[Isolator] = (),
        warn: Callable[[str], None] = _unheard,
        seconds: float = SECONDS_OF_A_HANDLER,
    ) -> None:
        self.lane = Lane(0)
        self._seconds = seconds
        self.isolators = tuple(isolators)
        self._begun: list[Isolator] = []
        self._warn = warn
        self._watch = Watch(warn)
        self._shared: dict[tuple[int, bytes], asyncio.Task[Mapping[str, Json]]] = {}
        self._shared_stacks: list[tuple[StateHandler, AsyncExitStack]] = []

    async def __aenter__(self) -> "Preparer":
        """Give the preparer itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Tear down what is still shared, remove what isolators made, and end the thread."""
        await self.tear_down_shared()
        for isolator in self._begun:
            try:
                isolator.close()
            except Exception as error:  # the database is lost: what was judged is judged
                self._warn(f"{_not_isolated(isolator, error, 'be taken away at the end')}\n")
        self.lane.close()

    async def tear_down_shared(self) -> tuple[tuple[StateHandler, ProviderStateError], ...]:
        """Tear down what was set up once, the last first, and give the handlers that raised with their errors."""
        raised = []
        while self._shared_stacks:
            handler, stack = self._shared_stacks.pop()
            try:
                await stack.aclose()
            except ProviderStateError as error:
                raised.append((handler, error))
        self._shared.clear()
        return tuple(raised)

    @asynccontextmanager
    async def prepared(self, steps: tuple[Step, ...]) -> AsyncIterator[Mapping[str, Json]]:
        """Set up each state in order, give what the handlers returned joined, and tear down in reverse order.

        Raises:
            ProviderStateError: A handler does not take the parameters, raised, or returned something else than a
                mapping; what was set up before it has been torn down.
        """
        isolators = self._isolators_of(steps)
        if not steps and not isolators:
            yield {}
            return
        is_alone = this_lane.get() in (None, self.lane)
        async with AsyncExitStack() as stack:
            returned: dict[str, Json] = {}
            for state, handler in (each for each in steps if isolators and each[1].isolation is Isolation.SHARED):
                returned |= await self._set_up(state, handler, stack)  # before what each worker has of it is begun
            for isolator in isolators:
                await self._begin(isolator, stack)
            for state, handler in steps:
                before = Surroundings.now() if is_alone else None
                returned |= await self._set_up(state, handler, stack)
                if before is not None:
                    stack.callback(self._watch.compare, handler, before, Surroundings.now())
            yield returned

    def _isolators_of(self, steps: tuple[Step, ...]) -> tuple[Isolator, ...]:
        own = (handler.isolator for _, handler in steps if handler.isolator is not None)
        return tuple({id(each): each for each in (*self.isolators, *own)}.values())

    async def _begin(self, isolator: Isolator, stack: AsyncExitStack) -> None:
        lane = this_lane.get() or self.lane
        if isolator not in self._begun:
            self._begun.append(isolator)
        try:
            await lane.call(lambda: isolator.begin(lane.number))
        except Exception as error:
            raise _not_isolated(isolator, error, "be begun") from error
        stack.push_async_callback(self._end, isolator, lane)

    async def _end(self, isolator: Isolator, lane: Lane) -> None:
        try:
            await lane.call(lambda: isolator.end(lane.number))
        except Exception as error:
            raise _not_isolated(isolator, error, "be ended") from error

    async def _set_up(self, state: State, handler: StateHandler, stack: AsyncExitStack) -> Mapping[str, Json]:
        arguments = bind_arguments(handler, state)
        if handler.isolation is not Isolation.SHARED:
            return await self._call(state, handler, arguments, stack)
        key = (id(handler.function), _digestible(arguments))
        if key not in self._shared:
            shared = AsyncExitStack()
            self._shared_stacks.append((handler, shared))
            self._shared[key] = asyncio.create_task(self._share(state, handler, arguments, shared))
        return await self._shared[key]

    async def _share(
        self, state: State, handler: StateHandler, arguments: dict[str, Any], stack: AsyncExitStack
    ) -> Mapping[str, Json]:
        returned = await self._call(state, handler, arguments, stack)
        for isolator in (*self.isolators, *(each for each in self._begun if each not in self.isolators)):
            try:
                isolator.renew()
            except Exception as error:
                raise _not_isolated(isolator, error, "be renewed after a shared state") from error
        return returned

    async def _call(
        self, state: State, handler: StateHandler, arguments: dict[str, Any], stack: AsyncExitStack
    ) -> Mapping[str, Json]:
        function = handler.function
        try:
            if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
                generator = function(**arguments)
                returned = await self._advance(handler, generator)
                stack.push_async_callback(self._finish, state, handler, generator)
            elif inspect.iscoroutinefunction(function):
                async with within(self._seconds):
                    returned = await function(**arguments)
            else:
                returned = await self._on_thread(handler, lambda: function(**arguments))
        except (Exception, SystemExit) as error:
            raise self._raised(state, handler, error, "raised") from None
        return _checked(state, handler, returned)

    async def _finish(self, state: State, handler: StateHandler, generator: Any) -> None:
        try:
            if await self._advance(handler, generator) is not _ENDED:
                raise RuntimeError("the handler yields more than once")
        except (Exception, SystemExit) as error:
            raise self._raised(state, handler, error, "raised while tearing down") from None

    def _raised(self, state: State, handler: StateHandler, error: BaseException, what: str) -> ProviderStateError:
        if isinstance(error, OverdueError):
            return _too_slow(state, handler, self._seconds)
        return _raised(state, handler, error, what)

    async def _advance(self, handler: StateHandler, generator: Any) -> Any:
        if inspect.isasyncgen(generator):
            async with within(self._seconds):
                return await anext(generator, _ENDED)
        return await self._on_thread(handler, lambda: next(generator, _ENDED))

    async def _on_thread(self, handler: StateHandler, call: Callable[[], Any]) -> Any:
        is_of_lane = handler.isolation is Isolation.WORKER or handler.isolator is not None
        lane = this_lane.get() if is_of_lane else None
        return await (lane or self.lane).call(call, seconds=self._seconds)


_ENDED = object()


def _digestible(arguments: Mapping[str, Any]) -> bytes:
    return dump_compact({name: repr(value) for name, value in arguments.items()})


def _checked(state: State, handler: StateHandler, returned: object) -> Mapping[str, Json]:
    if returned is None or returned is _ENDED:
        return {}
    if isinstance(returned, Mapping) and all(isinstance(name, str) for name in returned):
        return {name: _as_json(state, handler, name, value) for name, value in returned.items()}
    raise ProviderStateError(
        f'The handler of the state "{state.name}" returned something that cannot be injected.',
        details=[
            ("handler", handler.described_at(handler.place)),
            ("expected", "a mapping of names to values, or nothing"),
            ("received", repr(returned)[:200]),
        ],
    )


def _as_json(state: State, handler: StateHandler, name: str, value: object) -> Json:
    """Give a value as JSON writes it: a UUID or a date is the text that a provider answers with."""
    try:
        return read_json(dump_compact(value))
    except (TypeError, ValueError, RecursionError):
        raise ProviderStateError(
            f'The handler of the state "{state.name}" returned a value that is no JSON.',
            details=[
                ("handler", handler.described_at(handler.place)),
                ("name", name),
                ("expected", "a text, a number, true, false, null, or a list or a mapping of them"),
                ("received", repr(value)[:200]),
            ],
            next_step="Return it as the provider's answer has it.",
        ) from None


def _missing(missing: Sequence[ProviderState], known: tuple[str, ...]) -> MissingStateError:
    states = tuple({state.name: state for state in missing}.values())
    names = " and ".join(f'"{state.name}"' for state in states)
    near = dict.fromkeys(suggestion(state.name, known) for state in states)
    skeletons = "\n\n".join(map(skeleton_of, states))
    return MissingStateError(
        f"No handler prepares the state{'s' if len(states) > 1 else ''} {names}.",
        next_step=f"{' '.join(filter(None, near))}\n\n{ADD_TO_STATES}\n\n{skeletons}".strip(),
    )


def _not_isolated(isolator: Isolator, error: Exception, what: str) -> ProviderStateError:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ProviderStateError(
        f"The isolation of the interaction could not {what}.",
        details=[("isolation", isolator.name), ("raised", text.splitlines()[0])],
        next_step=error.explanation.next_step if isinstance(error, ContractkitError) else "",
    )


def _too_slow(state: State, handler: StateHandler, seconds: float) -> ProviderStateError:
    return ProviderStateError(
        f'The handler of the state "{state.name}" did not end within {seconds:g} s.',
        details=[("handler", handler.described_at(handler.place))],
        next_step="If it needs longer: --state-timeout SECONDS, or state_timeout in the provider's settings.",
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
