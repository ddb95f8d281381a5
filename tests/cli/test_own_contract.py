"""The command line is the broker's consumer: its contract is recorded by our plugin and verified with our broker."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings

from contractkit.exact_json import Json

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "contracts/contractkit-contractkit-broker.json"
COMMANDS = "tests/cli/own_contract/commands.py"
OPTIONS = ["--contract-needs=off"]  # what re-runs find depends on how fast they are
SETTINGS = """\
[tool.contractkit]
consumer = "contractkit"

[tool.contractkit.providers.contractkit-broker]
definition = "openapi.json"
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the contract that the commands' tests leave beside the document that a broker serves."""
    project = tmp_path_factory.mktemp("contractkit")
    (project / "pyproject.toml").write_text(SETTINGS)
    (project / COMMANDS).parent.mkdir(parents=True)
    shutil.copy(ROOT / COMMANDS, project / COMMANDS)
    served = BrokerSettings(public_url="http://broker.example")
    with running_broker(project / "broker.sqlite", settings=served) as url:
        (project / "openapi.json").write_bytes(httpx.get(f"{url}/openapi.json").content)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CONTRACTKIT_", "PYTEST_"))}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:schemathesis",
        "-p",
        "no:cacheprovider",
        *OPTIONS,
        COMMANDS,
    ]
    done = subprocess.run(command, cwd=project, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "contracts" / COMMITTED.name


def as_compared(contract: bytes) -> Json:
    """Give what a contract asks for and who asks: every new member of the broker's answers changes the rest.

    The rest is the digest of the whole definition, and what was served and is expected by nobody.
    """
    document = json.loads(contract)
    del document["metadata"]["contractkit"]["definition"]["digest"]
    for interaction in document["interactions"]:
        interaction["comments"]["contractkit"].pop("served", None)
    return document


@pytest.mark.slow
def test_the_committed_contract_is_what_the_commands_do(recorded: Path) -> None:
    again = f"To commit what they do now: cp {recorded} {COMMITTED}"
    assert as_compared(COMMITTED.read_bytes()) == as_compared(recorded.read_bytes()), again
