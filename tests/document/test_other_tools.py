"""Files that other tools wrote: the specification's own cases, and the consumer side of pact-python."""

import json
from urllib.request import Request, urlopen

import pytest

from contractkit.document import dump_contract, read_contract, read_message, read_request, read_response
from contractkit.exact_json import read_json
from contractkit.model import (
    BinaryBody,
    HttpCall,
    JsonBody,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    SynchronousMessages,
    parse_location,
)

READERS = {"request": read_request, "response": read_response, "message": read_message}


@pytest.mark.slow
def test_every_case_of_the_specification_is_read(test_data):
    paths = sorted(test_data("conformance/pact-spec").glob("v*/*/*/*.json"))
    for path in paths:
        case = read_json(path.read_bytes())
        for side in ("expected", "actual"):
            read = READERS[case["part"]](case[side], case["spec"])
            assert len(read.rules) == number_of_rules(case[side].get("matchingRules", {})), path
    assert len(paths) == 587


@pytest.mark.parametrize(
    ("name", "locations"),
    [
        ("minmax-type-matcher-v3", ["request.body.one", "request.body.one.a.ids", "request.body.two.*.ids"]),
        ("integer-type-matcher-v3", ["request.body.one", "request.headers['x-a']", "request.query.a"]),
        ("regex-matcher-header-v2", ["request.headers['x-test']"]),
        ("arraycontains-matcher-v4", ["request.body.actions"]),
        ("values-matcher-v3", ["request.body", "request.body.*"]),
    ],
)
def test_rules_of_the_compatibility_suite_are_located(test_data, name, locations):
    rules = read_json(test_data(f"conformance/pact-compat/fixtures/{name}.json").read_bytes())
    read = read_request({"matchingRules": rules}, "4.0" if "v2" not in name else "2.0")
    assert [str(each.location) for each in read.rules] == locations


@pytest.mark.slow
@pytest.mark.parametrize(("version", "specification"), [("V2", "2.0"), ("V3", "3.0"), ("V4", "4.0")])
def test_calls_that_pact_python_recorded_are_read_without_loss(tmp_path, version, specification):
    loaded = written_by_pact_python(tmp_path, version)
    assert loaded.warnings == ()
    assert loaded.contract.specification == specification
    binary, order, text = loaded.contract.interactions
    assert binary.exchange.response.body == BinaryBody(b"\x00\x01", "image/png")
    assert text.exchange.response.body.text == "hello"
    assert isinstance(order.exchange, HttpCall)
    assert order.exchange.request.query == {"ids[]": ("1", "2"), "limit": ("5",)}
    assert order.exchange.request.headers["x-a"] == ("abc",)
    assert order.exchange.response.body == JsonBody({"id": 7, "lines": [{"sku": "x"}]})
    assert order.states[0].name == "order exists"
    assert order.rules == (
        LocatedRules(location=parse_location("request.headers['x-a']"), rules=(Rule("regex", {"regex": "[a-z]+"}),)),
        LocatedRules(location=parse_location("response.body.id"), rules=(Rule("type"),)),
        LocatedRules(location=parse_location("response.body.lines"), rules=(Rule("type", {"min": 1}),)),
    )
    assert_survives_a_rewrite(loaded)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["V3", "V4"])
def test_messages_that_pact_python_recorded_are_read_without_loss(tmp_path, version):
    from pact import Pact, match

    pact = Pact("web-shop", "orders").with_specification(version)
    message = pact.upon_receiving("an event", "Async").given("order exists", id=7)
    message.with_body({"id": match.int(1)}, "application/json").with_metadata({"topic": "orders"})
    pact.write_file(tmp_path)
    loaded = read_file(tmp_path)
    (read,) = loaded.contract.interactions
    assert read.states == (ProviderState(name="order exists", params={"id": 7}),)
    assert isinstance(read.exchange, Message)
    assert read.exchange.contents == JsonBody({"id": 1})
    assert read.exchange.metadata["topic"] == "orders"
    assert read.rules == (LocatedRules(location=parse_location("message.contents.id"), rules=(Rule("integer"),)),)
    assert_survives_a_rewrite(loaded)


@pytest.mark.slow
def test_synchronous_messages_of_pact_python_are_read_without_loss(tmp_path):
    from pact import Pact, match

    pact = Pact("web-shop", "orders").with_specification("V4")
    question = pact.upon_receiving("a question", "Sync").given("order exists", id=7).with_body({"id": match.int(1)})
    question.with_metadata({"topic": "q"}).will_respond_with().with_body({"b": match.like(1)})
    pact.write_file(tmp_path)
    (path,) = tmp_path.glob("*.json")
    loaded = read_file(tmp_path)
    assert loaded.warnings == ()
    (read,) = loaded.contract.interactions
    said = {"contentType": "application/json"}
    assert read.exchange == SynchronousMessages(
        request=Message(contents=JsonBody({"id": 1}), metadata={**said, "topic": "q"}),
        responses=(Message(contents=JsonBody({"b": 1}), metadata=said),),
    )
    assert read.rules == (
        LocatedRules(location=parse_location("request.contents.id"), rules=(Rule("integer"),)),
        LocatedRules(location=parse_location("responses[0].contents.b"), rules=(Rule("type"),)),
    )
    assert read.states == (ProviderState(name="order exists", params={"id": 7}),)
    (written,) = json.loads(dump_contract(loaded.contract))["interactions"]
    (original,) = json.loads(path.read_bytes())["interactions"]
    assert said_by(written["request"]) == said_by(original["request"])
    assert list(map(said_by, written["response"])) == list(map(said_by, original["response"]))
    assert_survives_a_rewrite(loaded)


def said_by(side):
    return side["contents"], side["metadata"]


def written_by_pact_python(folder, version):
    from pact import Pact, match

    pact = Pact("web-shop", "orders").with_specification(version)
    order = pact.upon_receiving("order").given("order exists").with_request("POST", "/orders/7")
    order.with_query_parameter("limit", "5").with_query_parameter("ids[]", "1").with_query_parameter("ids[]", "2")
    order.with_header("X-A", match.regex("abc", regex="[a-z]+")).with_body({"q": 2}, "application/json")
    lines = match.each_like({"sku": "x"}, min=1)
    order.will_respond_with(200).with_body({"id": match.like(7), "lines": lines}, "application/json")
    binary = pact.upon_receiving("binary").with_request("GET", "/binary").will_respond_with(200)
    binary.with_binary_body(b"\x00\x01", "image/png")
    pact.upon_receiving("text").with_request("GET", "/text").will_respond_with(200).with_body("hello", "text/plain")
    with pact.serve() as server:
        headers = {"X-A": "abc", "Content-Type": "application/json"}
        url = f"{server.url}/orders/7?limit=5&ids[]=1&ids[]=2"
        for request in (
            Request(url, data=b'{"q": 2}', headers=headers, method="POST"),
            Request(f"{server.url}/binary"),
            Request(f"{server.url}/text"),
        ):
            urlopen(request).close()
    pact.write_file(folder)
    return read_file(folder)


def read_file(folder):
    (path,) = folder.glob("*.json")
    return read_contract(path.read_bytes(), origin=path.name)


def assert_survives_a_rewrite(loaded):
    assert read_contract(dump_contract(loaded.contract), origin="rewritten").contract == loaded.contract


def number_of_rules(rules):
    flat = [name for name in rules if name.startswith("$")]
    single = [name for name in rules if name in ("path", "method", "status")]
    addressed = [name for name in rules if name not in flat and name not in single]
    return len(flat) + len(single) + sum(len(rules[name]) for name in addressed)
