"""What an analysis finds: findings by interaction and consumer, verdicts derived from them, and what hurts nobody."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from contractkit.changes import Change
from contractkit.changes.records import Direction
from contractkit.changes.sites import DefinitionSource, Site
from contractkit.impact.proven import Proof
from contractkit.model import Contract, Interaction, Location, TestReference

FORMER_NAMES: Mapping[str, str] = {}
"""A code or rule to the name it had first: fingerprints, which exemptions are known by, keep to that one."""


class Verdict(Enum):
    """What a changed definition means to a consumer."""

    BROKEN = "broken"  # a provider that keeps to the new definition cannot serve it
    AT_RISK = "at risk"  # some allowed answers fail it, or the definition does not settle it
    UNAFFECTED = "unaffected"
    NOT_JUDGED = "not judged"  # nothing was looked at, of which nobody can say that it is unaffected


_WORST_FIRST = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerInfo:
    """What is known of the consumer beside its contract: versions, branches, environments, and the contract's file."""

    versions: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """One thing that got worse for an interaction.

    Attributes:
        code: Stable id of the rule, `response.undeclared`.
        location: Where; `also` holds further places that the same change makes worse.
        before: What the old definition says, in words: a grade with types, `accepted`, a status.
        after: What the new one says.
        sentence: What it means to the consumer.
        change: What caused it, where one is known.
        renamed_to: What the member or operation that went may be called now: a hint, empty where there is none.
    """

    code: str
    verdict: Verdict
    location: Location
    before: str
    after: str
    sentence: str
    change: Change | None = None
    also: tuple[Location, ...] = ()
    old: Site | None = None
    new: Site | None = None
    renamed_to: str = ""

    @property
    def place(self) -> str:
        """Give its location, of a call's messages with who sends it: both sides' are written alike."""
        if self.location.steps[:1] != ("events",) or self.change is None:
            return str(self.location)
        return f"{self.location} {'sent' if self.change.direction is Direction.REQUEST else 'received'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A worry with whose it is."""

    consumer: str
    provider: str
    info: ConsumerInfo
    interaction: Interaction
    operation: str
    worry: Worry

    @property
    def verdict(self) -> Verdict:
        """Give how bad it is."""
        return self.worry.verdict

    @property
    def tests(self) -> tuple[TestReference, ...]:
        """Give the tests that recorded the interaction."""
        return tuple(each.test for each in self.interaction.evidence)

    @property
    def fingerprint(self) -> str:
        """Give 16 hexadecimal digits that name it.

        Reworded messages, moved tests, edited examples, another order and renamed rules (`FORMER_NAMES`) keep them.
        """
        worry = self.worry
        code = FORMER_NAMES.get(worry.code, worry.code)
        cause = FORMER_NAMES.get(worry.change.rule, worry.change.rule) if worry.change else ""
        parts = (self.provider, self.consumer, self.interaction.key, code, str(worry.location), cause)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionImpact:
    """What a changed definition means to one interaction; with what its tests proved, where they were run on it."""

    interaction: Interaction
    operation: str
    findings: tuple[Finding, ...]
    proof: Proof | None = None

    @property
    def verdict(self) -> Verdict:
        """Give the worst of the findings' verdicts."""
        if not self.findings:
            return Verdict.UNAFFECTED
        return worst(finding.verdict for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerImpact:
    """What a changed definition means to one consumer, by one of its contracts.

    `left_aside` are the interactions over a transport that the definitions do not speak of; `unreadable` counts those
    of its file of a kind that nobody here reads.
    """

    contract: Contract
    info: ConsumerInfo
    interactions: tuple[InteractionImpact, ...]
    left_aside: tuple[Interaction, ...] = ()
    unreadable: int = 0

    @property
    def consumer(self) -> str:
        """Give the consumer's name."""
        return self.contract.consumer

    @property
    def verdict(self) -> Verdict:
        """Give the worst of the interactions' verdicts."""
        return worst(each.verdict for each in self.interactions)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings, broken ones first."""
        found = [finding for each in self.interactions for finding in each.findings]
        return tuple(sorted(found, key=lambda finding: finding.verdict is not Verdict.BROKEN))

    def count(self, verdict: Verdict) -> int:
        """Give the number of interactions with a verdict."""
        return sum(each.verdict is verdict for each in self.interactions)

    @property
    def aside_by_transport(self) -> dict[str, int]:
        """Give the numbers of interactions that were not judged: `HTTP`, `gRPC`, `message`, `unreadable`."""
        found = dict(Counter(each.exchange.transport.name for each in self.left_aside))
        return {**found, "unreadable": self.unreadable} if self.unreadable else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """A finding that somebody answers for until a day; one that `is_expired` counts again."""

    finding: Finding
    reason: str
    owner: str
    expires: date
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactReport:
    """What a changed definition means to everyone who has a contract.

    `theoretical` are the changes that could hurt a consumer and hurt none of these; `without_contract` names
    consumers of which nothing is known, so that nothing is said of them; `not_judged` are those of whose interactions
    none is over the transport that the definitions speak of. `exempted` are findings that somebody answers for, which
    no verdict counts unless the exemption has expired; `unused_exemptions` are fingerprints of which there is no
    finding, and `exemptions_out_of_scope` those whose findings are of other consumers, versions or environments.
    `supposed` says in words what was asked about as if it were so.
    """

    old: DefinitionSource
    new: DefinitionSource
    consumers: tuple[ConsumerImpact, ...]
    theoretical: tuple[Change, ...]
    without_contract: tuple[str, ...] = ()
    not_judged: tuple[ConsumerImpact, ...] = ()
    exempted: tuple[Exempted, ...] = ()
    unused_exemptions: tuple[str, ...] = ()
    exemptions_out_of_scope: tuple[str, ...] = ()
    supposed: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Give the worst of the consumers' verdicts."""
        return worst(each.verdict for each in self.consumers)

    @property
    def has_expired(self) -> bool:
        """Say whether an exemption of a finding has expired, which fails whatever the verdict is."""
        return any(each.is_expired for each in self.exempted)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings, by consumer."""
        return tuple(finding for each in self.consumers for finding in each.findings)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give the worst of several verdicts, `NOT_JUDGED` of none."""
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), Verdict.NOT_JUDGED)
