"""Unary remote procedure calls in the form of Pact's protobuf plugin: what it wrote, and what we write."""

import base64
import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contractkit.document import content_id, dump_contract, load_contract, read_contract, skipped_interactions
from contractkit.document.descriptors import read_descriptors
from contractkit.errors import ContractkitError
from contractkit.model import (
    BinaryBody,
    Contract,
    HalfClosed,
    Interaction,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Sent,
    Status,
    WireForm,
    parse_location,
)
from tests.document.plugin_files import (
    STOCK,
    compiled,
    contents,
    dumped,
    encoded,
    md5,
    plain_decoder,
    plugin_call,
    plugin_file,
    rule,
)

ASKED = "application/protobuf;message=.stock.v1.GetRequest"
GIVEN = "application/protobuf;message=.stock.v1.Item"


@pytest.fixture(scope="module")
def descriptors(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("proto"))


@pytest.fixture
def sent(descriptors):
    return encoded(descriptors, "stock.v1.GetRequest", {"sku": "A-1"})


@pytest.fixture
def expected(descriptors):
    return encoded(descriptors, "stock.v1.Item", {"sku": "A-1", "count": 3})


@pytest.fixture
def read(descriptors):
    """Give a function that reads a file of the plugin with one descriptor set."""

    def read_file(*interactions, **more):
        tree = plugin_file(descriptors, *interactions, **more)
        return read_contract(dumped(tree), origin="a.json", decode=plain_decoder())

    return read_file


def test_a_call_that_the_plugin_wrote_is_read_as_events(read, descriptors, sent, expected):
    told = {"matchingRules": {"body": {"$.count": rule("integer")}, "metadata": {"x-cost": rule("regex", regex="1")}}}
    told["metadata"] = {"contentType": GIVEN, "x-cost": "1"}
    loaded = read(plugin_call(md5(descriptors), sent, expected, response=told))
    (interaction,) = loaded.contract.interactions
    assert loaded.warnings == ()
    assert interaction.exchange == RpcCall(
        procedure="stock.v1.Stock/Get",
        metadata={"x-tenant": "eu"},
        initial_metadata={"x-cost": "1"},
        events=(
            Sent(message=JsonBody({"sku": "A-1"}, ASKED)),
            HalfClosed(),
            Received(message=JsonBody({"sku": "A-1", "count": 3}, GIVEN)),
            Status(code="OK"),
        ),
    )
    assert {str(each.location): each.rules for each in interaction.rules} == {
        "events[0].message.sku": (Rule("type"),),
        "events[2].message.count": (Rule("integer"),),
        "initial_metadata['x-cost']": (Rule("regex", {"regex": "1"}),),
    }
    assert interaction.wire == WireForm(descriptors=descriptors, request=sent, response=expected)


@pytest.mark.parametrize("decode", [None, plain_decoder()], ids=["in bytes", "as trees"])
def test_a_file_that_the_plugin_wrote_is_rewritten_without_loss(descriptors, sent, expected, decode):
    call = plugin_call(
        md5(descriptors),
        sent,
        expected,
        configured={"expectations": {"request": {"sku": "matching(type, 'A-1')"}, "newer": 1}},
        interactionMarkup={"markup": "```protobuf```", "markupType": "COMMON_MARK"},
        comments={"text": ["a remark"], "testname": "TestStock", "mine": 1},
        providerStates=[{"name": "an item is there"}],
        unknown={"a": [1]},
    )
    del call["pending"]
    before = plugin_file(descriptors, call)
    loaded = read_contract(dumped(before), origin="a.json", decode=decode)
    after = json.loads(dump_contract(loaded.contract))
    assert after["interactions"] == before["interactions"]
    assert after["metadata"] == {**before["metadata"], "contractkit": {"format": 1}}
    assert load_contract(dump_contract(loaded.contract), origin="a.json", decode=decode) == loaded.contract


