"""`contractkit usage`: who uses what, from files and from a broker, and what of a definition nobody needs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.cli.compared import load_compared
from contractkit.document import dump_contract
from contractkit.impact.unused import operations_in_use
from contractkit.impact.usage import Sureness, Unused, UsedPlace
from contractkit.impact.usage_words import why_unused
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    Need,
    Needs,
    TestReference,
    UnknownNeeds,
    parse_location,
)
from contractkit.settings import load_settings

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.4.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      parameters: [{name: currency, in: query, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    delete:
      operationId: cancelOrder
      responses: {'204': {description: gone}}
components:
  schemas:
    Order:
      type: object
      required: [total, status]
      properties:
        total: {type: number}
        status: {type: string}
        note: {type: string}
        parent: {$ref: '#/components/schemas/Order'}
        lines: {type: array, items: {type: object, properties: {sku: {type: string}, gift: {type: boolean}}}}
"""
LINES = [{"sku": "ink", "gift": False}]


def contract(consumer: str, body: dict[str, object], needs: Needs, path: str = "/orders/7") -> bytes:
    call = HttpCall(
        request=HttpRequest(method="GET", path=path), response=HttpResponse(status=200, body=JsonBody(body))
    )
    test = TestReference(node_id="tests/test_a.py::test_a", file="tests/test_a.py", line=3)
    one = Interaction(
        key="k", description="getOrder answers 200", exchange=call, evidence=(Evidence(test=test, needs=needs),)
    )
    return dump_contract(Contract(consumer=consumer, provider="orders", interactions=(one,)))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(DEFINITION)
    Path("contracts").mkdir()
    body = {"total": 1.5, "status": "paid", "lines": LINES}
    total, lines, sku, status = (
        parse_location(f"response.body.{place}") for place in ("total", "lines", "lines[*].sku", "status")
    )
    needs = InferredNeeds(needed=(Need(location=total), Need(location=lines), Need(location=sku)), tolerated=(status,))
    Path("contracts/web-shop-orders.json").write_bytes(contract("web-shop", body, needs))
    return tmp_path


def test_who_uses_what_is_said_by_operation_and_place(contractkit: Callable) -> None:
    ended = contractkit("usage", "--location", "response.body")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "orders is used by web-shop.\n\n"
        "GET /orders/7\n"
        "  response.body.lines           web-shop: needs it\n"
        "  response.body.lines[*].gift   web-shop: needs it\n"
        "  response.body.lines[*].sku    web-shop: needs it\n"
        "  response.body.status          web-shop: does without\n"
        "  response.body.total           web-shop: needs it\n"
    )


def test_of_what_nobody_calls_the_answer_is_that_it_may_go(contractkit: Callable) -> None:
    ended = contractkit("usage", "--definition", "orders.yaml", "--operation", "cancelOrder")
    assert (ended.code, ended.out) == (
        0,
        "orders is used by nobody there, as far as contracts say.\n\n"
        "Safe to delete, as far as these contracts go:\n"
        "  cancelOrder: nobody who is known calls it\n",
    )


def test_a_definition_of_another_transport_says_nothing_of_the_contracts(contractkit: Callable) -> None:
    Path("shop.proto").write_text('syntax = "proto3"; message A {} service S { rpc C(A) returns (A); }')
    ended = contractkit("usage", "--definition", "shop.proto")
    assert (ended.code, ended.out, ended.err) == (
        3,
        "",
        "The definition does not speak of any interaction of the contracts: they are over another transport.\n\n"
        "  definition   shop.proto\n\n"
        "Name the definition of that transport: OpenAPI for HTTP, protobuf for gRPC, JSON Schemas or AsyncAPI for "
        "messages.\n",
    )


def test_a_definition_of_another_service_says_nothing_of_the_contracts(contractkit: Callable) -> None:
    Path("stock.yaml").write_text(DEFINITION.replace("/orders", "/stock").replace("Order", "Item"))
    ended = contractkit("usage", "--definition", "stock.yaml")
    assert (ended.code, ended.out, ended.err) == (
        3,
        "",
        "The definition has none of the operations that the contracts use, so it is another one than theirs.\n\n"
        "  definition   stock.yaml\n"
        "  in use       GET /orders/7\n\n"
        "Name the definition of the service that the contracts are with.\n",
    )


def test_operations_in_use_that_a_definition_does_not_have_are_told(contractkit: Callable) -> None:
    Path("contracts/till-orders.json").write_bytes(contract("till", {}, UnknownNeeds(), "/tills/7"))
    ended = contractkit("usage", "--definition", "orders.yaml", "--format", "json")
    assert (ended.code, ended.err) == (0, "In use, and not in orders.yaml: GET /tills/7.\n")
    assert [each["operation"] for each in json.loads(ended.out)["unused"]].count("cancelOrder") == 1


