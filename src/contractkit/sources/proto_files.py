"""Proto files: those that a location means, with all they import, read from a directory or a git revision.

A directory is the folder that imports start from. For a single file the folders around it are searched, the nearest
first. What is imported from `google/…` and is not there comes from the installed package of Google's common protos.
"""

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

from contractkit.errors import DefinitionError
from contractkit.sources.places import FilePlace, GitPlace
from contractkit.sources.proto_kinds import without_comments

_IMPORT: Final = re.compile(
    rb"""(?:^|[;}])\s*import\s*(?:\b(?:public|weak|option)\s*)?(["'])([^"'\n]+)\1""", re.MULTILINE
)
_LEFT_OUT: Final = frozenset(("node_modules", "__pycache__", "venv"))
_MOST_FILES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtoFiles:
    """Texts by the name that imports use, which of them the location means, and what messages call each.

    `searched` are the folders that imports were looked for in, as messages show them.
    """

    texts: dict[str, bytes]
    wanted: tuple[str, ...]
    shown: dict[str, str]
    searched: tuple[str, ...]


Read = Callable[[PurePath], bytes | None]
"""Gives the content of a file, or None where there is none."""


def from_directory(folder: Path, name: str) -> ProtoFiles:
    """Give the .proto files below a directory, hidden folders left out.

    Raises:
        DefinitionError: There is none, or one cannot be read.
    """
    texts = {path.relative_to(folder).as_posix(): _read(path, name) for path in _proto_paths(folder)}
    return _of_folder(texts, name)


def from_git_directory(place: GitPlace) -> ProtoFiles:
    """Give the .proto files below a directory as it was in a revision. Raises as `from_directory` does."""
    with tarfile.open(fileobj=io.BytesIO(place.archive())) as archive:
        texts = {
            member.name: content.read()
            for member in archive
            if member.isfile() and member.name.endswith(".proto") and (content := archive.extractfile(member))
        }
    return _of_folder(dict(sorted(texts.items())), place.name)


def from_file(place: FilePlace) -> ProtoFiles:
    """Give a .proto file and what it imports from the folders around it."""
    name = place.name

    def read(beside: PurePath) -> bytes | None:
        found = Path(beside)
        return _read(found, name) if found.is_file() else None

    return _Search(read, place.path.absolute()).run(place.read(), name)


def from_git_file(place: GitPlace) -> ProtoFiles:
    """Give a .proto file and what it imports from the folders around it, all as they were in a revision."""

    def read(beside: PurePath) -> bytes | None:
        return place.read_if_there(beside.as_posix())

    return _Search(read, PurePosixPath(place.path)).run(place.read(), place.name)


def from_text(text: bytes, name: str) -> ProtoFiles:
    """Give a .proto file that came alone."""
    own = PurePosixPath(name).name if name.endswith(".proto") else "definition.proto"
    texts = {own: text}
    _add_installed(texts)
    return ProtoFiles(texts=texts, wanted=(own,), shown={own: name}, searched=())


def imports_of(text: bytes) -> list[str]:
    """Give the names that a .proto text imports."""
    return [found[1].decode(errors="replace") for found in _IMPORT.findall(without_comments(text))]


def _of_folder(texts: dict[str, bytes], name: str) -> ProtoFiles:
    if not texts:
        raise DefinitionError(
            f"The directory {name} holds no .proto file.",
            next_step="Name the directory that imports start from, a .proto file, or a descriptor set.",
        )
    shown = {each: f"{name.rstrip('/')}/{each}" for each in texts}
    wanted = tuple(texts)
    _add_installed(texts)
    return ProtoFiles(texts=texts, wanted=wanted, shown=shown, searched=(name,))


@dataclass(slots=True)
class _Search:
    """Finds what a single file imports in the folders around it, however many imports that takes."""

    read: Read
    path: PurePath
    roots: list[PurePath] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    places: dict[str, PurePath] = field(default_factory=dict)

    def run(self, text: bytes, name: str) -> ProtoFiles:
        pending = [(self.path, text)]
        while pending:
            importer, content = pending.pop()
            for each in imports_of(content):
                found = None if each in self.texts or not _is_plain(each) else self._find(each, importer)
                if found is not None:
                    self.texts[each], self.places[each] = found[1], found[0]
                    pending.append(found)
        own = self._own_name()
        self.texts[own], self.places[own] = text, self.path
        _add_installed(self.texts)
        return ProtoFiles(
            texts=self.texts, wanted=(own,), shown={**self._shown(), own: name}, searched=self._searched()
        )

    def _find(self, name: str, importer: PurePath) -> tuple[PurePath, bytes] | None:
        for root in (*self.roots, *importer.parents, *self.path.parents):
            text = self.read(root / name)
            if text is not None:
                if root not in self.roots:
                    self.roots.append(root)
                return root / name, text
        return None

    def _own_name(self) -> str:
        """Give the file's name as seen from the outermost folder that imports start from."""
        around = [root for root in self.roots if self.path.is_relative_to(root)] or [self.path.parent]
        return self.path.relative_to(min(around, key=lambda root: len(root.parts))).as_posix()

    def _shown(self) -> dict[str, str]:
        return {name: place.as_posix() for name, place in self.places.items()}

    def _searched(self) -> tuple[str, ...]:
        return tuple(each.as_posix() for each in self.path.parents[:4])


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _proto_paths(folder: Path) -> Iterator[Path]:
    found = []
    for path in folder.rglob("*.proto"):
        parts = path.relative_to(folder).parts
        if not any(part.startswith(".") or part in _LEFT_OUT for part in parts) and path.is_file():
            found.append(path)
        if len(found) > _MOST_FILES:
            break
    yield from sorted(found)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        raise DefinitionError(
            f"The definition {name} cannot be read.", details=[("reason", f"{reason}: {path}")]
        ) from None


def _add_installed(texts: dict[str, bytes]) -> None:
    """Add what is imported from Google's common protos, is missing, and is installed."""
    pending = list(texts.values())
    while pending:
        for name in imports_of(pending.pop()):
            if name in texts or not name.startswith("google/") or not _is_plain(name):
                continue
            folder = _common_protos()
            file = None if folder is None else folder / name
            if file is not None and file.is_file():
                texts[name] = file.read_bytes()
                pending.append(texts[name])


@cache
def _common_protos() -> Path | None:
    """Give the folder in which the installed package `googleapis-common-protos` keeps `google/api` and others."""
    try:
        spec = find_spec("google.rpc")
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]).parent.parent if places else None
