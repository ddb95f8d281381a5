"""Messages: from a location to the definition of what a provider emits.

A location is a JSON Schema, a directory of them, or an AsyncAPI document, in JSON or YAML.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from contractkit.definitions.asyncapi import asyncapi_messages
from contractkit.definitions.messages import DefinedMessage, MessageDefinition
from contractkit.definitions.older_schemas import upgraded_schemas
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.sources.loading import read_document
from contractkit.sources.places import FilePlace, is_elsewhere

_ENDINGS: Final = (".json", ".yaml", ".yml")
_MOST_FILES: Final = 10_000
_SCHEMA_WORDS: Final = frozenset(
    {"$ref", "allOf", "anyOf", "const", "enum", "if", "items", "oneOf", "properties", "required", "type"}
)
"""Keywords of which a schema that describes something has one; else it only holds others."""


def load_messages(location: str | Path, *, root: Path) -> MessageDefinition:
    """Give the messages that are defined at a path, as seen from `root`.

    Of a directory every file of JSON or YAML in it and below is the schema of one message, called after the file
    without its endings (`OrderPlaced.schema.json`); so is a single file, or the schemas of its `$defs` where it
    describes nothing itself; an AsyncAPI document names its messages.

    Raises:
        DefinitionError: It is elsewhere, cannot be read, is neither JSON nor YAML, or defines no message.
    """
    name = str(location)
    if is_elsewhere(name):
        raise DefinitionError(
            f"The messages {name} are elsewhere, and are read from a path alone.",
            next_step="Keep a copy of their definition in the project, and set its path as messages.",
        )
    path = root / location
    try:
        return _of_directory(path, name) if path.is_dir() else _of_file(FilePlace(name=name, path=path), name)
    except RecursionError:
        raise DefinitionError(
            f"The definition {name} is nested too deeply to be followed.",
            details=[("expected", "a few hundred levels of schemas at most")],
        ) from None


def _of_file(place: FilePlace, name: str) -> MessageDefinition:
    uri = quote(place.uri)
    value = upgraded_schemas(read_document(place.read(), place.uri))
    documents = {uri: value}
    if isinstance(value, dict) and "asyncapi" in value:
        read = _reader(place)
        messages: Iterable[DefinedMessage] = asyncapi_messages(Documents(documents, uri, read), source=name)
        info = value.get("info")
        title = str(info["title"]) if isinstance(info, dict) and info.get("title") else ""
        return _some(messages, documents, read, name, title)
    if isinstance(value, dict) and {"openapi", "swagger"} & value.keys():
        raise DefinitionError(
            f"The definition {name} is an OpenAPI document, which defines no messages.",
            next_step="Set it as the provider's definition, and a JSON Schema or an AsyncAPI document as its messages.",
        )
    return _some(_of_schema(value, uri, name), documents, _reader(place), name)


def _of_schema(value: Json, uri: str, name: str) -> Iterable[DefinedMessage]:
    if not isinstance(value, dict | bool):
        raise DefinitionError(
            f"The definition {name} is no JSON Schema.",
            details=[("expected", "an object"), ("received", type(value).__name__)],
        )
    for holder in ("$defs", "definitions"):
        inner = value.get(holder) if isinstance(value, dict) else None
        if isinstance(inner, dict) and isinstance(value, dict) and not _SCHEMA_WORDS & value.keys():
            return [DefinedMessage(name=each, schema=f"{uri}#/{holder}/{_step(each)}") for each in inner]
    return [DefinedMessage(name=_stem(unquote(uri)), schema=uri)]


def _of_directory(path: Path, name: str) -> MessageDefinition:
    files = sorted(each for each in path.rglob("*") if each.suffix.lower() in _ENDINGS and each.is_file())
    if len(files) > _MOST_FILES:
        raise DefinitionError(
            f"The directory {name} holds {len(files):,} files of JSON or YAML, too many to be the schemas of messages.",
            details=[("at most", f"{_MOST_FILES:,}")],
        )
    place = FilePlace(name=name, path=path / "messages")  # what lies beside it is what lies in the directory
    read = _reader(place)
    uris = [quote(each.relative_to(path).as_posix()) for each in files]
    documents = {uri: read(uri) for uri in uris}
    count = Counter(map(_stem, uris))
    messages = [
        DefinedMessage(name=_stem(uri) if count[_stem(uri)] == 1 else _without_endings(unquote(uri)), schema=uri)
        for uri in uris
    ]
    return _some(messages, documents, read, name)


def _some(
    messages: Iterable[DefinedMessage],
    documents: dict[str, Json],
    read: Callable[[str], Json],
    name: str,
    title: str = "",
) -> MessageDefinition:
    found = tuple(messages)
    if found:
        return MessageDefinition(found, documents, read, source=name, title=title)
    raise DefinitionError(
        f"{name} defines no message.",
        next_step="Name a JSON Schema, a directory of them, or an AsyncAPI document.",
    )


def _reader(place: FilePlace) -> Callable[[str], Json]:
    return lambda uri: upgraded_schemas(read_document(place.read_beside(uri), uri))


def _stem(uri: str) -> str:
    return _without_endings(unquote(uri)).rpartition("/")[2]


def _without_endings(path: str) -> str:
    folder, slash, file = path.rpartition("/")
    stem = file.rpartition(".")[0]
    return f"{folder}{slash}{stem.removesuffix('.schema')}"


def _step(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")
