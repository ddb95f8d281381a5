"""Producers: how a provider's team says in Python which function emits a message.

As with provider states, a decorated function carries its declarations itself; a module's producers are those found on
its functions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from inspect import unwrap
from types import ModuleType
from typing import Any, TypeAlias, TypeVar

from contractkit.errors import UsageError

Producer: TypeAlias = Callable[..., Any]
ProducerType = TypeVar("ProducerType", bound=Producer)

_ATTRIBUTE = "__contractkit_messages__"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProducer:
    """A function that emits a message, by the message's name or an interaction's description."""

    name: str
    function: Producer

    @property
    def place(self) -> str:
        """Give the function's file and line."""
        code = unwrap(self.function).__code__
        return f"{code.co_filename}:{code.co_firstlineno}"


def message_producer(name: str) -> Callable[[ProducerType], ProducerType]:
    """Declare that a function emits a message.

    The function, async or not, returns what the provider really sends: a JSON value, text, bytes or a generated
    message of protobuf; or a pair of that and metadata, a mapping of names to JSON values. Its parameters are filled
    by name, from the parameters of the states that hold and from what their handlers returned.

    Args:
        name: The message's name in its definition, `OrderPlaced` (of `shop.v1.OrderPlaced` the end is enough), or the
            description of an interaction, which wins.
    """
    if not isinstance(name, str) or not name.strip():
        raise UsageError(
            "A message is named by a text.",
            details=[("expected", 'a text such as "OrderPlaced"'), ("received", repr(name))],
            next_step='Write the name in brackets: @message_producer("OrderPlaced").',
        )

    def declare(function: ProducerType) -> ProducerType:
        earlier: tuple[MessageProducer, ...] = getattr(function, _ATTRIBUTE, ())
        setattr(function, _ATTRIBUTE, (*earlier, MessageProducer(name=name, function=function)))
        return function

    return declare


class MessageProducers:
    """The producers of one provider by what they emit."""

    def __init__(self, producers: Iterable[MessageProducer] = ()) -> None:
        """Take the producers.

        Raises:
            UsageError: Two emit a message of the same name.
        """
        self._by_name: dict[str, MessageProducer] = {}
        for producer in producers:
            if producer.name in self._by_name:
                raise _declared_twice(self._by_name[producer.name], producer)
            self._by_name[producer.name] = producer

    def __iter__(self) -> Iterator[MessageProducer]:
        """Give each producer, in the order they were declared."""
        return iter(self._by_name.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the messages that are emitted, in the order they were declared."""
        return tuple(self._by_name)

    def find(self, description: str, name: str | None) -> MessageProducer | None:
        """Give the producer of an interaction's description, else of its message's name, else of that name's end."""
        wanted = (description, *((name, name.rpartition(".")[2]) if name else ()))
        return next((self._by_name[each] for each in wanted if each in self._by_name), None)


def producers_of(module: ModuleType) -> MessageProducers:
    """Give the producers that the functions of a module declare, imported functions included.

    Raises:
        UsageError: Two functions emit a message of the same name; both places are named.
    """
    functions = {id(value): value for value in vars(module).values() if hasattr(value, _ATTRIBUTE)}
    return MessageProducers(each for function in functions.values() for each in getattr(function, _ATTRIBUTE))


def _declared_twice(first: MessageProducer, second: MessageProducer) -> UsageError:
    return UsageError(
        f"The message {first.name!r} has two producers.",
        details=[("first", first.place), ("second", second.place)],
        next_step="Keep one of them, or name one after the description of its interaction.",
    )
