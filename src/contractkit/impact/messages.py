"""The judgement of one message under two definitions of messages: what got worse for who receives it.

A message is judged as the answer to a request that nobody sends, since that is how its definition reads it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from contractkit.changes import Change
from contractkit.changes.messages import HEADERS_REMOVED, MESSAGE_REMOVED, MessageChanges
from contractkit.conformance import ContractChecker, Grade
from contractkit.conformance.messages import MESSAGE, Meant, StandIn, meant_messages, stand_ins
from contractkit.definitions.messages import MessageDefinition, path_of
from contractkit.errors import DefinitionError
from contractkit.impact.fitting import misfit
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import Verdict, Worry
from contractkit.model import EmptyBody, Interaction, JsonBody, Location, Message, MissingBody

_CONTENTS, _METADATA = MESSAGE / "contents", MESSAGE / "metadata"


class MessageJudgement:
    """Judges messages under one pair of definitions: their contents, headers and channels."""

    def __init__(self, old: MessageDefinition, new: MessageDefinition) -> None:
        self._old = old
        self._new = new
        self._answers = HttpJudgement(old.answers, new.answers)
        self._fitting = ContractChecker(old.answers)
        self._fitting_now = ContractChecker(new.answers)
        self._changes = MessageChanges(old, new)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, each as one of a message."""
        return self._changes.told(self._answers.changes)

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a message that is emitted unasked."""
        return isinstance(interaction.exchange, Message)

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the name of a message, and what got worse for it."""
        called = interaction.operation or interaction.description
        try:
            old, new = meant_messages(interaction, self._old), meant_messages(interaction, self._new)
            if old.problem:
                return called, self._of_unknown(interaction, old.problem, new)
            names = self._likely(interaction, old.names)
            found = [(name, self._of_message(interaction, name, new)) for name in names]
        except DefinitionError as error:
            return called, (_unjudged(f"a definition cannot be used here: {error.explanation.summary}"),)
        return _of_alternatives(found)

    def _likely(self, interaction: Interaction, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give those of the messages it may be that it fits under the old definition, readable ones if any."""
        if len(names) == 1:
            return names
        fitting = tuple(name for name in names if self._fits(interaction, name)) or names
        return tuple(name for name in fitting if not self._old.problem_of(name)) or fitting

    def _fits(self, interaction: Interaction, name: str) -> bool:
        return _misfit(interaction, name, self._old, self._fitting) is None

    def _of_unknown(self, interaction: Interaction, problem: str, new: Meant) -> tuple[Worry, ...]:
        """Give what can be said of a message that the old definition does not have."""
        if new.problem:
            return (_unjudged(f"of neither definition can be said which message it is: {problem}"),)
        wrong = [_misfit(interaction, name, self._new, self._fitting_now) for name in new.names]
        if None in wrong:
            return ()  # only the new definition knows the message: that is an improvement
        return (
            _unjudged(f"the old definition does not know the message, and the new one does not bear out {wrong[0]}"),
        )

    def _of_message(self, interaction: Interaction, name: str, new: Meant) -> tuple[Worry, ...]:
        if name not in new.names:
            return (_gone(name, self.changes),)
        message = interaction.exchange
        assert isinstance(message, Message)
        return (*self._of_sides(interaction, message, name), *self._of_channels(name))

    def _of_sides(self, interaction: Interaction, message: Message, name: str) -> Iterator[Worry]:
        comparable = self._changes.is_comparable(name)
        if not comparable or not isinstance(message.contents, JsonBody | MissingBody | EmptyBody):
            yield from self._of_unreadable(name)
        for each in stand_ins(interaction, message, name, self._old):
            if each.place == _METADATA and self._new.message_as_written(name).headers is None:
                yield from self._without_headers(each, name)
            elif each.place == _METADATA or comparable:
                yield from self._of_stand_in(each, name)

    def _of_stand_in(self, each: StandIn, name: str) -> Iterator[Worry]:
        for worry in self._answers.judged(each.interaction)[1]:
            yield replace(
                worry,
                location=each.back(worry.location),
                also=tuple(map(each.back, worry.also)),
                sentence=worry.sentence.replace(f"GET {path_of(name)}", f"the message {name}"),
                change=None if worry.change is None else self._changes.of_message(worry.change),
            )

    def _of_unreadable(self, name: str) -> Iterator[Worry]:
        """Say so where contents cannot be looked into and their description changed."""
        if self._changes.is_described_alike(name):
            return
        yield Worry(
            code="not-analysable",
            verdict=Verdict.AT_RISK,
            location=_CONTENTS,
            before="as the old definition describes it",
            after="described otherwise",
            sentence=f"the contents of {name} are not JSON, so what the consumer needs of them cannot be compared",
            change=None if self._changes.is_comparable(name) else self._changes.incomparable(name),
        )

    def _without_headers(self, headers: StandIn, name: str) -> Iterator[Worry]:
        """Say so where metadata that were declared are needed, and nothing is said of any now."""
        standings = self._fitting.check(headers.interaction).standings.values()
        if all(standing.grade is Grade.UNDECLARED for standing in standings):
            return
        lost = (each for each in self.changes if each.operation == name and each.rule == HEADERS_REMOVED)
        yield Worry(
            code="message.headers-gone",
            verdict=Verdict.BROKEN,
            location=_METADATA,
            before="described",
            after="not described",
            sentence=f"the consumer needs metadata of {name}, of which nothing is said any more",
            change=next(lost, None),
        )

    def _of_channels(self, name: str) -> Iterator[Worry]:
        for channel in self._changes.lost_channels(name):
            change = self._changes.channel_change(channel, name)
            yield Worry(
                code="message.channel-gone",
                verdict=Verdict.AT_RISK,
                location=MESSAGE,
                before=change.before,
                after=change.after,
                sentence=f"{name} is not sent to {channel.address} any more, and no contract says where it is received",
                change=change,
            )


def _of_alternatives(found: list[tuple[str, tuple[Worry, ...]]]) -> tuple[str, tuple[Worry, ...]]:
    """Give what got worse for a message that may be one of several: broken where it is whichever it is."""
    if len(found) == 1 or all(any(each.verdict is Verdict.BROKEN for each in worries) for _, worries in found):
        return found[0]
    worries = [replace(each, verdict=Verdict.AT_RISK) for _, every in found for each in every]
    return " or ".join(name for name, _ in found), tuple({each.sentence: each for each in worries}.values())


def _gone(name: str, changes: Iterable[Change]) -> Worry:
    lost = (each for each in changes if each.operation == name and each.rule == MESSAGE_REMOVED)
    return Worry(
        code="message.removed",
        verdict=Verdict.BROKEN,
        location=MESSAGE,
        before="defined",
        after="not defined",
        sentence=f"the consumer handles {name}, which is not emitted any more",
        change=next(lost, None),
    )


def _misfit(
    interaction: Interaction, name: str, definition: MessageDefinition, checker: ContractChecker
) -> Location | None:
    message = interaction.exchange
    assert isinstance(message, Message)
    for each in stand_ins(interaction, message, name, definition):
        wrong = misfit(checker.check(each.interaction))
        if wrong is not None:
            return each.back(wrong)
    return None


def _unjudged(sentence: str) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=MESSAGE,
        before="not analysable",
        after="not analysable",
        sentence=sentence,
    )
