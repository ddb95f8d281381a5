"""A consumer's tests of its message handlers, run by pytest with the plugin; what they leave suits every verifier."""

import json
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import load_contract
from contractkit.verification.message_functions import MessageFunctions
from contractkit.verification.producers import MessageProducer, MessageProducers
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

PLAIN = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")

PLACED = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["id", "total", "lines"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "total": {"type": "number", "minimum": 0},
        "note": {"type": "string"},
        "token": {"type": "string"},
        "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Line"}},
    },
    "definitions": {
        "Line": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}},
    },
}

ASYNCAPI = """\
asyncapi: 3.0.0
info: {title: Stock, version: 1.0.0}
components:
  messages:
    ItemMoved:
      contentType: application/cloudevents+json
      headers:
        type: object
        required: [key]
        properties: {key: {type: string}, attempt: {type: integer}}
      payload: {type: object, required: [sku], properties: {sku: {type: string, examples: [lamp]}}}
"""

SETTINGS = """\
[tool.contractkit]
consumer = "packing"

[tool.contractkit.providers.orders]
messages = "schemas"

[tool.contractkit.providers.stock]
messages = "stock.yaml"

[tool.contractkit.providers.shop]
definition = "shop.yaml"

[tool.contractkit.providers.both]
definition = "shop.yaml"
messages = "schemas"
"""

HEAD = """\
import pytest

class Packing:
    def __init__(self):
        self.packed = {}

    def on_order_placed(self, event):
        if event["total"] < 0:
            raise ValueError("negative")
        self.packed[event["id"]] = [line["sku"] for line in event["lines"]]

    async def on_message(self, message):
        self.on_order_placed(message.json)
        return message.metadata

@pytest.fixture
def packing():
    return Packing()
"""

RECORDS = """
def test_an_order_is_packed(contract_stub, packing):
    orders = contract_stub("orders")
    orders.given("order exists", id=7)
    with orders.message("OrderPlaced", {"id": 7, "total": 12.5}, metadata={"topic": "orders"}) as message:
        packing.on_order_placed(message.json)
    assert list(packing.packed) == [7]
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "schemas").mkdir()
    (pytester.path / "schemas" / "OrderPlaced.schema.json").write_text(json.dumps(PLACED))
    (pytester.path / "stock.yaml").write_text(ASYNCAPI)
    (pytester.path / "shop.yaml").write_text("{openapi: 3.1.0, info: {title: Shop, version: '1'}, paths: {}}")
    (pytester.path / "pyproject.toml").write_text(SETTINGS)
    return pytester


def write(project: pytest.Pytester, tests: str) -> None:
    (project.path / "test_packing.py").write_text(f"{HEAD}{tests}")


def run(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    return project.runpytest_inprocess(*PLAIN, *options, "-o", "asyncio_default_fixture_loop_scope=function")


def contract_of(project: pytest.Pytester, provider: str = "orders") -> Any:
    return json.loads((project.path / "contracts" / f"packing-{provider}.json").read_bytes())


def failed(project: pytest.Pytester, tests: str) -> str:
    """Give what pytest says of a test that fails, from its first line of error on."""
    write(project, tests)
    result = run(project)
    result.assert_outcomes(failed=1)
    assert not (project.path / "contracts").exists()
    return str(result.stdout)


def test_a_handled_message_is_an_asynchronous_message_of_version_4(project: pytest.Pytester) -> None:
    write(project, RECORDS)
    run(project).assert_outcomes(passed=1)
    [interaction] = contract_of(project)["interactions"]
    own = interaction.pop("comments")["contractkit"]
    line = HEAD.count("\n") + 5
    assert interaction == {
        "contents": {
            "content": {"id": 7, "lines": [{"sku": own["served"]["content"]["lines"][0]["sku"]}], "total": 12.5},
            "contentType": "application/json",
            "encoded": False,
        },
        "description": "OrderPlaced id=7 total=12.5",
        "key": interaction["key"],
        "matchingRules": {
            "body": {"$": {"combine": "AND", "matchers": [{"match": "type"}]}},
            "metadata": {"topic": {"combine": "AND", "matchers": [{"match": "type"}]}},
        },
        "metadata": {"contentType": "application/json", "topic": "orders"},
        "providerStates": [{"name": "order exists", "params": {"id": 7}}],
        "type": "Asynchronous/Messages",
    }
    assert own["operation"] == "OrderPlaced"
    tests = [each["test"] for each in own["evidence"]]
    assert tests == [{"file": "test_packing.py", "line": line, "nodeId": "test_packing.py::test_an_order_is_packed"}]


def test_what_a_handler_needs_of_a_message_is_found_out(project: pytest.Pytester) -> None:
    write(project, RECORDS)
    run(project, "--contract-needs=full").assert_outcomes(passed=1)
    [interaction] = contract_of(project)["interactions"]
    [evidence] = interaction["comments"]["contractkit"]["evidence"]
    assert {name: value for name, value in evidence["needs"].items() if name != "validFor"} == {
        "kind": "inferred",
        "needed": [
            {"location": "message.contents.id", "nonNull": True},
            {"location": "message.contents.lines", "nonNull": True},
            {"location": "message.contents.lines[*].sku"},
            {"location": "message.contents.total", "nonNull": True},
        ],
        "reactions": [{"to": "an extra field", "result": "tolerated"}],
        "tolerated": ["message.contents.note", "message.contents.token"],
    }


def test_of_two_messages_each_has_needs_of_its_own(project: pytest.Pytester) -> None:
    write(
        project,
        """
