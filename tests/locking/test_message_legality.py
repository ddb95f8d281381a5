"""Messages rechecked against a definition that was another when they were recorded."""

from pathlib import Path

import pytest

from contractkit.locking.legality import Level, recheck
from contractkit.model import (
    Contract,
    Exchange,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Rule,
    SynchronousMessages,
    WireForm,
    parse_location,
)
from contractkit.sources.messages import load_messages

OLD = "{required: [id, total], properties: {id: {type: integer}, total: {type: number}}}"
NEW = "{required: [id], properties: {id: {type: integer}, total: {type: number}}}"
PLACED = Message(contents=JsonBody({"id": 1, "total": 2}))


def checked(tmp_path: Path, exchange: Exchange, wire: WireForm | None = None) -> tuple[list[str], int]:
    """Give what a changed definition raises, and how many interactions nobody could judge."""
    for name, text in (("old", OLD), ("new", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "OrderPlaced.yaml").write_text(text)
    rules = (LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),)
    interaction = Interaction(
        key="m", description="OrderPlaced", operation="OrderPlaced", exchange=exchange, rules=rules, wire=wire
    )
    contract = Contract(consumer="packing", provider="orders", interactions=(interaction,))
    old, new = (load_messages(name, root=tmp_path) for name in ("old", "new"))
    found = recheck([contract], [(old, new)])
    assert found.concerns == (*found.of(Level.ILLEGAL), *found.of(Level.UNPROMISED))
    return [f"{each.level.value}: {each.location}: {each.sentence}" for each in found.concerns], len(found.unjudged)


def test_what_is_promised_no_more_is_said_beside_what_is_legal(tmp_path: Path) -> None:
    sentence = "the consumer needs it, and it may be absent now: promised, number, now declared, number"
    assert checked(tmp_path, PLACED) == ([f"no longer promised: message.contents.total: {sentence}"], 0)


@pytest.mark.parametrize("responses", [(), (PLACED,)])
def test_messages_that_are_answered_need_a_definition_with_operations(
    responses: tuple[Message, ...], tmp_path: Path
) -> None:
    [said], _ = checked(tmp_path, SynchronousMessages(request=PLACED, responses=responses))
    assert said.startswith('no longer legal: request: "OrderPlaced" names no message of the definition. ')


def test_messages_of_protobuf_are_not_held_against_schemas(tmp_path: Path) -> None:
    assert checked(tmp_path, PLACED, WireForm(descriptors=b"")) == ([], 1)
