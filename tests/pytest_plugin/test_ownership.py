"""Who owns an interaction: what stays, what goes and what is replaced from run to run."""

from typing import Any

import pytest

pytest_plugins = ["pytester"]

ONE = "getOrder id=1 answers 200"
TWO = "getOrder id=2 answers 200"


def test_a_failing_test_erases_nothing(project: Any) -> None:
    project.tests(project.getting("test_one", 1))
    project.run().assert_outcomes(passed=1)
    before = project.contract_bytes

    project.tests(project.getting("test_one", 2, "assert False"))
    project.run().assert_outcomes(failed=1)

    assert project.contract_bytes == before


def test_a_changed_test_replaces_what_it_recorded(project: Any) -> None:
    project.tests(project.getting("test_one", 1))
    project.run()

    project.tests(project.getting("test_one", 2))
    project.run()

    assert project.descriptions == [TWO]


def test_a_removed_test_takes_its_interactions_along(project: Any) -> None:
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()

    project.tests(project.getting("test_two", 2))
    project.run()

    assert project.descriptions == [TWO]


def test_the_last_test_removed_takes_the_file_along(project: Any) -> None:
    project.tests(project.getting("test_one", 1))
    project.run()

    project.tests("def test_other():\n    pass\n")
    result = project.run()

    assert project.files == []
    result.stdout.fnmatch_lines(["web-shop - orders: 1 removed (web-shop-orders.json removed)"])


def test_a_file_removed_takes_its_interactions_along(project: Any) -> None:
    project.tests(project.getting("test_one", 1), "test_one.py")
    project.tests(project.getting("test_two", 2), "test_two.py")
    project.run()

    (project.path / "test_one.py").unlink()
    project.run()

    assert project.descriptions == [TWO]


@pytest.mark.parametrize(
    "arguments", [["-k", "two"], ["test_shop.py::test_two"], ["--deselect", "test_shop.py::test_one"]]
)
def test_a_selection_keeps_the_others(project: Any, arguments: list[str]) -> None:
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()
    before = project.contract_bytes

    project.run(*arguments).assert_outcomes(passed=1, deselected=len(arguments) - 1)

    assert project.contract_bytes == before


def test_another_file_alone_keeps_the_others(project: Any) -> None:
    project.tests(project.getting("test_one", 1), "test_one.py")
    project.tests(project.getting("test_two", 2), "test_two.py")
    project.run()

    project.run("test_two.py").assert_outcomes(passed=1)

    assert project.descriptions == [ONE, TWO]


def test_a_file_that_cannot_be_collected_keeps_what_it_recorded(project: Any) -> None:
    project.tests(project.getting("test_one", 1), "test_one.py")
    project.tests(project.getting("test_two", 2), "test_two.py")
    project.run()

    project.write("test_one.py", "def broken(:\n")
    project.run("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)

    assert project.descriptions == [ONE, TWO]


@pytest.mark.parametrize("marker", ["skip", "xfail"])
def test_a_test_that_does_not_count_contributes_and_erases_nothing(project: Any, marker: str) -> None:
    project.tests(project.getting("test_one", 1))
    project.run()
    before = project.contract_bytes

    project.tests(f"import pytest\n\n@pytest.mark.{marker}\n" + project.getting("test_one", 2))
    project.run()

    assert project.contract_bytes == before


def test_a_test_that_fails_at_teardown_contributes_nothing(project: Any) -> None:
    project.tests(
        """
import pytest

@pytest.fixture
def failing():
    yield
    raise ValueError

def test_one(failing, contract_stub):
    assert httpx.get(contract_stub("orders").url + "/orders/1").status_code == 200
"""
    )

    project.run().assert_outcomes(passed=1, errors=1)

    assert project.files == []


def test_a_renamed_test_changes_no_verdict(project: Any) -> None:
    from contractkit.document import content_id, load_contract

    project.tests(project.getting("test_one", 1))
    project.run()
    before = content_id(load_contract(project.contract_bytes, origin="before"))

    project.tests("\n\n" + project.getting("test_renamed", 1))
    project.run()

    assert content_id(load_contract(project.contract_bytes, origin="after")) == before
    assert [test["nodeId"] for test in evidence_of(project)] == ["test_shop.py::test_renamed"]


def test_equal_interactions_of_several_tests_join(project: Any) -> None:
    project.tests(project.getting("test_b", 1) + project.getting("test_a", 1))

    project.run()

    assert project.descriptions == [ONE]
    assert [test["nodeId"] for test in evidence_of(project)] == ["test_shop.py::test_a", "test_shop.py::test_b"]


def test_parameters_and_classes_each_own_theirs(project: Any) -> None:
    project.tests(
        """
import pytest

class TestOrders:
    @pytest.mark.parametrize("number", [1, 2])
    def test_get(self, contract_stub, number):
        assert httpx.get(f"{contract_stub('orders').url}/orders/{number}").status_code == 200
"""
    )

    project.run().assert_outcomes(passed=2)

    assert project.descriptions == [ONE, TWO]


def test_two_tests_that_expect_different_answers_are_named(project: Any) -> None:
    project.tests(
        """
def test_cheap(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {"total": 1.5})
    httpx.get(orders.url + "/orders/1")

def test_dear(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {"total": 99.5})
    httpx.get(orders.url + "/orders/1")
"""
    )

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "Two tests of web-shop expect different answers of orders to one request.",
            "  interaction   getOrder id=1 answers 200",
            "  given         no state",
            "  one test      test_shop.py::test_cheap (line 7)",
            '  expects       200 {*"total":1.5}',
            "  another       test_shop.py::test_dear (line 12)",
            '  expects       200 {*"total":99.5}',
            'Name the state in which each holds, before its call: .given("…").',
        ]
    )
    assert project.files == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("not json", ["*web-shop-orders.json*"]),
        (
            "<<<<<<< HEAD\n{}\n",
            ["*web-shop-orders.json holds merge-conflict markers.", "  first in line   1", "Take either side *"],
        ),
    ],
)
def test_a_file_that_is_no_contract_is_left_alone(project: Any, text: str, lines: list[str]) -> None:
    project.write("contracts/web-shop-orders.json", text)
    project.tests(project.getting("test_one", 1))

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(lines)
    assert project.contract_bytes == text.encode()


