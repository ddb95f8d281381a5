"""Forms: a URL-encoded body is an object, whatever its names and its schema are."""

from typing import Any

import pytest

from contractkit.definitions.forms import read_form


@pytest.mark.parametrize(
    ("text", "value"),
    [("0=a", {"0": "a"}), ("0=a&1=b", {"0": "a", "1": "b"}), ("=a", {"": "a"}), ("0[x]=a", {"0": {"x": "a"}})],
)
def test_names_that_are_numbers_make_no_list(text: str, value: Any) -> None:
    assert read_form(text, None) == value
