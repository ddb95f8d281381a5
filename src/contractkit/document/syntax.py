"""From bytes to a JSON value, with a message for everything that a contract file turns out to be instead."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from contractkit.document.reading import escaped
from contractkit.errors import ContractFileError
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json

DEEPEST = 250
"""How deep a file may nest: far beyond any payload, and what the JSON writer still writes back."""

_DEEPEST_EMBEDDED = 150  # what JSON text within a file may nest, so that the file can hold it as JSON
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CONTAINERS = frozenset({dict, list})
_BEFORE_COLON = re.compile(rb'"[ \t\r\n]+:')
_CONFLICT = re.compile(rb"^(<<<<<<< |=======\r?$|>>>>>>> )", re.MULTILINE)
_KINDS = {"openapi": "an OpenAPI", "swagger": "an OpenAPI", "asyncapi": "an AsyncAPI"}
_DEFINITION = re.compile(rb"^(?:(openapi|swagger|asyncapi)[ \t]*:|syntax[ \t]*=)", re.MULTILINE)
_RECORD_AGAIN = "Restore or remove it, then run the consumer's tests."


class ContractText(NamedTuple):
    """The JSON value of a file, and the places of members whose name stands twice in one object: the last counts."""

    value: Json
    repeated: tuple[str, ...]


def parse_contract_text(data: bytes, *, origin: str) -> ContractText:
    """Give the JSON value of a contract file.

    Raises:
        ContractFileError: The file is empty, not JSON, torn by a merge conflict, nested too deeply or a definition.
    """
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise ContractFileError(f"{origin} is empty.", next_step=_RECORD_AGAIN)
    try:
        value = read_json(text)
        written = _written(value)
    except JsonSyntaxError as error:
        raise _not_json(text, error, origin) from None
    if written is None:
        raise ContractFileError(f"{origin} is nested deeper than {DEEPEST} levels, which no contract is.")
    kind = next((said for name, said in _KINDS.items() if name in value), None) if isinstance(value, dict) else None
    if kind is not None and "interactions" not in value:
        raise _of_definition(origin, kind)
    return ContractText(value, _repeated(text, written))


def read_embedded_json(text: bytes | str) -> Json:
    """Give the value of JSON text that stands within a file, as a string or in base64.

    Raises:
        JsonSyntaxError: It is not JSON, or nested too deeply to stand in the file as JSON.
    """
    value = read_json(text)
    if _depth_exceeds(value, _DEEPEST_EMBEDDED):
        raise JsonSyntaxError("nested too deeply", line=1, column=1)
    return value


def _not_json(text: bytes, error: JsonSyntaxError, origin: str) -> ContractFileError:
    try:
        text.decode()
    except UnicodeDecodeError as found:
        details = [("first other byte", str(found.start + 1))]
        return ContractFileError(f"{origin} is not text in UTF-8.", details=details, next_step=_RECORD_AGAIN)
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        line = text.count(b"\n", 0, conflict.start()) + 1
        return ContractFileError(
            f"{origin} holds merge-conflict markers.",
            details=[("first in line", str(line))],
            next_step="Take either side of each conflict, then run the consumer's tests again: they write the rest.",
        )
    definition = _DEFINITION.search(text)
    if definition is not None:
        return _of_definition(origin, _KINDS.get((definition[1] or b"").decode(), "a protobuf"))
    return ContractFileError(
        f"{origin} is not JSON.",
        details=[("line", str(error.line)), ("column", str(error.column)), ("problem", error.problem)],
        next_step=_RECORD_AGAIN,
    )


def _of_definition(origin: str, kind: str) -> ContractFileError:
    return ContractFileError(
        f"{origin} is {kind} definition, not a contract.",
        next_step="Definitions are for `contractkit stub` and `contractkit impact`; give a contract file here.",
    )


def _written(value: Json) -> bytes | None:
    """Give a value as compact JSON, None where it nests too deeply: the writer finds that out faster than a walk."""
    try:
        return orjson.dumps(value)
    except TypeError:  # too deep, or an integer beyond 64 bits
        return None if _depth_exceeds(value, DEEPEST) else dump_compact(value)


def _repeated(text: bytes, written: bytes) -> tuple[str, ...]:
    """Give the JSON pointers of repeated members, of which reading left one.

    A text with as many members as its value has none. In both, what looks like a member's end within a string is
    escaped alike, but for other tools' spellings; then the text is read once more, pair by pair.
    """
    count = written.count(b'":')
    if text.count(b'":') == count or _BEFORE_COLON.sub(b'":', text).count(b'":') == count:
        return ()
    pairs = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    return tuple(_repeated_in(pairs, ""))


class _Pairs(list[tuple[str, Json]]):
    """An object as its members in order, repeated ones too."""


def _repeated_in(value: Json, pointer: str) -> Iterator[str]:
    if isinstance(value, _Pairs):
        names: set[str] = set()
        for name, member in value:
            place = f"{pointer}/{escaped(name)}"
            yield from [place] if name in names else ()
            names.add(name)
            yield from _repeated_in(member, place)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _repeated_in(element, f"{pointer}/{index}")


def _depth_exceeds(value: Json, limit: int) -> bool:
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(limit):
        if not level:
            return False
        objects = [child for item in level if type(item) is dict for child in item.values()]
        lists = [child for item in level if type(item) is list for child in item]
        level = [child for child in (*objects, *lists) if type(child) in _CONTAINERS]
    return bool(level)
