"""Contracts and definitions that another tool judged: its verdict, case by case, and why ours is another."""

import json
from collections.abc import Callable
from pathlib import Path

import yaml

from contractkit.document import load_contract
from contractkit.locking.legality import AnyDefinition, recheck
from contractkit.sources import load_definition
from contractkit.sources.messages import load_messages

TestData = Callable[[str], Path]

OPTIONS = {
    "oas-request-parameters-path-case-sensitivity": "paths are told apart by case (RFC 3986 §6.2.2.1); an option there",
}
"""Cases of an option that the other tool has and ours has not."""

OTHERWISE = {
    "oas-if-then-else": "an expected answer may leave out what a `then` requires: the provider gives it all the same",
    "oas-response-content-negotiation-swagger2":
        "an answer without a schema has no body (Swagger 2.0, Response Object), so that no media type is asked in vain",
}  # fmt: skip
"""Cases of which our verdict is another, and why."""


def definition_in(folder: Path, scratch: Path) -> AnyDefinition:
    """Give a case's definition; a prefix of paths, which is an option of the other tool, is a server of it here."""
    document = yaml.safe_load((folder / "oas.yaml").read_text())
    prefix = document["info"].get("x-opc-config-base-path")
    if prefix is None:
        return load_definition(folder / "oas.yaml").definition
    file = scratch / f"{folder.name}.yaml"
    file.write_text(yaml.safe_dump({**document, "servers": [{"url": prefix}]}))
    return load_definition(file).definition


def test_other_verdicts_are_shared_or_have_a_reason(test_data: TestData, tmp_path: Path) -> None:
    folders = sorted(test_data("definitions/breaking/pact-vs-definition").glob("oas-*"))
    differing = {}
    for folder in folders:
        expected = json.loads((folder / "expected.json").read_text())["compatible"]
        contract = load_contract((folder / "pact.json").read_bytes(), origin=folder.name)
        found = recheck([contract], [(None, definition_in(folder, tmp_path))])
        if (not found.concerns) is not expected:
            differing[folder.name] = [f"{each.location}: {each.sentence}" for each in found.concerns]
    for name, found_there in differing.items():
        print(f"{name}: here {found_there or 'nothing'}: {(OTHERWISE | OPTIONS).get(name)}")
    print(f"{len(folders) - len(differing)} of {len(folders)} agree, {len(OPTIONS)} is of an option")
    assert differing.keys() == OTHERWISE.keys() | OPTIONS.keys()


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
