"""Messages: from a location to the definition of what a provider emits.

A location is a JSON Schema, a directory of them, or an AsyncAPI document, in JSON or YAML; or what defines protobuf.
"""

import io
import tarfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from contractkit.definitions.asyncapi import asyncapi_channels, asyncapi_messages, asyncapi_operations
from contractkit.definitions.messages import DefinedMessage, MessageDefinition
from contractkit.definitions.older_schemas import upgraded_schemas
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.sources.lines import LineFinder
from contractkit.sources.loading import LoadedDefinition, load_definition, read_at, read_definition, read_document
from contractkit.sources.places import FilePlace, GitPlace, Place, UrlPlace, is_elsewhere, place_of
from contractkit.sources.proto_kinds import SET_ENDINGS
from contractkit.sources.remote import is_url

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition

_ENDINGS: Final = (".json", ".yaml", ".yml")
_MOST_FILES: Final = 10_000
_SCHEMA_WORDS: Final = frozenset(
    {"$ref", "allOf", "anyOf", "const", "enum", "if", "items", "oneOf", "properties", "required", "type"}
)
"""Keywords of which a schema that describes something has one; else it only holds others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedMessages:
    """Messages with where they came from; `texts` are the documents that were read, by their URIs."""

    definition: MessageDefinition
    source: str
    texts: Mapping[str, bytes]
    is_directory: bool

    def line_of(self, pointer: str, uri: str | None = None) -> int | None:
        """Give the line (from 1) that a pointer leads to in a document, or None."""
        text = self.texts.get(uri or "")
        if text is None:
            return None
        return LineFinder(text, is_json=unquote(uri or "").lower().endswith(".json")).line_of(pointer)

    def file_of(self, uri: str) -> str:
        """Give the file of a document as messages name it."""
        if uri not in self.texts:
            return self.source
        if is_url(uri):
            return uri
        folder = self.source.rstrip("/") if self.is_directory else self.source.rpartition("/")[0]
        return f"{folder}/{unquote(uri)}" if folder else unquote(uri)


def load_messages(location: str | Path, *, root: Path) -> MessageDefinition:
    """Give the messages that are defined at a path or in a git revision; see `read_messages`."""
    return read_messages(location, root=root).definition


def load_any_messages(location: str | Path, *, root: Path) -> "MessageDefinition | ProtoDefinition":
    """Give the messages that are defined at a path, those of protobuf too; see `read_any_messages`."""
    found = read_any_messages(location, root=root)
    return found.definition if isinstance(found, LoadedMessages) else found.protobuf


def read_any_messages(location: str | Path, *, root: Path) -> LoadedMessages | LoadedDefinition:
    """Give the messages that are defined at a path: those of protobuf, or as `read_messages` does.

    A .proto file, a directory with such files in it, and a descriptor set define messages of protobuf.

    Raises:
        DefinitionError: It is elsewhere, cannot be read, does not compile, or defines no message.
    """
    if is_elsewhere(str(location)) and not str(location).startswith("git:"):
        raise not_there(str(location))
    if not _is_protobuf(place_of(location, root)):
        return read_messages(location, root=root)
    found = load_definition(location, root=root)
    if found.protobuf.emissions:
        return found
    raise DefinitionError(f"{location} defines no message.", next_step="Name .proto files that declare messages.")


def _is_protobuf(place: Place) -> bool:
    match place:
        case FilePlace(path=path) if path.is_dir():
            return next(path.rglob("*.proto"), None) is not None
        case GitPlace() if place.is_directory():
            return _holds_protos(place)
        case _:
            return place.uri.lower().endswith((".proto", *SET_ENDINGS))


def read_messages(location: str | Path, *, root: Path) -> LoadedMessages:
    """Give the messages that are defined at a path, as seen from `root`, or at `git:REVISION:path`.

    Of a directory every file of JSON or YAML in it and below is the schema of one message, called after the file
    without its endings (`OrderPlaced.schema.json`); so is a single file, or the schemas of its `$defs` where it
    describes nothing itself; an AsyncAPI document names its messages.

    Raises:
        DefinitionError: It is elsewhere, cannot be read, is neither JSON nor YAML, or defines no message.
    """
    name = str(location)
    if is_elsewhere(name) and not name.startswith("git:"):
        raise not_there(name)
    place = place_of(location, root)
    assert not isinstance(place, UrlPlace)
    return messages_at(place, name)


def messages_at(place: FilePlace | GitPlace, name: str) -> LoadedMessages:
    """Give the messages that are defined at a place, which `name` stands for in errors; see `read_messages`."""
    try:
        if isinstance(place, GitPlace) and place.is_directory():
            return _of_directory(_archived(place), name, replace(place, path=f"{place.path}/.").read_beside)
        if isinstance(place, FilePlace) and place.path.is_dir():
            inside = replace(place, path=place.path / ".inside")  # what lies beside that lies in the directory
            return _of_directory(_below(place.path), name, inside.read_beside)
        return _of_file(place, name)
    except RecursionError:
        raise DefinitionError(
            f"The definition {name} is nested too deeply to be followed.",
            details=[("expected", "a few hundred levels of schemas at most")],
        ) from None


def defines_messages(location: str | Path, *, root: Path) -> bool:
    """Say whether what is at a location defines messages rather than operations: by its content, read for that alone.

    A directory does that has files of JSON or YAML and none of protobuf.
    """
    name = str(location)
    if is_elsewhere(name) and not name.startswith("git:"):
        return False
    return holds_messages(place_of(location, root))


def holds_messages(place: Place) -> bool:
    """Say the same of a place, false of a URL."""
    if isinstance(place, UrlPlace):
        return False
    if isinstance(place, GitPlace) and place.is_directory():
        return bool(_archived(place))
    if isinstance(place, FilePlace) and place.path.is_dir():
        return bool(_below(place.path)) and next(place.path.rglob("*.proto"), None) is None
    if not unquote(place.uri).lower().endswith(_ENDINGS):
        return False
    value = read_document(place.read(), place.uri, name=place.name)
    if not isinstance(value, dict) or {"openapi", "swagger"} & value.keys():
        return False
    return bool((_SCHEMA_WORDS | {"$defs", "$schema", "asyncapi", "definitions"}) & value.keys())


def not_there(name: str) -> DefinitionError:
    """Give the refusal of messages that are defined elsewhere."""
    return DefinitionError(
        f"The messages {name} are elsewhere, and are read from a path alone.",
        next_step="Keep a copy of their definition in the project, and set its path as messages.",
    )


def read_published(data: bytes, *, source: str) -> LoadedDefinition | LoadedMessages:
    """Give the definition that some bytes hold: of messages where they are an AsyncAPI document, else of operations.

    Raises:
        DefinitionError: As `read_definition` and `read_messages` do; also where it refers to other documents.
    """
    if _is_asyncapi(data, source):
        return _of_document(data, quote(source), source, partial(_not_with_it, source))
    return read_definition(data, source=source)


def read_fetched(place: UrlPlace, *, remote_references: Collection[str] | None) -> LoadedDefinition | LoadedMessages:
    """Give the definition at a URL, of messages where it is an AsyncAPI document, else of operations.

    Raises:
        DefinitionError: As `load_definition` and `read_messages` do.
    """
    data = place.read()
    if _is_asyncapi(data, place.name):
        return _of_document(data, place.uri, place.name, place.read_beside)
    return read_at(place, data, remote_references=remote_references)


def _is_asyncapi(data: bytes, source: str) -> bool:
    value = read_document(data, source) if b"asyncapi" in data else None
    return isinstance(value, dict) and "asyncapi" in value


def _not_with_it(source: str, uri: str) -> bytes:
    raise DefinitionError(
        f"The definition {source} refers to another document, which did not come with it.",
        details=[("refers to", uri)],
        next_step="Bundle the definition into one document.",
    )


def _of_file(place: FilePlace | GitPlace, name: str) -> LoadedMessages:
    return _of_document(place.read(), quote(place.uri), name, place.read_beside)


def _of_document(data: bytes, uri: str, name: str, read_beside: Callable[[str], bytes]) -> LoadedMessages:
    texts = {uri: data}
    value = upgraded_schemas(read_document(data, unquote(uri), name=name))
    read = _reader(read_beside, texts)
    if isinstance(value, dict) and "asyncapi" in value:
        documents = Documents({uri: value}, uri, read)
        messages = asyncapi_messages(documents, source=name)
        said = value.get("info")
        info = said if isinstance(said, dict) else {}
        definition = MessageDefinition(
            _some(messages, name),
            {uri: value},
            read,
            source=name,
            title=str(info.get("title") or ""),
            version=str(info.get("version") or ""),
            operations=partial(asyncapi_operations, documents),
            channels=partial(asyncapi_channels, documents),
        )
        return LoadedMessages(definition=definition, source=name, texts=texts, is_directory=False)
    if isinstance(value, dict) and {"openapi", "swagger"} & value.keys():
        raise DefinitionError(
            f"The definition {name} is an OpenAPI document, which defines no messages.",
            next_step="Set it as the provider's definition, and a JSON Schema or an AsyncAPI document as its messages.",
        )
    definition = MessageDefinition(_some(_of_schema(value, uri, name), name), {uri: value}, read, source=name)
    return LoadedMessages(definition=definition, source=name, texts=texts, is_directory=False)


def _of_schema(value: Json, uri: str, name: str) -> Iterable[DefinedMessage]:
    if not isinstance(value, dict | bool):
        raise DefinitionError(
            f"The definition {name} is no JSON Schema.",
            details=[("expected", "an object"), ("received", type(value).__name__)],
        )
    for holder in ("$defs", "definitions"):
        inner = value.get(holder) if isinstance(value, dict) else None
        if isinstance(inner, dict) and isinstance(value, dict) and not _SCHEMA_WORDS & value.keys():
            return [
                DefinedMessage(name=each, schema=f"{uri}#/{holder}/{_step(each)}", says_type=False) for each in inner
            ]
    return [DefinedMessage(name=_stem(unquote(uri)), schema=uri, says_type=False)]


def _of_directory(
    files: Mapping[str, Callable[[], bytes]], name: str, read_other: Callable[[str], bytes]
) -> LoadedMessages:
    """Give the messages of the files of a directory, read by their paths in it; `read_other` reads others there."""
    if len(files) > _MOST_FILES:
        raise DefinitionError(
            f"The directory {name} holds {len(files):,} files of JSON or YAML, too many to be the schemas of messages.",
            details=[("at most", f"{_MOST_FILES:,}")],
        )
    texts: dict[str, bytes] = {}

    def beside(uri: str) -> bytes:
        found = files.get(unquote(uri))
        return read_other(uri) if found is None else found()

    read = _reader(beside, texts, folder=f"{name.rstrip('/')}/")
    uris = [quote(path) for path in sorted(files)]
    documents = {uri: read(uri) for uri in uris}
    count = Counter(map(_stem, uris))
    messages = [
        DefinedMessage(
            name=_stem(uri) if count[_stem(uri)] == 1 else _without_endings(unquote(uri)),
            schema=uri,
            says_type=False,
            problem="" if isinstance(documents[uri], dict | bool) else "its file holds no JSON Schema",
        )
        for uri in uris
    ]
    definition = MessageDefinition(_some(messages, name), documents, read, source=name)
    return LoadedMessages(definition=definition, source=name, texts=texts, is_directory=True)


def _below(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give what reads each file of JSON or YAML in a folder and below, by its path in it."""
    found = (each for each in folder.rglob("*") if each.suffix.lower() in _ENDINGS and each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes for each in found}


