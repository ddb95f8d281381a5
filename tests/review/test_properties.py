"""What holds for every contract: it does not differ from itself, and neither lint nor explain fails on it."""

import pytest
from hypothesis import given

from contractkit.document import dump_contract, load_contract
from contractkit.errors import UsageError
from contractkit.model import Contract
from contractkit.review.actuals import judged_example
from contractkit.review.comparison import compare_contracts
from contractkit.review.diff_formats import diff_as_json, diff_as_markdown, diff_as_text
from contractkit.review.findings import Finding
from contractkit.review.judgements import judge, judgement_as_json, judgement_as_text
from contractkit.review.lint_formats import LintedFile, lint_as_github, lint_as_json, lint_as_text
from contractkit.review.lints import lint_contract
from tests.document.test_properties import contracts, relaxed


@relaxed
@pytest.mark.slow
@given(contracts)
def test_a_contract_does_not_differ_from_itself_nor_from_its_rewrite(contract: Contract) -> None:
    rewritten = load_contract(dump_contract(contract), origin="orders.json")
    for other in (contract, rewritten):
        found = compare_contracts(contract, other)
        assert (found.head, found.changes) == ((), ())


@relaxed
@pytest.mark.slow
@given(contracts, contracts)
def test_a_difference_is_seen_from_both_sides(one: Contract, other: Contract) -> None:
    there, back = compare_contracts(one, other), compare_contracts(other, one)
    assert there.is_same is back.is_same
    for form in (diff_as_text, diff_as_json, diff_as_markdown):
        assert form(there)


@relaxed
@pytest.mark.slow
@given(contracts)
def test_every_contract_can_be_linted_and_explained(contract: Contract) -> None:
    findings: tuple[Finding, ...] = lint_contract(contract)
    for form in (lint_as_text, lint_as_json, lint_as_github):
        assert form([LintedFile(name="orders.json", findings=findings)])
    for interaction in contract.interactions:
        for side in ("response", "request"):
            try:
                judged = judged_example(interaction, side)
            except UsageError:
                continue  # the exchange has no such side
            judgement = judge(interaction, judged, specification=contract.specification)
            assert judgement_as_text(judgement) and judgement_as_json(judgement)
