"""What a run says of contracts: a header, a summary, the properties of a JUnit report; and what keeps it quiet."""

import hashlib
import json
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from typing import Any

import pytest

from tests.pytest_plugin.conftest import DEFINITION, SETTINGS

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.usefixtures("without_needs")

DIGEST = hashlib.sha256(DEFINITION.encode()).hexdigest()[:12]


def lines_of(result: pytest.RunResult) -> list[str]:
    """Give the lines of the section of contracts, pytest's last line left out."""
    start = next((at for at, line in enumerate(result.outlines) if line.strip("= ") == "contracts"), None)
    return [] if start is None else [line for line in result.outlines[start + 1 : -1] if line]


def test_the_header_names_the_consumer_and_the_digest_of_each_definition(project: Any) -> None:
    project.tests("def test_nothing():\n    pass\n")

    project.run().stdout.fnmatch_lines([f"contractkit: web-shop with orders {DIGEST}"])


def test_the_header_names_the_digest_of_a_locked_copy(project: Any) -> None:
    project.write("pyproject.toml", SETTINGS.replace("orders.yaml", "https://orders.example.test/openapi.yaml"))
    entry = {"source": "https://orders.example.test/openapi.yaml", "digest": "sha256:0123456789abcdef", "copy": "a"}
    lock = {"schema_version": 1, "providers": {"orders": {"definition": entry}}}
    project.write("contractkit.lock", json.dumps(lock))

    project.run().stdout.fnmatch_lines(["contractkit: web-shop with orders 0123456789ab"])


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        (("--contract-consumer", "till"), f"contractkit: till with orders {DIGEST}"),
        (("--no-contracts",), f"contractkit: web-shop with orders {DIGEST}, no contracts are written"),
    ],
)
def test_the_header_knows_the_options(project: Any, arguments: tuple[str, ...], header: str) -> None:
    assert header in project.run(*arguments).outlines


@pytest.mark.parametrize("settings", ["", "[tool.contractkit]\nconsumer = 'a'\n", "[tool.contractkit\n", "tool = 7\n"])
def test_without_usable_providers_there_is_no_header(project: Any, settings: str) -> None:
    project.write("pyproject.toml", settings)
    project.write("pytest.ini", "[pytest]\n")

    result = project.run("-c", str(project.path / "pytest.ini"))

    result.stdout.no_fnmatch_line("contractkit:*")


def test_what_is_kept_and_not_confirmed_is_told_with_its_age(project: Any) -> None:
    project.tests("".join(project.getting(f"test_{name}", number) for number, name in enumerate(("a", "b", "c"), 1)))
    project.run()
    confirm_earlier(project, {1: 12, 2: 3})

    assert lines_of(project.run("-k", "test_c")) == [
        "web-shop - orders: 3 kept (web-shop-orders.json unchanged)",
        "  9 of 12 served members are expected; reply with those you use",
        "  2 of the kept not confirmed by this run, the oldest confirmed 12 days ago: "
        "getOrder id=1 answers 200 (test_shop.py:4)",
    ]
    assert lines_of(project.run("-k", "test_c", "-v"))[3:] == [
        "    getOrder id=1 answers 200 (test_shop.py:4): confirmed 12 days ago",
        "    getOrder id=2 answers 200 (test_shop.py:8): confirmed 3 days ago",
    ]


def test_what_was_never_confirmed_on_this_machine_is_said_so(project: Any) -> None:
    project.tests(project.getting("test_a", 1) + project.getting("test_b", 2))
    project.run()
    (project.path / ".contractkit/confirmed.json").unlink()

    assert lines_of(project.run("-k", "test_b"))[2:] == [
        "  1 of the kept not confirmed by this run, never confirmed here: getOrder id=1 answers 200 (test_shop.py:4)"
    ]


def test_the_days_of_interactions_that_are_gone_are_forgotten(project: Any) -> None:
    project.tests(project.getting("test_a", 1) + project.getting("test_b", 2))
    project.run()
    project.tests(project.getting("test_a", 1))
    project.run()

    written = json.loads((project.path / ".contractkit/confirmed.json").read_text())
    (key,) = (each["key"] for each in project.contract["interactions"])
    assert written["days"] == {"web-shop-orders.json": {key: date.today().isoformat()}}


