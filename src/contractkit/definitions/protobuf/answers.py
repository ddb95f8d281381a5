"""Answers: whole messages, valid by the definition and equal for equal arguments, kept for the next equal question."""

from collections.abc import Callable
from functools import partial

from google.protobuf.descriptor import Descriptor

from contractkit.definitions.draws import number_of
from contractkit.definitions.protobuf.echoes import said_in
from contractkit.definitions.protobuf.encoders import Encoders, MessageEncoder
from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import Kinds
from contractkit.definitions.protobuf.plans import Plans
from contractkit.definitions.protobuf.promises import Promises
from contractkit.definitions.protobuf.reading import Reader, parsed
from contractkit.definitions.protobuf.resources import Resources
from contractkit.definitions.protobuf.synthesis import Synthesis
from contractkit.definitions.protobuf.writing import Writer
from contractkit.definitions.rpc_interface import AnswerMessage
from contractkit.exact_json import Json, dump_compact

_KEPT = 4_096  # answers; a long test run on a large definition stays bounded


class Answers:
    """Makes the messages of one definition."""

    def __init__(self, files: Files, kinds: Kinds, reader: Reader, writer: Writer) -> None:
        self.kinds = kinds
        self._reader = reader
        self._writer = writer
        plans = Plans(kinds, Resources(files.own))
        self._synthesis = Synthesis(plans)
        self._encoders = Encoders(plans, self._synthesis, writer)
        self._views: dict[str, tuple[Callable[[bytes], Json], Callable[[Json], Promises]]] = {}
        self._made: dict[tuple[str, bytes], AnswerMessage] = {}

    def answer(self, asked: Descriptor, wanted: Descriptor, *, seed: str, request: Json, body: Json) -> AnswerMessage:
        """Give a message of the type `wanted`; `request` is a tree of the type `asked`, `body` a partial one."""
        encoder = self.encoder(wanted) if body is None else None
        if encoder is not None:
            return self._message(encoder.encode(number_of(seed), said_in(request, asked, self.kinds)), wanted)
        key = _key(seed, request, body)
        if key is not None and key in self._made:
            return self._made[key]
        tree = self._synthesis.message(wanted, number_of(seed), said=said_in(request, asked, self.kinds), given=body)
        answer = self._message(self._writer.whole(tree, wanted).SerializeToString(deterministic=True), wanted)
        if len(self._made) >= _KEPT:
            self._made.clear()
        if key is not None:
            self._made[key] = answer
        return answer

    def encoder(self, wanted: Descriptor) -> MessageEncoder | None:
        """Give what encodes answers of a type directly; None where each is made as a tree first."""
        return self._encoders.of(wanted)

    def views(self, wanted: Descriptor) -> tuple[Callable[[bytes], Json], Callable[[Json], Promises]]:
        """Give what reads the tree of an answer of a type, and what grades one."""
        views = self._views.get(wanted.full_name)
        if views is None:
            views = self._views[wanted.full_name] = partial(self._read, wanted), partial(self._grade, wanted)
        return views

    def _message(self, encoded: bytes, descriptor: Descriptor) -> AnswerMessage:
        return AnswerMessage(encoded, *self.views(descriptor))

    def _read(self, descriptor: Descriptor, encoded: bytes) -> Json:
        return self._reader.read(parsed(descriptor, encoded))

    def _grade(self, descriptor: Descriptor, tree: Json) -> Promises:
        return Promises(tree, descriptor, self.kinds)

    def example(self, descriptor: Descriptor, seed: str) -> Json:
        """Give the tree of a message of a type."""
        return self._reader.read(self._writer.whole(self._synthesis.message(descriptor, number_of(seed)), descriptor))


def _key(seed: str, request: Json, body: Json) -> tuple[str, bytes] | None:
    """Give what an answer depends on; None where a part of it is no JSON, such as a message object."""
    try:
        return seed, dump_compact([request, body])
    except (TypeError, ValueError):
        return None
