"""Loading: from a location to a definition that is ready, and back from a pointer to a line."""

import gzip
import io
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, JsonSyntaxError, read_json, uncollected
from contractkit.sources.cache import read_through
from contractkit.sources.lines import LineFinder
from contractkit.sources.places import Place, UrlPlace, place_of
from contractkit.sources.proto_kinds import SET_ENDINGS, is_proto_source, proto_kind
from contractkit.sources.remote import fetch_reference, is_url
from contractkit.sources.repeated_keys import refuse_repeated_keys
from contractkit.sources.syntax import RepeatedKeyError, YamlError

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition

_GZIP = b"\x1f\x8b"
_LARGEST = 256 * 1024 * 1024  # bytes after decompression


@dataclass(slots=True)
class _Texts:
    """The texts that were read, by URI, for finding lines in them."""

    finders: dict[str, LineFinder] = field(default_factory=dict)

    def line_of(self, uri: str, pointer: str) -> int | None:
        finder = self.finders.get(uri)
        return None if finder is None else finder.line_of(pointer)

    def line_at(self, place: str, uri: str) -> int | None:
        """Give the line of a pointer in a document, or of a place that names its document before a `#`."""
        document, hash_sign, pointer = place.rpartition("#")
        return self.line_of(document, pointer) if hash_sign and not place.startswith("/") else self.line_of(uri, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDefinition:
    """A definition with where it came from. `source` is the location as given, without credentials."""

    definition: "OpenApiDefinition | ProtoDefinition"
    source: str
    _locate: Callable[[str, str | None], int | None]

    def line_of(self, pointer: str, uri: str | None = None) -> int | None:
        """Give the line (from 1) that a pointer leads to, or None.

        Args:
            pointer: A JSON pointer, `DOCUMENT#POINTER` as messages name one beside the root, or `FILE#FULL.NAME` for
                what a .proto file declares.
            uri: The document that a JSON pointer leads into; the root where None.
        """
        return self._locate(pointer, uri)

    @property
    def openapi(self) -> OpenApiDefinition:
        """Give the definition where it is one of HTTP.

        Raises:
            DefinitionError: It is of another kind.
        """
        if isinstance(self.definition, OpenApiDefinition):
            return self.definition
        raise DefinitionError(
            f"The definition {self.source} is {self.definition.kind}, and an OpenAPI document is needed here.",
            details=[("it defines", f"remote procedures of {self.definition.title}")],
        )

    @property
    def protobuf(self) -> "ProtoDefinition":
        """Give the definition where it is one of remote procedures.

        Raises:
            DefinitionError: It is of another kind.
        """
        from contractkit.definitions.protobuf import ProtoDefinition

        if isinstance(self.definition, ProtoDefinition):
            return self.definition
        raise DefinitionError(
            f"The definition {self.source} is an OpenAPI document, and protobuf is needed here.",
            details=[("it defines", f"HTTP operations of {self.definition.title}")],
            next_step="Name a .proto file, a directory of them, or a descriptor set.",
        )


def load_definition(
    location: str | Path, *, root: Path | None = None, remote_references: Collection[str] | None = None
) -> LoadedDefinition:
    """Give the definition at a location: a path (from `root`, else the working directory), URL or `git:REVISION:path`.

    A .proto file, a directory (the one that imports start from) and a descriptor set define remote procedures. JSON
    and YAML are told apart by the file's name, else by their first character; either may be gzipped.

    Args:
        location: Where the definition is.
        root: The directory that relative paths start from.
        remote_references: The starts of URLs that a `$ref` may lead to; `CONTRACTKIT_REMOTE_REFERENCES`, separated by
            blanks, where None. What lies beside a definition from a URL, in its folder or below, is fetched anyway.

    Raises:
        DefinitionError: It cannot be read, is not JSON or YAML or does not compile (line and column are given), or is
            no OpenAPI document.
    """
    place = place_of(location, root or Path.cwd())
    if is_proto_source(place):
        from contractkit.sources.protos import load_protos  # heavy

        return _loaded_protos(load_protos(place), place.name)
    return read_at(place, place.read(), remote_references=remote_references)


def read_at(place: Place, data: bytes, *, remote_references: Collection[str] | None = None) -> LoadedDefinition:
    """Give the definition of operations at a place whose bytes were read already. Arguments and errors are the same."""
    return _loaded(data, place.uri, place.name, place, remote_references)


def read_definition(data: bytes, *, source: str, file: str | None = None) -> LoadedDefinition:
    """Give the definition that some bytes hold.

    Args:
        data: The bytes.
        source: What messages call them.
        file: The name of the file that holds them, whose ending may tell the format; `source` where None.

    Raises:
        DefinitionError: As `load_definition` does; also where it refers to other documents.
    """
    if file is not None and file.endswith(SET_ENDINGS):
        from contractkit.definitions.protobuf import ProtoDefinition

        return _loaded_protos(ProtoDefinition(data, source=source), source)
    return _loaded(data, file or source, source, None, ())


def _loaded(data: bytes, uri: str, name: str, place: Place | None, remote: Collection[str] | None) -> LoadedDefinition:
    text = _unzipped(data, name) if data.startswith(_GZIP) else data
    if not proto_kind(text, name):
        return _loaded_openapi(text, uri, name, place, remote)
    from contractkit.sources.protos import read_proto  # heavy

    return _loaded_protos(read_proto(text, name), name)


def _loaded_protos(definition: "ProtoDefinition", name: str) -> LoadedDefinition:
    return LoadedDefinition(
        definition=definition, source=name, _locate=lambda pointer, uri: definition.line_of(pointer)
    )


def _loaded_openapi(
    data: bytes, uri: str, name: str, place: Place | None, remote: Collection[str] | None
) -> LoadedDefinition:
    texts = _Texts()

    def read(beside: str) -> Json:
        if place is None:
            raise DefinitionError(
                f"The definition {name} refers to another document, which did not come with it.",
                details=[("refers to", beside)],
                next_step="Bundle the definition into one document.",
            )
        if is_url(beside) and not (isinstance(place, UrlPlace) and place.has_beside(beside)):
            return _parsed(fetch_reference(beside, name, remote), beside, beside, texts)
        return _parsed(place.read_beside(beside), beside, beside, texts)

    value = _parsed(data, uri, name, texts)
    documents = Documents({uri: value}, uri, read)
    definition = OpenApiDefinition(documents, source=name, locate=texts.line_of)
    return LoadedDefinition(
        definition=definition, source=name, _locate=lambda pointer, asked: texts.line_at(pointer, asked or uri)
    )


def read_document(data: bytes, uri: str, *, name: str | None = None) -> Json:
    """Give the content of one document of JSON or YAML, gzipped or not.

    Args:
        data: Its bytes.
        uri: What it is called, whose ending may tell the format.
        name: What messages call it; `uri` where None.

    Raises:
        DefinitionError: It is neither; line and column are given.
    """
    return _parsed(data, uri, name or uri, _Texts())


def _parsed(data: bytes, uri: str, name: str, texts: _Texts) -> Json:
    text = _unzipped(data, name) if data.startswith(_GZIP) else data
    text = text.removeprefix(b"\xef\xbb\xbf")
    is_json = _is_json(text, uri)
    texts.finders[uri] = LineFinder(text, is_json=is_json)
    try:
        with uncollected():
            return _read_unique(text) if is_json else read_through(text, _read_yaml)
    except RepeatedKeyError as error:
        raise DefinitionError(
            f"The definition {name} says a key twice.",
            details=[
                ("at", f"line {error.line}, column {error.column}"),
                ("pointer", error.pointer),
                ("problem", error.problem),
            ],
            next_step="Keep one of the two: which one counts differs from reader to reader.",
        ) from None
    except (JsonSyntaxError, YamlError) as error:
        raise DefinitionError(
            f"The definition {name} is not {'JSON' if is_json else 'YAML'}.",
            details=[("at", f"line {error.line}, column {error.column}"), ("problem", error.problem)],
        ) from None


def _read_yaml(text: bytes) -> Json:
    from contractkit.sources.yaml12 import read_yaml  # heavy, and what was read before comes from the cache

    return read_yaml(text)


def _read_unique(text: bytes) -> Json:
    value = read_json(text)
    refuse_repeated_keys(text, value)
    return value


def _is_json(text: bytes, uri: str) -> bool:
    ending = uri.lower().removesuffix(".gz").rpartition(".")[2]
    if ending in ("json", "yaml", "yml"):
        return ending == "json"
    return text.lstrip()[:1] in (b"{", b"[")


def _unzipped(data: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            text = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DefinitionError(f"The definition {name} is not gzip.", details=[("problem", str(error))]) from None
    if len(text) > _LARGEST:
        raise DefinitionError(f"The definition {name} is larger than {_LARGEST // 2**20} MiB when decompressed.")
    return text
