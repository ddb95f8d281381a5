import gzip
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from contractkit.errors import DefinitionError
from contractkit.sources import load_definition, read_definition

YAML = b"""openapi: 3.1.0
info: {title: Orders, version: '2'}
paths:
  /orders: {get: {operationId: list, responses: {}}}
"""
JSON = b'{"openapi": "3.1.0", "info": {"title": "Orders", "version": "2"},\n "paths": {"/orders": {}}}'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"/orders.yaml": 200, "/opaque": 200}.get(self.path, 404)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(YAML if status == 200 else b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.yaml", YAML),
        ("a.yml", YAML),
        ("a.json", JSON),
        ("a.json.gz", gzip.compress(JSON, mtime=0)),
        ("a.yaml.gz", gzip.compress(YAML, mtime=0)),
        ("definition", YAML),
        ("definition", JSON),
        ("bom.yaml", b"\xef\xbb\xbf" + YAML),
    ],
)
def test_a_file_is_read_whatever_it_is_written_in(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    loaded = load_definition(name, root=tmp_path)
    assert (loaded.definition.title, loaded.source) == ("Orders 2", name)


def test_lines_are_found_on_demand(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(YAML)
    loaded = load_definition(tmp_path / "a.yaml")
    assert loaded.line_of("/paths/~1orders") == 4
    assert loaded.line_of("/paths/~1lines") is None
    assert loaded.line_of("/paths", uri="other.yaml") is None


def test_a_url_is_read_and_its_credentials_are_not_told(server: str) -> None:
    loaded = load_definition(f"http://user:secret@{server}/orders.yaml")
    assert (loaded.definition.title, loaded.source) == ("Orders 2", f"http://{server}/orders.yaml")


def test_a_url_without_an_ending_is_told_by_its_content(server: str) -> None:
    assert load_definition(f"http://{server}/opaque").definition.title == "Orders 2"


def test_a_url_that_answers_otherwise_is_named(server: str) -> None:
    with pytest.raises(DefinitionError) as error:
        load_definition(f"http://u:secret@{server}/none.yaml")
    assert str(error.value) == (
        f"The definition http://{server}/none.yaml cannot be read.\n\n  reason   the server answered 404 Not Found"
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "api.yaml").write_bytes(YAML)
    git("add", ".")
    git("commit", "-qm", "first")
    (folder / "api.yaml").write_bytes(YAML.replace(b"'2'", b"'3'"))
    return folder


def test_a_git_revision_is_read_as_seen_from_the_root(repository: Path) -> None:
    assert load_definition("git:HEAD:api.yaml", root=repository).definition.title == "Orders 2"
    assert load_definition("api.yaml", root=repository).definition.title == "Orders 3"


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://[/x", "Not a URL: http://[/x\n\nThe form is https://HOST/PATH."),
        ("https://", "Not a URL: https://\n\nThe form is https://HOST/PATH."),
        ("a\0b.yaml", "Not a location: 'a\\x00b.yaml'\n\nIt holds a NUL character, which no path has."),
    ],
)
def test_a_location_that_is_none_is_explained(location: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        load_definition(location, root=tmp_path)
    assert str(error.value) == message


def test_a_document_beside_that_cannot_be_parsed_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text("openapi: 3.0.0\npaths:\n  /a: {$ref: b.yaml}\n")
    (tmp_path / "b.yaml").write_text("get: {}\nget: {}\n")
    definition = load_definition("api.yaml", root=tmp_path).openapi
    assert definition.operations == ()
    assert [(each.sentence, each.line) for each in definition.warnings()] == [
        (
            "The definition b.yaml says a key twice: line 2, column 1, the key 'get' stands twice, first in line 1. "
            "The path is left out.",
            3,
        )
    ]


@pytest.mark.parametrize(
    ("location", "start"),
    [
        ("git:HEAD", "Not a git location: git:HEAD\n\nThe form is git:REVISION:path."),
        ("git:--help:x", "Not a git location: git:--help:x\n\nThe form is git:REVISION:path."),
        ("git:HEAD:no.yaml", "The definition git:HEAD:no.yaml cannot be read.\n\n  reason   path"),
        (
            "git:none:api.yaml",
            "The definition git:none:api.yaml cannot be read.\n\n  reason   invalid object name 'none'.",
        ),
    ],
)
def test_a_git_location_that_is_wrong_is_explained(location: str, start: str, repository: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        load_definition(location, root=repository)
    assert str(error.value).startswith(start)


def test_a_missing_file_suggests_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_bytes(YAML)
    with pytest.raises(DefinitionError) as error:
        load_definition("order.yaml", root=tmp_path)
    assert str(error.value) == (
        "The definition order.yaml cannot be read.\n\n"
        f"  reason   no such file: {tmp_path}/order.yaml\n\n"
        "Did you mean orders.yaml?"
    )


def test_a_link_that_leads_nowhere_is_told_with_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("gone.json")
    with pytest.raises(DefinitionError) as error:
        load_definition("link.json", root=tmp_path)
    assert str(error.value) == (
        "The definition link.json cannot be read.\n\n"
        f"  reason   {tmp_path}/link.json is a link to gone.json, which is not there"
    )


@pytest.mark.parametrize(
    ("data", "source", "message"),
    [
        (
            b"openapi: 3.1.0\npaths: [a",
            "a.yaml",
            "The definition a.yaml is not YAML.\n\n"
            "  at        line 3, column 1\n  problem   did not find expected ',' or ']'",
        ),
        (
            b'{"openapi": "3.1.0",\n "paths" {}}',
            "a.json",
            "The definition a.json is not JSON.\n\n  at        line 2, column 10\n  problem   Expecting ':' delimiter",
        ),
        (
            b"\x1f\x8bnonsense",
            "a.gz",
            "The definition a.gz is not gzip.\n\n  problem   Unknown compression method",
        ),
    ],
)
def test_a_text_that_cannot_be_parsed_is_located(data: bytes, source: str, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_definition(data, source=source)
    assert str(error.value) == message


SPLIT = b"""
openapi: 3.1.0
info: {title: Split, version: '1'}
paths:
  /orders: {$ref: 'paths/orders.yaml#/orders'}
"""
PATHS = b"""
orders:
  get:
    operationId: list
    responses:
      '200':
        description: all
        content: {application/json: {schema: {$ref: '../schemas/order.json'}}}
"""


def test_documents_beside_the_root_are_read_when_referred_to(tmp_path: Path) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "schemas").mkdir()
    (tmp_path / "api.yaml").write_bytes(SPLIT)
    (tmp_path / "paths/orders.yaml").write_bytes(PATHS)
    (tmp_path / "schemas/order.json").write_bytes(
        b'{"type": "object",\n "required": ["id"], "properties": {"id": {"const": 7}}}'
    )
    loaded = load_definition("api.yaml", root=tmp_path)
    operation = loaded.definition.operation("list")
    assert loaded.definition.answer(operation, seed="a").response.body.value == {"id": 7}  # type: ignore[union-attr]
    assert loaded.line_of("/required", uri="schemas/order.json") == 2


@pytest.mark.parametrize(
    "reference", ["../secret.yaml", "/etc/passwd", "ftp://example.com/a.yaml", "file:///etc/passwd"]
)
def test_documents_outside_the_folder_are_never_read(reference: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.yaml").write_text("get: {}")
    (inside / "api.yaml").write_bytes(SPLIT.replace(b"paths/orders.yaml#/orders", reference.encode()))
    definition = load_definition("api.yaml", root=inside).definition
    assert definition.operations == ()
    assert [warning.sentence for warning in definition.warnings()] == [
        "The definition api.yaml refers to a document outside its folder. The path is left out."
    ]


def test_bytes_alone_refer_to_nothing_else() -> None:
    definition = read_definition(SPLIT, source="upload").definition
    assert definition.operations == ()
    assert [(warning.sentence, warning.line) for warning in definition.warnings()] == [
        ("The definition upload refers to another document, which did not come with it. The path is left out.", 5)
    ]
