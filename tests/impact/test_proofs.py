"""Proofs beside predictions: where they differ the report says how that can be, in words and as markdown."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contractkit.impact import ImpactReport, Verdict
from contractkit.impact.annotations import impact_as_annotations
from contractkit.impact.exemptions import Exemption, exempted
from contractkit.impact.formats import impact_as_markdown
from contractkit.impact.proof_words import proofs_in_words
from contractkit.impact.proofs import proved, proven_verdict, with_proofs
from contractkit.impact.proven import Proof, Proven, TestProof
from contractkit.model import Contract, Evidence, TestReference
from tests.impact.test_report import one, report_on

GONE: dict[str, Any] = {"remove": ["/components/schemas/Order/properties/note"]}
OPTIONAL: dict[str, Any] = {"set": {"/components/schemas/Order/required": ["id"]}}
GROWN: dict[str, Any] = {"set": {"/components/schemas/Order/properties/status/enum": ["paid", "open", "LOST"]}}
IGNORED: dict[str, Any] = {"remove": ["/paths/~1orders/get/parameters/1"]}
REPLY = "The reply 200 to getOrder contradicts the proposed definition.\n\n  at   response.body.total"

Analysed = Callable[[dict[str, Any]], ImpactReport]


def _proven(report: ImpactReport, outcome: Proven, message: str = "") -> ImpactReport:
    """Give a report in which every test ended like that."""
    tests = [
        each.test
        for consumer in report.consumers
        for impact in consumer.interactions
        for each in impact.interaction.evidence
    ]
    proofs = {
        each.node_id: TestProof(test=each, outcome=outcome, message=message, file=each.file, line=14) for each in tests
    }
    return with_proofs(report, proofs, {"web-shop"})


def _alone(report: ImpactReport, verdict: Verdict) -> ImpactReport:
    """Give a report of the first interaction alone of which that is predicted."""
    (consumer,) = report.consumers
    found = next(each for each in consumer.interactions if each.verdict is verdict)
    return replace(report, consumers=(replace(consumer, interactions=(found,)),))


@pytest.mark.parametrize(
    ("case", "verdict", "outcome", "message", "why"),
    [
        (GONE, Verdict.BROKEN, Proven.FAILS, "", ""),
        (GONE, Verdict.BROKEN, Proven.NOT_RUN, "", ""),
        (GONE, Verdict.BROKEN, Proven.FAILED_BEFORE, "", ""),
        (
            GONE,
            Verdict.BROKEN,
            Proven.PASSES,
            "",
            "what its tests need is not known, so all that it holds counts; they do without what changes",
        ),
        (
            GONE,
            Verdict.BROKEN,
            Proven.CAN_FAIL,
            "",
            "it is broken by the definition, and its tests fail only on the weakest answers: others still come",
        ),
        (OPTIONAL, Verdict.AT_RISK, Proven.CAN_FAIL, "", ""),
        (OPTIONAL, Verdict.AT_RISK, Proven.PASSES, "", "what may come now did not come, or its tests cope with it"),
        (OPTIONAL, Verdict.AT_RISK, Proven.FAILS, "", "what may come now comes already in the stub's usual answers"),
        (
            IGNORED,
            Verdict.AT_RISK,
            Proven.FAILS,
            "web-shop sent orders a request that its definition does not allow.",
            "the stub refuses what is sent, and a provider may take it all the same",
        ),
        (GONE, Verdict.UNAFFECTED, Proven.PASSES, "", ""),
        (
            GONE,
            Verdict.UNAFFECTED,
            Proven.FAILS,
            REPLY,
            "the test writes an answer that the proposed definition does not allow; what the consumer reads may stay",
        ),
        (
            GONE,
            Verdict.UNAFFECTED,
            Proven.FAILS,
            "assert 1 == 2",
            "the test compares what no contract expects to the letter, such as an example of the definition",
        ),
        (
            GONE,
            Verdict.UNAFFECTED,
            Proven.FAILS,
            "KeyError: 'LOST'",
            "it fails beyond what the test compares, on what newly may come; a need tells the type of a value, not the "
            "values that code copes with",
        ),
        (
            GONE,
            Verdict.UNAFFECTED,
            Proven.CAN_FAIL,
            "KeyError: 'LOST'",
            "its tests fail on what newly may come, and the contract does not say that they need what came before",
        ),
    ],
)
def test_where_they_differ_it_is_said_how_that_can_be(
    analysed: Analysed, case: dict[str, Any], verdict: Verdict, outcome: Proven, message: str, why: str
) -> None:
    (found,) = proved(_proven(_alone(analysed(case), verdict), outcome, message))
    settled = outcome in (Proven.FAILS, Proven.CAN_FAIL, Proven.PASSES)
    assert (found.why, found.agrees) == (why, not why if settled else None)


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (
            Proven.FAILS,
            "it fails beyond what the test compares, on what newly may come, such as a new value at "
            "response.body[*].status; a need tells the type of a value, not the values that code copes with",
        ),
        (
            Proven.CAN_FAIL,
            "its tests fail on what newly may come, such as a new value at response.body[*].status, and the contract "
            "does not say that they need what came before",
        ),
    ],
)
def test_a_value_that_is_new_is_named(old_document: Any, contract: Contract, outcome: Proven, why: str) -> None:
    new = copy.deepcopy(old_document)
    new["components"]["schemas"]["Order"]["properties"]["status"]["enum"] = ["lost", "void"]
    report = report_on(old_document, new, one(contract, "reads the lines"))
    (found,) = proved(_proven(report, outcome, "KeyError: 'lost'"))
    assert (found.impact.verdict, found.why) == (Verdict.UNAFFECTED, why)


def test_a_test_that_calls_two_operations_fails_for_both(analysed: Analysed) -> None:
    report = analysed(GONE)
    (consumer,) = report.consumers
    test = Evidence(test=TestReference(node_id="test_both", file="test_shop.py", line=3))
    both = tuple(
        replace(each, interaction=replace(each.interaction, evidence=(test,))) for each in consumer.interactions
    )
    joined = _proven(replace(report, consumers=(replace(consumer, interactions=both),)), Proven.FAILS, "KeyError")
    whys = {each.why for each in proved(joined) if each.impact.verdict is Verdict.UNAFFECTED}
    assert whys == {"its test also calls getOrder, which is predicted broken"}


def test_what_is_exempted_counts_no_more_when_it_is_proven(analysed: Analysed) -> None:
    report = analysed(GONE)
    silenced = [
        Exemption(fingerprint=each.fingerprint, reason="known", owner="us", expires=date(2030, 1, 1), scope={})
        for each in report.findings
    ]
    broken = _proven(_alone(report, Verdict.BROKEN), Proven.FAILS)
    assert proven_verdict(broken) is Verdict.BROKEN
    spared = exempted(broken, silenced, date(2026, 1, 1))
    (found,) = proved(spared)
    assert (proven_verdict(spared), found.why) == (Verdict.UNAFFECTED, "what was found of it is exempted")


def test_of_other_consumers_nothing_is_proven(analysed: Analysed) -> None:
    assert list(proved(with_proofs(analysed(GONE), {}, {"courier"}))) == []


def test_the_worst_of_several_tests_counts_and_what_proves_nothing_last() -> None:
    test = TestReference(node_id="test_a", file="test_shop.py", line=3)
    ended = [TestProof(test=test, outcome=each) for each in (Proven.NOT_RUN, Proven.PASSES, Proven.CAN_FAIL)]
    assert Proof(tests=tuple(ended)).outcome is Proven.CAN_FAIL
    assert Proof(tests=tuple(ended[:2])).outcome is Proven.PASSES
    assert Proof(tests=()).outcome is Proven.NOT_RUN


def test_people_see_both_side_by_side(analysed: Analysed) -> None:
    report = _proven(_alone(analysed(GONE), Verdict.BROKEN), Proven.PASSES)
    name = report.consumers[0].interactions[0].interaction.description
    assert proofs_in_words(report) == (
        "What the consumer's own tests prove on stubs of orders 1:\n"
        "\n"
        f"  {'interaction'.ljust(len(name))}   predicted   proven\n"
        f"  {name}   broken      passes\n"
        "\n"
        "Where the two differ:\n"
        "\n"
        f"  {name}: what its tests need is not known, so all that it holds counts; they do without what changes.\n"
        "\n"
        "Proven of 1 interaction: 1 passes; 0 of 1 as predicted."
    )


def test_a_workflow_shows_who_fails_at_the_line_at_which_it_does(analysed: Analysed) -> None:
    report = _proven(_alone(analysed(GONE), Verdict.UNAFFECTED), Proven.CAN_FAIL, "KeyError: 'note'\x1b[2J")
    annotation = "::warning file=tests/test_orders.py,line=14,title=web-shop%3A can fail on orders 1"
    assert impact_as_annotations(report).splitlines()[0] == f"{annotation}::KeyError: 'note'\\x1b[2J"


def test_a_pull_request_gets_a_table(analysed: Analysed) -> None:
    report = _proven(_alone(analysed(GONE), Verdict.BROKEN), Proven.FAILS, "KeyError: 'a|b\x1b'\nmore")
    name = report.consumers[0].interactions[0].interaction.description
    assert (
        "| interaction | predicted | proven | by the consumer's tests |\n"
        "| --- | --- | --- | --- |\n"
        f"| {name} | broken | fails | tests/test_orders.py:14: KeyError: 'a\\|b\\\\x1b' |\n"
        "\n"
        "Proven of 1 interaction: 1 fails; 1 of 1 as predicted.\n"
    ) in impact_as_markdown(report)
