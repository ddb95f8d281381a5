"""With what else pytest users install: each kind of test records, and nothing is erased that was only not run."""

from typing import Any

import pytest

pytest_plugins = ["pytester"]

ONE = "getOrder id=1 answers 200"
TWO = "getOrder id=2 answers 200"
THREE = "getOrder id=3 answers 200"

URL = "contract_stub('orders').url"

SCOPES = f"""
import pytest

async def get(url, number):
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get(f"/orders/{{number}}")).status_code == 200

@pytest.mark.asyncio(loop_scope="session")
async def test_session(contract_stub):
    await get({URL}, 1)

@pytest.mark.asyncio(loop_scope="module")
async def test_module(contract_stub):
    await get({URL}, 2)

@pytest.mark.asyncio(loop_scope="class")
class TestClass:
    @pytest.fixture
    async def url(self, contract_stub):
        return {URL}

    async def test_class(self, url):
        await get(url, 3)

    @pytest.mark.asyncio(loop_scope="function")
    async def test_function(self, contract_stub):
        await get({URL}, 1)
"""


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_asyncio_records_in_every_mode_and_loop_scope(project: Any, mode: str) -> None:
    text = (
        SCOPES if mode == "auto" else SCOPES.replace("@pytest.fixture", "@pytest_asyncio.fixture(loop_scope='class')")
    )
    project.tests(f"import pytest_asyncio\n{text}")

    project.run("--asyncio-mode", mode).assert_outcomes(passed=4)

    assert project.descriptions == [ONE, TWO, THREE]


@pytest.mark.parametrize("scope", ["function", "class", "module", "session"])
def test_asyncio_records_under_every_default_scope(project: Any, scope: str) -> None:
    project.tests(f"""
async def test_one(contract_stub):
    async with httpx.AsyncClient(base_url={URL}) as client:
        assert (await client.get("/orders/1")).status_code == 200
    contract_stub("orders").intercept()
    async with httpx.AsyncClient(base_url="https://orders.example.test/v1") as client:
        assert (await client.get("/orders/2")).status_code == 200
""")

    project.run("--asyncio-mode=auto", "-o", f"asyncio_default_test_loop_scope={scope}").assert_outcomes(passed=1)

    assert project.descriptions == [ONE, TWO]


def test_anyio_records_on_asyncio_and_trio(project: Any) -> None:
    project.tests("""
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

async def test_one(contract_stub, anyio_backend_name):
    orders = contract_stub("orders")
    number = 1 if anyio_backend_name == "asyncio" else 2
    async with httpx.AsyncClient(transport=orders.async_transport(), base_url="http://orders") as client:
        assert (await client.get(f"/orders/{number}")).status_code == 200
    async with httpx.AsyncClient(base_url=orders.url) as client:
        assert (await client.get("/orders/3")).status_code == 200
""")

    project.run().assert_outcomes(passed=2)

    assert project.descriptions == [ONE, TWO, THREE]


UNITTEST = """
import unittest
import pytest

class OrdersTest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def stub(self, contract_stub):
        self.orders = contract_stub("orders")

    def test_one(self):
        self.assertEqual(httpx.get(self.orders.url + "/orders/1").status_code, 200)

    def test_two(self):
        self.assertEqual(httpx.get(self.orders.url + "/orders/2").status_code, STATUS)
"""


def test_a_unittest_case_records_by_an_autouse_fixture(project: Any) -> None:
    project.tests(UNITTEST.replace("STATUS", "200"))
    project.run().assert_outcomes(passed=2)
    assert project.descriptions == [ONE, TWO]

    project.tests(UNITTEST.replace("STATUS", "404").replace("/orders/2", "/orders/3"))
    project.run().assert_outcomes(passed=1, failed=1)
    assert project.descriptions == [ONE, TWO]


def test_a_failing_unittest_case_shows_what_the_stub_refused(project: Any) -> None:
    project.tests(UNITTEST.replace("STATUS", "200").replace("/orders/2", "/ordrs/2"))

    result = project.run()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: 404 != 200",
            "*Captured contractkit call*",
            "web-shop sent orders a request that its definition does not allow.",
        ]
    )


