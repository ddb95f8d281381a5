"""What a proof is valid for: one edited line of the client invalidates the tests that ran it, and no others."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from pytest_contractkit.executed import Executed
from pytest_contractkit.executed_tests import note_test

pytest_plugins = ("pytester",)
pytestmark = pytest.mark.slow

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
