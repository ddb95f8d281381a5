"""An office on requests and httpx2, with enumerations, pydantic and msgspec for what it reads."""

DEFINITION = "shipping.yaml"

BESIDE = ["shipping_office.py"]

TRUTH = {
    # No status is looked at.
    "test_a_state": {"getParcel": {"needed": ["state"], "members": {"state": ["packed", "sent"]}}},
    "test_a_parcel": {
        "getParcel": {
            "needed": ["id", "tracking", "to.city"],
            "may_lack": ["price"],
            "pattern": ["tracking", "price"],
            "reactions": ["an undeclared status"],
        },
    },
    # Labels may lack, and each of them; one that is there is a text.
    "test_when_it_was_sent": {"getParcel": {"needed": ["sent"], "may_lack": ["labels", "labels.kind"]}},
    "test_no_parcel": {"getParcel": {"needed": ["title"], "reactions": ["an undeclared status"]}},
}

NUMBER = "6d2c3c2e-3a0b-4f7e-9a41-0c7a1f7b9d10"


def test_a_state(contract_stub):
    from shipping_office import state

    stub = contract_stub("orders")
    stub.on("getParcel").reply(200, {"state": "packed"})
    assert state(stub.url, "1")


def test_a_parcel(contract_stub):
    from shipping_office import parcel

    stub = contract_stub("orders")
    to = {"city": "Turin", "zip": "10121"}
    sent = {"id": NUMBER, "price": "4.90", "tracking": "https://tracks.example.com/of/abc", "to": to}
    stub.on("getParcel").reply(200, sent)
    assert parcel(stub.url, "2").tracking


def test_when_it_was_sent(contract_stub):
    from shipping_office import sent_at

    stub = contract_stub("orders")
    stub.on("getParcel").reply(200, {"sent": 1767225600, "labels": {"kind": "fragile"}})
    assert sent_at(stub.url, "3").year > 0


def test_no_parcel(contract_stub):
    from shipping_office import weight

    stub = contract_stub("orders")
    stub.on("getParcel").reply(404, {"title": "No parcel"})
    assert weight(stub.url, "4") is not None
