"""A consumer's tests of handlers of protobuf messages, and the provider that emits them; both with generated code."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from grpc_tools import protoc
from pytest_httpserver import HTTPServer
from werkzeug import Response

from contractkit import message_producer, provider_state
from contractkit.definitions.rpc_interface import Side
from contractkit.definitions.wire_forms import decode_message
from contractkit.document import content_id, dump_contract, load_contract
from contractkit.exact_json import Json
from contractkit.model import JsonBody, Message, parse_location
from contractkit.results import ABSENT, InteractionResult, Mismatch, Outcome
from contractkit.sources import load_definition
from contractkit.verification.message_functions import MessageFunctions
from contractkit.verification.message_url import MessageUrl
from contractkit.verification.producers import producers_of
from contractkit.verification.states import handlers_of
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

PLAIN = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")

EVENTS = """\
syntax = "proto3";
package shop.v1;

message OrderPlaced {
  int64 id = 1;
  double total = 2;
  repeated Line lines = 3;
  optional string note = 4;
}
message Line { string sku = 1; int32 quantity = 2; }
message OrderCancelled { string why = 1; }
message KeyIssued { bytes token = 1; string password = 2; }
service Orders { rpc Cancel(OrderPlaced) returns (OrderCancelled); }
"""

SETTINGS = """\
[tool.contractkit]
consumer = "packing"

[tool.contractkit.providers.orders]
messages = "protos"

[tool.contractkit.providers.calls]
definition = "protos"
"""

RECORDS = """\
from shop_events_pb2 import OrderPlaced

packed = []

def fail(text):
    raise ValueError(text)

def on_bytes(data):
    event = OrderPlaced.FromString(data)
    if event.total < 0:
        raise ValueError("negative")
    packed.append((event.id, event.note or fail("no note"), [line.sku for line in event.lines]))

def test_an_order_is_packed(contract_stub):
    orders = contract_stub("orders")
    orders.given("order exists", id=7)
    line = {"sku": "lamp", "quantity": 2}
    written = {"id": 7, "note": "gift", "lines": [line]}
    with orders.message("shop.v1.OrderPlaced", written, metadata={"key": "7"}) as message:
        on_bytes(message.body)
    assert packed.pop() == (7, "gift", ["lamp"])
    assert message.parsed(OrderPlaced).lines[0].quantity == 2
    assert message.json["lines"] == [line] and message.metadata["key"] == "7"