def test_it(contract_stub):
    orders = contract_stub("orders")
    for id, name in ((1, "id"), (2, "total")):
        with orders.message("OrderPlaced", {"id": id}) as message:
            assert message.json.get(name, -1) is not None and message.json[name]
""",
    )
    run(project).assert_outcomes(passed=1)
    first, second = contract_of(project)["interactions"]
    assert list(first["contents"]["content"]) == ["id"]
    assert list(second["contents"]["content"]) == ["total"]


def test_a_handler_that_remembers_what_came_first_leaves_its_needs_unknown(project: pytest.Pytester) -> None:
    write(
        project,
        """
taken = []

def test_it(contract_stub):
    if not taken:
        contract_stub("orders").message("OrderPlaced").handled_by(taken.append)
""",
    )
    run(project).assert_outcomes(passed=1)
    [interaction] = contract_of(project)["interactions"]
    [evidence] = interaction["comments"]["contractkit"]["evidence"]
    assert evidence["needs"] == {
        "kind": "unknown",
        "reason": "OrderPlaced is not called again with the same request when the test is run again",
    }


def test_what_a_test_says_it_needs_of_a_message_is_expected(project: pytest.Pytester) -> None:
    write(
        project,
        """
@pytest.mark.contract(needs=["message.contents.note"])
def test_it(contract_stub):
    contract_stub("orders").message("OrderPlaced").handled_by(lambda message: message.json["id"])
""",
    )
    run(project, "--contract-needs=off").assert_outcomes(passed=1)
    [interaction] = contract_of(project)["interactions"]
    assert sorted(interaction["contents"]["content"]) == ["id", "lines", "note", "total"]


def test_what_is_recorded_is_the_same_each_run(project: pytest.Pytester) -> None:
    write(project, RECORDS)
    run(project)
    first = (project.path / "contracts" / "packing-orders.json").read_bytes()
    (project.path / "contracts" / "packing-orders.json").unlink()
    run(project)
    assert (project.path / "contracts" / "packing-orders.json").read_bytes() == first


def test_sync_and_async_handlers_are_called_with_the_message(project: pytest.Pytester) -> None:
    write(
        project,
        """
import asyncio

def test_it(contract_stub, packing):
    orders = contract_stub("orders")
    assert asyncio.run(orders.message("OrderPlaced").handled_by(packing.on_message)) == {
        "contentType": "application/json"
    }
    assert orders.message("OrderPlaced", {"id": 8}).handled_by(lambda message: message.name) == "OrderPlaced"
    with orders.message("OrderPlaced", {"id": 9}) as message:
        assert message.body == message.text.encode() and message.json["id"] == 9
        assert message.content_type == "application/json"
