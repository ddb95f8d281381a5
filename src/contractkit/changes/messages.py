"""The changes of messages: those of the answers that their definitions read them as, told as what they are.

The provider sends and its consumers receive, so every rule of responses holds for messages.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from urllib.parse import unquote

from contractkit.changes.comparison import compare_definitions
from contractkit.changes.gains import all_changes
from contractkit.changes.records import NOT_DECLARED, Change, Declaration, Direction, Level, Place, once
from contractkit.changes.renames import renamed_members, renamed_operations
from contractkit.changes.sameness import describes_the_same
from contractkit.definitions.messages import ROOT, DefinedMessage, MessageChannel, MessageDefinition
from contractkit.model import Location

MESSAGE_REMOVED = "message.removed"
MESSAGE_ADDED = "message.added"
HEADERS_REMOVED = "message.headers.removed"
HEADERS_ADDED = "message.headers.added"
CHANNEL_REMOVED = "message.channel.removed"
CHANNEL_ADDED = "message.channel.added"
NOT_SENT = "sent to no address"
MESSAGE_INCOMPARABLE = "message.incomparable"

LOSSES = frozenset({MESSAGE_REMOVED, HEADERS_REMOVED, CHANNEL_REMOVED, MESSAGE_INCOMPARABLE})
MESSAGE_GAINS = frozenset({MESSAGE_ADDED, HEADERS_ADDED, CHANNEL_ADDED})

_RULES = {
    ("operation.removed", False): (MESSAGE_REMOVED, "{name} is no longer defined"),
    ("operation.removed", True): (HEADERS_REMOVED, "nothing is said of its headers any more"),
    ("operation.added", False): (MESSAGE_ADDED, "{name} was not defined and is now"),
    ("operation.added", True): (HEADERS_ADDED, "its headers are described now"),
}
"""The rule of an answer, and whether it is of headers, to the rule of a message and its sentence."""

_MESSAGE, _BODY = Location(("message",)), Location(("response", "body"))
_CONTENTS, _METADATA = _MESSAGE / "contents", _MESSAGE / "metadata"
_TYPE_OF_ANSWER = Location(("response", "headers", "content-type"))


class MessageChanges:
    """The changes from one definition of messages to another, computed as far as they are asked for."""

    def __init__(self, old: MessageDefinition, new: MessageDefinition) -> None:
        self.old = old
        self.new = new

    @cached_property
    def every(self) -> tuple[Change, ...]:
        """Give every change once, also what only gains."""
        compared = compare_definitions(self.old.answers, self.new.answers)
        return self.told(all_changes(compared), with_gains=True)

    @cached_property
    def renames(self) -> dict[Declaration, str]:
        """Give what something that went may be called now, by the declaration of the change that it went."""
        moved = renamed_operations(compare_definitions(self.old.answers, self.new.answers))
        names = {_named(old)[0]: _named(new)[0] for old, new in moved.items() if not _named(old)[1]}
        gone = {each.declaration: names.get(each.operation, "") for each in self.every if each.rule == MESSAGE_REMOVED}
        return {**renamed_members(self.every), **{key: name for key, name in gone.items() if name}}

    def told(self, changes: Iterable[Change], *, with_gains: bool = False) -> tuple[Change, ...]:
        """Give changes of answers as changes of messages, with what no comparison of answers shows."""
        known = [self.of_message(each) for each in changes]
        settled = [each for each in known if self._is_settled(each)]
        return once([*settled, *self._incomparable(), *self._of_channels(with_gains=with_gains)])

    def of_message(self, change: Change) -> Change:
        """Give a change of an answer as one of the message that it stands for, or of that message's headers."""
        name, is_headers = _named(change.operation)
        rule, sentence = _RULES.get((change.rule, is_headers), (change.rule, change.sentence))
        return replace(
            change,
            rule=rule,
            operation=name,
            also=tuple(dict.fromkeys(each for each, _ in map(_named, change.also) if each != name)),
            status=None,
            location=_place_of(change.location, is_headers=is_headers),
            sentence=sentence.format(name=name) if rule != change.rule else sentence,
            old=_written(change.old, self.old.find(name), is_headers=is_headers),
            new=_written(change.new, self.new.find(name), is_headers=is_headers),
        )

    def is_comparable(self, name: str) -> bool:
        """Say whether the contents of a message that both definitions have can be compared."""
        return not (self.old.problem_of(name) or self.new.problem_of(name))

    def is_described_alike(self, name: str) -> bool:
        """Say whether a message that both have is of the same content type, its schema written alike on both sides."""
        old, new = self.old.message_as_written(name), self.new.message_as_written(name)
        if old.content_type != new.content_type or (old.schema is None) is not (new.schema is None):
            return False
        if old.schema is None or new.schema is None:
            return True
        before, after = self.old.documents, self.new.documents
        return describes_the_same(
            before.target(old.schema, before.root),
            before,
            after.target(new.schema, after.root),
            after,
            is_json_schema=not (old.problem or new.problem),
        )

    def lost_channels(self, name: str) -> Iterator[MessageChannel]:
        """Give the channels that carried a message and do not any more."""
        left = {_shape(each.address) for each in self.new.channels if name in each.messages}
        for channel in self.old.channels:
            if name in channel.messages and _shape(channel.address) not in left:
                yield channel

    def channel_change(self, channel: MessageChannel, name: str) -> Change:
        """Give the change that a channel does not carry a message any more."""
        addresses = ", ".join(each.address for each in self.new.channels if name in each.messages)
        return Change(
            rule=CHANNEL_REMOVED,
            level=Level.BREAKING,
            direction=Direction.RESPONSE,
            operation=name,
            status=None,
            media_type=None,
            location=_MESSAGE,
            before=f"sent to {channel.address}",
            after=f"sent to {addresses}" if addresses else NOT_SENT,
            old=Place(uri=channel.uri, pointer=channel.pointer, used_at=channel.pointer),
            new=None,
            sentence=f"it is no longer sent to {channel.address}; channels: {addresses or 'none'}",
        )

    def _is_settled(self, change: Change) -> bool:
        """Say whether a change may be told: not of what is gone or new as a whole, nor of what cannot be compared."""
        name = change.operation
        is_of_both = name in self.old.names and name in self.new.names
        if change.rule in (HEADERS_REMOVED, HEADERS_ADDED):
            return is_of_both
        of_headers = change.location.starts_with(_METADATA) and change.location.steps[-1] != "contentType"
        return not is_of_both or of_headers or self.is_comparable(name)

    def _incomparable(self) -> Iterator[Change]:
        for name in self.old.names:
            if name in self.new.names and not self.is_comparable(name) and not self.is_described_alike(name):
                yield self.incomparable(name)

    def incomparable(self, name: str) -> Change:
        """Give the change that a message is described otherwise, in a way that nobody here can read."""
        found = self.old.message_as_written(name)
        problem = self.old.problem_of(name) or self.new.problem_of(name)
        return Change(
            rule=MESSAGE_INCOMPARABLE,
            level=Level.POSSIBLE,
            direction=Direction.RESPONSE,
            operation=name,
            status=None,
            media_type=found.content_type,
            location=_CONTENTS,
            before="not comparable",
            after="not comparable",
            old=_place_at(found.schema),
            new=_place_at(self.new.message_as_written(name).schema),
            sentence=f"its contents are described otherwise, and cannot be compared: {problem}",
        )

    def _of_channels(self, *, with_gains: bool) -> Iterator[Change]:
        for name in self.old.names:
            if name in self.new.names:
                yield from (self.channel_change(each, name) for each in self.lost_channels(name))
        for name in self.new.names if with_gains else ():
            if name in self.old.names:
                yield from (_gained(name, each) for each in MessageChanges(self.new, self.old).lost_channels(name))


