"""Exchanges: what takes an encoded request to its answer at once, everything looked up that is the same each time.

It says nothing that receiving and answering would not say in turn. A stub is called often, and what it runs through
between two messages is read from memory anew each time: fewer functions cost less than their own time suggests.
"""

from collections.abc import Callable
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.draws import number_of_bytes
from contractkit.definitions.protobuf.answers import Answers
from contractkit.definitions.protobuf.echoes import said_in
from contractkit.definitions.protobuf.reading import DecodeError, Reader
from contractkit.definitions.protobuf.receiving import Receiver
from contractkit.definitions.rpc_interface import AnswerMessage
from contractkit.exact_json import Json, dump_compact

Exchange: TypeAlias = Callable[[bytes], tuple[Json, AnswerMessage] | None]
"""Gives the tree of an encoded request, and its answer; None where it is not allowed."""


def exchange_between(
    asked: Descriptor, wanted: Descriptor, seed: str, reader: Reader, receiver: Receiver, answers: Answers
) -> Exchange | None:
    """Give what answers requests of the type `asked` with messages of the type `wanted`.

    None where requests must be checked beyond decoding, or answers cannot be encoded directly.

    Args:
        asked: The type of requests.
        wanted: The type of answers.
        seed: Decides the values, together with the request as compact JSON in a list, which is added to it.
        reader: Reads requests.
        receiver: Knows which types say more than their bytes must.
        answers: Makes answers.
    """
    encoder = answers.encoder(wanted)
    if encoder is None or not receiver.is_sure(asked):
        return None
    decode, read, encode = GetMessageClass(asked).FromString, reader.of(asked), encoder.encode
    start, kinds = seed.encode(), answers.kinds
    views = answers.views(wanted)

    def exchange(data: bytes) -> tuple[Json, AnswerMessage] | None:
        try:
            message = decode(data)
            tree = read(message)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            return None
        size = message.ByteSize()
        message.DiscardUnknownFields()
        if message.ByteSize() != size:
            return None
        number = number_of_bytes(start + dump_compact([tree]))
        return tree, AnswerMessage(encode(number, said_in(tree, asked, kinds)), *views)

    return exchange
