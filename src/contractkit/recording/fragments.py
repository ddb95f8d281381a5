"""Fragments: what one worker of a distributed run recorded, a line per test, joined by the controller.

A fragment holds ordinary contract documents, so there is no second format. A line that a crash cut short is
passed over.
"""

from collections.abc import Iterator
from pathlib import Path

from contractkit.document import dump_contract, load_contract
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json
from contractkit.recording.runs import TestRecord


def append_fragment(file: Path, record: TestRecord) -> None:
    """Add what one test recorded to a worker's file."""
    contracts = [dump_contract(contract).decode() for contract in record.contracts]
    line = dump_compact({"test": record.node_id, "root": str(record.root), "contracts": contracts})
    with file.open("ab") as output:
        output.write(line + b"\n")


def read_fragments(directory: Path) -> Iterator[TestRecord]:
    """Give what all workers recorded, file by file, each in its order."""
    for file in sorted(directory.glob("*.jsonl")):
        for line in file.read_bytes().splitlines():
            record = _parsed(line, str(file))
            if record is not None:
                yield record


def _parsed(line: bytes, origin: str) -> TestRecord | None:
    try:
        value: Json = read_json(line)
    except JsonSyntaxError:
        return None
    contracts = tuple(load_contract(text.encode(), origin=origin) for text in value["contracts"])
    return TestRecord(node_id=value["test"], root=Path(value["root"]), contracts=contracts)
