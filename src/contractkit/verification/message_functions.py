"""A provider's own functions, called in this process for the messages that they emit."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any

from contractkit.errors import suggestion
from contractkit.exact_json import show_json
from contractkit.explain.messages import ADD_TO_PRODUCERS, producer_skeleton
from contractkit.model import Message
from contractkit.verification.arguments import fill_parameters
from contractkit.verification.emitted_messages import UnusableMessageError, emitted_message
from contractkit.verification.faults import describe_raised
from contractkit.verification.message_replay import MESSAGE_WAY, MessageRequest
from contractkit.verification.producers import MessageProducer, MessageProducers
from contractkit.verification.transport import Failure, NotProduced, TimedOut


class MessageFunctions:
    """Calls the producer of each message: an async one on the running loop, any other on a thread of its own."""

    way = MESSAGE_WAY

    def __init__(self, producers: MessageProducers, *, name: str, timeout: float = 10.0) -> None:
        """Take the producers, what messages call the place they are from, and the seconds that each may take."""
        self._producers = producers
        self._name = name
        self._timeout = timeout

    @property
    def name(self) -> str:
        """Give the place that the producers are from."""
        return self._name

    async def __aenter__(self) -> "MessageFunctions":
        """Give itself: there is nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave nothing behind."""

    async def send(self, request: MessageRequest) -> Message | Failure:
        """Call the producer and give what it emits."""
        producer = self._producers.find(request.description, request.name)
        if producer is None:
            return _missing(request, self._producers.names)
        arguments, problems = fill_parameters(producer.function, request.values)
        if problems:
            return _misfit(producer, problems)
        try:
            async with asyncio.timeout(self._timeout):
                returned = await _called(producer.function, arguments)
        except TimeoutError:
            return TimedOut(seconds=self._timeout)
        except (Exception, SystemExit) as error:
            return _raised(producer, error)
        try:
            if request.form is not None:
                return request.form.emitted(returned)
            return emitted_message(returned, request.expected)
        except UnusableMessageError as error:
            return _unusable(producer, error)


async def _called(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(**arguments)
    returned = await _on_thread(lambda: function(**arguments))
    return await returned if inspect.isawaitable(returned) else returned


async def _on_thread(call: Callable[[], Any]) -> Any:
    """Call on a thread that keeps nobody from ending, should the call never return."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = copy_context()

    def told(give: Callable[[Any], None], what: Any) -> None:
        if not future.done():
            give(what)

    def run() -> None:
        try:
            outcome = (future.set_result, context.run(call))
        except BaseException as error:
            outcome = (future.set_exception, _storable(error))
        if not loop.is_closed():
            loop.call_soon_threadsafe(told, *outcome)

    threading.Thread(target=run, name="message-producer", daemon=True).start()
    return await future


def _storable(error: BaseException) -> BaseException:
    """Give an error that a future takes: it refuses `StopIteration`, and hands `SystemExit` to the loop."""
    if not isinstance(error, StopIteration | SystemExit | KeyboardInterrupt):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}".removesuffix(": ")).with_traceback(error.__traceback__)


def _missing(request: MessageRequest, names: tuple[str, ...]) -> NotProduced:
    name = request.name or request.description
    advice = [suggestion(name, names), f"{ADD_TO_PRODUCERS}\n\n{producer_skeleton(name, request.values)}"]
    return NotProduced(
        reason="needs a producer",
        sentence=f"No function produces the message {show_json(name)}.",
        next_step="\n\n".join(each for each in advice if each),
    )


def _misfit(producer: MessageProducer, problems: list[tuple[str, str]]) -> NotProduced:
    return NotProduced(
        reason="message not produced",
        sentence=f"The producer of the message {show_json(producer.name)} does not take the values of the states.",
        details=(_row(producer), *problems),
        next_step="Change its parameters, or have a state handler return what it needs.",
    )


def _raised(producer: MessageProducer, error: BaseException) -> NotProduced:
    told = describe_raised(error)
    where = "\n".join(told.lines) or told.at
    return NotProduced(
        reason="message not produced",
        sentence=f"The producer of the message {show_json(producer.name)} raised.",
        details=(_row(producer), ("raised", told.error), *((("in", where),) if where else ())),
    )


def _unusable(producer: MessageProducer, error: UnusableMessageError) -> NotProduced:
    return NotProduced(
        reason="message not produced",
        sentence=f"The producer of the message {show_json(producer.name)} returned no message.",
        details=(_row(producer), ("expected", error.expected), ("received", str(error))),
    )


def _row(producer: MessageProducer) -> tuple[str, str]:
    return ("producer", f"{producer.function.__name__}, {producer.place}")