def test_a_directory_that_cannot_be_written_fails_the_run(project: Any) -> None:
    project.write("contracts", "a file where the directory should be")
    project.tests(project.getting("test_one", 1))

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["The contract file cannot be *", "  file *web-shop-orders.json"])


def test_interactions_of_other_tools_stay(project: Any) -> None:
    foreign = """{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [{
      "type": "Synchronous/HTTP", "description": "theirs", "request": {"method": "GET", "path": "/x"},
      "response": {"status": 200}}], "metadata": {"pactSpecification": {"version": "4.0"}, "theirs": {"a": 1}}}"""
    project.write("contracts/web-shop-orders.json", foreign)
    project.tests(project.getting("test_one", 1))

    project.run().assert_outcomes(passed=1)

    assert project.descriptions == [ONE, "theirs"]
    assert project.contract["metadata"]["theirs"] == {"a": 1}


def test_the_run_keeps_what_it_confirmed(project: Any) -> None:
    from contractkit.recording import read_confirmations

    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()
    keys = {each["description"]: each["key"] for each in project.contract["interactions"]}

    project.run("-k", "two")

    assert read_confirmations(project.path).of(project.file) == {keys[TWO]}
    assert (project.path / ".contractkit/.gitignore").read_text() == "*\n"


@pytest.mark.slow
def test_workers_record_what_one_process_records(project: Any) -> None:
    project.tests("".join(project.getting(f"test_{number}", number % 5) for number in range(12)), "test_a.py")
    project.tests("".join(project.getting(f"test_{number}", number) for number in range(8)), "test_b.py")
    project.run().assert_outcomes(passed=20)
    serial = project.contract_bytes
    (project.path / "contracts" / project.file).unlink()

    project.run("-n", "2").assert_outcomes(passed=20)

    assert project.contract_bytes == serial
    assert list((project.path / ".contractkit/fragments").iterdir()) == []


@pytest.mark.slow
def test_workers_remove_what_is_gone(project: Any) -> None:
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()

    project.tests(project.getting("test_two", 2))
    project.run("-n", "2").assert_outcomes(passed=1)

    assert project.descriptions == [TWO]


@pytest.mark.slow
def test_a_worker_that_crashes_erases_nothing(project: Any) -> None:
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    project.run()

    project.tests("import os\n" + project.getting("test_one", 1, "os._exit(1)") + project.getting("test_two", 2))
    project.run("-n", "2").assert_outcomes(passed=1, failed=1)

    assert project.descriptions == [ONE, TWO]


def evidence_of(project: Any) -> list[dict[str, Any]]:
    (interaction,) = project.contract["interactions"]
    return [each["test"] for each in interaction["comments"]["contractkit"]["evidence"]]
