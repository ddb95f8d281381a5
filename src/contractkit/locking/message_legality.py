"""The legality of messages: what was recorded of them, held against their definition."""

from collections.abc import Iterator, Sequence

from contractkit.conformance import ContractChecker
from contractkit.conformance.messages import Meant, StandIn, meant_messages, messages_of, stand_ins
from contractkit.definitions.messages import MessageDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.messages import MessageJudgement
from contractkit.impact.records import Worry
from contractkit.impact.sent_messages import REQUEST, sent_sides
from contractkit.locking.findings import NOT_JUDGED, Found, Level, of_conformance, of_violation, of_worry
from contractkit.model import (
    EmptyBody,
    HttpCall,
    Interaction,
    JsonBody,
    Location,
    Message,
    MissingBody,
    SynchronousMessages,
)


class MessageJudge:
    """Judges messages under a definition; of several that an interaction may be, one that fits is enough."""

    def __init__(self, old: MessageDefinition | None, new: MessageDefinition) -> None:
        self._definition = new
        self._checker = ContractChecker(new.answers)
        self._taking = ContractChecker(new.requests)
        self._change = MessageJudgement(old, new) if old is not None and old.digest != new.digest else None

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a message, and none of protobuf, which descriptors define."""
        return interaction.wire is None and isinstance(interaction.exchange, Message | SynchronousMessages)

    def knows(self, interaction: Interaction) -> bool:
        """Say that it is the one to ask; a provider has one definition of messages that is none of protobuf."""
        return True

    def found(self, interaction: Interaction) -> Iterator[Found]:
        """Find what of a message the definition does not bear out."""
        try:
            meant = meant_messages(interaction, self._definition)
            alone = list(self._alone(interaction, meant))
        except DefinitionError as error:
            yield Level.UNPROMISED, Location(("message",)), f"{NOT_JUDGED}{error.explanation.summary}"
            return
        yield from alone
        told = {location.generalised() for _, location, _ in alone}
        for worry in () if meant.problem else self._worse(interaction):
            if worry.location.generalised() not in told:
                yield of_worry(worry)

    def _worse(self, interaction: Interaction) -> tuple[Worry, ...]:
        """Give what got worse since the definition was as it was, where that is known."""
        return () if self._change is None else self._change.judged(interaction)[1]

    def _alone(self, interaction: Interaction, meant: Meant) -> Iterator[Found]:
        if meant.problem:
            at = REQUEST if isinstance(interaction.exchange, SynchronousMessages) else Location(("message",))
            yield Level.ILLEGAL, at, f"{meant.problem}. {meant.next_step}".removesuffix(". ")
            return
        if isinstance(interaction.exchange, SynchronousMessages):
            request = interaction.exchange.request
            yield from _least([list(self._as_sent(interaction, request, name)) for name in meant.names])
        names = meant.replies if isinstance(interaction.exchange, SynchronousMessages) else meant.names
        for place, message in messages_of(interaction).items():
            if not names:
                yield Level.ILLEGAL, place, "the definition says of no message that it answers this one"
            else:
                yield from _least([list(self._as(interaction, message, name, place)) for name in names])

    def _as(self, interaction: Interaction, message: Message, name: str, place: Location) -> Iterator[Found]:
        yield from self._unsettled(message, name, place)
        for each in stand_ins(interaction, message, name, self._definition, place):
            yield from self._of_stand_in(each)

    def _of_stand_in(self, each: StandIn) -> Iterator[Found]:
        call = each.interaction.exchange
        assert isinstance(call, HttpCall)
        for level, location, sentence in of_conformance(
            call, self._checker.check(each.interaction), self._definition.answers
        ):
            yield level, each.back(location), sentence

    def _as_sent(self, interaction: Interaction, message: Message, name: str) -> Iterator[Found]:
        """Find what of a message that the consumer sends the definition does not allow."""
        yield from self._unsettled(message, name, REQUEST)
        for each in sent_sides(interaction, message, name, (self._definition,)):
            violations = self._taking.reached(each.interaction).violations
            if violations and each.is_not_held:
                yield Level.UNSETTLED, each.place, "the contract holds none, and the definition demands some"
                continue
            for violation in violations:
                yield Level.ILLEGAL, each.back(violation.location), of_violation(violation)

    def _unsettled(self, message: Message, name: str, place: Location) -> Iterator[Found]:
        """Find that nothing can be said of the contents, whatever is found of what comes beside them."""
        if isinstance(message.contents, MissingBody | EmptyBody):
            return
        problem = self._definition.problem_of(name)
        if not problem and not isinstance(message.contents, JsonBody):
            problem = "its contents are no JSON"
        if not problem and self._definition.message(name).schema is None:
            problem = "the definition says nothing of its contents"
        if problem:
            yield Level.UNSETTLED, place / "contents", problem


def _least(found: Sequence[list[Found]]) -> Iterator[Found]:
    """Give what is found under the alternative under which the least is wrong, the first of equals."""
    yield from min(found, key=lambda each: sum(level is not Level.UNSETTLED for level, _, _ in each))
