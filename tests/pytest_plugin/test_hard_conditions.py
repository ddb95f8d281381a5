"""What goes wrong around a run: files that cannot be written or were edited, disks that are full, state that leaks."""

import errno
import json
import os
import resource
import tempfile
from pathlib import Path
from typing import Any

import pytest

from contractkit.errors import ContractFileError
from contractkit.recording.contract_files import replace_contract_file
from tests.pytest_plugin.conftest import DEFINITION

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.usefixtures("without_needs")

ONE = "getOrder id=1 answers 200"
TWO = "getOrder id=2 answers 200"


@pytest.fixture
def recorded(project: Any) -> Any:
    """Give a project that has recorded one interaction, and whose tests would now record another."""
    project.tests(project.getting("test_one", 1))
    project.run().assert_outcomes(passed=1)
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2))
    return project


def forbid(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Let the system refuse new files in a directory, as it does to a user who may not write there."""
    make = tempfile.mkstemp

    def refuse(**named: Any) -> tuple[int, str]:
        if named["dir"] == directory:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(directory))
        return make(**named)

    monkeypatch.setattr("contractkit.recording.contract_files.tempfile.mkstemp", refuse)


def test_a_directory_that_may_not_be_written_fails_the_run_and_keeps_the_file(
    recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded.contract_bytes
    forbid(monkeypatch, recorded.path / "contracts")

    result = recorded.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "The contract file cannot be written.",
            "  file     *contracts/web-shop-orders.json",
            "  reason   Permission denied",
            "Mend that, then run the tests again; the file is as it was.",
        ]
    )
    assert (recorded.contract_bytes, recorded.files) == (before, ["web-shop-orders.json"])


def test_local_state_that_may_not_be_written_is_told_and_the_contract_is_there(
    recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, recorded.path / ".contractkit")

    result = recorded.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["What this run confirmed cannot be kept.", "*reason      Permission denied"])
    assert recorded.descriptions == [ONE, TWO]


@pytest.mark.slow
def test_a_worker_that_can_leave_nothing_fails_its_tests_in_words(recorded: Any) -> None:
    before = recorded.contract_bytes
    recorded.write(".contractkit/fragments", "a file where the directory should be")

    result = recorded.run("-n1")

    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(["What the test recorded cannot be kept for the controller.", "*reason   *"])
    result.stdout.no_fnmatch_line("*distribution.py*")
    assert recorded.contract_bytes == before


def test_a_limit_of_the_system_on_files_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "web-shop-orders.json"
    file.write_bytes(b"before")
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, was[1]))
    try:
        with pytest.raises(ContractFileError) as raised:
            replace_contract_file(file, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)

    assert str(raised.value) == (
        f"The contract file cannot be written.\n\n  file     {file}\n  reason   File too large\n\n"
        "Mend that, then run the tests again; the file is as it was."
    )
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [(file.name, b"before")]


@pytest.mark.parametrize("at_byte", [0, 1000])
def test_a_disk_that_fills_up_within_a_file_leaves_none_of_it(
    recorded: Any, monkeypatch: pytest.MonkeyPatch, at_byte: int
) -> None:
    before = recorded.contract_bytes
    monkeypatch.setattr("contractkit.recording.contract_files.os.fdopen", full_after(at_byte))

    result = recorded.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["The contract file cannot be written.", "*reason   No space left on device"])
    assert recorded.contract_bytes == before
    assert [path.name for path in (recorded.path / "contracts").iterdir()] == ["web-shop-orders.json"]


def full_after(at_byte: int) -> Any:
    """Give an `os.fdopen` of files that take so many bytes."""
    open_one = os.fdopen

    class Full:
        def __init__(self, handle: int, mode: str) -> None:
            self.file = open_one(handle, mode)

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *raised: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> None:
            self.file.write(data[:at_byte])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return Full


def test_what_people_wrote_into_a_file_stays_and_what_they_broke_is_recorded_anew(recorded: Any) -> None:
    written = recorded.contract
    written["interactions"][0]["comments"]["text"] = ["ask Ada before changing this"]
    written["interactions"][0]["response"]["status"] = 418
    written["metadata"]["mine"] = {"a": 1}
    recorded.write("contracts/web-shop-orders.json", json.dumps(written))

    recorded.run().assert_outcomes(passed=2)

    one = recorded.contract["interactions"][recorded.descriptions.index(ONE)]
    assert one["comments"]["text"] == ["ask Ada before changing this"]
    assert one["response"]["status"] == 200
    assert recorded.contract["metadata"]["mine"] == {"a": 1}


MARKERS = "<<<<<<< ours\n{0}=======\n{0}>>>>>>> theirs\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"consumer": 7}', MARKERS.format("{}\n")])
def test_a_broken_file_fails_the_run_and_the_other_contracts_are_written(recorded: Any, text: str) -> None:
    recorded.write("contracts/web-shop-orders.json", text)
    with (recorded.path / "pyproject.toml").open("a") as settings:
        settings.write('\n[tool.contractkit.providers.stock]\ndefinition = "orders.yaml"\n')
    more = recorded.getting("test_stock", 3).replace("'orders'", "'stock'")
    recorded.tests(more, "test_stock.py")

    result = recorded.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=3)
    assert recorded.contract_bytes == text.encode()
    assert recorded.files == ["web-shop-orders.json", "web-shop-stock.json"]
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_definition_that_changes_between_runs_replaces_what_was_recorded(recorded: Any) -> None:
    recorded.write("orders.yaml", DEFINITION.replace("[id, total, coupon]", "[id, total]"))

    result = recorded.run()

    result.stdout.fnmatch_lines(["web-shop - orders: 1 new, 1 changed (web-shop-orders.json written)"])
    bodies = [each["response"]["body"]["content"] for each in recorded.contract["interactions"]]
    assert [sorted(each) for each in bodies] == [["id", "total"], ["id", "total"]]


def test_a_definition_that_no_longer_has_the_operation_fails_the_test_and_keeps_the_contract(recorded: Any) -> None:
    before = recorded.contract_bytes
    recorded.write("orders.yaml", DEFINITION.replace("/orders/{id}", "/order/{id}"))

    result = recorded.run()

    result.assert_outcomes(failed=2)
    assert recorded.contract_bytes == before


def test_a_definition_that_is_gone_fails_the_test_and_keeps_the_contract(recorded: Any) -> None:
    before = recorded.contract_bytes
    (recorded.path / "orders.yaml").unlink()

    result = recorded.run()

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E*The definition orders.yaml cannot be read.*"])
    assert recorded.contract_bytes == before


def test_a_client_that_one_test_leaves_to_the_next_is_answered_by_no_stub(project: Any) -> None:
    project.tests("""
import threading

left = []

def test_first(contract_stub):
    orders = contract_stub("orders")
    left.append(httpx.Client(transport=orders.transport(), base_url="http://orders"))
    assert left[0].get("/orders/1").status_code == 200

def test_second(contract_stub):
    orders = contract_stub("orders")
    assert left[0].get("/orders/2").status_code == 503
    assert httpx.get(orders.url + "/orders/3").status_code == 200
""")

    project.run().assert_outcomes(passed=2)

    assert project.descriptions == [ONE, "getOrder id=3 answers 200"]


def test_threads_of_one_test_call_its_stub_at_once(project: Any) -> None:
    project.tests("""
from concurrent.futures import ThreadPoolExecutor

def test_first(contract_stub):
    url = contract_stub("orders").url
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: httpx.get(f"{url}/orders/{number % 5}").status_code, range(40)))
    assert found == [200] * 40
