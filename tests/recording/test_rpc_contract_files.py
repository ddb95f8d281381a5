"""What a session recorded of remote procedure calls, through the contract file and back."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from jsonschema import Draft202012Validator

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import content_id, dump_contract, load_contract, read_contract
from contractkit.recording import StubSession

SCHEMA = json.loads((Path(__file__).parents[2] / "contracts/schema/contract-v1.schema.json").read_text())


def test_recorded_calls_come_back_from_their_file(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"name": "lamp", "labels": []})
    client.GetItem(generated.messages.GetItemRequest(id=7))
    list(client.ListItems(generated.messages.ListItemsRequest()))

    contract = rpc.contract()
    tree = json.loads(dump_contract(contract))
    again = read_contract(dump_contract(contract), origin="a.json")
    assert [each["type"] for each in tree["interactions"]] == ["Synchronous/Messages"]
    assert [each["type"] for each in tree["metadata"]["contractkit"]["interactions"]] == ["Contractkit/Rpc"]
    assert again.warnings == ()
    assert {each.key: each for each in again.contract.interactions} == {
        each.key: each for each in contract.interactions
    }
    assert content_id(again.contract) == content_id(contract)


def test_the_bytes_say_what_the_trees_say(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply({"id": 7, "name": "lamp", "kind": "KIND_TOY", "labels": ["a"]})
    client.GetItem(generated.messages.GetItemRequest(id=7, note="soon"))

    (recorded,) = rpc.contract().interactions
    tree = json.loads(dump_contract(rpc.contract()))
    del tree["interactions"][0]["comments"]["contractkit"]["call"]  # as if the plugin had written it
    (foreign,) = load_contract(json.dumps(tree).encode(), origin="a.json", decode=decode_message).interactions
    assert foreign.exchange == recorded.exchange


def test_an_error_comes_back_from_its_file(rpc: StubSession, client: Any, generated: Any) -> None:
    rpc.on("GetItem").reply(status="NOT_FOUND", message="no item 7")
    with pytest.raises(grpc.RpcError):
        client.GetItem(generated.messages.GetItemRequest(id=7))

    contract = rpc.contract()
    again = load_contract(dump_contract(contract), origin="a.json")
    assert again.interactions == contract.interactions
    assert again.interactions[0].wire is not None
    assert again.interactions[0].wire.response is None


def test_that_any_number_of_messages_may_come_is_in_the_file(rpc: StubSession, client: Any, generated: Any) -> None:
    list(client.ListItems(generated.messages.ListItemsRequest()))

    contract = rpc.contract()
    tree = json.loads(dump_contract(contract))
    (listing,) = tree["metadata"]["contractkit"]["interactions"]
    assert listing["matchingRules"]["events[2]"] == {"combine": "AND", "matchers": [{"match": "type"}]}
    assert list(Draft202012Validator(SCHEMA).iter_errors(tree)) == []
    del listing["matchingRules"]["events[2]"]
    fixed = load_contract(json.dumps(tree).encode(), origin="a.json")
    assert content_id(fixed) != content_id(contract)
