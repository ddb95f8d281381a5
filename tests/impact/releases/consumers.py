"""Consumers of real releases: written down as calls and what is read of the answers, recorded against the old stub.

Each is what a team would have: a client that calls some operations, sends what they demand, and needs some of what
comes back. The calls go to the stub of the old definition, so what they send and get is legal; the needs stand in place
of what re-running the tests would prove.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import yaml
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from contractkit.conformance.shapes import shape_of, types_by_place
from contractkit.model import (
    Contract,
    Evidence,
    InferredNeeds,
    Interaction,
    Location,
    Need,
    Needs,
    UnknownNeeds,
    parse_location,
)
from contractkit.recording.needed import expect_needed
from contractkit.recording.origins import TestOrigin
from contractkit.recording.serving_again import place_of, served_trees
from contractkit.recording.session import StubSession
from contractkit.recording.stubbed import StubbedProvider

HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A pair of definitions, the path values that its calls use, and its consumers: name, calls, findings expected.

    A call is a mapping: `call` (an operation or a procedure; `message` names one that is handled), what is sent
    (`path`, `query`, `json`, `form`), what the stub is told to answer (`status`, `reply`), and what the consumer needs
    of it: `reads` is a list of places below the body, `everything`, `nothing` or `unknown`; `copes` gives the members
    that it has a branch for.
    """

    pair: str
    values: Mapping[str, str]
    consumers: Mapping[str, Any]


def releases(kind: str) -> tuple[Release, ...]:
    """Give the releases of a kind of definitions: `openapi` or `proto`."""
    found = []
    for file in sorted((HERE / kind).glob("*.yaml")):
        written = yaml.safe_load(file.read_text())
        found.append(Release(pair=file.stem, values=written.get("values", {}), consumers=written["consumers"]))
    return tuple(found)


def recorded(release: Release, consumer: str, provider: StubbedProvider) -> Contract:
    """Give the contract that a consumer's tests leave."""
    contracts = [
        _called(release, consumer, number, call, provider)
        for number, call in enumerate(release.consumers[consumer]["calls"])
    ]
    return replace(contracts[0], interactions=tuple(each for found in contracts for each in found.interactions))


def _called(
    release: Release, consumer: str, number: int, call: Mapping[str, Any], provider: StubbedProvider
) -> Contract:
    node_id, file = f"tests/test_{consumer.replace(' ', '_')}.py::test_{number}", f"tests/test_{consumer}.py"
    thread = threading.get_ident()
    origin = TestOrigin(node_id=node_id, file=file, source="", line=10 * number + 10, thread=thread)
    session = StubSession(provider, consumer=consumer, origin=origin)
    if "message" in call:
        session.message(call["message"], call.get("reply")).handled_by(lambda message: None)
    elif provider.has_procedures:
        _invoke(session, provider, call)
    else:
        _send(session, provider, call, {**release.values, **call.get("path", {})})
    session.close()
    assert session.take_errors() == ()
    contract = session.contract()
    return replace(contract, interactions=tuple(_with_needs(each, call) for each in contract.interactions))


def _send(session: StubSession, provider: StubbedProvider, call: Mapping[str, Any], values: Mapping[str, str]) -> None:
    operation = provider.operation(call["call"])
    if "status" in call or "reply" in call:
        session.on(call["call"]).reply(call.get("status", 200), call.get("reply"))
    path = _PLACEHOLDER.sub(lambda found: str(values.get(found[1], "7")), operation.path)
    with httpx.Client(transport=session.transport(), base_url="http://stub") as client:
        client.request(
            operation.method,
            path,
            params=call.get("query"),
            json=call.get("json"),
            data=call.get("form"),
            headers={"accept": "application/json"},
        )


def _invoke(session: StubSession, provider: StubbedProvider, call: Mapping[str, Any]) -> None:
    definition = provider.procedures.definition
    procedure = definition.procedure(call["call"])
    if "reply" in call:
        session.on(call["call"]).reply(call["reply"])
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(definition.descriptor_set()).file:
        pool.Add(file)
    sent, received = (
        GetMessageClass(pool.FindMessageTypeByName(name)) for name in (procedure.request_type, procedure.response_type)
    )
    ask = session.channel().unary_unary(procedure.path, sent.SerializeToString, received.FromString)
    ask(ParseDict(call.get("json", {}), sent()))


def _with_needs(interaction: Interaction, call: Mapping[str, Any]) -> Interaction:
    at = place_of(interaction)
    places = [
        place for tree in served_trees(interaction) for place in types_by_place(shape_of(tree), at) if place != at
    ]
    needs = _needs(call, at, {str(each): each for each in places})
    evidence = tuple(Evidence(test=each.test, needs=needs) for each in interaction.evidence)
    return expect_needed(replace(interaction, evidence=evidence))


def _needs(call: Mapping[str, Any], at: Location, served: Mapping[str, Location]) -> Needs:
    reads = call.get("reads", "nothing")
    if reads == "unknown":
        return UnknownNeeds()
    known = [*served.values()] if reads == "everything" else list(_places([] if reads == "nothing" else reads, at))
    copes = call.get("copes", {})
    branches = dict(zip(_places(copes, at), copes.values(), strict=True))
    for place in (*known, *branches):
        assert str(place) in served, f"{call['call']} was not served {place}, but {sorted(served)}"
    needed = {place: Need(location=place, non_null=True, members=tuple(branches.get(place, ()))) for place in known}
    needed |= {place: Need(location=place, non_null=True, members=tuple(each)) for place, each in branches.items()}
    return InferredNeeds(
        needed=tuple(needed.values()),
        tolerated=tuple(place for place in served.values() if place not in _above(needed, at)),
    )


def _places(written: Any, at: Location) -> Iterator[Location]:
    for place in written:
        yield parse_location(f"{at}{'' if place.startswith('[') else '.'}{place}")


def _above(needed: Mapping[Location, Need], at: Location) -> set[Location]:
    """Give the needed places and all that they lie in: what is needed cannot stand in what may lack."""
    least = len(at.steps)
    return {Location(place.steps[:count]) for place in needed for count in range(least, len(place.steps) + 1)}
