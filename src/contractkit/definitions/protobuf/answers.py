"""Answers: whole messages, valid by the definition and equal for equal arguments, kept for the next equal question."""

from functools import partial
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf.echoes import said_in
from contractkit.definitions.protobuf.files import Files
from contractkit.definitions.protobuf.kinds import Kinds, Shape
from contractkit.definitions.protobuf.promises import Promises
from contractkit.definitions.protobuf.reading import ANY, JSON_TYPES, WRAPPERS, Reader, parsed
from contractkit.definitions.protobuf.resources import Resources
from contractkit.definitions.protobuf.synthesis import Synthesis
from contractkit.definitions.protobuf.writing import Writer
from contractkit.definitions.rpc_interface import AnswerMessage
from contractkit.exact_json import Json, dump_compact

_BYTES: Final = FieldDescriptor.TYPE_BYTES
_OWN_FORMS: Final = frozenset((ANY, *JSON_TYPES, *WRAPPERS))
_KEPT = 4_096  # answers; a long test run on a large definition stays bounded


class Answers:
    """Makes the messages of one definition."""

    def __init__(self, files: Files, kinds: Kinds, reader: Reader, writer: Writer) -> None:
        self._kinds = kinds
        self._reader = reader
        self._writer = writer
        self._synthesis = Synthesis(kinds, Resources(files.own))
        self._direct: dict[str, bool] = {}
        self._made: dict[tuple[str, bytes], AnswerMessage] = {}

    def answer(self, asked: Descriptor, wanted: Descriptor, *, seed: str, request: Json, body: Json) -> AnswerMessage:
        """Give a message of the type `wanted`; `request` is a tree of the type `asked`, `body` a partial one."""
        key = _key(seed, request, body)
        if key is not None and key in self._made:
            return self._made[key]
        said = said_in(request, asked, self._kinds)
        made = self._synthesis.message(wanted, seed, said=said, given=body)
        encoded = self._message(made, wanted, is_given=body is not None).SerializeToString(deterministic=True)
        answer = AnswerMessage(encoded, read=partial(self._read, wanted), grade=partial(self._grade, wanted))
        if len(self._made) >= _KEPT:
            self._made.clear()
        if key is not None:
            self._made[key] = answer
        return answer

    def _message(self, made: Json, descriptor: Descriptor, *, is_given: bool) -> Message:
        """Give the message of a tree that was made; the writer looks at what somebody gave, and says what is wrong."""
        if not is_given and self._is_direct(descriptor):
            try:
                return GetMessageClass(descriptor)(**made)
            except (TypeError, ValueError):
                pass  # such as an infinity that comes back
        return self._writer.whole(made, descriptor)

    def _is_direct(self, descriptor: Descriptor) -> bool:
        """Say whether the library takes the trees of a type as they are: no bytes, maps or forms of their own in it."""
        name = descriptor.full_name
        if name not in self._direct:
            self._direct[name] = not any(
                kind.full_name in _OWN_FORMS
                or any(each.shape is Shape.MAP or each.descriptor.type == _BYTES for each in kind.fields)
                for kind in self._kinds.within(descriptor)
            )
        return self._direct[name]

    def _read(self, descriptor: Descriptor, encoded: bytes) -> Json:
        return self._reader.read(parsed(descriptor, encoded))

    def _grade(self, descriptor: Descriptor, tree: Json) -> Promises:
        return Promises(tree, descriptor, self._kinds)

    def example(self, descriptor: Descriptor, seed: str) -> Json:
        """Give the tree of a message of a type."""
        return self._reader.read(self._writer.whole(self._synthesis.message(descriptor, seed), descriptor))


def _key(seed: str, request: Json, body: Json) -> tuple[str, bytes] | None:
    """Give what an answer depends on; None where a part of it is no JSON, such as a message object."""
    try:
        return seed, dump_compact([request, body])
    except (TypeError, ValueError):
        return None
