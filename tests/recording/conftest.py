"""A stubbed provider, and sessions of it as a test would open them."""

from collections.abc import Callable, Iterator

import pytest

from contractkit.model import HttpRequest
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.sources.loading import read_definition
from contractkit.transports import read_request

DEFINITION = b"""\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Tenant, in: header, schema: {type: string}}
        - {name: theme, in: cookie, schema: {type: string}}
      security: [{key: []}, {}]
      responses:
        '200':
          description: them
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: it
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '404': {description: none}
    head:
      operationId: hasOrder
      responses:
        '200': {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}/picture:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: addPicture
      requestBody:
        content: {multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}}
      responses: {'204': {description: done}}
components:
  securitySchemes: {key: {type: apiKey, in: query, name: key}}
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: integer}
        total: {type: number}
        note: {type: string}
        buyer: {type: object, required: [name], properties: {name: {type: string}, token: {type: string}}}
"""


@pytest.fixture(scope="session")
def provider() -> Iterator[StubbedProvider]:
    loaded = read_definition(DEFINITION, source="orders.yaml")
    stubbed = StubbedProvider("orders", loaded.definition, source="orders.yaml", headers=["X-Extra"])
    yield stubbed
    stubbed.stop()


@pytest.fixture
def session(provider: StubbedProvider) -> Iterator[StubSession]:
    origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source=__file__, line=3, thread=0)
    opened = StubSession(provider, consumer="shop", origin=origin)
    yield opened
    opened.close()


@pytest.fixture
def request_of() -> Callable[..., HttpRequest]:
    def request(method: str, target: str, body: bytes = b"", **headers: str) -> HttpRequest:
        lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return read_request(method, target, lines, body)

    return request
