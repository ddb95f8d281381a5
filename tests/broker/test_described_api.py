"""The served OpenAPI document holds: thousands of requests made from it get no 500 and nothing that it does not say."""

import subprocess
import sys
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings

from tests.broker.conftest import Clock, on_postgresql

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"


def explored(database: str, directory: Path, examples: int, phases: str, *seed: str) -> str:
    """Give what the explorer found wrong, or nothing; with a seed it makes the same requests in every run."""
    with running_broker(database, settings=BrokerSettings(clock=Clock(), body_limit=100_000)) as url:
        options = [f"--max-examples={examples}", f"--phases={phases}", "--no-color", *seed]
        program = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
        asked = [*program, f"--config-file={CONFIGURATION}", "run", f"{url}/openapi.json", *options]
        run = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=directory)
    return "" if run.returncode == 0 else run.stdout + run.stderr


@pytest.mark.slow
@on_postgresql
def test_requests_made_from_the_document_are_answered_as_it_says(database: str, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    found = explored(database, tmp_path, 3, "fuzzing", "--seed=1")
    assert not found, found


@pytest.mark.deep
def test_many_requests_made_from_the_document_are_answered_as_it_says(database: str, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    found = explored(database, tmp_path, 100, "examples,coverage,fuzzing,stateful", "--seed=2")
    assert not found, found
