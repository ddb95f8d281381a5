"""The legality of remote procedure calls, and of messages of protobuf: what was recorded, held against a definition."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from contractkit.definitions.interface import Operation
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure, Side
from contractkit.exact_json import show_json
from contractkit.locking.findings import Found, Level, likely_meant, of_worry
from contractkit.model import BinaryBody, Interaction, JsonBody, Location, Received, RpcCall, Sent
from contractkit.results import ABSENT, Violation

if TYPE_CHECKING:
    from contractkit.impact.protobuf import ProcedureJudgement

_PROCEDURE = Location(("procedure",))
_EVENTS = Location(("events",))
_SIDES = {Sent: Side.REQUEST, Received: Side.RESPONSE}


class ProcedureJudge:
    """Judges remote procedure calls and messages of protobuf.

    What carries descriptors is compared by these, what does not by the old definition; where there is none, as of
    streams, their messages are read as the new one has them.
    """

    def __init__(self, old: ProtoDefinition | None, new: ProtoDefinition) -> None:
        self._old = old
        self._new = new
        self._known: dict[str, ProcedureJudgement] = {}

    def speaks_of(self, interaction: Interaction) -> bool:
        """Say whether it is a call, or a message of protobuf whose type is known."""
        return isinstance(interaction.exchange, RpcCall) or _message_type(interaction) is not None

    def knows(self, interaction: Interaction) -> bool:
        """Say whether the definition has the procedure that is called, or the type of the message."""
        if isinstance(interaction.exchange, RpcCall):
            return self._new.find(f"/{interaction.exchange.procedure}") is not None
        return _message_type(interaction) in self._new.emissions

    def found(self, interaction: Interaction) -> Iterator[Found]:
        """Find what of a call or a message the definition does not bear out."""
        call, near = interaction.exchange, self._nearest(interaction)
        before = self._old
        if interaction.wire is not None:
            before = ProtoDefinition(interaction.wire.descriptors, source="what was recorded")
        if before is None:
            assert isinstance(call, RpcCall)
            yield from self._alone(call, near)
            return
        for worry in self._judgement(before).judged(interaction)[1]:
            level, location, sentence = of_worry(worry)
            names_one = any(f"{each.signature} is like it" in sentence for each in near)
            yield level, location, sentence if names_one else f"{sentence}{likely_meant(near)}"

    def _judgement(self, before: ProtoDefinition) -> "ProcedureJudgement":
        from contractkit.impact.protobuf import ProcedureJudgement  # loads protobuf's library

        key = hashlib.sha256(before.descriptor_set()).hexdigest()
        if key not in self._known:
            self._known[key] = ProcedureJudgement(before, self._new)
        return self._known[key]

    def _nearest(self, interaction: Interaction) -> Sequence[Operation]:
        """Give the procedures that may have been meant, where there is none of that name."""
        call = interaction.exchange
        if not isinstance(call, RpcCall) or self.knows(interaction):
            return ()
        return self._new.nearest(call.procedure)

    def _alone(self, call: RpcCall, near: Sequence[Operation]) -> Iterator[Found]:
        procedure = self._new.find(f"/{call.procedure}")
        if procedure is None:
            yield Level.ILLEGAL, _PROCEDURE, f"the definition has no procedure {call.procedure}{likely_meant(near)}"
            return
        yield from _of_numbers(call, procedure)
        for number, event in enumerate(call.events):
            if isinstance(event, Sent | Received):
                yield from self._of_message(event, procedure, _EVENTS / number / "message")

    def _of_message(self, event: Sent | Received, procedure: Procedure, at: Location) -> Iterator[Found]:
        if isinstance(event.message, BinaryBody):
            yield Level.UNSETTLED, at, "its bytes were not read when it was recorded"
        if not isinstance(event.message, JsonBody):
            return
        for violation in self._new.check(procedure, _SIDES[type(event)], event.message.value, at):
            if isinstance(event, Sent) or violation.received is not ABSENT:  # an answer may well have more
                yield Level.ILLEGAL, violation.location, _sentence(event, violation)


def _sentence(event: Sent | Received, violation: Violation) -> str:
    """Give what is wrong with a value, and who sends it: places of both sides are written alike."""
    value = "nothing" if violation.received is ABSENT else show_json(violation.received, limit=60)
    way = "sent" if isinstance(event, Sent) else "received"
    return f"{way} {value}, expected {violation.expected.removesuffix('.')}"


def _of_numbers(call: RpcCall, procedure: Procedure) -> Iterator[Found]:
    """Find that several messages go a way on which the procedure takes one."""
    streams = {Sent: procedure.client_streaming, Received: procedure.server_streaming}
    for kind, is_stream in streams.items():
        count = sum(isinstance(event, kind) for event in call.events)
        if count > 1 and not is_stream:
            side = _SIDES[kind].value
            yield Level.ILLEGAL, _PROCEDURE, f"its {side} is one message, recorded {count}"


def _message_type(interaction: Interaction) -> str | None:
    """Give the full name of the type of a message of protobuf whose tree is known."""
    from contractkit.impact.protobuf.emitted import emitted_type, is_of_protobuf  # loads protobuf's library

    return emitted_type(interaction) if is_of_protobuf(interaction) else None
