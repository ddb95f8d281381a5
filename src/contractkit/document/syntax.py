"""From bytes to a JSON value, with a message for everything that a contract file turns out to be instead."""

import re

from contractkit.errors import ContractFileError
from contractkit.exact_json import Json, JsonSyntaxError, read_json

DEEPEST = 200
"""How deep a file may nest: far beyond any payload, well within what every JSON writer can write back."""

_DEEPEST_EMBEDDED = 150  # what JSON text within a file may nest, so that the file can hold it as JSON
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CONFLICT = re.compile(rb"^(<<<<<<< |=======\r?$|>>>>>>> )", re.MULTILINE)
_RECORD_AGAIN = "Run the consumer's tests again: they write the file."


def parse_contract_text(data: bytes, *, origin: str) -> Json:
    """Give the JSON value of a contract file.

    Raises:
        ContractFileError: The file is empty, not JSON, torn by a merge conflict, nested too deeply or a definition.
    """
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise ContractFileError(f"{origin} is empty.", next_step=_RECORD_AGAIN)
    try:
        value = read_json(text)
    except JsonSyntaxError as error:
        raise _not_json(text, error, origin) from None
    if _depth_exceeds(value, DEEPEST):
        raise ContractFileError(f"{origin} is nested deeper than {DEEPEST} levels, which no contract is.")
    if isinstance(value, dict) and "interactions" not in value and value.keys() & {"openapi", "swagger"}:
        raise ContractFileError(
            f"{origin} is an OpenAPI definition, not a contract.",
            next_step="Definitions are for `contractkit stub` and `contractkit impact`; give a contract file here.",
        )
    return value


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
    return ContractFileError(
        f"{origin} is not JSON.",
        details=[("line", str(error.line)), ("column", str(error.column)), ("problem", error.problem)],
        next_step=_RECORD_AGAIN,
    )


def _depth_exceeds(value: Json, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        objects = [child for item in level if isinstance(item, dict) for child in item.values()]
        lists = [child for item in level if isinstance(item, list) for child in item]
        level = objects + lists
        if not level:
            return False
    return True
