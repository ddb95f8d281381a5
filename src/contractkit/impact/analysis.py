"""The analysis: every interaction of every contract under the old and the new definition, and what got worse."""

from collections.abc import Sequence
from dataclasses import replace

from contractkit.changes import Change, DefinitionChanges, Level, Place
from contractkit.conformance import ContractChecker, InteractionConformance
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import DefinitionError
from contractkit.impact.answers import answer_worries
from contractkit.impact.causes import Causes
from contractkit.impact.records import (
    ConsumerImpact,
    ConsumerInfo,
    DefinitionSource,
    Finding,
    ImpactReport,
    InteractionImpact,
    Site,
    Verdict,
    Worry,
)
from contractkit.impact.requests import request_worries
from contractkit.model import Contract, HttpCall, Interaction, Location


def analyse(
    old: DocumentedDefinition,
    new: DocumentedDefinition,
    contracts: Sequence[tuple[Contract, ConsumerInfo]],
    *,
    old_source: DefinitionSource | None = None,
    new_source: DefinitionSource | None = None,
    without_contract: Sequence[str] = (),
) -> ImpactReport:
    """Say what a changed definition means to each consumer.

    Args:
        old: The definition that the consumers rely on now.
        new: The definition it may become.
        contracts: What is known of the consumers; contracts of other providers are not to be among them.
        old_source: The old definition's name and how its lines are found; its title stands in for a name.
        new_source: Likewise for the new one.
        without_contract: Consumers that are known to exist and have no contract.
    """
    analysis = _Analysis(
        old, new, old_source or DefinitionSource(name=old.title), new_source or DefinitionSource(name=new.title)
    )
    silent = [contract.consumer for contract, _ in contracts if not contract.interactions]
    consumers = tuple(analysis.consumer(contract, info) for contract, info in contracts if contract.interactions)
    return ImpactReport(
        old=analysis.old_source,
        new=analysis.new_source,
        consumers=consumers,
        theoretical=analysis.theoretical(consumers),
        without_contract=tuple(dict.fromkeys([*without_contract, *silent])),
    )


class _Analysis:
    """What is kept from one interaction to the next: both definitions as read so far, and their changes."""

    def __init__(
        self,
        old: DocumentedDefinition,
        new: DocumentedDefinition,
        old_source: DefinitionSource,
        new_source: DefinitionSource,
    ) -> None:
        self.old = ContractChecker(old)
        self.new = ContractChecker(new)
        self.old_source = old_source
        self.new_source = new_source
        self.changes = DefinitionChanges(self.old.reader, self.new.reader)
        self.causes = Causes(self.changes)

    def consumer(self, contract: Contract, info: ConsumerInfo) -> ConsumerImpact:
        """Give what the change means to one contract."""
        interactions = tuple(self._interaction(contract, info, each) for each in contract.interactions)
        return ConsumerImpact(contract=contract, info=info, interactions=interactions)

    def theoretical(self, consumers: Sequence[ConsumerImpact]) -> tuple[Change, ...]:
        """Give the changes that could hurt a consumer and hurt none of these."""
        causes = {
            finding.worry.change.declaration
            for consumer in consumers
            for finding in consumer.findings
            if finding.worry.change is not None
        }
        return tuple(
            change
            for change in self.changes.changes
            if change.level is not Level.HARMLESS and change.declaration not in causes
        )

    def _interaction(self, contract: Contract, info: ConsumerInfo, interaction: Interaction) -> InteractionImpact:
        operation, worries = self._judged(interaction)
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

    def _judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        call = interaction.exchange
        name = interaction.operation or ""
        if not isinstance(call, HttpCall):
            return name, (_unjudged("it is no HTTP call, and an OpenAPI definition speaks of nothing else"),)
        name = name or f"{call.request.method} {call.request.path}"
        try:
            old = self.old.check(interaction)
            new = self.new.check(interaction, uses=old.uses if old.route else None)
            if old.route is None:
                return name, _of_unknown(call, new)
            return old.route.operation.name, self._worries(interaction, call, old, new)
        except DefinitionError as error:
            return name, (_unjudged(f"a definition cannot be used here: {error.explanation.summary}"),)

    def _worries(
        self, interaction: Interaction, call: HttpCall, old: InteractionConformance, new: InteractionConformance
    ) -> tuple[Worry, ...]:
        of_request = request_worries(interaction, call, old, new, self.causes)
        if new.surface is None:
            return of_request
        return (*of_request, *answer_worries(call, old, new, self.causes))

    def _located(self, worry: Worry) -> Worry:
        if worry.change is None:
            return worry
        return replace(
            worry, old=site_of(worry.change.old, self.old_source), new=site_of(worry.change.new, self.new_source)
        )


def site_of(place: Place | None, source: DefinitionSource) -> Site | None:
    """Give a place of a definition as a person finds it, None where there is none."""
    if place is None:
        return None
    line = source.line_of(place.pointer, place.uri) if source.line_of else None
    return Site(source=source.name, pointer=place.pointer, line=line)


def _of_unknown(call: HttpCall, new: InteractionConformance) -> tuple[Worry, ...]:
    if new.surface is not None:
        return ()  # only the new definition knows the operation: that is an improvement
    sent = f"{call.request.method} {call.request.path}"
    return (_unjudged(f"{sent} reaches no operation of either definition, so nothing can be said of it"),)


def _unjudged(reason: str) -> Worry:
    return Worry(
        code="not-analysable",
        verdict=Verdict.AT_RISK,
        location=Location(("request", "path")),
        before="not analysable",
        after="not analysable",
        sentence=reason,
    )