def test_a_test_run_again_records_what_its_last_run_did(project: Any) -> None:
    project.tests(f"""
runs = []

def test_flaky(contract_stub):
    runs.append(1)
    assert httpx.get({URL} + f"/orders/{{len(runs)}}").status_code == 200
    assert len(runs) == 3

def test_broken(contract_stub):
    assert httpx.get({URL} + "/orders/9").status_code == 404
""")

    project.run("-p", "rerunfailures", "--reruns=2").assert_outcomes(passed=1, failed=1)

    assert project.descriptions == [THREE]


@pytest.fixture
def three(project: Any) -> Any:
    """Give a project whose three tests, in two files, have recorded."""
    project.tests(project.getting("test_one", 1) + project.getting("test_two", 2), "test_a.py")
    project.tests(project.getting("test_three", 3), "test_b.py")
    project.run("-p", "cacheprovider").assert_outcomes(passed=3)
    return project


def break_two(project: Any) -> None:
    broken = project.getting("test_two", 2, "assert False")
    project.tests(project.getting("test_one", 1) + broken, "test_a.py")


CACHED = ("-p", "cacheprovider", "-p", "stepwise")


@pytest.mark.parametrize(
    ("arguments", "outcomes"),
    [
        (("--lf",), {"passed": 1}),
        (("--ff",), {"passed": 3}),
        (("--nf",), {"passed": 3}),
        (("--stepwise",), {"passed": 2, "deselected": 1}),
        (("--stepwise", "--stepwise-skip"), {"passed": 2, "deselected": 1}),
    ],
)
def test_a_choice_by_the_last_run_keeps_what_it_leaves_out(
    three: Any, arguments: tuple[str, ...], outcomes: dict[str, int]
) -> None:
    break_two(three)
    three.run(*CACHED, *arguments[:1]).assert_outcomes(**FIRST[arguments[0]])
    assert three.descriptions == [ONE, TWO, THREE]

    three.tests(three.getting("test_one", 1) + three.getting("test_two", 2), "test_a.py")
    three.run(*CACHED, *arguments).assert_outcomes(**outcomes)
    assert three.descriptions == [ONE, TWO, THREE]


FIRST = {
    "--lf": {"passed": 2, "failed": 1},
    "--ff": {"passed": 2, "failed": 1},
    "--nf": {"passed": 2, "failed": 1},
    "--stepwise": {"passed": 1, "failed": 1},
}


@pytest.mark.parametrize("arguments", [("-x",), ("--maxfail=1",), pytest.param(("-x", "-n2"), marks=pytest.mark.deep)])
def test_a_run_that_stops_early_keeps_what_it_did_not_reach(three: Any, arguments: tuple[str, ...]) -> None:
    break_two(three)

    result = three.run(*arguments)

    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert three.descriptions == [ONE, TWO, THREE]


@pytest.mark.parametrize("arguments", [("-k", "one"), ("-m", "quick"), ("--deselect", "test_a.py::test_two")])
def test_what_a_conftest_deselects_first_is_kept(three: Any, arguments: tuple[str, ...]) -> None:
    three.write(
        "conftest.py",
        "import pytest\n\n@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collection_modifyitems(items):\n    items[:] = [item for item in items if 'two' not in item.name]",
    )

    three.run(*arguments)

    assert three.descriptions == [ONE, TWO, THREE]


