"""The judgement of one remote procedure call under two protobuf definitions: what got worse for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from contractkit.changes.protobuf import Encoding, ProcedureUse, ProtoChanges, compare_protos
from contractkit.changes.protobuf.procedures import STREAMING_RULES
from contractkit.changes.protobuf.records import ProtoDifference
from contractkit.changes.protobuf.transcoding import HTTP_RULE_IDS
from contractkit.changes.records import Change, Declaration, Direction, Level
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import show_json
from contractkit.impact.answers import joined
from contractkit.impact.containment import UNDECIDED
from contractkit.impact.protobuf.consequences import consequence_of
from contractkit.impact.protobuf.emitted import (
    EmittedUse,
    as_call,
    as_message,
    emitted_type,
    is_of_protobuf,
    removed,
    unknown,
)
from contractkit.impact.protobuf.refusals import Refusals
from contractkit.impact.protobuf.ruled import RuledMessages, inside
from contractkit.impact.protobuf.uses import (
    DETAIL,
    MESSAGE,
    expected_trees,
    places_in,
    uses_of,
)
from contractkit.impact.protobuf.walks import Met, Walk
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.served import served_trees
from contractkit.model import (
    BinaryBody,
    Interaction,
    JsonBody,
    Location,
    Received,
    RpcCall,
    Sent,
    Status,
    is_json_media_type,
)
from contractkit.results import ABSENT

_PROCEDURE = Location(("procedure",))
_MAY_BE_REFUSED = "response.may-be-refused"
_RULE_WIDER = "request.rule-wider"
_REFUSAL = "where it is set, the consumer's code may refuse the whole message"
_REPEATED = "a call that is repeated may be treated otherwise now"
_ADDRESS = "the consumer calls it in JSON, over HTTP, and not every such call is answered as it was"
_UNREAD = "what was recorded is in bytes that are no message of its type, so what of it is hurt cannot be said"
_SERVED = "the tests were served it, and it is not known whether the consumer reads it"


class ProcedureJudgement:
    """Judges calls, and messages of protobuf, under one pair of definitions, remembering what differs."""

    def __init__(self, old: ProtoDefinition, new: ProtoDefinition) -> None:
        self._definitions = (old, new)
        self._changes = {Encoding.BINARY: compare_protos(old, new)}
        self._refusals: dict[Encoding, Refusals] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, in the encodings that the judged calls used; binary always."""
        found = {change.declaration: change for each in self._changes.values() for change in each.changes}
        return tuple(found.values())

    @property
    def renames(self) -> Mapping[Declaration, str]:
        """Give nothing: the sentences of what went name what is like it."""
        return {}

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a call, or a message of protobuf that is emitted unasked."""
        return isinstance(interaction.exchange, RpcCall) or is_of_protobuf(interaction)

    def judged(self, interaction: Interaction) -> tuple[str, tuple[Worry, ...]]:
        """Give the operation that an interaction calls, or the message that it is, and what got worse for it."""
        if is_of_protobuf(interaction):
            name = emitted_type(interaction)
            return name, tuple(as_message(each, name) for each in self._of_emitted(interaction, name))
        call = interaction.exchange
        assert isinstance(call, RpcCall)
        changes = self._in(encoding_of(call))
        old = changes.old.methods.get(call.procedure)
        if old is None:
            return call.procedure, _of_unknown(call, changes)
        use = changes.use_of(old)
        if use is None:
            return call.procedure, (_gone(call, changes.removal(old)),)
        own = tuple(changes.own(use))
        streaming = tuple(_streaming(call, change) for change in own if change.rule in STREAMING_RULES)
        if streaming:
            return call.procedure, streaming
        return call.procedure, (*_own(own, changes.encoding), *self._of_call(interaction, call, use, changes))

    def _of_emitted(self, interaction: Interaction, name: str) -> tuple[Worry, ...]:
        changes = self._in(Encoding.BINARY)
        old, new = changes.old.messages.get(name), changes.new.messages.get(name)
        if old is None:
            return () if new is not None else (unknown(name),)
        if new is None:
            return (removed(changes.message_removal(name)),)
        stand_in, call = as_call(interaction)
        return self._of_call(stand_in, call, EmittedUse((old, new)), changes)

    def _of_call(
        self, interaction: Interaction, call: RpcCall, use: ProcedureUse | EmittedUse, changes: ProtoChanges
    ) -> tuple[Worry, ...]:
        refusals = self._refusals.setdefault(changes.encoding, Refusals(changes))
        return _CallJudgement(interaction, call, use, changes, refusals).worries()

    def _in(self, encoding: Encoding) -> ProtoChanges:
        if encoding not in self._changes:
            self._changes[encoding] = compare_protos(*self._definitions, encoding)
        return self._changes[encoding]


class _CallJudgement:
    """What got worse for the messages of one call."""

    def __init__(
        self,
        interaction: Interaction,
        call: RpcCall,
        use: ProcedureUse | EmittedUse,
        changes: ProtoChanges,
        refusals: Refusals,
    ) -> None:
        self._interaction = interaction
        self._call = call
        self._use = use
        self._changes = changes
        self._refusals = refusals
        self._uses = uses_of(interaction)

    def worries(self) -> tuple[Worry, ...]:
        """Give them, the same change once."""
        sent = (*self._of(self._sent()), *self._ruled())
        received = tuple(self._of(self._received()))
        return (
            *joined(_once(sent)),
            *joined(_once((*self._needed(received), *self._refused(), *self._of(self._details())))),
            *self._unread(),
        )

    def _sent(self) -> Iterator[Met]:
        pair = self._changes.pair(*self._use.messages(Direction.REQUEST), Direction.REQUEST)
        walk = Walk(self._changes, Direction.REQUEST)
        for event in self._call.events:
            if isinstance(event, Sent) and isinstance(event.message, JsonBody):
                yield from walk.message(pair, event.message.value, MESSAGE)

    def _received(self) -> Iterator[Met]:
        pair = self._changes.pair(*self._use.messages(Direction.RESPONSE), Direction.RESPONSE)
        walk = Walk(self._changes, Direction.RESPONSE)
        expected = expected_trees(self._call)
        places = frozenset(place for tree in expected for place in places_in(tree))
        for tree in expected:
            yield from walk.message(pair, tree, MESSAGE)
        for tree in served_trees(self._interaction, len(expected)):
            for met in walk.message(pair, tree, MESSAGE):
                yield replace(met, is_only_served=self._uses.needed is None and met.location not in places)

    def _details(self) -> Iterator[Met]:
        walk = Walk(self._changes, Direction.RESPONSE)
        for event in self._call.events:
            for detail in event.details if isinstance(event, Status) else ():
                yield from walk.packed(detail, DETAIL)

    def _of(self, found: Iterator[Met]) -> Iterator[Worry]:
        for met in found:
            row = consequence_of(met)
            verdict = row.judge(met, self._uses) if row is not None else None
            if row is None or verdict is None:
                continue
            if met.is_only_served and not row.is_whole:
                if verdict is Verdict.BROKEN and met.is_present:
                    yield self._worry(met.location, met.difference, row.code, Verdict.AT_RISK, _SERVED)
                continue
            shown = "nothing" if met.value is ABSENT else show_json(met.value, limit=60)
            sentence = row.sentence.replace("{value}", shown)
            yield self._worry(met.location, met.difference, row.code, verdict, sentence)

    def _ruled(self) -> Iterator[Worry]:
        """Give what the recorded messages do not meet, but others that rules of the request stand for."""
        ruled = RuledMessages(self._interaction, self._call)
        for met in self._sent() if ruled.has_places else ():
            row = consequence_of(met)
            is_met = row is not None and row.judge(met, self._uses) is not None
            if met.difference.level.can_hurt and not is_met and ruled.may_meet(met):
                yield self._worry(met.location, met.difference, _RULE_WIDER, Verdict.AT_RISK, UNDECIDED)
        types = self._use.messages(Direction.REQUEST)
        for steps in ruled.open_places():
            for location, difference in inside(self._changes, *types, steps):
                yield self._worry(location, difference, _RULE_WIDER, Verdict.AT_RISK, UNDECIDED)

    def _unread(self) -> Iterator[Worry]:
        """Say so where a message stayed bytes, which are none of its type, and something of that type may hurt now."""
        for kind, direction in ((Sent, Direction.REQUEST), (Received, Direction.RESPONSE)):
            bodies = [each.message for each in self._call.events if isinstance(each, kind)]
            if any(isinstance(each, BinaryBody) for each in bodies):
                found = self._hurting(direction)
                yield from (self._worry(MESSAGE, each, "not-analysable", Verdict.AT_RISK, _UNREAD) for each in found)

    def _hurting(self, direction: Direction) -> Iterator[ProtoDifference]:
        """Give the first difference that can hurt of what messages of one direction may hold, if any."""
        pairs = self._changes.reached(*self._use.messages(direction), direction)
        every = (each for _, pair in pairs for each in self._changes.differences(pair))
        yield from islice((each for each in every if each.level.can_hurt), 1)

    def _refused(self) -> Iterator[Worry]:
        if not any(isinstance(event, Received) for event in self._call.events):
            return
        for location, difference in self._refusals.of(*self._use.messages(Direction.RESPONSE)):
            yield self._worry(location, difference, _MAY_BE_REFUSED, Verdict.AT_RISK, _REFUSAL)

    def _worry(
        self, location: Location, difference: ProtoDifference, code: str, verdict: Verdict, sentence: str
    ) -> Worry:
        found = difference.found
        return Worry(
            code=code,
            verdict=verdict,
            location=location,
            before=found.before,
            after=found.after,
            sentence=sentence,
            change=self._changes.change(self._use.old, location, difference),
        )

    def _needed(self, worries: Sequence[Worry]) -> Iterator[Worry]:
        """Give the worries at or above places that the consumer needs; of a set one of which must stay, the mildest."""
        if self._uses.needed is None:
            yield from worries
            return
        places = [need.location.generalised() for need in self._uses.needed]
        for worry in worries:
            if worry.code == "response.refused" or any(place.starts_with(worry.location) for place in places):
                yield worry
        for group in self._uses.any_of:
            found = [[each for each in worries if place.starts_with(each.location)] for place in group]
            if all(found):
                yield min((_worst(each) for each in found), key=_badness)


def encoding_of(call: RpcCall) -> Encoding:
    """Give how the messages of a call travelled: binary unless the contract says JSON."""
    messages = [event.message for event in call.events if isinstance(event, Sent | Received)]
    in_json = [body for body in messages if isinstance(body, JsonBody) and is_json_media_type(body.media_type)]
    return Encoding.JSON if in_json else Encoding.BINARY


def _once(worries: Sequence[Worry]) -> tuple[Worry, ...]:
    """Give one worry per place and change, the worst: several messages of a call may show it."""
    worst: dict[object, Worry] = {}
    for worry in worries:
        key = (worry.location, worry.change.declaration if worry.change else None)
        known = worst.get(key)
        worst[key] = worry if known is None or _badness(worry) > _badness(known) else known
    return tuple(worst.values())


def _worst(worries: Sequence[Worry]) -> Worry:
    return max(worries, key=_badness)


def _badness(worry: Worry) -> bool:
    return worry.verdict is Verdict.BROKEN


def _own(changes: Sequence[Change], encoding: Encoding) -> Iterator[Worry]:
    for change in changes:
        if change.rule in HTTP_RULE_IDS:
            if encoding is Encoding.JSON:  # over gRPC nobody sees an address
                verdict = Verdict.BROKEN if change.level is Level.BREAKING else Verdict.AT_RISK
                yield _worry_of_procedure("procedure.address", verdict, change, _ADDRESS)
        elif change.level is Level.POSSIBLE:
            yield _worry_of_procedure("procedure.idempotency", Verdict.AT_RISK, change, _REPEATED)


def _gone(call: RpcCall, change: Change) -> Worry:
    sentence = f"the consumer calls {call.procedure}, which is answered with UNIMPLEMENTED now"
    return _worry_of_procedure("operation.gone", Verdict.BROKEN, change, sentence)


def _streaming(call: RpcCall, change: Change) -> Worry:
    sentence = f"the consumer calls {call.procedure} as it was, and such a call fails now"
    return _worry_of_procedure("procedure.streaming", Verdict.BROKEN, change, sentence)


def _worry_of_procedure(code: str, verdict: Verdict, change: Change, sentence: str) -> Worry:
    return Worry(
        code=code,
        verdict=verdict,
        location=_PROCEDURE,
        before=change.before,
        after=change.after,
        sentence=sentence,
        change=change,
    )


def _of_unknown(call: RpcCall, changes: ProtoChanges) -> tuple[Worry, ...]:
    if call.procedure in changes.new.methods:
        return ()  # only the new definition knows the procedure: that is an improvement
    return (
        Worry(
            code="not-analysable",
            verdict=Verdict.AT_RISK,
            location=_PROCEDURE,
            before="not analysable",
            after="not analysable",
            sentence=f"{call.procedure} is declared by neither definition, so nothing can be said of it",
        ),
    )
