"""The command that replays one interaction finds what the run found, and shows no secret."""

import shlex

import pytest

from contractkit.cli.again import options_again


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": None, "contracts": (), "headers": ()}, ""),
        ({"url": "http://127.0.0.1:8000", "base_path": "/v1"}, "--url http://127.0.0.1:8000 --base-path /v1"),
        ({"contracts": ("pacts/a b.json", "more")}, "--contracts 'pacts/a b.json' --contracts more"),
        ({"selectors": ("environment=test",), "broker": "http://b"}, "--broker http://b --selector environment=test"),
        ({"command": "flask run --port {port}", "ready": "/up"}, "--command 'flask run --port {port}' --ready /up"),
        (
            {"headers": ("Authorization: Bearer $TOKEN", "X-Key: very secret")},
            "--header 'Authorization: Bearer $TOKEN'",
        ),
        ({"publish": True, "timeout": 3.0, "report": ("junit=a.xml",)}, ""),
    ],
)
def test_options_that_say_where_things_are_are_given_again(given: dict[str, object], expected: str) -> None:
    assert options_again(given) == expected
    assert shlex.join(shlex.split(expected)) == expected
