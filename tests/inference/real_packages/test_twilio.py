"""A desk on the twilio package: attributes that are None where they lack, dates of mail, pages found by their key."""

import pytest

DEFINITION = "twilio.yaml"

BESIDE = ["twilio_desk.py"]

REACTIONS = ["an undeclared status"]

TRUTH = {
    "test_a_message_is_sent": {
        "CreateMessage": {
            "needed": ["sid"],
            "may_lack": ["status"],
            "members": {"status": ["queued", "sent", "delivered"]},
        },
    },
    # A date that cannot be read is None to twilio.
    "test_when_it_was_sent": {"FetchMessage": {"needed": ["date_sent"], "pattern": ["date_sent"]}},
    # The records are the one member of a page that is not known to be about the page.
    "test_failures": {
        "ListMessage": {
            "needed": ["messages", "messages[*].sid", "messages[*].status", "messages[*].error_code"],
            "non_empty": ["messages"],
            "reactions": ["an extra field", "an undeclared status"],
        },
    },
}

SID = "SM00000000000000000000000000000001"


@pytest.fixture
def stub(contract_stub):
    return contract_stub("orders")


@pytest.fixture
def client(stub):
    from twilio_desk import connect

    return connect(stub.url, "AC00000000000000000000000000000000")


def test_a_message_is_sent(client, stub):
    from twilio_desk import send

    stub.on("CreateMessage").reply(201, {"sid": SID, "status": "queued", "body": "Tea?"})
    assert send(client, "+15558675310", "Tea?")


def test_when_it_was_sent(client, stub):
    from twilio_desk import sent_on

    stub.on("FetchMessage").reply(200, {"sid": SID, "date_sent": "Mon, 16 Aug 2027 03:45:01 +0000"})
    assert sent_on(client, SID)


def test_failures(client, stub):
    from twilio_desk import failures

    stub.on("ListMessage").reply(200, {"messages": [{"sid": SID, "status": "failed", "error_code": 30003}]})
    assert failures(client) == {SID: 30003}
