"""What a proof is valid for: one edited line of the client invalidates the tests that ran it, and no others."""

import cProfile
import importlib.util
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from pytest_contractkit import executed_versions
from pytest_contractkit.executed import Executed, note
from pytest_contractkit.executed_tests import note_test

from contractkit import stacks

pytest_plugins = ("pytester",)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_threads_of_others")]

FILES = {
    "shop/__init__.py": '"""The shop."""\n',
    "shop/conf.py": """
RATE = 2

def loaded():
    return {"currency": "EUR"}

SETTINGS = loaded()

def unused():
    return RATE
""",
    "shop/models.py": """
from dataclasses import dataclass

@dataclass
class Order:
    total: float
    note: str = ""
""",
    "shop/client.py": '''
"""Calls orders."""
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from shop import conf
from .models import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTOR = 3
STEPS = []

def step(function):
    STEPS.append(function)
    return function

@lru_cache
def remembered():
    return FACTOR

class Client:
    limit = 7

    def total(self):
        def inner():
            return Order(total=2.5).total  # as promised
        return inner() * conf.RATE

    @step
    def count(self):
        """Count them."""
        from shop import late

        return late.counted(remembered())

    async def later(self):
        return 1

    def in_thread(self):
        found = []
        thread = threading.Thread(target=self.below, args=(found,))
        thread.start()
        thread.join()
        return found[0]

    def below(self, found):
        found.append(5)
''',
    "shop/late.py": """
OFFSET = 1

def counted(number):
    return number + OFFSET
""",
    "conftest.py": """
import pytest
from shop.client import Client

@pytest.fixture(scope="session")
def shared():
    return build()

def build():
    return Client()

@pytest.fixture
def client():
    client = Client()
    yield client
    client.total()
""",
    "test_shop.py": """
import asyncio
from shop.client import Client

PRICE = 5.0

def test_total():
    assert Client().total() == PRICE

def test_count(client):
    assert client.count() == 4

def test_later():
    assert asyncio.run(Client().later()) == 1

def test_in_thread():
    assert Client().in_thread() == 5
""",
    "test_shared.py": """
def test_shared(shared):
    assert shared.limit == 7

def test_shared_again(shared):
    assert shared.limit == 7

def test_alone():
    assert 1 + 1 == 2
""",
}

PLAIN = [
    each for name in ("cacheprovider", "schemathesis", "hypothesispytest", "asyncio") for each in ("-p", f"no:{name}")
]

ALL = {"test_total", "test_count", "test_later", "test_in_thread"}
SHARED = {"test_shared", "test_shared_again"}


class Digests:
    """Notes what each test runs, as a plugin of the run."""

    def __init__(self) -> None:
        self.executed: dict[str, Executed] = {}
        self.digests: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        with note_test(item) as self.executed[item.name]:
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        with note_test(item, self.executed[item.name]):
            return (yield)

    def pytest_sessionfinish(self) -> None:
        self.digests = {name: each.digest() for name, each in self.executed.items()}


def write(directory: Path) -> None:
    for name, text in FILES.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)


def digests(pytester: pytest.Pytester, *arguments: str) -> dict[str, str]:
    found = Digests()
    shutil.rmtree(pytester.path / "shop/__pycache__", ignore_errors=True)  # edits come faster than clocks tick
    pytester.syspathinsert(pytester.path)
    run = pytester.inline_run(*PLAIN, *arguments, plugins=[found])
    assert run.ret == 0
    assert all(each.is_complete for each in found.executed.values())
    return found.digests


