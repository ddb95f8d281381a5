"""What the fixture records, and what it tells the author of a test."""

from typing import Any

import pytest

pytest_plugins = ["pytester"]

GETTING = """
def test_get(contract_stub):
    assert httpx.get(contract_stub("orders").url + "/orders/7").json()["id"] == 7
"""


def test_a_passing_test_leaves_a_contract(project: Any) -> None:
    project.tests(GETTING)

    project.run().assert_outcomes(passed=1)

    (interaction,) = project.contract["interactions"]
    assert interaction["description"] == "getOrder id=7 answers 200"
    assert interaction["request"] == {"method": "GET", "path": "/orders/7"}
    assert sorted(interaction["response"]["body"]["content"]) == ["coupon", "id", "total"]
    (evidence,) = interaction["comments"]["contractkit"]["evidence"]
    assert evidence["test"] == {"file": "test_shop.py", "line": 5, "nodeId": "test_shop.py::test_get"}


def test_the_summary_counts_what_was_recorded(project: Any) -> None:
    project.tests(GETTING)

    first, second = project.run(), project.run()

    first.stdout.fnmatch_lines(["*= contracts =*", "web-shop - orders: 1 new (web-shop-orders.json written)"])
    second.stdout.fnmatch_lines(["web-shop - orders: 1 kept (web-shop-orders.json unchanged)"])


def test_a_quiet_run_tells_only_of_what_was_written(project: Any) -> None:
    project.tests(GETTING)

    first, second = project.run("-q"), project.run("-q")

    first.stdout.fnmatch_lines(["web-shop - orders: 1 new (web-shop-orders.json written)"])
    second.stdout.no_fnmatch_line("*web-shop - orders*")


def test_two_runs_give_the_same_bytes(project: Any) -> None:
    project.tests(GETTING)

    project.run()
    first = project.contract_bytes
    project.run()

    assert project.contract_bytes == first


def test_what_a_reply_says_is_served_and_expected(project: Any) -> None:
    project.tests("""
def test_get(contract_stub):
    orders = contract_stub("orders")
    orders.given("order exists", id=7)
    orders.on("getOrder").reply(200, {"note": "gift"})
    assert httpx.get(orders.url + "/orders/7").json()["note"] == "gift"
""")

    project.run().assert_outcomes(passed=1)

    (interaction,) = project.contract["interactions"]
    assert interaction["providerStates"] == [{"name": "order exists", "params": {"id": 7}}]
    assert interaction["response"]["body"]["content"]["note"] == "gift"


def test_replies_answer_in_order_and_the_last_one_stays(project: Any) -> None:
    project.tests("""
def test_get(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(404).reply(200, {"total": 1.5})
    answers = [httpx.get(orders.url + "/orders/7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 200, 200]
    assert [call.operation for call in orders.calls] == ["getOrder"] * 3
""")

    project.run().assert_outcomes(passed=1)

    assert project.descriptions == ["getOrder id=7 answers 200", "getOrder id=7 answers 404"]


def test_different_answers_to_one_request_in_one_test_are_numbered(project: Any) -> None:
    project.tests("""
def test_get(contract_stub):
    orders = contract_stub("orders")
    orders.on("getOrder").reply(200, {"total": 1.5}).reply(200, {"total": 2.5})
    assert [httpx.get(orders.url + "/orders/7").json()["total"] for _ in range(2)] == [1.5, 2.5]
""")

    project.run().assert_outcomes(passed=1)

    first, second = project.contract["interactions"]
    assert second["key"] == first["key"] + "-2" or first["key"] == second["key"] + "-2"
    assert first["description"] != second["description"]


def test_an_undefined_request_fails_the_test_with_the_nearest_operation(project: Any) -> None:
    project.tests("""
def test_get(contract_stub):
    httpx.get(contract_stub("orders").url + "/order/7")
""")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "web-shop sent orders a request that its definition does not allow.",
            "  sent      GET /v1/order/7",
            "  refused   no operation is defined at GET /v1/order/7",
            "  nearest   getOrder (GET /orders/{id})*",
            "Mend the client, or, if orders does offer this, its definition (Orders 1.0.0).",
        ]
    )
    assert project.files == []


def test_a_request_that_breaks_its_schema_fails_the_test_with_the_place(project: Any) -> None:
    project.tests("""
def test_post(contract_stub):
    answer = httpx.post(contract_stub("orders").url + "/orders", json={"sku": 7})
    assert answer.status_code == 400
    assert "request.body.sku" in answer.json()["detail"]
""")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  sent * POST /orders", "  at * request.body.sku", "  received * 7"])