""")

    project.run().assert_outcomes(passed=1)

    assert project.descriptions == [f"getOrder id={number} answers 200" for number in range(5)]


def test_a_stub_that_is_open_in_another_test_is_refused(project: Any) -> None:
    project.tests("""
from pytest_contractkit.recorder import recorder_of

class Other:
    def __init__(self, request):
        self.config, self.node = request.config, request.session.items[1]

def test_first(contract_stub, request):
    contract_stub("orders")
    with recorder_of(request.config).test(Other(request)) as open_in_a_thread:
        open_in_a_thread("orders")

def test_second(contract_stub):
    assert httpx.get(contract_stub("orders").url + "/orders/1").status_code == 200
""")

    result = project.run()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*The stub of orders is open in two tests at once.",
            "*one       test_shop.py::test_first",
            "*another   test_shop.py::test_second",
            "*A stub cannot tell whose call it answers: run tests in processes (pytest-xdist).",
        ]
    )
    assert project.descriptions == [ONE]


def test_what_was_recorded_before_a_test_had_side_effects_on_the_file_is_told(project: Any) -> None:
    project.tests(
        project.getting("test_one", 1)
        + "def test_edits():\n    import pathlib\n"
        + "    pathlib.Path('contracts').mkdir(exist_ok=True)\n"
        + "    pathlib.Path('contracts/web-shop-orders.json').write_text('mine')\n"
    )

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert project.contract_bytes == b"mine"


def test_a_directory_of_contracts_that_a_test_removes_is_made_again(recorded: Any) -> None:
    recorded.tests(recorded.getting("test_one", 1, "import shutil; shutil.rmtree('contracts')"))

    recorded.run().assert_outcomes(passed=1)

    assert recorded.descriptions == [ONE]


def test_a_test_that_changes_the_directory_writes_where_the_project_is(recorded: Any, tmp_path: Path) -> None:
    recorded.tests(recorded.getting("test_one", 1, f"import os; os.chdir({str(tmp_path)!r})"))

    recorded.run().assert_outcomes(passed=1)

    assert recorded.descriptions == [ONE]
    assert not (tmp_path / "contracts").exists()
