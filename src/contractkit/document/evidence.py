"""What we add to an interaction under `comments.contractkit`: tests, needs, the derived state, the served body."""

from collections.abc import Mapping
from typing import NamedTuple

from contractkit.document.bodies import read_envelope, write_body
from contractkit.document.reading import ObjectReader
from contractkit.exact_json import Json
from contractkit.model import (
    Body,
    DerivedState,
    Evidence,
    InferredNeeds,
    Interaction,
    Location,
    MissingBody,
    Need,
    Needs,
    Reaction,
    TestReference,
    UnknownNeeds,
    parse_location,
)
from contractkit.results import ABSENT


class Annotations(NamedTuple):
    """What `comments.contractkit` says of an interaction; the defaults are those of an interaction without it."""

    operation: str | None = None
    derived_state: DerivedState | None = None
    served: Body = MissingBody()
    evidence: tuple[Evidence, ...] = ()


def read_annotations(reader: ObjectReader | None) -> Annotations:
    """Read `comments.contractkit`, None where there is none."""
    if reader is None:
        return Annotations()
    derived = reader.child("derivedState")
    served = reader.child("served")
    return Annotations(
        operation=reader.optional_text("operation"),
        derived_state=None if derived is None else _read_derived_state(derived),
        served=MissingBody() if served is None else read_envelope(served),
        evidence=tuple(_read_evidence(each) for each in reader.objects("evidence")),
    )


def write_annotations(interaction: Interaction) -> dict[str, Json]:
    """Give `comments.contractkit` of an interaction, empty where there is nothing to say."""
    derived = interaction.derived_state
    members = {
        "operation": ABSENT if interaction.operation is None else interaction.operation,
        "derivedState": ABSENT if derived is None else _write_derived_state(derived),
        "served": write_body(interaction.served),
        "evidence": [_write_evidence(each) for each in interaction.evidence] or ABSENT,
    }
    return {name: value for name, value in members.items() if value is not ABSENT}


def read_location(text: object, reader: ObjectReader, pointer: str) -> Location | None:
    """Read a location in our notation; None, and noted as wrong, for anything else."""
    try:
        if isinstance(text, str):
            return parse_location(text)
    except ValueError:
        pass
    reader.findings.wrong(pointer, "a location such as `response.body.lines[1].quantity`", text)
    return None


def _read_derived_state(reader: ObjectReader) -> DerivedState:
    return DerivedState(
        operation=reader.text("operation"), status=reader.text("status"), values=reader.mapping("values")
    )


def _write_derived_state(state: DerivedState) -> Mapping[str, Json]:
    values = {"values": dict(state.values)} if state.values else {}
    return {"operation": state.operation, "status": state.status, **values}


def _read_evidence(reader: ObjectReader) -> Evidence:
    test = reader.required_child("test")
    needs = reader.child("needs")
    return Evidence(
        test=TestReference(node_id=test.text("nodeId"), file=test.text("file"), line=test.integer("line")),
        needs=UnknownNeeds() if needs is None else _read_needs(needs),
    )


def _write_evidence(evidence: Evidence) -> Json:
    test = evidence.test
    return {
        "test": {"nodeId": test.node_id, "file": test.file, "line": test.line},
        "needs": _write_needs(evidence.needs),
    }


def _read_needs(reader: ObjectReader) -> Needs:
    kind = reader.text("kind")
    if kind == "unknown":
        return UnknownNeeds(reason=reader.text("reason", UnknownNeeds().reason), pinned=_located(reader, "pinned"))
    if kind != "inferred" and reader.is_object and kind:
        reader.findings.wrong(reader.at("kind"), '"unknown" or "inferred"', kind)
    return InferredNeeds(
        needed=tuple(need for each in reader.objects("needed") if (need := _read_need(each)) is not None),
        any_of=tuple(_locations(value, pointer, reader) for pointer, value in reader.elements("anyOf")),
        tolerated=_located(reader, "tolerated"),
        untouched=_located(reader, "untouched"),
        weak=_located(reader, "weak"),
        reactions=tuple(_read_reaction(each) for each in reader.objects("reactions")),
        valid_for=reader.text("validFor", ""),
    )


def _write_needs(needs: Needs) -> Json:
    match needs:
        case UnknownNeeds(reason=reason, pinned=pinned):
            places = {"pinned": [str(place) for place in pinned]} if pinned else {}
            return {"kind": "unknown", "reason": reason, **places}
        case InferredNeeds():
            lists = {
                "anyOf": [[str(place) for place in group] for group in needs.any_of],
                "tolerated": [str(place) for place in needs.tolerated],
                "untouched": [str(place) for place in needs.untouched],
                "weak": [str(place) for place in needs.weak],
                "reactions": [{"to": each.to, "result": each.result} for each in needs.reactions],
                "validFor": needs.valid_for,
            }
            said = {name: value for name, value in lists.items() if value}
            return {"kind": "inferred", "needed": [_write_need(need) for need in needs.needed], **said}


def _read_reaction(reader: ObjectReader) -> Reaction:
    return Reaction(to=reader.text("to"), result=reader.text("result"))


def _read_need(reader: ObjectReader) -> Need | None:
    location = read_location(reader.take("location"), reader, reader.at("location"))
    need = Need(
        location=location or Location(),
        may_lack=reader.flag("mayLack"),
        non_null=reader.flag("nonNull"),
        non_empty=reader.flag("nonEmpty"),
        at_most=reader.integer("atMost") if "atMost" in reader else None,
        members=tuple(value for _, value in reader.elements("members")),
        pattern=reader.optional_text("pattern"),
    )
    return None if location is None else need


def _write_need(need: Need) -> Json:
    said = {
        "mayLack": need.may_lack,
        "nonNull": need.non_null,
        "nonEmpty": need.non_empty,
        "atMost": ABSENT if need.at_most is None else need.at_most,
        "members": list(need.members),
        "pattern": ABSENT if need.pattern is None else need.pattern,
    }
    chosen = {name: value for name, value in said.items() if value is not False and value not in ([], ABSENT)}
    return {"location": str(need.location), **chosen}


def _located(reader: ObjectReader, name: str) -> tuple[Location, ...]:
    pointer = reader.at(name)
    return _locations(reader.take(name) if name in reader else [], pointer, reader)


def _locations(value: Json, pointer: str, reader: ObjectReader) -> tuple[Location, ...]:
    if not isinstance(value, list):
        reader.findings.wrong(pointer, "a list of locations", value)
        return ()
    try:
        return tuple(map(parse_location, value))  # there are hundreds of them, and seldom a wrong one
    except (AttributeError, TypeError, ValueError):
        pass
    found = (read_location(text, reader, f"{pointer}/{index}") for index, text in enumerate(value))
    return tuple(location for location in found if location is not None)
