"""Soundness by experiment: verdicts on protobuf held against bytes that code of both definitions exchanged."""

from collections import Counter
from random import Random

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import Contract, InferredNeeds, Location, Need, Wildcard
from tests.impact.protobuf.conftest import recorded
from tests.impact.protobuf.worlds import Field, Place, World, descriptors, failures, make_world, written

LEAST_BROKEN = 0.9
"""The share of those judged broken that must fail at least sometimes."""

MESSAGE = Location(("events", Wildcard.INDEX, "message"))


def location_of(place: Place, fields: list[Field]) -> Location:
    at = MESSAGE
    for identity in place:
        each = next(one for one in fields if one.identity == identity)
        at = at / each.name / Wildcard.INDEX if each.label == "repeated" else at / each.name
        fields = each.inner
    return at


def contract_of(world: World) -> Contract:
    needed = tuple(
        Need(location=location_of(place, world.old.response), members=members) for place, members in world.needs.items()
    )
    answer = written(world.old.response, world.served)
    call = recorded(written(world.old.request, world.sent), answer, served=answer, needs=InferredNeeds(needed=needed))
    return Contract(consumer="web-shop", provider="shop", interactions=(call,))


@pytest.mark.parametrize("count", [120, pytest.param(5_000, marks=pytest.mark.deep)])
def test_nobody_judged_unaffected_fails_and_who_is_judged_broken_does(count: int) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    changes: Counter[str] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        assert failures(world, world.old, Random(seed)) == 0.0, f"world {seed} does not work to begin with"
        old, new = (ProtoDefinition(descriptors(each), source="shop") for each in (world.old, world.new))
        report = analyse(old, new, [(contract_of(world), ConsumerInfo())])
        share = failures(world, world.new, Random(seed + 1))
        verdicts[report.verdict.value, "always" if share == 1 else "sometimes" if share else "never"] += 1
        changes.update(world.changes or ["nothing"])
        if report.verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the consumer fails: {dict(sorted(verdicts.items()))}")
    print(f"changes: {dict(changes.most_common())}")
    assert wrong == []
    broken = {often: number for (verdict, often), number in verdicts.items() if verdict == "broken"}
    assert sum(broken.values()) - broken.get("never", 0) >= LEAST_BROKEN * sum(broken.values())
    assert {verdict for verdict, _ in verdicts} == {"unaffected", "at risk", "broken"}
