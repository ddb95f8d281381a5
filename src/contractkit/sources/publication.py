"""Publication: a definition as the bytes that a broker keeps of it, complete in themselves."""

from pathlib import Path, PurePath
from typing import Final

from contractkit.errors import DefinitionError
from contractkit.exact_json import dump_compact
from contractkit.sources.bundling import bundled
from contractkit.sources.loading import read_document
from contractkit.sources.message_documents import document_of_schemas
from contractkit.sources.places import FilePlace, Place
from contractkit.sources.proto_kinds import SET_ENDINGS, is_proto_source

_PROTOBUF: Final = "application/protobuf"
_MEDIA_TYPES: Final = {
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    **dict.fromkeys(SET_ENDINGS, _PROTOBUF),
}


def published_definition(path: Path) -> tuple[bytes, str]:
    """Give the bytes of a definition and their media type: a document as it is, .proto files as a descriptor set.

    A document that refers to others becomes one of JSON that holds them, and JSON Schemas of messages by themselves one
    AsyncAPI document. The descriptor set holds what the files import, and the positions, so that lines can be named
    from it.

    Raises:
        OSError: The file cannot be read.
        DefinitionError: The .proto files do not compile.
    """
    return published_at(FilePlace(name=str(path), path=path))


def published_at(place: Place) -> tuple[bytes, str]:
    """Give the same of a definition at any place.

    Raises:
        OSError: It is a file that cannot be read.
        DefinitionError: It cannot be fetched, or the .proto files do not compile.
    """
    schemas = document_of_schemas(place)
    if schemas is not None:
        return dump_compact(schemas), "application/json"
    if is_proto_source(place):
        from contractkit.sources.protos import load_protos  # heavy

        return load_protos(place).files.with_positions(), _PROTOBUF
    whole = _bundled(place)
    if whole is not None:
        return whole, "application/json"
    return _read(place), _MEDIA_TYPES.get(PurePath(place.name).suffix.lower(), "application/octet-stream")


def _read(place: Place) -> bytes:
    return place.path.read_bytes() if isinstance(place, FilePlace) else place.read()


def _bundled(place: Place) -> bytes | None:
    """Give a document of JSON or YAML with all that it refers to, or None where it refers to nothing else."""
    data = _read(place)
    try:
        root = read_document(data, place.uri)
    except DefinitionError:
        return None  # no such document: whoever reads it says what is wrong
    whole = bundled(root, place.uri, lambda uri: read_document(place.read_beside(uri), uri))
    return None if whole is None else dump_compact(whole)
