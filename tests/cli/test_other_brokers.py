"""A Pact Broker that is not ours: its documents alone are enough."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

Run = Callable[..., Any]


@pytest.fixture
def pact_broker() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        base = server.url_for("").rstrip("/")
        links = {
            "pb:provider-pacts-for-verification": {
                "href": f"{base}/pacts/provider/{{provider}}/for-verification",
                "templated": True,
            },
            "pb:environments": {"href": f"{base}/environments"},
            "pb:pacticipant-version": {
                "href": f"{base}/pacticipants/{{pacticipant}}/versions/{{version}}",
                "templated": True,
            },
        }
        server.expect_request("/").respond_with_json({"_links": links})
        yield server


def row(success: bool | None, provider_version: str | None = "8f2c1e4") -> dict[str, Any]:
    result = {"success": success, "_links": {"self": {"href": "http://internal/verification-results/311"}}}
    return {
        "consumer": {"name": "web-shop", "version": {"number": "4.1.0"}},
        "provider": {
            "name": "orders",
            "version": None if provider_version is None else {"number": provider_version},
        },
        "verificationResult": None if success is None else result,
    }


def ask(contractkit: Run, server: HTTPServer, deployable: bool | None, *rows: dict[str, Any], reason: str = "") -> Any:
    document = {"summary": {"deployable": deployable, "reason": reason}, "notices": [], "matrix": list(rows)}
    server.expect_request("/matrix").respond_with_json(document)
    broker = server.url_for("").rstrip("/")
    return contractkit(
        "can-i-deploy", "orders", "--version", "8f2c1e4", "--to-environment", "production", "--broker", broker
    )


def test_its_yes_is_yes(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = ask(contractkit, pact_broker, True, row(True))
    assert (ended.code, ended.out) == (
        0,
        "orders 8f2c1e4 can be deployed to production.\n\n  web-shop 4.1.0   verified   result 311\n",
    )


def test_its_no_comes_with_the_next_command(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = ask(contractkit, pact_broker, False, row(False))
    assert ended.code == 1
    assert ended.out.startswith(
        "orders 8f2c1e4 cannot be deployed to production.\n\n"
        "  web-shop 4.1.0   failed   result 311\n\n"
        "To see the failure: http://internal/verification-results/311\n"
        "To see it again, where orders is built: contractkit verify orders --consumer web-shop\n"
    )


def test_its_unknown_is_unknown(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = ask(contractkit, pact_broker, None, row(None))
    assert (ended.code, ended.out.splitlines()[0]) == (
        1,
        "It is unknown whether orders 8f2c1e4 can be deployed to production.",
    )


def test_its_verdict_decides_where_the_rows_say_otherwise(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = ask(contractkit, pact_broker, None, row(True), reason="There is no verified pact with payments")
    assert (ended.code, ended.out) == (
        1,
        "It is unknown whether orders 8f2c1e4 can be deployed to production.\n\n"
        "  There is no verified pact with payments\n",
    )


def refused(contractkit: Run, server: HTTPServer, environment: str) -> Any:
    server.expect_request("/matrix").respond_with_json({"errors": ["That cannot be asked"]}, status=400)
    environments = {"_embedded": {"environments": [{"uuid": "1", "name": "production", "production": True}]}}
    server.expect_request("/environments").respond_with_json(environments)
    broker = server.url_for("").rstrip("/")
    return contractkit("can-i-deploy", "orders", "--version", "1", "--to-environment", environment, "--broker", broker)


def test_its_refusal_is_read_out(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = refused(contractkit, pact_broker, "production")
    assert (ended.code, ended.err) == (
        4,
        "The broker did not answer whether this may be deployed.\n\n"
        "  asked      GET /matrix\n"
        "  answered   400 BAD REQUEST\n"
        "  broker     That cannot be asked\n",
    )


def test_an_unknown_environment_suggests_the_nearest(contractkit: Run, pact_broker: HTTPServer) -> None:
    ended = refused(contractkit, pact_broker, "prod")
    assert (ended.code, ended.err) == (
        2,
        "The broker knows no environment named 'prod'.\n\nDid you mean production?\n",
    )


def test_what_it_says_steers_no_terminal(contractkit: Run, pact_broker: HTTPServer) -> None:
    steering = {"errors": ["\x1b]0;mine\x07 refused", "\x9b2J"]}
    pact_broker.expect_request("/matrix").respond_with_json(steering, status=422)
    url = pact_broker.url_for("").rstrip("/")
    ended = contractkit("can-i-deploy", "orders", "--version", "1", "--to-environment", "test", "--broker", url)
    assert (ended.code, "\x1b" in ended.err, "\x9b" in ended.err) == (4, False, False)
    assert "\\x1b]0;mine\\x07 refused" in ended.err
