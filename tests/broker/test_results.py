"""Mismatches of other verifiers, in one line each."""

import pytest
from contractkit_broker.service.results import mismatch_words, read_outcomes
from contractkit_broker.store.records import InteractionOutcome


@pytest.mark.parametrize(
    ("mismatch", "words"),
    [
        ({"attribute": "body", "identifier": "$.lines[0].sku", "description": "x"}, "body.lines[0].sku: x"),
        ({"attribute": "body", "identifier": "$", "description": "x"}, "body: x"),
        ({"attribute": "header", "identifier": "Content-Type", "description": "x"}, "header Content-Type: x"),
        ({"attribute": "status", "description": "expected 200, received 404"}, "status: expected 200, received 404"),
        ({"description": "time-out"}, "time-out"),
        ({}, "differs"),
    ],
)
def test_a_mismatch_says_where_and_what(mismatch: dict[str, str], words: str) -> None:
    assert mismatch_words(mismatch) == words


def test_results_of_any_form_are_read() -> None:
    assert read_outcomes([{"interactionId": "a", "success": False, "exceptions": ["no connection"]}, {}]) == (
        InteractionOutcome(interaction_id="a", success=False, errors=({"description": "no connection"},)),
        InteractionOutcome(interaction_id="", success=True),
    )
