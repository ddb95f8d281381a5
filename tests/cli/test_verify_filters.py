"""What `@authentication`, `@request_filter` and `--header` send reaches the provider, and no file, report or broker."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from contractkit.document import dump_contract
from contractkit.model import Contract

pytestmark = pytest.mark.slow
Run = Callable[..., Any]
SECRETS = ("tok-of-authentication", "key-of-a-filter", "header-of-the-command-line")
FILTERS = f"""
from contractkit import authentication, request_filter

@authentication
def token():
    return {{"Authorization": "Bearer {SECRETS[0]}"}}

@request_filter
def key(request):
    request.query["key"] = ["{SECRETS[1]}"]
"""
APP = """
import json

async def app(scope, receive, send):
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    sent = [headers["authorization"], scope["query_string"].decode(), headers["x-key"]]
    body = json.dumps({"id": 7, "total": sent}).encode()
    headers = [(b"content-type", b"application/json"), (b"x-sent", " ".join(sent).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    raise ValueError(sent)
"""


@pytest.mark.parametrize("place", ["beside the states", "a file of the settings", "an option"])
def test_what_was_sent_stands_in_no_output_file_or_broker(
    contractkit: Run,
    broker: str,
    provider: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    an_order: Callable[..., Contract],
    place: str,
) -> None:
    (provider / "shop_app.py").write_text(APP)
    monkeypatch.setenv("KEY", SECRETS[2])
    httpx.put(
        f"{broker}/pacts/provider/orders/consumer/web-shop/version/1", content=dump_contract(an_order())
    ).raise_for_status()
    options = arranged(provider, place)
    reports = [
        each
        for form in ("json", "junit", "sarif", "markdown", "github", "text")
        for each in ("--report", f"{form}=out/{form}")
    ]
    ended = contractkit(
        *("verify", "orders", "--broker", broker, "--selector", "latest", "--publish", "--provider-version", "1"),
        *("--header", "X-Key: $KEY", *options, *reports),
    )
    assert ended.code == 1
    assert 'received      ["(hidden)","key=(hidden)","(hidden)"]' in ended.out
    texts = [ended.out, ended.err, *(path.read_text() for path in provider.rglob("*") if is_output(path))]
    stored = "".join(sqlite3.connect(tmp_path / "broker.sqlite").iterdump())
    assert "(hidden)" in stored
    for secret in SECRETS:
        assert not [text for text in (*texts, stored) if secret in text]


def arranged(provider: Path, place: str) -> list[str]:
    """Put the filters somewhere, and give the options that name the place."""
    states = "from contractkit import provider_state\n@provider_state('unused')\ndef unused(): ...\n"
    match place:
        case "beside the states":
            (provider / "provider_states.py").write_text(states + FILTERS)
            return ["--states", "provider_states.py"]
        case "a file of the settings":
            (provider / "auth.py").write_text(FILTERS)
            with (provider / "pyproject.toml").open("a") as settings:
                settings.write('filters = "auth.py"\n')
            return []
        case _:
            (provider / "auth.py").write_text(FILTERS)
            return ["--filters", "auth.py"]


def is_output(path: Path) -> bool:
    return path.is_file() and path.suffix not in (".py", ".pyc")


def test_filters_that_are_not_there_are_told(contractkit: Run, provider: Path, keep: Callable[..., Path]) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--filters", "absent.py")
    assert (ended.code, ended.err) == (
        2,
        f"The file of request filters is not there.\n\n  file   {provider / 'absent.py'}\n",
    )
