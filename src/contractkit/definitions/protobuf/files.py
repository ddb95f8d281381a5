"""Files: the file descriptors of a definition, dependencies first, in a descriptor pool of their own."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Final

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError

from contractkit.errors import DefinitionError

_BUNDLED_FOLDER: Final = "google/protobuf/"
_STANDARD: Final = (
    *("any", "api", "descriptor", "duration", "empty", "field_mask", "source_context", "struct"),
    *("timestamp", "type", "wrappers"),
)
_MODULES: Final[Mapping[str, str]] = {
    **{f"{_BUNDLED_FOLDER}{name}.proto": f"google.protobuf.{name}_pb2" for name in _STANDARD},
    **{f"google/rpc/{name}.proto": f"google.rpc.{name}_pb2" for name in ("code", "error_details", "status")},
}
"""Files that installed packages bring, for sets made without them and for details that no file imports."""


class Files:
    """The files of one definition. `own` are those that it brings itself, the standard ones left out."""

    def __init__(self, data: bytes, source: str) -> None:
        """Take a serialised FileDescriptorSet.

        Raises:
            DefinitionError: It is none, lacks an imported file, or holds what this version does not understand.
        """
        self.source = source
        self._by_name = {each.name: each for each in _parsed(data, source).file}
        self.own = tuple(each for each in self._by_name.values() if not each.name.startswith(_BUNDLED_FOLDER))
        self.names = _dependencies_first(self._by_name, source)
        self._serialised: dict[str, bytes] = {}
        self.pool = DescriptorPool()
        for name in self.names:
            self._add(name)

    @cached_property
    def digest(self) -> str:
        """Give `sha256:` and the digest of the definition's own files: whatever their order, without comments."""
        total = hashlib.sha256()
        for file in sorted(self.own, key=lambda each: each.name):
            total.update(hashlib.sha256(self._bare(file.name)).digest())
        return f"sha256:{total.hexdigest()}"

    def file(self, name: str) -> FileDescriptorProto | None:
        """Give the file of that name as it came, source positions included, or None."""
        return self._by_name.get(name)

    def serialised(self, file: str | None = None) -> bytes:
        """Give a FileDescriptorSet of all files, or of those that one of them needs, dependencies first."""
        wanted = self.names if file is None else self._needed_by(file)
        return b"".join(_as_set_member(self._bare(name)) for name in wanted)

    def knows_type(self, full_name: str) -> bool:
        """Say whether a message type is defined, adding the standard file that defines it where that is missing."""
        try:
            self.pool.FindMessageTypeByName(full_name)
        except KeyError:
            return self._has_added(full_name)
        return True

    def with_positions(self) -> bytes:
        """Give a FileDescriptorSet of all files, comments and positions included where they came with them."""
        return b"".join(
            _as_set_member(self._by_name[name].SerializeToString(deterministic=True)) for name in self.names
        )

    def _needed_by(self, root: str) -> tuple[str, ...]:
        needed, pending = {root}, [root]
        while pending:
            for dependency in self._by_name[pending.pop()].dependency:
                if dependency not in needed:
                    needed.add(dependency)
                    pending.append(dependency)
        return tuple(name for name in self.names if name in needed)

    def _has_added(self, full_name: str) -> bool:
        folder = full_name.rpartition(".")[0].replace(".", "/")
        for name, module in _MODULES.items():
            if not name.startswith(f"{folder}/") or name in self._by_name:
                continue
            file = _installed(module)
            if file is not None and any(full_name == f"{file.package}.{each.name}" for each in file.message_type):
                self._add_installed(name)
                return True
        return False

    def _add_installed(self, name: str) -> None:
        if name in self._by_name:
            return
        file = _installed(_MODULES[name])
        assert file is not None, "standard files import standard files only"
        for dependency in file.dependency:
            self._add_installed(dependency)
        self._by_name[name] = file
        self._add(name)

    def _add(self, name: str) -> None:
        try:
            try:
                self.pool.AddSerializedFile(self._bare(name))
            except TypeError as error:
                if "json_name" not in str(error):
                    raise
                self.pool.AddSerializedFile(_without_json_names(self._by_name[name]))
        except TypeError as error:
            raise DefinitionError(
                f"The definition {self.source} holds a file that cannot be used.",
                details=[("file", name), ("problem", _problem(error))],
                next_step="Make the descriptor set again from its .proto files, or name their directory instead.",
            ) from None

    def _bare(self, name: str) -> bytes:
        """Give a file without comments and positions."""
        found = self._serialised.get(name)
        if found is None:
            file = self._by_name[name]
            if file.HasField("source_code_info"):
                bare = FileDescriptorProto()
                bare.CopyFrom(file)
                bare.ClearField("source_code_info")
                file = bare
            found = self._serialised[name] = file.SerializeToString(deterministic=True)
        return found


