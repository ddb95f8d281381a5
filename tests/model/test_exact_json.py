import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractkit.cli import brokers
from contractkit.cli.brokers import show
from contractkit.exact_json import (
    Json,
    JsonSyntaxError,
    dump_canonical,
    dump_compact,
    dump_shown,
    dump_shown_line,
    read_json,
    same_json,
    show_json,
)

COMMAND_LINE = Path(brokers.__file__).parent

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


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("\u202e\u2066", r'"\u202e\u2066"'),
        ("\x7f\x9b31m", r'"\u007f\u009b31m"'),
        ("a\u200bb\ufeff", r'"a\u200bb\ufeff"'),
        ("\U000e0041", r'"\udb40\udc41"'),
        ({"\u2028": "\\u202e"}, r'{"\u2028":"\\u202e"}'),
        ({"name": "žluťoučký 漢字 🙂 \x1b \t"}, r'{"name":"žluťoučký 漢字 🙂 \u001b \t"}'),
    ],
)
def test_what_hides_or_turns_text_is_escaped_where_json_is_shown(value: Json, said: str) -> None:
    assert dump_shown_line(value) == said
    assert read_json(dump_shown(value)) == read_json(said) == value


def test_all_else_is_shown_byte_for_byte_as_it_is_written() -> None:
    value = {"b": [1, 1.0, 10**30, None, "ž"], "a": {}}
    assert (dump_shown(value).encode(), dump_shown_line(value).encode()) == (dump_canonical(value), dump_compact(value))


def test_no_verb_shows_json_that_is_not_escaped() -> None:
    shown = re.compile(r"dump_(canonical|compact)\([^\n]*\)\.decode\(\)|echo\(\s*dump_(canonical|compact)")
    assert [each.name for each in COMMAND_LINE.glob("*.py") if shown.search(each.read_text())] == []


def test_a_broker_s_names_are_escaped_as_json_and_spelled_out_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    for output in ("json", "text"):
        show("a\x9b\u202eb", {"name": "a\x9b\u202eb"}, output)
    printed = capsys.readouterr().out
    assert printed == '{\n  "name": "a\\u009b\\u202eb",\n  "schema_version": 1\n}\na\\x9b\\x202eb\n'