def test_procedures_that_a_definition_does_not_have_likewise(contractkit: Callable) -> None:
    definition = 'syntax = "proto3"; package shop; message A {} service S { rpc C(A) returns (A); }'
    Path("shop.proto").write_text(definition)
    used = UsedPlace(operation="shop.S/C", location="sent[*].message.a", consumers={"web": True})
    gone = UsedPlace(operation="shop.S/D", location="sent[*].message.a", consumers={"web": True})
    loaded = load_compared("shop.proto", load_settings(Path.cwd()))
    assert operations_in_use(loaded.definition, [used, gone]) == ({"shop.S/C"}, {"shop.S/D"})


def test_contracts_without_interactions_tell_of_no_use(contractkit: Callable) -> None:
    empty = Contract(consumer="web-shop", provider="orders", interactions=())
    Path("contracts/web-shop-orders.json").write_bytes(dump_contract(empty))
    ended = contractkit("usage", "orders")
    assert (ended.code, ended.out, ended.err) == (
        3,
        "",
        "The contracts with orders have no interactions, so nothing is known of who uses it.\n\n"
        "  consumers   web-shop\n",
    )


@pytest.mark.parametrize("location", ["/lines/0/sku", "lines[0].sku", "response.body.lines[2].sku"])
def test_a_place_is_found_as_people_write_it(location: str, contractkit: Callable) -> None:
    ended = contractkit("usage", "--location", location)
    assert ended.out.partition("\n\n")[2] == "GET /orders/7\n  response.body.lines[*].sku   web-shop: needs it\n"


@pytest.mark.parametrize(("consumers", "said"), [(("till",), "till uses"), (("app", "till"), "app, till use")])
def test_of_whom_nobody_knows_what_they_use_is_said(consumers: tuple[str, ...], said: str) -> None:
    found = Unused(operation="getOrder", location="", sureness=Sureness.LIKELY, consumers=consumers)
    assert why_unused(found) == f"nobody is known to use it, but what {said} is not known"


def test_of_a_place_that_no_contract_holds_likewise(contractkit: Callable) -> None:
    ended = contractkit("usage", "--definition", "orders.yaml", "--location", "response.body.note")
    assert (ended.code, ended.out.partition("\n\n")[2]) == (
        0,
        "Safe to delete, as far as these contracts go:\n"
        "  getOrder: nobody who is known needs it\n"
        "    response.body.note\n",
    )


def test_what_nobody_needs_is_safe_to_delete_as_far_as_contracts_go(contractkit: Callable) -> None:
    ended = contractkit("usage", "orders", "--definition", "orders.yaml")
    assert ended.out.endswith(
        "Safe to delete, as far as these contracts go:\n"
        "  getOrder: nobody who is known needs it\n"
        "    request.query.currency\n"
        "    response.body.status\n"
        "    response.body.note\n"
        "    response.body.parent\n"
        "  cancelOrder: nobody who is known calls it\n"
    )


def test_unknown_needs_leave_it_open(contractkit: Callable) -> None:
    Path("contracts/app-orders.json").write_bytes(contract("app", {"total": 2.5, "status": "paid"}, UnknownNeeds()))
    ended = contractkit("usage", "orders", "--definition", "orders.yaml", "--format", "json")
    said = json.loads(ended.out)
    assert [(each["location"], each["sureness"], each["consumers"]) for each in said["unused"]] == [
        ("request.query.currency", "proved", []),
        ("response.body.note", "likely", ["app"]),
        ("response.body.parent", "likely", ["app"]),
        ("response.body.status", "unknown", ["app"]),
        (None, "proved", []),
    ]
    (status,) = (each for each in said["places"] if each["location"] == "response.body.status")
    assert status["consumers"] == [{"name": "app", "needed": None}, {"name": "web-shop", "needed": False}]


