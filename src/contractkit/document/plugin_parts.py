"""The sides of a unary call in the form of Pact's protobuf plugin: contents in base64, metadata, rules by category.

The metadata of a side holds what is not the caller's own, too: the content type, and a status with its message.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from contractkit.document.categories import Category, Side
from contractkit.document.parts import Generators, Rules
from contractkit.document.reading import ObjectReader
from contractkit.document.rules import read_generators, read_rules, write_generators, write_rules
from contractkit.exact_json import Json
from contractkit.model import LocatedGenerator, LocatedRules, Location, Received, RpcCall, Sent, Status
from contractkit.results import ABSENT

STATUSES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""The statuses of gRPC by their numbers."""

GRPC_STATUS, GRPC_MESSAGE = "grpc-status", "grpc-message"
RESERVED = ("contentType", "content-type", "Content-Type", GRPC_STATUS, GRPC_MESSAGE)
"""Metadata that are no caller's own."""

Located = TypeVar("Located", LocatedRules, LocatedGenerator)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginPart:
    """The request or one response of a plugin's file; `data` is None where there are no contents.

    `rest` is its reader, which still has the rules and generators.
    """

    data: bytes | None
    metadata: Mapping[str, Json]
    status: str = "OK"
    status_message: str = ""
    rest: ObjectReader


def read_part(reader: ObjectReader) -> PluginPart:
    """Read one side but for its rules, which need to know where in the call it stands."""
    metadata = reader.mapping("metadata", "metaData")
    status = metadata.get(GRPC_STATUS)
    message = metadata.get(GRPC_MESSAGE)
    return PluginPart(
        data=_read_contents(reader),
        metadata={name.lower(): value for name, value in metadata.items() if name not in RESERVED},
        status="OK" if status is None else _status_name(status, reader),
        status_message="" if message is None else str(message),
        rest=reader,
    )


def write_contents(data: bytes, type_name: str) -> dict[str, Json]:
    """Give an encoded message as an envelope."""
    content_type = f"application/protobuf;message={type_name}"
    content = base64.b64encode(data).decode()
    return {
        "content": content,
        "contentType": content_type,
        "contentTypeHint": "BINARY",
        "encoded": "base64" if data else False,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where in a call the two sides of a plugin's file are, and so which of its rules stand in which category."""

    request: Side
    response: Side
    trailing: bool
    status: Location
    answered: Location

    @classmethod
    def of(cls, call: RpcCall) -> "Places":
        """Give the places of a unary call: an error's metadata are its trailers, else they come first."""
        at = {type(event): Location(("events", number)) for number, event in reversed([*enumerate(call.events)])}
        status = at.get(Status, Location(("events", len(call.events))))
        code = next((event.code for event in call.events if isinstance(event, Status)), "OK")
        answered = status / "trailers" if code != "OK" else Location(("initial_metadata",))
        bodies = ("body", "content", "contents")
        sent = [Category(bodies, at[Sent] / "message", "path")] if Sent in at else []
        received = [Category(bodies, at[Received] / "message", "path")] if Received in at else []
        return cls(
            request=Side((*sent, Category(("metadata", "metaData"), Location(("metadata",)), "name"))),
            response=Side((*received, Category(("metadata", "metaData"), answered, "name"))),
            trailing=code != "OK",
            status=status,
            answered=answered,
        )

    def read(self, request: PluginPart, response: PluginPart) -> tuple[Rules, Generators]:
        """Give the rules and generators of both sides at their locations in the call."""
        known = (*response.metadata, GRPC_STATUS, GRPC_MESSAGE)
        rules = (
            *read_rules(request.rest, self.request, request.metadata),
            *read_rules(response.rest, self.response, known),
        )
        generators = (
            *read_generators(request.rest, self.request, request.metadata),
            *read_generators(response.rest, self.response, known),
        )
        return self._moved(rules, self._to_event), self._moved(generators, self._to_event)

    def split(self, located: Iterable[Located]) -> tuple[tuple[Located, ...], tuple[Located, ...]]:
        """Give, of rules or generators, those that the plugin's form has a place for, and the others."""
        moved = self._moved(tuple(located), self._to_metadata)
        said = tuple(each for each in moved if _has(self.request, each) or _has(self.response, each))
        others = tuple(each for each in moved if each not in said)
        return said, self._moved(others, self._to_event)

    def write(self, side: Side, rules: Rules, generators: Generators, known: Iterable[str]) -> dict[str, Json]:
        """Give those of `split` that belong to a side, by category."""
        names = (*known, GRPC_STATUS, GRPC_MESSAGE)
        members = {
            "matchingRules": write_rules([each for each in rules if _has(side, each)], side, names),
            "generators": write_generators([each for each in generators if _has(side, each)], side, names),
        }
        return {name: value for name, value in members.items() if value}

    def _to_event(self, location: Location) -> Location:
        moves = {
            self.answered / GRPC_STATUS: self.status / "status",
            self.answered / GRPC_MESSAGE: self.status / "status_message",
        }
        return moves.get(location, location)

    def _to_metadata(self, location: Location) -> Location:
        moves = {
            self.status / "status": self.answered / GRPC_STATUS,
            self.status / "status_message": self.answered / GRPC_MESSAGE,
        }
        return moves.get(location, location)

    @staticmethod
    def _moved(located: tuple[Located, ...], move: Callable[[Location], Location]) -> tuple[Located, ...]:
        moved = (replace(each, location=move(each.location)) for each in located)
        return tuple(sorted(moved, key=lambda each: each.location))


def _has(side: Side, located: LocatedRules | LocatedGenerator) -> bool:
    try:
        side.category_of(located.location)
    except ValueError:
        return False
    return True


def _read_contents(reader: ObjectReader) -> bytes | None:
    envelope = reader.child("contents", "content")
    if envelope is None:
        return None
    content = envelope.take("content", "contents")
    for name in ("contentType", "contentTypeHint", "encoded"):
        envelope.take(name)
    if content is ABSENT or content is None:
        return None
    data = _decoded(content)
    if data is None:
        envelope.findings.wrong(envelope.at("content"), "base64 text", content)
    return data


def _decoded(content: Json) -> bytes | None:
    try:
        return base64.b64decode(content, validate=True) if isinstance(content, str) else None
    except (binascii.Error, ValueError):
        return None


def _status_name(value: Json, reader: ObjectReader) -> str:
    """Give the name of a status that a file has by name or by number."""
    text = str(value).strip().upper()
    if text in STATUSES:
        return text
    if text.isascii() and text.isdigit() and int(text) < len(STATUSES):
        return STATUSES[int(text)]
    reader.findings.wrong(f"{reader.at('metadata')}/{GRPC_STATUS}", "the name or number of a gRPC status", value)
    return "UNKNOWN"
