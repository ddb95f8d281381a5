"""Messages of protobuf that are emitted unasked: each is judged as the answer to a call that nobody makes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from google.protobuf.descriptor import Descriptor, MethodDescriptor

from contractkit.changes.protobuf.procedures import MESSAGE_REMOVED
from contractkit.changes.records import Change, Direction
from contractkit.impact.protobuf.uses import MESSAGE
from contractkit.impact.records import Verdict, Worry
from contractkit.model import (
    Evidence,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Message,
    Need,
    Received,
    RpcCall,
    Status,
)

CONTENTS = Location(("message", "contents"))
_RECEIVED = Location(("events", 0, "message"))

Placed = TypeVar("Placed", LocatedRules, Need)


@dataclass(frozen=True, slots=True)
class EmittedUse:
    """A message type under both definitions, as a procedure with it on either side."""

    types: tuple[Descriptor, Descriptor]
    old: MethodDescriptor | None = None

    def messages(self, _: Direction) -> tuple[Descriptor, Descriptor]:
        """Give the type under both."""
        return self.types


def is_of_protobuf(interaction: Interaction) -> bool:
    """Say whether an interaction is a message of protobuf whose tree is known."""
    exchange = interaction.exchange
    is_message = isinstance(exchange, Message) and isinstance(exchange.contents, JsonBody)
    return is_message and interaction.wire is not None


def emitted_type(interaction: Interaction) -> str:
    """Give the full name of the type of such a message."""
    assert isinstance(interaction.exchange, Message) and isinstance(interaction.exchange.contents, JsonBody)
    return interaction.exchange.contents.media_type.rpartition("=")[2].removeprefix(".")


def as_call(interaction: Interaction) -> tuple[Interaction, RpcCall]:
    """Give such an interaction as one of a call that the message answers, and that call."""
    assert isinstance(interaction.exchange, Message)
    received = Received(message=interaction.exchange.contents)
    call = RpcCall(procedure=emitted_type(interaction), events=(received, Status(code="OK")))
    rules = _moved((each for each in interaction.rules if each.location.starts_with(CONTENTS)), _RECEIVED)
    evidence = tuple(map(_with_needs_there, interaction.evidence))
    return replace(interaction, exchange=call, rules=rules, generators=(), evidence=evidence), call


def as_message(worry: Worry, name: str) -> Worry:
    """Give a worry about such a call as one about the message of that name."""
    change = worry.change
    if change is not None:
        change = replace(change, operation=name, location=_back(change.location))
    return replace(worry, location=_back(worry.location), change=change)


def removed(change: Change) -> Worry:
    """Give the worry about the change that a message is gone."""
    return Worry(
        code=MESSAGE_REMOVED,
        verdict=Verdict.BROKEN,
        location=change.location,
        before="defined",
        after="not defined",
        sentence=f"the consumer handles {change.operation}, which is not emitted any more",
        change=change,
    )


def unknown(name: str) -> Worry:
    """Give the worry that neither definition has a message of a name."""
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=Location(("message",)),
        before="not analysable",
        after="not analysable",
        sentence=f"{name} is declared by neither definition, so nothing can be said of it",
    )


def _back(location: Location) -> Location:
    return CONTENTS.under(location.steps[len(MESSAGE.steps) :]) if location.starts_with(MESSAGE) else location


def _moved(located: Iterable[Placed], place: Location) -> tuple[Placed, ...]:
    return tuple(replace(each, location=place.under(each.location.steps[len(CONTENTS.steps) :])) for each in located)


def _with_needs_there(evidence: Evidence) -> Evidence:
    needs = evidence.needs
    if not isinstance(needs, InferredNeeds):
        return evidence

    def all_moved(places: Iterable[Location]) -> tuple[Location, ...]:
        return tuple(MESSAGE.under(each.steps[len(CONTENTS.steps) :]) for each in places)

    return replace(
        evidence,
        needs=replace(
            needs,
            needed=_moved(needs.needed, MESSAGE),
            any_of=tuple(map(all_moved, needs.any_of)),
            tolerated=all_moved(needs.tolerated),
            untouched=all_moved(needs.untouched),
            weak=all_moved(needs.weak),
        ),
    )
