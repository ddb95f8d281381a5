"""The analysis: every interaction of every contract under the old and the new definition, and what got worse."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from contractkit.changes import Change
from contractkit.changes.records import Declaration
from contractkit.changes.sites import DefinitionSource, site_of
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.document import skipped_interactions
from contractkit.errors import DefinitionError
from contractkit.exact_json import uncollected
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import (
    ConsumerImpact,
    ConsumerInfo,
    Finding,
    ImpactReport,
    InteractionImpact,
    Worry,
)
from contractkit.model import Contract, Interaction

if TYPE_CHECKING:
    from contractkit.impact.beside import Judged

AnyDefinition: TypeAlias = DocumentedDefinition | ProtoDefinition | MessageDefinition
"""A definition that impact can be asked of."""


class Judgement(Protocol):
    """Judges interactions under one pair of definitions."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change from the old definition to the new one."""

    @property
    def renames(self) -> Mapping[Declaration, str]:
        """Give what something that went may be called now, by the declaration of the change that it went."""

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether an interaction is of a kind that the definitions speak of."""

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the operation that an interaction calls, and what got worse for it."""


def analyse(
    old: AnyDefinition,
    new: AnyDefinition,
    contracts: Sequence[tuple[Contract, ConsumerInfo]],
    *,
    old_source: DefinitionSource | None = None,
    new_source: DefinitionSource | None = None,
    without_contract: Sequence[str] = (),
    may_fork: bool = False,
) -> ImpactReport:
    """Say what a changed definition means to each consumer.

    Interactions over a transport that the definitions do not speak of are left aside and counted; a consumer that has
    no others is `not_judged`, which is never "unaffected".

    Args:
        old: The definition that the consumers rely on now.
        new: The definition it may become.
        contracts: What is known of the consumers; contracts of other providers are not to be among them.
        old_source: The old definition's name and how its lines are found; its title stands in for a name.
        new_source: Likewise for the new one.
        without_contract: Consumers that are known to exist and have no contract.
        may_fork: A part of many interactions may be judged in a fork of this process, if that has no other threads.

    Raises:
        DefinitionError: They are of two kinds, as OpenAPI and protobuf are.
    """
    old_source = old_source or DefinitionSource(name=old.title)
    new_source = new_source or DefinitionSource(name=new.title)
    analysis = _Analysis(judgement_of(old, new, old_source, new_source), old_source, new_source)
    silent = [contract.consumer for contract, _ in contracts if not contract.interactions]
    with uncollected():  # what is found stays, and definitions are large trees to walk over and over
        if may_fork:
            analysis.judge_in_two([each for contract, _ in contracts for each in contract.interactions])
        consumers = [analysis.consumer(contract, info) for contract, info in contracts if contract.interactions]
        theoretical = analysis.theoretical(consumers)
    judged = tuple(each for each in consumers if each.interactions)
    return ImpactReport(
        old=old_source,
        new=new_source,
        consumers=judged,
        theoretical=theoretical,
        without_contract=tuple(dict.fromkeys([*without_contract, *silent])),
        not_judged=tuple(each for each in consumers if not each.interactions),
    )


def judgement_of(
    old: AnyDefinition, new: AnyDefinition, old_source: DefinitionSource, new_source: DefinitionSource
) -> Judgement:
    """Give what judges under two definitions.

    Raises:
        DefinitionError: They are of two kinds.
    """
    if old.kind != new.kind:
        raise DefinitionError(
            "Definitions of two kinds cannot be compared.",
            details=[("old", f"{old_source.name}: {old.kind}"), ("new", f"{new_source.name}: {new.kind}")],
            next_step="Name two definitions of one kind; an application with both is asked about once per kind.",
        )
    return _JUDGEMENTS[old.kind](old, new)


def _judge_procedures(old: AnyDefinition, new: AnyDefinition) -> Judgement:
    from contractkit.impact.protobuf import ProcedureJudgement  # loads protobuf's library

    assert isinstance(old, ProtoDefinition)
    assert isinstance(new, ProtoDefinition)
    return ProcedureJudgement(old, new)


def _judge_messages(old: AnyDefinition, new: AnyDefinition) -> Judgement:
    from contractkit.impact.messages import MessageJudgement

    assert isinstance(old, MessageDefinition)
    assert isinstance(new, MessageDefinition)
    return MessageJudgement(old, new)


def _judge_http(old: AnyDefinition, new: AnyDefinition) -> Judgement:
    assert not isinstance(old, ProtoDefinition | MessageDefinition)
    assert not isinstance(new, ProtoDefinition | MessageDefinition)
    return HttpJudgement(old, new)


_JUDGEMENTS: Mapping[str, Callable[[AnyDefinition, AnyDefinition], Judgement]] = {
    "OpenAPI": _judge_http,
    "messages": _judge_messages,
    "protobuf": _judge_procedures,
}
"""The kind of a definition to what judges under two of them."""


class _Analysis:
    """What is kept from one interaction to the next."""

    def __init__(self, judgement: Judgement, old_source: DefinitionSource, new_source: DefinitionSource) -> None:
        self.judgement = judgement
        self.old_source = old_source
        self.new_source = new_source
        self._known: Mapping[int, Judged] = {}  # by identity

    def judge_in_two(self, interactions: Sequence[Interaction]) -> None:
        """Judge calls over HTTP in two processes, where that is worth it."""
        from contractkit.impact.beside import is_worth_it, judged_in_two  # loads what runs processes

        if isinstance(self.judgement, HttpJudgement) and is_worth_it(interactions):
            calls = [each for each in interactions if self.judgement.speaks_of(each)]
            self._known = judged_in_two(self.judgement, calls)

    def consumer(self, contract: Contract, info: ConsumerInfo) -> ConsumerImpact:
        """Give what the change means to one contract."""
        spoken_of = [each for each in contract.interactions if self.judgement.speaks_of(each)]
        return ConsumerImpact(
            contract=contract,
            info=info,
            interactions=tuple(self._interaction(contract, info, each) for each in spoken_of),
            left_aside=tuple(each for each in contract.interactions if not self.judgement.speaks_of(each)),
            unreadable=len(skipped_interactions(contract)),
        )

    def theoretical(self, consumers: Sequence[ConsumerImpact]) -> tuple[Change, ...]:
        """Give the changes that could hurt a consumer and hurt none of these."""
        causes = {
            finding.worry.change.declaration
            for consumer in consumers
            for finding in consumer.findings
            if finding.worry.change is not None
        }
        return tuple(
            change for change in self.judgement.changes if change.level.can_hurt and change.declaration not in causes
        )

    def _interaction(self, contract: Contract, info: ConsumerInfo, interaction: Interaction) -> InteractionImpact:
        operation, worries = self._known.get(id(interaction)) or self.judgement.judged(interaction)
        findings = tuple(
            Finding(
                consumer=contract.consumer,
                provider=contract.provider,
                info=info,
                interaction=interaction,
                operation=operation,
                worry=self._located(worry),
            )
            for worry in worries
        )
        return InteractionImpact(interaction=interaction, operation=operation, findings=findings)

    def _located(self, worry: Worry) -> Worry:
        if worry.change is None:
            return worry
        return replace(
            worry,
            old=site_of(worry.change.old, self.old_source),
            new=site_of(worry.change.new, self.new_source),
            renamed_to=self.judgement.renames.get(worry.change.declaration, ""),
        )
