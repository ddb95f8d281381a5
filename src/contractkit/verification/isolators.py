"""Isolators: what keeps the data of one interaction from all others, begun before it and ended after it."""

from abc import ABC, abstractmethod


class Isolator(ABC):
    """Undoes what an interaction did, and keeps it from what runs at the same time on other workers.

    All calls for one worker come on that worker's thread, one after another; `begin` and `end` in pairs. Where `begin`
    raises, the interaction is errored and `end` is not called.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """Give what messages call it, such as the address of a database without credentials."""

    @abstractmethod
    def begin(self, worker: int) -> None:
        """Give the interaction that a worker is about to replay data of its own."""

    @abstractmethod
    def end(self, worker: int) -> None:
        """Undo what the interaction did."""

    @abstractmethod
    def renew(self) -> None:
        """Know that what all workers start from has changed: something shared was set up."""

    @abstractmethod
    def close(self) -> None:
        """Remove what was made for the workers."""
