"""Proof against prediction over gRPC, by experiment: consumers are served what a replay serves, in random worlds."""

import base64
from collections import Counter
from random import Random
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.impact import ConsumerInfo, Finding, Verdict, analyse
from contractkit.model import Location
from contractkit.recording.serving import checked_rpc_for
from contractkit.recording.serving_proposed_calls import ServingProposedCalls
from contractkit.recording.stubbed_procedures import StubbedProcedures
from tests.impact.protobuf.test_soundness import contract_of
from tests.impact.protobuf.world_definitions import Field, classes, descriptors, written
from tests.impact.protobuf.worlds import BINARY, World, copes, make_world

LEAST_FAILING = 0.85
"""The share of those judged broken that a replay must show failing: a request that is misread is no refused one."""

LEAST_ABLE_TO_FAIL = 0.9
"""The share of those judged at risk for an answer that the usual or the weakest answers must show failing."""

NAME = "shop.v1.Shop/Call"


def passes(world: World, old: ProtoDefinition, new: ProtoDefinition, *, weakest: bool) -> bool:
    """Serve the consumer, whose test writes the answer, what a replay serves, and say whether it copes."""
    procedure = new.find(f"/{NAME}")
    if procedure is None or procedure.server_streaming is not world.old.streams:
        return False
    asks, reader = classes(world.old)
    sent = ParseDict(written(world.old.request, world.sent), asks()).SerializeToString()
    serving = ServingProposedCalls(old, new, weakest=weakest)
    try:
        received = new.receive(procedure, Side.REQUEST, sent, Location())
        answer = written(world.old.response, world.served)
        reply = checked_rpc_for(serving, StubbedProcedures("shop", new), procedure, answer, {})
    except ContractkitError:
        return False
    if received.unknown or received.violations:
        return False
    assert reply.messages is not None
    tree = new.answer(procedure, seed="", request=received.tree, body=reply.messages[0].tree).tree
    served = serving.message("shop", NAME, (), tree, tree)
    data = new.encode(procedure, Side.RESPONSE, served)
    return copes(world, world.new, meaning(world.new.response, served), BINARY.read(reader, data))


def meaning(fields: list[Field], tree: Json) -> dict[int, Any]:
    """Give what a tree says of each field, by the field's identity."""
    return {each.identity: said(each, tree[each.name]) for each in fields if each.name in tree}


def said(each: Field, value: Json) -> Any:
    if isinstance(value, list):
        return [said(each, one) for one in value]
    if each.kind == "message":
        return meaning(each.inner, value)
    if each.kind == "enum":
        return each.members.get(value, value)
    return base64.b64decode(value) if each.kind == "bytes" else value


def is_of_weaker_answer(finding: Finding) -> bool:
    """Say whether a provider may answer what it could not before: not where a value only ceases to come."""
    worry = finding.worry
    is_list_no_more = worry.before.startswith("repeated ") and not worry.after.startswith("repeated ")
    return (
        worry.code.startswith("response.")
        and worry.code != "response.value-gone"
        and not (worry.code == "response.read-otherwise" and is_list_no_more)
    )


def proven(world: World, old: ProtoDefinition, new: ProtoDefinition) -> str:
    if not passes(world, old, new, weakest=False):
        return "fails"
    return "passes" if passes(world, old, new, weakest=True) else "can fail"


@pytest.mark.parametrize("count", [80, pytest.param(4_000, marks=pytest.mark.deep)])
def test_who_is_judged_unaffected_passes_and_who_is_judged_broken_fails(count: int) -> None:
    tally: Counter[tuple[str, str]] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        old, new = (ProtoDefinition(descriptors(each), source="shop") for each in (world.old, world.new))
        report = analyse(old, new, [(contract_of(world), ConsumerInfo())])
        is_shown = report.verdict is not Verdict.AT_RISK or any(map(is_of_weaker_answer, report.findings))
        predicted = report.verdict.value if is_shown else "at risk otherwise"
        found = proven(world, old, new)
        tally[predicted, found] += 1
        if report.verdict is Verdict.UNAFFECTED and found != "passes":
            wrong.append(f"world {seed}, {', '.join(world.changes)}: {found}")
    print(f"{count} worlds; predicted, and proven: {dict(sorted(tally.items()))}")
    assert wrong == []
    assert share(tally, "broken", "fails") >= LEAST_FAILING
    assert share(tally, "at risk", "fails", "can fail") >= LEAST_ABLE_TO_FAIL


def share(tally: Counter[tuple[str, str]], predicted: str, *outcomes: str) -> float:
    total = sum(number for (verdict, _), number in tally.items() if verdict == predicted)
    return sum(tally[predicted, each] for each in outcomes) / total
