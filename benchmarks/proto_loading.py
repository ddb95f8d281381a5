"""Speed of protobuf definitions: loading a project of 30 files, and reading and writing messages as trees.

Run it with `python benchmarks/proto_loading.py`; it takes some seconds and prints two tables. The peers do the same
work in the same run: protoc as a process of its own, and `google.protobuf.json_format` for messages.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from pathlib import Path

from google.protobuf import descriptor_pool, json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.sources import load_definition

FILES, MESSAGES = 30, 20
ROUNDS = 9


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "protos"
        write_project(folder)
        os.environ["XDG_CACHE_HOME"] = str(Path(name) / "cache")
        loading(folder, Path(name) / "cache")
        messages(load_definition(folder).protobuf)


def write_project(folder: Path) -> None:
    folder.mkdir()
    for number in range(FILES):
        before = f'import "file{number - 1}.proto";' if number else ""
        parts = [f'syntax = "proto3"; package p{number};\nimport "google/protobuf/timestamp.proto";\n{before}\n']
        for each in range(MESSAGES):
            other = f"p{number - 1}.M{each} previous = 7;" if number else ""
            parts.append(
                f"// A message.\nmessage M{each} {{ string name = 1; int64 count = 2; repeated double values = 3; "
                "map<string, int32> labels = 4; google.protobuf.Timestamp created_at = 5; optional bool flag = 6; "
                f"{other} }}\n"
            )
        parts.append(f"service S{number} {{ rpc Get(M0) returns (M1); rpc List(M2) returns (stream M3); }}\n")
        (folder / f"file{number}.proto").write_text("".join(parts))


def loading(folder: Path, cache: Path) -> None:
    """Print how long a definition takes until its operations are known."""

    def cold() -> None:
        for entry in cache.rglob("protoc-*"):
            entry.unlink()
        assert len(load_definition(folder).definition.operations) == 2 * FILES

    def kept() -> None:
        assert len(load_definition(folder).definition.operations) == 2 * FILES

    def process() -> None:
        files = [each.name for each in sorted(folder.glob("*.proto"))]
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", "--include_imports"]
        subprocess.run([*command, f"--descriptor_set_out={folder}/set.bin", *files], check=True)

    print(f"{FILES} files, {FILES * MESSAGES} messages: seconds until the operations are known\n")
    print(f"{'':44} median     worst")
    show("contractkit, compiled", cold)
    show("contractkit, from the cache", kept)
    show("protoc as a process, descriptor set only", process)


def show(label: str, work: Callable[[], None]) -> None:
    work()
    seconds = [timed(work) for _ in range(ROUNDS)]
    print(f"{label:44} {statistics.median(seconds):.4f}    {max(seconds):.4f}")


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def messages(definition: ProtoDefinition) -> None:
    """Print how long one message takes, beside json_format on the same bytes."""
    procedure = definition.procedure("p3.S3/Get")
    tree = definition.answer(procedure, seed="a").tree
    encoded = definition.encode(procedure, Side.RESPONSE, tree)
    pool = descriptor_pool.DescriptorPool()
    for file in FileDescriptorSet.FromString(definition.descriptor_set()).file:
        pool.Add(file)
    kind = GetMessageClass(pool.FindMessageTypeByName(procedure.response_type))
    mapped = json_format.MessageToDict(kind.FromString(encoded))
    rows: list[tuple[str, Callable[[], object]]] = [
        ("contractkit, bytes to tree", lambda: definition.decode(procedure, Side.RESPONSE, encoded)),
        ("json_format, bytes to dict", lambda: json_format.MessageToDict(kind.FromString(encoded))),
        ("contractkit, tree to bytes", lambda: definition.encode(procedure, Side.RESPONSE, tree)),
        ("json_format, dict to bytes", lambda: json_format.ParseDict(mapped, kind()).SerializeToString()),
        ("contractkit, answer", lambda: definition.answer(procedure, seed="a")),
    ]
    print(f"\none message of {len(encoded)} bytes: microseconds\n")
    for label, work in rows:
        print(f"{label:44} {min(timeit.repeat(work, number=300, repeat=5)) / 300 * 1e6:8.1f}")


if __name__ == "__main__":
    main()
