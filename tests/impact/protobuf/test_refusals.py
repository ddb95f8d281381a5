"""What may be refused whole, held for every two types of a list against code that protoc made."""

import importlib
import sys
from itertools import product
from types import ModuleType

import pytest
from google.protobuf.message import DecodeError, Message
from grpc_tools import protoc

from contractkit.impact.protobuf.refusals import may_refuse

pytestmark = pytest.mark.slow  # code is generated

WIDE = (0, 1, 300, -1, 2**31, -(2**63))
NARROW = (0, 1, 300, -1, -(2**31))
NATURAL = (0, 1, 300, 2**32 - 1)
VALUES = {
    "int32": NARROW, "sint32": NARROW, "sfixed32": NARROW, "uint32": NATURAL, "fixed32": NATURAL,
    "int64": WIDE, "sint64": WIDE, "sfixed64": WIDE, "uint64": (*NATURAL, 2**64 - 1), "fixed64": (*NATURAL, 2**64 - 1),
    "bool": (True, False), "E": (0, 1, -1), "float": (0.0, 1.5, -1e30), "double": (0.0, 1.5, -1e300),
    "string": ("", "x", "xyz", "é", "\n\x01x"), "bytes": (b"", b"\xff", b"abc", b"\x80" * 11),
    "M": ({}, {"x": b"\xff"}, {"x": b"abc"}),
}  # fmt: skip
"""Types to values that show what their bytes may be."""

LABELS = {"list": "repeated {} a = 1", "unpacked": "repeated {} a = 1 [packed = false]", "one": "{} a = 1"}
TYPES = [(label, kind) for label, kind in product(LABELS, VALUES)
         if label != "unpacked" or kind not in ("string", "bytes", "M")]  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("refused")
    messages = [f"message {label}_{kind} {{ {LABELS[label].format(kind)}; }}" for label, kind in TYPES]
    types = "enum E { A = 0; B = 1; } message M { bytes x = 1; }"
    (folder / "refused.proto").write_text(f'syntax = "proto3"; package refused; {types} {" ".join(messages)}')
    assert protoc.main(["protoc", f"-I{folder}", f"--python_out={folder}", str(folder / "refused.proto")]) == 0
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("refused_pb2")
    finally:
        sys.path.remove(str(folder))


@pytest.mark.parametrize(("label", "kind"), TYPES)
def test_a_message_may_be_refused_where_code_refuses_it(label: str, kind: str, generated: ModuleType) -> None:
    writer = getattr(generated, f"{label}_{kind}")
    several = [[], *([each] for each in VALUES[kind]), list(VALUES[kind]), list(VALUES[kind][:3])]
    written = [writer(a=each).SerializeToString() for each in (VALUES[kind] if label == "one" else several)]
    readers = [(one, other) for one, other in TYPES if other != kind]
    refusing = {f"{one} {other}" for one, other in readers
                if any(is_refused(getattr(generated, f"{one}_{other}"), data) for data in written)}  # fmt: skip
    fields = {each: getattr(generated, "_".join(each)).DESCRIPTOR.fields_by_name["a"] for each in TYPES}
    said = {f"{one} {other}" for one, other in readers
            if may_refuse(fields[one, other], fields[label, kind])}  # fmt: skip
    assert said == refusing


def is_refused(reader: type[Message], data: bytes) -> bool:
    try:
        reader.FromString(data)
    except DecodeError:
        return True
    return False
