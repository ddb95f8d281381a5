"""A definition of messages at the broker: published as an AsyncAPI document, and asked who breaks."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address
from contractkit.broker_client.records import ContractUpload
from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.model import Contract, Interaction, JsonBody, LocatedRules, Message, Rule, parse_location

pytestmark = pytest.mark.slow

OLD = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.2.0}
components:
  messages:
    OrderPlaced: {payload: {type: object, required: [id, total], properties: {id: {type: integer}, total: {}}}}
"""
NEW = OLD.replace("[id, total]", "[id]").replace(", total: {}", "")
ELSEWHERE = OLD.replace("{type: integer}", "{$ref: 'id.yaml'}")
INTERACTION = Interaction(
    key="m",
    description="OrderPlaced",
    operation="OrderPlaced",
    exchange=Message(contents=JsonBody({"id": 1, "total": 2})),
    rules=(LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
)
CONTRACT = dump_contract(Contract(consumer="packing", provider="orders", interactions=(INTERACTION,)))


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker with the definition of what orders emits and a consumer of it; gives its URL."""
    monkeypatch.chdir(tmp_path)
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        upload = ContractUpload(consumer="packing", provider="orders", data=CONTRACT)
        client.publish(Build(application="packing", version="1", branch="main"), [upload])
        client.resources.publish_definition("orders", "1", OLD.encode(), content_type="application/yaml")
        yield url


def judged(url: str, definition: str) -> tuple[str, str, str]:
    """Give verdict, place and sentence of the one finding of a job."""
    order = {"provider": "orders", "definition": base64.b64encode(definition.encode()).decode()}
    with httpx.Client(base_url=url) as http:
        place = http.post("/impact-jobs", json=order).headers["location"]
        job: Any = {"status": "queued"}
        while job["status"] in ("queued", "running"):
            time.sleep(0.05)  # the job runs in a process of its own; there is nothing to wait on but its resource
            job = http.get(place).json()
    [consumer] = job["report"]["consumers"]
    [[finding]] = [each["findings"] for each in consumer["interactions"]]
    return finding["verdict"], finding["location"], finding["sentence"]


def test_a_job_names_the_handler_that_breaks_and_what_it_cannot_judge(broker: str) -> None:
    gone = "the consumer needs it, and it is not declared any more"
    assert judged(broker, NEW) == ("broken", "message.contents.total", gone)
    assert judged(broker, ELSEWHERE) == (
        "at risk",
        "message",
        "a definition cannot be used here: The definition orders (new) refers to another document, which did not come "
        "with it.",
    )


def test_the_command_takes_the_old_definition_from_the_broker(broker: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("events.yaml").write_text(NEW)
    code = run(["impact", "events.yaml", "--provider", "orders", "--broker", broker])
    assert (code, "  old           orders@main:5\n" in capsys.readouterr().out) == (1, True)


def test_the_answer_is_shared_with_what_the_document_refers_to(broker: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("events.yaml").write_text(NEW.replace("{type: integer}", "{$ref: 'id.yaml'}"))
    Path("id.yaml").write_text("type: integer")
    shared = ["--provider", "orders", "--broker", broker, "--share"]
    assert run(["impact", "broker:orders", "events.yaml", *shared]) == 1
    told = capsys.readouterr()
    page = httpx.get(told.err.removeprefix("To share: ").strip()).text
    assert "packing 1 can no longer use the message OrderPlaced." in page
    assert f"<b>{told.out.splitlines()[-1]}</b>" in page


def test_schemas_by_themselves_are_shared_as_one_document(broker: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("schemas").mkdir()
    Path("schemas/OrderPlaced.json").write_text('{"type": "object", "properties": {"id": {"$ref": "v1/Id.json"}}}')
    Path("schemas/v1").mkdir()
    Path("schemas/v1/Id.json").write_text('{"type": "integer"}')
    assert run(["impact", "schemas", "--provider", "orders", "--broker", broker, "--share"]) == 1
    told = capsys.readouterr()
    page = httpx.get(told.err.removeprefix("To share: ").strip()).text
    assert "packing 1 can no longer use the message OrderPlaced." in page
    assert f"<b>{told.out.splitlines()[-1]}</b>" in page


def test_every_command_takes_messages_from_the_broker(
    broker: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    Path("events.yaml").write_text(NEW)
    Path("contract.json").write_bytes(CONTRACT)
    first = {}
    for command in (
        ["changes", "broker:orders", "events.yaml"],
        ["impact", "broker:orders", "events.yaml", "--contracts", "contract.json"],
        ["check", "contract.json", "--definition", "broker:orders"],
        ["usage", "--contracts", "contract.json", "--definition", "broker:orders"],
        ["changes", "broker:orders@nowhere", "events.yaml"],
    ):
        code = run(command)
        first[code, command[0]] = "".join(capsys.readouterr()).splitlines()[0]
    assert first == {
        (0, "changes"): "Changes from broker:orders to events.yaml: 1 breaking.",
        (1, "impact"): "What becomes of the consumers if broker:orders becomes events.yaml:",
        (0, "check"): "packing with orders, held against broker:orders:",
        (0, "usage"): "orders is used by packing.",
        (2, "changes"): "The broker knows no environment and no branch of orders named 'nowhere'.",
    }
