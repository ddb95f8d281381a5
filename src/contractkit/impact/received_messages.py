"""Messages that a consumer receives, each judged as the answer to a request that nobody sends."""

from collections.abc import Iterator
from dataclasses import replace

from contractkit.changes import Change
from contractkit.changes.messages import HEADERS_REMOVED, MessageChanges
from contractkit.conformance import ContractChecker, Grade
from contractkit.conformance.messages import StandIn, stand_ins
from contractkit.definitions.messages import MessageDefinition, path_of
from contractkit.impact.fitting import misfit
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import Verdict, Worry
from contractkit.model import EmptyBody, Interaction, JsonBody, Location, Message, MissingBody


class ReceivedMessages:
    """Judges received messages under one pair of definitions: their contents and headers."""

    def __init__(self, changes: MessageChanges) -> None:
        self._old = changes.old
        self._new = changes.new
        self._answers = HttpJudgement(self._old.answers, self._new.answers)
        self._fitting = ContractChecker(self._old.answers)
        self._fitting_now = ContractChecker(self._new.answers)
        self._changes = changes

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, each as one of a message."""
        return self._changes.told(self._answers.changes)

    def misfit(self, interaction: Interaction, message: Message, name: str, at: Location) -> Location | None:
        """Give the first place that the old definition does not bear out, taken for the message of that name."""
        return _misfit(interaction, message, name, at, self._old, self._fitting)

    def misfit_now(self, interaction: Interaction, message: Message, name: str, at: Location) -> Location | None:
        """Give the same of the new definition."""
        return _misfit(interaction, message, name, at, self._new, self._fitting_now)

    def judged(self, interaction: Interaction, message: Message, name: str, at: Location) -> Iterator[Worry]:
        """Give what got worse for a message of an interaction, which both definitions have under that name.

        `at` is where it is in the interaction.
        """
        comparable = self._changes.is_comparable(name)
        if not comparable or not isinstance(message.contents, JsonBody | MissingBody | EmptyBody):
            yield from unreadable(self._changes, name, at, "what the consumer needs of them cannot be compared")
        for each in stand_ins(interaction, message, name, self._old, at):
            if each.place == at / "metadata" and self._new.message_as_written(name).headers is None:
                yield from self._without_headers(each, name)
            elif each.place == at / "metadata" or comparable:
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

    def _without_headers(self, headers: StandIn, name: str) -> Iterator[Worry]:
        """Say so where metadata that were declared are needed, and nothing is said of any now."""
        standings = self._fitting.check(headers.interaction).standings.values()
        if all(standing.grade is Grade.UNDECLARED for standing in standings):
            return
        lost = (each for each in self.changes if each.operation == name and each.rule == HEADERS_REMOVED)
        yield Worry(
            code="message.headers-gone",
            verdict=Verdict.BROKEN,
            location=headers.place,
            before="described",
            after="not described",
            sentence=f"the consumer needs metadata of {name}, of which nothing is said any more",
            change=next(lost, None),
        )


def unreadable(changes: MessageChanges, name: str, at: Location, so: str) -> Iterator[Worry]:
    """Say so where contents cannot be looked into and their description changed; `so` is a clause on what follows."""
    if changes.is_described_alike(name):
        return
    yield Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=at / "contents",
        before="as the old definition describes it",
        after="described otherwise",
        sentence=f"the contents of {name} are not JSON, so {so}",
        change=None if changes.is_comparable(name) else changes.incomparable(name),
    )


def _misfit(
    interaction: Interaction,
    message: Message,
    name: str,
    at: Location,
    definition: MessageDefinition,
    checker: ContractChecker,
) -> Location | None:
    for each in stand_ins(interaction, message, name, definition, at):
        wrong = misfit(checker.check(each.interaction))
        if wrong is not None:
            return each.back(wrong)
    return None
