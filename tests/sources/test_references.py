"""Documents beside the root: from folders, git revisions, URLs, and over the network where somebody allowed it."""

import gc
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from contractkit.errors import DefinitionError
from contractkit.model import JsonBody
from contractkit.settings import load_settings
from contractkit.sources import LoadedDefinition, load_definition
from contractkit.sources.git_objects import GitObjects

FILES = {
    "apis/api.yaml": "openapi: 3.0.3\npaths:\n  /it: {$ref: paths/it.yaml}\n",
    "apis/paths/it.yaml": (
        "get:\n  operationId: getIt\n  responses:\n    '200':\n      description: it\n"
        "      content: {application/json: {schema: {$ref: '../schemas.yaml#/It'}}}\n"
    ),
    "apis/schemas.yaml": "It: {type: object, required: [id], properties: {id: {enum: [7]}}}\n",
    "apis/outside.yaml": "openapi: 3.0.3\npaths:\n  /it: {$ref: ../elsewhere/it.yaml}\n",
    "elsewhere/it.yaml": "get: {responses: {'204': {description: it}}}\n",
}


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            text = FILES.get(self.path.lstrip("/"))
            self.send_response(302 if self.path == "/moved.yaml" else 404 if text is None else 200)
            if self.path == "/moved.yaml":
                self.send_header("location", "/apis/schemas.yaml")
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def repository(folder: Path) -> Path:
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@e.org", "-c", "commit.gpgsign=false", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    (folder / "apis/schemas.yaml").write_text(FILES["apis/schemas.yaml"].replace("[7]", "[8]"))
    return folder


def answer_of(loaded: LoadedDefinition) -> object:
    body = loaded.openapi.answer(loaded.openapi.operation("getIt"), seed="a").response.body
    assert isinstance(body, JsonBody)
    return body.value


def test_files_in_the_folder_are_read(folder: Path) -> None:
    loaded = load_definition("apis/api.yaml", root=folder)
    assert answer_of(loaded) == {"id": 7}
    assert loaded.openapi.operation("getIt").pointer == "paths/it.yaml#/get"
    assert loaded.line_of("paths/it.yaml#/get/responses") == 3


def test_files_of_a_revision_are_read(repository: Path) -> None:
    assert answer_of(load_definition("git:HEAD:apis/api.yaml", root=repository)) == {"id": 7}
    assert answer_of(load_definition("git:HEAD:api.yaml", root=repository / "apis")) == {"id": 7}
    assert answer_of(load_definition("apis/api.yaml", root=repository)) == {"id": 8}


def test_git_runs_once_for_many_files_and_ends_with_its_reader(repository: Path) -> None:
    objects = GitObjects(repository)
    assert objects.read("HEAD:./apis/schemas.yaml") == FILES["apis/schemas.yaml"].encode()
    process = objects._process
    assert objects.read("HEAD:./none.yaml") is None
    assert objects.read("HEAD:./apis") is None
    assert objects.read("HEAD:./elsewhere/it.yaml\nHEAD:./apis/api.yaml") is None
    assert objects.read("HEAD:./elsewhere/it.yaml") == FILES["elsewhere/it.yaml"].encode()
    assert process is not None and objects._process is process and process.poll() is None
    del objects
    gc.collect()
    assert process.poll() == 0


def test_what_a_revision_lacks_is_told(repository: Path) -> None:
    (repository / "apis/paths/it.yaml").write_text(FILES["apis/paths/it.yaml"].replace("../schemas", "../models"))
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@e.org", "-c", "commit.gpgsign=false", "commit", "-qm", "b"],
        cwd=repository,
        check=True,
    )
    with pytest.raises(DefinitionError) as error:
        answer_of(load_definition("git:HEAD:apis/api.yaml", root=repository))
    assert str(error.value).startswith(
        "The definition git:HEAD:apis/api.yaml cannot be read.\n\n"
        "  reason   path 'apis/models.yaml' does not exist in 'HEAD'"
    )


def test_documents_beside_a_url_are_fetched(server: tuple[str, list[str]]) -> None:
    address, asked = server
    assert answer_of(load_definition(f"{address.replace('//', '//user:secret@')}/apis/api.yaml")) == {"id": 7}
    assert asked == ["/apis/api.yaml", "/apis/paths/it.yaml", "/apis/schemas.yaml"]


def test_documents_elsewhere_on_the_server_are_not_fetched_unasked(server: tuple[str, list[str]]) -> None:
    address, asked = server
    definition = load_definition(f"{address}/apis/outside.yaml").openapi
    assert definition.operations == ()
    assert [each.sentence for each in definition.warnings()] == [
        f"The definition {address}/apis/outside.yaml refers to a document on the network, which is not fetched "
        "unasked. The path is left out."
    ]
    assert asked == ["/apis/outside.yaml"]


REMOTE = (
    "openapi: 3.0.3\npaths:\n  /it: {get: {operationId: getIt, responses: {'200': {description: it, content: %s}}}}"
)


@pytest.fixture
def remote(tmp_path: Path, server: tuple[str, list[str]]) -> Callable[[str], Path]:
    def write(target: str) -> Path:
        file = tmp_path / "remote.yaml"
        file.write_text(REMOTE % f"{{application/json: {{schema: {{$ref: '{server[0]}/{target}'}}}}}}")
        return file

    return write


def test_a_reference_to_the_network_is_refused_with_what_allows_it(
    remote: Callable[[str], Path], server: tuple[str, list[str]]
) -> None:
    address, asked = server
    with pytest.raises(DefinitionError) as error:
        answer_of(load_definition("remote.yaml", root=remote("apis/schemas.yaml#/It").parent))
    assert str(error.value) == (
        "The definition remote.yaml refers to a document on the network, which is not fetched unasked.\n\n"
        f"  refers to   {address}/apis/schemas.yaml\n\n"
        f'Allow it: remote_references = ["{address}/apis/"] in [tool.contractkit] of pyproject.toml, '
        "or CONTRACTKIT_REMOTE_REFERENCES."
    )
    assert asked == []


def test_a_reference_to_the_network_is_followed_where_it_is_allowed(
    remote: Callable[[str], Path], server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = remote("apis/schemas.yaml#/It")
    assert answer_of(load_definition(file, remote_references=[f"{server[0]}/apis/"])) == {"id": 7}
    monkeypatch.setenv("CONTRACTKIT_REMOTE_REFERENCES", f"https://other.example.com/ {server[0]}/")
    assert answer_of(load_definition(file)) == {"id": 7}
    assert load_settings(file.parent).remote_references == ("https://other.example.com/", f"{server[0]}/")


@pytest.mark.parametrize("start", ["http://127.0.0.1", "{}/api/", "{}/apis/other/", "{}1/", "https://", "", "["])
def test_what_only_looks_allowed_is_not(
    start: str, remote: Callable[[str], Path], server: tuple[str, list[str]]
) -> None:
    file = remote("apis/schemas.yaml#/It")
    with pytest.raises(DefinitionError):
        answer_of(load_definition(file, remote_references=[start.format(server[0])]))
    assert server[1] == []


def test_references_follow_no_redirects(remote: Callable[[str], Path], server: tuple[str, list[str]]) -> None:
    with pytest.raises(DefinitionError) as error:
        answer_of(load_definition(remote("moved.yaml#/It"), remote_references=[server[0]]))
    assert str(error.value) == (
        f"The definition {server[0]}/moved.yaml cannot be read.\n\n"
        "  reason   the server answered 302 Found, which leads to /apis/schemas.yaml"
    )
