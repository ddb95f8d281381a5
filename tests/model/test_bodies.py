import pytest

from contractkit.document import decode_body
from contractkit.model import BinaryBody, TextBody, is_text_media_type
from contractkit.transports.http_messages import read_body


@pytest.mark.parametrize(
    ("media_type", "is_text"),
    [
        ("text/csv; charset=utf-8", True),
        ("Application/XML", True),
        ("application/soap+xml", True),
        ("application/vnd.a+yaml", True),
        ("application/x-ndjson", True),
        ("application/graphql", True),
        ("application/json-seq", True),
        ("application/jsonl", True),
        ("application/json", False),
        ("application/pdf", False),
    ],
)
def test_which_media_types_carry_text(media_type: str, is_text: bool) -> None:
    assert is_text_media_type(media_type) is is_text


@pytest.mark.parametrize("media_type", ["application/yaml", "application/x-ndjson", "application/sql"])
def test_a_file_and_a_provider_that_say_one_type_give_one_kind_of_body(media_type: str) -> None:
    assert decode_body(b"a", media_type) == read_body(b"a", media_type) == TextBody("a", media_type)


def test_bytes_of_no_text_stay_bytes_in_both() -> None:
    assert decode_body(b"\xff", "image/x") == read_body(b"\xff", "image/x") == BinaryBody(b"\xff", "image/x")
