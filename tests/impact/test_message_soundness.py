"""Soundness of verdicts on messages: handlers that are handed whatever a provider of the new definition may send."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from contractkit.definitions.asyncapi import asyncapi_messages
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import (
    Contract,
    Evidence,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Message,
    Rule,
    TestReference,
    parse_location,
)
from tests.impact.worlds.making import make_world
from tests.impact.worlds.needs import copes, needs_of
from tests.impact.worlds.values import make_value

BODY = Location(("response", "body"))
TEST = TestReference(node_id="tests/test_use.py::test_use", file="tests/test_use.py", line=1)
_RUNS = 40


def events(document: dict[str, Any]) -> dict[str, Any]:
    """Give what a world's operation answers as a message, what it takes as headers; none where it gives no answer."""
    used: Iterator[Any] = (item for path, item in document["paths"].items() if path.startswith("/orders"))
    operation: Any = next(iter(next(used, {"": {}}).values()))
    given = operation.get("responses", {}).get("200", {}).get("content", {})
    messages = {"Other": {"payload": {"$ref": "#/components/schemas/Order"}}}
    for media_type, content in given.items():
        headers = {"$ref": "#/components/schemas/Draft"}
        messages["Used"] = {"contentType": media_type, "payload": content.get("schema", {}), "headers": headers}
    return {"asyncapi": "3.0.0", "components": {**document["components"], "messages": messages}}


def definition(document: dict[str, Any]) -> MessageDefinition:
    written = events(document)
    documents = Documents({"d": written}, "d")
    return MessageDefinition(asyncapi_messages(documents, source="d"), {"d": written}, lambda uri: None, source="d")


def moved(needs: InferredNeeds, side: str) -> InferredNeeds:
    """Give needs of an answer as needs of one side of a message."""

    def there(place: Location) -> Location:
        return parse_location(f"message.{side}").under(place.steps[2:])

    return InferredNeeds(
        needed=tuple(replace(each, location=there(each.location)) for each in needs.needed),
        any_of=tuple(tuple(map(there, group)) for group in needs.any_of),
        tolerated=tuple(map(there, needs.tolerated)),
    )


def received(contents: Any, metadata: Any, needs: InferredNeeds) -> Interaction:
    by_type = (Rule("type"),)
    return Interaction(
        key="use",
        description="use",
        operation="Used",
        exchange=Message(contents=JsonBody(contents), metadata=metadata),
        rules=tuple(LocatedRules(location=parse_location(f"message.{side}"), rules=by_type) for side in SIDES),
        evidence=(Evidence(test=TEST, needs=needs),),
    )


SIDES = ("contents", "metadata")


def failures(document: Any, sides: dict[str, tuple[Any, InferredNeeds]], random: Random) -> float:
    """Give the share of messages of a definition that a handler cannot use; all where there are none of its type."""
    message = events(document)["components"]["messages"].get("Used")
    if message is None or message["contentType"] != "application/json":
        return 1.0
    schemas = {"contents": message["payload"], "metadata": message["headers"]}
    failed = 0
    for _ in range(_RUNS):
        sent = {side: make_value(schemas[side], document, random) for side in SIDES}
        failed += not all(copes(needs, example, sent[side]) for side, (example, needs) in sides.items())
    return failed / _RUNS


@pytest.mark.slow
@pytest.mark.parametrize("count", [70, pytest.param(4_000, marks=pytest.mark.deep)])
def test_no_handler_judged_unaffected_fails_and_those_judged_broken_do(count: int) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for seed in range(count):
        random = Random(seed)
        world = make_world(random, of_schemas=0.9)
        metadata = make_value({"$ref": "#/components/schemas/Draft"}, world.document, random, whole=True)
        of_metadata = needs_of("Draft", world.document, metadata, random)
        sides = {"contents": (world.example, world.consumer.needs), "metadata": (metadata, of_metadata)}
        assert failures(world.document, sides, Random(seed)) == 0.0, f"world {seed} does not work to begin with"
        both = [moved(needs, side) for side, (_, needs) in sides.items()]
        needs = InferredNeeds(
            needed=tuple(each for side in both for each in side.needed),
            any_of=tuple(each for side in both for each in side.any_of),
            tolerated=tuple(each for side in both for each in side.tolerated),
        )
        contract = Contract(
            consumer="packing", provider="orders", interactions=(received(world.example, metadata, needs),)
        )
        report = analyse(definition(world.document), definition(world.changed), [(contract, ConsumerInfo())])
        share = failures(world.changed, sides, Random(seed + 1))
        verdicts[report.verdict.value, "always" if share == 1 else "sometimes" if share else "never"] += 1
        if report.verdict is Verdict.UNAFFECTED and share:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: fails in {share:.0%}")
    print(f"{count} worlds; verdict, and how often the handler fails: {dict(sorted(verdicts.items()))}")
    assert wrong == []
    broken = {often: number for (verdict, often), number in verdicts.items() if verdict == "broken"}
    assert sum(broken.values()) - broken.get("never", 0) >= 0.9 * sum(broken.values())
    assert {verdict for verdict, _ in verdicts} == {"unaffected", "at risk", "broken"}