def test_the_content_is_the_same_whether_it_was_decoded_or_not(descriptors, sent, expected):
    data = dumped(plugin_file(descriptors, plugin_call(md5(descriptors), sent, expected)))
    in_bytes = load_contract(data, origin="a.json")
    as_trees = load_contract(data, origin="a.json", decode=plain_decoder())
    assert in_bytes.interactions[0].exchange.events[0] == Sent(message=BinaryBody(sent, ASKED))
    assert content_id(in_bytes) == content_id(as_trees)


def test_without_a_package_or_with_a_side_behind_it_the_method_is_found(read, descriptors, sent, expected):
    key = md5(descriptors)
    for service in ("Stock/Get", "Stock/Get:request", "stock.v1.Stock/Get", ".stock.v1.Stock/Get:response"):
        loaded = read(plugin_call(key, sent, expected, configured={"service": service}))
        assert [each.exchange.procedure for each in loaded.contract.interactions] == ["stock.v1.Stock/Get"]


@pytest.mark.parametrize("written", ["NOT_FOUND", "5", 5, "not_found"])
def test_an_error_is_read_by_name_and_by_number(read, descriptors, sent, written):
    told = {"metadata": {"grpc-status": written, "grpc-message": "no such item", "x-retry": "never"}}
    told["matchingRules"] = {"metadata": {"grpc-message": rule("type")}}
    (interaction,) = read(plugin_call(md5(descriptors), sent, None, response=told)).contract.interactions
    assert interaction.exchange.events[1:] == (
        HalfClosed(),
        Status(code="NOT_FOUND", message="no such item", trailers={"x-retry": "never"}),
    )
    assert parse_location("events[2].status_message") in [each.location for each in interaction.rules]


def test_of_several_responses_the_first_counts_as_in_the_plugin(read, descriptors, sent, expected):
    call = plugin_call(md5(descriptors), sent, expected)
    call["response"].append({"contents": contents(b"", ".stock.v1.Item")})
    loaded = read(call)
    (interaction,) = loaded.contract.interactions
    assert [type(each) for each in interaction.exchange.events] == [Sent, HalfClosed, Received, Status]
    assert json.loads(dump_contract(loaded.contract))["interactions"][0]["response"] == call["response"]


def test_what_the_file_does_not_hold_is_not_expected_unless_the_consumer_named_it(read, descriptors, sent):
    tree = {"sku": "A-1", "places": {"hall": {"row": 1}}, "route": [{"row": 1}, {"aisle": "b"}]}
    data = encoded(descriptors, "stock.v1.Item", tree)
    plain = read(plugin_call(md5(descriptors), sent, data))
    named = read(
        plugin_call(md5(descriptors), sent, data, configured={"expectations": {"response": {"tags": "eachValue()"}}})
    )
    assert expectation(plain) == tree
    assert expectation(named) == {**tree, "tags": []}


def test_several_descriptor_sets_and_versions_of_the_plugin_are_read(tmp_path, descriptors, sent, expected):
    other = compiled(tmp_path / "other", STOCK.replace("stock.v1", "stock.v2"))
    call = plugin_call(md5(descriptors), sent, expected)
    second = plugin_call(md5(other), sent, expected, configured={"service": ".stock.v2.Stock/Get"}, key="7b")
    tree = plugin_file(descriptors, call, second)
    tree["metadata"]["plugins"] += plugin_file(other, version="0.5.2")["metadata"]["plugins"]
    contract = load_contract(dumped(tree), origin="a.json")
    assert sorted(each.exchange.procedure for each in contract.interactions) == [
        "stock.v1.Stock/Get",
        "stock.v2.Stock/Get",
    ]
    assert json.loads(dump_contract(contract))["metadata"]["plugins"] == tree["metadata"]["plugins"]


