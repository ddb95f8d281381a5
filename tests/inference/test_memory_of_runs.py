"""What a test ran is noted anew unless nothing has changed that decides it, and the contract is the same either way."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest
from pytest_contractkit.executed_memory import Memory, Remembered, keep
from pytest_contractkit.executed_modules import real_file_of, real_path

from tests.inference.test_traps import TEST, Needing

pytest_plugins = ["pytester"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("no_threads_of_others"),
    pytest.mark.skipif(sys.version_info >= (3, 12), reason="noting costs too little there to be spared"),
]

CLIENT = """\
import importlib
import pathlib
import httpx

HTTP = httpx.Client()
NUMBER = pathlib.Path(__file__).with_name("number.txt")

def total(url):
    import rates

    order = HTTP.get(f"{url}/orders/{NUMBER.read_text()}").json()
    return order["total"] * rates.RATE + importlib.import_module("fees").fee()

def unused():
    return 1
"""
TOTAL = """\
import sys

def test_total(contract_stub):
    ran("noted" if sys.getprofile() else "free")
    assert client.total(contract_stub("orders").url) is not None
"""
AUTO = "--contract-needs=auto"

FIXTURE = "@pytest.fixture(autouse=True)\ndef more():\n    return 1\n"
REMEMBERED = Remembered(
    digest="d",
    asked="auto",
    valid_for="v",
    conftests=(),
    files={},
    folders={},
    modules={"absent": None},
    definitions={"orders": "o"},
)

Change = Callable[[Needing], None]


def edited(name: str, before: str, after: str) -> Change:
    def change(needing: Needing) -> None:
        text = (needing.path / name).read_text()
        assert before in text
        needing.write(name, text.replace(before, after))

    return change


def written(name: str, text: str) -> Change:
    return lambda needing: needing.write(name, text)


def memory_of(needing: Needing) -> Path:
    return needing.path / ".contractkit" / "executed.json"


def ran(needing: Needing) -> dict[str, int]:
    for name in ("extra", "fees", "rates"):
        sys.modules.pop(name, None)
    needing.infer(AUTO).assert_outcomes(passed=1)
    return needing.took()


@pytest.fixture
def needing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Needing:
    """Give a project whose only test is remembered."""
    needing = Needing(pytester)
    needing.consumer(TOTAL, CLIENT)
    places = [str(needing.path), str(needing.path / "lib")]
    needing.write("conftest.py", f"import sys\nsys.path[:0] = {places!r}\npytest_plugins = ['extra']\n")
    needing.write("extra.py", "")
    needing.write("lib/fees.py", "def fee():\n    return 0\n")
    needing.write("lib/rates.py", "RATE = 2\n")
    needing.write("number.txt", "7")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # edits come faster than clocks tick
    monkeypatch.setattr(sys, "path", sys.path[:])
    assert ran(needing)["noted"] == 1
    assert ran(needing) == {"noted": 1}
    return needing


def test_a_test_of_which_nothing_changed_is_not_noted_and_its_contract_stays(needing: Needing) -> None:
    before = needing.contract_bytes
    assert ran(needing) == {"free": 1}
    assert needing.contract_bytes == before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(edited("client.py", '["total"]', '["id"]'), id="client"),
        pytest.param(edited("client.py", "return 1\n", "return 2\n"), id="unused", marks=pytest.mark.deep),
        pytest.param(edited("lib/rates.py", "RATE = 2", "RATE = 3"), id="imported", marks=pytest.mark.deep),
        pytest.param(edited("conftest.py", "import sys", "import sys, json"), id="conftest", marks=pytest.mark.deep),
        pytest.param(edited("orders.yaml", "note: {type: string}", "note: {type: integer}"), id="definition"),
        pytest.param(written("rates.py", "RATE = 3\n"), id="shadowed"),
        pytest.param(written("fees.py", "def fee():\n    return 1\n"), id="shadowed by name"),
        pytest.param(written("extra.py", f"import pytest\n\n{FIXTURE}"), id="plugin"),
        pytest.param(written("number.txt", "8"), id="data"),
        pytest.param(lambda needing: (needing.path / "contracts" / needing.file).unlink(), id="contract"),
    ],
)
def test_whatever_changed_the_contract_is_that_of_a_machine_that_remembers_nothing(
    needing: Needing, change: Change
) -> None:
    change(needing)
    contract = needing.path / "contracts" / needing.file
    before = contract.read_bytes() if contract.exists() else None
    ran(needing)
    remembering = needing.contract_bytes

    memory_of(needing).unlink()
    contract.unlink()
    if before is not None:
        contract.write_bytes(before)
    assert ran(needing)["noted"] == 1
    assert remembering == needing.contract_bytes


def test_another_environment_is_another_world(needing: Needing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_CURRENCY", "EUR")
    assert ran(needing) == {"noted": 1}
    assert ran(needing) == {"free": 1}


def test_a_memory_that_cannot_be_read_is_none(needing: Needing) -> None:
    memory_of(needing).write_text("{")
    assert ran(needing) == {"noted": 1}
    assert ran(needing) == {"free": 1}


@pytest.mark.parametrize("damage", ["schema_version", "world", "stamps", "reached", "tests"])
@pytest.mark.parametrize("value", [7, [], {}, {"test_shop.py::test_total": 7}, None])
def test_a_damaged_memory_knows_no_test(tmp_path: Path, damage: str, value: object) -> None:
    keep(tmp_path, [{"world": "here", "stamps": {}, "tests": {"test_a": asdict(REMEMBERED)}}])
    assert Memory(tmp_path, "here", began=time.time_ns()).of("test_a") == REMEMBERED
    file = tmp_path / ".contractkit" / "executed.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), damage: value}))
    known = Memory(tmp_path, "here", began=time.time_ns()).of("test_a")
    assert known == (REMEMBERED if damage == "stamps" else None)


def test_a_file_that_is_edited_within_a_tick_of_its_clock_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "client.py"
    file.write_text("RATE = 2")
    memory = Memory(tmp_path, "here", began=time.time_ns() + 1)
    memory.learn("test_a", having_reached(file, memory))
    keep(tmp_path, [each for each in [memory.learned()] if each])
    assert Memory(tmp_path, "here", began=time.time_ns() + 1).of("test_a") is not None

    times = file.stat()
    file.write_text("RATE = 3")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert Memory(tmp_path, "here", began=time.time_ns() + 1).of("test_a") is None


def test_a_file_of_the_same_size_that_is_given_the_old_time_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_contractkit.executed_memory._TICK", -10_000_000_000)  # as if it had stood for long
    file = tmp_path / "client.py"
    file.write_text("RATE = 2")
    memory = Memory(tmp_path, "here", began=later())
    memory.learn("test_a", having_reached(file, memory))
    keep(tmp_path, [each for each in [memory.learned()] if each])
    assert Memory(tmp_path, "here", began=later()).of("test_a") is not None

    times = file.stat()
    while file.stat().st_ctime_ns == times.st_ctime_ns:
        file.write_text("RATE = 3")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert Memory(tmp_path, "here", began=later()).of("test_a") is None


def test_a_module_that_is_not_loaded_yet_is_looked_at_when_the_test_has_run() -> None:
    remembered = replace(REMEMBERED, modules={"not_loaded": "/shop/not_loaded.py"})
    assert (remembered.has_same_modules, remembered.has_no_other_modules) == (False, True)


def test_a_file_that_took_the_place_of_a_newer_one_after_the_process_began_is_not_remembered(tmp_path: Path) -> None:
    began = time.time_ns() - 1_000_000_000
    file = tmp_path / "client.py"
    file.write_text("RATE = 2")
    os.utime(file, ns=(0, 0))
    assert Memory(tmp_path, "here", began=began).digests_of([str(file)]) == {str(file): None}


@pytest.mark.parametrize(
    ("name", "is_known"), [("more.py", False), ("more/__init__.py", False), ("more.txt", True), ("more/data.py", True)]
)
def test_a_new_module_beside_those_that_ran_may_be_found_by_them(tmp_path: Path, name: str, is_known: bool) -> None:
    file = tmp_path / "client.py"
    file.write_text("RATE = 2")
    memory = Memory(tmp_path, "here", began=later())
    memory.learn("test_a", having_reached(file, memory))
    keep(tmp_path, [each for each in [memory.learned()] if each])
    assert Memory(tmp_path, "here", began=later()).of("test_a") is not None

    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("RATE = 3")

    assert (Memory(tmp_path, "here", began=later()).of("test_a") is not None) is is_known


def test_a_module_behind_a_link_that_leads_elsewhere_now_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    module, link = ModuleType("linked"), tmp_path / "linked"
    module.__file__ = str(link / "client.py")
    monkeypatch.setitem(sys.modules, "linked", module)
    link.symlink_to(tmp_path / "first")
    remembered = replace(REMEMBERED, modules={"linked": real_file_of("linked")})
    assert (remembered.has_same_modules, remembered.has_no_other_modules) == (True, True)

    link.unlink()
    link.symlink_to(tmp_path / "second")
    real_path.cache_clear()  # as in another process

    assert (remembered.has_same_modules, remembered.has_no_other_modules) == (False, False)


def test_a_file_that_changed_after_the_process_began_is_not_remembered(tmp_path: Path) -> None:
    file = str(tmp_path / "client.py")
    Path(file).write_text("RATE = 2")
    assert Memory(tmp_path, "here", began=0).digests_of([file]) == {file: None}


def test_processes_of_one_run_add_up_and_those_of_another_world_start_anew(tmp_path: Path) -> None:
    one = {"world": "here", "stamps": {}, "tests": {"test_a": asdict(REMEMBERED)}}
    keep(tmp_path, [one, {**one, "tests": {"test_b": asdict(REMEMBERED)}}])
    keep(tmp_path, [{**one, "tests": {"test_a": None, "test_c": asdict(REMEMBERED)}}])
    assert known_in(tmp_path, "here") == {"test_b", "test_c"}
    keep(tmp_path, [{**one, "world": "there"}])
    assert known_in(tmp_path, "here") == set()
    assert known_in(tmp_path, "there") == {"test_a"}


def test_a_test_with_a_definition_of_its_own_is_always_noted(needing: Needing) -> None:
    needing.write("test_shop.py", TEST + TOTAL.replace('"orders"', '"orders", definition="own.yaml"'))
    needing.write("own.yaml", (needing.path / "orders.yaml").read_text() + "\n")
    assert ran(needing)["noted"] == 1
    assert ran(needing) == {"noted": 1}
    assert ran(needing) == {"noted": 1}


def having_reached(file: Path, memory: Memory) -> Remembered:
    digests = {str(file): memory.digests_of([str(file)])[str(file)] or ""}
    return replace(REMEMBERED, files=digests, folders=memory.folders_of(digests))


def later() -> int:
    """Give a time after all that was written so far, as if the process had begun then."""
    return time.time_ns() + 1_000_000_000


def known_in(root: Path, world: str) -> set[str]:
    memory = Memory(root, world, began=time.time_ns())
    return {name for name in ("test_a", "test_b", "test_c") if memory.of(name) is not None}
