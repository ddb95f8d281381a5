"""Options, their ini lines and variables, and what markers say: each wins where the manual says so."""

import re
from pathlib import Path
from typing import Any

import pytest
from pytest_contractkit.configuration import MARKED
from pytest_contractkit.options import OPTIONS

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.usefixtures("without_needs")

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "recording.md").read_text()
NEEDS = (DOCS / "needs.md").read_text()


def test_every_option_is_in_the_manual_with_its_ini_line_and_variable() -> None:
    rows = re.findall(r"^\| `(--[\w-]+)` \| `(\w+)` \| `(\w+)` \|", MANUAL + NEEDS, flags=re.MULTILINE)
    assert sorted(rows) == sorted((each.flag, each.ini, each.variable) for each in OPTIONS)


def test_every_word_of_the_marker_is_in_the_manual_and_in_pytest_s_list(project: Any) -> None:
    written = re.search(r"`@pytest\.mark\.contract\(([^`]*)\)` wins", MANUAL)
    assert written is not None
    assert re.findall(r"(\w+)=", written[1]) == list(MARKED)
    listed = project.run("--markers").stdout.str()
    signature = re.search(r"@pytest\.mark\.contract\((.*?)\)", listed)
    assert signature is not None
    assert re.findall(r"(\w+)=", signature[1]) == list(MARKED)


def test_all_options_stand_in_one_group_of_the_help(project: Any) -> None:
    _, _, rest = project.run("--help").stdout.str().partition("contracts from tests (contractkit):\n")
    group = rest.split("\n\n")[0]
    assert re.findall(r"^  (--[\w-]+)", group, flags=re.MULTILINE) == [each.flag for each in OPTIONS]


@pytest.mark.parametrize(
    ("arguments", "variable", "ini", "is_written"),
    [
        ((), "1", "", False),
        ((), "yes", "", False),
        ((), "OFF", "no_contracts = true", True),
        ((), "", "no_contracts = true", False),
        (("--no-contracts",), "0", "", False),
    ],
)
def test_a_switch_has_a_variable_too(
    project: Any,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    variable: str,
    ini: str,
    is_written: bool,
) -> None:
    monkeypatch.setenv("CONTRACTKIT_NO_CONTRACTS", variable)
    project.write("pytest.ini", f"[pytest]\n{ini}\n")
    project.tests(project.getting("test_it", 7))

    project.run(*arguments).assert_outcomes(passed=1)

    assert project.files == (["web-shop-orders.json"] if is_written else [])


def test_a_variable_that_says_no_known_word_ends_the_run_as_wrong_use(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACTKIT_NO_CONTRACTS", "perhaps")

    result = project.run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: CONTRACTKIT_NO_CONTRACTS is 'perhaps', and one of 1, on, true, yes, 0, false, no, off is expected"]
    )


def test_the_environment_wins_over_the_ini_line(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACTKIT_CONSUMER", "kiosk")
    monkeypatch.setenv("CONTRACTKIT_CONTRACTS", "out")
    project.write("pytest.ini", "[pytest]\ncontract_consumer = till\ncontract_dir = elsewhere\n")
    project.tests(project.getting("test_it", 7))

    project.run().assert_outcomes(passed=1)

    assert [path.name for path in (project.path / "out").iterdir()] == ["kiosk-orders.json"]


def test_markers_of_module_class_and_test_add_up_and_the_nearest_wins(project: Any) -> None:
    project.tests("""
import pytest

pytestmark = pytest.mark.contract(consumer="till", provider="orders")

@pytest.mark.contract(pending=True)
class TestOrders:
    def test_one(self, contract_stub):
        assert httpx.get(contract_stub().url + "/orders/1").status_code == 200

    @pytest.mark.contract(consumer="kiosk")
    def test_two(self, contract_stub):
        assert httpx.get(contract_stub().url + "/orders/2").status_code == 200

    @pytest.mark.contract(pending=False)
    def test_three(self, contract_stub):
        assert httpx.get(contract_stub().url + "/orders/3").status_code == 200
""")

    project.run("--strict-markers").assert_outcomes(passed=3)

    found = {name: pending_in(project, name) for name in project.files}
    assert found == {
        "kiosk-orders.json": {"getOrder id=2 answers 200": True},
        "till-orders.json": {"getOrder id=1 answers 200": True, "getOrder id=3 answers 200": False},
    }


@pytest.mark.parametrize(
    ("marker", "lines"),
    [
        ("consumer=7", ['*expected   consumer= a text such as "web-shop"', "*received   consumer=7"]),
        ("provider=['orders']", ['*expected   provider= a text such as "orders"', "*received   provider=?'orders'?"]),
        ("pending='no'", ["*expected   pending= True or False", "*received   pending='no'"]),
    ],
)
def test_a_marker_of_another_type_is_refused(project: Any, marker: str, lines: list[str]) -> None:
    project.tests(f"import pytest\n\n@pytest.mark.contract({marker})\n{project.getting('test_it', 7)}")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The marker `contract` cannot be used.", "*test       test_shop.py::test_it", *lines])
    assert project.files == []


def pending_in(project: Any, name: str) -> dict[str, bool]:
    from contractkit.document import load_contract

    contract = load_contract((project.path / "contracts" / name).read_bytes(), origin=name)
    return {each.description: each.pending for each in contract.interactions}
