"""A stub of one OpenAPI document starts without what it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # starts processes

HEAVY = (
    "contractkit.definitions.protobuf",
    "contractkit.matchers",
    "contractkit.recording.rpc_conversations",
    "contractkit.sources.protos",
    "grpc",
    "httpx",
    "jsonschema",
    "pydantic",
    "yaml",
)
PROGRAM = """
import sys
import contractkit.cli.stub
from contractkit.sources import load_definition
load_definition(sys.argv[1]).openapi.operations
print(*sorted({each for each in sys.argv[2:] if each in sys.modules}))
"""


def loaded(file: Path, cache: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file), *HEAVY],
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_CACHE_HOME": str(cache)},
    )
    return done.stdout.strip()


def test_json_is_served_without_the_reader_of_yaml(tmp_path: Path) -> None:
    file = tmp_path / "api.json"
    file.write_text('{"openapi": "3.1.0", "paths": {"/it": {"get": {"responses": {"204": {"description": "it"}}}}}}')
    assert loaded(file, tmp_path) == ""


def test_yaml_is_served_without_its_reader_where_it_was_read_before(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    operation = f"get: {{description: {'it ' * 200}, responses: {{'204': {{description: it}}}}}}"
    file.write_text(f"openapi: 3.1.0\npaths:\n  /it:\n    {operation}\n")
    assert [loaded(file, tmp_path) for _ in range(2)] == ["yaml", ""]
