"""What a client sends to a stub over a socket is what the provider gets when the contract is verified."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from contractkit.document import dump_contract, load_contract
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.results import ContractResult, Outcome
from contractkit.sources.loading import read_definition
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

DEFINITION = """\
openapi: 3.1.0
info: {title: Files, version: 1.0.0}
paths:
  /files:
    get:
      operationId: listFiles
      parameters: [{name: tag, in: query, schema: {type: array, items: {type: string}}}]
      responses: {'200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Names'}}}}}
    post:
      operationId: addFile
      requestBody:
        content:
          application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {type: object, properties: {name: {type: string}}}}
      responses: {'204': {description: done}}
  /files/{name}:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getFile
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Names'}}}}
        '404': {description: none, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Flaw'}}}}
    head: {operationId: hasFile, responses: {'200': {description: it, content: {application/json: {schema: {}}}}}}
components:
  schemas:
    Names: {type: object, required: [names], properties: {names: {type: array, items: {type: string}}}}
    Flaw: {type: object, required: [title], properties: {title: {type: string}}}
"""
NAMES = json.dumps({"names": ["Žižkov"]}, ensure_ascii=False).encode()


@pytest.fixture
def session() -> Iterator[StubSession]:
    definition = read_definition(DEFINITION.encode(), source="files.yaml").definition
    provider = StubbedProvider("files", definition, source="files.yaml")
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    opened = StubSession(provider, consumer="shop", origin=origin)
    yield opened
    opened.close()
    provider.stop()


def verified(session: StubSession, answer: bytes, serve: Callable[..., str]) -> tuple[ContractResult, bytes]:
    """Give the result of replaying what a session recorded, and the request that the provider got."""
    assert session.take_errors() == ()
    contract = load_contract(dump_contract(session.contract()), origin="shop-files.json")
    received: list[bytes] = []

    def provide(connection: socket.socket, request: bytes) -> None:
        received.append(request)
        connection.sendall(answer)

    transport = HttpTransport(serve(provide))
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    [result] = verify_contracts([selected], transport, VerificationOptions())
    return result, received[-1]


def response(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith("Transfer-Encoding") for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


JSON = "Content-Type: application/json; charset=utf-8"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def test_an_escaped_slash_stays_inside_its_segment(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.get(f"{session.url}/files/a%2Fb%20%C3%BC")
    result, received = verified(session, response("200 OK", NAMES, JSON), raw_server)
    assert received.startswith(b"GET /files/a%2Fb%20%C3%BC HTTP/1.1\r\n")
    assert result.outcome is Outcome.PASSED


def test_a_repeated_parameter_is_sent_as_often(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.get(f"{session.url}/files?tag=1&tag=%262%20%C3%BC")
    result, received = verified(session, response("200 OK", NAMES, JSON), raw_server)
    assert received.startswith(b"GET /files?tag=1&tag=%262%20%C3%BC HTTP/1.1\r\n")
    assert result.outcome is Outcome.PASSED


def test_a_body_beyond_ascii_arrives(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.post(f"{session.url}/files", json={"name": "Žižkov 🚋"})
    result, received = verified(session, NO_CONTENT, raw_server)
    assert json.loads(received.partition(b"\r\n\r\n")[2]) == {"name": "Žižkov 🚋"}
    assert result.outcome is Outcome.PASSED


def test_a_form_arrives_as_a_form(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.post(f"{session.url}/files", data={"name": "a b&ü"})
    result, received = verified(session, NO_CONTENT, raw_server)
    assert b"content-type: application/x-www-form-urlencoded\r\n" in received
    assert received.endswith(b"\r\n\r\nname=a+b%26%C3%BC")
    assert result.outcome is Outcome.PASSED


def test_head_is_replayed_and_needs_no_body(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.head(f"{session.url}/files/a")
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    result, received = verified(session, answer, raw_server)
    assert received.startswith(b"HEAD /files/a HTTP/1.1\r\n")
    assert result.outcome is Outcome.PASSED


def test_a_problem_document_is_compared_as_json(session: StubSession, raw_server: Callable[..., str]) -> None:
    session.on("getFile").reply(404)
    httpx.get(f"{session.url}/files/a")
    answer = response("404 Not Found", b'{"title": "other"}', "Content-Type: application/problem+json; charset=utf-8")
    assert verified(session, answer, raw_server)[0].outcome is Outcome.PASSED
    answer = response("404 Not Found", b'{"title": 7}', "Content-Type: application/problem+json")
    [found] = verified(session, answer, raw_server)[0].results[0].mismatches
    assert (str(found.location), found.actual) == ("response.body.title", 7)


def test_a_compressed_answer_in_chunks_is_read(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.get(f"{session.url}/files/a")
    packed = gzip.compress(NAMES)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (packed[:10], packed[10:])) + b"0\r\n\r\n"
    answer = response("200 OK", chunks, JSON, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    assert verified(session, answer, raw_server)[0].outcome is Outcome.PASSED


def test_an_answer_may_begin_with_a_byte_order_mark(session: StubSession, raw_server: Callable[..., str]) -> None:
    httpx.get(f"{session.url}/files/a")
    answer = response("200 OK", b"\xef\xbb\xbf" + NAMES, JSON)
    assert verified(session, answer, raw_server)[0].outcome is Outcome.PASSED
