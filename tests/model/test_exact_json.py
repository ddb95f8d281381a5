import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractkit.exact_json import JsonSyntaxError, dump_canonical, dump_compact, read_json, same_json, show_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_was_dumped_reads_back_the_same(value: object) -> None:
    assert same_json(read_json(dump_canonical(value)), value)
    assert same_json(read_json(dump_compact(value)), value)


def test_integers_stay_exact_and_decimals_stay_decimals() -> None:
    assert read_json("[100, 100.0, 123456789012345678901234567890]") == [100, 100.0, 123456789012345678901234567890]
    assert dump_compact(read_json("[100, 100.0, 18446744073709551616]")) == b"[100,100.0,18446744073709551616]"


def test_kinds_are_told_apart() -> None:
    assert not same_json(1, 1.0)
    assert not same_json(True, 1)
    assert not same_json({"a": [0]}, {"a": [False]})


def test_a_syntax_error_has_a_line_and_a_column() -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        read_json('{\n  "a": 1,\n}')
    assert str(caught.value) == "Expecting property name enclosed in double quotes (line 3, column 1)"


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", "[" * 100_000])
def test_no_text_is_answered_with_a_traceback(text: bytes | str) -> None:
    with pytest.raises(JsonSyntaxError):
        read_json(text)


@pytest.mark.parametrize("value", [math.nan, [math.inf], {"a": -math.inf}])
def test_numbers_that_json_cannot_say_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no spelling for NaN"):
        dump_canonical(value)


def test_a_shown_value_is_cut_at_the_limit() -> None:
    assert show_json("2") == '"2"'
    assert show_json("x" * 300, limit=10) == '"xxxxxxxx…'
