"""Expected members: how much of what was served is asked of the provider."""

from dataclasses import replace

import pytest

from contractkit.exact_json import Json
from contractkit.explain.expected_members import count_expected_members, expected_in_words
from contractkit.model import (
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    TestReference,
)


def interaction(expected: Json, served: Json) -> Interaction:
    call = HttpCall(
        request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200, body=JsonBody(expected))
    )
    return Interaction(key="k", description="d", exchange=call, served=JsonBody(served))


def test_members_are_counted_at_every_depth_and_of_lists_in_the_first_element() -> None:
    served = {"items": [{"id": 1, "note": "a"}, {"id": 2, "note": "b"}], "total": {"sum": 1}}
    assert count_expected_members([interaction({"items": [{"id": 1}]}, served)]) == (2, 5)


def test_inferred_needs_are_not_counted() -> None:
    test = TestReference(node_id="test_it.py::test_it", file="test_it.py", line=1)
    known = replace(interaction({}, {"id": 1}), evidence=(Evidence(test=test, needs=InferredNeeds(needed=())),))
    assert count_expected_members([known]) == (0, 0)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((12, 30), "12 of 30 served members are expected; reply with those you use"),
        ((1, 2), "1 of 2 served members is expected; reply with those you use"),
        ((3, 3), ""),
        ((0, 0), ""),
    ],
)
def test_the_counts_in_words(counts: tuple[int, int], words: str) -> None:
    assert expected_in_words(*counts) == words
