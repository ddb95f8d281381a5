"""What differs between two definitions of messages, and what is no difference."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.changes.changelog import changelog
from contractkit.sources.messages import load_messages

OLD = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.2.0}
channels:
  orders:
    address: orders.{region}
    messages:
      OrderPlaced:
        contentType: application/json
        headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}
        payload: {type: object, required: [id, state], properties: {id: {type: integer}, state: {enum: [a, b]}}}
      OrderCounted:
        payload:
          schemaFormat: application/vnd.apache.avro;version=1.9.0
          schema: {type: record, name: Counted, fields: [{name: id, type: int}]}
"""

Differ = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def differ(tmp_path: Path) -> Differ:
    """Give what differs as level, rule and place; replacements lead from the old text to the new one."""

    def differing(*replacements: tuple[str, str], new: str = OLD) -> list[tuple[str, str, str]]:
        for before, after in replacements:
            assert before in new
            new = new.replace(before, after)
        (tmp_path / "old.yaml").write_text(OLD)
        (tmp_path / "new.yaml").write_text(new)
        log = changelog(*(load_messages(name, root=tmp_path) for name in ("old.yaml", "new.yaml")))
        return [(each.level.value, each.rule, f"{each.operation} {each.location}") for each in log.changes]

    return differing


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("id: {type: integer}", "id: {type: string}", [("breaking", "response.type.changed", "contents.id")]),
        ("[id, state]", "[id]", [("breaking", "response.member.became-optional", "contents.state")]),
        ("[a, b]", "[a, b, c]", [("possible", "response.values.added", "contents.state")]),
        (
            "{tenant: {type: string}}",
            "{tenant: {type: string}, trace: {type: string}}",
            [("harmless", "response.member.added", "metadata.trace")],
        ),
        (
            "application/json",
            "application/vnd.a+json",
            [
                ("breaking", "response.media-type.removed", "metadata.contentType"),
                ("compatible", "response.media-type.added", "metadata.contentType"),
            ],
        ),
        (
            "        headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}\n",
            "",
            [("breaking", "message.headers.removed", "metadata")],
        ),
        (
            "orders.{region}",
            "orders.all",
            [("breaking", "message.channel.removed", ""), ("compatible", "message.channel.added", "")],
        ),
        (
            "OrderPlaced:",
            "OrderTaken:",
            [("breaking", "message.removed", "")],
        ),
    ],
)
def test_every_change_of_a_message_is_told(before: str, after: str, expected: list[Any], differ: Differ) -> None:
    found = [each for each in differ((before, after)) if each[2].startswith("OrderPlaced")]
    places = [(level, rule, f"OrderPlaced message{place and '.'}{place}") for level, rule, place in expected]
    assert found == places


def test_a_schema_that_nobody_here_can_read_may_have_changed(differ: Differ) -> None:
    assert differ(("name: id, type: int", "name: id, type: long")) == [
        ("possible", "message.incomparable", "OrderCounted message.contents")
    ]


@pytest.mark.parametrize(
    "replacements",
    [
        [
            ("{type: integer}", "{$ref: '#/components/schemas/Id'}"),
            ("info:", "components: {schemas: {Id: {type: integer}}}\ninfo:"),
        ],
        [("id: {type: integer}, state: {enum: [a, b]}", "state: {enum: [b, a]}, id: {type: integer}")],
        [("id: {type: integer}", "id: {allOf: [{type: integer}]}")],
        [("{region}", "{area}")],
        [
            ("      OrderPlaced:\n", "      OrderPlaced: {$ref: '#/components/messages/OrderPlaced'}\n      Other:\n"),
            ("info:", "components: {messages: {OrderPlaced: {$ref: '#/channels/orders/messages/Other'}}}\ninfo:"),
        ],
        [("OrderCounted:\n", "OrderCounted:\n        description: nobody reads this\n")],
    ],
)  # fmt: skip
def test_what_is_only_written_otherwise_is_no_change(replacements: list[tuple[str, str]], differ: Differ) -> None:
    assert differ(*replacements) == []


def test_the_same_place_of_two_files_is_two_changes(tmp_path: Path) -> None:
    for folder, names in (("old", ["id", "total"]), ("new", ["id"])):
        (tmp_path / folder).mkdir()
        for name in ("OrderPlaced", "OrderShipped"):
            schema = {"type": "object", "properties": {each: {"type": "integer"} for each in names}}
            (tmp_path / folder / f"{name}.json").write_text(json.dumps(schema))
    log = changelog(*(load_messages(name, root=tmp_path) for name in ("old", "new")))
    assert [(each.operation, each.rule, each.also) for each in log.changes] == [
        ("OrderPlaced", "response.optional-member.removed", ()),
        ("OrderShipped", "response.optional-member.removed", ()),
    ]
