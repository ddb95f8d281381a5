"""Remote procedure calls in a form of our own, since Pact has none that holds events, metadata and streams.

They stand in `metadata.contractkit.interactions`, where other tools do not look, with rules by our locations.
"""

from contractkit.document.bodies import read_body, write_body
from contractkit.document.evidence import read_location
from contractkit.document.parts import Generators, Rules
from contractkit.document.reading import ObjectReader
from contractkit.document.rules import read_generator, read_rule_list, write_generator, write_rule_list
from contractkit.exact_json import Json
from contractkit.model import (
    Body,
    Cancelled,
    Event,
    HalfClosed,
    LocatedGenerator,
    LocatedRules,
    Received,
    RpcCall,
    Sent,
    Status,
)
from contractkit.results import ABSENT

RPC_TYPE = "Contractkit/Rpc"
"""The `type` of such an interaction."""

_EVENTS = ("sent", "received", "half-closed", "cancelled", "status")


def read_call(reader: ObjectReader) -> RpcCall:
    """Read the member `call` of an interaction."""
    call = reader.required_child("call")
    events = [_read_event(each) for each in call.objects("events")]
    return RpcCall(
        procedure=call.text("procedure"),
        metadata=call.mapping("metadata"),
        initial_metadata=call.mapping("initialMetadata"),
        events=tuple(event for event in events if event is not None),
    )


def write_call(call: RpcCall) -> dict[str, Json]:
    """Give a call as the member `call`."""
    metadata = {"metadata": dict(call.metadata), "initialMetadata": dict(call.initial_metadata)}
    said = {name: value for name, value in metadata.items() if value}
    return {"procedure": call.procedure, "events": [_write_event(event) for event in call.events], **said}


def read_located_rules(reader: ObjectReader) -> Rules:
    """Read `matchingRules` whose keys are locations."""
    holder = reader.child("matchingRules")
    if holder is None:
        return ()
    found: list[LocatedRules] = []
    for name in holder.names():
        location = read_location(name, holder, holder.at(name))
        inner = holder.required_child(name)
        rules, combine = read_rule_list(inner)
        if location is not None and rules:
            found.append(LocatedRules(location=location, rules=rules, combine=combine))
    return tuple(sorted(found, key=lambda each: each.location))


def read_located_generators(reader: ObjectReader) -> Generators:
    """Read `generators` whose keys are locations."""
    holder = reader.child("generators")
    if holder is None:
        return ()
    found: list[LocatedGenerator] = []
    for name in holder.names():
        location = read_location(name, holder, holder.at(name))
        if location is not None:
            generator = read_generator(holder.take(name), location, holder, holder.at(name))
            found.extend([generator] if generator is not None else [])
    return tuple(sorted(found, key=lambda each: each.location))


def write_located_rules(rules: Rules) -> dict[str, Json]:
    """Give rules with their locations as keys."""
    return {str(each.location): write_rule_list(each) for each in rules}


def write_located_generators(generators: Generators) -> dict[str, Json]:
    """Give generators with their locations as keys."""
    return {str(each.location): write_generator(each) for each in generators}


def _read_event(reader: ObjectReader) -> Event | None:
    kind = reader.text("event")
    match kind:
        case "sent":
            return Sent(message=_message(reader))
        case "received":
            return Received(message=_message(reader))
        case "half-closed":
            return HalfClosed()
        case "cancelled":
            return Cancelled()
        case "status":
            return Status(
                code=reader.text("code"),
                message=reader.text("message", ""),
                details=tuple(value for _, value in reader.elements("details")),
                trailers=reader.mapping("trailers"),
            )
    if kind:
        reader.findings.wrong(reader.at("event"), f"one of {', '.join(_EVENTS)}", kind)
    return None


def _write_event(event: Event) -> Json:
    match event:
        case Sent(message=message):
            return {"event": "sent", **_written_message(message)}
        case Received(message=message):
            return {"event": "received", **_written_message(message)}
        case HalfClosed():
            return {"event": "half-closed"}
        case Cancelled():
            return {"event": "cancelled"}
        case Status(code=code, message=message, details=details, trailers=trailers):
            said = {"message": message, "details": list(details), "trailers": dict(trailers)}
            return {"event": "status", "code": code, **{name: value for name, value in said.items() if value}}


def _message(reader: ObjectReader) -> Body:
    return read_body(reader, "message", None, enveloped=True)


def _written_message(body: Body) -> dict[str, Json]:
    written = write_body(body)
    return {} if written is ABSENT else {"message": written}
