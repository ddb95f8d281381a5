"""A ledger on aiohttp, requests and httpx, with attrs, pydantic and msgspec for what it reads."""

from datetime import date
from decimal import Decimal

DEFINITION = "billing.yaml"

BESIDE = ["billing_ledger.py"]

REACTIONS = ["an undeclared status"]

TRUTH = {
    "test_what_is_overdue": {
        "listInvoices": {
            "needed": ["invoices", "invoices[*].number", "invoices[*].due"],
            "non_empty": ["invoices"],
        },
    },
    # Only the page that is not the last needs a `next`, which is followed.
    "test_the_numbers_of_all_pages": {
        "listInvoices": {
            "needed": ["invoices", "invoices[*].number", "next"],
            "non_empty": ["invoices"],
            "pattern": ["next"],
        },
    },
    "test_an_invoice": {
        "getInvoice": {
            "needed": ["number", "total", "currency"],
            "members": {"currency": ["EUR", "USD"]},
            "pattern": ["total"],
        },
    },
    "test_events": {
        "listEvents": {
            "needed": ["events", "events[*].kind", "events[*].amount"],
            "members": {"events[*].kind": ["paid", "sent"]},
        },
    },
    "test_a_parcel": {
        "getInvoice": {
            "needed": ["invoiceLines[*].sku"],  # where there are lines
            "may_lack": ["invoiceLines", "invoiceLines[*].quantity"],
            "at_most": {"invoiceLines": 1},
            "reactions": ["an extra field", "an undeclared status"],
        },
    },
    # Lines are read strictly, the invoice around them is not.
    "test_a_delivery": {
        "getInvoice": {
            "needed": ["number", "invoiceLines", "invoiceLines[*].sku"],
            "may_lack": ["invoiceLines[*].quantity"],
            "non_empty": ["invoiceLines"],
            "reactions": ["an extra field", "an undeclared status"],
        },
    },
}

BODY = {"number": "R-1", "total": "12.50", "currency": "EUR", "invoiceLines": [{"sku": "ink", "quantity": 2}]}


async def test_what_is_overdue(contract_stub):
    import aiohttp
    from billing_ledger import overdue

    stub = contract_stub("orders")
    stub.on("listInvoices").reply(
        200, {"invoices": [{"number": "R-1", "due": "2026-03-01", "reminders": 1}], "next": None}
    )
    async with aiohttp.ClientSession() as session:
        assert await overdue(session, stub.url, date(2026, 4, 1)) == ["R-1"]


def test_the_numbers_of_all_pages(contract_stub):
    from billing_ledger import numbers

    stub = contract_stub("orders")
    first = [{"number": "R-1", "due": "2026-03-01"}]
    stub.given("invoices on two pages")
    stub.on("listInvoices").reply(200, {"invoices": first, "next": "/v1/invoices?after=7"})
    stub.on("listInvoices").reply(200, {"invoices": [{"number": "R-8", "due": "2026-03-01"}], "next": None})
    assert numbers(stub.url) == ["R-1", "R-8"]


def test_an_invoice(contract_stub):
    from billing_ledger import invoice

    stub = contract_stub("orders")
    stub.on("getInvoice").reply(200, {**BODY, "note": "urgent"})
    assert invoice(stub.url, "R-1").total >= Decimal(0)


def test_a_parcel(contract_stub):
    from billing_ledger import parcel

    stub = contract_stub("orders")
    stub.on("getInvoice").reply(200, BODY)
    assert parcel(stub.url, "R-3").invoice_lines is not None


def test_events(contract_stub):
    from billing_ledger import events

    stub = contract_stub("orders")
    stub.on("listEvents").reply(200, {"events": [{"kind": "paid", "amount": 12.5, "by": "ada"}]})
    assert events(stub.url) is not None


def test_a_delivery(contract_stub):
    from billing_ledger import delivery

    stub = contract_stub("orders")
    stub.on("getInvoice").reply(200, BODY)
    assert delivery(stub.url, "R-2").invoice_lines[0].quantity is not None
