"""Verdicts beside the wire: generated code of one definition writes, that of the other reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from contractkit.impact import ImpactReport
from contractkit.model import Interaction

CASES = yaml.safe_load((Path(__file__).parent / "wire.yaml").read_text())


def proto(case: dict[str, Any], version: str) -> str:
    syntax, rest = case.get("syntax", 'syntax = "proto3";'), case.get("rest", "")
    types = ("Thing", "Empty") if case["side"] == "request" else ("Empty", "Thing")
    return (
        f"{syntax} package shop.v1; {rest} message Empty {{}} message Thing {{ {case[version]} }}"
        f" service Shop {{ rpc Call({types[0]}) returns ({types[1]}); }}"
    )


def generated(text: str, folder: Path) -> type[Message]:
    """Give the class of `Thing` in a pool of its own, as the compiler describes it."""
    folder.mkdir()
    (folder / "shop.proto").write_text(text)
    result = folder / "shop.binpb"
    assert protoc.main(["protoc", f"-I{folder}", f"--descriptor_set_out={result}", str(folder / "shop.proto")]) == 0
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(result.read_bytes()).file:
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("shop.v1.Thing"))


def passed(writer: type[Message], reader: type[Message], sent: dict[str, Any]) -> object:
    """Give what a message is to its reader, or `refused`."""
    data = ParseDict(sent, writer()).SerializeToString()
    try:
        message = reader.FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return "refused"
    if not message.IsInitialized():
        return "refused"
    return MessageToDict(message, preserving_proto_field_name=True)


@pytest.mark.parametrize("name", list(CASES))
def test_code_of_both_definitions_agrees_with_what_is_written_down(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    old, new = (generated(proto(case, version), tmp_path / version) for version in ("old", "new"))
    writer, reader = (old, new) if case["side"] == "request" else (new, old)
    assert passed(writer, reader, case["sent"]) == case["arrives"]


@pytest.mark.parametrize("name", list(CASES))
def test_the_verdict_is_what_the_wire_shows(
    name: str, report_on: Callable[..., ImpactReport], record: Callable[..., Interaction]
) -> None:
    case = CASES[name]
    is_request = case["side"] == "request"
    call = record(case["sent"]) if is_request else record({}, case.get("expected", case["sent"]))
    report = report_on(proto(case, "old"), proto(case, "new"), call)
    codes = {finding.worry.code for finding in report.findings}
    assert (report.verdict.value, codes) == (case["verdict"], {case["code"]} if "code" in case else set())
