"""Proved needs decide instead of the expectation; without them everything expected counts."""

from collections.abc import Callable
from typing import Any

from contractkit.impact import ImpactReport, Verdict
from contractkit.model import InferredNeeds, Need, parse_location

TOTAL, NOTE, STATUS = (parse_location(f"response.body.{name}") for name in ("total", "note", "status"))
NO_TOTAL = {"remove": ["/components/schemas/Order/properties/total", "/components/schemas/Order/required/1"]}
NO_NOTE = {"remove": ["/components/schemas/Order/properties/note"]}
NEITHER = {"remove": [*NO_TOTAL["remove"], *NO_NOTE["remove"]]}
NULLABLE_TOTAL = {"set": {"/components/schemas/Order/properties/total/nullable": True}}

Analysed = Callable[..., ImpactReport]


def found(report: ImpactReport) -> list[tuple[str, str]]:
    return [(finding.worry.code, str(finding.worry.location)) for finding in report.findings]


def test_what_is_expected_and_not_needed_may_go(analysed_needs: Analysed) -> None:
    report = analysed_needs(NO_TOTAL, "reads the total", InferredNeeds(needed=()))
    assert report.verdict is Verdict.UNAFFECTED
    assert [change.rule for change in report.theoretical] == ["response.member.removed"]


def test_what_is_needed_may_not_go(analysed_needs: Analysed) -> None:
    report = analysed_needs(NO_TOTAL, "reads the total", InferredNeeds(needed=(Need(location=TOTAL),)))
    assert found(report) == [("response.undeclared", "response.body.total")]


def test_null_hurts_only_who_needs_a_value(analysed_needs: Analysed) -> None:
    tolerant = InferredNeeds(needed=(Need(location=TOTAL, non_null=False),))
    strict = InferredNeeds(needed=(Need(location=TOTAL, non_null=True),))
    assert found(analysed_needs(NULLABLE_TOTAL, "reads the total", tolerant)) == []
    assert found(analysed_needs(NULLABLE_TOTAL, "reads the total", strict)) == [
        ("response.may-be-null", "response.body.total")
    ]


def test_who_only_looks_for_a_member_still_needs_the_body_that_it_looks_into(analysed_needs: Analysed) -> None:
    optional = InferredNeeds(needed=(Need(location=NOTE, may_lack=True),))
    no_body = {"set": {"/components/schemas/Order/nullable": True}}
    assert found(analysed_needs(no_body, "reads the note", optional)) == [("response.may-be-null", "response.body")]
    assert found(analysed_needs(NO_NOTE, "reads the note", optional)) == []


def test_one_of_a_set_may_go_as_long_as_another_stays(analysed_needs: Analysed) -> None:
    either = InferredNeeds(needed=(), any_of=((TOTAL, NOTE),))
    assert found(analysed_needs(NO_TOTAL, "reads the total", either)) == []
    assert found(analysed_needs(NO_NOTE, "reads the total", either)) == []
    assert analysed_needs(NEITHER, "reads the total", either).verdict is Verdict.BROKEN


def test_who_copes_with_some_values_is_broken_where_none_of_them_is_left(analysed_needs: Analysed) -> None:
    paid = InferredNeeds(needed=(Need(location=STATUS, members=("paid",)),))
    members = "/components/schemas/Order/properties/status/enum"
    name = "reads the status to the letter"
    gone = found(analysed_needs({"set": {members: ["open"]}}, name, paid))
    unknown = found(analysed_needs({"set": {members: ["lost"]}}, name, paid))
    assert (gone, unknown) == (
        [("response.value-gone", "response.body.status")],
        [("response.may-be-another-value", "response.body.status")],
    )


def test_a_further_value_hurts_only_who_tolerates_some(analysed_needs: Analysed) -> None:
    wider = {"set": {"/components/schemas/Order/properties/status/enum": ["paid", "open", "lost"]}}
    some = InferredNeeds(needed=(Need(location=STATUS, members=("paid", "open")),))
    all_three = InferredNeeds(needed=(Need(location=STATUS, members=("paid", "open", "lost")),))
    name = "reads the status to the letter"
    assert found(analysed_needs(wider, name, some)) == [("response.may-be-another-value", "response.body.status")]
    assert found(analysed_needs(wider, name, all_three)) == []
    assert found(analysed_needs(wider, name, InferredNeeds(needed=(Need(location=STATUS),)))) == []


def test_a_pattern_decides_about_a_further_value(analysed_needs: Analysed) -> None:
    wider = {"set": {"/components/schemas/Order/properties/status/enum": ["paid", "open", "lost"]}}
    fits = InferredNeeds(needed=(Need(location=STATUS, pattern="^[a-z]{4}$"),))
    fits_not = InferredNeeds(needed=(Need(location=STATUS, pattern="^(paid|open)$"),))
    name = "reads the status to the letter"
    assert found(analysed_needs(wider, name, fits)) == []
    assert found(analysed_needs(wider, name, fits_not)) == [("response.may-be-another-value", "response.body.status")]


def test_what_fits_a_pattern_and_was_served_is_to_be_able_to_come(analysed_needs: Analysed) -> None:
    other = {"set": {"/components/schemas/Order/properties/note/not": {"const": "fragile"}}}
    needs = InferredNeeds(needed=(Need(location=NOTE, pattern="^[a-z]+$"),))
    report = analysed_needs(other, "reads the note", needs)
    assert found(report) == [("response.may-be-another-value", "response.body.note")]


def test_the_status_is_needed_whatever_else_is(analysed_needs: Analysed) -> None:
    case: dict[str, Any] = {"rename": {"/paths/~1orders~1{id}/get/responses": {"200": "202"}}}
    report = analysed_needs(case, "reads the total", InferredNeeds(needed=()))
    assert found(report) == [("response.status-gone", "response.status")]
