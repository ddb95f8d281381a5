"""What pytest loads: only the standard library and pytest, the rest when a test asks for a stub."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from pytest_contractkit.options import CHECK_DETERMINISTIC, add_options, check_options, is_on

if TYPE_CHECKING:
    from contractkit.recording import RunReport
    from pytest_contractkit.recorder import OpenStub, Recorder

RUN = pytest.StashKey["Run"]()
REPORT: "pytest.StashKey[RunReport]" = pytest.StashKey()
"""What came of a run, for the summary at its end."""

TOLD: "pytest.StashKey[set[str]]" = pytest.StashKey()
"""Messages about settings that tests were failed with, which the summary need not repeat."""


Notice: TypeAlias = tuple[str, str, str, int]
"""What to warn of at the end: the name of a class of `contractkit.warnings`, a sentence, a file, a line in it or 0.

Plain values, since workers of pytest-xdist send them to the controller.
"""


OUTCOME = "contract_outcome"
"""The property of a report that says how the interaction of a test ended: `passed`, `failed` or `errored`."""


class Run:
    """What the plugin watches of every run, whether or not it uses a stub: names of tests and files, nothing more.

    `items` are those collected, before any are deselected. `notices` are to be
    warned of at the end of the run, `remarks` are lines for its summary, `properties` are the suite's in a JUnit
    report, `counts` are summed over all processes (see `tally`), `learned` is what they remember of what ran (see
    `executed_memory`): whatever part of the plugin has something to say adds to them, in any process, before the
    session finishes. `began` is when this process did, in nanoseconds.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.items: list[pytest.Item] = []
        self._verdicts: dict[tuple[str, str], bool | None] = {}
        self._collected: set[str] = set()
        self._broken: set[str] = set()
        self.recorder: Recorder | None = None
        self.fragments: Path | None = None
        self.notices: list[Notice] = []
        self.remarks: list[str] = []
        self.properties: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.learned: list[dict[str, Any]] = []
        self.began = time.time_ns()

    @property
    def files(self) -> set[str]:
        """Give the node ids of the modules that were collected, themselves and all in them, without an error."""
        return self._collected - self._broken

    @property
    def passed(self) -> set[str]:
        """Give the node ids of tests that passed in all phases, and in every worker that ran them."""
        failed = {node_id for (node_id, _), verdict in self._verdicts.items() if verdict is False}
        return {node_id for (node_id, _), verdict in self._verdicts.items() if verdict} - failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember which modules could be collected; a class that could not, or a module skipped, breaks its file."""
        if not report.passed:
            self._broken.add(report.nodeid.partition("::")[0])
        elif report.nodeid.endswith(".py"):
            self._collected.add(report.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        """Remember which tests there are, before `-k` and whatever else chooses among them."""
        self.items = items[:]
        yield

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember which tests passed; of a test that ran again the last time counts.

        A subtest reports under the name of its test, before it: one that failed is not made good by the test.
        """
        key = (report.nodeid, getattr(report, "worker_id", ""))
        if report.when == "setup":
            self._verdicts[key] = None
        if report.failed or hasattr(report, "wasxfail"):
            self._verdicts[key] = False
        elif not report.passed:  # skipped, or to be run again
            self._verdicts[key] = None
        elif report.when == "call" and self._verdicts.get(key) is not False:
            self._verdicts[key] = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Get ready to find out what a test needs, before anything of it runs."""
        if "contract_stub" in getattr(item, "fixturenames", ()) and _is_sound(self):
            from pytest_contractkit.inferring import start_inferring

            start_inferring(item.config)
            if is_on(item.config, CHECK_DETERMINISTIC):
                from pytest_contractkit.determinism import start_checking

                start_checking(item.config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the contracts, or hand them to the controller; before a JUnit report that tells of them is written."""
        has_something_to_say = self.notices or self.remarks or self.counts or self._left_by_workers()
        if self.recorder is None and not has_something_to_say and not _records_contracts(session.config):
            return
        from pytest_contractkit.finishing import finish

        finish(self, session)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist where to leave what it records."""
        from pytest_contractkit.distribution import fragment_directory

        self.fragments = fragment_directory(self.config)
        node.workerinput["contractkit_fragments"] = str(self.fragments)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take from a worker of pytest-xdist which tests there are, and its notices; one that crashed has none."""
        output = getattr(node, "workeroutput", {})
        if "contractkit_held" in output:
            from pytest_contractkit.distribution import take_output

            take_output(self, output)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say in a few lines what became of the contracts."""
        report = self.config.stash.get(REPORT, None)
        if (report is None and not self.remarks) or self.config.getoption("no_summary", False):
            return
        from datetime import date

        from pytest_contractkit.summary import write_summary

        write_summary(terminalreporter, report, self.remarks, today=date.today())

    def _left_by_workers(self) -> bool:
        return self.fragments is not None and self.fragments.exists()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, each with a line of pytest's own configuration that says the same."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, check what is set, and start watching."""
    check_options(config)
    config.addinivalue_line("markers", _MARKER)
    config.addinivalue_line("markers", _PROVIDER_MARKER)
    run = config.stash[RUN] = Run(config)
    config.pluginmanager.register(run, "contractkit-run")
    order = os.environ.pop("CONTRACTKIT_REPLAY", "") or getattr(config, "workerinput", {}).get("contractkit_replay")
    if order:  # runs that the tests themselves start are none of it
        from pytest_contractkit.replaying import start_replaying

        start_replaying(config, Path(order))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say whose contracts are recorded, and against which definitions, where the settings are in sight."""
    from pytest_contractkit.header import header_line

    return header_line(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item of a test marked `contract_provider` for each interaction of the provider's contracts."""
    if metafunc.definition.get_closest_marker("contract_provider") is not None:
        from pytest_contractkit.verifying import parametrize

        parametrize(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count an interaction that was not judged as an error, not as a failure."""
    if report.when != "call" or not report.failed or dict(report.user_properties).get(OUTCOME) != "errored":
        return None
    return "error", "E", "ERROR"


@pytest.fixture
def contract_stub(request: pytest.FixtureRequest) -> "Iterator[OpenStub]":
    """Open the stub of a provider: `contract_stub("orders")`, set in `[tool.contractkit.providers.orders]`.

    `contract_stub("orders", definition="orders.yaml")` takes another definition. What the test does against the stub
    is written to a contract when the test has passed.
    """
    _check_installation(request.config)
    from pytest_contractkit.recorder import recorder_of

    with recorder_of(request.config).test(request) as open_stub:
        yield open_stub


_MARKER = (
    "contract(consumer=None, provider=None, pending=False, needs=None): the consumer's name, the provider that "
    "`contract_stub()` opens, whether the recorded interactions are pending, so that they block nobody yet, and how "
    "the test's needs are found out (off, auto, full) or which fields it says it needs; "
    "of a test, its class and its module the nearest that says a thing counts"
)

_PROVIDER_MARKER = (
    "contract_provider(name, *, contracts, consumer, interaction, operation, states, base_path, timeout, pending): "
    "replay the contracts with this provider, an item for each interaction; the test gives its URL or application"
)


def _is_sound(run: Run) -> bool:
    """Say whether the library's files are its own; where they are not, the fixture says so."""
    if run.recorder is not None:
        return True
    from contractkit.errors import UsageError
    from contractkit.installation import check_installation

    try:
        check_installation()
    except UsageError:
        return False
    return True


def _check_installation(config: pytest.Config) -> None:
    """End the run where another project's files lie over the library's; before anything else of it is imported."""
    __tracebackhide__ = True
    if config.stash[RUN].recorder is not None:
        return
    from contractkit.errors import UsageError
    from contractkit.installation import check_installation

    try:
        check_installation()
    except UsageError as error:
        said = str(error)
    else:
        return
    if hasattr(config, "workerinput"):  # where pytest-xdist takes an exit for a crash
        pytest.fail(said, pytrace=False)
    pytest.exit(said, returncode=pytest.ExitCode.USAGE_ERROR)


def _records_contracts(config: pytest.Config) -> bool:
    """Say whether earlier runs recorded here, so that what tests no longer record must go."""
    return not hasattr(config, "workerinput") and (config.rootpath / ".contractkit" / "confirmed.json").exists()