BROKEN = {
    "an unknown key": (
        lambda tree: at(tree, "pluginConfiguration", "protobuf").update(descriptorKey="0" * 32),
        "/interactions/0/pluginConfiguration/protobuf/descriptorKey",
        'expected a key of metadata.plugins ({key}), received "00000000000000000000000000000000"',
    ),
    "no plugin": (
        lambda tree: tree["metadata"].pop("plugins"),
        "/interactions/0/pluginConfiguration/protobuf/descriptorKey",
        'expected a key of metadata.plugins (it has none), received "{key}"',
    ),
    "descriptors that are no base64": (
        lambda tree: entry(tree).update(protoDescriptors="%%"),
        "/interactions/0/pluginConfiguration/protobuf/descriptorKey",
        'expected descriptors that can be read, received "Only base64 data is allowed"',
    ),
    "descriptors that are cut short": (
        lambda tree: entry(tree).update(protoDescriptors=entry(tree)["protoDescriptors"][:40]),
        "/interactions/0/pluginConfiguration/protobuf/descriptorKey",
        'expected descriptors that can be read, received "the bytes end within a field"',
    ),
    "descriptors of another type": (
        lambda tree: entry(tree).update(protoDescriptors=5),
        "/interactions/0/pluginConfiguration/protobuf/service",
        'expected a method that its descriptors hold, received ".stock.v1.Stock/Get"',
    ),
    "an unknown method": (
        lambda tree: at(tree, "pluginConfiguration", "protobuf").update(service=".stock.v1.Stock/Drop"),
        "/interactions/0/pluginConfiguration/protobuf/service",
        'expected a method that its descriptors hold, received ".stock.v1.Stock/Drop"',
    ),
    "contents that are no base64": (
        lambda tree: at(tree, "request", "contents").update(content="a{"),
        "/interactions/0/request/contents/content",
        'expected base64 text, received "a{"',
    ),
    "an unknown status": (
        lambda tree: at(tree, "response", 0, "metadata").update({"grpc-status": "LOST"}),
        "/interactions/0/response/0/metadata/grpc-status",
        'expected the name or number of a gRPC status, received "LOST"',
    ),
    "no response": (
        lambda tree: tree["interactions"][0].update(response=[]),
        "/interactions/0/response",
        "expected a list with a response, received nothing",
    ),
    "no request": (
        lambda tree: tree["interactions"][0].pop("request"),
        "/interactions/0/request",
        "expected an object, received nothing",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_call_that_cannot_be_read_is_kept_with_a_warning_and_the_rest_is_read(name, descriptors, sent, expected):
    break_it, pointer, sentence = BROKEN[name]
    tree = plugin_file(descriptors, plugin_call(md5(descriptors), sent, expected))
    tree["interactions"].append({"type": "Asynchronous/Messages", "description": "an event"})
    break_it(tree)
    loaded = read_contract(dumped(tree), origin="a.json", decode=strict_decoder)
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        (pointer, f"{sentence.replace('{key}', md5(descriptors))}; the call is kept and skipped")
    ]
    assert [each.description for each in loaded.contract.interactions] == ["an event"]
    assert skipped_interactions(loaded.contract) == (tree["interactions"][0],)


def test_contents_that_do_not_decode_stay_bytes_and_count_as_before(descriptors, expected):
    data = dumped(plugin_file(descriptors, plugin_call(md5(descriptors), b"\x0a\x05", expected)))
    loaded = read_contract(data, origin="a.json", decode=strict_decoder)
    (interaction,) = loaded.contract.interactions
    assert interaction.exchange.events[0] == Sent(message=BinaryBody(b"\x0a\x05", ASKED))
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        ("/interactions/0/request/contents", "cannot be decoded and stays in bytes: The bytes are cut short")
    ]
    assert content_id(loaded.contract) == content_id(load_contract(data, origin="a.json"))


def test_a_synchronous_message_of_another_plugin_is_one_in_bytes(read, descriptors, sent, expected):
    call = plugin_call(md5(descriptors), sent, expected, pluginConfiguration={"avro": {"schema": "x"}})
    (interaction,) = read(call).contract.interactions
    assert interaction.exchange.request.contents == BinaryBody(sent, ASKED)
    assert interaction.kept == {"interaction": {"pluginConfiguration": {"avro": {"schema": "x"}}}}


# what we write


