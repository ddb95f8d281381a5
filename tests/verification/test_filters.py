"""Filters: what a provider's team adds to requests is sent, and is seen nowhere."""

import base64
import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from contractkit.errors import UsageError
from contractkit.explain.verification import explain_verification
from contractkit.explain.verification_formats import verification_as_json, verification_as_junit
from contractkit.explain.verification_github import verification_as_github
from contractkit.explain.verification_markdown import verification_as_markdown
from contractkit.explain.verification_sarif import verification_as_sarif
from contractkit.model import Interaction
from contractkit.results import ContractResult, InteractionResult
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.filters import Filters, authentication, filters_of, request_filter
from contractkit.verification.loading import load_filters
from contractkit.verification.outgoing import OutgoingRequest
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

TOKEN = "s3cr3t+token/value"
Build = Callable[..., Interaction]
Select = Callable[..., SelectedContract]


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    """Give the requests that the provider has seen."""
    return []


@pytest.fixture
def provider(seen: list[dict[str, Any]]) -> Iterator[AsgiTransport]:
    """Give a provider that remembers requests, and repeats in its answers what it was sent."""

    async def answer(request: Request) -> JSONResponse:
        body = (await request.body()).decode()
        seen.append({"headers": dict(request.headers), "query": str(request.url.query), "body": body})
        sent = request.headers.get("authorization", "")
        encoded = request.url.query
        return JSONResponse({"id": "x", "sent": sent, "query": encoded}, headers={"x-sent": sent})

    routes = [Route("/{rest:path}", answer, methods=["GET", "POST"])]
    yield AsgiTransport(Starlette(routes=routes), name="app")


def verify(
    provider: AsgiTransport, contract: SelectedContract, filters: Filters
) -> tuple[ContractResult, InteractionResult]:
    [result] = verify_contracts([contract], provider, VerificationOptions(filters=filters))
    return result, result.results[0]


def test_an_authentication_is_called_once_for_all_requests(
    provider: AsgiTransport, seen: list[Any], interaction: Build, contract: Select
) -> None:
    calls = []

    @authentication
    async def token() -> dict[str, str]:
        calls.append("called")
        return {"Authorization": f"Bearer {TOKEN}"}

    many = [interaction(f"/orders/{each}", description=f"order {each}", expects={"id": "y"}) for each in range(20)]
    [result] = verify_contracts(
        [contract(*many)], provider, VerificationOptions(filters=Filters(authentications=(token,)))
    )
    assert {each.outcome.value for each in result.results} == {"passed"}
    assert calls == ["called"]
    assert {each["headers"]["authorization"] for each in seen} == {f"Bearer {TOKEN}"}


def test_a_filter_changes_headers_query_and_body(
    provider: AsgiTransport, seen: list[Any], interaction: Build, contract: Select
) -> None:
    @request_filter
    def sign(request: OutgoingRequest) -> None:
        assert (request.operation, request.expected_status, request.path) == ("getOrder", 200, "/orders")
        request.headers["X-Signature"] = base64.b64encode(request.content).decode()
        request.query["api-version"] = ["2"]
        request.content = json.dumps({**json.loads(request.content), "nonce": 7}).encode()

    posted = interaction("/orders", method="POST", sends={"sku": "A"}, expects={"id": "y"}, query={"a": ("1",)})
    verify(provider, contract(posted), Filters(requests=(sign,)))
    [request] = seen
    assert request["query"] == "a=1&api-version=2"
    assert request["headers"]["x-signature"] == base64.b64encode(b'{"sku":"A"}').decode()
    assert (json.loads(request["body"]), request["headers"]["content-type"]) == (
        {"sku": "A", "nonce": 7},
        "application/json",
    )


def test_an_async_filter_may_take_a_header_away(
    provider: AsgiTransport, seen: list[Any], interaction: Build, contract: Select
) -> None:
    @request_filter
    async def strip(request: OutgoingRequest) -> None:
        del request.headers["x-trace"]

    asked = interaction(expects={"id": "y"}, headers={"X-Trace": ("1",), "Accept": ("a/b, c/d",)})
    verify(provider, contract(asked), Filters(requests=(strip,)))
    assert ("x-trace" in seen[0]["headers"], seen[0]["headers"]["accept"]) == (False, "a/b, c/d")


def test_a_request_recorded_to_be_refused_is_left_alone(
    provider: AsgiTransport, seen: list[Any], interaction: Build, contract: Select
) -> None:
    @request_filter
    def authorise(request: OutgoingRequest) -> None:
        request.headers["authorization"] = TOKEN

    verify(provider, contract(interaction(status=401, expects={})), Filters(requests=(authorise,)))
    assert "authorization" not in seen[0]["headers"]


