"""Memory: what a stub has worked out once of a message, so that an equal one costs it nothing more."""

from collections.abc import Callable
from typing import Generic, TypeVar

from contractkit.definitions.rpc_interface import AnswerMessage
from contractkit.exact_json import Json

_MOST = 4096  # entries of each kind
_LARGEST = 16 * 1024  # bytes of a message that is remembered

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Values by key, all forgotten when they become many. What is handed out is shared, and nobody changes it.

    A value is kept when it comes a second time: of calls that always differ nothing piles up.
    """

    def __init__(self) -> None:
        self._values: dict[object, Value] = {}
        self._met: set[int] = set()
        self.get: Callable[[object], Value | None] = self._values.get
        """Gives the value of a key, or None."""

    def keep(self, key: object, value: Value, *, size: int) -> None:
        """Remember a value that was made of that many bytes, unless they are many or it came for the first time."""
        if size > _LARGEST:
            return
        met = hash(key)
        if met not in self._met:
            if len(self._met) >= _MOST:
                self._met.clear()
            self._met.add(met)
            return
        if len(self._values) >= _MOST:
            self._values.clear()
        self._values[key] = value


class Memory:
    """What is remembered of one definition: messages that were allowed, and answers."""

    def __init__(self) -> None:
        self.allowed: Remembered[Json] = Remembered()
        self.answers: Remembered[AnswerMessage] = Remembered()
