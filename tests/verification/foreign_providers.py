"""Services that nobody here wrote, and small consumers of them: installed, recorded against, replayed."""

import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CONSUMERS = Path(__file__).parent / "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A place at which a service's answer is not what its own definition says."""

    operation: str
    location: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `contractkit verify` said: its exit code, and its report as JSON."""

    exit_code: int
    report: Mapping[str, Any]

    @property
    def passed(self) -> set[str]:
        """Give what passed: the description of each interaction, and the states that its test named."""
        return {_named(each) for each in self._interactions if each["outcome"] == "passed"}

    @property
    def failures(self) -> dict[str, list[str]]:
        """Give what each interaction that failed got otherwise: location, expected, received."""
        failed = [each for each in self._interactions if each["outcome"] == "failed"]
        return {_named(each): [_difference(one) for one in each["mismatches"]] for each in failed}

    @property
    def drift(self) -> set[Drift]:
        """Give each place at which an answer left the definition, once."""
        found = [(each["operation"], one) for each in self._interactions for one in each.get("drift", ())]
        return {Drift(operation=name, location=one["location"], expected=one["expected"]) for name, one in found}

    @property
    def _interactions(self) -> list[Mapping[str, Any]]:
        return [each for contract in self.report["contracts"] for each in contract["interactions"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A copy of a consumer's project beside the provider's state handlers."""

    folder: Path
    provider: str
    environment: Mapping[str, str]

    def record(self, *files: str) -> None:
        """Run the consumer's tests of some files, so that its contract is written."""
        run = self._run("pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *files)
        assert run.returncode == 0, run.stdout + run.stderr

    def verify(self, *options: str) -> Verification:
        """Replay the contract against the provider that the options name."""
        run = self._run("contractkit", "verify", self.provider, "--format", "json", *options)
        assert run.returncode in (0, 1), run.stdout + run.stderr
        return Verification(exit_code=run.returncode, report=json.loads(run.stdout))

    def _run(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **self.environment}
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


def consumer_of(provider: str, *, project: str, folder: Path, environment: Mapping[str, str] | None = None) -> Consumer:
    """Give a copy of a consumer's project, to which its test adds the provider's definition."""
    shutil.copytree(CONSUMERS / project, folder, dirs_exist_ok=True)
    return Consumer(folder=folder, provider=provider, environment=environment or {})


def free_port() -> int:
    """Give a port of the loopback interface on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def python_with(requirement: str, folder: Path) -> Path:
    """Give the Python of an environment that holds a package from PyPI; where it cannot be had, the test is skipped."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    _run_or_skip([str(python), "-m", "pip", "install", "--quiet", requirement], folder, f"{requirement} from PyPI")
    return python


def debian_package(name: str, folder: Path) -> Path:
    """Give the root of an unpacked Debian package; where it cannot be had, the test is skipped, and counted."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip(f"no apt to get {name} from Debian")
    folder.mkdir(parents=True, exist_ok=True)
    _run_or_skip(["apt-get", "download", name], folder, f"{name} from Debian")
    (archive,) = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "--extract", str(archive), str(folder)], check=True)
    return folder


def _run_or_skip(command: Sequence[str], folder: Path, what: str) -> None:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        reason = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"{what} cannot be installed here: {reason}")


def _named(interaction: Mapping[str, Any]) -> str:
    given = [state for state in interaction["states"] if " answers " not in state]  # what no test named reads so
    return str(interaction["description"]) + "".join(f", given {state}" for state in given)


def _difference(mismatch: Mapping[str, Any]) -> str:
    return f"{mismatch['location']}: {mismatch['expected']}, received {json.dumps(mismatch.get('received'))}"