def test_a_mistake_in_one_operation_hides_nothing_of_the_others(contractkit: Callable) -> None:
    broken = DEFINITION.replace("'204': {description: gone}", "'204': {$ref: '#/nowhere'}")
    Path("orders.yaml").write_text(broken.replace("delete:", "delete:\n      parameters: [{$ref: '#/nowhere'}]"))
    deleted = contract("till", {}, UnknownNeeds()).replace(b'"GET"', b'"DELETE"')
    Path("contracts/till-orders.json").write_bytes(deleted)
    ended = contractkit("usage", "orders", "--definition", "orders.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert "  cancelOrder: the definition has a mistake there, so nothing of it can be said\n" in f"{ended.out}\n"
    assert "  getOrder: nobody who is known needs it\n    request.query.currency\n" in ended.out


@pytest.mark.parametrize("name", ["getOrder", "GET /orders/7", "GET /orders/{id}"])
def test_a_definition_says_which_operation_a_method_and_a_path_are(name: str, contractkit: Callable) -> None:
    ended = contractkit("usage", "orders", "--definition", "orders.yaml", "--operation", name, "--format", "json")
    assert {each["operation"] for each in json.loads(ended.out)["places"]} == {"getOrder"}
    alone = contractkit("usage", "orders", "--operation", "getOrder")
    assert (alone.code, alone.err) == (3, "No contract calls getOrder.\n\nDid you mean GET /orders/7?\n")


@pytest.mark.slow
def test_a_broker_says_the_same(contractkit: Callable, broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    published = contractkit(
        "publish", "contracts", "--broker", broker, "--version", "4.1.0", "--branch", "main", "--allow-unconfirmed"
    )
    assert published.code == 0, published.err
    asked = contractkit("usage", "orders", "--broker", broker, "--definition", "orders.yaml")
    assert (asked.code, asked.out) == (0, contractkit("usage", "orders", "--definition", "orders.yaml").out)
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    shutil.rmtree("contracts")
    assert contractkit("usage", "orders", "--definition", "orders.yaml").out == asked.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oders"], "The broker knows no application named 'oders'.\n\nDid you mean orders?"),
        (["orders", "--environment", "prodution"], "The broker knows no environment named 'prodution'."),
        (["orders", "--branch", "mian"], "The broker knows no branch named 'mian'.\n\nDid you mean main?"),
        (["orders", "--environment", "test", "--branch", "main"], "--environment and --branch exclude each other."),
    ],
)
def test_names_that_a_broker_does_not_know_are_told_with_the_nearest(
    contractkit: Callable, broker: str, arguments: list[str], said: str
) -> None:
    contractkit(
        "publish", "contracts", "--broker", broker, "--version", "4.1.0", "--branch", "main", "--allow-unconfirmed"
    )
    ended = contractkit("usage", *arguments, "--broker", broker)
    assert (ended.code, ended.err.startswith(said)) == (2, True), ended.err


@pytest.mark.slow
def test_where_no_contract_counts_it_is_said_where_was_looked(contractkit: Callable, broker: str) -> None:
    contractkit("publish", "contracts", "--broker", broker, "--version", "4.1.0", "--allow-unconfirmed")
    contractkit("environment", "create", "till", "--broker", broker)
    secret = broker.replace("://", "://me:word@")  # which is not printed
    ended = contractkit("usage", "orders", "--broker", secret, "--environment", "till")
    assert (ended.code, ended.err) == (
        3,
        "No contract that counts is with orders, so nothing is known of who uses it.\n\n"
        f"  looked in     {broker}\n  provider      orders\n  environment   till\n\n"
        "Publish the consumers' contracts: contractkit publish, or ask more widely: leave out --environment\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("stock",), 3, "No contract is with stock."),
        (("order",), 3, "Did you mean orders?"),
        (("--operation", "getOrdr"), 3, "No contract calls getOrdr."),
        (("--location", "response.body.totl"), 3, "No contract uses response.body.totl. "),
        (("--contracts", "missing"), 2, "missing"),
        (
            ("--contracts", "contracts", "--broker", "http://127.0.0.1:9"),
            2,
            "--contracts and a broker exclude each other.",
        ),
        (("--environment", "production"), 2, "No broker is set."),
        (("--broker", "http://127.0.0.1:9"), 2, "A broker knows many services, and none was named."),
        (("orders", "--broker", "http://127.0.0.1:9"), 4, "http://127.0.0.1:9"),
        (("--definition", "missing.yaml"), 2, "missing.yaml"),
        (("--definition", "shop.proto"), 2, "The definition shop.proto does not compile."),
        (("orders", "more"), 2, "unexpected extra argument (more)"),
        (("",), 2, "it is empty; is a variable not set?"),
    ],
)
def test_wrong_use_is_said(
    arguments: tuple[str, ...], code: int, said: str, contractkit: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    Path("shop.proto").write_text('syntax = "proto3"; service S { rpc C(A) returns (A); }')
    ended = contractkit("usage", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said.strip() in ended.err
    assert "Traceback" not in ended.err


def test_an_empty_directory_is_nothing_to_check(contractkit: Callable) -> None:
    Path("contracts/web-shop-orders.json").unlink()
    assert contractkit("usage").code == 3