def ours(descriptors, sent, expected, **changes):
    call = RpcCall(
        procedure="stock.v1.Stock/Get",
        metadata={"x-tenant": "eu"},
        initial_metadata={"x-region": "eu"},
        events=(
            Sent(message=JsonBody({"sku": "A-1"}, ASKED)),
            HalfClosed(),
            Received(message=JsonBody({"sku": "A-1", "count": 3}, GIVEN)),
            Status(code="OK", trailers={"x-cost": "2"}),
        ),
    )
    places = ("events[2].message.count", "events[3].trailers['x-cost']", "initial_metadata['x-region']", "metadata")
    interaction = Interaction(
        key="k",
        description="an item",
        exchange=call,
        rules=tuple(LocatedRules(location=parse_location(place), rules=(Rule("type"),)) for place in places),
        wire=WireForm(descriptors=descriptors, request=sent, response=expected),
    )
    return Contract(consumer="web-shop", provider="stock", interactions=(replace(interaction, **changes),))


def test_a_unary_call_is_written_in_the_form_of_the_plugin(descriptors, sent, expected):
    contract = ours(descriptors, sent, expected)
    tree = json.loads(dump_contract(contract))
    (written,) = tree["interactions"]
    own = written.pop("comments")["contractkit"]
    assert written == {
        "type": "Synchronous/Messages",
        "transport": "grpc",
        "key": "k",
        "description": "an item",
        "pluginConfiguration": {"protobuf": {"service": ".stock.v1.Stock/Get", "descriptorKey": md5(descriptors)}},
        "request": {
            "contents": contents(sent, ".stock.v1.GetRequest"),
            "metadata": {"contentType": ASKED, "x-tenant": "eu"},
        },
        "response": [
            {
                "contents": contents(expected, ".stock.v1.Item"),
                "metadata": {"contentType": GIVEN, "x-region": "eu"},
                "matchingRules": {"body": {"$.count": rule("type")}, "metadata": {"x-region": rule("type")}},
            }
        ],
    }
    assert [event["event"] for event in own["call"]["events"]] == ["sent", "half-closed", "received", "status"]
    assert own["matchingRules"].keys() == {"events[3].trailers['x-cost']", "metadata"}
    assert tree["metadata"]["plugins"] == [
        {
            "name": "protobuf",
            "version": "0.7.0",
            "configuration": {
                md5(descriptors): {"protoDescriptors": base64.b64encode(descriptors).decode(), "protoFile": ""}
            },
        }
    ]
    assert load_contract(dump_contract(contract), origin="a.json") == contract


def test_a_call_that_is_not_what_was_configured_is_kept_with_a_warning(descriptors, sent, expected):
    tree = json.loads(dump_contract(ours(descriptors, sent, expected)))
    tree["interactions"][0]["comments"]["contractkit"]["call"]["procedure"] = "stock.v1.Stock/Watch"
    loaded = read_contract(dumped(tree), origin="a.json")
    assert loaded.contract.interactions == ()
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        (
            "/interactions/0/comments/contractkit/call/procedure",
            'expected stock.v1.Stock/Get, as configured, received "stock.v1.Stock/Watch"; the call is kept and skipped',
        )
    ]
    assert json.loads(dump_contract(loaded.contract))["interactions"] == tree["interactions"]


def test_ours_are_added_beside_those_of_the_plugin(descriptors, sent, expected):
    foreign = load_contract(
        dumped(plugin_file(descriptors, plugin_call(md5(descriptors), sent, expected))), origin="a.json"
    )
    added = ours(descriptors, sent, expected).interactions
    both = replace(foreign, interactions=(*foreign.interactions, *added))
    tree = json.loads(dump_contract(both))
    assert tree["metadata"]["plugins"] == [dict(each) for each in foreign.plugins]
    again = load_contract(dump_contract(both), origin="a.json")
    assert (again.interactions, again.plugins) == (both.interactions, both.plugins)


def test_descriptors_that_nobody_refers_to_any_more_leave_the_file(descriptors, sent, expected):
    read_again = load_contract(dump_contract(ours(descriptors, sent, expected)), origin="a.json")
    assert "plugins" not in json.loads(dump_contract(replace(read_again, interactions=())))["metadata"]


