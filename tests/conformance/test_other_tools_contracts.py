"""Contracts and definitions that another tool judged: its verdict, case by case, and why ours is another."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import yaml

from contractkit.document import load_contract
from contractkit.locking.legality import AnyDefinition, Recheck, recheck
from contractkit.model import Contract
from contractkit.sources import load_definition
from contractkit.sources.messages import load_messages

TestData = Callable[[str], Path]

CASE = "paths are told apart by case (RFC 3986 §6.2.2.1); an option there, which this case switches on"
OTHERWISE = {
    ("oas-if-then-else", "should fail when card payment is missing cardNumber required by the then branch"):
        "an expected answer may leave out what a `then` requires: the provider gives it all the same",
    ("oas-if-then-else", "should fail when paypal payment is missing paypalEmail required by the else branch"):
        "an expected answer may leave out what an `else` requires: the provider gives it all the same",
    ("oas-references", "should error (but not crash) for wildcard routes"):
        "OpenAPI has no wildcards in paths: an asterisk is an asterisk",
    ("oas-request-content-negotiation", "should error on unknown request content-type"):
        "a body is sent where none is declared, so no provider needs to read it; a warning there",
    ("oas-request-parameters-path-case-sensitivity", "request mixed case, OAS lowercase"): CASE,
    ("oas-request-parameters-path-case-sensitivity", "should match case insensitively"): CASE,
    ("oas-response-content-negotiation", "should pass on successful response content negotiation, with encoding"):
        "a body that was recorded as JSON is looked into, whatever its media type is called",
    ("oas-response-content-negotiation-swagger2", "should error on incompatible request accept"):
        "an answer without a schema has no body (Swagger 2.0, Response Object), so that no media type is asked in vain",
}  # fmt: skip
"""Interactions of which our verdict is another, by case and description, and why."""


def definition_in(folder: Path, scratch: Path) -> AnyDefinition:
    """Give a case's definition; a prefix of paths, which is an option of the other tool, is a server of it here."""
    document = yaml.safe_load((folder / "oas.yaml").read_text())
    prefix = document["info"].get("x-opc-config-base-path")
    if prefix is None:
        return load_definition(folder / "oas.yaml").definition
    file = scratch / f"{folder.name}.yaml"
    file.write_text(yaml.safe_dump({**document, "servers": [{"url": prefix}]}))
    return load_definition(file).definition


def wrong_by_description(found: Recheck, contract: Contract) -> Counter[str]:
    """Count the interactions of each description that are not borne out."""
    wrong = [each for each in contract.interactions if any(concern.interaction is each for concern in found.concerns)]
    return Counter(each.description for each in wrong)


def test_other_verdicts_are_shared_or_have_a_reason(test_data: TestData, tmp_path: Path) -> None:
    differing: dict[tuple[str, str], str] = {}
    judged = agreeing = alike = 0
    for folder in sorted(test_data("definitions/breaking/pact-vs-definition").glob("oas-*")):
        verdict = json.loads((folder / "expected.json").read_text())
        expected = verdict["interactions"]
        contract = load_contract((folder / "pact.json").read_bytes(), origin=folder.name)
        found = recheck([contract], [(None, definition_in(folder, tmp_path))])
        alike += verdict["compatible"] is not bool(found.concerns)
        ours = wrong_by_description(found, contract)
        theirs = Counter(each["description"] or "" for each in expected if not each["compatible"])
        judged += len(expected)
        agreeing += len(expected) - ((ours - theirs) + (theirs - ours)).total()
        for description in (ours - theirs) + (theirs - ours):
            sentences = [each for each in found.concerns if each.interaction.description == description]
            said = [f"{each.location}: {each.sentence}" for each in sentences]
            differing[folder.name, description] = f"here {said or 'nothing'}"
    for key, here in differing.items():
        print(f"{': '.join(key)}: {here}: {OTHERWISE.get(key)}")
    print(f"{agreeing} of {judged} interactions agree, and {alike} cases as wholes")
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