"""

PLACED = "application/protobuf;message=.shop.v1.OrderPlaced"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The classes of the events, as `protoc` generates them, in a folder that can be imported from."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "shop_events.proto").write_text(EVENTS)
    assert protoc.main(["protoc", f"-I{folder}", f"--python_out={folder}", "shop_events.proto"]) == 0
    sys.path.insert(0, str(folder))
    load_all_of_protobuf(folder)
    yield importlib.import_module("shop_events_pb2")
    sys.path.remove(str(folder))


def load_all_of_protobuf(folder: Path) -> None:
    """Import here what runs in process would import, and `pytester` then forget, while others still hold it."""
    definition = load_definition(folder / "shop_events.proto").protobuf
    procedure = definition.emission("OrderPlaced")
    decode_message(definition.descriptor_set(procedure), "OrderPlaced", "response", b"")
    definition.encode(procedure, Side.RESPONSE, definition.answer(procedure, seed="", body={"id": 1}).tree)


@pytest.fixture
def project(pytester: pytest.Pytester, generated: Any) -> pytest.Pytester:
    (pytester.path / "protos").mkdir()
    (pytester.path / "protos" / "shop_events.proto").write_text(EVENTS)
    (pytester.path / "protos" / "buf.yaml").write_text("version: v2\n")
    (pytester.path / "pyproject.toml").write_text(SETTINGS)
    return pytester


def run(project: pytest.Pytester, tests: str) -> pytest.RunResult:
    (project.path / "test_packing.py").write_text(tests)
    return project.runpytest_inprocess(*PLAIN, "-o", "asyncio_default_fixture_loop_scope=function")


def contract_of(project: pytest.Pytester, provider: str = "orders") -> Path:
    return project.path / "contracts" / f"packing-{provider}.json"


def failing(project: pytest.Pytester, line: str) -> str:
    imports = "from shop_events_pb2 import Line, OrderCancelled, OrderPlaced\nfrom contractkit import matchers\n\n"
    body = f"{imports}def test_it(contract_stub):\n    {line}\n"
    result = run(project, body)
    result.assert_outcomes(failed=1)
    lines = "\n".join(each[1:] for each in result.outlines if each.startswith("E "))
    return dedent(lines).strip().partition(": ")[2]


def test_a_message_is_recorded_as_pacts_plugin_writes_it(project: pytest.Pytester) -> None:
    run(project, RECORDS).assert_outcomes(passed=1)
    file = json.loads(contract_of(project).read_bytes())
    [plugin] = file["metadata"]["plugins"]
    [key] = plugin["configuration"]
    [interaction] = file["interactions"]
    assert {name: interaction[name] for name in interaction.keys() - {"comments", "key"}} == {
        "type": "Asynchronous/Messages",
        "description": "shop.v1.OrderPlaced id=7 note=gift",
        "providerStates": [{"name": "order exists", "params": {"id": 7}}],
        "pluginConfiguration": {"protobuf": {"message": ".shop.v1.OrderPlaced", "descriptorKey": key}},
        "contents": {
            "content": interaction["contents"]["content"],
            "contentType": PLACED,
            "contentTypeHint": "BINARY",
            "encoded": "base64",
        },
        "metadata": {"contentType": PLACED, "key": "7"},
        "matchingRules": {
            "body": {
                "$": {"combine": "AND", "matchers": [{"match": "type"}]},
                "$.lines": {"combine": "AND", "matchers": [{"match": "type", "min": 1}]},
            },
            "metadata": {"key": {"combine": "AND", "matchers": [{"match": "type"}]}},
        },
    }
    assert interaction["comments"]["contractkit"]["operation"] == "shop.v1.OrderPlaced"


def test_the_file_is_read_back_with_trees_and_has_one_content(project: pytest.Pytester) -> None:
    run(project, RECORDS).assert_outcomes(passed=1)
    data = contract_of(project).read_bytes()
    contract = load_contract(data, origin="a.json")
    [interaction] = contract.interactions
    assert isinstance(interaction.exchange, Message) and interaction.wire is not None
    contents = interaction.exchange.contents
    assert isinstance(contents, JsonBody) and contents.media_type == PLACED
    assert contents.value == {
        "id": 7,
        "lines": [{"sku": "lamp", "quantity": 2}],
        "note": "gift",
    }
    response = interaction.wire.response or b""
    decoded = decode_message(interaction.wire.descriptors, "shop.v1.OrderPlaced", "response", response)
    assert decoded == {
        **contents.value,
        "total": 0.0,
    }  # of which the test needs nothing, so that nobody is asked for it
    assert dump_contract(contract) == data
    before = content_id(contract)
    run(project, RECORDS.replace("test_an_order_is_packed", "test_renamed")).assert_outcomes(passed=1)
    assert content_id(load_contract(contract_of(project).read_bytes(), origin="a.json")) == before


def test_a_generated_message_arrives_as_it_is(project: pytest.Pytester) -> None:
    tests = """
from shop_events_pb2 import Line, OrderPlaced

async def handled(message):
    return message.parsed(OrderPlaced)

def test_it(contract_stub):
    import asyncio
    event = OrderPlaced(id=9, lines=[Line(sku="desk")])
    message = contract_stub("calls").message("OrderPlaced", event)   # the protos of its procedures define it, too
    assert asyncio.run(message.handled_by(handled)) == event
"""
    run(project, tests).assert_outcomes(passed=1)
    [interaction] = load_contract(contract_of(project, "calls").read_bytes(), origin="a.json").interactions
    assert isinstance(interaction.exchange, Message)
    assert interaction.exchange.contents == JsonBody(
        {"id": 9, "lines": [{"sku": "desk"}]},  # what is its default may as well not be there
        PLACED,
    )


def test_credentials_are_no_part_of_a_contract_and_stay_of_their_type(project: pytest.Pytester) -> None:
    tests = """
