"""Wrong use of the fixture: each gets one message, in the test that it is in, and no traceback of ours."""

from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

GETS = "assert httpx.get(contract_stub('orders').url + '/orders/7').status_code == 200"

WRONG = [
    (
        "contract_stub()",
        ["contract_stub() names no provider.", "  providers   orders", 'Name one: contract_stub("orders"), or mark*'],
    ),
    ("contract_stub('ordrs')", ["No provider named 'ordrs' is set.", "Did you mean orders[?]"]),
    ("contract_stub(7)", ["A provider is named by a text.", '  expected   a text such as "orders"', "  received   7"]),
    ("contract_stub('')", ["A provider is named by a text.", "  received   ''"]),
    (
        "contract_stub('orders', definition='order.yaml')",
        ["The definition order.yaml cannot be read.", "Did you mean orders.yaml or other.yaml[?]"],
    ),
    (
        "contract_stub('orders'); contract_stub('orders', definition='other.yaml')",
        [
            "The test has a stub of orders already, of another definition.",
            "  first   orders.yaml",
            "  then    other.yaml",
        ],
    ),
    (
        "contract_stub('orders').given('x', at=object())",
        ['*The parameters of the state "x" are not JSON values.', "*Object of type object is not JSON serializable"],
    ),
    (
        "contract_stub('orders').given('x', at=float('nan'))",
        ['*The parameters of the state "x" are not JSON values.', "*JSON has no spelling for NaN and the infinities"],
    ),
    ("contract_stub('orders').given('')", ["*A state is named by a text.", "*received   ''"]),
    (
        "contract_stub('orders').on('getOrdr')",
        ["*Orders 1.0.0 has no operation 'getOrdr'.", "*Did you mean getOrder or createOrder[?]"],
    ),
    ("contract_stub('orders').on(None)", ["*An operation is named by a text.", "*received   None"]),
    (
        "contract_stub('orders').on('getOrder').reply(418)",
        ["*The reply to getOrder contradicts the definition.", "*expected     one of 200, 404", "*received     418"],
    ),
    (
        "contract_stub('orders').on('getOrder').reply('200')",
        ["*The reply to getOrder contradicts the definition.", "*expected   one of 200, 404", "*received   '200'"],
    ),
    (
        "contract_stub('orders').on('getOrder').reply(200, {'total': float('nan')})",
        ["*The reply to getOrder contradicts the definition.", "*at         response.body"],
    ),
    (
        "contract_stub('orders').on('getOrder').reply(200, headers=['etag'])",
        ["*at         response.headers", "*expected   a mapping of header names to texts", "*received   ?'etag'?"],
    ),
    (
        f"{GETS}; contract_stub('orders').on('getOrder').reply(404)",
        ["The test declared what no request to orders used.", "  reply   getOrder replies 404"],
    ),
    (f"{GETS}; contract_stub('orders').given('late')", ["The test declared*", '  given   "late"']),
    (
        "contract_stub('orders').intercept('orders.example.com')",
        ["*Calls cannot be intercepted there.", "*received   'orders.example.com'"],
    ),
    (
        "contract_stub('orders').intercept('https://orders.example.com:port')",
        ["*Calls cannot be intercepted there.", "*received   'https://orders.example.com:port'"],
    ),
]


@pytest.mark.parametrize(("line", "expected"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_use_is_told_in_the_test_and_writes_nothing(project: Any, line: str, expected: list[str]) -> None:
    other = (project.path / "orders.yaml").read_text().replace("title: Orders", "title: Other")
    project.write("other.yaml", other)
    project.tests(f"def test_it(contract_stub):\n    {line}\n")

    result = project.run()

    result.assert_outcomes(failed=1)
    if not line.startswith("assert"):  # what was left unused is of no line
        result.stdout.fnmatch_lines(["    def test_it(contract_stub):"])
    result.stdout.fnmatch_lines([each if each.startswith("*") else f"*{each}" for each in expected])
    result.stdout.no_fnmatch_line("*/src/contractkit/*")
    result.stdout.no_fnmatch_line("*/pytest_plugin/pytest_contractkit/*")
    result.stdout.no_fnmatch_line("*During handling of the above exception*")
    assert project.files == []


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("consumr='kiosk'", ["*received   consumr=…", "*Did you mean consumer[?]"]),
        ("'kiosk'", ["*received   'kiosk'", '*For example: contract(consumer="web-shop").']),
    ],
)
def test_a_marker_that_says_nothing_known_is_refused(project: Any, marker: str, expected: list[str]) -> None:
    project.tests(f"import pytest\n\n@pytest.mark.contract({marker})\n{project.getting('test_it', 7)}")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*The marker `contract` cannot be used.", "*expected   consumer, provider, pending, needs, by name", *expected]
    )


def test_intercepting_one_url_twice_answers_all_the_same(project: Any) -> None:
    project.tests("""
def test_it(contract_stub):
    orders = contract_stub("orders")
    orders.intercept("https://a.example")
    orders.intercept("https://a.example")
    assert httpx.get("https://a.example/v1/orders/7").status_code == 200
    assert len(orders.calls) == 1
""")

    project.run().assert_outcomes(passed=1)