def test_no_summary_is_respected_but_for_what_fails_the_run(project: Any) -> None:
    project.tests(project.getting("test_a", 1))
    quiet = project.run("--no-summary")
    assert lines_of(quiet) == []
    assert project.files == ["web-shop-orders.json"]

    project.write("contracts/web-shop-orders.json", "not json")
    failed = project.run("--no-summary")
    assert failed.ret == pytest.ExitCode.TESTS_FAILED
    failed.stdout.fnmatch_lines(["*web-shop-orders.json is not JSON*"])


def test_what_other_parts_remark_is_told_of_workers_too(project: Any) -> None:
    project.write(
        "conftest.py",
        "from pytest_contractkit.plugin import RUN\n\n"
        "def pytest_runtest_teardown(item):\n    item.config.stash[RUN].remarks.append('12 needs in 1 test')\n",
    )
    project.tests(project.getting("test_a", 1))

    assert lines_of(project.run())[-1] == "12 needs in 1 test"
    assert lines_of(project.run("-q")) == []


def properties_in(project: Any, *arguments: str) -> dict[str, dict[str, str]]:
    """Give the properties of the suite and of each test case of a JUnit report."""
    project.run("--junit-xml=report.xml", *arguments)
    suite = next(ElementTree.parse(project.path / "report.xml").iter("testsuite"))
    places = {"suite": suite, **{each.attrib["name"]: each for each in suite.iter("testcase")}}
    return {
        name: {each.attrib["name"]: each.attrib["value"] for each in place.findall("properties/property")}
        for name, place in places.items()
    }


TWO_CALLS = """
def test_two(contract_stub):
    url = contract_stub("orders").url
    assert httpx.get(url + "/orders/1").status_code == httpx.get(url + "/orders/2").status_code == 200

def test_none():
    pass
"""

PROPERTIES = {
    "suite": {"contractkit.web-shop-orders.json": "2 new"},
    "test_two": {"contractkit.contracts": "web-shop-orders.json", "contractkit.interactions": "2"},
    "test_none": {},
}


def test_a_junit_report_says_what_each_test_recorded(project: Any) -> None:
    project.tests(TWO_CALLS)
    assert properties_in(project) == PROPERTIES


@pytest.mark.slow
def test_a_junit_report_says_the_same_of_workers(project: Any) -> None:
    project.tests(TWO_CALLS)
    assert properties_in(project, "-n", "2") == PROPERTIES


def test_a_plugin_switched_off_says_nothing(project: Any) -> None:
    project.tests("def test_nothing():\n    pass\n")
    result = project.run("-p", "no:contractkit", "--junit-xml=report.xml")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("contractkit:*")
    assert b"propert" not in (project.path / "report.xml").read_bytes()


def confirm_earlier(project: Any, days_by_order: dict[int, int]) -> None:
    """Say that interactions were confirmed some days ago, by the number of their order."""
    keys = {each["request"]["path"].rpartition("/")[2]: each["key"] for each in project.contract["interactions"]}
    file = project.path / ".contractkit/confirmed.json"
    written = json.loads(file.read_text())
    for number, days in days_by_order.items():
        written["days"]["web-shop-orders.json"][keys[str(number)]] = str(date.today() - timedelta(days=days))
    file.write_text(json.dumps(written))


def test_how_much_of_the_answers_is_needed_is_told(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACTKIT_NEEDS", "auto")
    project.tests(project.getting("test_a", 1, 'assert contract_stub("orders").calls'))
    project.tests(
        "def test_b(contract_stub):\n"
        "    assert httpx.get(contract_stub('orders').url + '/orders/2').json()['total'] is not None\n",
        "test_b.py",
    )

    assert lines_of(project.run()) == [
        "web-shop - orders: 2 new (web-shop-orders.json written)",
        "  needs: 1 of 8 places of the answers",
        "needs: 2 tests run again 6 times",
    ]
