"""Fixtures of the whole suite: where the outside data is."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

from tests.modules_kept import ModulesKept

_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine proves nothing
settings.register_profile("ordinary", _unhurried, max_examples=40)
settings.register_profile("deep", _unhurried, max_examples=1_000)  # make test-deep asks for it
settings.load_profile("ordinary")

_UNUSED = ("hypothesispytest", "pact", "platformdirs", "pytest_httpserver", "rerunfailures", "respx", "schemathesis")
"""Plugins that runs of pytest which tests start do without: to load them takes each process two thirds of its time."""

ROOT = Path(__file__).parent.parent
os.environ["SSL_CERT_FILE"] = str(ROOT / "tests" / "authority.pem")  # to read all there are takes 20 ms for each client
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"  # else it aborts forks now and then: read when gRPC is loaded
DATA = Path(os.environ.get("CONTRACTKIT_TEST_DATA", ROOT.parent / "shared")).resolve()

SLOW = frozenset({"broker", "broker_client", "cli", "pytest_plugin"})
"""Directories whose tests start brokers, providers and whole runs of pytest: `make test-fast` leaves them out."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is slow by where it is."""
    if _is_in_slow(item.path):
        item.add_marker(pytest.mark.slow)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import, where nothing slow is wanted, what is slow by where it is: that takes seconds."""
    return True if "not slow" in config.option.markexpr and _is_in_slow(collection_path) else None


def _is_in_slow(path: Path) -> bool:
    return path.relative_to(ROOT / "tests").parts[:1] in {(name,) for name in SLOW}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long experiments out where nobody asks for them: by a mark, by a name, or by the profile called so."""
    by_name = any("::" in each for each in config.args)
    if by_name or config.option.markexpr or config.getoption("--hypothesis-profile", None) == "deep":
        return
    deep = [item for item in items if item.get_closest_marker("deep")]
    config.hook.pytest_deselected(items=deep)
    items[:] = [item for item in items if not item.get_closest_marker("deep")]


@pytest.fixture(scope="session", autouse=True)
def _plain_runs() -> None:
    """Let runs of pytest that tests start be plain; not before this run's own workers were started."""
    os.environ["PYTEST_ADDOPTS"] = " ".join(f"-p no:{name}" for name in _UNUSED)


@pytest.fixture(scope="session", autouse=True)
def _brokers_end_soon() -> None:
    """Let uvicorn look ten times as often whether it is to end: a thousand brokers do in these tests, in 0.2 s each."""
    if "uvicorn.server" in sys.modules:
        known = sys.modules["uvicorn.server"]
        known.asyncio = SimpleNamespace(**{**vars(asyncio), "sleep": lambda seconds: asyncio.sleep(seconds / 10)})


@pytest.fixture(scope="session")
def test_data() -> Callable[[str], Path]:
    """Give the path of a file or folder of the outside data; a test whose data is absent is skipped, and counted."""

    def path(relative: str) -> Path:
        found = DATA / relative
        if not found.exists():
            pytest.skip(f"CONTRACTKIT_TEST_DATA has no {relative}")
        return found

    return path


@pytest.fixture
def pytester(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Let runs of pytest within a test leave this process whole: its modules, and where a crash is told of.

    The fault handler of such a run would end with it, and what enables it again then has it write where nobody reads.
    And rerunfailures (one of those unused) leaves a thread that listens behind each run: the stub, which looks at all
    threads for a call's line, would have hundreds to look at in the end.
    """
    monkeypatch.setattr("_pytest.pytester.SysModulesSnapshot", ModulesKept)
    added = os.environ["PYTEST_ADDOPTS"]
    made: pytest.Pytester = request.getfixturevalue("pytester")  # takes them away
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{added} -p no:faulthandler")
    return made


@pytest.fixture
def no_threads_of_others() -> None:
    """Have threads that earlier tests of this process left, such as a pool's, pass for seen: they run nothing here."""
    from pytest_contractkit import executed
    from pytest_contractkit.executed_calls import ProfiledCalls

    calls = executed._calls()
    if isinstance(calls, ProfiledCalls):
        calls._watched.update(threading.enumerate())
