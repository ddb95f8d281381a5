"""Requests by methods that a path is not defined for, and by those that nobody knows, over a real connection."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from contractkit.exact_json import read_json
from contractkit.stubbing.dependencies import dependency_at
from contractkit.stubbing.serving import FromDefinition, Listening, Served

DEFINITION = """\
openapi: 3.2.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders:
    query: {operationId: findOrders, responses: {'204': {description: done}}}
    additionalOperations: {COPY: {operationId: copyOrders, responses: {'204': {description: done}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getOrder, responses: {'204': {description: it}}}
    delete: {operationId: deleteOrder, responses: {'204': {description: done}}}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "orders.yaml").write_text(DEFINITION)
    found = dependency_at("orders.yaml", root=tmp_path).open()
    running = Served(found, FromDefinition(), lambda _: None, Listening())
    yield running
    running.stop()


def ask(served: Served, method: str, path: str) -> tuple[int, str | None, str]:
    connection = http.client.HTTPConnection(str(served.url).removeprefix("http://"))
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers["allow"], read_json(body)["detail"] if body else ""


@pytest.mark.parametrize(
    ("method", "path", "status", "allow", "detail"),
    [
        ("QUERY", "/orders", 204, None, ""),
        ("COPY", "/orders", 204, None, ""),
        ("GET", "/orders", 405, "QUERY, COPY", "/orders is defined for QUERY, COPY, not for GET"),
        ("PROPFIND", "/orders/7", 405, "GET, DELETE", "/orders/7 is defined for GET, DELETE, not for PROPFIND"),
        ("PROPFIND", "/order", 404, None, "no operation is defined at PROPFIND /order"),
        ("FETCH", "/orders/7", 501, None, "The method FETCH is not known."),
        ("delete", "/orders/7", 501, None, "The method delete is not known. Methods are written in capitals."),
    ],
)
def test_a_method_is_answered_by_what_is_known_of_it(
    served: Served, method: str, path: str, status: int, allow: str | None, detail: str
) -> None:
    assert ask(served, method, path) == (status, allow, detail)