""",
    )
    run(project).assert_outcomes(passed=1)
    assert [each["description"] for each in contract_of(project)["interactions"]] == [
        "OrderPlaced",
        "OrderPlaced id=8",
        "OrderPlaced id=9",
    ]


def test_headers_and_content_type_of_an_asyncapi_document_are_metadata(project: pytest.Pytester) -> None:
    write(
        project,
        """
def test_it(contract_stub):
    with contract_stub("stock").message("ItemMoved", metadata={"attempt": 2}) as message:
        assert message.json == {"sku": "lamp"}
        assert message.metadata["attempt"] == 2 and isinstance(message.metadata["key"], str)
""",
    )
    run(project).assert_outcomes(passed=1)
    [interaction] = contract_of(project, "stock")["interactions"]
    assert sorted(interaction["metadata"]) == ["attempt", "contentType", "key"]
    assert interaction["metadata"]["contentType"] == "application/cloudevents+json"
    assert interaction["matchingRules"]["metadata"] == {
        "attempt": {"combine": "AND", "matchers": [{"match": "type"}]},
        "key": {"combine": "AND", "matchers": [{"match": "type"}]},
    }


def test_a_refused_message_leaves_nothing_even_where_the_test_passes(project: pytest.Pytester) -> None:
    write(
        project,
        """
def test_it(contract_stub, packing):
    orders = contract_stub("orders")
    with pytest.raises(KeyError), orders.message("OrderPlaced") as message:
        raise KeyError("unknown customer")
    with pytest.raises(ZeroDivisionError):
        orders.message("OrderPlaced").handled_by(lambda message: 1 / 0)
""",
    )
    run(project).assert_outcomes(passed=1)
    assert not (project.path / "contracts").exists()


def test_a_failing_test_leaves_nothing(project: pytest.Pytester) -> None:
    assert "assert 1 == 2" in failed(project, f"{RECORDS}    assert 1 == 2\n")


def test_matchers_may_stand_in_contents_and_metadata(project: pytest.Pytester) -> None:
    write(
        project,
        """
from contractkit import matchers as match

def test_it(contract_stub):
    contents = {"note": match.regex("(?i)[a-z]+", "Fragile")}
    metadata = {"topic": match.regex("orders-[0-9]+", "orders-1"), "plain": 3}
    with contract_stub("orders").message("OrderPlaced", contents, metadata=metadata) as message:
        assert (message.json["note"], message.metadata["topic"]) == ("Fragile", "orders-1")
""",
    )
    run(project).assert_outcomes(passed=1)
    [interaction] = contract_of(project)["interactions"]
    assert interaction["matchingRules"]["metadata"] == {
        "plain": {"combine": "AND", "matchers": [{"match": "type"}]},
        "topic": {"combine": "AND", "matchers": [{"match": "regex", "regex": "orders-[0-9]+"}]},
    }
    assert interaction["matchingRules"]["body"]["$.note"]["matchers"] == [{"match": "regex", "regex": "(?i)[a-z]+"}]


def test_secrets_are_hidden_and_handed_over_all_the_same(project: pytest.Pytester) -> None:
    write(
        project,
        """
def test_it(contract_stub):
    message = contract_stub("orders").message("OrderPlaced", {"token": "s3cret"}, metadata={"authorization": "s3cret"})
    with message as received:
        assert received.json["token"] == received.metadata["authorization"] == "s3cret"
""",
    )
    run(project).assert_outcomes(passed=1)
    assert "s3cret" not in (project.path / "contracts" / "packing-orders.json").read_text()


def test_a_description_is_what_identifies_a_message_that_has_one(project: pytest.Pytester) -> None:
    write(
        project,
        """
@pytest.mark.parametrize("total", [1, 2])
def test_it(contract_stub, total):
    with contract_stub("orders").message("OrderPlaced", {"total": total}, description="an order was placed"):
        pass
