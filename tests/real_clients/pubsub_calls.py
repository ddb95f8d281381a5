"""The google-cloud-pubsub package publishing and pulling; run by `test_real_grpc_clients`."""

import threading

import pytest
from google.api_core.exceptions import NotFound
from google.cloud import pubsub_v1

TOPIC = "projects/p/topics/orders"
SUBSCRIPTION = "projects/p/subscriptions/billing"


@pytest.fixture
def pubsub(contract_stub, monkeypatch):
    stub = contract_stub("pubsub")
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", stub.target)
    monkeypatch.setenv("PUBSUB_PROJECT_ID", "p")
    return stub


@pytest.fixture
def publisher(pubsub):
    with pubsub_v1.PublisherClient() as client:
        yield client


@pytest.fixture
def subscriber(pubsub):
    with pubsub_v1.SubscriberClient() as client:
        yield client


def test_a_topic_is_made(publisher):
    assert publisher.create_topic(name=TOPIC).name == TOPIC


def test_topics_are_listed(publisher, pubsub):
    pubsub.on("ListTopics").reply({"topics": [{"name": TOPIC}], "next_page_token": ""})
    assert [topic.name for topic in publisher.list_topics(project="projects/p")] == [TOPIC]


def test_a_topic_may_be_missing(publisher, pubsub):
    pubsub.on("GetTopic").reply(status="NOT_FOUND", message="no such topic")
    with pytest.raises(NotFound):
        publisher.get_topic(topic=TOPIC, retry=None)


def test_a_message_is_published(publisher, pubsub):
    pubsub.on("Publisher/Publish").reply({"message_ids": ["m-1"]})
    assert publisher.publish(TOPIC, b"an order", kind="new").result(timeout=60) == "m-1"


def test_a_subscription_is_made(subscriber):
    assert subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC).name == SUBSCRIPTION


def test_messages_are_pulled_and_acknowledged(subscriber, pubsub):
    received = {"ack_id": "a-1", "message": {"data": b"an order", "message_id": "m-1", "attributes": {"kind": "new"}}}
    pubsub.on("Pull").reply({"received_messages": [received]})
    (pulled,) = subscriber.pull(subscription=SUBSCRIPTION, max_messages=1).received_messages
    subscriber.acknowledge(subscription=SUBSCRIPTION, ack_ids=[pulled.ack_id])
    assert (pulled.message.data, pulled.message.attributes["kind"]) == (b"an order", "new")


def test_messages_are_pulled_as_a_stream(subscriber, pubsub):
    received = {"ack_id": "a-1", "message": {"data": b"an order", "message_id": "m-1"}}
    pubsub.on("StreamingPull").reply([{"received_messages": [received]}])
    came, data = threading.Event(), []

    def take(message):
        data.append(message.data)
        message.ack()
        came.set()

    pulling = subscriber.subscribe(SUBSCRIPTION, callback=take)
    assert came.wait(timeout=60)
    pulling.cancel()
    pulling.result(timeout=60)
    assert data[0] == b"an order"
