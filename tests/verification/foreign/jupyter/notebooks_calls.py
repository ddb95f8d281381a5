"""What the list of notebooks asks of a Jupyter server."""

import pytest
from notebooks import Notebooks


@pytest.fixture
def jupyter(contract_stub):
    return contract_stub("jupyter")


def test_the_number_of_kernels(jupyter):
    jupyter.on("GET /api/status").reply(200, {"kernels": 2})
    assert Notebooks(jupyter.url).kernels() == 2


def test_the_default_kernel(jupyter):
    jupyter.on("GET /api/kernelspecs").reply(200, {"default": "python3"})
    assert Notebooks(jupyter.url).default_kernel() == "python3"


def test_the_user(jupyter):
    jupyter.on("GET /api/me").reply(200, {"identity": {"username": "ada"}})
    assert Notebooks(jupyter.url).user() == "ada"


def test_a_file_is_read(jupyter):
    jupyter.given("a file exists", path="hello.txt", text="Hello")
    jupyter.on("GET /api/contents/{path}").reply(200, {"content": "Hello", "type": "file"})
    assert Notebooks(jupyter.url).read("hello.txt") == "Hello"


def test_a_file_that_lacks(jupyter):
    jupyter.on("GET /api/contents/{path}").reply(404)
    assert Notebooks(jupyter.url).read("nothing.txt") is None


def test_a_file_is_written(jupyter):
    jupyter.given("no file exists", path="new.txt")
    jupyter.on("PUT /api/contents/{path}").reply(201)
    assert Notebooks(jupyter.url).write("new.txt", "Hello")


def test_a_file_is_renamed(jupyter):
    jupyter.given("a file exists", path="hello.txt", text="Hello")
    jupyter.on("PATCH /api/contents/{path}").reply(200, {"name": "bye.txt"})
    assert Notebooks(jupyter.url).rename("hello.txt", "bye.txt") == "bye.txt"


def test_a_file_is_deleted(jupyter):
    jupyter.given("a file exists", path="hello.txt", text="Hello")
    Notebooks(jupyter.url).delete("hello.txt")


def test_checkpoints(jupyter):
    jupyter.given("a file exists", path="hello.txt", text="Hello")
    jupyter.given("a checkpoint was made", path="hello.txt")
    jupyter.on("GET /api/contents/{path}/checkpoints").reply(200, [{"id": "checkpoint"}])
    assert Notebooks(jupyter.url).checkpoints("hello.txt") == ["checkpoint"]
