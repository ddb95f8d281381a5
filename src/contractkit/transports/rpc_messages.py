"""Between the wire and the model for remote procedures: what a stub's server hands on, and what it is handed back.

A call is a conversation: the server tells it what the client does, step by step, and each time is told what to send.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from contractkit.exact_json import Json

LARGEST_MESSAGE = 128 * 1024 * 1024
"""Bytes of a message that a stub takes; a larger one ends the call with RESOURCE_EXHAUSTED."""

BINARY = "-bin"
"""How the name of metadata ends whose values are bytes."""

_OF_THE_TRANSPORT = frozenset({"content-type", "te", "user-agent"})

# The names of the gRPC statuses in the order of their numbers, 0 to 16.
# fmt: off
STATUS_CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcOpening:
    """A call that begins. `path` is `/package.Service/Method`; `metadata` is without what the transport adds."""

    path: str
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcEnd:
    """How a call ends. `details` is an encoded `google.rpc.Status`, or empty."""

    code: str
    message: str = ""
    details: bytes = b""
    trailers: Mapping[str, Json] = field(default_factory=dict)


FINE = RpcEnd(code="OK")
"""How most calls end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcStep:
    """What to send: initial metadata before anything else, then messages, then the end where the call is over.

    `seconds` is how long to wait before that.
    """

    initial_metadata: Mapping[str, Json] = field(default_factory=dict)
    messages: tuple[bytes, ...] = ()
    end: RpcEnd | None = None
    seconds: float = 0.0


class Conversation(Protocol):
    """One call from the stub's side. It does not raise; after a step with an end nothing more is told to it."""

    def take(self, data: bytes) -> RpcStep:
        """Take an encoded message of the client."""

    def half_close(self) -> RpcStep:
        """Take that the client will send no more. The step has an end."""

    def cancel(self) -> None:
        """Take that the client gave the call up, or that its deadline passed."""


RpcHandler: TypeAlias = Callable[[RpcOpening], Conversation]
"""What answers calls. It does not raise, and is called on the stubs' own thread."""


Pairs: TypeAlias = Iterable[tuple[str, str | bytes]]
"""Metadata as it comes from the wire."""


@runtime_checkable
class AnswersAtOnce(Protocol):
    """An `RpcHandler` that answers most unary calls in one step; the others are led as conversations."""

    def __call__(self, opening: RpcOpening) -> Conversation:
        """Begin a call."""

    def at_once(self, path: str, data: bytes, metadata: Callable[[], Pairs]) -> bytes | None:
        """Give the message that answers a unary call, which is over by that and ended well.

        None where there is more to be told or done: then nothing has happened yet, and the call is to be begun.

        Args:
            path: What was called: `/package.Service/Method`.
            data: The encoded message of the client.
            metadata: Gives the metadata as it came; asked before this returns or never.
        """


def read_metadata(pairs: Pairs) -> Mapping[str, Json]:
    """Give metadata by name, bytes as base64 text, several values of a name as a list; the transport's own is left out.

    The transport's own is `user-agent`, `content-type`, `te`, `grpc-…` and what begins with a colon.
    """
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in _OF_THE_TRANSPORT or name.startswith(("grpc-", ":")):
            continue
        text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        if name not in found:
            found[name] = text
        elif isinstance(found[name], list):
            found[name].append(text)
        else:
            found[name] = [found[name], text]
    return found


class ReceivedMetadata(Mapping[str, Json]):
    """What `read_metadata` gives, read when it is first looked at: most calls' metadata never is."""

    __slots__ = ("_found", "_pairs")

    def __init__(self, pairs: Pairs) -> None:
        """Take the metadata as it came."""
        self._pairs: Pairs = pairs
        self._found: Mapping[str, Json] | None = None

    def __getitem__(self, name: str) -> Json:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> Mapping[str, Json]:
        if self._found is None:
            self._found, self._pairs = read_metadata(self._pairs), ()
        return self._found


def write_metadata(fields: Mapping[str, Json]) -> tuple[tuple[str, str | bytes], ...]:
    """Give metadata as pairs for the wire; the reverse of `read_metadata`."""
    return tuple(
        (name, base64.b64decode(value) if name.endswith(BINARY) else value)
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
    )


def is_base64(text: str) -> bool:
    """Say whether a text is base64 (RFC 4648 §4, with padding)."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


class Refused:
    """A conversation that ends with one status at the first step, whatever the client does."""

    def __init__(self, code: str, message: str) -> None:
        self._step = RpcStep(end=RpcEnd(code=code, message=message))

    def take(self, data: bytes) -> RpcStep:
        """End the call."""
        return self._step

    def half_close(self) -> RpcStep:
        """End the call."""
        return self._step

    def cancel(self) -> None:
        """Do nothing: there was no answer to give."""


def nobody_is_called(opening: RpcOpening) -> Conversation:
    """Answer a call that comes while no test is using the stub."""
    return Refused("UNAVAILABLE", f"No test is using this stub: {opening.path} came outside of a test.")
