"""The contract of a suite is the same, byte for byte, however it was run; renamed tests leave the same content."""

import json
import re
import shutil
from typing import Any

import pytest

from contractkit.document import content_id, load_contract

pytest_plugins = ["pytester"]

CALLS = """
import pytest

@pytest.mark.parametrize("number", [3, 1, 2, 10])
def test_order(contract_stub, number):
    assert httpx.get(contract_stub("orders").url + f"/orders/{number}").status_code == 200

class TestStates:
    def test_known(self, contract_stub):
        orders = contract_stub("orders").given("order exists", id=7, tags=["a", {"b": 1.0}])
        assert httpx.get(orders.url + "/orders/7", headers={"accept": "application/json"}).json()["id"] is not None

    def test_unknown(self, contract_stub):
        orders = contract_stub("orders").given("no order")
        orders.on("getOrder").reply(404)
        assert httpx.get(orders.url + "/orders/7").status_code == 404

def test_two_answers(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {"total": 1}).reply(200, {"total": 2.50, "coupon": None})
    assert [httpx.get(orders.url + "/orders/5").json()["total"] for _ in "ab"] == [1, 2.5]
"""

BODIES = """
def test_made(contract_stub):
    orders = contract_stub("orders")
    assert httpx.post(orders.url + "/orders", json={"sku": "b", "password": "x"}).status_code == 201
    assert httpx.post(orders.url + "/orders", json={"sku": "a"}).status_code == 201

def test_joined(contract_stub):
    assert httpx.post(contract_stub("orders").url + "/orders", json={"sku": "a"}).status_code == 201
    assert httpx.get(contract_stub("orders").url + "/orders/1").status_code == 200
"""

COUNT = 9


@pytest.fixture
def suite(project: Any) -> Any:
    """Give a project with two test files, and the bytes of the contract that a plain run leaves."""
    project.tests(CALLS, "test_calls.py")
    project.tests(BODIES, "deep/test_bodies.py")
    project.run().assert_outcomes(passed=COUNT)
    return project


def recorded_anew(suite: Any, *arguments: str) -> bytes:
    """Give the bytes that a run leaves which finds nothing there."""
    shutil.rmtree(suite.path / "contracts")
    suite.run(*arguments).assert_outcomes(passed=COUNT)
    found: bytes = suite.contract_bytes
    return found


def test_a_second_run_writes_nothing(suite: Any) -> None:
    before = suite.contract_bytes, (suite.path / "contracts" / suite.file).stat().st_mtime_ns

    suite.run().stdout.fnmatch_lines(["web-shop - orders: 10 kept (web-shop-orders.json unchanged)"])

    assert (suite.contract_bytes, (suite.path / "contracts" / suite.file).stat().st_mtime_ns) == before


@pytest.mark.parametrize("seed", ["1", *(pytest.param(seed, marks=pytest.mark.deep) for seed in "23456789")])
def test_in_random_order(suite: Any, seed: str) -> None:
    before = suite.contract_bytes
    assert recorded_anew(suite, "--random-order-bucket=global", f"--random-order-seed={seed}") == before
    suite.run("--random-order-bucket=global", f"--random-order-seed={seed}9").assert_outcomes(passed=COUNT)
    assert suite.contract_bytes == before


@pytest.mark.slow
def test_in_two_processes(suite: Any) -> None:
    before = suite.contract_bytes
    assert recorded_anew(suite, "-n2", "--dist=worksteal") == before


@pytest.mark.slow
@pytest.mark.deep
def test_with_another_seed_of_hashes(suite: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = suite.contract_bytes
    shutil.rmtree(suite.path / "contracts")
    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    suite.pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=COUNT)
    assert suite.contract_bytes == before


def test_one_test_after_the_other(suite: Any) -> None:
    before = suite.contract_bytes
    shutil.rmtree(suite.path / "contracts")
    for part in ("deep", "test_calls.py::TestStates", "test_calls.py::test_two_answers"):
        suite.run(part)
    suite.run("test_calls.py", "-k", "test_order")
    assert suite.contract_bytes == before


def test_in_another_directory(suite: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> None:
    before = suite.contract_bytes
    other = tmp_path_factory.mktemp("elsewhere") / "a b"
    shutil.copytree(suite.path, other, ignore=shutil.ignore_patterns("contracts", ".contractkit", "__pycache__"))
    monkeypatch.chdir(other)

    suite.run(f"--rootdir={other}").assert_outcomes(passed=COUNT)

    assert (other / "contracts" / suite.file).read_bytes() == before


def test_renamed_tests_and_files_leave_the_same_content(suite: Any) -> None:
    before = suite.contract_bytes
    for name in ("test_calls.py", "deep/test_bodies.py"):
        (suite.path / name).unlink()
    suite.tests("\n\n" + re.sub(r"\b(test_|Test)(\w+)", r"\1renamed_\2", CALLS), "deep/test_a.py")
    suite.tests(re.sub(r"\btest_(\w+)", r"test_z_\1", BODIES), "test_b.py")

    suite.run().assert_outcomes(passed=COUNT)

    after = suite.contract_bytes
    assert after != before
    assert content_of(after) == content_of(before)
    assert without_tests(after) == without_tests(before)


def content_of(data: bytes) -> str:
    return content_id(load_contract(data, origin="a contract"))


def without_tests(data: bytes) -> bytes:
    """Give a file without what it says of tests: their names, files and lines, and the order that their names give."""
    written = json.loads(data)
    for each in written["interactions"]:
        del each["comments"]["testname"]
        each["comments"]["contractkit"]["evidence"] = len(each["comments"]["contractkit"]["evidence"])
    return json.dumps(written, sort_keys=True).encode()
