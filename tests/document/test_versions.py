"""Files of every version as tools in the wild write them: read whole, and nothing in them lost."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contractkit.cli.rule_faults import find_rule_faults
from contractkit.document import content_id, downgrade_contract, dump_contract, load_contract, read_contract
from contractkit.errors import ContractFileError
from contractkit.matching import compile_comparison
from contractkit.model import (
    BinaryBody,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    SynchronousMessages,
    TextBody,
    parse_location,
)
from tests.document.strategies import json_values
from tests.document.test_properties import loads_or_refuses, places
from tests.document.version_files import FILES, V1, V2, V3, V3_MESSAGES, V4

MAPS = {"headers", "query", "matchingRules", "generators", "body", "header", "path", "status", "content", "contents"}
"""Members of which the names are names of something: what is added there is one more of it."""

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck))


def load(tree):
    return load_contract(json.dumps(tree).encode(), origin="a.json")


def by_description(tree):
    return {each.description: each for each in load(tree).interactions}


@pytest.mark.parametrize("version", FILES)
def test_a_file_is_read_without_a_warning_but_for_kinds_that_nobody_knows(version):
    loaded = read_contract(json.dumps(FILES[version]).encode(), origin="a.json", rule_check=find_rule_faults)
    assert loaded.contract.specification == version[:3]
    assert [each.pointer for each in loaded.warnings] == (["/interactions/3"] if version == "4.0" else [])


def test_version_1_is_read_whole():
    order, new = (by_description(V1)[name] for name in ("an order", "a new order"))
    assert order.states == (ProviderState(name="order exists"),)
    assert order.exchange.request == HttpRequest(
        method="GET",
        path="/orders/7",
        query={"expand": ("lines",), "limit": ("5",)},
        headers={"accept": ("application/json",)},
    )
    assert new.exchange.request.body == TextBody("plain text")
    assert new.exchange.response == HttpResponse(status=201, body=EmptyBody())


def test_version_2_is_read_whole():
    order = by_description(V2)["an order"]
    assert order.exchange.request.query == {"a": ("1", "2"), "b": (None,)}
    assert [(str(each.location), each.rules[0].name, dict(each.rules[0].attributes)) for each in order.rules] == [
        ("request.body.lines", "type", {"min": 1}),
        ("request.body.lines[*].sku", "type", {}),
        ("request.headers['content-type']", "regex", {"regex": "application/json.*"}),
        ("request.path", "regex", {"regex": "/orders/\\d+"}),
        ("request.query.a", "type", {}),
        ("response.body", "type", {}),
        ("response.body.placed", "date", {"format": "yyyy-MM-dd"}),
        ("response.headers['x-a']", "type", {}),
    ]


def test_version_3_is_read_whole():
    order = by_description(V3)["an order"]
    assert order.states == (ProviderState(name="order exists", params={"id": 7}), ProviderState(name="signed in"))
    assert [(str(each.location), each.combine, [rule.name for rule in each.rules]) for each in order.rules] == [
        ("request.headers['x-b'][0]", "AND", ["number"]),
        ("request.path", "AND", ["regex"]),
        ("request.query.a", "OR", ["integer", "null"]),
        ("response.body.map", "AND", ["values"]),
        ("response.body.map.*.b", "AND", ["integer"]),
        ("response.body.when", "AND", ["timestamp"]),
        ("response.status", "AND", ["integer"]),
    ]
    assert [(str(each.location), each.name) for each in order.generators] == [
        ("request.path", "ProviderState"),
        ("request.query.a", "RandomInt"),
        ("response.body.id", "RandomInt"),
    ]


def test_messages_of_version_3_are_read_whole():
    placed, text = (by_description(V3_MESSAGES)[name] for name in ("an order was placed", "a text"))
    assert placed.exchange == Message(
        contents=JsonBody({"id": 7, "placed": "2026-11-20"}),
        metadata={"contentType": "application/json", "topic": "orders", "attempt": 1},
    )
    assert [str(each.location) for each in placed.rules] == ["message.contents.id", "message.metadata.topic"]
    assert text.exchange == Message(contents=TextBody("hello"), metadata={"contentType": "text/plain"})


def test_version_4_is_read_whole():
    order, placed, question = (by_description(V4)[name] for name in ("an order", "an order was placed", "a question"))
    assert (order.pending, order.comments, order.transport) == (True, ("first", "second"), "http")
    assert order.exchange.request.query == {"flag": (None,), "a": ("1",)}
    assert order.exchange.response.body == BinaryBody(b"\0\1", "image/png")
    assert placed.exchange.contents == JsonBody({"id": 7, "lines": [{"sku": "a"}]})
    assert [str(each.location) for each in placed.rules] == ["message.contents.id", "message.contents.lines"]
    avro = "avro/binary;record=Order"
    assert question.exchange == SynchronousMessages(
        request=Message(contents=BinaryBody(b"\1\2", avro), metadata={"contentType": avro}),
        responses=(
            Message(contents=JsonBody({"id": 7})),
            Message(contents=TextBody("done"), metadata={"last": True}),
        ),
    )
    assert [str(each.location) for each in question.rules] == ["request.contents"]


def objects_to_extend():
    """Give every object of the files to which a member may be added that nobody knows, by its way from the root."""
    for version, tree in FILES.items():
        for way, value in ways(tree):
            if isinstance(value, dict) and takes_more(version, way, value):
                yield pytest.param(version, way, id=f"{version}-{'.'.join(map(str, way)) or 'root'}")


def takes_more(version, way, value):
    """Say whether an object is no payload, no map of names, and nothing that a broker adds."""
    last = way[-1] if way else ""
    if version == "4.0" and last in ("body", "contents") and "matchingRules" not in way and "generators" not in way:
        return "content" in value
    payloads = ("body", "contents", "content", "params", "metaData", "_links")
    inside = any(step in payloads for step in way) and "matchingRules" not in way and "generators" not in way
    return not inside and (last not in MAPS or last == "status") and way[-2:] != ("matchingRules", "metadata")


def ways(value, way=()):
    yield way, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from ways(child, (*way, step))


@pytest.mark.parametrize(("version", "way"), list(objects_to_extend()))
def test_a_member_that_nobody_knows_survives_a_rewrite_wherever_it_stands(version, way):
    tree = copy.deepcopy(FILES[version])
    holder = tree
    for step in way:
        holder = holder[step]
    holder["x-unknown"] = {"kept": [1, 1.0]}
    dumped = dump_contract(load(tree))
    found = [value for _, value in ways(json.loads(dumped)) if isinstance(value, dict) and "x-unknown" in value]
    assert [each["x-unknown"] for each in found] == [{"kept": [1, 1.0]}]
    assert dump_contract(load(json.loads(dumped))) == dumped


@pytest.mark.parametrize("version", FILES)
def test_a_rewrite_changes_nothing_that_is_verified(version):
    contract = load(FILES[version])
    assert load_contract(dump_contract(contract), origin="again") == contract


def test_the_sides_of_synchronous_messages_are_compared_under_their_own_rules():
    question = by_description(V4)["a question"]
    rules = (
        *question.rules,
        LocatedRules(location=parse_location("responses[0].contents.id"), rules=(Rule("integer"),)),
    )
    compare = compile_comparison(question.exchange.parts(), rules)
    assert compare(question.exchange.parts()) == ()
    answers = (replace(question.exchange.responses[0], contents=JsonBody({"id": "7"})), question.exchange.responses[1])
    wrong = replace(question.exchange, responses=answers)
    assert [str(each.location) for each in compare(wrong.parts())] == ["responses[0].contents.id"]


HOSTILE = {
    "thousands of wildcards": ({"a": 1}, {"$" + ".*" * 5_000: {"match": "type"}}),
    "thousands of indexes": (
        [[[1] * 10] * 10] * 10,
        {"$" + "[*]" * number: {"match": "type"} for number in range(1, 500)},
    ),
    "a long name": ({"a": 1}, {f"$.{'a' * 500_000}": {"match": "type"}}),
    "many rules": ([[1] * 100] * 100, {f"$[*][*].x{number}": {"match": "type"} for number in range(3_000)}),
    "a deep body": (json.loads("[" * 200 + "]" * 200), {"$": {"match": "type"}}),
    "large numbers": ([10**4_000, -(10**4_000), 1.7e308, 5e-324], {"$": {"match": "type"}}),
    "many members": ({str(number): number for number in range(50_000)}, {"$.*": {"match": "type"}}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_and_written_like_any_other(name):
    body, rules = HOSTILE[name]
    tree = copy.deepcopy(V3)
    tree["interactions"][0]["response"].update(body=body, matchingRules={"body": rules}, generators={})
    loaded = read_contract(json.dumps(tree).encode(), origin="a.json", rule_check=find_rule_faults)
    assert loaded.contract.interactions[0].exchange.response.body == JsonBody(body)
    assert load_contract(dump_contract(loaded.contract), origin="again") == loaded.contract
    assert downgrade_contract(loaded.contract, "3")


@pytest.mark.parametrize(
    "text",
    [
        b'{"interactions": ' * 100_000,
        b'{"interactions": [' * 100_000 + b"]}" * 100_000,
        b'{"a": "' + b"\\" * 1_000_000,
        b'{"a": ' + b"9" * 1_000_000 + b"}",
        b"-" * 1_000_000,
        b'"' + b"\\ud800" * 100_000 + b'"',
    ],
    ids=["objects", "lists", "backslashes", "digits", "signs", "surrogates"],
)
def test_a_hostile_text_is_refused_with_its_place(text):
    with pytest.raises(ContractFileError) as raised:
        load_contract(text, origin="a.json")
    assert raised.value.explanation.summary == "a.json is not JSON."
    assert [label for label, _ in raised.value.explanation.details] == ["line", "column", "problem"]


mutations = st.lists(st.tuples(st.randoms(use_true_random=False), json_values), min_size=1, max_size=3)


@relaxed
@pytest.mark.slow
@given(st.sampled_from(sorted(FILES)), mutations)
def test_a_file_with_some_values_replaced_is_read_or_refused(version, replaced):
    tree = mutated(version, replaced)
    loads_or_refuses(tree)
    try:
        contract = load_contract(json.dumps(tree).encode(), origin="a.json", rule_check=find_rule_faults)
        assert content_id(contract).startswith("sha256:")
        downgrade_contract(contract, "3")
        downgrade_contract(contract, "2")
    except ContractFileError as error:
        assert str(error)


def mutated(version, replaced):
    tree = copy.deepcopy(FILES[version])
    for random, value in replaced:
        holder, key = random.choice(list(places(tree)))
        holder[key] = value
    return tree
