"""Soundness by experiment: verdicts on protobuf held against what code of both definitions exchanged, in both forms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact import ConsumerInfo, ImpactReport, Verdict, analyse
from contractkit.model import Contract, InferredNeeds, LocatedRules, Location, Need, Rule, Wildcard
from tests.impact.protobuf.conftest import MEDIA_TYPE, recorded
from tests.impact.protobuf.ruled_worlds import ELEMENTS, ENTRIES, Steps, ruled
from tests.impact.protobuf.world_definitions import Field, descriptors, written
from tests.impact.protobuf.worlds import BINARY, JSON, Form, Place, World, failures, make_world

LEAST_BROKEN = 0.9
"""The share of those judged broken that must fail at least sometimes."""

MEDIA_TYPES = {BINARY: MEDIA_TYPE, JSON: "application/json"}
NO_RULES: Mapping[Steps, Rule] = MappingProxyType({})
MESSAGE = Location(("events", Wildcard.INDEX, "message"))


def location_of(place: Place, fields: list[Field]) -> Location:
    at = MESSAGE
    for identity in place:
        each = next(one for one in fields if one.identity == identity)
        at = at / each.name / Wildcard.INDEX if each.label == "repeated" else at / each.name
        fields = each.inner
    return at


def sent_at(steps: Steps) -> Location:
    wildcards = {ELEMENTS: Wildcard.INDEX, ENTRIES: Wildcard.ANY}
    return Location(("events", 0, "message", *(wildcards.get(step, step) for step in steps)))


def contract_of(world: World, rules: Mapping[Steps, Rule] = NO_RULES, media_type: str = MEDIA_TYPE) -> Contract:
    needed = tuple(
        Need(location=location_of(place, world.old.response), members=members) for place, members in world.needs.items()
    )
    answer = written(world.old.response, world.served)
    sent, needs = written(world.old.request, world.sent), InferredNeeds(needed=needed)
    call = recorded(sent, answer, served=answer, needs=needs, media_type=media_type)
    located = [LocatedRules(location=sent_at(steps), rules=(rule,)) for steps, rule in rules.items()]
    call = replace(call, rules=(*call.rules, *located))
    return Contract(consumer="web-shop", provider="shop", interactions=(call,))


def judged(world: World, form: Form, rules: Mapping[Steps, Rule] = NO_RULES) -> ImpactReport:
    old, new = (ProtoDefinition(descriptors(each), source="shop") for each in (world.old, world.new))
    return analyse(old, new, [(contract_of(world, rules, MEDIA_TYPES[form]), ConsumerInfo())])


def often(share: float) -> str:
    return "always" if share == 1 else "sometimes" if share else "never"


@pytest.mark.slow
@pytest.mark.parametrize("form", [BINARY, JSON], ids=["binary", "json"])
@pytest.mark.parametrize("count", [120, pytest.param(5_000, marks=pytest.mark.deep)])
def test_nobody_judged_unaffected_fails_and_who_is_judged_broken_does(count: int, form: Form) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    changes: Counter[str] = Counter()
    wrong = []
    for seed in range(count):
        world = make_world(Random(seed))
        assert failures(world, world.old, Random(seed), form=form) == 0.0, f"world {seed} does not work to begin with"
        verdict = judged(world, form).verdict
        share = failures(world, world.new, Random(seed + 1), form=form)
        verdicts[verdict.value, often(share)] += 1
        changes.update(world.changes or ["nothing"])
        if verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the consumer fails: {dict(sorted(verdicts.items()))}")
    print(f"changes: {dict(changes.most_common())}")
    assert wrong == []
    broken = {how: number for (verdict, how), number in verdicts.items() if verdict == "broken"}
    assert sum(broken.values()) - broken.get("never", 0) >= LEAST_BROKEN * sum(broken.values())
    assert {verdict for verdict, _ in verdicts} == {"unaffected", "at risk", "broken"}


@pytest.mark.slow
@pytest.mark.parametrize("form", [BINARY, JSON], ids=["binary", "json"])
@pytest.mark.parametrize("count", [120, pytest.param(5_000, marks=pytest.mark.deep)])
def test_nobody_judged_unaffected_fails_with_a_message_that_a_rule_stands_for(count: int, form: Form) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    codes: Counter[str] = Counter()
    wrong = []
    for seed in range(count):
        request = ruled(make_world(Random(seed)), Random(f"the rules of {seed}"))
        world, messages = request.world, request.messages
        works = failures(world, world.old, Random(seed), messages, form) == 0.0
        assert works, f"world {seed} does not work to begin with"
        report = judged(world, form, request.rules)
        share = failures(world, world.new, Random(seed + 1), messages, form)
        is_by_rules = bool(share) and failures(world, world.new, Random(seed + 1), form=form) == 0.0
        verdicts[report.verdict.value, "by the rules alone" if is_by_rules else often(share)] += 1
        codes.update({finding.worry.code for finding in report.findings})
        if report.verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the consumer fails: {dict(sorted(verdicts.items()))}")
    print(f"findings: {dict(codes.most_common())}")
    assert wrong == []
    assert verdicts["at risk", "by the rules alone"] > 0
    assert codes["request.rule-wider"] > 0
