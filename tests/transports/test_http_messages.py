"""Between bytes and the model, both ways."""

import gzip

import pytest

from contractkit.model import BinaryBody, Body, EmptyBody, HttpRequest, JsonBody, MissingBody, Query, TextBody
from contractkit.transports import encode_body, read_body, read_query, read_request, write_query
from contractkit.transports.http_messages import UnreadableBodyError


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {}),
        ("a", {"a": (None,)}),
        ("a=", {"a": ("",)}),
        ("a=1&b=2&a=3", {"a": ("1", "3"), "b": ("2",)}),
        ("a%5Bb%5D=x%20y", {"a[b]": ("x y",)}),
        ("q=a%26b%3Dc", {"q": ("a&b=c",)}),
    ],
)
def test_a_query_is_read_decoded_and_written_again(text: str, query: Query) -> None:
    assert read_query(text) == query
    assert read_query(write_query(query)) == query


def test_a_plus_in_a_query_is_a_space() -> None:
    assert read_query("q=a+b") == {"q": ("a b",)}


@pytest.mark.parametrize(
    ("data", "content_type", "body"),
    [
        (b"", None, MissingBody()),
        (b"", "application/json", EmptyBody("application/json")),
        (b'{"n": 18446744073709551617}', "application/json", JsonBody({"n": 18446744073709551617})),
        (b"1.0", "application/vnd.x+json", JsonBody(1.0, "application/vnd.x+json")),
        (b"{broken", "application/json", TextBody("{broken", "application/json")),
        (b"a=1", "application/x-www-form-urlencoded", TextBody("a=1", "application/x-www-form-urlencoded")),
        (b"<a/>", "application/soap+xml", TextBody("<a/>", "application/soap+xml")),
        (b"\xe9", "text/plain; charset=latin-1", TextBody("é", "text/plain; charset=latin-1")),
        (b"\xff", "text/plain", BinaryBody(b"\xff", "text/plain")),
        (b"\x89PNG", "image/png", BinaryBody(b"\x89PNG", "image/png")),
        (b"{}", None, BinaryBody(b"{}")),
    ],
)
def test_a_body_is_read_as_its_media_type_says(data: bytes, content_type: str | None, body: Body) -> None:
    assert read_body(data, content_type) == body


@pytest.mark.parametrize(
    "body",
    [
        JsonBody({"n": 10**30, "x": 1.0, "é": None}),
        TextBody("grün", "text/plain; charset=latin-1"),
        TextBody("日本", "text/plain"),
        BinaryBody(b"\x00\xff", "image/png"),
    ],
)
def test_a_body_survives_the_wire(body: Body) -> None:
    assert read_body(encode_body(body), body.media_type) == body  # type: ignore[union-attr]


def test_a_request_keeps_its_path_encoded_and_loses_its_origin() -> None:
    request = read_request("GET", "http://api.example/a%2Fb/c?x=1", [("X-A", "1"), ("x-a", "2")], b"")

    assert request == HttpRequest(method="GET", path="/a%2Fb/c", query={"x": ("1",)}, headers={"x-a": ("1", "2")})


def test_a_compressed_body_is_read_plain() -> None:
    headers = [("content-type", "application/json"), ("content-encoding", "gzip")]

    assert read_request("POST", "/", headers, gzip.compress(b"[1]")).body == JsonBody([1])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"plain", "The body is not gzip, which Content-Encoding says it is."),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "The gzip body ends too early."),
        (
            gzip.compress(b"0" * (64 * 1024 * 1024 + 1), mtime=0),
            "The body is larger than 67108864 bytes when decompressed.",
        ),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableBodyError) as caught:
        read_request("POST", "/", [("content-encoding", "gzip")], data)
    assert str(caught.value) == sentence