@pytest.mark.parametrize(
    ("file", "before", "after", "invalidated"),
    [
        ("shop/client.py", "total=2.5)", "total=5 / 2)", {"test_total"}),
        ("shop/client.py", "found.append(5)", "found.append(4 + 1)", {"test_in_thread"}),
        ("shop/client.py", "        return 1\n", "        return 2 - 1\n", {"test_later"}),
        ("shop/client.py", "late.counted(remembered())", "late.counted(number=remembered())", {"test_count"}),
        ("shop/client.py", "    STEPS.append(function)", "    STEPS.extend([function])", ALL | SHARED),
        ("shop/client.py", "    return FACTOR", "    return 1 * FACTOR", ALL | SHARED),
        ("shop/client.py", "limit = 7", "limit = 7 + 0", ALL | SHARED),
        ("shop/models.py", 'note: str = ""', 'note: str = "-"', {"test_total"}),
        ("shop/conf.py", "RATE = 2", "RATE = 4 - 2", {"test_total"}),
        ("shop/conf.py", '"EUR"', '"USD"', {"test_total"}),
        ("shop/conf.py", "    return RATE", "    return None", set()),
        ("shop/late.py", "OFFSET = 1", "OFFSET = 2 - 1", {"test_count"}),
        ("shop/late.py", "return number + OFFSET", "return OFFSET + number", {"test_count"}),
        ("conftest.py", "client = Client()", "client = Client.__new__(Client)", {"test_count"}),
        ("conftest.py", "    client.total()\n", "    client.limit\n", {"test_count"}),
        ("conftest.py", "    return Client()", "    return Client.__new__(Client)", SHARED),
        ("test_shop.py", "PRICE = 5.0", "PRICE = 5", ALL),
        ("test_shop.py", "Client().total() == PRICE", "PRICE == Client().total()", {"test_total"}),
        ("shop/client.py", "# as promised", "# as ever", set()),
        ("shop/client.py", '"""Count them."""', '"""Count."""', set()),
        ("shop/client.py", "        return inner() * conf.RATE", "        return (\n inner()\n * conf.RATE)", set()),
        ("shop/client.py", "collections.abc import Mapping", "typing import Any", set()),
        ("shop/client.py", "class Client:", "def newer(): ...\n\nclass Client:", set()),
    ],
)
def test_an_edited_line_invalidates_the_tests_that_ran_it(
    pytester: pytest.Pytester, file: str, before: str, after: str, invalidated: set[str]
) -> None:
    write(pytester.path)
    first = digests(pytester)
    text = (pytester.path / file).read_text()
    assert text.count(before) == 1
    (pytester.path / file).write_text(text.replace(before, after))
    second = digests(pytester)
    assert {name for name in first if first[name] != second[name]} == invalidated


def test_neither_order_nor_choice_of_tests_changes_a_digest(pytester: pytest.Pytester) -> None:
    write(pytester.path)
    first = digests(pytester)
    assert digests(pytester, "test_shop.py", "test_shared.py") == first
    alone = ["test_shop.py::test_in_thread", "test_shop.py::test_count", "test_shared.py::test_shared_again"]
    chosen = {name: first[name] for name in ("test_in_thread", "test_count", "test_shared_again")}
    assert digests(pytester, *alone) == chosen


def noting(call: Callable[[], object]) -> Executed:
    executed = Executed()
    with note(executed):
        call()
    return executed


def imported(directory: Path, name: str, text: str) -> ModuleType:
    (directory / f"{name}.py").write_text(text)
    spec = importlib.util.spec_from_file_location(name, directory / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "unseen"),
    [
        ("import httpx\n\ndef run():\n    return httpx.URL('http://a')\n", False),
        ("import orjson\n\ndef run():\n    return 1\n\ndef unused():\n    return orjson.loads('1')\n", False),
        ("import pydantic\n\ndef run():\n    return pydantic.TypeAdapter(int)\n", True),
        ("import orjson\n\ndef run():\n    return orjson.loads('1')\n", True),
        ("def run():\n    return type(run) is dict\n", True),
        ("def run():\n    return isinstance(run, dict)\n\ndef unused():\n    return type(1)\n", False),
    ],
)
def test_compiled_code_and_asked_types_may_read_unseen(tmp_path: Path, text: str, unseen: bool) -> None:
    module = imported(tmp_path, "consumer_reading", text)
    assert noting(module.run).may_read_unseen is unseen


