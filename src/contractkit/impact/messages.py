"""The judgement of messages under two definitions of messages: what got worse for who receives, or sends, them.

A message that is emitted unasked is judged as an answer; of messages that are answered the first is judged as a request
that the consumer sends, the others as answers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from contractkit.changes import Change
from contractkit.changes.messages import MESSAGE_REMOVED, MessageChanges
from contractkit.changes.records import Declaration
from contractkit.conformance.messages import MESSAGE, Meant, meant_messages, messages_of, referred_operation
from contractkit.definitions.messages import MessageDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.received_messages import ReceivedMessages
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.sent_messages import REQUEST, SentMessages
from contractkit.model import Interaction, Location, Message, SynchronousMessages

_Alternatives: TypeAlias = list[tuple[str, tuple[Worry, ...]]]
"""What got worse for a message, by the name of each message of the definition that it may be."""


class MessageJudgement:
    """Judges messages under one pair of definitions: their contents, headers and channels."""

    def __init__(self, old: MessageDefinition, new: MessageDefinition) -> None:
        self._old = old
        self._new = new
        self._changes = MessageChanges(old, new)
        self._received = ReceivedMessages(self._changes)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, each as one of a message that is received."""
        return self._received.changes

    @cached_property
    def renames(self) -> Mapping[Declaration, str]:
        """Give the new names that are likely for what went, as `changes` tells them."""
        return self._changes.renames

    @cached_property
    def _sent(self) -> SentMessages:
        return SentMessages(self._changes)

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a message that is emitted unasked, or messages that are answered.

        One of protobuf is only where a definition has it by name: descriptors define the others.
        """
        if interaction.wire is None:
            return isinstance(interaction.exchange, Message | SynchronousMessages)
        found = isinstance(interaction.exchange, Message)
        return found and not all(meant_messages(interaction, each).problem for each in (self._old, self._new))

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the name of a message, or of the operation that is answered, and what got worse for it."""
        called = interaction.operation or referred_operation(interaction) or interaction.description
        at = MESSAGE if isinstance(interaction.exchange, Message) else REQUEST
        try:
            old, new = meant_messages(interaction, self._old), meant_messages(interaction, self._new)
            if old.problem:
                return called, self._of_unknown(interaction, old.problem, new, at)
            if isinstance(interaction.exchange, SynchronousMessages):
                asked = self._of_request(interaction, interaction.exchange.request, old, new)
                return called, (*asked, *self._of_replies(interaction, old, new))
            assert isinstance(interaction.exchange, Message)
            return _of_alternatives(self._of_emitted(interaction, interaction.exchange, old, new))
        except DefinitionError as error:
            return called, (_unjudged(f"a definition cannot be used here: {error.explanation.summary}", at),)

    def _of_unknown(self, interaction: Interaction, problem: str, new: Meant, at: Location) -> tuple[Worry, ...]:
        """Give what can be said of messages that the old definition does not have."""
        if new.problem:
            return (_unjudged(f"of neither definition can be said which message it is: {problem}", at),)
        wrong = next(self._wrong_now(interaction, new), None)
        if wrong is None:
            return ()  # only the new definition knows the message: that is an improvement
        sentence = f"the old definition does not know the message, and the new one does not bear out {wrong}"
        return (_unjudged(sentence, at),)

    def _wrong_now(self, interaction: Interaction, new: Meant) -> Iterator[Location]:
        """Give the first place of each message of an interaction that the new definition does not bear out."""
        names: tuple[str, ...] | None = new.names
        if isinstance(interaction.exchange, SynchronousMessages):
            request, names = interaction.exchange.request, new.replies
            if not any(self._sent.fits_now(interaction, request, name) for name in new.names):
                yield REQUEST
        for at, message in messages_of(interaction).items():
            found = [self._received.misfit_now(interaction, message, name, at) for name in names or ()]
            if None not in found:
                yield next((each for each in found if each is not None), at)

    def _of_emitted(self, interaction: Interaction, message: Message, old: Meant, new: Meant) -> _Alternatives:
        names = self._received_as(interaction, message, old.names, MESSAGE)
        return [(name, tuple(self._of_received(interaction, message, name, new.names, MESSAGE))) for name in names]

    def _of_request(self, interaction: Interaction, message: Message, old: Meant, new: Meant) -> tuple[Worry, ...]:
        """Give what got worse for the message that is sent to be answered."""
        fitting = [name for name in old.names if self._sent.fits(interaction, message, name)]
        names = self._readable(tuple(fitting) or old.names)
        found = [(name, tuple(self._of_sent(interaction, message, name, new))) for name in names]
        return _of_alternatives(found)[1]

    def _of_sent(self, interaction: Interaction, message: Message, name: str, new: Meant) -> Iterator[Worry]:
        if name not in new.names:
            yield _gone(
                "operation.gone", f"the consumer sends {name}, which is not taken any more", name, REQUEST, self.changes
            )
            return
        yield from self._sent.judged(interaction, message, name)
        yield from self._of_channels(name, "taken from", "it is sent", REQUEST)

    def _of_replies(self, interaction: Interaction, old: Meant, new: Meant) -> Iterator[Worry]:
        """Give what got worse for the messages that answer."""
        if new.problem:
            return  # nothing answers, since nothing is asked any more
        for at, message in messages_of(interaction).items():
            if not old.replies or new.replies is None:
                which = "new" if old.replies else "old"
                yield _unjudged(f"the {which} definition says of no message that it answers this one", at)
                continue
            names = self._received_as(interaction, message, old.replies, at)
            found = [(name, tuple(self._of_received(interaction, message, name, new.replies, at))) for name in names]
            yield from _of_alternatives(found)[1]

    def _received_as(
        self, interaction: Interaction, message: Message, names: tuple[str, ...], at: Location
    ) -> tuple[str, ...]:
        """Give those of the messages it may be that it fits under the old definition, readable ones if any."""
        if len(names) == 1:
            return names
        fitting = [name for name in names if self._received.misfit(interaction, message, name, at) is None]
        return self._readable(tuple(fitting) or names)

    def _readable(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if not self._old.problem_of(name)) or names

    def _of_received(
        self, interaction: Interaction, message: Message, name: str, kept: tuple[str, ...], at: Location
    ) -> Iterator[Worry]:
        if name not in kept:
            said = "handles" if at == MESSAGE else "is answered with"
            sentence = f"the consumer {said} {name}, which is not emitted any more"
            yield _gone("message.removed", sentence, name, at, self.changes)
            return
        yield from self._received.judged(interaction, message, name, at)
        yield from self._of_channels(name, "sent to", "it is received", at)

    def _of_channels(self, name: str, way: str, where: str, at: Location) -> Iterator[Worry]:
        for channel in self._changes.lost_channels(name):
            change = self._changes.channel_change(channel, name)
            yield Worry(
                code="message.channel-gone",
                verdict=Verdict.AT_RISK,
                location=at,
                before=change.before,
                after=change.after,
                sentence=f"{name} is not {way} {channel.address} any more, and no contract says where {where}",
                change=change,
            )


def _of_alternatives(found: _Alternatives) -> tuple[str, tuple[Worry, ...]]:
    """Give what got worse for a message that may be one of several: broken where it is whichever it is."""
    if len(found) == 1 or all(any(each.verdict is Verdict.BROKEN for each in worries) for _, worries in found):
        return found[0]
    worries = [replace(each, verdict=Verdict.AT_RISK) for _, every in found for each in every]
    return " or ".join(name for name, _ in found), tuple({each.sentence: each for each in worries}.values())


def _gone(code: str, sentence: str, name: str, at: Location, changes: Iterable[Change]) -> Worry:
    lost = (each for each in changes if each.operation == name and each.rule == MESSAGE_REMOVED)
    return Worry(
        code=code,
        verdict=Verdict.BROKEN,
        location=at,
        before="defined",
        after="not defined",
        sentence=sentence,
        change=next(lost, None),
    )


def _unjudged(sentence: str, at: Location) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=at,
        before="not analysable",
        after="not analysable",
        sentence=sentence,
    )
