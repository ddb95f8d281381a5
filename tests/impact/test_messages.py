"""Who breaks when the definition of a message changes."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import dump_contract
from contractkit.impact import ConsumerInfo, Verdict, analyse
from contractkit.impact.formats import impact_as_markdown
from contractkit.impact.repairs import edits_of
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Need,
    Rule,
    TestReference,
    TextBody,
    WireForm,
    parse_location,
)
from contractkit.sources.messages import load_messages

OLD: dict[str, Any] = {
    "type": "object",
    "required": ["id", "total", "lines"],
    "properties": {
        "id": {"type": "integer"},
        "total": {"type": "number"},
        "note": {"type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "$defs": {"Line": {"type": "object", "required": ["sku"], "properties": {"n": {}, "sku": {"type": "string"}}}},
}
CONTENTS = {"id": 7, "total": 12.5, "lines": [{"sku": "a"}]}
TEST = TestReference(node_id="test_packing.py::test_it", file="test_packing.py", line=9)


def placed(name: str | None = "OrderPlaced", **changes: Any) -> Interaction:
    said: dict[str, Any] = {
        "key": "m",
        "description": "OrderPlaced",
        "exchange": Message(contents=JsonBody(CONTENTS), metadata={"contentType": "application/json"}),
        "operation": name,
        "rules": (LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
        "evidence": (Evidence(test=TEST),),
    }
    return Interaction(**{**said, **changes})


def without(*path: str) -> dict[str, Any]:
    """Give the old schema without a property, which is then not required either."""
    changed: dict[str, Any] = json.loads(json.dumps(OLD))
    holder = changed["$defs"]["Line"] if len(path) > 1 else changed
    del holder["properties"][path[-1]]
    holder["required"] = [name for name in holder["required"] if name != path[-1]]
    return changed


def retyped(name: str, schema: Any) -> dict[str, Any]:
    return {**OLD, "properties": {**OLD["properties"], name: schema}}


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Any]:
    """Give what became of one consumer, by the new schemas of messages."""

    def judged(new: dict[str, Any], *interactions: Interaction) -> Any:
        for folder, schemas in (("old", {"OrderPlaced": OLD}), ("new", new)):
            (tmp_path / folder).mkdir()
            for name, schema in schemas.items():
                (tmp_path / folder / f"{name}.json").write_text(json.dumps(schema))
        contract = Contract(consumer="packing", provider="orders", interactions=interactions or (placed(),))
        definitions = [load_messages(folder, root=tmp_path) for folder in ("old", "new")]
        return analyse(*definitions, [(contract, ConsumerInfo(origin="f"))])

    return judged


def findings(report: Any) -> list[tuple[Verdict, str, str, str]]:
    [consumer] = report.consumers
    return [(each.verdict, str(each.worry.location), each.worry.before, each.worry.after) for each in consumer.findings]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, []),
        (without("note"), []),
        (
            without("total"),
            [(Verdict.BROKEN, "message.contents.total", "promised, number", "undeclared")],
        ),
        (
            without("lines", "sku"),
            [(Verdict.BROKEN, "message.contents.lines[*].sku", "promised, string", "undeclared")],
        ),
        (
            retyped("total", {"type": "string"}),
            [(Verdict.BROKEN, "message.contents.total", "promised, number", "of a disjoint type, string")],
        ),
        (
            {**OLD, "required": ["id", "lines"]},
            [(Verdict.AT_RISK, "message.contents.total", "promised, number", "declared, number")],
        ),
        (retyped("more", {"type": "string"}), []),
    ],
)
def test_a_changed_message_breaks_who_needs_what_changed(judge: Any, new: Any, expected: Any) -> None:
    assert findings(judge({"OrderPlaced": new})) == expected


def test_a_removed_message_breaks_its_consumer_and_is_the_cause(judge: Any) -> None:
    report = judge({"OrderShipped": OLD})
    assert findings(report) == [(Verdict.BROKEN, "message", "defined", "not defined")]
    assert [each.operation for each in report.theoretical] == []


def test_proved_needs_are_what_counts(judge: Any) -> None:
    needs = InferredNeeds(
        needed=(Need(location=parse_location("message.contents.id")),),
        tolerated=(parse_location("message.contents.total"),),
    )
    tolerant = placed(evidence=(Evidence(test=TEST, needs=needs),))
    report = judge({"OrderPlaced": without("total")}, tolerant)
    assert findings(report) == []
    assert [(each.operation, str(each.location)) for each in report.theoretical] == [
        ("OrderPlaced", "message.contents.total")
    ]


def test_a_message_that_neither_definition_has_is_not_said_to_be_unaffected(judge: Any) -> None:
    report = judge({"OrderPlaced": OLD}, placed("OrderLost"))
    assert findings(report) == [(Verdict.AT_RISK, "message", "not analysable", "not analysable")]


def test_a_message_that_is_new_is_no_news(judge: Any) -> None:
    assert findings(judge({"OrderPlaced": OLD, "OrderLost": OLD}, placed("OrderLost"))) == []


def test_a_message_that_is_new_and_not_as_recorded_is_not_said_to_be_unaffected(judge: Any) -> None:
    report = judge({"OrderPlaced": OLD, "OrderLost": without("total")}, placed("OrderLost"))
    assert findings(report) == [(Verdict.AT_RISK, "message", "not analysable", "not analysable")]
    assert report.consumers[0].findings[0].worry.sentence == (
        "the old definition does not know the message, and the new one does not bear out message.contents.total"
    )


def test_calls_are_left_aside_and_told(judge: Any) -> None:
    call = HttpCall(request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200))
    report = judge({"OrderPlaced": OLD}, placed(), placed(key="h", exchange=call))
    assert report.consumers[0].aside_by_transport == {"HTTP": 1}


EVENTS = """\
asyncapi: 3.0.0
channels:
  orders:
    address: orders
    messages:
      OrderPlaced:
        headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}
        payload: {type: object, required: [id], properties: {id: {type: integer}}}
      OrderPacked:
        payload: {type: object, required: [id, box], properties: {id: {type: integer}, box: {type: string}}}
      OrderCounted: {contentType: application/xml, payload: {$ref: '#/components/schemas/Count'}}
