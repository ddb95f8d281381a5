"""Verdicts beside the wire, for every kind of change: what old code and new code make of each other's messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.changes import Change, Level
from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.impact import ConsumerImpact, ConsumerInfo, analyse
from contractkit.model import Contract, InferredNeeds, Interaction
from contractkit.sources.protoc import compile_protos
from tests.impact.protobuf.conftest import MEDIA_TYPE, recorded
from tests.impact.protobuf.wire import Row, Wire, wired

pytestmark = pytest.mark.slow  # code is generated, and served

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "wire.yaml").read_text())
ROWS = {name: Row(package=f"wired{number}", case=case) for number, (name, case) in enumerate(CASES.items())}


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with wired(ROWS.values(), tmp_path_factory.mktemp("wire")) as connected:
        yield connected


@pytest.fixture(scope="module")
def definitions() -> tuple[ProtoDefinition, ProtoDefinition]:
    return defined("old"), defined("new")


def defined(version: str) -> ProtoDefinition:
    texts = {f"{row.package}.proto": row.text(version).encode() for row in ROWS.values()}
    found = compile_protos(texts, list(texts), source=version)
    assert found.errors == ()
    return ProtoDefinition(found.descriptor_set, source=version)


@pytest.fixture(scope="module")
def judged(definitions: tuple[ProtoDefinition, ProtoDefinition]) -> dict[str, ConsumerImpact]:
    calls = {name: needing(row) for name, row in ROWS.items()}
    calls |= {f"{name}, spared": sparing(row) for name, row in ROWS.items()}
    contracts = [(Contract(consumer=name, provider="shop", interactions=(call,)), ConsumerInfo())
                 for name, call in calls.items()]  # fmt: skip
    return {each.consumer: each for each in analyse(*definitions, contracts).consumers}


def needing(row: Row) -> Interaction:
    """Give the call of a consumer that sends what the case sends, or depends on all that it expects."""
    media_type = "application/json" if row.is_json else MEDIA_TYPE
    said = row.case.get("expected", row.case["sent"])
    said = said[0] if isinstance(said, list) else said
    sent, received = (said, {}) if row.is_request else ({}, said)
    exact = [f"events[2].message.{name}" for name in row.case.get("exact", ())]
    return recorded(sent, received, procedure=row.procedure, media_type=media_type, exact=exact)


def sparing(row: Row) -> Interaction:
    """Give the call of a consumer that sends nothing of it, or is served it and needs nothing."""
    media_type = "application/json" if row.is_json else MEDIA_TYPE
    said = row.case.get("expected", row.case["sent"])
    served = None if row.is_request else said[0] if isinstance(said, list) else said
    needs = InferredNeeds(needed=())
    return recorded({}, {}, procedure=row.procedure, media_type=media_type, served=served, needs=needs)


@pytest.mark.parametrize("name", list(CASES))
def test_code_of_both_definitions_agrees_with_what_is_written_down(name: str, wire: Wire) -> None:
    assert wire.passed(ROWS[name]) == CASES[name]["arrives"]


@pytest.mark.parametrize("name", list(CASES))
def test_the_verdict_is_what_the_wire_shows(name: str, judged: dict[str, ConsumerImpact]) -> None:
    case, found = CASES[name], judged[name]
    codes = {finding.worry.code for finding in found.findings}
    assert (found.verdict.value, codes) == (case["verdict"], {case["code"]} if "code" in case else set())


@pytest.mark.parametrize("name", list(CASES))
def test_who_does_not_use_it_is_told_apart(name: str, judged: dict[str, ConsumerImpact]) -> None:
    assert judged[f"{name}, spared"].verdict.value == CASES[name].get("spared", "unaffected")


def test_the_changes_are_as_bad_as_the_worst_that_the_wire_shows(
    definitions: tuple[ProtoDefinition, ProtoDefinition],
) -> None:
    changes = {encoding: compare_protos(*definitions, encoding).changes for encoding in Encoding}
    found = {name: worst_of(row, changes[Encoding.JSON if row.is_json else Encoding.BINARY])
             for name, row in ROWS.items()}  # fmt: skip
    assert found == {name: case["change"] for name, case in CASES.items()}


def worst_of(row: Row, changes: tuple[Change, ...]) -> str:
    levels = {change.level for change in changes if change.operation.startswith(f"{row.package}.")}
    return next((level.value for level in Level if level in levels), "none")
