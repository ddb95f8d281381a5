"""The manual names every rule for protobuf with its levels, and every code of a finding."""

import re
from pathlib import Path

from contractkit.changes.protobuf.message_rules import ENUM_RULES, MESSAGE_RULES, PACKED_RULES
from contractkit.changes.protobuf.procedures import (
    PACKAGE_REMOVED,
    PROCEDURE_REMOVED,
    PROCEDURE_RULES,
    SERVICE_REMOVED,
)
from contractkit.changes.protobuf.transcoding import HTTP_RULES
from contractkit.impact.protobuf.consequences import REQUEST_CONSEQUENCES, RESPONSE_CONSEQUENCES
from contractkit.impact.protobuf.refusals import TEXT_UNCHECKED

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs/impact.md").read_text()


def test_every_change_of_a_message_is_in_the_manual_with_its_levels() -> None:
    rows = [f"| `{rule.id}` | {rule.binary.value} | {rule.json.value} |" for rule in MESSAGE_RULES]
    rows += [f"| `{rule.id}` | {rule.binary.value} | {rule.json.value} |" for rule in ENUM_RULES]
    rows += [f"| `{rule.id}` | {rule.binary.value} | {rule.json.value} |" for rule in PACKED_RULES]
    assert [row for row in rows if row not in MANUAL] == []


def test_every_change_of_a_procedure_is_in_the_manual() -> None:
    ids = [PACKAGE_REMOVED, SERVICE_REMOVED, PROCEDURE_REMOVED, *(rule.id for rule in PROCEDURE_RULES)]
    assert [each for each in ids if f"| `{each}` |" not in MANUAL] == []


def test_every_change_of_an_address_is_in_the_manual_with_its_levels() -> None:
    assert [rule.id for rule in HTTP_RULES if f"| `{rule.id}` | possible | breaking |" not in MANUAL] == []


def test_every_code_is_in_the_manual() -> None:
    judgement = (ROOT / "src/contractkit/impact/protobuf/judgement.py").read_text()
    codes = {row.code for row in (*REQUEST_CONSEQUENCES, *RESPONSE_CONSEQUENCES)}
    codes |= set(re.findall(r'"((?:operation|procedure)\.[a-z]+)"', judgement))
    assert {code for code in codes if f"| `{code}` |" not in MANUAL} == set()


def test_every_change_that_may_hurt_has_a_consequence_or_is_only_a_cause() -> None:
    named = {change for row in (*REQUEST_CONSEQUENCES, *RESPONSE_CONSEQUENCES) for change in row.changes}
    named.add(TEXT_UNCHECKED)
    rules = {rule.id.partition(".")[2] for rule in MESSAGE_RULES} | {rule.id.partition(".")[2] for rule in ENUM_RULES}
    assert rules - named == {"field.renamed", "field.type-compatible", "field.presence-gained"}
