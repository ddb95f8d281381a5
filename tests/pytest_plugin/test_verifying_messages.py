"""Messages verified by pytest: an item for each message of the contracts with a marked provider."""

import importlib
import json
from pathlib import Path

import pytest

from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    parse_location,
)

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

for _name in ("pytest_contractkit.verifying", "pytest_contractkit.verifying_messages", "aiohttp", "httpx"):
    importlib.import_module(_name)  # here, since pytester forgets what its runs import

PLACED = Interaction(
    key="m",
    description="OrderPlaced",
    exchange=Message(contents=JsonBody({"id": 7}), metadata={"contentType": "application/json"}),
    operation="OrderPlaced",
    states=(ProviderState(name="order exists", params={"id": 7}),),
    rules=(LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
)
MARKED = """
import pytest

@pytest.mark.contract_provider("orders")
def test_orders():
    pass
"""
STATES = """
from contractkit import message_producer, provider_state

orders = {}

@provider_state("order exists")
def order_exists(id: int):
    orders[id] = {"id": id}
"""
PRODUCER = """
@message_producer("OrderPlaced")
def order_placed(id: int):
    return orders[id]
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    (pytester.path / "contracts").mkdir()
    contract = Contract(consumer="packing", provider="orders", interactions=(PLACED,))
    (pytester.path / "contracts" / "packing-orders.json").write_bytes(dump_contract(contract))
    return pytester.path


def run(project: Path, pytester: pytest.Pytester, tests: str, *arguments: str, **settings: str) -> pytest.RunResult:
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in {"contracts": "contracts", **settings}.items()]
    (project / "pyproject.toml").write_text(f"[tool.contractkit.provides.orders]\n{''.join(lines)}")
    (project / "test_contracts.py").write_text(tests)
    plain = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
    return pytester.runpytest_inprocess(*plain, "-o", "asyncio_default_fixture_loop_scope=function", *arguments)


def test_producers_of_the_test_module_emit_messages(project: Path, pytester: pytest.Pytester) -> None:
    run(project, pytester, MARKED + STATES + PRODUCER).assert_outcomes(passed=1)


def test_producers_beside_the_states_share_their_data(project: Path, pytester: pytest.Pytester) -> None:
    (project / "states.py").write_text(STATES + PRODUCER)
    run(project, pytester, MARKED, states="states.py").assert_outcomes(passed=1)


def test_files_of_one_name_in_two_projects_are_told_apart(project: Path, pytester: pytest.Pytester) -> None:
    (project / "states.py").write_text(STATES + PRODUCER)
    other = project / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text(
        '[tool.contractkit.provides.orders]\ncontracts = "../contracts"\nstates = "states.py"\n'
    )
    (other / "states.py").write_text(STATES + PRODUCER.replace("orders[id]", '{"id": "7"}'))
    (other / "test_other.py").write_text(MARKED)
    again = MARKED.replace("test_orders", "test_orders_again")
    order = ("test_contracts.py::test_orders", "other/test_other.py", "test_contracts.py::test_orders_again")
    result = run(project, pytester, MARKED + again, *order, states="states.py")
    result.assert_outcomes(passed=2, failed=1)


def test_a_message_that_does_not_fit_fails_with_its_place(project: Path, pytester: pytest.Pytester) -> None:
    result = run(project, pytester, MARKED + STATES + PRODUCER.replace("orders[id]", '{"id": "7"}'))
    result.assert_outcomes(failed=1)
    output = str(result.stdout)
    assert "packing cannot use the message OrderPlaced of orders." in output
    assert '  at            message.contents.id\n  expected      a number, for example 7\n  received      "7"' in output


def test_a_message_without_a_producer_says_what_to_add(project: Path, pytester: pytest.Pytester) -> None:
    result = run(project, pytester, MARKED + STATES + PRODUCER.replace("OrderPlaced", "OrderLost"))
    result.assert_outcomes(errors=1)
    assert "The interaction was not judged (needs a producer). No function produces the message" in str(result.stdout)
    assert '@message_producer("OrderPlaced")\ndef order_placed(id: int):' in str(result.stdout)


def test_a_message_where_nothing_says_who_produces_it_fails(project: Path, pytester: pytest.Pytester) -> None:
    result = run(project, pytester, MARKED + STATES, url="http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    assert "The interaction cannot be replayed." in str(result.stdout)
    assert "a message, and nothing says who produces it: give --messages or --messages-url" in str(result.stdout)
