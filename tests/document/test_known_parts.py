"""Parts that were read before: known by what they say, and only where nothing was to be told of them."""

import json
from typing import Any

import pytest

from contractkit.document import KnownParts, load_contract
from contractkit.errors import ContractFileError

RESPONSE = {
    "status": 200,
    "headers": {"content-type": ["application/json"]},
    "body": {"content": {"id": 1}, "contentType": "application/json", "encoded": False},
    "matchingRules": {"body": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}},
}


def contract(**said: Any) -> bytes:
    interaction = {
        "type": "Synchronous/HTTP",
        "description": "reads an order",
        "request": {"method": "GET", "path": "/orders/1"},
        "response": {**RESPONSE, **said},
    }
    tree = {
        "consumer": {"name": "shop"},
        "provider": {"name": "orders"},
        "interactions": [interaction],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    return json.dumps(tree).encode()


def test_an_answer_that_was_read_before_is_the_same_object() -> None:
    known: KnownParts = {}
    first, second = (load_contract(contract(), origin=name, known=known) for name in ("a.json", "b.json"))
    assert first == second == load_contract(contract(), origin="c.json")
    assert first.interactions[0].exchange.response is second.interactions[0].exchange.response  # type: ignore[union-attr]


@pytest.mark.parametrize("status", [201, "200"])
def test_an_answer_that_says_something_else_is_another(status: object) -> None:
    known: KnownParts = {}
    load_contract(contract(), origin="a.json", known=known)
    assert load_contract(contract(status=status), origin="b.json", known=known) == load_contract(
        contract(status=status), origin="b.json"
    )


def test_what_is_kept_of_an_answer_is_kept_of_each() -> None:
    known: KnownParts = {}
    found = [load_contract(contract(colour="red"), origin=name, known=known) for name in ("a.json", "b.json")]
    assert [each.interactions[0].kept for each in found] == [{"response": {"colour": "red"}}] * 2


def test_what_is_wrong_with_an_answer_is_told_of_each() -> None:
    known: KnownParts = {}
    for name in ("a.json", "b.json"):
        with pytest.raises(ContractFileError) as raised:
            load_contract(contract(status=20), origin=name, known=known)
        assert raised.value.explanation.details == (
            ("/interactions/0/response/status", "expected a status, 100 to 999, received 20"),
        )
