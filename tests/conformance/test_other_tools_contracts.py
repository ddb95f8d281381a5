"""Contracts and definitions that another tool judged: its verdict, case by case, and why ours is another."""

import json
from collections.abc import Callable
from pathlib import Path

from contractkit.document import load_contract
from contractkit.locking.legality import recheck
from contractkit.sources import load_definition
from contractkit.sources.messages import load_messages

TestData = Callable[[str], Path]

OTHERWISE = {
    "oas-base-path": "the prefix was an option there; here it is --base-path of verify, or a server of the definition",
    "oas-if-then-else": "an expected answer may leave out what a `then` requires: the provider gives it all the same",
    "oas-request-parameters-path-case-sensitivity": "paths are told apart by case (RFC 3986 §6.2.2.1); an option there",
    "oas-response-content-negotiation-swagger2": "an answer without a schema has no body, whatever `produces` says",
}
"""Cases of which our verdict is another, and why."""


def test_other_verdicts_are_shared_or_have_a_reason(test_data: TestData) -> None:
    folders = sorted(test_data("definitions/breaking/pact-vs-definition").glob("oas-*"))
    differing = {}
    for folder in folders:
        expected = json.loads((folder / "expected.json").read_text())["compatible"]
        contract = load_contract((folder / "pact.json").read_bytes(), origin=folder.name)
        found = recheck([contract], [(None, load_definition(folder / "oas.yaml").definition)])
        if (not found.concerns) is not expected:
            differing[folder.name] = [f"{each.location}: {each.sentence}" for each in found.concerns]
    print(f"{len(folders) - len(differing)} of {len(folders)} agree")
    assert differing.keys() == OTHERWISE.keys()


def test_every_interaction_with_messages_is_judged_alike(test_data: TestData) -> None:
    folders = sorted(test_data("definitions/breaking/pact-vs-definition").glob("asyncapi-*"))
    differing = {}
    for folder in folders:
        contract = load_contract((folder / "pact.json").read_bytes(), origin=folder.name)
        beside = [(None, load_definition(file).definition) for file in folder.glob("oas.yaml")]
        found = recheck([contract], [*beside, (None, load_messages("asyncapi.yaml", root=folder))])
        wrong = [any(concern.interaction is each for concern in found.concerns) for each in contract.interactions]
        expected = json.loads((folder / "expected.json").read_text())["interactions"]
        if wrong != [not each["compatible"] for each in expected]:
            differing[folder.name] = [f"{each.location}: {each.sentence}" for each in found.concerns]
    print(f"{len(folders) - len(differing)} of {len(folders)} agree")
    assert differing == {}
