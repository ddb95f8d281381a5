"""A worker on the google-cloud-pubsub package: generated code over gRPC, pages, bytes that hold a document."""

import pytest

DEFINITION = "pubsub.proto"

BESIDE = ["pubsub_worker.py"]

TRUTH = {
    "test_topics": {
        "google.pubsub.v1.Publisher/ListTopics": {
            "needed": ["topics", "topics[*].name"],
            "non_empty": ["topics"],
            "pattern": ["topics[*].name"],
        },
    },
    "test_projects": {
        "google.pubsub.v1.Publisher/ListTopics": {
            "needed": ["topics", "topics[*].name"],
            "non_empty": ["topics"],
            "pattern": ["topics[*].name"],
        },
    },
    "test_work": {
        "google.pubsub.v1.Subscriber/Pull": {
            "needed": [
                "received_messages",
                "received_messages[*].ack_id",
                "received_messages[*].message",
                "received_messages[*].message.data",
            ],
            "non_empty": ["received_messages"],
            "pattern": ["received_messages[*].message.data"],
        },
    },
}
for _truth in TRUTH.values():
    for _operation in _truth.values():
        _operation["null_tolerated"] = _operation["needed"]  # nothing can be null

_PULL = ("test_work", "google.pubsub.v1.Subscriber/Pull")
_DATA = "received_messages[*].message.data"
_NO_SHAPE = "no pattern tells a document from other bytes, so that it is expected as it was"
REASONS = {(*_PULL, "pattern", _DATA): _NO_SHAPE, (*_PULL, "members", f'{_DATA}="eyJvcmRlciI6IDd9"'): _NO_SHAPE}


@pytest.fixture
def stub(contract_stub, monkeypatch):
    stub = contract_stub("orders")
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", stub.target)
    monkeypatch.setenv("PUBSUB_PROJECT_ID", "p")
    return stub


def test_topics(stub):
    from google.cloud import pubsub_v1
    from pubsub_worker import topics

    stub.on("ListTopics").reply({"topics": [{"name": "projects/p/topics/orders"}], "next_page_token": ""})
    with pubsub_v1.PublisherClient() as publisher:
        assert topics(publisher, "projects/p") == ["orders"]


def test_projects(stub):
    from google.cloud import pubsub_v1
    from pubsub_worker import projects

    stub.on("ListTopics").reply({"topics": [{"name": "projects/q/topics/orders"}], "next_page_token": ""})
    with pubsub_v1.PublisherClient() as publisher:
        assert projects(publisher, "projects/q") == {"q"}


def test_work(stub):
    from google.cloud import pubsub_v1
    from pubsub_worker import work

    message = {"data": b'{"order": 7}', "message_id": "m-1"}
    stub.on("Pull").reply({"received_messages": [{"ack_id": "a-1", "message": message}]})
    with pubsub_v1.SubscriberClient() as subscriber:
        assert work(subscriber, "projects/p/subscriptions/billing", lambda order: None) == ["a-1"]
