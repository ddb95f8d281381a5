"""Shards of one run, and `contractkit merge`, which gives what one run would have left."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contractkit.cli.confirmations import check_confirmed
from contractkit.cli.main import run
from contractkit.document import load_contract
from contractkit.errors import RecordingError

pytest_plugins = ["pytester"]

ONE = "getOrder id=1 answers 200"
TWO = "getOrder id=2 answers 200"
THREE = "getOrder id=3 answers 200"

DIFFERS = """
def test_{name}(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {{"total": {total}}})
    assert httpx.get(orders.url + "/orders/1").status_code == 200
"""


def git(root: Path, *arguments: str) -> None:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *named, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def suite(project: Any) -> Any:
    """Give a project at a commit, with tests in three files."""
    project.tests(project.getting("test_one", 1) + project.getting("test_joint", 2), "test_a.py")
    project.tests(project.getting("test_two", 2), "test_b.py")
    project.tests(project.getting("test_three", 3), "test_c.py")
    git(project.path, "init", "-q", "-b", "main")
    git(project.path, "commit", "-q", "--allow-empty", "-m", "a")
    return project


def shard(suite: Any, name: str, *arguments: str) -> Path:
    """Give the directory of a shard that has run some of the tests, from what the project now holds."""
    held = suite.path / "contracts"
    kept = suite.path / "kept"
    if held.exists():
        shutil.copytree(held, kept)
    suite.run(*arguments)
    shards: Path = suite.path.parent / f"{suite.path.name}-shards"
    for each in ("contracts", ".contractkit"):
        if (suite.path / each).exists():
            shutil.copytree(suite.path / each, shards / name / each)
            shutil.rmtree(suite.path / each)
    if kept.exists():
        kept.rename(held)
    return shards / name


def merge(suite: Any, *arguments: object) -> int:
    return run(["-C", str(suite.path), "merge", *map(str, arguments)])


def confirmed(suite: Any) -> list[str]:
    """Give the descriptions of what `publish` would find confirmed."""
    path = suite.path / "contracts" / suite.file
    contract = load_contract(path.read_bytes(), origin="merged")
    found = []
    for each in contract.interactions:
        try:
            check_confirmed(suite.path, [(path, type(contract)(**{**fields(contract), "interactions": (each,)}))])
        except RecordingError:
            continue
        found.append(each.description)
    return found


def fields(contract: Any) -> dict[str, Any]:
    return {name: getattr(contract, name) for name in type(contract).__slots__}


def test_the_shards_of_a_run_give_the_bytes_of_the_whole_run(suite: Any) -> None:
    suite.run()
    whole = suite.contract_bytes
    shutil.rmtree(suite.path / "contracts")
    shutil.rmtree(suite.path / ".contractkit")
    first = shard(suite, "first", "test_a.py")
    second = shard(suite, "second", "test_b.py", "test_c.py")

    assert merge(suite, second / "contracts", first / "contracts") == 0

    assert suite.contract_bytes == whole
    assert confirmed(suite) == [ONE, TWO, THREE]


def test_merging_twice_and_in_another_order_changes_nothing(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    places = [shard(suite, "first", "test_a.py"), shard(suite, "second", "test_b.py"), shard(suite, "c", "test_c.py")]
    merge(suite, *places)
    once = suite.contract_bytes
    capsys.readouterr()

    assert merge(suite, *reversed(places), "--parts", 3) == 0

    assert suite.contract_bytes == once
    assert capsys.readouterr().out == (
        f"web-shop - orders: 3 interactions of 3 parts ({suite.path}/contracts/web-shop-orders.json unchanged)\n"
    )


def test_what_a_shard_changed_counts_before_what_others_still_hold(suite: Any) -> None:
    suite.tests(DIFFERS.format(name="one", total=1.5), "test_a.py")
    suite.run()
    suite.tests(DIFFERS.format(name="one", total=99.5), "test_a.py")
    first = shard(suite, "first", "test_a.py")
    second = shard(suite, "second", "test_b.py", "test_c.py")

    assert merge(suite, first, second) == 0

    (one,) = (each for each in suite.contract["interactions"] if each["description"] == ONE)
    assert one["response"]["body"]["content"]["total"] == 99.5
    suite.run()
    assert merge(suite, first, second) == 0


def test_what_a_shard_no_longer_records_is_gone_from_the_whole(suite: Any) -> None:
    suite.run()
    shutil.rmtree(suite.path / ".contractkit")
    suite.tests(suite.getting("test_joint", 2), "test_a.py")
    suite.tests("def test_three():\n    pass\n", "test_c.py")
    first = shard(suite, "first", "test_a.py")
    second = shard(suite, "second", "test_b.py", "test_c.py")

    assert merge(suite, first, second) == 0
    merged = suite.contract_bytes

    suite.run()
    assert suite.contract_bytes == merged
    assert suite.descriptions == [TWO]


def test_a_shard_that_lets_go_of_the_last_interaction_leaves_no_file(suite: Any) -> None:
    for name in ("test_b.py", "test_c.py"):
        (suite.path / name).unlink()
    suite.run()
    suite.tests("def test_one():\n    pass\n\ndef test_joint():\n    pass\n", "test_a.py")
    only = shard(suite, "only")

    assert merge(suite, only) == 0

    assert suite.files == []


def test_what_a_missing_shard_recorded_stays_unconfirmed(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    suite.run()
    shutil.rmtree(suite.path / ".contractkit")
    first = shard(suite, "first", "test_a.py")
    capsys.readouterr()

    assert merge(suite, first) == 0

    assert suite.descriptions == [ONE, TWO, THREE]
    assert confirmed(suite) == [ONE, TWO]
    assert capsys.readouterr().out.splitlines()[1] == (
        "  1 not confirmed by any part: getOrder id=3 answers 200 (test_c.py:4)"
    )


def test_fewer_parts_than_there_must_be_write_nothing(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    capsys.readouterr()

    assert merge(suite, first, "--parts", 2) == 3

    assert suite.files == []
    assert capsys.readouterr().err == (
        "Nothing was merged: 1 of 2 parts are here.\n\n"
        f"  parts   {first}\n\n"
        "Run the shard that is missing again; without it, what only its tests recorded would be lost.\n"
    )


def test_two_shards_that_recorded_different_answers_are_named(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    suite.tests(DIFFERS.format(name="cheap", total=1.5), "test_a.py")
    suite.tests(DIFFERS.format(name="dear", total=99.5), "test_b.py")
    first, second = shard(suite, "first", "test_a.py"), shard(suite, "second", "test_b.py", "test_c.py")
    capsys.readouterr()

    assert merge(suite, first, second) == 1

    assert suite.files == []
    assert capsys.readouterr().err == (
        "Two tests of web-shop expect different answers of orders to one request.\n\n"
        "  interaction   getOrder id=1 answers 200\n"
        "  given         no state\n"
        "  one test      test_a.py::test_cheap (line 7)\n"
        '  expects       200 {"coupon":"grove-33","id":1,"total":1.5}\n'
        "  another       test_b.py::test_dear (line 7)\n"
        '  expects       200 {"coupon":"grove-33","id":1,"total":99.5}\n\n'
        'Name the state in which each holds, before its call: .given("…").\n'
    )


def test_shards_of_two_versions_are_refused(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    git(suite.path, "commit", "-q", "--allow-empty", "-m", "b")
    second = shard(suite, "second", "test_b.py")
    capsys.readouterr()

    assert merge(suite, first, second) == 2

    assert suite.files == []
    assert capsys.readouterr().err.startswith("Nothing was merged: the parts are of different versions.\n\n")


def test_shards_of_two_definitions_are_refused(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    definition = (suite.path / "orders.yaml").read_text()
    suite.write("orders.yaml", definition.replace("1.0.0", "1.0.1"))
    second = shard(suite, "second", "test_b.py")
    capsys.readouterr()

    assert merge(suite, first, second) == 1

    said = capsys.readouterr().err
    assert said.startswith("The parts were recorded against different definitions of orders.\n\n")
    assert said.endswith("Let every part test one commit, with one contractkit.lock.\n")


def test_without_confirmations_nothing_is_lost_and_it_is_said(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = shard(suite, "first", "test_a.py"), shard(suite, "second", "test_b.py", "test_c.py")
    shutil.rmtree(second / ".contractkit")
    capsys.readouterr()

    assert merge(suite, first, second) == 0

    assert suite.descriptions == [ONE, TWO, THREE]
    assert confirmed(suite) == [ONE, TWO]
    assert capsys.readouterr().err == (
        f"{second}: nothing says what its tests confirmed, so publish will ask for it; keep "
        ".contractkit/confirmed.json of the shard beside its contracts (it is a hidden directory)\n"
    )


def test_the_same_as_json_into_another_directory(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    capsys.readouterr()

    assert merge(suite, first / "contracts" / suite.file, "--into", suite.path / "all", "--format", "json") == 0

    assert json.loads(capsys.readouterr().out) == {
        "schema_version": 1,
        "contracts": [
            {
                "consumer": "web-shop",
                "file": f"{suite.path}/all/web-shop-orders.json",
                "interactions": 2,
                "outcome": "written",
                "parts": 1,
                "provider": "orders",
                "unconfirmed": [],
            }
        ],
    }


def test_a_part_that_is_named_twice_is_one(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    capsys.readouterr()

    assert merge(suite, first, f"{first}/", "--parts", 2) == 3

    assert capsys.readouterr().err.startswith("Nothing was merged: 1 of 2 parts are here.\n")


def test_confirmations_of_the_project_that_merges_are_not_taken_for_a_part_s(suite: Any) -> None:
    first = shard(suite, "first", "test_a.py")
    suite.run("test_b.py")
    inside = suite.path / "part-1"
    shutil.copytree(first / "contracts", inside)
    (suite.path / "contracts" / suite.file).unlink()

    assert merge(suite, inside) == 0

    assert suite.descriptions == [ONE, TWO]
    assert confirmed(suite) == [TWO]


def test_standard_input_is_no_part(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert merge(suite, "-") == 2
    assert capsys.readouterr().err == ("A part is a directory or a file, not standard input.\n\nName where it lies.\n")


def test_a_target_that_cannot_be_written_is_told(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first = shard(suite, "first", "test_a.py")
    suite.write("mine", "a file")
    capsys.readouterr()

    assert merge(suite, first, "--into", suite.path / "mine" / "contracts") == 2

    said = capsys.readouterr().err
    assert said.startswith("The contract file cannot be written.\n\n  file     ")
    assert "Not a directory" in said


def test_wrong_places_are_told(suite: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (suite.path / "empty").mkdir()
    suite.write("broken/a.json", "<<<<<<< HEAD\n{}\n")
    capsys.readouterr()
    found = []
    for place in ("missing", "empty", "broken"):
        code = merge(suite, suite.path / place)
        found.append((code, capsys.readouterr().err.partition("\n")[0]))
    assert found == [
        (2, "There are no contracts at that place."),
        (3, "No shard left a contract."),
        (2, f"{suite.path}/broken/a.json holds merge-conflict markers."),
    ]
