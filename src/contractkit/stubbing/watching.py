"""Watching: the files that a provider's definitions were read from, and whether they still are as they were.

Looking costs one `stat` for each file; nothing is installed for it, and it works on every file system.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

from contractkit.definitions.references import Documents
from contractkit.definitions.rpc_interface import RpcDefinition
from contractkit.recording.stubbed import StubbedProvider, has_procedures
from contractkit.sources.places import FilePlace, is_elsewhere, place_of
from contractkit.stubbing.dependencies import Dependency

_Signature: TypeAlias = tuple[int, int, int] | None
"""When a file was changed (nanoseconds), its size and its inode; None where there is none."""

_ANOTHER: _Signature = (-1, -1, -1)  # of no file


class Watch:
    """Watches the files of one dependency. Of what comes from elsewhere and is locked, the lock is."""

    def __init__(self, dependency: Dependency) -> None:
        """Take the files as they are now; made before they are read, so that an edit meanwhile counts."""
        named = [each for each in (dependency.definition, dependency.proto) if each]
        places = [place_of(each, dependency.root) for each in named if not is_elsewhere(each)]
        self._own = tuple(place.path for place in places if isinstance(place, FilePlace))
        if dependency.lock is not None:
            self._own += (dependency.lock.file,)
        self._others: set[Path] = set()
        self._documents: tuple[Documents, ...] = ()
        self._changing: dict[Path, _Signature] = {}
        self._begun = time.time_ns()
        self._known = self._look()

    def begin(self) -> None:
        """Take the files as they are now; called before they are read again."""
        self._begun = time.time_ns()
        self._known = self._look()

    def follow(self, provider: StubbedProvider) -> None:
        """Watch what else a provider, opened just now, was read from, and what its definition will be read from."""
        read_from = [getattr(each, "documents", None) for each in provider.definitions]
        self._documents = tuple(each for each in read_from if isinstance(each, Documents))
        self._take_in(self._imported(provider))

    def is_current(self) -> bool:
        """Say whether every file is as it was, without taking it in where one is not."""
        self._take_in(self._beside())
        return self._look() == self._known

    def has_changed(self) -> bool:
        """Say whether a file is not as it was, and has come to rest: as it was at the look before this one.

        It stays changed until `begin`.
        """
        self._take_in(self._beside())
        now = self._look()
        if now == self._known or now != self._changing:
            self._changing = now
            return False
        return True

    def _look(self) -> dict[Path, _Signature]:
        return {path: _signature(path) for path in {*self._listed(), *self._others}}

    def _take_in(self, paths: Iterable[Path]) -> None:
        """Watch further files; one that changed, or went, since they were begun to be read counts as changed."""
        for path in set(paths) - self._known.keys():
            self._others.add(path)
            found = _signature(path)
            self._known[path] = found if found is not None and found[0] <= self._begun else _ANOTHER

    def _listed(self) -> Iterator[Path]:
        for path in self._own:
            if path.is_dir():
                yield from path.rglob("*.proto")
            else:
                yield path

    def _beside(self) -> Iterator[Path]:
        """Give the files that the documents read so far refer to; they are named as seen from the root's folder."""
        folders = [path.parent for path in self._own[:1]]
        for documents in self._documents:
            beside = [unquote(uri) for uri in documents.uris[1:] if "://" not in uri]
            yield from (folder / uri for uri in beside for folder in folders)

    def _imported(self, provider: StubbedProvider) -> Iterator[Path]:
        """Give the .proto files that single ones import, which lie in the folders around these."""
        names = [name for each in provider.definitions if has_procedures(each) for name in _file_names(each)]
        for path in (each.absolute() for each in self._own if each.suffix == ".proto"):
            around = (folder / name for name in names for folder in path.parents)
            yield from (found for found in around if found != path and found.is_file())


def _file_names(definition: RpcDefinition) -> list[str]:
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    return [file.name for file in FileDescriptorSet.FromString(definition.descriptor_set()).file]


def _signature(path: Path) -> _Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
