"""`contractkit stub --allow-faults` as a process: what clients meet, and what its lines say."""

from pathlib import Path

import httpx
import pytest

from contractkit.exact_json import read_json
from tests.cli.running import running

ORDERS = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses: {'200': {description: it, content: {application/json: {schema: {type: object}}}}}
"""
PROJECT = """\
[tool.contractkit]
consumer = "shop"
[tool.contractkit.providers.orders]
definition = "orders.yaml"
[tool.contractkit.providers.orders.faults]
getOrder = { status = 503, every = 2 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.yaml").write_text(ORDERS)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


def test_settings_and_headers_let_answers_go_wrong(folder: Path) -> None:
    with running(folder, "stub", "orders", "--allow-faults", "--record", "orders.json") as stub:
        with httpx.Client(base_url=stub.line()) as client:
            statuses = [client.get(f"/orders/{number}").status_code for number in (7, 8)]
            with pytest.raises(httpx.ReadError):
                client.get("/orders/9", headers={"X-Contractkit-Fault": "reset=before-headers"})
        stub.line_with("orders/9")
        stub.end()

    assert statuses == [200, 503]
    assert [line for line in stub.seen["err"] if line.startswith("GET")] == [
        "GET /orders/7 -> 200 getOrder",
        "GET /orders/8 -> 503 getOrder (fault: status 503)",
        "GET /orders/9 -> 200 getOrder (fault: reset before headers)",
    ]
    recorded = read_json((folder / "orders.json").read_bytes())
    assert [each["description"] for each in recorded["interactions"]] == ["getOrder id=7 answers 200"]


def test_a_header_is_refused_where_it_is_not_allowed_and_told_as_json(folder: Path) -> None:
    with running(folder, "stub", "orders.yaml", "--format", "json") as stub:
        url = read_json(stub.line().encode())["url"]
        refused = httpx.get(f"{url}/orders/7", headers={"X-Contractkit-Fault": "status=503"})
        told = read_json(stub.line_with("orders/7").encode())

    reason = "The header x-contractkit-fault is not heard here. Start the stub with --allow-faults, or leave it out."
    assert (refused.status_code, refused.json()["detail"]) == (400, reason)
    assert (told["status"], told["allowed"], told["reason"]) == (400, False, reason)
    assert "fault" not in told