def test_the_versions_of_what_the_code_stands_on_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = imported(tmp_path, "consumer_of_httpx", "import httpx\n\ndef run():\n    return httpx.URL('http://a')\n")
    executed = noting(module.run)
    before = executed.digest()
    versions = executed_versions.versions_below(["httpx"])
    assert {each.partition("==")[0] for each in versions} >= {"httpx", "httpcore", "h11", "anyio", "certifi", "idna"}
    changed = {"httpx==0.28.2" if each.startswith("httpx==") else each for each in versions}
    monkeypatch.setattr("pytest_contractkit.executed.versions_below", lambda _: frozenset(changed))
    assert executed.digest() != before


def test_the_digest_knows_no_place(tmp_path: Path) -> None:
    text = "RATE = 2\n\ndef run():\n    return RATE\n"
    found = set()
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        found.add(noting(imported(tmp_path / name, f"consumer_{name}", text).run).digest())
    assert len(found) == 1


def test_a_profiler_in_the_way_goes_on_and_the_digest_is_over_all(tmp_path: Path) -> None:
    module = imported(tmp_path, "consumer_profiled", "def run():\n    return 1\n\ndef unused():\n    return 2\n")
    profiler = cProfile.Profile()
    executed = profiler.runcall(noting, module.run)
    assert "run" in {getattr(each.code, "co_name", "") for each in profiler.getstats()}
    if sys.version_info >= (3, 12):
        assert executed.is_complete
        return
    assert not executed.is_complete
    before = executed.digest()
    (tmp_path / "consumer_profiled.py").write_text("def run():\n    return 1\n\ndef unused():\n    return 3\n")
    assert executed.digest() != before


def test_a_pool_from_before_may_run_anything_unseen(tmp_path: Path) -> None:
    module = imported(tmp_path, "consumer_pooled", "def run():\n    return 1\n")
    threading.setprofile(None)  # as before anything was noted
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        executed = noting(lambda: pool.submit(module.run).result())
        assert executed.is_complete is (sys.version_info >= (3, 12))
    with ThreadPoolExecutor(1) as pool:
        executed = noting(lambda: pool.submit(module.run).result())
    assert executed.is_complete
    assert "run" in {name for _, name in executed.functions}


def test_tracing_by_coverage_and_debuggers_goes_on(tmp_path: Path) -> None:
    module = imported(tmp_path, "consumer_traced", "def run():\n    return 1\n")
    traced: list[str] = []

    def trace(frame: FrameType, event: str, argument: Any) -> None:
        traced.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        executed = noting(module.run)
        assert sys.gettrace() is trace
    finally:
        sys.settrace(before)
    assert "run" in traced
    assert "run" in {name for _, name in executed.functions}


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_other_versions_of_python_note_the_same(tmp_path: Path, version: str) -> None:
    interpreter = find_interpreter(version)
    if interpreter is None:
        pytest.skip(f"there is no Python {version} here")
    (tmp_path / "consumer.py").write_text(FILES["shop/late.py"])
    script = (
        "import sys\nsys.path[:0] = sys.argv[1:]\nimport consumer\n"
        "from pytest_contractkit.executed import Executed, note\n"
        "executed = Executed()\nwith note(executed):\n    consumer.counted(1)\n"
        "print(sorted(name for _, name in executed.functions), executed.is_complete, executed.digest())\n"
    )
    ours = [str(Path(module.__file__).parent.parent) for module in (executed_versions, stacks)]
    command = ["-c", script, str(tmp_path), *ours]
    told = [
        subprocess.run([python, "-B", *command], capture_output=True, text=True, check=True).stdout
        for python in (sys.executable, interpreter)
    ]
    assert told[0].startswith("['counted'] True ")
    assert told[0] == told[1]


def find_interpreter(version: str) -> str | None:
    """Give an interpreter of a version, of those that are on the path or that pyenv keeps."""
    kept = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"))
    return str(kept[0]) if kept else shutil.which(f"python{version}")