from shop_events_pb2 import KeyIssued

def test_it(contract_stub):
    with contract_stub("orders").message("KeyIssued", {"token": b"s3cr3t-1", "password": "s3cr3t-2"}) as message:
        issued = message.parsed(KeyIssued)
        assert issued.token == b"s3cr3t-1" and issued.password == "s3cr3t-2"
"""
    run(project, tests).assert_outcomes(passed=1)
    data = contract_of(project).read_bytes()
    [interaction] = load_contract(data, origin="a.json").interactions
    assert b"s3cr3t" not in data and interaction.wire is not None
    assert interaction.wire.response == b"\n\x0c[credential]\x12\x10W2NyZWRlbnRpYWxd"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'contract_stub("orders").message("shop.v1.OrderPlacd")',
            "shop.v1 defines no message 'shop.v1.OrderPlacd'.\n\n"
            "Did you mean shop.v1.OrderPlaced or shop.v1.OrderCancelled or shop.v1.Line?",
        ),
        (
            'contract_stub("orders").message("shop.v1.Orders")',
            "shop.v1 defines no message 'shop.v1.Orders'.\n\n  received   the name of a service\n\n",
        ),
        (
            'contract_stub("orders").message("OrderPlaced", {"totl": 1})',
            "The message shop.v1.OrderPlaced contradicts its definition.\n\n  at         message.contents.totl\n"
            "  expected   a field of shop.v1.OrderPlaced. Did you mean total or note?\n  received   1\n\n"
            "Write what the provider may really send, or mend the definition.",
        ),
        (
            'contract_stub("orders").message("OrderPlaced", OrderCancelled(why="late"))',
            "The message shop.v1.OrderPlaced cannot be sent.\n\n  at         message.contents\n"
            "  expected   a shop.v1.OrderPlaced\n  received   a shop.v1.OrderCancelled\n\n"
            "Write what the provider may really send, or mend the definition.",
        ),
        (
            'contract_stub("orders").message("OrderPlaced").handled_by(lambda message: message.parsed(OrderCancelled))',
            "The message shop.v1.OrderPlaced cannot be parsed.\n\n"
            "  expected   the class that protoc generates for it\n  received   the class of shop.v1.OrderCancelled",
        ),
        (
            'contract_stub("orders").message("OrderPlaced", {"note": matchers.regex("a+")})',
            "A matcher in the message shop.v1.OrderPlaced needs an example.\n\n  at         message.contents.note\n"
            "  expected   a value of the field's type\n\nWrite one: of protobuf none is made.",
        ),
        (
            'contract_stub("orders").message("OrderPlaced", {"note": matchers.regex("a+", "b")})',
            "An example in the message shop.v1.OrderPlaced does not fit its own matcher.\n\n"
            "  at         message.contents.note\n",
        ),
        (
            'contract_stub("orders").message("OrderPlaced").handled_by(lambda message: message.text)',
            "The message shop.v1.OrderPlaced is one of protobuf, whose bytes are no text.\n\n"
            "Use .body, or .parsed(…) with the generated class.",
        ),
    ],
)
def test_what_no_such_message_can_be_is_refused_in_the_test(project: pytest.Pytester, line: str, told: str) -> None:
    assert told in failing(project, line)
    assert not contract_of(project).exists()


def test_protos_that_do_not_compile_are_told_with_their_place(project: pytest.Pytester) -> None:
    (project.path / "protos" / "shop_events.proto").write_text(EVENTS.replace("int64 id = 1", "int65 id = 1"))
    assert failing(project, 'contract_stub("orders")').startswith(
        "The definition protos does not compile.\n\n  at        protos/shop_events.proto:5:3\n"
        '  problem   "int65" is not defined.'
    )


# the provider's side


@pytest.fixture(scope="module")
def recorded() -> list[bytes]:
    """Where the first of these tests leaves the contract for the others."""
    return []


@pytest.fixture
def replay(project: pytest.Pytester, recorded: list[bytes]) -> Callable[..., InteractionResult]:
    """Give what verifies a recorded message against what a producer returned, or any transport emits."""
    if not recorded:
        run(project, RECORDS).assert_outcomes(passed=1)
        recorded.append(contract_of(project).read_bytes())
    contract = load_contract(recorded[0], origin="a.json", decode=decode_message)

    def verify(returned: object = None, way: AnyTransport | None = None) -> InteractionResult:
        @message_producer("OrderPlaced")
        def order_placed() -> object:
            return returned

        @provider_state("order exists")
        def order_exists(id: int) -> None: ...  # noqa: A002

        module = cast(ModuleType, SimpleNamespace(producer=order_placed, state=order_exists))
        functions = MessageFunctions(producers_of(module), name="producers.py")
        selected = SelectedContract(contract=contract, interactions=contract.interactions)
        [result] = verify_contracts([selected], way or functions, VerificationOptions(states=handlers_of(module)))
        [only] = result.results
        return only

    return verify


KEY: dict[str, Json] = {"key": "12"}


def test_what_a_provider_emits_is_decoded_and_compared(replay: Callable[..., Any], generated: Any) -> None:
    event = generated.OrderPlaced(id=12, total=3, lines=[generated.Line(sku="desk")], note="more")
    for returned in (event, event.SerializeToString()):
        for media_type in ({}, {"contentType": "application/x-protobuf"}, {"content-type": PLACED}):
            assert replay((returned, {**KEY, **media_type})).outcome is Outcome.PASSED
    assert [str(each.location) for each in replay(event).mismatches] == ["message.metadata.key"]
    assert replay((generated.OrderPlaced(id=12), KEY)).mismatches == (
        Mismatch(
            location=parse_location("message.contents.lines"),
            expected=[{"sku": "lamp", "quantity": 2}],
            actual=[],
            rule="type",
            sentence="a list of at least 1 element",
        ),
        Mismatch(
            location=parse_location("message.contents.note"),
            expected="gift",
            actual=ABSENT,
            rule="type",
            sentence='a string, for example "gift"',
        ),
    )


@pytest.mark.parametrize(
    ("returned", "received"),
    [
        (lambda events: "an order", "str"),
        (lambda events: {"id": 12}, "dict"),
        (lambda events: events.OrderCancelled(why="late"), "a message of shop.v1.OrderCancelled"),
        (lambda events: b"\xff\xff", "2 bytes that are no such message, starting with ff ff"),
        (
            lambda events: events.OrderCancelled(why="late").SerializeToString(),
            "bytes of another message, in which id is of another type",
        ),
        (lambda events: (b"", {"contentType": "application/json"}), "contents of application/json"),
        (
            lambda events: (b"", {"contentType": "application/protobuf; message=shop.v1.Line"}),
            "contents of application/protobuf; message=shop.v1.Line",
        ),
    ],
)
def test_what_is_no_such_message_is_errored(
    replay: Callable[..., Any], generated: Any, returned: Callable[[Any], object], received: str
) -> None:
    result = replay(returned(generated))
    assert result.reason == "message not produced"
    assert result.error.details[2:] == (
        ("expected", "bytes or a generated message of shop.v1.OrderPlaced; or a pair of one and metadata"),
        ("received", received),
    )


def test_a_url_emits_bytes(replay: Callable[..., Any], generated: Any) -> None:
    event = generated.OrderPlaced(id=12, note="", lines=[generated.Line(sku="desk")]).SerializeToString()
    with HTTPServer() as server:
        answer = Response(
            event, content_type="application/x-protobuf", headers={"Pact-Message-Metadata": "eyJrZXkiOiAiMSJ9"}
        )
        server.expect_oneshot_request("/").respond_with_response(answer)
        server.expect_oneshot_request("/").respond_with_data("an order", content_type="text/plain")
        url = server.url_for("/")
        assert replay(way=MessageUrl(url)).outcome is Outcome.PASSED
        result = replay(way=MessageUrl(url))
    assert (result.reason, result.error.summary) == (
        "broken answer",
        "The answer could not be read: contents of text/plain, expected bytes or a generated message of "
        "shop.v1.OrderPlaced.",
    )
