"""Asynchronous messages in the form of Pact's protobuf plugin: what it wrote is read, kept and identified."""

import json
from typing import Any

import pytest

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import content_id, dump_contract, load_contract, read_contract, skipped_interactions
from contractkit.document.reading import LoadWarning
from contractkit.model import BinaryBody, JsonBody, Message, Rule, WireForm
from tests.document.plugin_files import STOCK, compiled, contents, dumped, encoded, md5, plugin_file, rule

ITEM = "application/protobuf;message=.stock.v1.Item"


@pytest.fixture(scope="module")
def descriptors(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return compiled(tmp_path_factory.mktemp("proto"))


@pytest.fixture
def data(descriptors: bytes) -> bytes:
    return encoded(descriptors, "stock.v1.Item", {"sku": "A-1", "count": 3})


def message(descriptors: bytes, data: bytes, **configured: Any) -> dict[str, Any]:
    """Give an interaction as the plugin writes it."""
    return {
        "type": "Asynchronous/Messages",
        "key": "f27f2917655cb542",
        "description": "an item was moved",
        "contents": contents(data, ".stock.v1.Item"),
        "metadata": {"contentType": "application/protobuf;message=Item"},
        "matchingRules": {"body": {"$.count": rule("integer")}},
        "pending": False,
        "pluginConfiguration": {
            "protobuf": {"message": ".stock.v1.Item", "descriptorKey": md5(descriptors), **configured}
        },
    }


@pytest.mark.parametrize("name", [".stock.v1.Item", "stock.v1.Item", "Item"])
def test_a_message_that_the_plugin_wrote_is_read_as_a_tree(descriptors: bytes, data: bytes, name: str) -> None:
    file = dumped(plugin_file(descriptors, message(descriptors, data, message=name)))
    loaded = read_contract(file, origin="a.json", decode=decode_message)
    [interaction] = loaded.contract.interactions
    assert loaded.warnings == ()
    assert interaction.exchange == Message(
        contents=JsonBody({"sku": "A-1", "count": 3}, ITEM),
        metadata={"contentType": "application/protobuf;message=Item"},
    )
    assert {str(each.location): each.rules for each in interaction.rules} == {
        "message.contents.count": (Rule("integer"),)
    }
    assert interaction.wire == WireForm(descriptors=descriptors, response=data)


def test_it_is_rewritten_without_loss_and_its_content_is_the_same_in_bytes(descriptors: bytes, data: bytes) -> None:
    before = plugin_file(descriptors, message(descriptors, data))
    in_bytes = load_contract(dumped(before), origin="a.json")
    as_trees = load_contract(dumped(before), origin="a.json", decode=decode_message)
    assert in_bytes.interactions[0].exchange.contents == BinaryBody(data, ITEM)  # type: ignore[union-attr]
    assert content_id(in_bytes) == content_id(as_trees)
    assert dump_contract(in_bytes) == dump_contract(as_trees)
    del before["interactions"][0]["pending"]
    assert json.loads(dump_contract(as_trees))["interactions"] == before["interactions"]


def test_the_content_follows_what_of_the_descriptors_is_used(tmp_path: Any, descriptors: bytes, data: bytes) -> None:
    def identified(text: str) -> str:
        other = compiled(tmp_path, text)
        return content_id(load_contract(dumped(plugin_file(other, message(other, data))), origin="a.json"))

    assert identified(STOCK.replace("string text = 1", "string words = 1")) == identified(STOCK)
    assert identified(STOCK.replace("int32 row = 2", "int64 row = 2")) != identified(STOCK)


@pytest.mark.parametrize(
    ("configured", "member", "told"),
    [
        ({"message": ".stock.v1.Itm"}, "message", 'a message that its descriptors hold, received ".stock.v1.Itm"'),
        ({"descriptorKey": "no"}, "descriptorKey", 'a key of metadata.plugins ({key}), received "no"'),
    ],
)
def test_what_cannot_be_read_is_kept_and_skipped(
    descriptors: bytes, data: bytes, configured: dict[str, str], member: str, told: str
) -> None:
    file = dumped(plugin_file(descriptors, message(descriptors, data, **configured)))
    loaded = read_contract(file, origin="a.json", decode=decode_message)
    assert loaded.warnings == (
        LoadWarning(
            pointer=f"/interactions/0/pluginConfiguration/protobuf/{member}",
            sentence=f"expected {told.format(key=md5(descriptors))}; the message is kept and skipped",
        ),
    )
    assert len(skipped_interactions(loaded.contract)) == 1


def test_bytes_that_are_no_such_message_stay_bytes(descriptors: bytes) -> None:
    file = dumped(plugin_file(descriptors, message(descriptors, b"\xff\xff")))
    loaded = read_contract(file, origin="a.json", decode=decode_message)
    assert loaded.contract.interactions[0].exchange.contents == BinaryBody(b"\xff\xff", ITEM)  # type: ignore[union-attr]
    assert loaded.warnings == (
        LoadWarning(
            pointer="/interactions/0/contents",
            sentence="cannot be decoded and stays in bytes: The bytes are not a message of stock.v1.Item",
        ),
    )
