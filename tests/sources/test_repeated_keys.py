"""A key that an object says twice is refused with both places, in JSON as in YAML."""

import json
import random

import pytest

from contractkit.errors import DefinitionError
from contractkit.exact_json import read_json
from contractkit.sources import read_definition
from contractkit.sources.repeated_keys import refuse_repeated_keys
from contractkit.sources.syntax import RepeatedKeyError

JSON = b'{"openapi": "3.1.0",\n "paths": {"/a": {\n  "get": {"tags": [{"x": 1}, "x"]},\n  "get": {}\n}}}'
YAML = b"openapi: 3.1.0\npaths:\n  /a:\n    get: {tags: [{x: 1}, x]}\n    get: {}\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "column", "first"), [("a.json", JSON, 4, 3, 3), ("a.yaml", YAML, 5, 5, 4)]
)
def test_a_key_said_twice_is_refused_with_its_places(
    name: str, text: bytes, line: int, column: int, first: int
) -> None:
    with pytest.raises(DefinitionError) as error:
        read_definition(text, source=name)
    assert str(error.value) == (
        f"The definition {name} says a key twice.\n\n"
        f"  at        line {line}, column {column}\n"
        "  pointer   /paths/~1a/get\n"
        f"  problem   the key 'get' stands twice, first in line {first}\n\n"
        "Keep one of the two: which one counts differs from reader to reader."
    )


@pytest.mark.parametrize(
    ("text", "pointer", "column"),
    [
        (b'{"a:": 1, "a\\u003a": 2}', "/a:", 11),
        ('{"ä": 1, "\\u00e4": 2}'.encode(), "/ä", 10),
        (b'[0, {"a": 1}, {"b": {}, "b": {}}]', "/2/b", 25),
        (b'{"a/b": [[], [{"~": "}", "~": 1}]]}', "/a~1b/1/0/~0", 26),
        (b'{"\\"": ":", "\\"": "{"}', '/"', 13),
    ],
)
def test_the_key_is_found_however_it_is_written(text: bytes, pointer: str, column: int) -> None:
    with pytest.raises(RepeatedKeyError) as error:
        refuse_repeated_keys(text, read_json(text))
    assert (error.value.pointer, error.value.line, error.value.column) == (pointer, 1, column)


@pytest.mark.parametrize(
    "text", [b'{"a": ":\\u003a\\\\u003a", "b": {"a": 123456789012345678901234567890}}', b'{"x": {}, "y": [{}]}', b"7"]
)
def test_a_text_whose_keys_differ_is_read(text: bytes) -> None:
    refuse_repeated_keys(text, read_json(text))


def test_repetitions_are_found_exactly_where_the_standard_library_meets_them() -> None:
    refused = 0
    for seed in range(400):
        text = written(random.Random(seed), depth=3)
        repeats = says_twice(text)
        try:
            refuse_repeated_keys(text.encode(), read_json(text))
        except RepeatedKeyError:
            refused += 1
            assert repeats, text
        else:
            assert not repeats, text
    assert 50 < refused < 350


def says_twice(text: str) -> bool:
    found: list[bool] = []

    def noting(pairs: list[tuple[str, object]]) -> None:
        found.append(len(dict(pairs)) < len(pairs))

    json.loads(text, object_pairs_hook=noting)
    return any(found)


def written(chance: random.Random, *, depth: int) -> str:
    kind = chance.choice("oooal") if depth else "l"
    if kind == "l":
        return chance.choice(['"a:b"', '"\\u003a"', '"\\\\u003a"', "1.50", "null", '"{[,"'])
    parts = [written(chance, depth=depth - 1) for _ in range(chance.randrange(4))]
    if kind == "a":
        return f"[{', '.join(parts)}]"
    keys = ('"a"', '"\\u0061"', '":"', '"\\u003A"', '"b"', '"c"', '"d"', '"e"', '"f"')
    return "{" + ",\n".join(f"{chance.choice(keys)} : {part}" for part in parts) + "}"