def test_tests_that_can_only_partly_be_collected_keep_what_they_recorded(project: Any) -> None:
    project.tests(f"""
class TestOne:
    def test_one(self, contract_stub):
        assert httpx.get({URL} + "/orders/1").status_code == 200

{project.getting("test_two", 2)}
""")
    project.run().assert_outcomes(passed=2)

    project.write(
        "conftest.py",
        "import pytest\n\ndef pytest_make_collect_report(collector):\n"
        "    if collector.name == 'TestOne':\n"
        "        return pytest.CollectReport(collector.nodeid, 'failed', 'broken', [])\n",
    )
    project.run("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)

    assert project.descriptions == [ONE, TWO]


@pytest.mark.parametrize("line", ["import missing_package", "pytest.skip('not here', allow_module_level=True)"])
def test_doctests_beside_a_module_that_is_not_collected_erase_nothing(project: Any, line: str) -> None:
    project.write("test_a.py", f'"""\n>>> 1 + 1\n2\n"""\nimport httpx\n{project.getting("test_one", 1)}')
    arguments = ("--doctest-modules", "--doctest-ignore-import-errors", "--continue-on-collection-errors")
    project.run(*arguments).assert_outcomes(passed=2)
    before = project.contract_bytes

    project.write("test_a.py", f"import pytest\n{line}\n{project.getting('test_other', 2)}")
    project.run(*arguments)

    assert project.contract_bytes == before


def test_doctests_are_left_alone(project: Any) -> None:
    project.tests(
        f'def add(a, b):\n    """\n    >>> add(1, 2)\n    3\n    """\n    return a + b\n\n\n'
        f"{project.getting('test_one', 1)}"
    )

    project.run("--doctest-modules").assert_outcomes(passed=2)

    assert project.descriptions == [ONE]


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="subtests came with pytest 9")
def test_a_subtest_that_fails_leaves_its_test_without_a_say(project: Any) -> None:
    project.tests(f"""
def test_one(contract_stub, subtests):
    for number in (1, 2):
        with subtests.test(number=number):
            assert httpx.get({URL} + f"/orders/{{number}}").status_code == 200
""")
    project.run()
    assert project.descriptions == [ONE, TWO]

    project.tests(f"""
def test_one(contract_stub, subtests):
    for number in (3, 2):
        with subtests.test(number=number):
            assert httpx.get({URL} + f"/orders/{{number}}").json()["id"] < 0 or number == 2
""")
    assert project.run().ret == pytest.ExitCode.TESTS_FAILED
    assert project.descriptions == [ONE, TWO]


def test_a_skipped_subtest_takes_nothing_from_its_test(project: Any) -> None:
    project.tests(f"""
import pytest

def test_one(contract_stub, subtests):
    assert httpx.get({URL} + "/orders/1").status_code == 200
    with subtests.test("later"):
        pytest.skip("not now")
""")
    project.run()
    assert project.descriptions == [ONE]


MODES = [
    "loadgroup",
    "each",
    *(pytest.param(mode, marks=pytest.mark.deep) for mode in ("load", "loadscope", "loadfile", "worksteal")),
]


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_every_way_of_distributing_writes_the_bytes_of_one_process(project: Any, mode: str) -> None:
    project.tests(
        "import pytest\n"
        + "".join(
            f"@pytest.mark.xdist_group('g{number % 2}')\n" + project.getting(f"test_{number}", number % 4)
            for number in range(6)
        ),
        "test_a.py",
    )
    project.tests(project.getting("test_more", 7), "test_b.py")
    project.run()
    serial = project.contract_bytes
    (project.path / "contracts" / project.file).unlink()

    result = project.run("-n2", f"--dist={mode}")

    result.assert_outcomes(passed=14 if mode == "each" else 7)
    assert project.contract_bytes == serial


@pytest.mark.slow
@pytest.mark.deep
def test_a_test_that_fails_in_one_worker_of_each_has_no_say(project: Any) -> None:
    project.tests(project.getting("test_one", 1))
    project.run()
    project.tests("import os\n" + project.getting("test_one", 2, "assert os.environ['PYTEST_XDIST_WORKER'] == 'gw1'"))

    project.run("-n2", "--dist=each").assert_outcomes(passed=1, failed=1)

    assert project.descriptions == [ONE]


@pytest.mark.slow
def test_a_worker_that_crashes_loses_only_its_own_test(project: Any) -> None:
    project.tests(
        "import os\n"
        + project.getting("test_one", 1)
        + project.getting("test_crash", 9, "os._exit(3)")
        + project.getting("test_two", 2)
        + project.getting("test_three", 3)
    )

    project.run("-n1").assert_outcomes(passed=3, failed=1)

    assert project.descriptions == [ONE, TWO, THREE]
