"""`contractkit impact --replay`: a consumer's own suite on stubs of the proposed definition, beside the prediction."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address
from contractkit.broker_client.records import ContractUpload
from contractkit.cli.main import run
from contractkit.exact_json import read_json

pytestmark = pytest.mark.slow

Replay = Callable[..., tuple[int, str, str]]

SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.orders]
definition = "orders.yaml"
"""

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [id, total, sent]
                properties: {id: {type: integer}, total: {type: number}, sent: {type: string}}
"""

TESTS = """\
import json
from urllib.request import urlopen


def get(stub, number):
    return json.load(urlopen(f"{stub.url}/orders/{number}"))


def test_total(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {"total": 12.5})
    assert get(orders, 7)["total"] == 12.5


def test_sent(contract_stub):
    assert get(contract_stub("orders"), 8)["sent"]


def test_number(contract_stub):
    assert get(contract_stub("orders"), 9)["id"] == 9


def test_unsteady(contract_stub):
    assert get(contract_stub("orders"), 10)["id"] == 10
    if __import__("os").environ.get("IS_BROKEN_ANYWAY"):
        raise RuntimeError("no disk")
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A consumer's project whose tests have recorded its contract."""
    root = tmp_path_factory.mktemp("consumer")
    (root / "tests").mkdir()
    files = {"pyproject.toml": SETTINGS, "orders.yaml": DEFINITION, "tests/test_shop.py": TESTS}
    for name, text in files.items():
        (root / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        _with_no_other_plugins(patch)
        subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=root, check=True, capture_output=True)
    return root


