"""What re-runs must not do: be seen, heard, counted, stop, or prove what they did not show."""

from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.model import InferredNeeds, UnknownNeeds, parse_location
from tests.pytest_plugin.conftest import _PLAIN, Project

pytestmark = pytest.mark.slow
pytest_plugins = ["pytester"]

CLIENT = """\
import httpx

HTTP = httpx.Client()

def total(url, number):
    return HTTP.get(f"{url}/orders/{number}").json()["total"] * 2
"""

TEST = """\
import pathlib
import client

def ran(name):
    with pathlib.Path(__file__).with_name("runs.txt").open("a") as file:
        file.write(name + "\\n")

"""

TOTAL = """\
def test_total(contract_stub):
    ran("test")
    assert client.total(contract_stub("orders").url, 7) is not None
"""


class Needing(Project):
    """A consumer's project whose needs are inferred."""

    def consumer(self, test: str, code: str = CLIENT) -> None:
        self.write("client.py", code)
        self.write("test_shop.py", TEST + test)
        self.write("conftest.py", "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\n")

    def infer(self, *arguments: str) -> pytest.RunResult:
        for name in ("client", "test_shop", "conftest"):
            __import__("sys").modules.pop(name, None)
        return self.run("--contract-needs=full", *arguments)

    def infer_apart(self, *arguments: str) -> pytest.RunResult:
        """Run in a process of its own: threads of others that run here leave less certain."""
        return self.pytester.runpytest_subprocess(*_PLAIN, "--contract-needs=full", *arguments)

    def took(self) -> dict[str, int]:
        """Give how often each name was noted since this was last asked."""
        file = self.path / "runs.txt"
        names = file.read_text().split() if file.exists() else []
        file.unlink(missing_ok=True)
        return {name: names.count(name) for name in sorted(set(names))}

    def needs(self, test: str = "test_total") -> Any:
        contract = load_contract(self.contract_bytes, origin="it")
        return next(
            evidence.needs
            for each in contract.interactions
            for evidence in each.evidence
            if evidence.test.node_id.endswith(test)
        )

    def needed(self, test: str = "test_total") -> list[str]:
        needs = self.needs(test)
        assert isinstance(needs, InferredNeeds), needs
        return [str(need.location) for need in needs.needed]


@pytest.fixture
def needing(pytester: pytest.Pytester) -> Needing:
    return Needing(pytester)


