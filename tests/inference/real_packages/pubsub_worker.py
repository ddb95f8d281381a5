"""A worker on the google-cloud-pubsub package."""

import json


def topics(publisher, project):
    return [topic.name.rsplit("/", 1)[1] for topic in publisher.list_topics(project=project)]


def projects(publisher, project):
    found = set()
    for topic in publisher.list_topics(project=project):
        _, owner, _, _ = topic.name.split("/")
        found.add(owner)
    return found


def work(subscriber, subscription, handle):
    done = []
    for received in subscriber.pull(subscription=subscription, max_messages=10).received_messages:
        handle(json.loads(received.message.data))
        done.append(received.ack_id)
    subscriber.acknowledge(subscription=subscription, ack_ids=done)
    return done
