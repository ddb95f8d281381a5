"""What of a definition of messages nobody needs, and how sure that is."""

from pathlib import Path
from typing import Any

import pytest

from contractkit.impact.message_usage import unused_of_messages
from contractkit.impact.usage import UsedPlace, used_places
from contractkit.model import (
    Contract,
    Evidence,
    InferredNeeds,
    Interaction,
    JsonBody,
    Message,
    Need,
    TestReference,
    parse_location,
)
from contractkit.sources.messages import load_messages

EVENTS = """\
asyncapi: 3.0.0
components:
  messages:
    OrderPlaced:
      headers: {type: object, properties: {tenant: {type: string}, trace: {type: string}}}
      payload: {type: object, properties: {id: {type: integer}, lines: {type: array, items: {properties: {sku: {}}}}}}
    OrderLost: {headers: {properties: {tenant: {}}}, payload: {properties: {id: {}}}}
"""
TEST = TestReference(node_id="test_packing.py::test_it", file="test_packing.py", line=9)


def handled(name: str, contents: Any, needed: str | None = None) -> Contract:
    needs = InferredNeeds(needed=(Need(location=parse_location(needed)),)) if needed else None
    interaction = Interaction(
        key="m",
        description=name,
        operation=name,
        exchange=Message(contents=JsonBody(contents), metadata={"contentType": "application/json", "tenant": "a"}),
        evidence=(Evidence(test=TEST, **({"needs": needs} if needs else {})),),
    )
    return Contract(consumer="packing", provider="orders", interactions=(interaction,))


def test_members_and_headers_are_used_where_messages_are() -> None:
    assert used_places([handled("OrderPlaced", {"id": 1}, "message.contents.id")]) == tuple(
        UsedPlace(operation="OrderPlaced", location=f"message.{place}", consumers={"packing": True})
        for place in ("contents.id", "metadata.contentType", "metadata.tenant")
    )


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (
            handled("OrderPlaced", {"id": 1}, "message.contents.id"),
            [
                ("OrderPlaced", "message.contents.lines", "proved"),
                ("OrderPlaced", "message.contents.lines[*].sku", "proved"),
                ("OrderPlaced", "message.metadata.trace", "likely"),
                ("OrderLost", "", "proved"),
            ],
        ),
        (
            handled("OrderPlaced", {"id": 1}),
            [
                ("OrderPlaced", "message.contents.lines", "likely"),
                ("OrderPlaced", "message.contents.lines[*].sku", "likely"),
                ("OrderPlaced", "message.contents.id", "unknown"),
                ("OrderPlaced", "message.metadata.trace", "likely"),
                ("OrderPlaced", "message.metadata.tenant", "unknown"),
                ("OrderLost", "", "proved"),
            ],
        ),
        (handled("an order", {"id": 1}), [("OrderPlaced", "", "likely"), ("OrderLost", "", "likely")]),
    ],
)
def test_what_nobody_needs_is_as_sure_as_the_contracts_are(contract: Contract, expected: Any, tmp_path: Path) -> None:
    (tmp_path / "events.yaml").write_text(EVENTS)
    found = unused_of_messages(load_messages("events.yaml", root=tmp_path), used_places([contract]))
    assert [(each.operation, each.location, each.sureness.value) for each in found] == expected
