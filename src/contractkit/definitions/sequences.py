"""Sequences: bodies of items, one after the other, each judged by `itemSchema` (OpenAPI 3.2, sequential media types).

Lines of JSON, records of JSON (RFC 7464) and server-sent events are read. The item of an event is the object of its
fields after parsing: `data` with its lines joined, `event` and `id` as text, `retry` as an integer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.checks import Checks
from contractkit.definitions.lowering import Direction
from contractkit.definitions.references import Node
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json
from contractkit.model import BinaryBody, Body, JsonBody, Location, TextBody, base_media_type
from contractkit.results import Violation

ITEM_SCHEMA: Final = "itemSchema"
ITEM_ENCODING: Final = "itemEncoding"
PREFIX_ENCODING: Final = "prefixEncoding"

_FIELDS: Final = ("data", "event", "id", "retry")
_LONGEST_RETRY: Final = 18  # digits; no client waits for longer, and Python reads no number without end


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """What stands where an item should, and is none."""

    text: str
    expected: str = "an item of JSON"


def is_sequence(media_type: str) -> bool:
    """Say whether a media type is a sequence whose items can be read."""
    base = base_media_type(media_type)
    return base in _READERS or base.endswith("+json-seq")


def has_items(media_type: str) -> bool:
    """Say whether a media type is a sequence, of items that can be read or of parts (OpenAPI 3.2 §4.14.3)."""
    return is_sequence(media_type) or is_multipart(media_type)


def is_multipart(media_type: str) -> bool:
    """Say whether a body is of parts."""
    return base_media_type(media_type).startswith("multipart/")


def item_violations(
    body: Body, content: Node, media_type: str, checks: Checks, at: Location, direction: Direction
) -> Iterator[Violation]:
    """Give the violations of a sequence, item by item: `response.body[1].total`; then those of its `schema`.

    The `schema` of a sequence speaks of the list of its items; it is left alone where one of them cannot be read.

    Args:
        body: What was sent.
        content: The media type object, which has an `itemSchema`.
        media_type: Its name, a sequence.
        checks: The definition's compiled schemas.
        at: Where the body stands.
        direction: Who sent it.
    """
    node = content / ITEM_SCHEMA
    check = checks.of(node, direction)
    items = list(_items(body, media_type))
    for index, item in enumerate(items):
        if isinstance(item, _Unreadable):
            yield Violation(location=at / index, expected=item.expected, received=item.text, pointer=node.place)
        else:
            yield from check.violations(item, at / index)
    whole = content.get("schema")
    if whole is not None and not any(isinstance(item, _Unreadable) for item in items):
        yield from checks.of(whole, direction).violations(items, at)


def written_items(items: Iterable[Json], media_type: str) -> str:
    """Give the text of a sequence, as `item_violations` reads it; an event without `data` has `{}` for it."""
    return "".join(map(_WRITERS.get(base_media_type(media_type), _written_record), items))


def _items(body: Body, media_type: str) -> Iterator[Json | _Unreadable]:
    match body:
        case JsonBody(value=value):  # a single line of JSON may have been read as the value that it is
            yield value
        case TextBody(text=text):
            yield from _READERS.get(base_media_type(media_type), _records)(text)
        case BinaryBody(data=data):
            yield from _items(TextBody(data.decode(errors="replace")), media_type)


def _lines(text: str) -> Iterator[Json | _Unreadable]:
    return (_item(line) for line in text.split("\n") if line.strip())  # other ends of lines may stand in a text


def _records(text: str) -> Iterator[Json | _Unreadable]:
    before, *records = text.split("\x1e")
    if before.strip():
        yield _Unreadable(before)
    yield from (_item(record) for record in records if record.strip())


def _events(text: str) -> Iterator[Json | _Unreadable]:
    """Give the events of a stream as the standard of HTML reads it; one that its end cuts short is judged as well."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for block in lines.split("\n\n"):
        fields = [_field(line) for line in block.split("\n")]
        names = {name for name, _ in fields}
        if "data" in names:  # else no client is told of it
            yield _event(fields)
        elif names - {""} and names.isdisjoint(_FIELDS):
            yield _Unreadable(block, "an event with data")


def _event(fields: list[tuple[str, str]]) -> Json:
    event: dict[str, Json] = {name: value for name, value in fields if name in ("event", "id")}
    event["data"] = "\n".join(value for name, value in fields if name == "data")
    for name, value in fields:
        if name == "retry" and value.isascii() and value.isdigit() and len(value) <= _LONGEST_RETRY:
            event["retry"] = int(value)
    return event


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.removeprefix(" ")


def _item(text: str) -> Json | _Unreadable:
    try:
        return read_json(text)
    except JsonSyntaxError:
        return _Unreadable(text)


_READERS: Final[Mapping[str, Callable[[str], Iterator[Json | _Unreadable]]]] = {
    **dict.fromkeys(("application/jsonl", "application/ndjson", "application/x-jsonlines"), _lines),
    "application/x-ndjson": _lines,
    "application/json-seq": _records,
    "text/event-stream": _events,
}
"""Media type to how its items are read; what ends in `+json-seq` is records too."""


def _written_line(item: Json) -> str:
    return f"{_text(item)}\n"


def _written_record(item: Json) -> str:
    return f"\x1e{_text(item)}\n"


def _written_event(item: Json) -> str:
    fields = item if isinstance(item, dict) else {"data": item}
    named = [(name, _plain(fields[name])) for name in ("event", "id", "retry") if name in fields]
    lines = [f"{name}: {' '.join(text.splitlines())}" for name, text in named]
    lines += [f"data: {line}" for line in _plain(fields.get("data", {})).splitlines() or [""]]
    return "\n".join(lines) + "\n\n"


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else _text(value)


def _text(item: Json) -> str:
    return dump_compact(item).decode()


_WRITERS: Final[Mapping[str, Callable[[Json], str]]] = {
    media_type: _written_event if reader is _events else _written_record if reader is _records else _written_line
    for media_type, reader in _READERS.items()
}
