"""The judgement of one message under two definitions of messages: what got worse for who receives it.

A message is judged as the answer to a request that nobody sends, since that is how its definition reads it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import unquote

from contractkit.changes import Change, Place
from contractkit.definitions.messages import ROOT, MessageDefinition, path_of
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import Verdict, Worry
from contractkit.model import (
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    LocatedRules,
    Location,
    Message,
    Need,
    media_type_of,
)

_MESSAGE, _BODY = Location(("message",)), Location(("response", "body"))
_CONTENTS, _METADATA = _MESSAGE / "contents", _MESSAGE / "metadata"

Placed = TypeVar("Placed", LocatedRules, Need)


class MessageJudgement:
    """Judges messages under one pair of definitions; of a message it looks at the contents."""

    exchange = Message

    def __init__(self, old: MessageDefinition, new: MessageDefinition) -> None:
        self._old = old
        self._new = new
        self._answers = HttpJudgement(old.answers, new.answers)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, each as one of a message."""
        return tuple(map(self._of_message, self._answers.changes))

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the name of a message, and what got worse for it."""
        message = interaction.exchange
        assert isinstance(message, Message)
        name = interaction.operation or interaction.description
        if name not in self._old.names:
            return name, () if name in self._new.names else (_unknown(name),)
        if name not in self._new.names:
            return name, (_gone(name, self.changes),)
        _, worries = self._answers.judged(_as_answer(interaction, message, name))
        return name, tuple(self._as_message(each, name) for each in worries)

    def _as_message(self, worry: Worry, name: str) -> Worry:
        return replace(
            worry,
            location=_back(worry.location),
            also=tuple(map(_back, worry.also)),
            sentence=worry.sentence.replace(f"GET {path_of(name)}", f"the message {name}"),
            change=None if worry.change is None else self._of_message(worry.change),
        )

    def _of_message(self, change: Change) -> Change:
        """Give a change of an answer as one of the message that it stands for, or of that message's headers."""
        name, is_headers = _named(change.operation)
        place, at = _METADATA if is_headers else _CONTENTS, change.location
        return replace(
            change,
            operation=name,
            also=tuple(_named(each)[0] for each in change.also),
            status=None,
            location=place.under(at.steps[2:]) if at.starts_with(_BODY) else _MESSAGE,
            sentence=change.sentence.replace(change.operation, name),
            old=_written_place(change.old, self._old, name),
            new=_written_place(change.new, self._new, name),
        )


def _as_answer(interaction: Interaction, message: Message, name: str) -> Interaction:
    """Give a message as the answer to a request for it."""
    media_type = media_type_of(message.contents)
    headers = {} if media_type is None else {"content-type": (media_type,)}
    response = HttpResponse(status=200, headers=headers, body=message.contents)
    return replace(
        interaction,
        operation=None,
        exchange=HttpCall(request=HttpRequest(method="GET", path=path_of(name)), response=response),
        rules=_moved(each for each in interaction.rules if each.location.starts_with(_CONTENTS)),
        generators=(),
        evidence=tuple(map(_with_moved_needs, interaction.evidence)),
    )


def _written_place(place: Place | None, definition: MessageDefinition, name: str) -> Place | None:
    """Give a place in what somebody wrote: of the document that nobody did, the message's schema."""
    if place is None or place.uri != ROOT:
        return place
    message = definition.find(name)
    if message is None or message.schema is None:
        return None
    uri, _, pointer = message.schema.partition("#")
    return replace(place, uri=uri, pointer=unquote(pointer))


def _named(operation: str) -> tuple[str, bool]:
    """Give the message that an operation stands for, and whether it stands for its headers."""
    path = operation.removeprefix("GET /")
    return unquote(path.removesuffix("/headers")), path.endswith("/headers")


def _moved(located: Iterable[Placed]) -> tuple[Placed, ...]:
    return tuple(replace(each, location=_there(each.location)) for each in located)


def _with_moved_needs(evidence: Evidence) -> Evidence:
    needs = evidence.needs
    if not isinstance(needs, InferredNeeds):
        return evidence
    moved = replace(
        needs,
        needed=_moved(each for each in needs.needed if each.location.starts_with(_CONTENTS)),
        any_of=tuple(tuple(map(_there, group)) for group in needs.any_of),
        tolerated=tuple(map(_there, needs.tolerated)),
        untouched=tuple(map(_there, needs.untouched)),
        weak=tuple(map(_there, needs.weak)),
    )
    return replace(evidence, needs=moved)


def _there(location: Location) -> Location:
    return _BODY.under(location.steps[2:]) if location.starts_with(_CONTENTS) else location


def _back(location: Location) -> Location:
    return _CONTENTS.under(location.steps[2:]) if location.starts_with(_BODY) else location


def _gone(name: str, changes: Iterable[Change]) -> Worry:
    lost = (each for each in changes if each.operation == name and each.rule == "operation.removed")
    return Worry(
        code="message.removed",
        verdict=Verdict.BROKEN,
        location=_MESSAGE,
        before="defined",
        after="not defined",
        sentence=f"the consumer handles {name}, which is not emitted any more",
        change=next(lost, None),
    )


def _unknown(name: str) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=_MESSAGE,
        before="not analysable",
        after="not analysable",
        sentence=f"neither definition has a message {name}, so nothing can be said of it",
    )