def test_a_test_that_failed_anyway_is_told_what_the_stub_refused(project: Any) -> None:
    project.tests("""
def test_get(contract_stub):
    assert httpx.get(contract_stub("orders").url + "/order/7").status_code == 200
""")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*assert 404 == 200", "*Captured contractkit call*", "  sent      GET /v1/order/7"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('given("order exists", id=7)', '  given   "order exists", id: 7'),
        ('on("getOrder").reply(404)', "  reply   getOrder replies 404"),
    ],
)
def test_what_no_request_used_fails_the_test(project: Any, line: str, words: str) -> None:
    project.tests(f"def test_nothing(contract_stub):\n    contract_stub('orders').{line}\n")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "The test declared what no request to orders used.",
            words,
            "Remove it, or let the client make the call.",
        ]
    )


@pytest.mark.parametrize(
    ("reply", "lines"),
    [
        (
            "reply(500)",
            ["*The reply to getOrder contradicts the definition.", "*expected * one of 200, 404", "*received * 500"],
        ),
        (
            'reply(200, {"total": "much"})',
            [
                "*The reply 200 to getOrder contradicts the definition.",
                "*at * response.body.total",
                '*received * "much"',
            ],
        ),
        (
            'reply(200, {"totl": 1})',
            [
                "*The reply 200 to getOrder contradicts the definition.",
                "*at * response.body.totl",
                "*Did you mean total or note?",
            ],
        ),
    ],
)
def test_a_reply_that_contradicts_the_definition_is_refused_in_the_test(
    project: Any, reply: str, lines: list[str]
) -> None:
    project.tests(f"def test_get(contract_stub):\n    contract_stub('orders').on('getOrder').{reply}\n")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('contract_stub("order")', "*No provider named 'order' is set.*"),
        ('contract_stub("order")', "*Did you mean orders?*"),
        ("contract_stub()", "*contract_stub() names no provider.*"),
        ('contract_stub("orders").on("getOrdr")', "*Did you mean getOrder?*"),
        ('contract_stub("orders", definition="missing.yaml")', "*missing.yaml*"),
        ('contract_stub("orders").given("x", when=object())', '*The parameters of the state "x" are not JSON values.*'),
    ],
)
def test_a_wrong_name_is_told_in_one_message(project: Any, line: str, message: str) -> None:
    project.tests(f"def test_wrong(contract_stub):\n    {line}\n")

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*pytest_contractkit/*")


def test_the_summary_says_how_much_of_what_was_served_is_expected(project: Any) -> None:
    project.tests("""
def test_it(contract_stub):
    assert httpx.get(contract_stub("orders").url + "/orders/7").json()["id"] == 7
""")

    result = project.run()

    result.stdout.fnmatch_lines(
        ["web-shop - orders: 1 new*", "  3 of 4 served members are expected; reply with those you use"]
    )
    project.run("-q").stdout.no_fnmatch_line("*served members*")


def test_a_consumer_without_a_name_is_told_what_to_add(project: Any) -> None:
    project.write("pyproject.toml", '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n')
    project.tests(GETTING)

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*The consumer has no name: nothing says whose contract the tests record.", '*consumer = "your-service"']
    )


def test_credentials_are_never_kept(project: Any) -> None:
    project.tests("""
def test_post(contract_stub):
    orders = contract_stub("orders")
    body = {"sku": "a", "password": "hunter2"}
    httpx.post(orders.url + "/orders", json=body, headers={"Authorization": "Bearer s3cret", "Cookie": "sid=s3cret"})
    (call,) = orders.calls
    assert "hunter2" not in repr(call) and "s3cret" not in repr(call)
    assert call.request.body.value["password"] == "[credential]"
""")

    project.run().assert_outcomes(passed=1)

    assert b"hunter2" not in project.contract_bytes and b"s3cret" not in project.contract_bytes
    assert b"[credential]" in project.contract_bytes


def test_the_names_of_a_marker_win(project: Any) -> None:
    project.tests("""
import pytest

@pytest.mark.contract(consumer="till", provider="orders", pending=True)
def test_get(contract_stub):
    assert httpx.get(contract_stub().url + "/orders/7").status_code == 200
""")

    project.run("--strict-markers").assert_outcomes(passed=1)

    assert project.files == ["till-orders.json"]


@pytest.mark.parametrize(
    ("arguments", "ini", "files"),
    [
        (["--contract-consumer", "till"], "", ["contracts/till-orders.json"]),
        (["--contract-dir", "out"], "", ["out/web-shop-orders.json"]),
        ([], "contract_consumer = kiosk", ["contracts/kiosk-orders.json"]),
        (["--contract-consumer", "till"], "contract_consumer = kiosk", ["contracts/till-orders.json"]),
        (["--no-contracts"], "", []),
        ([], "no_contracts = true", []),
    ],
)
def test_options_and_ini_lines_say_the_same(project: Any, arguments: list[str], ini: str, files: list[str]) -> None:
    project.write("pytest.ini", f"[pytest]\n{ini}\n")
    project.tests(GETTING)

    project.run(*arguments).assert_outcomes(passed=1)

    found = sorted(path.relative_to(project.path).as_posix() for path in project.path.rglob("*-orders.json"))
    assert found == files


def test_the_environment_names_the_consumer(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACTKIT_CONSUMER", "kiosk")
    project.tests(GETTING)

    project.run().assert_outcomes(passed=1)

    assert project.files == ["kiosk-orders.json"]


def test_every_way_in_reaches_the_same_stub(project: Any) -> None:
    project.tests("""
import asyncio

def test_all(contract_stub):
    orders = contract_stub("orders")
    with httpx.Client(transport=orders.transport(), base_url="http://orders") as client:
        one = client.get("/orders/7").json()
    with orders.intercept():
        two = httpx.get("https://orders.example.test/v1/orders/7").json()

    async def ask():
        async with httpx.AsyncClient(transport=orders.async_transport(), base_url="http://orders") as client:
            return (await client.get("/orders/7")).json()

    assert one == two == asyncio.run(ask()) == httpx.get(orders.url + "/orders/7").json()
    assert len(orders.calls) == 4
""")

    project.run().assert_outcomes(passed=1)

    assert project.descriptions == ["getOrder id=7 answers 200"]


def test_an_async_test_records_too(project: Any) -> None:
    project.tests("""
import pytest

@pytest.mark.asyncio
async def test_get(contract_stub):
    async with httpx.AsyncClient(base_url=contract_stub("orders").url) as client:
        assert (await client.get("/orders/7")).json()["id"] == 7
""")

    project.run().assert_outcomes(passed=1)

    (interaction,) = project.contract["interactions"]
    assert interaction["description"] == "getOrder id=7 answers 200"
    (evidence,) = interaction["comments"]["contractkit"]["evidence"]
    assert evidence["test"]["line"] == 6  # the test's own: in a loop, who called cannot be told with certainty


def test_without_the_plugin_nothing_is_written(project: Any) -> None:
    project.tests("def test_nothing():\n    pass\n")

    result = project.run("-p", "no:contractkit")

    result.assert_outcomes(passed=1)
    assert project.files == []


@pytest.mark.slow
def test_a_run_that_uses_no_stub_imports_nothing_of_the_library(project: Any) -> None:
    shown = "print(sorted(name for name in sys.modules if name.startswith('contractkit')))"
    project.write("conftest.py", f"import sys\n\ndef pytest_unconfigure():\n    {shown}\n")
    project.write("test_nothing.py", "def test_nothing():\n    pass\n")

    result = project.pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.stdout.fnmatch_lines(["[[]]"])


@pytest.mark.parametrize(
    ("arguments", "is_told"),
    [((), True), (("-q",), True), (("-q", "--no-contracts"), False), (("--no-contracts",), False)],
)
def test_what_is_written_is_told_once_also_with_q(project: Any, arguments: tuple[str, ...], is_told: bool) -> None:
    project.tests(GETTING)

    result = project.run(*arguments)

    result.assert_outcomes(passed=1)
    told = [line for line in result.outlines if "web-shop - orders: 1 new" in line]
    assert (len(told), bool(project.files)) == (is_told, is_told)


def test_q_says_nothing_where_nothing_changed(project: Any) -> None:
    project.tests(GETTING)
    project.run()

    result = project.run("-q")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*contracts*")


def test_without_the_plugin_its_fixture_is_not_there_and_its_files_stay(project: Any) -> None:
    project.tests(GETTING)
    project.run()
    before = project.contract_bytes

    result = project.run("-p", "no:contractkit")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'contract_stub' not found*"])
    assert project.contract_bytes == before
