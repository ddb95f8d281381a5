"""A broker with a past, and an empty one to import it into."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.settings import BrokerSettings

from contractkit.cli.main import run
from tests.importing.past import past_clock, write_past


@pytest.fixture(scope="session")
def past_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database with the past of a hundred versions, to be copied."""
    file = tmp_path_factory.mktemp("past") / "past.sqlite"
    with running_broker(file, settings=BrokerSettings(clock=past_clock())) as url:
        write_past(url)
    return file


@pytest.fixture(scope="session")
def source(past_database: Path) -> Iterator[str]:
    """Give the URL of a broker with a past; nobody writes to it."""
    with running_broker(past_database) as url:
        yield url


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database file that a broker has brought up to date, to be copied."""
    file = tmp_path_factory.mktemp("fresh") / "fresh.sqlite"
    with running_broker(file):
        return file


@pytest.fixture
def target(tmp_path: Path, fresh_database: Path) -> Iterator[str]:
    """Give the URL of an empty broker."""
    with running_broker(shutil.copy(fresh_database, tmp_path / "target.sqlite")) as url:
        yield url


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def contractkit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Give a function that runs the command line in an empty directory, where no variable says anything."""
    for name in ("TOKEN", "USERNAME", "PASSWORD", "BASE_URL"):
        monkeypatch.delenv(f"PACT_BROKER_{name}", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ended:
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)

    return call
