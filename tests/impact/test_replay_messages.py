"""`contractkit impact --replay` for messages: proven on the weakest that may come, and told on the broker's page."""

import html
import re
from pathlib import Path

import httpx
import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address
from contractkit.broker_client.records import ContractUpload
from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    Evidence,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    Rule,
    TestReference,
    UnknownNeeds,
    parse_location,
)

pytestmark = pytest.mark.slow

SETTINGS = """\
[tool.contractkit]
consumer = "packing"

[tool.contractkit.providers.orders]
messages = "events.yaml"
"""

OLD = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.2.0}
components:
  messages:
    OrderPlaced: {payload: {type: object, required: [id, total], properties: {id: {type: integer}, total: {}}}}
"""
NEW = OLD.replace("[id, total]", "[id]")

TESTS = """\
def test_it_is_packed(contract_stub):
    with contract_stub("orders").message("OrderPlaced", {"total": 12.5}) as message:
        assert message.json["total"]
"""


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The contract of a project that handles what orders emits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p pytest_contractkit.plugin")
    test = TestReference(node_id="test_packing.py::test_it_is_packed", file="test_packing.py", line=2)
    interaction = Interaction(
        key="m",
        description="OrderPlaced",
        operation="OrderPlaced",
        exchange=Message(contents=JsonBody({"id": 1, "total": 12.5})),
        rules=(LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
        evidence=(Evidence(test=test, needs=UnknownNeeds()),),
    )
    data = dump_contract(Contract(consumer="packing", provider="orders", interactions=(interaction,)))
    files = {"pyproject.toml": SETTINGS, "events.yaml": OLD, "new.yaml": NEW, "test_packing.py": TESTS}
    for name, text in files.items():
        Path(name).write_text(text)
    Path("contracts").mkdir()
    Path("contracts/packing-orders.json").write_bytes(data)
    return data


def test_what_is_proven_of_messages_is_told_on_the_page(contract: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with running_broker(Path("broker.sqlite")) as url, open_broker(read_address(url)) as client:
        upload = ContractUpload(consumer="packing", provider="orders", data=contract)
        client.publish(Build(application="packing", version="1", branch="main"), [upload])
        client.resources.publish_definition("orders", "1", OLD.encode(), content_type="application/yaml")
        publishing = ("--replay", "--publish", "--consumer-version", "1", "--broker", url)
        code = run(["impact", "broker:orders", "new.yaml", "--provider", "orders", *publishing])
        printed = capsys.readouterr()
        job = client.resources.impact("orders", NEW.encode())
        page = httpx.get(job["_links"]["contractkit:page"]["href"]).text
    told = "test_packing.py:3: KeyError: 'total'"
    assert code == 0
    assert f"  OrderPlaced   at risk     can fail   {told}\n" in printed.out
    assert printed.err == (
        "Running 1 test on stubs of new.yaml.\n"
        "Running 1 test on the weakest answers of new.yaml.\n"
        "Published what the tests of packing 1 proved.\n"
    )
    assert [(each["version"], each["interactions"][0]["outcome"]) for each in job["proofs"]] == [("1", "can fail")]
    words = " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).split())
    assert f"OrderPlaced ? at risk ? can fail {told}" in words
