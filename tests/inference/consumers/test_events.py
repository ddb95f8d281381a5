"""Handlers of messages of JSON that nobody asked for."""

MESSAGES = "OrderPlaced.schema.json"

BESIDE = ["event_handlers.py"]

TRUTH = {
    "test_a_sum_of_lines": {"OrderPlaced": {"needed": ["lines", "lines[*].price"]}},
    "test_the_first_line": {
        "OrderPlaced": {"needed": ["lines", "lines[*].sku"], "non_empty": ["lines"]},
    },
    "test_a_model": {"OrderPlaced": {"needed": ["id", "lines", "lines[*].sku"]}},
    "test_a_switch": {"OrderPlaced": {"needed": ["status"], "members": {"status": ["open", "paid"]}}},
    "test_a_name_or_another": {"OrderPlaced": {"any_of": [["name", "nickname"]]}},
    "test_a_day": {"OrderPlaced": {"needed": ["placed"], "pattern": ["placed"]}},
    "test_a_handler_that_awaits": {"OrderPlaced": {"needed": ["id"]}},
    "test_nothing_of_it": {"OrderPlaced": {}},
}
UNKNOWN = {"test_taken_once": "is not called again"}

TAKEN = []


def handlers():
    import event_handlers

    return event_handlers


def test_a_sum_of_lines(contract_stub):
    with contract_stub("orders").message("OrderPlaced", {"lines": [{"price": 2.5, "note": "x"}]}) as message:
        assert handlers().total(message.json) is not None


def test_the_first_line(contract_stub):
    assert contract_stub("orders").message("OrderPlaced").handled_by(lambda message: handlers().first(message.json))


def test_a_model(contract_stub):
    message = contract_stub("orders").message("OrderPlaced", {"status": "paid"})
    assert message.handled_by(handlers().lines_of) is not None


def test_a_switch(contract_stub):
    with contract_stub("orders").message("OrderPlaced", {"status": "open"}) as message:
        assert handlers().step(message.json)


def test_a_name_or_another(contract_stub):
    with contract_stub("orders").message("OrderPlaced", {"name": "a", "nickname": "b"}) as message:
        assert handlers().called(message.json)


def test_a_day(contract_stub):
    with contract_stub("orders").message("OrderPlaced", {"placed": "2024-02-29"}) as message:
        assert handlers().day(message.json)


async def test_a_handler_that_awaits(contract_stub):
    assert await contract_stub("orders").message("OrderPlaced").handled_by(handlers().keep)


def test_nothing_of_it(contract_stub):
    contract_stub("orders").message("OrderPlaced", {"id": 9}).handled_by(lambda message: None)


def test_taken_once(contract_stub):
    if not TAKEN:
        contract_stub("orders").message("OrderPlaced", {"id": 10}).handled_by(lambda each: TAKEN.append(each.json))