def _parsed(data: bytes, source: str) -> FileDescriptorSet:
    try:
        found = FileDescriptorSet.FromString(data)
    except DecodeError:
        raise _no_set(source, "the bytes are not a protobuf message of that type") from None
    if not found.file:
        raise _no_set(source, "it holds no file")
    if not all(each.name for each in found.file):
        raise _no_set(source, "it holds a file without a name")
    if not all(isinstance(text, str) for each in found.file for text in (each.name, each.package, *each.dependency)):
        raise _no_set(source, "it holds a name that is not text")
    return found


def _dependencies_first(by_name: dict[str, FileDescriptorProto], source: str) -> tuple[str, ...]:
    """Give the names in an order that the pool takes, adding standard files that the set left out."""
    ordered: dict[str, None] = {}
    pending: list[tuple[str, str]] = [(name, "") for name in reversed(by_name)]
    open_names: set[str] = set()
    while pending:
        name, importer = pending.pop()
        if name in ordered:
            continue
        file = by_name.get(name) or _standard(name)
        if file is None:
            raise _missing(source, name, importer)
        by_name[name] = file
        needed = [(each, name) for each in file.dependency if each not in ordered]
        if not needed or name in open_names:
            if any(each in open_names for each, _ in needed):
                raise _circle(source, name, needed[0][0])
            ordered[name] = None
            open_names.discard(name)
        else:
            open_names.add(name)
            pending += [(name, importer), *reversed(needed)]
    return tuple(ordered)


def _standard(name: str) -> FileDescriptorProto | None:
    return _installed(_MODULES[name]) if name in _MODULES else None


def _installed(module: str) -> FileDescriptorProto | None:
    try:
        loaded = import_module(module)
    except ImportError:
        return None
    return FileDescriptorProto.FromString(loaded.DESCRIPTOR.serialized_pb)


def _without_json_names(file: FileDescriptorProto) -> bytes:
    """Give a file whose fields have their usual JSON names: protoc allows clashes that the pool does not."""
    plain = FileDescriptorProto()
    plain.CopyFrom(file)
    plain.ClearField("source_code_info")
    pending = list(plain.message_type)
    while pending:
        message = pending.pop()
        pending += message.nested_type
        for field in (*message.field, *message.extension):
            field.ClearField("json_name")
    return plain.SerializeToString()


def _as_set_member(file: bytes) -> bytes:
    """Give a serialised file as a member of a serialised FileDescriptorSet (field 1, length-delimited)."""
    return b"\x0a" + _varint(len(file)) + file


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _problem(error: TypeError) -> str:
    text = str(error)
    return text.partition("descriptor pool: ")[2] or text


def _no_set(source: str, problem: str) -> DefinitionError:
    return DefinitionError(
        f"The definition {source} is not a descriptor set.",
        details=[("expected", "a serialised google.protobuf.FileDescriptorSet"), ("problem", problem)],
        next_step="Make one: protoc --include_imports --descriptor_set_out=FILE, or name the .proto files instead.",
    )


def _missing(source: str, name: str, importer: str) -> DefinitionError:
    return DefinitionError(
        f"The definition {source} lacks a file that it imports.",
        details=[("imports", name), ("in", importer)],
        next_step="Make the descriptor set with its imports: protoc --include_imports (buf build includes them).",
    )


def _circle(source: str, name: str, other: str) -> DefinitionError:
    return DefinitionError(
        f"The definition {source} holds files that import each other.",
        details=[("file", name), ("imports", other)],
        next_step="Make the descriptor set again from its .proto files.",
    )


def names_of(files: Iterable[FileDescriptorProto]) -> tuple[str, ...]:
    """Give the packages of some files, each once, in order."""
    return tuple(dict.fromkeys(file.package for file in files if file.package))
