import pytest

from contractkit.sources.lines import LineFinder

JSON = b"""{
  "openapi": "3.0.3",
  "paths": {"/a~b": {"get": 1},
    "/orders/{id}": {
      "get": {
        "tags": ["x",
                 {"y": "\\"}"}]
      }
    }
  },
  "empty": {}
}"""

YAML = b"""
openapi: 3.0.3
paths:
  /orders/{id}:
    get:
      tags:
        - x
        - {y: 1}
      responses:
        200: {}
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 1),
        ("/openapi", 2),
        ("/paths/~1a~0b/get", 3),
        ("/paths/~1orders~1{id}", 4),
        ("/paths/~1orders~1{id}/get/tags/0", 6),
        ("/paths/~1orders~1{id}/get/tags/1/y", 7),
        ("/paths/~1orders~1{id}/get/tags/2", None),
        ("/paths/none", None),
        ("/openapi/deeper", None),
        ("/empty/x", None),
    ],
)
def test_lines_in_json(pointer: str, line: int | None) -> None:
    assert LineFinder(JSON, is_json=True).line_of(pointer) == line


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/openapi", 2),
        ("/paths/~1orders~1{id}/get", 5),
        ("/paths/~1orders~1{id}/get/tags/1/y", 8),
        ("/paths/~1orders~1{id}/get/responses/200", 10),
        ("/paths/~1orders~1{id}/get/tags/7", None),
        ("/paths/none", None),
    ],
)
def test_lines_in_yaml(pointer: str, line: int | None) -> None:
    assert LineFinder(YAML, is_json=False).line_of(pointer) == line


def test_a_text_that_is_broken_has_no_lines() -> None:
    assert LineFinder(b'{"a": ', is_json=True).line_of("/a/b") is None
    assert LineFinder(b"a: [", is_json=False).line_of("/a") is None
