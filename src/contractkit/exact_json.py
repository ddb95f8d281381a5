"""JSON kept exact: integers of any size, integer told from decimal, one canonical spelling on output."""

import gc
import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import msgspec
import orjson

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list of values, or dict with string keys."""

_BYTE = re.compile(r"\(byte (\d+)\)")
_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)', re.DOTALL)
"""A string, or a number as its first group."""

_HIDING = re.compile(
    r"[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""DEL and the controls above it, ends of lines, marks of direction and characters that nobody sees."""

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class JsonSyntaxError(ValueError):
    """The text is not JSON. `line` and `column` count from 1; `problem` is one phrase."""

    def __init__(self, problem: str, *, line: int, column: int) -> None:
        super().__init__(f"{problem} (line {line}, column {column})")
        self.problem = problem
        self.line = line
        self.column = column


def read_json(text: bytes | str) -> Json:
    """Give the value that a JSON text holds; `100` stays an int, `100.0` a float, big integers stay exact.

    Raises:
        JsonSyntaxError: The text is not JSON (RFC 8259), or nests deeper than the reader's limit.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _located(text, error) from None


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python's collector of cycles from walking a growing tree over and over, a fifth of the time of reading.

    There is nothing to find meanwhile: what is read holds no cycles.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def dump_canonical(value: Json) -> bytes:
    """Give the one spelling of a value: keys sorted, two spaces of indent, UTF-8, a newline at the end.

    Raises:
        ValueError: The value holds NaN, an infinity or something that JSON cannot say.
    """
    try:
        data = orjson.dumps(value, option=_CANONICAL)
    except TypeError:  # an integer beyond 64 bits, which orjson refuses
        data = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False).encode() + b"\n"
        is_suspect = True
    else:
        is_suspect = b"null" in data  # as orjson spells them
    if is_suspect and _holds_unwritable_float(value):
        raise ValueError("JSON has no spelling for NaN and the infinities")
    return data


def dump_compact(value: Json) -> bytes:
    """Give a value in one line, keys sorted: the form in which values are hashed and shown in messages."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()


def dump_shown(value: Json) -> str:
    """Give a value as `dump_canonical` spells it, to be shown: what hides or turns text in a terminal is escaped.

    A reader of JSON gets the same value (RFC 8259, section 7).
    """
    return _escaped(dump_canonical(value).decode())


def dump_shown_line(value: Json) -> str:
    """Give a value as `dump_compact` spells it, to be shown as `dump_shown` does."""
    return _escaped(dump_compact(value).decode())


def show_json(value: Json, *, limit: int = 200) -> str:
    """Give a value as a message shows it, so that `2` and `"2"` differ; longer than `limit` characters is cut."""
    try:
        text = dump_compact(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which UTF-8 cannot write
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (RecursionError, ValueError):
        return "a value too deep or too long to be shown"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def same_json(left: Json, right: Json) -> bool:
    """Say whether two values are equal, kinds compared before values: `1`, `1.0` and `true` all differ."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _escaped(text: str) -> str:
    return text if text.isascii() and "\x7f" not in text else _HIDING.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return "\\u007f" if found[0] == "\x7f" else json.dumps(found[0])[1:-1]


def _located(text: bytes | str, error: Exception) -> JsonSyntaxError:
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return JsonSyntaxError(found.msg, line=found.lineno, column=found.colno)
    except UnicodeDecodeError as found:
        return JsonSyntaxError(f"not UTF-8 at byte {found.start}", line=1, column=found.start + 1)
    except RecursionError:
        return JsonSyntaxError("nested too deeply", line=1, column=1)
    except ValueError:  # an integer of more digits than Python converts
        pass
    data = text.encode(errors="replace") if isinstance(text, str) else text
    told = _BYTE.search(str(error))
    if told is not None:
        return _at(data, int(told[1]), str(error)[: told.start()].removeprefix("JSON is malformed: ").strip())
    number = next((each for each in _NUMBER.finditer(data) if each[1] and _is_beyond_reach(each[1])), None)
    return _at(data, number.start() if number else 0, "a number that is too large")


def _is_beyond_reach(number: bytes) -> bool:
    """Say whether a number is one that Python has no value for: too many digits, or too large for a decimal."""
    if number.removeprefix(b"-").isdigit():
        return len(number) > sys.get_int_max_str_digits() > 0
    return math.isinf(float(number))


def _at(data: bytes, offset: int, problem: str) -> JsonSyntaxError:
    """Give the error at a byte of a text, with its line and its column in characters."""
    before = data[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return JsonSyntaxError(problem, line=before.count(b"\n") + 1, column=column)


def _holds_unwritable_float(value: Json) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, float) and (item != item or item in (float("inf"), float("-inf"))):
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list | tuple):
            pending.extend(item)
    return False
