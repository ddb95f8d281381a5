"""Protobuf definitions: from a .proto file, a directory of them or a descriptor set to a definition that is ready."""

from typing import TYPE_CHECKING, Final

from contractkit.definitions.interface import DefinitionWarning
from contractkit.errors import DefinitionError, nearest_names
from contractkit.sources.places import FilePlace, GitPlace, Place
from contractkit.sources.proto_files import (
    ProtoFiles,
    from_directory,
    from_file,
    from_git_directory,
    from_git_file,
    from_text,
)
from contractkit.sources.proto_kinds import proto_kind
from contractkit.sources.protoc import Problem, compile_protos

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition

_MOST_SHOWN: Final = 8
_NOT_FOUND: Final = "File not found."


def load_protos(place: Place) -> "ProtoDefinition":
    """Give the definition that .proto files at a location are.

    Raises:
        DefinitionError: They do not compile (file, line and column are given), or an import is not there.
    """
    match place:
        case FilePlace(path=path, name=name):
            return _compiled(from_directory(path, name) if path.is_dir() else from_file(place), name)
        case GitPlace(path=path, name=name):
            return _compiled(from_git_file(place) if path.endswith(".proto") else from_git_directory(place), name)
        case _:
            return _compiled(from_text(place.read(), place.name), place.name)


def read_proto(data: bytes, name: str) -> "ProtoDefinition":
    """Give the definition that some bytes are, a descriptor set or .proto text as `proto_kind` says.

    Raises:
        DefinitionError: They are not what their name says.
    """
    from contractkit.definitions.protobuf import ProtoDefinition

    if proto_kind(data, name) == "text":
        return _compiled(from_text(data, name), name)
    return ProtoDefinition(data, source=name)


def _compiled(files: ProtoFiles, name: str) -> "ProtoDefinition":
    from contractkit.definitions.protobuf import ProtoDefinition

    compiled = compile_protos(files.texts, files.wanted, source=name)
    if compiled.errors:
        raise _missing_import(files, compiled.errors, name) or _uncompiled(files, compiled.errors, name)
    warnings = [_warning(each) for each in compiled.warnings if each.file in files.wanted]
    return ProtoDefinition(compiled.descriptor_set, source=name, warnings=warnings)


def _warning(problem: Problem) -> DefinitionWarning:
    return DefinitionWarning(sentence=problem.sentence, pointer=f"{problem.file}:{problem.line}:{problem.column}")


def _missing_import(files: ProtoFiles, errors: tuple[Problem, ...], name: str) -> DefinitionError | None:
    missing = next((each.file for each in errors if each.sentence == _NOT_FOUND), None)
    if missing is None:
        return None
    importer = next((each for each in errors if each.sentence.startswith(f'Import "{missing}"')), None)
    places = [("looked in", "\n".join(files.searched))] if files.searched else []
    return DefinitionError(
        f"The definition {name} imports a file that is not there.",
        details=[("imports", missing), ("at", _place(files, importer) if importer else name), *places],
        next_step=_where_else(files, missing, name, importer.file if importer else ""),
    )


def _where_else(files: ProtoFiles, missing: str, name: str, importer: str) -> str:
    """Say what to do about an import: another folder to start from, a nearer name, or where common protos come from."""
    deeper = next((each for each in files.texts if each.endswith(f"/{missing}")), None)
    if deeper is not None:
        folder = f"{name.rstrip('/')}/{deeper.removesuffix(missing)}".rstrip("/")
        return f"It is in {folder}: name that directory, which imports start from, as the definition."
    near = nearest_names(missing, [each for each in files.texts if each != importer])
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if missing.startswith("google/"):
        return "Copy it beside the others, or install Google's: pip install googleapis-common-protos"
    return "Name the directory that imports start from as the definition, or make a descriptor set with its imports."


def _uncompiled(files: ProtoFiles, errors: tuple[Problem, ...], name: str) -> DefinitionError:
    rows = [row for each in errors[:_MOST_SHOWN] for row in (("at", _place(files, each)), ("problem", each.sentence))]
    more = [("and", f"{len(errors) - _MOST_SHOWN} more")] if len(errors) > _MOST_SHOWN else []
    return DefinitionError(f"The definition {name} does not compile.", details=[*rows, *more])


def _place(files: ProtoFiles, problem: Problem) -> str:
    file = files.shown.get(problem.file, problem.file) or "the files"
    return f"{file}:{problem.line}:{problem.column}" if problem.line else file