""",
    )
    result = run(project)
    assert "Two tests of packing expect different answers of orders to one request." in str(result.stdout)
    assert "an order was placed" in str(result.stdout)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            'message("OrderPlacd")',
            ["schemas defines no message 'OrderPlacd'.", "Did you mean OrderPlaced?"],
        ),
        (
            'message("OrderPlaced", {"total": "12.5"})',
            [
                "The message OrderPlaced contradicts its definition.",
                "at           message.contents.total",
                "expected     a number",
                'received     "12.5"',
                "defined at   OrderPlaced.schema.json#/properties/total/type",
                "Write what the provider may really send, or mend the definition.",
            ],
        ),
        (
            'message("OrderPlaced", {"totl": 12.5})',
            ["at           message.contents.totl", "expected     no such member"],
        ),
        ('message("OrderPlaced", {"lines": []})', ["at           message.contents.lines"]),
        ('message("OrderPlaced", {"total": -1})', ["at           message.contents.total"]),
        ('message("OrderPlaced", {"total": float("nan")})', ["at         message.contents", "expected   a JSON value"]),
        (
            'message("OrderPlaced", metadata=["topic"])',
            ["at         message.metadata", "expected   a mapping of names to values", "received   ['topic']"],
        ),
        (
            'message("OrderPlaced", metadata={"contentType": "text/plain"})',
            ["at         message.metadata.contentType", "expected   nothing: the definition says it"],
        ),
        ('message("OrderPlaced", metadata={"at": object})', ["at         message.metadata", "expected   JSON values"]),
        (
            'message("OrderPlaced", description="")',
            ["The description of a message is a text.", 'expected   a text such as "an order was placed"'],
        ),
        ("message(None)", ["A message is named by a text.", 'expected   a text such as "OrderPlaced"']),
        (
            'message("OrderPlaced")',
            [
                "The test made messages of orders that no handler took.",
                "message   OrderPlaced",
                "Remove it, or hand the message to its handler, awaiting one that is async.",
            ],
        ),
        (
            'message("OrderPlaced").handled_by(Packing().on_message)',
            [
                "The test made messages of orders that no handler took.",
                "message   OrderPlaced",
                "Remove it, or hand the message to its handler, awaiting one that is async.",
            ],
        ),
        ("url", ["orders is defined by schemas, which has messages and no HTTP: it has no URL."]),
        ("target", ["orders is defined by schemas, which has no remote procedures: it has no target."]),
        ('on("getOrder")', ["orders is defined by schemas, which has messages and no HTTP: it has no URL."]),
    ],
)
def test_wrong_use_fails_the_test_in_words(project: pytest.Pytester, call: str, said: list[str]) -> None:
    output = failed(project, f"def test_it(contract_stub):\n    contract_stub('orders').{call}\n")
    assert [line for line in said if line not in output] == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            'message("ItemMoved", metadata={"attmpt": 1})',
            ["The message ItemMoved contradicts its definition.", "message.metadata.attmpt", "Did you mean attempt?"],
        ),
        ('message("ItemMoved", metadata={"attempt": "1"})', ["at           message.metadata.attempt"]),
    ],
)
def test_metadata_are_checked_where_headers_are_declared(project: pytest.Pytester, call: str, said: list[str]) -> None:
    output = failed(project, f"def test_it(contract_stub):\n    contract_stub('stock').{call}\n")
    assert [line for line in said if line not in output] == []


def test_a_provider_without_messages_says_what_to_set(project: pytest.Pytester) -> None:
    output = failed(project, "def test_it(contract_stub):\n    contract_stub('shop').message('OrderPlaced')\n")
    assert "Nothing defines the messages of shop." in output
    assert 'E       [tool.contractkit.providers.shop]\nE       messages = "path/to/messages"' in output


def test_calls_and_messages_of_one_provider_share_a_contract(project: pytest.Pytester) -> None:
    write(
        project,
        """
import httpx
from contractkit import Stub

