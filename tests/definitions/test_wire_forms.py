"""The bytes of files that Pact's protobuf plugin wrote become trees."""

import pytest
from google.protobuf import descriptor_pb2

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import content_id, load_contract, read_contract
from contractkit.errors import DefinitionError
from contractkit.model import JsonBody, Received, Sent
from tests.document.plugin_files import compiled, dumped, encoded, md5, plugin_call, plugin_file

ASKED = "application/protobuf;message=.stock.v1.GetRequest"
GIVEN = "application/protobuf;message=.stock.v1.Item"


@pytest.fixture(scope="module")
def descriptors(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("proto"))


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
