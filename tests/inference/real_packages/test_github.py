"""Notes on a repository, with PyGithub: attributes that are fetched where they lack, dates, files in base64."""

import pytest

DEFINITION = "github.yaml"

BESIDE = ["github_notes.py"]

REACTIONS = ["an undeclared status"]

TRUTH = {
    # PyGithub asks for the issue, or for the user, at its `url` where an attribute lacks; here there is none.
    "test_open_issues": {
        "issues/list": {
            "needed": ["[*].number", "[*].title", "[*].assignee", "[*].assignee.login"],
            "null_tolerated": ["[*].number", "[*].title", "[*].assignee", "[*].assignee.login"],
        },
    },
    # An issue is edited at its `url`.
    "test_issues_are_closed": {
        "issues/list": {"needed": ["[*].url"], "pattern": ["[*].url"]},
        "issues/update": {},
    },
    # A tag's name that lacks is taken from the URL that was asked for, so that no name is needed at all.
    "test_a_headline": {"releases/get": {"needed": ["published_at"]}},
    # An assertion within PyGithub refuses another encoding.
    "test_a_file": {
        "contents/get": {
            "needed": ["encoding", "content"],
            "members": {"encoding": ["base64"]},
            "pattern": ["content"],
        },
    },
}


@pytest.fixture
def stub(contract_stub):
    return contract_stub("orders")


@pytest.fixture
def api(stub):
    from github_notes import connect

    with connect(stub.url) as client:
        yield client


def test_open_issues(api, stub):
    from github_notes import open_issues

    stub.on("issues/list").reply(200, [{"number": 7, "title": "It turns", "assignee": {"login": "ada"}}])
    assert all(line.startswith("#") for line in open_issues(api, "ada/mill"))


def test_issues_are_closed(stub):
    from github_notes import close, connect

    found = [{"url": "https://api.github.com/repos/ada/mill/issues/7", "number": 7, "title": "It turns"}]
    stub.on("issues/list").reply(200, found)
    stub.intercept("https://api.github.com")
    with connect("https://api.github.com") as api:
        assert close(api, "ada/wheel") is not None


def test_a_headline(api, stub):
    from github_notes import headline

    stub.on("releases/get").reply(
        200, {"tag_name": "v1", "name": "One", "draft": False, "published_at": "2026-03-01T08:30:00Z"}
    )
    assert " of " in headline(api, "ada/mill", "v1")


def test_a_file(api, stub):
    from github_notes import text

    stub.on("contents/get").reply(200, {"encoding": "base64", "content": "VGVhIGZvciB0d28="})
    assert text(api, "ada/mill", "notes.txt") is not None