def test_it(contract_stub):
    both = contract_stub("both")
    both.given("order exists", id=7)
    assert httpx.get(both.url + "/").status_code == 200
    with both.message("OrderPlaced") as message:
        assert message.json["lines"]

def test_a_stub_of_the_settings_makes_messages_too():
    with Stub("both") as both, both.message("OrderPlaced", {"id": 7}) as message:
        assert message.json["id"] == 7
    assert [each.description for each in both.contract().interactions] == ["OrderPlaced id=7"]
""",
    )
    (project.path / "shop.yaml").write_text(
        "{openapi: 3.1.0, info: {title: Shop, version: '1'}, "
        "paths: {/: {get: {operationId: home, responses: {'200': {description: it}}}}}}"
    )
    run(project).assert_outcomes(passed=2)
    contract = contract_of(project, "both")
    assert contract["metadata"]["contractkit"]["definition"]["source"] == "shop.yaml, schemas"
    assert sorted((each["type"], each["providerStates"][0]["name"]) for each in contract["interactions"]) == [
        ("Asynchronous/Messages", "order exists"),
        ("Synchronous/HTTP", "order exists"),
    ]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("gone", "The definition gone cannot be read."),
        ("git:HEAD:schemas", "The messages git:HEAD:schemas are elsewhere, and are read from a path alone."),
        ("shop.yaml", "The definition shop.yaml is an OpenAPI document, which defines no messages."),
    ],
)
def test_messages_that_cannot_be_read_fail_the_test(project: pytest.Pytester, place: str, said: str) -> None:
    (project.path / "pyproject.toml").write_text(SETTINGS.replace('messages = "schemas"', f'messages = "{place}"'))
    assert said in failed(project, "def test_it(contract_stub):\n    contract_stub('orders')\n")


# the provider's side


def produced(contents: dict[str, Any]) -> Any:
    return contents, {"contentType": "application/json", "topic": "orders-placed"}


RIGHT = {"id": 1, "total": 3, "lines": [{"sku": "a"}, {"sku": "b"}], "note": "new"}
WRONG = {"id": 1, "total": "3", "lines": [{"sku": "a"}]}


@pytest.fixture
def recorded(project: pytest.Pytester) -> Path:
    write(project, RECORDS)
    run(project).assert_outcomes(passed=1)
    return project.path / "contracts" / "packing-orders.json"


@pytest.mark.parametrize(("contents", "places"), [(RIGHT, []), (WRONG, ["message.contents.total"])])
def test_it_is_verified_against_the_provider(recorded: Path, contents: Any, places: list[str]) -> None:
    contract = load_contract(recorded.read_bytes(), origin="recorded")
    producers = MessageProducers([MessageProducer(name="OrderPlaced", function=lambda: produced(contents))])
    selected = SelectedContract(contract=contract, interactions=contract.interactions)

    class AnyState:
        names = ()

        def find(self, state: Any) -> Any:
            from contractkit.verification.states import StateHandler

            return StateHandler(name=state.name, function=lambda **_: None)

    options = VerificationOptions(states=AnyState())
    [result] = verify_contracts([selected], MessageFunctions(producers, name="producers"), options)
    assert [str(each.location) for one in result.results for each in one.mismatches] == places
    assert (len(result.results), result.skipped) == (1, ())


@pytest.mark.parametrize(("contents", "is_green"), [(RIGHT, True), (WRONG, False)])
def test_pact_python_judges_it_alike(recorded: Path, contents: Any, is_green: bool) -> None:
    from pact import Verifier

    def produce(name: str, metadata: Any) -> Any:
        assert name == "OrderPlaced id=7 total=12.5"
        return {
            "contents": json.dumps(contents).encode(),
            "content_type": "application/json",
            "metadata": {"topic": "orders-placed"},
        }

    verifier = (
        Verifier("orders")
        .message_handler(produce)
        .state_handler({"order exists": lambda parameters: None}, teardown=False)
        .add_source(recorded)
    )
    if is_green:
        verifier.verify()
    else:
        with pytest.raises(RuntimeError):
            verifier.verify()
        assert "total" in json.dumps(verifier.results)
