"""Asynchronous messages replayed: by functions in this process, and by a URL that speaks Pact's protocol."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from google.protobuf.struct_pb2 import Struct
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from contractkit import message_producer, provider_state
from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    Body,
    Contract,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    TextBody,
    parse_location,
)
from contractkit.results import ABSENT, InteractionResult, Mismatch, Outcome
from contractkit.verification.credentials import read_credentials
from contractkit.verification.message_functions import MessageFunctions
from contractkit.verification.message_url import MessageUrl
from contractkit.verification.producers import producers_of
from contractkit.verification.states import handlers_of
from contractkit.verification.transport import AnyTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

JSON = {"contentType": "application/json"}


def placed(
    contents: Body | None = None,
    *,
    metadata: Mapping[str, Json] = JSON,
    given: Mapping[str, Mapping[str, Json]] | None = None,
    name: str | None = "OrderPlaced",
    pending: bool = False,
) -> Interaction:
    return Interaction(
        key="m",
        description="an order was placed",
        exchange=Message(contents=contents or JsonBody({"id": 7}), metadata=metadata),
        operation=name,
        states=tuple(ProviderState(name=state, params=params) for state, params in (given or {}).items()),
        rules=(LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
        pending=pending,
    )


def module_of(*functions: Callable[..., Any]) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(**{f"function_{at}": each for at, each in enumerate(functions)}))


def replay(interaction: Interaction, *functions: Callable[..., Any], way: AnyTransport | None = None) -> Any:
    module = module_of(*functions)
    contract = Contract(consumer="packing", provider="orders", interactions=(interaction,))
    options = VerificationOptions(
        states=handlers_of(module), credentials=read_credentials(["Authorization: Bearer t"], {})
    )
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    transport = way or MessageFunctions(producers_of(module), name="producers.py", timeout=0.2)
    [result] = verify_contracts([selected], transport, options)
    [only] = result.results
    return only


def produce(returned: object, interaction: Interaction | None = None, name: str = "OrderPlaced") -> InteractionResult:
    @message_producer(name)
    def order_placed() -> object:
        return returned

    result: InteractionResult = replay(interaction or placed(), order_placed)
    return result


@pytest.mark.parametrize(
    "returned",
    [
        {"id": 12, "total": 3.5},
        ({"id": 12}, {"contentType": "application/json; charset=utf-8"}),
        b'{"id": 12}',
        '{"id": 12}',
        JsonBody({"id": 12}),
        ({"id": 12}, {"key": "a", "content-type": "application/json"}),
    ],
)
def test_a_message_that_fits_passes(returned: object) -> None:
    assert produce(returned).outcome is Outcome.PASSED


def test_what_is_missing_and_of_another_type_is_told_by_its_place() -> None:
    result = produce({"id": "12"}, placed(JsonBody({"id": 7, "lines": [{"sku": "a"}]})))
    assert result.mismatches == (
        Mismatch(
            location=parse_location("message.contents.id"),
            expected=7,
            actual="12",
            rule="type",
            sentence="a number, for example 7",
        ),
        Mismatch(
            location=parse_location("message.contents.lines"),
            expected=[{"sku": "a"}],
            actual=ABSENT,
            rule="type",
            sentence="a list",
        ),
    )


@pytest.mark.parametrize("returned", [({"id": 12}, {}), ({"id": 12}, {"topic": 4})])
def test_metadata_are_compared(returned: object) -> None:
    result = produce(returned, placed(metadata={**JSON, "topic": "orders"}))
    assert [str(each.location) for each in result.mismatches] == ["message.metadata.topic"]


def test_another_content_type_is_a_mismatch_of_the_contents() -> None:
    result = produce(("<order/>", {"contentType": "application/xml"}))
    assert [str(each.location) for each in result.mismatches] == ["message.contents", "message.metadata.contentType"]


def test_text_and_bytes_are_taken_for_what_is_expected() -> None:
    assert produce("placed", placed(TextBody("placed"), metadata={})).outcome is Outcome.PASSED
    assert produce(b"\x01", placed(BinaryBody(b"\x01", "application/x-order"), metadata={})).outcome is Outcome.PASSED


def test_a_message_of_protobuf_is_sent_as_its_bytes() -> None:
    message = Struct()
    message["id"] = 12
    expected = placed(BinaryBody(message.SerializeToString(), "application/protobuf"), metadata={})
    assert produce(message, expected).outcome is Outcome.PASSED


@pytest.mark.parametrize("name", ["an order was placed", "shop.v1.OrderPlaced", "OrderPlaced"])
def test_a_producer_is_found_by_description_name_and_its_end(name: str) -> None:
    assert produce({"id": 1}, placed(name="shop.v1.OrderPlaced"), name=name).outcome is Outcome.PASSED


def test_the_description_wins_over_the_name() -> None:
    @message_producer("OrderPlaced")
    def wrong() -> Json:
        return {}

    @message_producer("an order was placed")
    def right() -> Json:
        return {"id": 1}

    assert replay(placed(), wrong, right).outcome is Outcome.PASSED


def test_async_producers_and_states_work_together() -> None:
    orders = {}

    @provider_state("order exists")
    def order_exists(id: int, express: bool) -> Json:  # noqa: A002
        orders[12] = {"id": 12, "express": express}
        return {"id": 12}

    @message_producer("OrderPlaced")
    async def order_placed(id: int) -> Json:  # noqa: A002
        return orders[id]

    given = {"order exists": {"id": 7, "express": True}}
    assert replay(placed(given=given), order_exists, order_placed).outcome is Outcome.PASSED


def test_a_message_without_a_producer_is_errored_with_the_nearest_and_the_skeleton() -> None:
    result = produce({}, placed(given={}), name="OrderPlacd")
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "needs a producer")
    assert str(result.error) == (
        'No function produces the message "OrderPlaced".\n\n'
        "  provider   producers.py\n\n"
        "Did you mean OrderPlacd?\n\n"
        "Add to the file of messages (`messages` in the settings, or --messages):\n\n"
        '@message_producer("OrderPlaced")\n'
        "def order_placed():\n"
        "    ..."
    )


def test_a_producer_that_raises_is_errored_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])  # lines are told as seen from where the run stands

    @message_producer("OrderPlaced")
    def order_placed() -> Json:
        raise LookupError("no order 7")

    result = replay(placed(), order_placed)
    line = order_placed.__code__.co_firstlineno
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "message not produced")
    assert result.error.summary == 'The producer of the message "OrderPlaced" raised.'
    assert dict(result.error.details) == {
        "provider": "producers.py",
        "producer": f"order_placed, {__file__}:{line}",
        "raised": "LookupError: no order 7",
        "in": f'tests/verification/test_messages.py:{line + 2} in order_placed: raise LookupError("no order 7")',
    }


def test_a_producer_that_ends_the_process_is_errored() -> None:
    @message_producer("OrderPlaced")
    def order_placed() -> Json:
        raise SystemExit(3)

    assert dict(replay(placed(), order_placed).error.details)["raised"] == "RuntimeError: SystemExit: 3"


def test_a_producer_that_hangs_is_errored_and_holds_nobody_up() -> None:
    forever = threading.Event()

    @message_producer("OrderPlaced")
    def order_placed() -> Json:
        forever.wait()
        return {}

    result = replay(placed(), order_placed)
    forever.set()
    assert (result.reason, result.error.summary) == ("time-out", "No whole answer came within 0.2 s.")


def test_a_producer_that_needs_what_no_state_gives_is_errored() -> None:
    @message_producer("OrderPlaced")
    def order_placed(id: int, total: float) -> Json:  # noqa: A002
        return {"id": id, "total": total}

    @provider_state("order exists")
    def order_exists(id: str) -> None: ...  # noqa: A002

    result = replay(placed(given={"order exists": {"id": "a"}}), order_placed, order_exists)
    assert str(result.error) == (
        'The producer of the message "OrderPlaced" does not take the values of the states.\n\n'
        "  provider   producers.py\n"
        f"  producer   order_placed, {__file__}:{order_placed.__code__.co_firstlineno}\n"
        "  missing    total, which the producer requires\n"
        '  wrong      id: "a": Input should be a valid integer, unable to parse string as an integer\n\n'
        "Change its parameters, or have a state handler return what it needs."
    )


@pytest.mark.parametrize(
    ("returned", "received"),
    [
        (object, "type, which is no JSON value (type)"),
        (float("nan"), "float, which is no JSON value (nan is no JSON number)"),
        (({}, {}, {}), "a tuple of 3, where a pair of a body and metadata was expected"),
        (({}, {1: "a"}), "metadata with names that are no texts"),
        (({}, {"a": object}), "metadata that are no JSON values (type)"),
    ],
)
def test_what_is_no_message_is_errored(returned: object, received: str) -> None:
    result = produce(returned)
    assert result.error is not None
    assert result.error.summary == 'The producer of the message "OrderPlaced" returned no message.'
    assert dict(result.error.details)["received"].startswith(received.partition(" (")[0])


def test_two_producers_of_one_message_are_refused() -> None:
    @message_producer("OrderPlaced")
    def first() -> None: ...

    @message_producer("OrderPlaced")
    def second() -> None: ...

    with pytest.raises(UsageError) as caught:
        producers_of(module_of(first, second))
    assert str(caught.value) == (
        "The message 'OrderPlaced' has two producers.\n\n"
        f"  first    {__file__}:{first.__code__.co_firstlineno}\n"
        f"  second   {__file__}:{second.__code__.co_firstlineno}\n\n"
        "Keep one of them, or name one after the description of its interaction."
    )


def test_a_decorator_without_a_name_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        message_producer(lambda: None)  # type: ignore[arg-type]
    assert caught.value.explanation.next_step == 'Write the name in brackets: @message_producer("OrderPlaced").'


def test_a_message_of_a_plugin_is_errored_not_judged() -> None:
    foreign = placed().__class__(
        key="p",
        description="a plugin's",
        exchange=Message(contents=BinaryBody(b"\x08\x07")),
        kept={"interaction": {"pluginConfiguration": {"protobuf": {"message": "Order"}}}},
    )
    result = produce(b"\x08\x07", foreign)
    assert (result.reason, result.error and result.error.summary) == (
        "cannot be compared",
        "The message is written for a plugin of Pact, whose rules cannot be read here.",
    )


# a URL


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


def encoded(value: Json) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_a_url_is_asked_as_pact_asks(server: HTTPServer) -> None:
    asked = []

    def answer(request: Request) -> Response:
        asked.append((json.loads(request.data), request.headers["authorization"]))
        metadata = {"Pact-Message-Metadata": encoded({"topic": "orders"})}
        return Response('{"id": 12}', content_type="application/json", headers=metadata)

    @provider_state("order exists")
    def order_exists(id: int) -> None: ...  # noqa: A002

    server.expect_request("/messages", method="POST").respond_with_handler(answer)
    interaction = placed(metadata={**JSON, "topic": "orders"}, given={"order exists": {"id": 7}})
    result = replay(interaction, order_exists, way=MessageUrl(server.url_for("/messages")))
    assert result.outcome is Outcome.PASSED
    assert asked == [
        (
            {"description": "an order was placed", "providerStates": [{"name": "order exists", "params": {"id": 7}}]},
            "Bearer t",
        )
    ]


def test_a_message_from_a_url_that_does_not_fit_fails(server: HTTPServer) -> None:
    server.expect_request("/").respond_with_data('{"id": "12"}', content_type="application/json")
    result = replay(placed(), way=MessageUrl(server.url_for("/")))
    assert [str(each.location) for each in result.mismatches] == ["message.contents.id"]


def test_a_url_that_refuses_is_errored_with_what_it_said(server: HTTPServer) -> None:
    server.expect_request("/").respond_with_data("unknown message", status=404)
    result = replay(placed(), way=MessageUrl(server.url_for("/")))
    assert str(result.error) == (
        "The message URL answered 404.\n\n"
        f"  provider    {server.url_for('/')}\n"
        "  asked for   an order was placed\n"
        "  it said     unknown message\n\n"
        "Is its path right, and does it know a message of this description?"
    )


@pytest.mark.parametrize("header", ["no base64!", encoded([1]), base64.b64encode(b"{").decode()])
def test_metadata_that_are_no_object_in_base64_are_a_broken_answer(server: HTTPServer, header: str) -> None:
    server.expect_request("/").respond_with_data("{}", headers={"pact-message-metadata": header})
    result = replay(placed(), way=MessageUrl(server.url_for("/")))
    assert (result.reason, result.error.summary) == (
        "broken answer",
        "The answer could not be read: the header pact-message-metadata is no JSON object in base64.",
    )


def test_a_url_that_hangs_is_errored(server: HTTPServer) -> None:
    waiting = threading.Event()

    def answer(_: Request) -> Response:
        waiting.wait(5)
        return Response("{}")

    server.expect_request("/").respond_with_handler(answer)
    result = replay(placed(), way=MessageUrl(server.url_for("/"), timeout=0.1))
    waiting.set()
    assert (result.reason, result.error.summary) == ("time-out", "No whole answer came within 0.1 s.")


def test_nobody_at_the_url_ends_the_verification(unused_port: int) -> None:
    with pytest.raises(ProviderUnreachableError) as caught:
        replay(placed(), way=MessageUrl(f"http://user:secret@127.0.0.1:{unused_port}/messages"))
    assert str(caught.value) == (
        f"Nothing takes connections at http://127.0.0.1:{unused_port}/messages.\n\n"
        "  reason   connection refused\n\n"
        "Start what answers with messages there, or say where it runs with --messages-url."
    )


@pytest.mark.parametrize("url", ["", "orders", "/messages", "kafka://broker/orders", "http://"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        MessageUrl(url)
    assert (
        str(caught.value)
        == (
            "The URL of the messages cannot be used.\n\n"
            "  expected   a URL such as http://localhost:8000/_messages\n"
            f"  received   {url}"
        ).rstrip()
    )
