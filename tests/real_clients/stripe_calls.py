"""Ten and more calls of the stripe package, as a user of it would test them; run by `test_real_clients`."""

import pytest
import stripe


@pytest.fixture
def api(contract_stub, monkeypatch):
    stub = contract_stub("stripe")
    monkeypatch.setattr(stripe, "api_base", stub.url)
    monkeypatch.setattr(stripe, "api_key", "sk_test_never_recorded")
    monkeypatch.setattr(stripe, "max_network_retries", 0)
    return stub


def test_a_customer_is_created(api):
    customer = stripe.Customer.create(email="ada@example.com", name="Ada", metadata={"plan": "tea"})
    assert customer.object == "customer"
    assert customer.id


def test_a_customer_is_retrieved(api):
    assert stripe.Customer.retrieve("cus_ada").id == "cus_ada"


def test_a_customer_is_updated(api):
    api.on("PostCustomersCustomer").reply(200, {"email": "new@example.com"})
    assert stripe.Customer.modify("cus_ada", email="new@example.com").email == "new@example.com"


def test_a_customer_is_deleted(api):
    assert stripe.Customer.delete("cus_ada").deleted is True


def test_customers_are_listed_page_by_page(api):
    api.on("GetCustomers").reply(200, {"data": [{"id": "cus_1"}, {"id": "cus_2"}], "has_more": True})
    api.on("GetCustomers").reply(200, {"data": [{"id": "cus_3"}], "has_more": False})
    listed = stripe.Customer.list(limit=2)
    assert [customer.id for customer in listed.auto_paging_iter()] == ["cus_1", "cus_2", "cus_3"]


def test_a_charge_is_made(api):
    charge = stripe.Charge.create(amount=1250, currency="eur", customer="cus_ada", description="Tea")
    assert charge.object == "charge"
    assert isinstance(charge.amount, int)


def test_a_charge_is_expanded(api):
    charge = stripe.Charge.retrieve("ch_1", expand=["customer", "invoice.subscription"])
    assert charge.id == "ch_1"


def test_a_declined_card_is_an_error(api):
    api.on("PostCharges").reply(402, {"error": {"type": "card_error", "code": "card_declined", "message": "No."}})
    with pytest.raises(stripe.error.CardError) as caught:
        stripe.Charge.create(amount=1250, currency="eur", source="tok_visa")
    assert caught.value.code == "card_declined"


def test_a_charge_is_refunded(api):
    assert stripe.Refund.create(charge="ch_1", amount=200).object == "refund"


def test_invoices_of_a_customer_are_listed(api):
    invoices = stripe.Invoice.list(customer="cus_ada", created={"gte": 1640995200}, limit=3)
    assert all(invoice.object == "invoice" for invoice in invoices.data)


def test_a_subscription_is_created(api):
    subscription = stripe.Subscription.create(
        customer="cus_ada", items=[{"price": "price_tea", "quantity": 2}], trial_period_days=7
    )
    assert subscription.object == "subscription"


def test_the_balance_is_read(api):
    assert stripe.Balance.retrieve().object == "balance"
