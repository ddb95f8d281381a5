"""Calls in bytes: made of a definition, and turned back to trees."""

import json
from dataclasses import replace

import pytest
from google.protobuf import descriptor_pb2

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.wire_forms import decode_message, with_wire_form
from contractkit.document import content_id, dump_contract, load_contract, read_contract
from contractkit.errors import DefinitionError
from contractkit.model import Contract, HalfClosed, Interaction, JsonBody, Received, RpcCall, Sent, Status, WireForm
from tests.document.plugin_files import compiled, dumped, encoded, md5, plugin_call, plugin_file

ASKED = "application/protobuf;message=.stock.v1.GetRequest"
GIVEN = "application/protobuf;message=.stock.v1.Item"


@pytest.fixture(scope="module")
def descriptors(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("proto"))


@pytest.fixture
def definition(descriptors):
    return ProtoDefinition(descriptors, source="stock.proto")


def recorded(method, *received, code="OK"):
    sent = Sent(message=JsonBody({"sku": "A-1"}, ASKED))
    told = [Received(message=JsonBody(tree, GIVEN)) for tree in received]
    call = RpcCall(procedure=f"stock.v1.Stock/{method}", events=(sent, HalfClosed(), *told, Status(code=code)))
    return Interaction(key="k", description=f"{method} answers", exchange=call)


def test_a_unary_call_gets_its_bytes_of_the_definition(descriptors, definition):
    before = recorded("Get", {"sku": "A-1", "count": 3})
    after = with_wire_form(before, definition)
    wire = WireForm(
        descriptors=definition.descriptor_set(definition.procedure("stock.v1.Stock/Get")),
        request=encoded(descriptors, "stock.v1.GetRequest", {"sku": "A-1"}),
        response=encoded(descriptors, "stock.v1.Item", {"sku": "A-1", "count": 3}),
    )
    assert after == replace(before, wire=wire, transport="grpc")


def test_an_error_has_no_message(definition):
    wire = with_wire_form(recorded("Get", code="NOT_FOUND"), definition).wire
    assert wire is not None and wire.response is None


@pytest.mark.parametrize(
    "streaming",
    [recorded("Watch", {"count": 3}, {"count": 2}), recorded("Get", {"sku": 5}), recorded("Drop", {})],
    ids=["a stream", "no such message", "no such procedure"],
)
def test_what_has_no_form_of_its_own_stays_as_it_is(streaming, definition):
    assert with_wire_form(streaming, definition) == streaming


def test_a_recorded_call_comes_back_from_its_file(definition):
    calls = (recorded("Get", {"sku": "A-1", "count": 3}), replace(recorded("Watch", {"count": 3}), key="l"))
    contract = Contract(
        consumer="web-shop",
        provider="stock",
        interactions=tuple(with_wire_form(each, definition) for each in calls),
    )
    tree = json.loads(dump_contract(contract))
    assert [each["type"] for each in tree["interactions"]] == ["Synchronous/Messages"]
    assert [each["type"] for each in tree["metadata"]["contractkit"]["interactions"]] == ["Contractkit/Rpc"]
    assert load_contract(dump_contract(contract), origin="a.json") == contract


def test_the_bytes_of_a_plugins_file_become_trees(descriptors):
    tree = {"sku": "A-1", "count": 3, "note": "", "shelf": "SHELF_TOP", "places": {"hall": {"row": 1}}}
    sent = encoded(descriptors, "stock.v1.GetRequest", {})
    data = dumped(
        plugin_file(descriptors, plugin_call(md5(descriptors), sent, encoded(descriptors, "stock.v1.Item", tree)))
    )
    loaded = read_contract(data, origin="a.json", decode=decode_message)
    sent_event, _, received, _ = loaded.contract.interactions[0].exchange.events
    assert loaded.warnings == ()
    assert sent_event == Sent(message=JsonBody({"sku": ""}, ASKED))
    assert received == Received(message=JsonBody(tree, GIVEN))
    assert content_id(loaded.contract) == content_id(load_contract(data, origin="a.json"))


def test_what_a_definition_does_not_hold_is_refused(descriptors):
    with pytest.raises(DefinitionError, match=r"The descriptors do not hold stock\.v1\.Stock/Drop\."):
        decode_message(descriptors, "stock.v1.Stock/Drop", "request", b"")


def test_descriptors_that_do_not_fit_together_leave_the_bytes(descriptors):
    broken = descriptor_pb2.FileDescriptorSet.FromString(descriptors)
    broken.file[0].message_type[0].field[0].type_name = ".stock.v1.Missing"
    alone = broken.SerializeToString()
    data = dumped(plugin_file(alone, plugin_call(md5(alone), b"", b"")))
    loaded = read_contract(data, origin="a.json", decode=decode_message)
    assert [each.pointer for each in loaded.warnings] == [
        "/interactions/0/request/contents",
        "/interactions/0/response/0/contents",
    ]
    assert len(loaded.contract.interactions) == 1