operations:
  all: {action: send, channel: {$ref: '#/channels/orders'}}
components: {schemas: {Count: {type: object, properties: {n: {type: integer}}}}}
"""
BY_TYPE = (LocatedRules(location=parse_location("message"), rules=(Rule("type"),)),)
REFERRING = {"comments": {"references": {"AsyncAPI": {"operationId": "all"}}}}


def received(name: str | None, contents: Any, metadata: Any = None, **more: Any) -> Interaction:
    body = TextBody(text=contents, media_type="application/xml") if isinstance(contents, str) else JsonBody(contents)
    message = Message(contents=body, metadata=metadata or {})
    return placed(name, exchange=message, rules=BY_TYPE, **more)


ID_AND_BOX = received(None, {"id": 1, "box": "a"}, kept=REFERRING)
ID_ALONE = received(None, {"id": 1}, kept=REFERRING)
WITH_TENANT = received("OrderPlaced", {"id": 1}, {"contentType": "application/json", "tenant": "a"})
PROVED = InferredNeeds(needed=(Need(location=parse_location("message.contents.id")),))
PROVED_OF_CONTENTS = replace(WITH_TENANT, evidence=(Evidence(test=TEST, needs=PROVED),))


@pytest.mark.parametrize(
    ("before", "after", "interaction", "expected"),
    [
        ("required: [tenant], ", "", WITH_TENANT,
         ("at risk", "metadata.tenant", "promised, string", "declared, string")),
        ("tenant: {type: string}", "tenant: {type: integer}", WITH_TENANT,
         ("broken", "metadata.tenant", "promised, string", "of a disjoint type, integer")),
        ("tenant: {type: string}", "tenant: {type: integer}", PROVED_OF_CONTENTS,
         ("broken", "metadata.tenant", "promised, string", "of a disjoint type, integer")),
        ("        headers: {type: object, required: [tenant], properties: {tenant: {type: string}}}\n", "", WITH_TENANT,
         ("broken", "metadata", "described", "not described")),
        ("address: orders", "address: orders.v2", WITH_TENANT, ("at risk", "", "sent to orders", "sent to orders.v2")),
        ("{n: {type: integer}}", "{m: {type: integer}}", received("OrderCounted", "<n>1</n>"),
         ("at risk", "contents", "as the old definition describes it", "described otherwise")),
        ("type: integer}}}}", "type: integer, description: b}}}}", received("OrderCounted", "<n>1</n>"), None),
        ("box: {type: string}", "box: {type: boolean}", ID_AND_BOX,
         ("broken", "contents.box", "promised, string", "of a disjoint type, boolean")),
        ("box: {type: string}", "box: {type: boolean}", received("OrderPlaced", {"id": 1}), None),
        ("  all:", "  some:", ID_AND_BOX, ("broken", "", "defined", "not defined")),
        ("required: [id], properties: {id: {", "properties: {no: {", ID_ALONE,
         ("at risk", "contents.id", "promised, integer", "undeclared")),
    ],
)  # fmt: skip
def test_metadata_channels_and_what_cannot_be_read_are_judged_too(
    before: str, after: str, interaction: Interaction, expected: Any, tmp_path: Path
) -> None:
    assert before in EVENTS
    (tmp_path / "old.yaml").write_text(EVENTS)
    (tmp_path / "new.yaml").write_text(EVENTS.replace(before, after))
    contract = Contract(consumer="packing", provider="orders", interactions=(interaction,))
    old, new = (load_messages(name, root=tmp_path) for name in ("old.yaml", "new.yaml"))
    found = findings(analyse(old, new, [(contract, ConsumerInfo(origin="f"))]))
    place = f"message{expected[1] and '.'}{expected[1]}" if expected else ""
    assert found == ([(Verdict(expected[0]), place, *expected[2:])] if expected else [])


def test_who_handles_a_message_is_told_to_take_it_from_its_new_address(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(EVENTS)
    (tmp_path / "new.yaml").write_text(EVENTS.replace("address: orders", "address: orders.v2"))
    contract = Contract(consumer="packing", provider="orders", interactions=(WITH_TENANT,))
    old, new = (load_messages(name, root=tmp_path) for name in ("old.yaml", "new.yaml"))
    [finding] = analyse(old, new, [(contract, ConsumerInfo(origin="f"))]).findings
    assert [each["change"] for each in edits_of(finding, ["test_packing.py:9"])][:2] == [
        "keep message as it was: sent to orders, instead of sent to orders.v2",
        "make packing take the message as it is sent to orders.v2, and deploy it first",
    ]


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_definition_that_holds_only_in_part_says_nothing_of_the_rest(side: str, tmp_path: Path) -> None:
    texts = {"old": EVENTS, "new": EVENTS}
    texts[side] = EVENTS.replace("properties: {id: {type: integer}}}", "properties: {id: {$ref: '#/gone'}}}")
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    contract = Contract(consumer="packing", provider="orders", interactions=(WITH_TENANT,))
    old, new = (load_messages(f"{name}.yaml", root=tmp_path) for name in ("old", "new"))
    [found] = analyse(old, new, [(contract, ConsumerInfo(origin="f"))]).consumers[0].findings
    assert (found.verdict, found.worry.code) == (Verdict.AT_RISK, "not-analysable")


# the command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "OrderPlaced.json").write_text(json.dumps(OLD, indent=1))
    (tmp_path / "contracts").mkdir()
    contract = Contract(consumer="packing", provider="orders", interactions=(placed(),))
    (tmp_path / "contracts" / "packing-orders.json").write_bytes(dump_contract(contract))
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    from contractkit.cli.main import run as command

    code = command(["impact", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_directory_is_compared_with_what_git_has(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "schemas" / "OrderPlaced.json").write_text(json.dumps(without("total"), indent=1))
    code, out, _ = run(capsys, "git:HEAD:schemas", "schemas")
    assert code == 1
    assert "packing can no longer use the message OrderPlaced." in out
    assert "  at            message.contents.total\n" in out
    assert "  old           git:HEAD:schemas/OrderPlaced.json:12\n" in out
    assert "  test          test_packing.py:9\n" in out


def test_a_removed_message_is_shown_where_its_schema_was(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "schemas" / "OrderPlaced.json").rename(project / "schemas" / "OrderShipped.json")
    code, out, _ = run(capsys, "git:HEAD:schemas", "schemas")
    assert (code, "  old           git:HEAD:schemas/OrderPlaced.json:1\n" in out) == (1, True)


def test_nothing_changed_is_unaffected(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "git:HEAD:schemas/OrderPlaced.json", "schemas/OrderPlaced.json")
    assert (code, out.splitlines()[-1]) == (0, "Of 1 contract: 1 unaffected.")


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("api.yaml", "schemas", 2, "Definitions of two kinds cannot be compared."),
        ("api.yaml", "api.yaml", 3, "JSON Schemas or AsyncAPI for messages."),
        ("schemas", "gone", 2, "The definition gone cannot be read."),
        ("schemas", "git:HEAD:gone", 2, "The definition git:HEAD:gone cannot be read."),
        ("schemas", "sub/broken.json", 2, "The definition sub/broken.json is not JSON."),
        ("api.yaml", "sub/api.yaml", 2, "The definition sub/api.yaml is not YAML."),
        ("sub/api.yaml", "git:HEAD:schemas", 2, "The definition sub/api.yaml is not YAML."),
    ],
)
def test_wrong_use_says_what_is_wrong(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, code: int, said: str
) -> None:
    (project / "api.yaml").write_text("{openapi: 3.1.0, info: {title: A, version: '1'}, paths: {}}")
    (project / "sub").mkdir()
    (project / "sub" / "broken.json").write_text("{")
    (project / "sub" / "api.yaml").write_text("paths: [")
    ended, _, err = run(capsys, old, new)
    assert (ended, said in err) == (code, True), err


def test_a_message_of_protobuf_is_left_to_what_defines_it(judge: Callable[..., Any]) -> None:
    wire = WireForm(descriptors=b"", request=b"", response=b"\n\x01a")
    of_protobuf = placed("shop.v1.OrderLost", key="p", wire=wire)
    [consumer] = judge({"OrderPlaced": OLD}, placed(), of_protobuf).consumers
    assert (consumer.verdict, consumer.left_aside) == (Verdict.UNAFFECTED, (of_protobuf,))


def test_no_text_of_a_contract_steers_what_shows_a_comment(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(EVENTS)
    name = "a\x1b[2J\u202e\\|<img src=x>![b](//x)"
    contract = Contract(consumer="packing", provider="orders", interactions=(received(name, {}, description=name),))
    events = load_messages("old.yaml", root=tmp_path)
    said = impact_as_markdown(analyse(events, events, [(contract, ConsumerInfo(origin="f"))]))
    assert "| a�[2J�\\\\\\|&lt;img src=x>![b]\\(//x) |" in said
    assert [each for each in ("\x1b", "\u202e", "<img", "](") if each in said] == []