def _with_no_other_plugins(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    patch.setenv("PYTEST_ADDOPTS", "-p pytest_contractkit.plugin")


@pytest.fixture
def project(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "consumer"
    shutil.copytree(recorded, root)
    monkeypatch.chdir(root)
    _with_no_other_plugins(monkeypatch)
    new = DEFINITION.replace("[id, total, sent]", "[id]").replace(", total: {type: number}", "")
    Path("new.yaml").write_text(new)
    return root


@pytest.fixture
def replay(project: Path, capsys: pytest.CaptureFixture[str]) -> Replay:
    """Run the verb in the project; give exit code, standard output and standard error."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["impact", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def _files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def _upload(project: Path) -> ContractUpload:
    data = (project / "contracts/web-shop-orders.json").read_bytes()
    return ContractUpload(consumer="web-shop", provider="orders", data=data)


def _proofs(out: str) -> dict[str, Any]:
    (consumer,) = read_json(out)["consumers"]
    return {each["description"]: (each["verdict"], each["proof"]) for each in consumer["interactions"]}


def _proof(outcome: str, test: str, message: str | None = None, line: int | None = None) -> dict[str, Any]:
    file = None if line is None else "tests/test_shop.py"
    ended = {"node_id": f"tests/test_shop.py::{test}", "outcome": outcome, "message": message, "file": file}
    return {"outcome": outcome, "agrees": True, "why": None, "tests": [{**ended, "line": line}]}


def test_predicted_and_proven_stand_side_by_side_and_nothing_else_is_left(
    replay: Replay, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _files(project)
    monkeypatch.setenv("IS_BROKEN_ANYWAY", "yes")
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        contract = _upload(project)
        client.publish(Build(application="web-shop", version="4.1.0", branch="main"), [contract])
        publishing = ("--replay", "--publish", "--consumer-version", "4.1.0", "--broker", url)
        code, out, err = replay("orders.yaml", "new.yaml", "--format", "json", *publishing)
        new, old = (project / "new.yaml").read_bytes(), (project / "orders.yaml").read_bytes()
        job = client.resources.impact("orders", new, old=old)
    assert code == 1
    assert _proofs(out) == {
        "getOrder id=7 answers 200": ("broken", _proof("fails", "test_total", "KeyError: 'total'", 12)),
        "getOrder id=8 answers 200": ("at risk", _proof("can fail", "test_sent", "KeyError: 'sent'", 16)),
        "getOrder id=9 answers 200": ("unaffected", _proof("passes", "test_number")),
        "getOrder id=10 answers 200": (
            "unaffected",
            {**_proof("fails already", "test_unsteady", "RuntimeError: no disk", 26), "agrees": None},
        ),
    }
    assert err == (
        "Running 4 tests on stubs of new.yaml.\n"
        "Running 2 tests on the weakest answers of new.yaml.\n"
        "Running 2 tests on stubs of orders.yaml, since they failed.\n"
        "Published what the tests of web-shop 4.1.0 proved.\n"
    )
    assert _files(project) == before
    predicted = {each["key"]: each["verdict"] for each in job["report"]["consumers"][0]["interactions"]}
    (kept,) = job["proofs"]
    assert {each["key"]: each["predicted"] for each in kept["interactions"]} == predicted
    assert sorted((each["description"], each["outcome"]) for each in kept["interactions"]) == [
        ("getOrder id=10 answers 200", "fails already"),
        ("getOrder id=7 answers 200", "fails"),
        ("getOrder id=8 answers 200", "can fail"),
        ("getOrder id=9 answers 200", "passes"),
    ]


def test_one_test_alone_is_shown_as_pytest_tells_it(replay: Replay) -> None:
    code, out, err = replay("new.yaml", "--replay", "--test", "tests/test_shop.py::test_number")
    assert code == 1  # by the prediction
    assert "  getOrder id=9 answers 200    unaffected   passes\n" in out
    assert "  getOrder id=7 answers 200    broken       not run   tests/test_shop.py:6: it was not asked for\n" in out
    assert err.startswith("Running 1 test on stubs of new.yaml.\n")
    assert "1 passed, 3 deselected" in err


def test_what_cannot_be_run_is_told(replay: Replay) -> None:
    code, out, err = replay("orders.yaml", "new.yaml", "--replay", "--replay-with", f"{sys.executable} -c ''")
    assert (code, out) == (2, "")
    assert err.startswith(
        "Running 4 tests on stubs of new.yaml.\nThe consumer's tests could not be run.\n\n  command   "
    )
    assert err.endswith(
        "  problem   ended with code 0\n\n"
        "Mend what keeps pytest from running. contractkit has to be installed where it is; another way to "
        "start it: --replay-with COMMAND\n"
    )


def test_a_command_that_is_not_there_is_told(replay: Replay) -> None:
    code, _, err = replay("orders.yaml", "new.yaml", "--replay", "--replay-with", "no-such-pytest")
    assert (code, "  problem   [Errno 2] No such file or directory: 'no-such-pytest'\n" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("orders.yaml", "new.yaml", "--test", "tests/test_shop.py::test_sent"),
            2,
            "--test: no tests are run.\n\nHave them run: --replay\n",
        ),
        (
            ("orders.yaml", "new.yaml", "--replay", "--environment", "production"),
            2,
            "--environment and --replay exclude each other: the contracts and tests are those of this project.\n\n"
            "Leave --environment out.\n",
        ),
        (
            ("orders.yaml", "new.yaml", "--replay", "--test", "test_sent"),
            2,
            "No contract here was recorded by such a test.\n\n  test   test_sent\n\n"
            "Name one as the contract does, for example tests/test_shop.py::test_unsteady\n",
        ),
        (
            ("orders.yaml", "new.yaml", "--replay", "--replay-with", "'uv run"),
            2,
            "--replay-with is no command: No closing quotation.\n",
        ),
        (
            ("new.yaml", "--replay", "--broker", "http://127.0.0.1:1"),
            2,
            "--broker and --replay exclude each other: the contracts and tests are those of this project.\n\n"
            "Leave --broker out, or publish what is proved: --publish\n",
        ),
        (
            ("new.yaml", "--replay", "--publish", "--test", "tests/test_shop.py::test_sent"),
            2,
            "--test and --publish exclude each other: a proof is of all tests.\n",
        ),
        (
            ("orders.yaml", "new.yaml", "--time-limit", "5"),
            2,
            "--time-limit: no tests are run.\n\nHave them run: --replay\n",
        ),
        (
            ("new.yaml", "--replay", "--time-limit", "nan"),
            2,
            "--time-limit is no number of seconds: nan.\n",
        ),
        (
            ("new.yaml", "--replay", "--consumer-version", "4.1.0"),
            2,
            "--consumer-version: nothing is published.\n\nHave it published: --publish\n",
        ),
        (
            ("new.yaml", "--replay", "--publish", "--consumer-version", "4.1.0"),
            2,
            "No broker is set.\n",
        ),
        (
            ("new.yaml", "--replay", "--provider", "order"),
            2,
            "No provider named 'order' is set.\n\n  file   ",
        ),
    ],
)
def test_wrong_use_is_told_before_anything_runs(
    replay: Replay, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = replay(*arguments)
    assert (found, out, err[: len(said)]) == (code, "", said)


def test_tests_that_are_not_here_are_nothing_to_check(replay: Replay, project: Path) -> None:
    (project / "tests/test_shop.py").unlink()
    assert replay("orders.yaml", "new.yaml", "--replay") == (
        3,
        "",
        "The tests that recorded the contract are not here.\n\n  tests in   tests/test_shop.py\n\n"
        "Run pytest, which records the contract anew, then ask again.\n",
    )


def test_files_outside_the_project_are_not_run(replay: Replay, project: Path) -> None:
    shutil.move(project / "tests/test_shop.py", project.parent / "test_shop.py")
    contract = project / "contracts/web-shop-orders.json"
    contract.write_text(contract.read_text().replace("tests/test_shop.py", "../test_shop.py"))
    code, _, err = replay("orders.yaml", "new.yaml", "--replay")
    assert (code, err.partition("\n")[0]) == (3, "The tests that recorded the contract are not here.")


def test_tests_that_cannot_be_collected_prove_nothing(replay: Replay, project: Path) -> None:
    file = project / "tests/test_shop.py"
    file.write_text(f"import no_such_module\n{file.read_text()}")
    code, out, err = replay("orders.yaml", "new.yaml", "--replay")
    assert (code, out, err.partition("\n")[2]) == (
        3,
        "",
        "None of the tests was run, so nothing is proven.\n\n"
        "  tests    tests/test_shop.py::test_unsteady\n"
        "           tests/test_shop.py::test_total\n"
        "           tests/test_shop.py::test_sent\n"
        "           tests/test_shop.py::test_number\n"
        "  reason   pytest could not collect them, or they are not there any more\n\n"
        "Run them with pytest to see why.\n",
    )


def test_a_test_that_does_not_end_is_stopped_and_fails(replay: Replay, project: Path) -> None:
    file = project / "tests/test_shop.py"
    file.write_text(
        "from time import sleep\n"
        + TESTS.replace(
            "assert get(orders, 7)", "while 'total' not in get(orders, 7): sleep(0.05)\n    assert get(orders, 7)"
        )
    )
    test = "tests/test_shop.py::test_total"
    code, out, err = replay(
        "orders.yaml", "new.yaml", "--replay", "--time-limit", "3", "--test", test, "--format", "json"
    )
    assert code == 1
    verdict, proof = _proofs(out)["getOrder id=7 answers 200"]
    (told,) = proof["tests"]
    said = "it did not end within 3 s; on the present definition it took "
    assert (verdict, proof["outcome"], proof["agrees"], told["message"][: len(said)]) == ("broken", "fails", True, said)
    assert (told["file"], told["line"] in (7, 13)) == ("tests/test_shop.py", True)
    stopped = f"Stopped {test}, which did not end within 3 s.\n"
    assert err.startswith(f"Running 1 test on stubs of new.yaml.\n{stopped}")


def test_contracts_of_others_have_no_tests_here(replay: Replay, project: Path) -> None:
    shutil.move(project / "contracts", project / "theirs")
    (project / "pyproject.toml").write_text(SETTINGS.replace("web-shop", "courier"))
    assert replay("orders.yaml", "new.yaml", "--replay", "--contracts", "theirs") == (
        3,
        "",
        "None of the contracts is this project's own, so there are no tests to run.\n\n"
        "  contracts of   web-shop\n\n"
        "Run this where the consumer's tests are; contractkit impact without --replay needs none.\n",
    )
