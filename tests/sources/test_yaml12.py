import pytest

from contractkit.sources.syntax import YamlError
from contractkit.sources.yaml12 import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2026-03-01", "2026-03-01"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("18446744073709551617", 18446744073709551617),
        ("!!str 12", "12"),
        ("'12'", "12"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = read_yaml(text)
    assert (type(found), found) == (type(value), value)


def test_keys_are_text_as_written() -> None:
    assert read_yaml("200: a\non: b\ntrue: c\n1.10: d") == {"200": "a", "on": "b", "true": "c", "1.10": "d"}


def test_a_merge_key_is_outweighed_by_own_keys() -> None:
    assert read_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}") == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "did not find expected ',' or ']' (line 2, column 1)"),
        ("a: *b", "found undefined alias (line 1, column 4)"),
        ("a: &a [*a]", "an alias inside the value that it names (line 1, column 4)"),
        ("a: .nan", "'.nan' is not a value of JSON under the tag tag:yaml.org,2002:float (line 1, column 4)"),
        ("a: !!binary aGk=", "'aGk=' is not a value of JSON under the tag tag:yaml.org,2002:binary (line 1, column 4)"),
        ("? [1]\n: 2", "a key must be a scalar (line 1, column 3)"),
        ("a: {<<: 1}", "`<<` merges mappings only (line 1, column 5)"),
        ("", "the text is empty (line 1, column 1)"),
        ("a: 1\n---\nb: 2", "but found another document (line 2, column 1)"),
        ("[" * 100_000, "nested too deeply (line 1, column 501)"),
        ("- " * 100_000, "nested too deeply (line 1, column 1001)"),
    ],
)
def test_what_json_cannot_say_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(YamlError) as error:
        read_yaml(text)
    assert str(error.value) == message


def test_aliases_that_amount_to_too_much_are_refused() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    bomb = "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *levels])
    with pytest.raises(YamlError, match="its aliases amount to more than 5,000,000 values"):
        read_yaml(bomb)


def test_aliases_that_nest_too_deeply_are_refused() -> None:
    chain = "\n".join(["a0: &a0 x", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 700))])
    with pytest.raises(YamlError, match="nested too deeply"):
        read_yaml(chain)


def test_brackets_in_texts_are_no_nesting() -> None:
    assert read_yaml(f"a: '{'[' * 600}'") == {"a": "[" * 600}
