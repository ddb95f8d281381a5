"""Publication: a definition as the bytes that a broker keeps of it, complete in themselves."""

from pathlib import Path
from typing import Final

from contractkit.sources.places import FilePlace
from contractkit.sources.protos import SET_ENDINGS, is_proto_source, load_protos

_PROTOBUF: Final = "application/protobuf"
_MEDIA_TYPES: Final = {
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    **dict.fromkeys(SET_ENDINGS, _PROTOBUF),
}


def published_definition(path: Path) -> tuple[bytes, str]:
    """Give the bytes of a definition and their media type: a document as it is, .proto files as a descriptor set.

    The descriptor set holds what the files import, and the positions, so that lines can be named from it.

    Raises:
        OSError: The file cannot be read.
        DefinitionError: The .proto files do not compile.
    """
    place = FilePlace(name=str(path), path=path)
    if is_proto_source(place):
        return load_protos(place).files.with_positions(), _PROTOBUF
    return path.read_bytes(), _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
