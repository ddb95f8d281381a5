"""A shop's till on the stripe package: objects that are dictionaries, pages that are turned, errors by status."""

import pytest
import stripe

DEFINITION = "stripe.yaml"

BESIDE = ["stripe_till.py"]

REACTIONS = ["an undeclared status"]

TRUTH = {
    "test_a_receipt": {
        "GetChargesCharge": {"needed": ["amount", "currency", "paid"], "members": {"paid": [True]}},
    },
    # It is `object` that makes a page one that can be turned. The next is asked for at the page's own `url`, after the
    # last `id`; a null is left out of the request. Nothing is asked for after a page where `has_more` is null.
    "test_the_addresses_of_all_pages": {
        "GetCustomers": {
            "needed": ["data", "data[*].email", "data[*].id", "has_more", "object", "url"],
            "null_tolerated": ["data[*].id", "has_more"],
            "non_empty": ["data"],
            "pattern": ["url"],
        },
    },
    "test_a_card_that_is_declined": {
        "PostCharges": {
            "needed": ["error", "error.code"],
            "members": {"error.code": ["card_declined", "expired_card"]},
        },
    },
}

_PAGES = ("test_the_addresses_of_all_pages", "GetCustomers")
_ELSEWHERE = "any path is followed, and the definition has no other one, so that it is expected as it was"
REASONS = {(*_PAGES, "pattern", "url"): _ELSEWHERE, (*_PAGES, "members", 'url="/v1/customers"'): _ELSEWHERE}


@pytest.fixture
def stub(contract_stub, monkeypatch):
    stub = contract_stub("orders")
    monkeypatch.setattr(stripe, "api_base", stub.url)
    monkeypatch.setattr(stripe, "api_key", "sk_test_never_recorded")
    monkeypatch.setattr(stripe, "max_network_retries", 0)
    return stub


def test_a_receipt(stub):
    from stripe_till import receipt

    stub.on("GetChargesCharge").reply(200, {"amount": 1250, "currency": "eur", "paid": True, "description": "Tea"})
    assert receipt("ch_1") == "12.50 EUR"


def test_the_addresses_of_all_pages(stub):
    from stripe_till import addresses

    first = [{"id": "cus_1", "email": "ada@example.com"}, {"id": "cus_2", "email": "bo@example.com"}]
    stub.on("GetCustomers").reply(200, {"data": first, "has_more": True, "url": "/v1/customers"})
    last = [{"id": "cus_3", "email": "cy@example.com"}]
    stub.on("GetCustomers").reply(200, {"data": last, "has_more": False, "url": "/v1/customers"})
    assert addresses() == ["ada@example.com", "bo@example.com", "cy@example.com"]


def test_a_card_that_is_declined(stub):
    from stripe_till import charge

    stub.on("PostCharges").reply(402, {"error": {"type": "card_error", "code": "card_declined", "message": "No."}})
    assert charge(1250, "tok_visa").startswith("ask for")