def test_an_interception_that_nothing_used_fails_the_test(project: Any) -> None:
    project.tests("""
def test_it(contract_stub):
    orders = contract_stub("orders")
    orders.intercept()
    assert httpx.get(orders.url + "/orders/7").status_code == 200
""")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "The test declared what no request to orders used.",
            "  intercept   https://orders.example.test/v1",
            "Remove it, or let the client make the call.",
        ]
    )


def test_a_request_beside_the_intercepted_path_fails_the_test_and_never_leaves(project: Any) -> None:
    project.tests("""
def test_it(contract_stub):
    contract_stub("orders").intercept()
    assert httpx.get("https://orders.example.test/v1/orders/7").status_code == 200
    assert httpx.get("https://orders.example.test/v2/orders/7").status_code == 404
""")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "web-shop sent a request to the host of orders that is not intercepted.",
            "  refused   GET https://orders.example.test/v2/orders/7 is outside of https://orders.example.test/v1",
            "Intercept a shorter URL, or, if the path belongs to another provider, that one too.",
        ]
    )


USED_LATE = """
kept = []

def test_first(contract_stub):
    kept.append(contract_stub("orders"))
    assert httpx.get(kept[0].url + "/orders/7").status_code == 200
    kept.append(httpx.Client(transport=kept[0].transport(), base_url="http://orders"))

def test_second():
    assert kept[1].get("/orders/8").status_code == 503
    assert len(kept[0].calls) == 1
"""


def test_a_stub_serves_nobody_once_its_test_has_ended(project: Any) -> None:
    project.tests(USED_LATE)

    project.run().assert_outcomes(passed=2)

    assert project.descriptions == ["getOrder id=7 answers 200"]


@pytest.mark.parametrize("call", ["given('x')", "on('getOrder')", "intercept()"])
def test_a_stub_takes_nothing_once_its_test_has_ended(project: Any, call: str) -> None:
    project.tests(f"{USED_LATE}\ndef test_third():\n    kept[0].{call}\n")

    result = project.run()

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*This stub of orders belongs to a test that has ended.",
            "*test   test_shop.py::test_first",
            '*Ask for a stub in each test: contract_stub("orders").',
        ]
    )


def test_a_fixture_of_the_session_is_told_that_a_stub_is_one_test_s(project: Any) -> None:
    project.tests("""
import pytest

@pytest.fixture(scope="session")
def orders(contract_stub):
    return contract_stub("orders")

def test_it(orders):
    pass
""")

    result = project.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ScopeMismatch: You tried to access the function scoped fixture contract_stub*"])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[tool.contractkit\n", ["pyproject.toml is not TOML."]),
        (
            '[tool.contractkit]\nconsumr = "a"\n',
            [
                "The settings cannot be used.",
                "*unknown key   consumr in [[]tool.contractkit[]]",
                "Did you mean consumer or contracts[?]",
            ],
        ),
        (
            "[tool.contractkit]\nproviders = 7\n",
            ["The settings cannot be used.", "*wrong value   providers in [[]tool.contractkit[]]*"],
        ),
        (
            '[tool]\ncontractkit = "web-shop"\n',
            ["The settings cannot be used.", "*wrong value   [[]tool.contractkit[]]", '*received *"web-shop"'],
        ),
    ],
)
def test_settings_that_cannot_be_used_fail_the_test_in_words(project: Any, settings: str, expected: list[str]) -> None:
    project.write("pyproject.toml", settings)
    project.write("pytest.ini", "[pytest]\n")
    project.tests(project.getting("test_it", 7))

    result = project.run("-c", str(project.path / "pytest.ini"))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(expected)
    assert result.outlines.count(expected[0]) == 1
    result.stdout.no_fnmatch_line("*settings.py*")


def test_another_project_installed_over_ours_ends_the_run_as_wrong_use(project: Any) -> None:
    installed = project.path / "site" / "contractkit-0.3.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.4\nName: contractkit\nVersion: 0.3.0\n")
    project.pytester.syspathinsert(project.path / "site")
    project.tests(project.getting("test_it", 7))

    result = project.run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = "\n".join([*result.outlines, *result.errlines])
    assert "Another project's package named 'contractkit' is installed over this one." in text
    assert "pip uninstall contractkit contractkit-cdct" in text
    assert "Traceback" not in text
    assert project.files == []


def test_a_contracts_directory_that_is_a_file_fails_the_run_and_keeps_the_file(project: Any) -> None:
    project.write("contracts", "mine")
    project.tests(project.getting("test_it", 7))

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["The contract file cannot be *", "*reason   *", "Mend that, then run the tests again*"]
    )
    assert (Path(project.path) / "contracts").read_text() == "mine"


def test_names_that_no_file_system_takes_are_written_in_another_spelling(project: Any) -> None:
    project.tests(f"import pytest\n\n@pytest.mark.contract(consumer='a/b c ü')\n{project.getting('test_it', 7)}")

    project.run().assert_outcomes(passed=1)

    assert project.files == ["a_b c ü-orders.json"]


def test_a_name_too_long_for_a_file_fails_the_run_in_words(project: Any) -> None:
    project.tests(f"import pytest\n\n@pytest.mark.contract(consumer='l' * 300)\n{project.getting('test_it', 7)}")

    result = project.run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*File name too long"])
    result.stdout.no_fnmatch_line("*Traceback*")