def _holds_protos(place: GitPlace) -> bool:
    with tarfile.open(fileobj=io.BytesIO(place.archive())) as archive:
        return any(member.isfile() and member.name.endswith(".proto") for member in archive)


def _archived(place: GitPlace) -> Mapping[str, Callable[[], bytes]]:
    """Give the same of a directory as it was in a revision; nothing where it holds files of protobuf."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(place.archive())) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".proto"):
                return {}
            if member.isfile() and member.name.lower().endswith(_ENDINGS) and (file := archive.extractfile(member)):
                found[member.name] = file.read()
    return {name: partial(bytes, data) for name, data in found.items()}


def _some(messages: Iterable[DefinedMessage], name: str) -> tuple[DefinedMessage, ...]:
    found = tuple(messages)
    if found:
        return found
    raise DefinitionError(
        f"{name} defines no message.",
        next_step="Name a JSON Schema, a directory of them, an AsyncAPI document or .proto files.",
    )


def _reader(read_beside: Callable[[str], bytes], texts: dict[str, bytes], *, folder: str = "") -> Callable[[str], Json]:
    def read(uri: str) -> Json:
        texts[uri] = read_beside(uri)
        return upgraded_schemas(read_document(texts[uri], f"{folder}{uri}"))

    return read


def _stem(uri: str) -> str:
    return _without_endings(unquote(uri)).rpartition("/")[2]


def _without_endings(path: str) -> str:
    folder, slash, file = path.rpartition("/")
    stem = file.rpartition(".")[0]
    return f"{folder}{slash}{stem.removesuffix('.schema')}"


def _step(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")
