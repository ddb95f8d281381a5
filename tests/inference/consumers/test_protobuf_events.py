"""Handlers of messages of protobuf that nobody asked for, with generated code."""

DEFINITION = "inventory.proto"

BESIDE = ["item_handlers.py"]

TRUTH = {
    "test_a_name_that_may_not_be_empty": {"inventory.v1.Item": {"needed": ["name"]}},
    "test_some_members": {
        "inventory.v1.Item": {"needed": ["state"], "members": {"state": ["STATE_STOCKED", "STATE_SOLD"]}},
    },
    "test_a_message_that_must_be_set": {"inventory.v1.Item": {"needed": ["place", "place.shelf"]}},
    "test_a_list_with_an_element": {"inventory.v1.Item": {"needed": ["tags"], "non_empty": ["tags"]}},
    "test_a_note_or_a_name": {"inventory.v1.Item": {"any_of": [["name", "note"]]}},
    "test_nothing_of_it": {"inventory.v1.Item": {}},
}
for _truth in TRUTH.values():
    for _message in _truth.values():
        _message["null_tolerated"] = _message.get("needed", [])  # nothing can be null


def handlers():
    import item_handlers

    return item_handlers


def test_a_name_that_may_not_be_empty(contract_stub):
    with contract_stub("orders").message("Item", {"name": "lamp"}) as message:
        handlers().demand(handlers().item_of(message.body).name)


def test_some_members(contract_stub):
    with contract_stub("orders").message("inventory.v1.Item", {"state": "STATE_STOCKED"}) as message:
        assert handlers().step(handlers().item_of(message.body))


def test_a_message_that_must_be_set(contract_stub):
    with contract_stub("orders").message("Item", {"place": {"shelf": "a", "row": 2}}) as message:
        handlers().shelf(handlers().item_of(message.body))


def test_a_list_with_an_element(contract_stub):
    with contract_stub("orders").message("Item", {"tags": ["a", "b"]}) as message:
        assert handlers().item_of(message.body).tags[0]


def test_a_note_or_a_name(contract_stub):
    with contract_stub("orders").message("Item", {"name": "lamp", "note": "x"}) as message:
        item = handlers().item_of(message.body)
        handlers().demand(item.note or item.name)


def test_nothing_of_it(contract_stub):
    from inventory_pb2 import Item

    contract_stub("orders").message("Item", Item(id=3)).handled_by(lambda message: message.parsed(Item))
