"""Answers to unary calls of which nothing was written: a message checked and answered in one step.

Most calls are such. What is not allowed is left to the conversation that is led then, which finds the words.
"""

from collections.abc import Callable
from typing import TypeAlias

from contractkit.definitions.rpc_interface import AnswerMessage, Procedure, RpcDefinition, Side
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import Location
from contractkit.recording.rpc_memory import Remembered

UnaryAnswer: TypeAlias = tuple[Procedure, Json, AnswerMessage]
"""What was called, the tree of the message that was allowed, and what answers it."""

_Way: TypeAlias = tuple[Procedure, Callable[[bytes], tuple[Json, AnswerMessage] | None]]

_FIRST = Location(("events", 0, "message"))


class UnaryAnswers:
    """Answers unary calls of one definition as it alone says; an equal message costs nothing more."""

    def __init__(self, definition: RpcDefinition, *, seed: str = "") -> None:
        """Take a definition, and what decides the values beside what is sent."""
        self._definition = definition
        self._seed = seed
        self._ways: dict[str, _Way] = {}
        self._remembered: Remembered[UnaryAnswer] = Remembered()

    def answer(self, path: str, data: bytes) -> UnaryAnswer | None:
        """Give what answers an encoded message; None where the path is no unary procedure's, or it is not allowed."""
        key = (path, data)
        found = self._remembered.get(key)
        if found is not None:
            return found
        way = self._ways.get(path) or self._way_of(path)
        if way is None:
            return None
        procedure, exchange = way
        exchanged = exchange(data) or self._exchanged(procedure, data)
        if exchanged is None:
            return None
        tree, answer = exchanged
        found = procedure, tree, answer
        self._remembered.keep(key, found, size=len(data) + len(answer.encoded))
        return found

    def _way_of(self, path: str) -> _Way | None:
        procedure = self._definition.find(path)
        if procedure is None or not procedure.is_unary:
            return None
        way = procedure, self._definition.exchange(procedure, seed=self._seed + procedure.operation.name)
        self._ways[path] = way
        return way

    def _exchanged(self, procedure: Procedure, data: bytes) -> tuple[Json, AnswerMessage] | None:
        """Give the same in two steps, where one does not do."""
        definition = self._definition
        try:
            received = definition.receive(procedure, Side.REQUEST, data, _FIRST)
            if received.unknown or received.violations:
                return None
            tree = received.tree
            seed = f"{self._seed}{procedure.operation.name} {dump_compact([tree]).decode()}"
            return tree, definition.answer(procedure, seed=seed, request=tree)
        except ContractkitError:
            return None