def test_comments_and_unrelated_types_leave_the_content_id(tmp_path, descriptors, sent, expected):
    commented = compiled(tmp_path / "a", STOCK, comments=True)
    unrelated = compiled(tmp_path / "b", STOCK.replace("string text = 1;", "int32 number = 7;"))
    assert len({descriptors, commented, unrelated}) == 3
    assert {content_id(ours(each, sent, expected)) for each in (descriptors, commented, unrelated)} == {
        content_id(ours(descriptors, sent, expected))
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int64 count = 2;", "int32 count = 2;"),
        ("int32 row = 2;", "int32 row = 3;"),
        ("SHELF_TOP = 1;", "SHELF_TOP = 2;"),
        ("optional string note = 4;", "string note = 4;"),
    ],
)
def test_a_change_of_a_type_that_the_call_uses_changes_the_content_id(tmp_path, descriptors, sent, expected, old, new):
    changed = compiled(tmp_path / "a", STOCK.replace(old, new))
    assert content_id(ours(changed, sent, expected)) != content_id(ours(descriptors, sent, expected))


def test_the_content_id_covers_what_is_expected(descriptors, sent, expected):
    before = ours(descriptors, sent, expected)
    call = before.interactions[0].exchange
    changed = [
        replace(call, metadata={}),
        replace(call, events=(*call.events[:3], Status(code="OK"))),
        replace(call, events=(*call.events[:2], Status(code="NOT_FOUND"))),
    ]
    identities = [content_id(ours(descriptors, sent, expected, exchange=each)) for each in (call, *changed)]
    assert len(set(identities)) == 4
    assert content_id(ours(descriptors, sent, expected, rules=())) not in identities


trees = st.fixed_dictionaries(
    {},
    optional={
        "sku": st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=4),
        "count": st.integers(-(2**63), 2**63 - 1),
        "tags": st.lists(st.sampled_from(["a", "b"]), max_size=2),
        "note": st.sampled_from(["", "x"]),
        "places": st.dictionaries(st.sampled_from(["hall", "a.b"]), st.just({"row": 1}), max_size=2),
        "route": st.lists(st.sampled_from([{}, {"row": 2}, {"aisle": "x"}]), max_size=2),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(tree=trees, code=st.sampled_from(["OK", "NOT_FOUND"]), message=st.text(max_size=3))
def test_any_call_is_read_back_as_it_was_written(descriptors, sent, tree, code, message):
    data = encoded(descriptors, "stock.v1.Item", tree)
    contract = ours(descriptors, sent, data if code == "OK" else None, rules=())
    call = contract.interactions[0].exchange
    status = Status(code=code, message=message, trailers={"x": message})
    received = [Received(message=JsonBody(tree, GIVEN))] if code == "OK" else []
    call = replace(call, events=(*call.events[:2], *received, status))
    contract = replace(contract, interactions=(replace(contract.interactions[0], exchange=call),))
    again = read_contract(dump_contract(contract), origin="a.json")
    assert (again.contract, again.warnings) == (contract, ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(tree=trees)
def test_the_fields_that_are_set_are_those_of_the_bytes(descriptors, tree):
    data = encoded(descriptors, "stock.v1.Item", tree)
    full = plain_decoder()(descriptors, "stock.v1.Stock/Get", "response", data)
    defaults = ("", 0, [], {})
    given_or_present = {name: each for name, each in tree.items() if each not in defaults or name == "note"}
    assert read_descriptors(descriptors).only_set(full, data, ".stock.v1.Item") == given_or_present


@settings(max_examples=200)
@given(data=st.binary(max_size=40))
def test_no_bytes_of_a_descriptor_set_do_more_than_be_refused(data):
    with contextlib.suppress(ValueError):
        read_descriptors(data)


def expectation(loaded):
    return loaded.contract.interactions[0].exchange.events[2].message.value


def strict_decoder(descriptors, procedure, side, data):
    if data == b"\x0a\x05":
        raise ContractkitError("The bytes are cut short.")
    return plain_decoder()(descriptors, procedure, side, data)


def at(tree, *steps):
    found = tree["interactions"][0]
    for step in steps:
        found = found[step]
    return found


def entry(tree):
    (found,) = tree["metadata"]["plugins"][0]["configuration"].values()
    return found