def test_what_is_needed_alone_is_expected(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer().assert_outcomes(passed=1)
    assert needing.needed() == ["response.body.total"]
    (interaction,) = needing.contract["interactions"]
    assert list(interaction["response"]["body"]["content"]) == ["total"]


def test_a_second_run_finds_the_proof_in_the_contract_and_repeats_nothing(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer()
    assert needing.took()["test"] > 2
    first = needing.contract_bytes

    needing.infer().assert_outcomes(passed=1)

    assert needing.took() == {"test": 1}
    assert needing.contract_bytes == first


def test_an_edited_line_of_the_client_has_its_tests_alone_run_again(needing: Needing) -> None:
    other = 'def other(url, number):\n    return HTTP.get(f"{url}/orders/{number}").json()["id"]\n'
    test = 'def test_other(contract_stub):\n    ran("other")\n    client.other(contract_stub("orders").url, 8)\n'
    needing.consumer(TOTAL + test, f"{CLIENT}\n{other}")
    needing.infer_apart()
    needing.took()

    needing.write("client.py", f"{CLIENT}\n{other.replace('id', 'coupon')}")
    needing.infer_apart().assert_outcomes(passed=2)

    runs = needing.took()
    assert runs["test"] == 1
    assert runs["other"] > 1
    assert needing.needed("test_other") == ["response.body.coupon"]


def test_a_changed_definition_has_the_tests_of_what_changed_run_again(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer()
    needing.took()
    text = (needing.path / "orders.yaml").read_text()
    needing.write("orders.yaml", text.replace("        note: {type: string}", "        note: {type: [string, 'null']}"))
    needing.infer()
    assert needing.took()["test"] > 2

    needing.write("orders.yaml", text.replace("password: {type: string}", "password: {type: integer}"))
    needing.infer()  # back to what was, but for another operation
    needing.took()
    needing.infer()
    assert needing.took() == {"test": 1}


def test_a_needed_field_behind_a_cache_of_the_module_stays_unknown(needing: Needing) -> None:
    cached = CLIENT.replace("def total", "import functools\n\n@functools.cache\ndef total")
    needing.consumer(TOTAL, cached)
    needing.infer().assert_outcomes(passed=1)
    assert needing.needs() == UnknownNeeds(
        reason="getOrder is not called again with the same request when the test is run again"
    )


def test_fixtures_of_the_session_are_set_up_once(needing: Needing) -> None:
    fixtures = """\
import pytest

@pytest.fixture(scope="session", autouse=True)
def database():
    ran("database up")
    yield
    ran("database down")

@pytest.fixture(autouse=True)
def basket():
    ran("basket")
    yield
    ran("basket_away")

"""
    needing.consumer(fixtures.replace("database ", "database_") + TOTAL)
    needing.infer("--contract-needs-fixtures=database").assert_outcomes(passed=1)
    runs = needing.took()
    assert runs["test"] > 2
    assert runs == {"basket": runs["test"], "basket_away": runs["test"], "database_down": 1, "database_up": 1} | {
        "test": runs["test"]
    }
    assert needing.needed() == ["response.body.total"]


def test_a_shared_fixture_that_was_not_named_leaves_needs_unknown(needing: Needing) -> None:
    fixture = "import pytest\n\n@pytest.fixture(scope='session', autouse=True)\ndef database():\n    yield\n\n"
    needing.consumer(fixture + TOTAL)
    needing.infer().assert_outcomes(passed=1)
    assert needing.needs() == UnknownNeeds(reason="the fixture database is shared: its scope is session")
    assert needing.took() == {"test": 1}


def test_no_debugger_stops_in_a_re_run_and_the_first_failure_of_a_test_is_the_last(needing: Needing) -> None:
    needing.consumer(TOTAL)
    result = needing.infer("--pdb", "-x", "--maxfail=1", "--strict-markers")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*Pdb*")
    assert needing.needed() == ["response.body.total"]


def test_a_breakpoint_stops_only_in_the_test_itself(needing: Needing) -> None:
    hook = "import sys\n\nsys.breakpointhook = lambda *args, **options: ran('stopped')\n\n"
    needing.consumer(hook + TOTAL.replace("    ran(", "    breakpoint()\n    ran("))
    needing.infer().assert_outcomes(passed=1)
    assert needing.took()["stopped"] == 1


def test_other_plugins_hear_of_one_run_and_of_its_own_time(needing: Needing) -> None:
    needing.consumer("import time\n\n" + TOTAL.replace("    ran(", "    time.sleep(0.05)\n    ran("))
    with (needing.path / "conftest.py").open("a") as file:
        file.write("""
def pytest_runtest_logreport(report):
    with open("reports.txt", "a") as file:
        file.write(f"{report.when} {report.outcome} {report.duration < 0.5} {report.stop - report.start < 0.5}\\n")

def pytest_runtest_setup(item):
    with open("reports.txt", "a") as file:
        file.write("set up\\n")

def pytest_warning_recorded(warning_message):
    with open("reports.txt", "a") as file:
        file.write("warned\\n")
""")
    result = needing.infer("--durations=0", "-vv", "--junitxml=junit.xml")
    assert (needing.path / "reports.txt").read_text().splitlines() == [
        "set up",
        "setup passed True True",
        "call passed True True",
        "teardown passed True True",
    ]
    assert (needing.path / "junit.xml").read_text().count("<testcase") == 1
    assert result.parseoutcomes() == {"passed": 1}
    assert needing.took()["test"] > 2


@pytest.mark.parametrize("option", ["-rP", "-s"])
def test_what_re_runs_print_and_log_is_heard_by_nobody(needing: Needing, option: str) -> None:
    noisy = """\
    print("printed by the test")
    logging.getLogger("shop").warning("logged by the test")
    warnings.warn("warned by the test")
    assert [each.message for each in caplog.records] == ["logged by the test"]
    assert capsys.readouterr().out == "printed by the test\\n"
    os.write(1, b"")
    ran("""
    test = TOTAL.replace("    ran(", noisy).replace("(contract_stub)", "(contract_stub, caplog, capsys)")
    needing.consumer("import logging, os, warnings\n\n" + test)
    result = needing.infer(option)
    result.assert_outcomes(passed=1, warnings=1)
    assert needing.needed() == ["response.body.total"]
    text = result.stdout.str()
    assert text.count("printed by the test") == (0 if option == "-s" else text.count("Captured stdout call"))
    assert text.count("logged by the test") <= 1


def test_the_output_of_a_teardown_is_told_as_ever(needing: Needing) -> None:
    fixture = """\
import pytest

@pytest.fixture(autouse=True)
def basket():
    yield
    print("the basket is away")

"""
    needing.consumer(fixture + TOTAL)
    result = needing.infer("-rP")
    assert result.stdout.str().count("the basket is away") == 1


def test_a_teardown_that_fails_is_an_error_of_the_test_and_nothing_is_repeated(needing: Needing) -> None:
    fixture = (
        "import pytest\n\n@pytest.fixture(autouse=True)\ndef basket():\n    yield\n    raise RuntimeError('stuck')\n\n"
    )
    needing.consumer(fixture + TOTAL)
    needing.infer().assert_outcomes(passed=1, errors=1)
    assert needing.took() == {"test": 1}


def test_random_numbers_of_later_tests_are_as_without_re_runs(needing: Needing) -> None:
    test = "import random\n\nrandom.seed(3)\n\n" + TOTAL + "\n\ndef test_later():\n    ran(str(random.random()))\n"
    needing.consumer(test)
    needing.infer()
    found = needing.took()
    needing.run("--contract-needs=off")
    assert set(found) == set(needing.took())


def test_a_pinned_field_is_needed_whatever_runs_show(needing: Needing) -> None:
    marked = 'import pytest\n\n@pytest.mark.contract(needs=["id"])\n' + TOTAL
    needing.consumer(marked)
    needing.infer()
    assert needing.needed() == ["response.body.id", "response.body.total"]


def test_when_the_time_is_up_no_further_test_is_begun_and_the_summary_says_so(needing: Needing) -> None:
    needing.consumer(TOTAL + "\n\n" + TOTAL.replace("test_total", "test_again").replace("7", "8"))
    result = needing.infer("--contract-needs-seconds=0")
    result.stdout.fnmatch_lines(
        [
            "needs of 2 tests are not inferred yet: the 0 seconds for re-runs were used up; run again to go on, or set "
            "--contract-needs-seconds"
        ]
    )
    assert needing.took() == {"test": 2}


def test_a_test_that_would_take_more_runs_than_allowed_stays_unknown(needing: Needing) -> None:
    needing.consumer(TOTAL)
    needing.infer("--contract-needs-runs=3").assert_outcomes(passed=1)
    needs = needing.needs()
    assert isinstance(needs, UnknownNeeds)
    assert needs.reason.startswith("its answers have too many fields: ")
    assert needs.reason.endswith(" runs are due, 3 allowed")
    assert needing.took()["test"] <= 2  # itself, and once more to see what it reads


def test_two_processes_find_what_one_finds(needing: Needing) -> None:
    needing.consumer(
        "".join(TOTAL.replace("test_total", f"test_{number}").replace("7", str(number)) for number in "1234")
    )
    needing.infer_apart().assert_outcomes(passed=4)
    first = needing.contract_bytes
    (needing.path / "contracts" / needing.file).unlink()
    result = needing.infer_apart("-n", "2")
    result.assert_outcomes(passed=4)
    assert "needs: 4 tests run again 32 times" in result.outlines
    assert needing.contract_bytes == first
    (needing.path / "contracts" / needing.file).unlink()
    needing.infer_apart("--random-order").assert_outcomes(passed=4)
    assert needing.contract_bytes == first


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('needs="some"', "needs='some'"),
        ("needs=3", "needs=3"),
        ('needs=["a b"]', "needs=['a b']"),
    ],
)
def test_a_marker_that_says_nothing_known_of_needs_is_refused(needing: Needing, written: str, told: str) -> None:
    needing.consumer(f"import pytest\n\n@pytest.mark.contract({written})\n{TOTAL}")
    result = needing.infer()
    result.stdout.fnmatch_lines(
        [
            "*The marker `contract` cannot be used.",
            "*test       test_shop.py::test_total",
            '*expected   needs= one of "off", "auto", "full", or a list of fields such as *"total"*',
            f"*received   {told.replace('[', '[[]')}",
        ]
    )


def test_a_limit_that_is_no_number_is_refused(needing: Needing) -> None:
    needing.consumer(TOTAL)
    result = needing.infer("--contract-needs-seconds=soon")
    result.stderr.fnmatch_lines(["*--contract-needs-seconds is 'soon', and a number of 0 or more is expected"])


def test_a_pin_that_no_answer_has_is_an_error_that_names_it(needing: Needing) -> None:
    needing.consumer('import pytest\n\n@pytest.mark.contract(needs=["totals"])\n' + TOTAL)
    result = needing.infer()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "The test says that it needs what no answer had.",
            "*test    test_shop.py::test_total",
            "*needs   response.body.totals",
            "Name a place of the answer, such as *",
        ]
    )


def test_a_pinned_field_is_expected_also_where_nothing_is_run_again(needing: Needing) -> None:
    needing.consumer('import pytest\n\n@pytest.mark.contract(needs=["note"])\n' + TOTAL)
    needing.run("--contract-needs=off").assert_outcomes(passed=1)
    (interaction,) = needing.contract["interactions"]
    assert sorted(interaction["response"]["body"]["content"]) == ["coupon", "id", "note", "total"]
    pinned = UnknownNeeds(reason="inference is switched off", pinned=(parse_location("response.body.note"),))
    assert needing.needs() == pinned
