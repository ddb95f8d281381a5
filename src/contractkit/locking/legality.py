"""Legality: what contracts recorded, held against a definition as it is now, without anybody being called."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from contractkit.conformance import ContractChecker, Declared, Grade, InteractionConformance
from contractkit.conformance.uses import RESPONSE_HEADERS
from contractkit.definitions.contents import is_acceptable
from contractkit.definitions.interface import Route
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.schema_facets import type_names
from contractkit.errors import DefinitionError
from contractkit.exact_json import show_json
from contractkit.impact import Verdict
from contractkit.impact.answer_rules import expectation
from contractkit.impact.http_judgement import HttpJudgement
from contractkit.impact.records import Worry
from contractkit.model import Contract, HttpCall, HttpResponse, Interaction, Location, MissingBody, RpcCall
from contractkit.results import ABSENT, Violation

AnyDefinition = OpenApiDefinition | ProtoDefinition
"""A definition that contracts can be held against."""


class Level(Enum):
    """What is wrong with something that was recorded."""

    ILLEGAL = "no longer legal"  # a provider that keeps to the definition cannot take it or give it
    UNPROMISED = "no longer promised"  # it may still come, and the definition says less of it than before


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One place of a recorded interaction that the definition does not bear out; `sentence` says how."""

    contract: Contract
    interaction: Interaction
    level: Level
    location: Location
    sentence: str

    @property
    def tests(self) -> tuple[str, ...]:
        """Give the tests that recorded it as `file:line`; the interaction's description where none is known."""
        return tuple(dict.fromkeys(str(each.test) for each in self.interaction.evidence)) or (
            self.interaction.description,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What came of holding contracts against definitions; `unjudged` are interactions that none of them speaks of."""

    concerns: tuple[Concern, ...] = ()
    checked: int = 0
    unjudged: tuple[Interaction, ...] = ()

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
            judge = next((each for each in judges if each.speaks_of(interaction)), None)
            if judge is None:
                unjudged.append(interaction)
                continue
            checked += 1
            concerns += _once(contract, interaction, judge.found(interaction))
    return Recheck(concerns=tuple(concerns), checked=checked, unjudged=tuple(unjudged))


_Found = tuple[Level, Location, str]

_REFUSED = 4  # the class of statuses that refuse a request
_CONTENT_TYPE = Location(("request", "headers", "content-type"))
_ACCEPT = Location(("request", "headers", "accept"))
_EVERYWHERE = frozenset(
    RESPONSE_HEADERS / name
    for name in (
        "age", "allow", "cache-control", "connection", "content-encoding", "content-language", "content-length",
        "content-location", "date", "etag", "expires", "last-modified", "location", "retry-after", "server",
        "set-cookie", "transfer-encoding", "vary", "via", "www-authenticate",
    )
)  # fmt: skip
"""Headers of HTTP itself (RFC 9110, 9111), which few definitions declare and any server may send."""


def _judge_of(old: AnyDefinition | None, new: AnyDefinition) -> "_HttpJudge | _ProcedureJudge":
    if isinstance(new, OpenApiDefinition):
        return _HttpJudge(old if isinstance(old, OpenApiDefinition) else None, new)
    return _ProcedureJudge(old if isinstance(old, ProtoDefinition) else None, new)


class _HttpJudge:
    """Judges calls of HTTP under a definition."""

    def __init__(self, old: OpenApiDefinition | None, new: OpenApiDefinition) -> None:
        self._definition = new
        self._checker = ContractChecker(new)
        self._change = HttpJudgement(old, new) if old is not None and old.digest != new.digest else None

    def speaks_of(self, interaction: Interaction) -> bool:
        return isinstance(interaction.exchange, HttpCall)

    def found(self, interaction: Interaction) -> Iterator[_Found]:
        call = interaction.exchange
        assert isinstance(call, HttpCall)
        try:
            alone = list(_of_conformance(call, self._checker.check(interaction), self._definition))
        except DefinitionError as error:
            yield Level.UNPROMISED, Location(("request", "path")), f"not judged: {error.explanation.summary}"
            return
        yield from alone
        told = {location.generalised() for _, location, _ in alone}
        for worry in self._change.judged(interaction)[1] if self._change is not None else ():
            if worry.location.generalised() not in told:
                yield _of_worry(worry)


def _of_conformance(call: HttpCall, found: InteractionConformance, definition: OpenApiDefinition) -> Iterator[_Found]:
    if found.route is None:
        sentence = f"{call.request.method} {call.request.path} reaches no operation"
        yield Level.ILLEGAL, Location(("request", "path")), sentence
        return
    for violation in found.violations:
        if call.response.status // 100 != _REFUSED or _names_other_type(violation):
            yield Level.ILLEGAL, violation.location, _of_violation(violation)
    if found.status is Declared.NOT:
        yield Level.ILLEGAL, Location(("response", "status")), f"{call.response.status} is not declared"
        return
    if found.media_type is Declared.NOT:
        yield Level.ILLEGAL, Location(("response", "headers", "content-type")), "the content type is not declared"
        return
    yield from _of_media_types(call, found)
    needed = list(_of_uses(found))
    yield from needed
    told = {location.generalised() for _, location, _ in needed}
    for violation in (*found.refused, *_of_headers(call, found.route, definition)):
        is_absent = violation.received is ABSENT  # nothing is wrong with an answer that could have more
        if not is_absent and violation.location.generalised() not in told:
            yield Level.ILLEGAL, violation.location, _of_violation(violation)


def _names_other_type(violation: Violation) -> bool:
    """Say whether it is the content type; what is sent to be refused is still of a type that is known."""
    return violation.location == _CONTENT_TYPE and violation.received is not ABSENT


def _of_media_types(call: HttpCall, found: InteractionConformance) -> Iterator[_Found]:
    """Find that the consumer accepts no media type that the definition gives under the expected status."""
    accepted = [each.strip() for value in call.request.headers.get("accept", ()) for each in value.split(",")]
    given = found.response.contents if found.response is not None else ()
    if accepted and given and not any(is_acceptable(each.media_type, accepted) for each in given):
        declared = ", ".join(each.media_type for each in given)
        yield Level.ILLEGAL, _ACCEPT, f"the consumer accepts {', '.join(accepted)}; declared: {declared}"


def _of_headers(call: HttpCall, route: Route, definition: OpenApiDefinition) -> Iterator[Violation]:
    """Find the expected headers whose recorded values the definition does not allow."""
    if not call.response.headers.keys() - {"content-type"}:
        return
    alone = HttpResponse(status=call.response.status, headers=call.response.headers, body=MissingBody())
    for violation in definition.check_response(route.operation, alone):
        if violation.location.starts_with(RESPONSE_HEADERS):
            yield violation


def _of_uses(found: InteractionConformance) -> Iterator[_Found]:
    for use in found.uses.single:
        standing = found.standings.get(use.location)
        if standing is None or use.is_only_served:
            continue
        if standing.grade is Grade.UNDECLARED and use.location not in _EVERYWHERE:
            yield Level.ILLEGAL, use.location, "it is not declared"
        elif standing.grade is Grade.DISJOINT:
            sentence = f"expected by the consumer: {expectation(use)}; declared: {type_names(standing.types)}"
            yield Level.ILLEGAL, use.location, sentence


def _of_violation(violation: Violation) -> str:
    received = "nothing" if violation.received is ABSENT else show_json(violation.received, limit=60)
    return f"expected {violation.expected}, recorded {received}"


def _of_worry(worry: Worry) -> _Found:
    level = Level.ILLEGAL if worry.verdict is Verdict.BROKEN else Level.UNPROMISED
    return level, worry.location, f"{worry.sentence}: {worry.before}, now {worry.after}"


@dataclass(slots=True)
class _ProcedureJudge:
    """Judges remote procedure calls; a unary one by the descriptors that it carries, others by the old definition."""

    old: ProtoDefinition | None
    new: ProtoDefinition
    _known: dict[str, object] = field(default_factory=dict)

    def speaks_of(self, interaction: Interaction) -> bool:
        has_descriptors = interaction.wire is not None or self.old is not None
        return isinstance(interaction.exchange, RpcCall) and has_descriptors

    def found(self, interaction: Interaction) -> Iterator[_Found]:
        from contractkit.impact.protobuf import ProcedureJudgement  # loads protobuf's library

        before = self.old
        if interaction.wire is not None:
            before = ProtoDefinition(interaction.wire.descriptors, source="what was recorded")
        assert before is not None
        key = hashlib.sha256(before.descriptor_set()).hexdigest()
        judgement = self._known.setdefault(key, ProcedureJudgement(before, self.new))
        assert isinstance(judgement, ProcedureJudgement)
        yield from map(_of_worry, judgement.judged(interaction)[1])


def _once(contract: Contract, interaction: Interaction, found: Iterator[_Found]) -> Iterator[Concern]:
    """Give each concern once: several elements of a list may show the same."""
    by_place = {(location.generalised(), sentence): (level, location) for level, location, sentence in found}
    for (_, sentence), (level, location) in by_place.items():
        yield Concern(contract=contract, interaction=interaction, level=level, location=location, sentence=sentence)
