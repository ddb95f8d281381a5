"""Legality: what contracts recorded, held against a definition as it is now, without anybody being called."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from contractkit.conformance import ContractChecker
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.locking.findings import (
    NOT_JUDGED,
    Found,
    Level,
    of_conformance,
    of_other_bodies,
    of_worry,
)
from contractkit.model import Contract, HttpCall, Interaction, Location

__all__ = ["AnyDefinition", "Concern", "Level", "Recheck", "recheck"]

AnyDefinition = OpenApiDefinition | ProtoDefinition | MessageDefinition
"""A definition that contracts can be held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One place of a recorded interaction that the definition does not bear out; `sentence` says how."""

    contract: Contract
    interaction: Interaction
    level: Level
    location: Location
    sentence: str

    @property
    def is_judged(self) -> bool:
        """Say whether the definition could be read for it: one that cannot bears out nothing, and refutes nothing."""
        return self.level is not Level.UNSETTLED and not self.sentence.startswith(NOT_JUDGED)

    @property
    def tests(self) -> tuple[str, ...]:
        """Give the tests that recorded it as `file:line`; the interaction's description where none is known."""
        return tuple(dict.fromkeys(str(each.test) for each in self.interaction.evidence)) or (
            self.interaction.description,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What came of holding contracts against definitions.

    `unjudged` are interactions that none of them speaks of, `unsettled` places of which nothing can be said though the
    rest of the interaction was judged.
    """

    concerns: tuple[Concern, ...] = ()
    checked: int = 0
    unjudged: tuple[Interaction, ...] = ()
    unsettled: tuple[Concern, ...] = ()

    def of(self, level: Level) -> tuple[Concern, ...]:
        """Give the concerns of one level."""
        return tuple(each for each in self.concerns if each.level is level)


def recheck(contracts: Iterable[Contract], changed: Sequence[tuple[AnyDefinition | None, AnyDefinition]]) -> Recheck:
    """Hold contracts against a provider's definitions.

    What is legal is asked of the definition as it is now alone; what is promised is compared with what it was.

    Args:
        contracts: Those with the provider.
        changed: Each of its definitions as it was, None where that is not known, and as it is now.
    """
    judges = [_judge_of(old, new) for old, new in changed]
    concerns: list[Concern] = []
    unjudged: list[Interaction] = []
    checked = 0
    for contract in contracts:
        for interaction in contract.interactions:
            speaking = [each for each in judges if each.speaks_of(interaction)]
            judge = next((each for each in speaking if each.knows(interaction)), next(iter(speaking), None))
            if judge is None:
                unjudged.append(interaction)
                continue
            checked += 1
            concerns += _once(contract, interaction, judge.found(interaction))
    return Recheck(
        concerns=tuple(each for each in concerns if each.level is not Level.UNSETTLED),
        checked=checked,
        unjudged=tuple(unjudged),
        unsettled=tuple(each for each in concerns if each.level is Level.UNSETTLED),
    )


class _Judge(Protocol):
    """Judges interactions of one kind under a definition."""

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is of that kind."""

    def knows(self, interaction: Interaction) -> bool:
        """Say whether its definition has what is called: then it is the one to ask, where several are of that kind."""

    def found(self, interaction: Interaction) -> Iterator[Found]:
        """Find what of it the definition does not bear out."""


def _judge_of(old: AnyDefinition | None, new: AnyDefinition) -> _Judge:
    if isinstance(new, OpenApiDefinition):
        return _HttpJudge(old if isinstance(old, OpenApiDefinition) else None, new)
    if isinstance(new, MessageDefinition):
        from contractkit.locking.message_legality import MessageJudge  # only who has messages pays for it

        return MessageJudge(old if isinstance(old, MessageDefinition) else None, new)
    from contractkit.locking.procedure_legality import ProcedureJudge  # likewise who has procedures

    return ProcedureJudge(old if isinstance(old, ProtoDefinition) else None, new)


class _HttpJudge:
    """Judges calls of HTTP under a definition."""

    def __init__(self, old: OpenApiDefinition | None, new: OpenApiDefinition) -> None:
        self._definition = new
        self._checker = ContractChecker(new)
        self._change = HttpJudgement(old, new) if old is not None and old.digest != new.digest else None

    def speaks_of(self, interaction: Interaction) -> bool:
        return isinstance(interaction.exchange, HttpCall)

    def knows(self, interaction: Interaction) -> bool:
        return True

    def found(self, interaction: Interaction) -> Iterator[Found]:
        call = interaction.exchange
        assert isinstance(call, HttpCall)
        try:
            found = self._checker.check(interaction)
            alone = [
                *of_conformance(call, found, self._definition),
                *of_other_bodies(call, found, self._definition),
            ]
        except DefinitionError as error:
            yield Level.UNPROMISED, Location(("request", "path")), f"{NOT_JUDGED}{error.explanation.summary}"
            return
        yield from alone
        told = {location.generalised() for level, location, _ in alone if level is not Level.UNSETTLED}
        for worry in self._change.judged(interaction)[1] if self._change is not None else ():
            if worry.location.generalised() not in told:
                yield of_worry(worry)


def _once(contract: Contract, interaction: Interaction, found: Iterator[Found]) -> Iterator[Concern]:
    """Give each concern once: several elements of a list may show the same."""
    by_place = {(location.generalised(), sentence): (level, location) for level, location, sentence in found}
    for (_, sentence), (level, location) in by_place.items():
        yield Concern(contract=contract, interaction=interaction, level=level, location=location, sentence=sentence)
