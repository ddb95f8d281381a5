"""Soundness of verdicts on messages that are answered: whether a provider still takes what its consumer sends."""

from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from contractkit.definitions.asyncapi import asyncapi_messages, asyncapi_operations
from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.references import Documents
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.model import (
    Contract,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Rule,
    SynchronousMessages,
    parse_location,
)
from tests.impact.worlds.making import make_world
from tests.impact.worlds.schemas import everything, mapped
from tests.impact.worlds.values import make_value

pytestmark = pytest.mark.slow

ASKED = {"$ref": "#/components/schemas/Order"}
FORMATS = FormatChecker(("date", "date-time", "uuid"))
HEADERS = {"$ref": "#/components/schemas/Draft"}


def definition(document: dict[str, Any]) -> MessageDefinition:
    """Give the definition of an operation that takes an order, with a draft as headers, and says it back."""
    messages = {"Ask": {"payload": ASKED, "headers": HEADERS}, "Answer": {"payload": ASKED}}
    channels = {
        name: {"messages": {each: {"$ref": f"#/components/messages/{each}"}}}
        for name, each in (("asking", "Ask"), ("answering", "Answer"))
    }
    replying = {"channel": {"$ref": "#/channels/answering"}}
    written = {
        "asyncapi": "3.0.0",
        "channels": channels,
        "operations": {"ask": {"action": "receive", "channel": {"$ref": "#/channels/asking"}, "reply": replying}},
        "components": {**document["components"], "messages": messages},
    }
    documents = Documents({"d": written}, "d")
    return MessageDefinition(
        asyncapi_messages(documents, source="d"),
        {"d": written},
        lambda uri: None,
        source="d",
        operations=partial(asyncapi_operations, documents),
    )


def is_taken(document: dict[str, Any], contents: Any, metadata: Any) -> bool:
    """Say whether another judge of JSON Schema takes both sides of what is sent."""
    schemas = ({**each, "components": document["components"]} for each in (ASKED, HEADERS))
    return all(
        Draft202012Validator(schema, format_checker=FORMATS).is_valid(value)
        for schema, value in zip(schemas, (contents, metadata), strict=True)
    )


def asked(contents: Any, metadata: Any) -> Interaction:
    """Give an interaction whose answer is nothing that anybody depends on."""
    return Interaction(
        key="ask",
        description="ask",
        exchange=SynchronousMessages(
            request=Message(contents=JsonBody(contents), metadata=metadata),
            responses=(Message(contents=JsonBody({})),),
        ),
        rules=(LocatedRules(location=parse_location("responses[0].contents"), rules=(Rule("type"),)),),
        kept={"comments": {"references": {"AsyncAPI": {"operationId": "ask"}}}},
    )


def _has_picks(document: dict[str, Any]) -> bool:
    """Say whether discriminators pick alternatives, of which the other judge knows nothing."""
    return any(map(mapped, everything(document)))


@pytest.mark.parametrize("count", [90, pytest.param(4_000, marks=pytest.mark.deep)])
def test_no_sender_judged_unaffected_is_refused_and_those_judged_broken_are(count: int) -> None:
    verdicts: Counter[tuple[str, bool]] = Counter()
    wrong = []
    for seed in range(count):
        random = Random(seed)
        world = make_world(random, of_schemas=1)
        contents, metadata = (make_value(each, world.document, random) for each in (ASKED, HEADERS))
        if _has_picks(world.document) or not is_taken(world.document, contents, metadata):
            continue
        contract = Contract(consumer="web", provider="orders", interactions=(asked(contents, metadata),))
        pair = definition(world.document), definition(world.changed)
        report = analyse(*pair, [(contract, ConsumerInfo())])
        taken = is_taken(world.changed, contents, metadata)
        of_request = [each.verdict for each in report.findings if str(each.worry.location).startswith("request")]
        verdict = Verdict.BROKEN if Verdict.BROKEN in of_request else of_request[0] if of_request else None
        verdicts[verdict.value if verdict else "unaffected", taken] += 1
        if not taken and verdict is not Verdict.BROKEN:
            wrong.append(f"world {seed}, {', '.join(world.changes)}: {verdict}")
    print(f"{count} worlds; verdict, and whether what is sent is taken: {dict(sorted(verdicts.items()))}")
    assert wrong == []
    assert verdicts["broken", False] >= 9 * verdicts["broken", True]
    assert {verdict for verdict, _ in verdicts} >= {"unaffected", "broken"}
