"""`contractkit stub` as a process: what it prints, what it answers, how it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from contractkit.exact_json import read_json
from contractkit.transports.server import StubServer

pytestmark = pytest.mark.slow

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}}}
    put:
      operationId: putOrder
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {'204': {description: done}}
"""


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "orders.yaml"
    path.write_text(DEFINITION)
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from contractkit.cli.main import main; main()", "stub", *arguments]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Give the first line on standard output and the process."""
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(arguments[0]).parent
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def test_it_answers_refuses_and_tells(definition: Path) -> None:
    with running(str(definition)) as (url, process):
        answers = [
            httpx.get(f"{url}/orders/7"),
            httpx.get(f"{url}/order/7"),
            httpx.post(f"{url}/orders/7"),
            httpx.get(f"{url}/orders/x"),
            httpx.put(f"{url}/orders/7", content=b"x", headers={"content-type": "text/plain"}),
        ]
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)

    assert url.startswith("http://127.0.0.1:")
    assert [answer.status_code for answer in answers] == [200, 404, 405, 400, 415]
    assert answers[0].json()["id"] == 7
    assert answers[1].json()["nearest"][0] == "getOrder (GET /orders/{id})"
    assert answers[2].headers["allow"] == "GET, PUT"
    assert process.returncode == 0
    assert errors.splitlines()[:4] == [
        "Orders 1.0.0 is stubbed there until Ctrl+C.",
        "GET /orders/7 -> 200 getOrder",
        "GET /order/7 -> 404 nothing: no operation is defined at GET /order/7",
        "POST /orders/7 -> 405 nothing: /orders/7 is defined for GET, PUT, not for POST",
    ]


def test_a_ref_that_leads_nowhere_is_told_with_its_pointer(definition: Path) -> None:
    schema = "schema: {type: object, required: [id], properties: {id: {type: integer}, note: {type: string}}}"
    broken = DEFINITION.replace(schema, "schema: {$ref: '#/components/schemas/Order'}")
    definition.write_text(broken)
    with running(str(definition)) as (line, process):
        answer = httpx.get(f"{line}/orders/7?token=secret")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)

    told = (
        "A $ref leads nowhere: #/components/schemas/Order; at orders.yaml#/paths/~1orders~1{id}/get/responses/200/"
        "content/application~1json/schema/$ref; reached the document's root; missing components"
    )
    assert (answer.status_code, answer.json()["detail"].replace(f"{definition.parent}/", "")) == (500, told)
    assert "A $ref leads nowhere: #/components/schemas/Order" in errors
    assert "Traceback" not in errors
    assert "secret" not in errors


def test_json_output_carries_its_schema_version(definition: Path) -> None:
    with running(str(definition), "--format", "json") as (line, process):
        started = read_json(line)
        httpx.get(f"{started['url']}/orders/7?token=secret")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)

    assert (started["schema_version"], started["definition"]) == (1, "Orders 1.0.0")
    assert read_json(errors.splitlines()[0])["schema_version"] == 1
    assert "secret" not in errors
    assert process.returncode == 0


def test_a_seed_decides_the_values(definition: Path) -> None:
    notes = []
    for seed in ("a", "a", "b"):
        with running(str(definition), "--seed", seed) as (line, _):
            notes.append(httpx.get(f"{line}/orders/7").json())

    assert notes[0] == notes[1]
    assert notes[0]["id"] == notes[2]["id"] == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "missing.yaml"),
        (["ordes"], "No provider named 'ordes' is set."),
        (["orders.yaml", "--port", "99999"], "99999 is not in the range 0<=x<=65535"),
        (["orders.yaml", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["orders.yaml", "--host", "192.0.2.1"], "Nothing can listen on port 0 of 192.0.2.1."),
        ([], "Missing argument 'DEFINITION...'"),
    ],
)
def test_wrong_use_ends_with_two_and_one_message(definition: Path, arguments: list[str], message: str) -> None:
    ended = subprocess.run(command(*arguments), capture_output=True, text=True, cwd=definition.parent, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_ends_with_two(definition: Path) -> None:
    server = StubServer()
    ended = subprocess.run(
        command(str(definition), "--port", str(server.port)), capture_output=True, text=True, check=False
    )
    server.stop()

    assert ended.returncode == 2
    assert ended.stderr == (
        f"Port {server.port} of 127.0.0.1 is in use.\n\n"
        "Stop what listens there, or take another port; port 0 takes a free one.\n"
    )


def test_a_provider_of_the_settings_is_served_by_its_name(definition: Path) -> None:
    settings = '[tool.contractkit.providers.shop]\ndefinition = "orders.yaml"\n'
    (definition.parent / "pyproject.toml").write_text(settings)
    with subprocess.Popen(command("shop"), stdout=subprocess.PIPE, text=True, cwd=definition.parent) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()

    assert line.startswith("http://127.0.0.1:")