def secret_filters() -> Filters:
    @authentication
    def token() -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}

    @request_filter
    def key(request: OutgoingRequest) -> None:
        request.query["key"] = ["pa%ss word/é"]

    return Filters(requests=(key,), authentications=(token,))


def test_what_was_sent_stands_in_no_report(provider: AsgiTransport, interaction: Build, contract: Select) -> None:
    asked = interaction(expects={"sent": 7, "query": 7})
    result, failed = verify(provider, contract(asked), secret_filters())
    assert [each.actual for each in failed.mismatches] == ["(hidden)", "key=(hidden)"]
    reports = [
        make("orders", [result])
        for make in (
            explain_verification,
            verification_as_json,
            verification_as_junit,
            verification_as_github,
            verification_as_markdown,
            verification_as_sarif,
        )
    ]
    for text in (*reports, repr(failed)):
        assert TOKEN not in text
        assert "s3cr3t" not in text
        assert "word" not in text
        assert "(hidden)" in text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("raise OSError('no s3cr3t+token/value')", ["The request filter raised.", "  raised     OSError"]),
        ("raise SystemExit(0)", ["  raised     SystemExit"]),
        ("request.headers['a b'] = 'c'", ["A request filter left a request that cannot be sent."]),
        ("request.headers['a'] = 'b\\nc'", ["expected one line of text"]),
        ("request.headers['a'] = 7", ["expected one line of text"]),
        ("request.query['a'] = 'b'", ["query['a']", "expected a list of texts"]),
        ("request.content = 'text'", ["content", "expected bytes"]),
        ("request.path = 'orders'", ["path", "expected a path that starts with a slash"]),
    ],
)
def test_a_filter_that_fails_makes_the_interaction_errored(
    provider: AsgiTransport, interaction: Build, contract: Select, tmp_path: Path, body: str, lines: list[str]
) -> None:
    filters = written(tmp_path, f"@request_filter\ndef change(request):\n    {body}\n")
    _, result = verify(provider, contract(interaction(expects={"id": "y"})), filters)
    assert (result.outcome.value, result.reason) == ("errored", "filter failed")
    for line in lines:
        assert line in str(result.error)
    assert TOKEN not in str(result.error)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("raise KeyError('s3cr3t')", ["The authentication raised.", "  raised     KeyError"]),
        ("return 'token'", ["The authentication gave no headers.", "  received   a value of type str"]),
        ("return None", ["  received   a value of type NoneType"]),
        ("return {'Authorization': 7}", ["  received   a value of type dict"]),
    ],
)
def test_an_authentication_that_fails_makes_every_interaction_errored(
    provider: AsgiTransport,
    seen: list[Any],
    interaction: Build,
    contract: Select,
    tmp_path: Path,
    body: str,
    lines: list[str],
) -> None:
    filters = written(tmp_path, f"@authentication\ndef token():\n    {body}\n")
    _, result = verify(provider, contract(interaction(expects={"id": "y"})), filters)
    assert (result.outcome.value, result.reason, seen) == ("errored", "filter failed", [])
    for line in lines:
        assert line in str(result.error)
    assert "s3cr3t" not in str(result.error)


def written(folder: Path, text: str) -> Filters:
    (folder / "auth.py").write_text(
        f"from contractkit import authentication, request_filter\n\n{textwrap.dedent(text)}"
    )
    return load_filters("auth.py", root=folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "auth.py declares no request filter and no authentication."),
        ("@request_filter\ndef change(): ...", "A function cannot be used with @request_filter."),
        ("@request_filter\ndef change(a, b): ...", "A function cannot be used with @request_filter."),
        ("@request_filter\ndef change(a):\n    yield", "A function cannot be used with @request_filter."),
        ("@authentication\ndef token(a): ...", "A function cannot be used with @authentication."),
        ("@authentication\nclass Token: ...", "@authentication stands above a function."),
        ("authentication('x')", "@authentication stands above a function."),
        ("import absent_module", "The provider's filters cannot be loaded."),
        ("def f(:", "The provider's filters cannot be loaded."),
    ],
)
def test_wrong_declarations_are_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        written(tmp_path, text)
    assert raised.value.explanation.summary == message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load_filters("absent.py", root=tmp_path)
    assert raised.value.explanation.summary == "The file of request filters is not there."


def test_a_module_s_filters_are_each_counted_once() -> None:
    @request_filter
    def change(request: OutgoingRequest) -> None: ...

    module = ModuleType("auth")
    module.change = module.again = change  # type: ignore[attr-defined]
    assert filters_of(module) == Filters(requests=(change,))