def _gained(name: str, channel: MessageChannel) -> Change:
    return Change(
        rule=CHANNEL_ADDED,
        level=Level.COMPATIBLE,
        direction=Direction.RESPONSE,
        operation=name,
        status=None,
        media_type=None,
        location=_MESSAGE,
        before=NOT_DECLARED,
        after=f"sent to {channel.address}",
        old=None,
        new=Place(uri=channel.uri, pointer=channel.pointer, used_at=channel.pointer),
        sentence=f"it is sent to {channel.address} too",
    )


def _place_of(location: Location, *, is_headers: bool) -> Location:
    if location.starts_with(_BODY):
        return (_METADATA if is_headers else _CONTENTS).under(location.steps[len(_BODY.steps) :])
    if location == _TYPE_OF_ANSWER:
        return _METADATA / "contentType"
    return _METADATA if is_headers else _MESSAGE


def _written(place: Place | None, message: DefinedMessage | None, *, is_headers: bool) -> Place | None:
    """Give a place in what somebody wrote: of the document that nobody did, the message's schema."""
    if place is None or place.uri != ROOT:
        return place
    if message is None:
        return None
    return _place_at((message.headers if is_headers else message.schema) or message.declared)


def _place_at(reference: str | None) -> Place | None:
    if reference is None:
        return None
    uri, _, pointer = reference.partition("#")
    return Place(uri=uri, pointer=unquote(pointer), used_at=unquote(pointer))


def _named(operation: str) -> tuple[str, bool]:
    """Give the message that an operation stands for, and whether it stands for its headers."""
    path = operation.removeprefix("GET /")
    return unquote(path.removesuffix("/headers")), path.endswith("/headers")


def _shape(address: str) -> str:
    """Give an address without the names of its parameters, which nobody outside sees."""
    return re.sub(r"\{[^{}]*\}", "{}", address)
