"""Credentials are found and replaced wherever they travel."""

import pytest

from contractkit.exact_json import Json
from contractkit.model import Body, HttpRequest, JsonBody, TextBody, parse_location
from contractkit.recording.credentials import PLACEHOLDER, Credentials, hide_at, hide_in_body, is_secret

FORM = "application/x-www-form-urlencoded"
CREDENTIALS = Credentials(headers=frozenset({"authorization", "cookie", "x-key"}), query=frozenset({"sig"}))


@pytest.mark.parametrize(
    "name", ["password", "client_secret", "apiKey", "X-Api-Key"[2:], "userPassword", "access-token"]
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["next_page_token", "passenger", "tokens", "secretary", "keyboard", "id"])
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        (
            JsonBody({"user": {"password": "x", "name": "n"}, "tokens": [{"token": "y"}], "secret": 7}),
            JsonBody({"user": {"password": PLACEHOLDER, "name": "n"}, "tokens": [{"token": PLACEHOLDER}], "secret": 7}),
        ),
        (
            TextBody("a=1&password=x&user%5Bpwd%5D=y&token=", FORM),
            TextBody(f"a=1&password={PLACEHOLDER}&user%5Bpwd%5D={PLACEHOLDER}&token=", FORM),
        ),
        (
            TextBody('{"password": "x", "a": "b"', "application/json"),
            TextBody(f'{{"password": "{PLACEHOLDER}", "a": "b"', "application/json"),
        ),
        (
            TextBody("<a><s:password x='1'>x</s:password><b>y</b></a>", "text/xml"),
            TextBody(f"<a><s:password x='1'>{PLACEHOLDER}</s:password><b>y</b></a>", "text/xml"),
        ),
    ],
)
def test_secrets_in_bodies_are_replaced(body: Body, hidden: Body) -> None:
    assert hide_in_body(body) == hidden


def test_headers_cookies_and_query_are_replaced() -> None:
    request = HttpRequest(
        method="GET",
        path="/",
        query={"sig": ("x",), "api_key": ("y",), "q": ("z",)},
        headers={"authorization": ("Bearer x",), "cookie": ("sid=x; theme=y",), "x-key": ("z",), "x-a": ("1",)},
    )

    assert CREDENTIALS.without(request) == HttpRequest(
        method="GET",
        path="/",
        query={"sig": (PLACEHOLDER,), "api_key": (PLACEHOLDER,), "q": ("z",)},
        headers={
            "authorization": (PLACEHOLDER,),
            "cookie": (f"sid={PLACEHOLDER}; theme={PLACEHOLDER}",),
            "x-key": (PLACEHOLDER,),
            "x-a": ("1",),
        },
    )


@pytest.mark.parametrize(
    ("location", "value", "shown"),
    [
        ("request.body.password", "x", PLACEHOLDER),
        ("request.body.user", {"password": "x"}, {"password": PLACEHOLDER}),
        ("request.query.sig", "x", PLACEHOLDER),
        ("request.headers['x-key']", "x", PLACEHOLDER),
        ("request.body.total", 7, 7),
    ],
)
def test_a_message_shows_no_secret(location: str, value: Json, shown: Json) -> None:
    assert hide_at(parse_location(location), value, CREDENTIALS) == shown
