"""Merging a run into the contract that was there: a pure function."""

from dataclasses import replace

import pytest

from contractkit.errors import InteractionClashError
from contractkit.model import (
    Contract,
    DefinitionReference,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    ProviderState,
    TestReference,
)
from contractkit.recording import RunFacts, join_contracts, merge_contracts
from contractkit.recording.joining import number_within_test
from contractkit.recording.merging import described


def interaction(key: str, *tests: str, body: object = 1, description: str = "", state: str = "") -> Interaction:
    """Give an interaction recorded by tests written `file::name`."""
    references = [TestReference(node_id=test, file=test.partition("::")[0], line=1) for test in tests]
    request, response = HttpRequest(method="GET", path="/"), HttpResponse(status=200, body=JsonBody(body))
    return Interaction(
        key=key,
        description=description or key,
        exchange=HttpCall(request=request, response=response),
        states=(ProviderState(name=state),) if state else (),
        evidence=tuple(Evidence(test=reference) for reference in references),
    )


def contract(*interactions: Interaction) -> Contract:
    return Contract(consumer="shop", provider="orders", interactions=interactions)


def facts(*passed: str, **held: list[str]) -> RunFacts:
    return RunFacts(passed=frozenset(passed), held={f"{name}.py": frozenset(tests) for name, tests in held.items()})


def test_a_first_run_gives_what_it_recorded() -> None:
    recorded = contract(interaction("k1", "a.py::x"))

    assert merge_contracts(None, recorded, facts("a.py::x")) == recorded


def test_a_test_that_passed_replaces_what_it_recorded() -> None:
    before = contract(interaction("k1", "a.py::x"))
    recorded = contract(interaction("k2", "a.py::x"))

    assert merge_contracts(before, recorded, facts("a.py::x")) == recorded


def test_a_test_that_did_not_pass_keeps_what_it_recorded() -> None:
    before = contract(interaction("k1", "a.py::x"))

    assert merge_contracts(before, contract(), facts("a.py::y", a=["a.py::x", "a.py::y"])) == before


def test_a_test_that_is_gone_from_a_whole_file_loses_its_interactions() -> None:
    before = contract(interaction("k1", "a.py::x"), interaction("k2", "b.py::y"))

    assert merge_contracts(before, contract(), facts(a=["a.py::z"])) == contract(interaction("k2", "b.py::y"))


def test_an_interaction_lives_as_long_as_one_test_stands_for_it() -> None:
    before = contract(interaction("k1", "a.py::x", "a.py::y"))

    after = merge_contracts(before, contract(), facts("a.py::x"))

    assert after == contract(interaction("k1", "a.py::y"))


def test_a_new_answer_wins_and_tests_that_did_not_run_still_stand_for_it() -> None:
    before = contract(interaction("k1", "a.py::x", "b.py::y", body=1))
    recorded = contract(interaction("k1", "b.py::y", body=2))

    assert merge_contracts(before, recorded, facts("b.py::y")) == contract(
        interaction("k1", "a.py::x", "b.py::y", body=2)
    )


def test_what_other_tools_wrote_stays() -> None:
    foreign = replace(contract(interaction("k1")), kept={"contract": {"x": 1}})
    recorded = replace(
        contract(interaction("k2", "a.py::x")), definition=DefinitionReference(source="o.yaml", digest="sha256:1")
    )

    after = merge_contracts(foreign, recorded, facts("a.py::x"))

    assert after.interactions == (interaction("k1"), interaction("k2", "a.py::x"))
    assert (after.kept, after.definition) == ({"contract": {"x": 1}}, recorded.definition)


def test_comments_and_unknown_members_survive_a_new_recording() -> None:
    before = contract(replace(interaction("k1", "a.py::x"), comments=("why",), kept={"interaction": {"y": 2}}))

    after = merge_contracts(before, contract(interaction("k1", "a.py::x", body=2)), facts("a.py::x"))

    assert after == contract(
        replace(interaction("k1", "a.py::x", body=2), comments=("why",), kept={"interaction": {"y": 2}})
    )


def test_shared_descriptions_are_told_apart_by_their_keys() -> None:
    two = (
        interaction("0123456789abcdef", "a.py::x", description="same"),
        interaction("fedcba9876543210-2", "a.py::x", description="same"),
        interaction("aaaaaaaaaaaaaaaa", "a.py::x", description="same", state="other"),
    )

    once = described(two)

    assert [each.description for each in once] == ["same [01234567]", "same [fedcba98-2]", "same"]
    assert described(once) == once
    assert [each.description for each in described(once[:1])] == ["same"]


def test_equal_interactions_join_with_the_evidence_of_both() -> None:
    joined = join_contracts([contract(interaction("k", "b.py::y")), contract(interaction("k", "a.py::x"))])

    assert joined == contract(interaction("k", "a.py::x", "b.py::y"))


@pytest.mark.parametrize("other", [2, 1.0, True, "1"])
def test_different_answers_under_one_key_clash(other: object) -> None:
    contracts = [contract(interaction("k", "b.py::y", body=other)), contract(interaction("k", "a.py::x", body=1))]

    with pytest.raises(InteractionClashError) as caught:
        join_contracts(contracts)

    assert str(caught.value).splitlines()[2:6] == [
        "  interaction   k",
        "  given         no state",
        "  one test      a.py::x (line 1)",
        "  expects       200 1",
    ]


def test_different_answers_in_one_test_are_numbered_and_equal_ones_join() -> None:
    one, two = interaction("k", "a.py::x", body=1), interaction("k", "a.py::x", body=2)

    assert number_within_test([one, two, one]) == (one, replace(two, key="k-2"))
