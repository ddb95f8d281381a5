from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.exact_json import Json
from contractkit.sources.cache import cache_directory, read_through

TEXT = b"#" + b" " * 5_000


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_directory()


def giving(value: Json, calls: list[bytes]) -> Callable[[bytes], Json]:
    def parse(text: bytes) -> Json:
        calls.append(text)
        return value

    return parse


def test_a_text_is_parsed_once_and_numbers_keep_their_kind() -> None:
    calls: list[bytes] = []
    parse = giving({"b": 1, "a": [1.0, 2**53, None, "ä"]}, calls)
    first, second = read_through(TEXT, parse), read_through(TEXT, parse)
    assert repr(first) == repr(second) == "{'b': 1, 'a': [1.0, 9007199254740992, None, 'ä']}"
    assert len(calls) == 1


def test_an_entry_that_was_altered_is_ignored(directory: Path) -> None:
    calls: list[bytes] = []
    read_through(TEXT, giving({"a": 1}, calls))
    (entry,) = directory.iterdir()
    entry.write_bytes(entry.read_bytes().replace(b'{"a":1}', b'{"a":2}'))
    assert read_through(TEXT, giving({"a": 1}, calls)) == {"a": 1}
    assert len(calls) == 2


def test_another_text_has_another_entry() -> None:
    read_through(TEXT, giving(1, []))
    assert read_through(TEXT + b" ", giving(2, [])) == 2


def test_integers_beyond_64_bits_are_not_kept_but_read() -> None:
    calls: list[bytes] = []
    assert read_through(TEXT, giving(2**70, calls)) == read_through(TEXT, giving(2**70, calls)) == 2**70


def test_a_directory_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert read_through(TEXT, giving({"a": 1}, [])) == {"a": 1}


def test_small_texts_leave_no_entry(directory: Path) -> None:
    assert read_through(b"a: 1", giving({"a": 1}, [])) == {"a": 1}
    assert not directory.exists()
