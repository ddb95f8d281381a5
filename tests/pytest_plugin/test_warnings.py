"""What a run warns of, and how pytest's own filters choose among it."""

import re
from pathlib import Path
from typing import Any

import pytest

from contractkit import warnings
from tests.pytest_plugin.conftest import DEFINITION

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.usefixtures("without_needs")

MISTAKEN = DEFINITION.replace("total: {type: number}", "total: {type: number, minimum: nothing}")
WARNED = "*orders.yaml:*: DefinitionMistakeWarning: orders: *"
FAILS_THE_RUN = "-Werror::contractkit.warnings.DefinitionMistakeWarning"


def test_every_kind_is_in_the_manual_and_below_one_base() -> None:
    manual = (Path(__file__).parents[2] / "docs/recording.md").read_text()
    kinds = {name for name, each in vars(warnings).items() if isinstance(each, type)}
    assert set(re.findall(r"^\| `(\w+Warning)` \|", manual, flags=re.MULTILINE)) == kinds - {"ContractkitWarning"}
    assert all(issubclass(getattr(warnings, name), warnings.ContractkitWarning) for name in kinds)


def test_a_mistake_of_a_definition_is_warned_of_with_its_place(project: Any) -> None:
    project.write("orders.yaml", MISTAKEN)
    project.tests(project.getting("test_a", 1))

    result = project.run()

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines([WARNED])


@pytest.mark.parametrize("filter_", ["ignore::contractkit.warnings.ContractkitWarning", "ignore::UserWarning"])
def test_a_filter_silences_it(project: Any, filter_: str) -> None:
    project.write("orders.yaml", MISTAKEN)
    project.tests(project.getting("test_a", 1))

    result = project.run(f"-W{filter_}")

    result.assert_outcomes(passed=1, warnings=0)
    result.stdout.no_fnmatch_line(WARNED)


def test_a_filter_that_makes_it_an_error_fails_the_run(project: Any) -> None:
    project.write("orders.yaml", MISTAKEN)
    project.tests(project.getting("test_a", 1))

    result = project.run(FAILS_THE_RUN)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["orders: *", "The run was told to fail on DefinitionMistakeWarning, by -W or filterwarnings."]
    )
    assert project.files == ["web-shop-orders.json"]


@pytest.mark.slow
def test_the_controller_warns_once_of_what_workers_met(project: Any) -> None:
    project.write("orders.yaml", MISTAKEN)
    project.tests(project.getting("test_a", 1) + project.getting("test_b", 2))

    project.run("-n", "2").assert_outcomes(passed=2, warnings=1)


def test_a_test_that_calls_nothing_is_warned_of(project: Any) -> None:
    project.tests("def test_a(contract_stub):\n    contract_stub('orders')\n")

    result = project.run()

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "test_shop.py::test_a",
            "*test_shop.py:3: NothingRecordedWarning: test_shop.py::test_a opened the stub of orders and called "
            "nothing: no contract has anything of it",
        ]
    )


def test_a_test_that_calls_nothing_can_be_made_to_fail(project: Any) -> None:
    project.tests("def test_a(contract_stub):\n    contract_stub('orders')\n")
    project.run("-Werror::contractkit.warnings.NothingRecordedWarning").assert_outcomes(failed=1)
