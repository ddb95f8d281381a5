"""What blocks of `Stub` leave: contracts, who owns them, and what a later process or pytest does to them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from contractkit import Stub, load_contract
from contractkit.errors import ContractFileError, InteractionClashError, UndefinedRequestError, UsageError
from contractkit.model import TestReference
from contractkit.recording import read_confirmations
from contractkit.stubbing import recordings

pytestmark = pytest.mark.slow

UNITTEST = """\
import unittest, urllib.request
from contractkit import Stub

class TestShop(unittest.TestCase):
    def setUp(self):
        self.orders = self.enterContext(Stub("orders", record=True))

    def fetch(self, number):
        return urllib.request.urlopen(f"{self.orders.url}/orders/{number}").status

    def test_one(self):
        self.assertEqual(self.fetch(1), 200)

    def test_two(self):
        self.assertEqual(self.fetch(2), 200)
"""


def fetch(stub: Stub, *ids: int) -> None:
    for number in ids:
        assert httpx.get(f"{stub.url}/orders/{number}").status_code == 200


def recorded(file: Path) -> dict[str, list[TestReference]]:
    """Give the description of each interaction with who recorded it."""
    contract = load_contract(file.read_bytes(), origin=str(file))
    return {each.description: [one.test for one in each.evidence] for each in contract.interactions}


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_true_records_into_the_contracts_of_the_settings(project: Path) -> None:
    with Stub("orders", record=True) as stub:
        fetch(stub, 7)

    assert list(recorded(project / "contracts/shop-orders.json")) == ["getOrder id=7 answers 200"]
    confirmed = read_confirmations(project).of("shop-orders.json")
    assert [len(key) for key in confirmed] == [16]


def test_a_directory_and_a_file_may_be_named(project: Path) -> None:
    with Stub("orders.yaml", record="out", consumer="web", provider="shop") as stub:
        fetch(stub, 7)
    with Stub("orders.yaml", record=project / "own.json") as stub:
        fetch(stub, 7)

    assert list(recorded(project / "out/web-shop.json")) == ["getOrder id=7 answers 200"]
    assert list(recorded(project / "own.json")) == ["getOrder id=7 answers 200"]


def test_without_record_nothing_is_written_unless_asked_for(project: Path) -> None:
    with Stub("orders.yaml") as stub:
        fetch(stub, 7)
        before = sorted(path.name for path in project.iterdir())
        assert stub.write_contract("out") == Path("out/shop-orders.json")

    assert "contracts" not in before
    assert list(recorded(project / "out/shop-orders.json")) == ["getOrder id=7 answers 200"]


def test_a_block_that_fails_records_nothing_and_erases_nothing(
    project: Path, another_process: Callable[[], None]
) -> None:
    with Stub("orders.yaml", record=True, name="a") as stub:
        fetch(stub, 7)
    another_process()
    with pytest.raises(UndefinedRequestError), Stub("orders.yaml", record=True, name="a") as stub:
        fetch(stub, 8)
        httpx.get(f"{stub.url}/order/8")
    with pytest.raises(KeyError), Stub("orders.yaml", record=True, name="a") as stub:
        fetch(stub, 9)
        raise KeyError

    assert list(recorded(project / "contracts/shop-orders.json")) == ["getOrder id=7 answers 200"]


def test_an_owner_replaces_what_it_recorded_in_an_earlier_process_alone(
    project: Path, another_process: Callable[[], None]
) -> None:
    def block(name: str, *ids: int) -> None:
        with Stub("orders.yaml", record=True, name=name) as stub:
            fetch(stub, *ids)

    block("a", 1, 2)
    block("b", 2, 3)
    another_process()
    block("a", 4)
    block("a", 5)
    another_process()

    a, b = (TestReference(node_id=name, file="test_recording.py", line=0) for name in "ab")
    found = recorded(project / "contracts/shop-orders.json")
    assert {text: [each.node_id for each in tests] for text, tests in found.items()} == {
        f"getOrder id={number} answers 200": [test.node_id] for number, test in ((2, b), (3, b), (4, a), (5, a))
    }


def test_blocks_that_follow_each_other_are_written_once_and_the_rest_at_the_end(project: Path) -> None:
    (project / "many.py").write_text(
        "import os, multiprocessing, urllib.request\n"
        "from contractkit import Stub\n\n\n"
        "def use(number):\n"
        '    with Stub("orders", record=True, name=f"block {number}") as stub:\n'
        '        urllib.request.urlopen(f"{stub.url}/orders/{number}")\n\n\n'
        'if __name__ == "__main__":\n'
        "    use(0)\n"
        "    use(1)\n"
        '    child = multiprocessing.get_context("fork").Process(target=use, args=[2])\n'
        "    child.start()\n"
        "    child.join()\n"
        "    use(3)\n"
        '    os.chdir("/")\n'
    )
    assert run("many.py").stderr == ""

    assert sorted(recorded(project / "contracts/shop-orders.json")) == [
        f"getOrder id={number} answers 200" for number in range(4)
    ]


def test_what_cannot_be_written_later_is_told_with_the_next_block(project: Path) -> None:
    def block(number: int) -> None:
        with Stub("orders.yaml", record="own.json", name=f"block {number}") as stub:
            fetch(stub, number)

    block(0)
    block(1)
    (project / "own.json").write_text("[")
    [file] = recordings._files.values()
    file._write_behind()
    with pytest.raises(ContractFileError, match=r"own\.json is not JSON"):
        file.write_soon(is_urgent=False)
    (project / "own.json").unlink()
    file.write()

    assert len(recorded(project / "own.json")) == 2


def test_two_owners_that_expect_different_answers_clash(project: Path) -> None:
    def block(name: str, total: float) -> None:
        with Stub("orders.yaml", record=True, name=name) as stub:
            stub.on("getOrder").reply(200, {"total": total})
            fetch(stub, 7)

    block("a", 1.5)
    before = (project / "contracts/shop-orders.json").read_bytes()
    with pytest.raises(InteractionClashError, match=r"another +b \("):
        block("b", 2.5)

    assert (project / "contracts/shop-orders.json").read_bytes() == before


def test_code_outside_of_tests_is_known_by_its_function_and_line(project: Path) -> None:
    (project / "prices.py").write_text(
        "import urllib.request\nfrom contractkit import Stub\n\n\n"
        "def learn():\n"
        '    with Stub("orders", record=True) as stub:\n'
        '        urllib.request.urlopen(f"{stub.url}/orders/7")\n\n\n'
        "learn()\n"
        'with Stub("orders", record=True) as stub:\n'
        '    urllib.request.urlopen(f"{stub.url}/orders/8")\n'
    )
    assert run("prices.py").stderr == ""

    assert recorded(project / "contracts/shop-orders.json") == {
        "getOrder id=7 answers 200": [TestReference(node_id="learn in prices.py", file="prices.py", line=7)],
        "getOrder id=8 answers 200": [TestReference(node_id="prices.py", file="prices.py", line=12)],
    }


def test_a_test_of_unittest_owns_what_it_recorded_though_its_setup_opened_the_stub(project: Path) -> None:
    (project / "test_shop.py").write_text(UNITTEST)
    run("-B", "-m", "unittest", "test_shop")  # the file changes within a second, which no compiled module shows
    file = project / "contracts/shop-orders.json"
    one, two = (
        TestReference(node_id=f"test_shop.TestShop.test_{name}", file="test_shop.py", line=9) for name in ("one", "two")
    )
    assert recorded(file) == {"getOrder id=1 answers 200": [one], "getOrder id=2 answers 200": [two]}
    (project / "test_shop.py").write_text(UNITTEST.replace("fetch(1)", "fetch(3)"))

    run("-B", "-m", "unittest", "test_shop.TestShop.test_one")

    assert recorded(file) == {"getOrder id=2 answers 200": [two], "getOrder id=3 answers 200": [one]}


@pytest.mark.slow
def test_a_run_of_pytest_leaves_what_blocks_recorded_alone(project: Path) -> None:
    (project / "test_shop.py").write_text(
        f"{UNITTEST}\n"
        "def test_three(contract_stub):\n"
        "    assert urllib.request.urlopen(f\"{contract_stub('orders').url}/orders/3\").status == 200\n"
    )
    first = run("-m", "pytest", "-q")
    found = recorded(project / "contracts/shop-orders.json")
    second = run("-m", "pytest", "-q", "-k", "three")

    assert (first.returncode, second.returncode) == (0, 0)
    assert sorted(found) == [f"getOrder id={number} answers 200" for number in (1, 2, 3)]
    assert recorded(project / "contracts/shop-orders.json") == found


@pytest.mark.parametrize(
    ("text", "family", "message"),
    [
        (
            "{}",
            ContractFileError,
            "contracts/shop-orders.json is not a contract.",
        ),
        ("[", ContractFileError, "contracts/shop-orders.json is not JSON."),
    ],
)
def test_a_file_that_is_no_contract_is_told_before_anything_runs(
    project: Path, text: str, family: type[Exception], message: str
) -> None:
    (project / "contracts").mkdir()
    (project / "contracts/shop-orders.json").write_text(text)
    with pytest.raises(family) as caught, Stub("orders", record="contracts"):
        raise AssertionError("the block does not run")

    assert str(caught.value).splitlines()[0] == message


def test_the_contract_of_others_is_not_written_to(project: Path) -> None:
    with Stub("orders.yaml", record="own.json", consumer="web") as stub:
        fetch(stub, 7)
    with pytest.raises(UsageError) as caught, Stub("orders.yaml", record="own.json"):
        pass

    assert str(caught.value) == (
        "own.json is the contract of web with orders, not of shop with orders.\n\n"
        "Name another file, or a directory, in which each contract has a file of its own."
    )


def test_nobody_to_record_for_is_told_with_what_to_say(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.contractkit]\n")
    with pytest.raises(UsageError) as caught:
        Stub("orders.yaml", record=True)

    assert str(caught.value) == (
        "Nothing tells who the consumer of the contract is.\n\n"
        f"  file   {project}/pyproject.toml\n\n"
        'Say it: Stub(…, consumer="web-shop"), or consumer = "web-shop" in [tool.contractkit].'
    )
