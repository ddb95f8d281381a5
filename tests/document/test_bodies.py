import pytest

from contractkit.document import decode_body, read_response
from contractkit.document.bodies import write_body
from contractkit.errors import ContractFileError
from contractkit.model import BinaryBody, EmptyBody, JsonBody, TextBody


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (JsonBody({"a": 1}), {"content": {"a": 1}, "contentType": "application/json", "encoded": False}),
        (JsonBody("12"), {"content": '"12"', "contentType": "application/json", "encoded": "JSON"}),
        (JsonBody(""), {"content": '""', "contentType": "application/json", "encoded": "JSON"}),
        (JsonBody(None), {"content": "null", "contentType": "application/json", "encoded": "JSON"}),
        (TextBody("a"), {"content": "a", "contentType": "text/plain", "encoded": False}),
        (
            TextBody("{", "application/json"),
            {"content": "{", "contentType": "application/json", "encoded": False, "contentTypeHint": "TEXT"},
        ),
        (BinaryBody(b"\0", "image/png"), {"content": "AA==", "contentType": "image/png", "encoded": "base64"}),
        (
            BinaryBody(b"a", "text/plain"),
            {"content": "YQ==", "contentType": "text/plain", "encoded": "base64", "contentTypeHint": "BINARY"},
        ),
        (EmptyBody(), {"content": ""}),
        (EmptyBody("text/plain"), {"content": "", "contentType": "text/plain"}),
    ],
)
def test_a_body_is_written_so_that_it_reads_back(body, written):
    assert write_body(body) == written
    assert read_response({"body": written}, "4.0").part.body == body


@pytest.mark.parametrize(
    ("value", "content_type", "version", "body"),
    [
        ('{"a": 1}', "application/json", "3.0", JsonBody({"a": 1})),
        ("alligator", "application/json", "3.0", JsonBody("alligator")),
        ('{"a": 1}', None, "3.0", JsonBody({"a": 1})),
        ("{a", None, "3.0", TextBody("{a")),
        ('<?xml version="1.0"?><a/>', None, "2.0", TextBody('<?xml version="1.0"?><a/>', "application/xml")),
        ("<html></html>", None, "2.0", TextBody("<html></html>", "text/html")),
        ("a=1", "application/x-www-form-urlencoded", "3.0", TextBody("a=1", "application/x-www-form-urlencoded")),
        ("AAE=", "image/png", "3.0", BinaryBody(b"\0\1", "image/png")),
        ("no base64", "image/png", "3.0", BinaryBody(b"no base64", "image/png")),
        ({"content": "a"}, "image/png", "4.0", BinaryBody(b"a", "image/png")),
        ({"a": 1}, "text/plain", "2.0", JsonBody({"a": 1}, "text/plain")),
        ({"a": 1}, None, "4.0", JsonBody({"a": 1})),
        ({"contents": [1]}, None, "4.0", JsonBody([1])),
        ({"content": "e30=", "encoded": True, "contentType": "application/json"}, None, "4.0", JsonBody({})),
        ({"content": "YQ==", "encoded": "base64"}, "text/css", "4.0", TextBody("a", "text/css")),
        ({"content": "[1]", "encoded": "json"}, None, "4.0", JsonBody([1])),
        ('{"query": "{ a }"}', "application/graphql", "3.0", JsonBody({"query": "{ a }"}, "application/graphql")),
        ("{ a }", "application/graphql", "3.0", TextBody("{ a }", "application/graphql")),
        ({"content": '{"query": 1}'}, "application/graphql", "4.0", JsonBody({"query": 1}, "application/graphql")),
        ({"content": "[1]"}, "application/json-rpc", "4.0", JsonBody([1], "application/json-rpc")),
        ({"content": "[1]\n[2]"}, "application/jsonl", "4.0", TextBody("[1]\n[2]", "application/jsonl")),
        (
            {"content": "[1]", "contentTypeHint": "TEXT"},
            "application/jsonl",
            "4.0",
            TextBody("[1]", "application/jsonl"),
        ),
    ],
)
def test_bodies_of_every_version_are_read(value, content_type, version, body):
    headers = {} if content_type is None else {"content-type": content_type}
    assert read_response({"headers": headers, "body": value}, version).part.body == body


@pytest.mark.parametrize(
    ("envelope", "problem"),
    [
        ({"content": "?", "encoded": "base64"}, ("/body/content", 'expected base64 text, received "?"')),
        ({"content": "{", "encoded": "JSON"}, ("/body/content", 'expected JSON text, received "{"')),
        ({"content": 1, "encoded": "gzip"}, ("/body/encoded", 'expected false, "base64" or "JSON", received "gzip"')),
        ({"content": 1, "contentType": 2}, ("/body/contentType", "expected a string, received 2")),
    ],
)
def test_a_wrong_envelope_is_refused_with_its_place(envelope, problem):
    with pytest.raises(ContractFileError) as raised:
        read_response({"body": envelope}, "4.0")
    assert raised.value.explanation.details == (problem,)


@pytest.mark.parametrize(
    ("data", "media_type", "body"),
    [
        (b"", "text/plain", EmptyBody("text/plain")),
        (b"{}", "application/json; charset=utf-8", JsonBody({}, "application/json; charset=utf-8")),
        (b"{", "application/json", BinaryBody(b"{", "application/json")),
        (b"{}", "application/graphql", JsonBody({}, "application/graphql")),
        (b"{", "application/graphql", TextBody("{", "application/graphql")),
        (b"\xff", "text/plain", BinaryBody(b"\xff", "text/plain")),
        (b"\xff", None, BinaryBody(b"\xff")),
        (b"a", None, TextBody("a")),
    ],
)
def test_bytes_become_the_body_that_their_media_type_says(data, media_type, body):
    assert decode_body(data, media_type) == body
