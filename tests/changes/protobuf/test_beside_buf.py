"""Verdicts beside buf's for each of its rules about the wire, both ways: they agree, but for rules of the manual."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.sources.protoc import compile_protos

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "beside_buf.yaml").read_text())
MANUAL = (Path(__file__).parents[3] / "docs/impact.md").read_text().partition("### Beside buf")[2]

TYPES = """enum E { A = 0; B = 1; } enum F { C = 0; D = 1; }
message M { string x = 1; } message N { string x = 1; } message O { int32 x = 1; }"""

ENCODINGS = {"WIRE": (Encoding.BINARY,), "WIRE_JSON": (Encoding.BINARY, Encoding.JSON)}


def defined(case: Mapping[str, Any], version: str) -> ProtoDefinition:
    """Give the definition of `old` or `new`, among the types above where the case brings none."""
    syntax = case.get("syntaxes", {}).get(version) or case.get("syntax", 'syntax = "proto3";')
    package = case.get("packages", {}).get(version, "shop.v1")
    imports = " ".join(f'import "google/protobuf/{name}.proto";' for name in case.get("imports", ()))
    procedures = case.get("procedures", {}).get(version, "rpc Call(Thing) returns (Thing);")
    text = f"{syntax} package {package}; {imports} {case.get('rest', TYPES if 'proto3' in syntax else '')}"
    text += f" message Thing {{ {case[version]} }} service Shop {{ {procedures} }}"
    found = compile_protos({"shop.proto": text.encode()}, ("shop.proto",), source="shop.proto")
    assert found.errors == ()
    return ProtoDefinition(found.descriptor_set, source="shop.proto")


def breaks_in(old: ProtoDefinition, new: ProtoDefinition) -> set[str]:
    """Give the categories in which a change can hurt somebody."""
    hurts = {
        encoding: any(change.level.can_hurt for change in compare_protos(old, new, encoding).changes)
        for encoding in Encoding
    }
    return {category for category, encodings in ENCODINGS.items() if any(hurts[each] for each in encodings)}


@pytest.mark.parametrize("name", list(CASES))
def test_we_say_what_buf_says_but_for_rules_of_the_manual(name: str) -> None:
    case = CASES[name]
    old, new = defined(case, "old"), defined(case, "new")
    ours = {f"there {each}" for each in breaks_in(old, new)} | {f"back {each}" for each in breaks_in(new, old)}
    otherwise = {place for places in case.get("since", {}).values() for place in places}
    assert ours ^ set(case["buf"]) == otherwise


def test_every_reason_is_in_the_manual() -> None:
    reasons = {reason for case in CASES.values() for reason in case.get("since", {})}
    assert {reason for reason in reasons if reason not in MANUAL} == set()
