"""Places: a path, a URL or a git revision, each giving the bytes of a document and of the documents beside it."""

import os
import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias
from urllib.parse import unquote

from contractkit.definitions.uris import is_absolute
from contractkit.errors import DefinitionError, suggestion
from contractkit.sources.git_objects import GitObjects
from contractkit.sources.remote import beside, fetch, is_url, without_credentials

BROKER: Final = "broker:"
"""What a location starts with that names a definition which a broker has: `broker:orders@production`."""

_URL = re.compile(r"https?://", re.IGNORECASE)
_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """A file; the documents beside it are those in its folder and below."""

    name: str
    path: Path

    @property
    def uri(self) -> str:
        """Give the URI that other documents refer to this one by."""
        return self.path.name

    def read(self) -> bytes:
        """Give the content."""
        return _read_file(self.path, self.name)

    def read_beside(self, uri: str) -> bytes:
        """Give the content of a document that this one refers to, which must be in its folder or below."""
        folder = _real_path(str(self.path.parent))
        try:
            beside = os.path.realpath(f"{folder}/{unquote(uri)}")  # pathlib takes twice the time, and files are many
        except ValueError as error:
            raise _unreadable(self.name, str(error)) from None
        if is_absolute(uri) or uri.startswith("/") or not beside.startswith(f"{folder.rstrip(os.sep)}{os.sep}"):
            raise _outside(uri, self.name)
        return _read_file(Path(beside), uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitPlace:
    """A file as it was in a revision; `path` is relative to `root`, a directory in the work tree."""

    name: str
    root: Path
    revision: str
    path: str
    objects: GitObjects

    @property
    def uri(self) -> str:
        """Give the URI that other documents refer to this one by."""
        return PurePosixPath(self.path).name

    def read(self) -> bytes:
        """Give the content."""
        return self._show(self.path)

    def read_beside(self, uri: str) -> bytes:
        """Give the content of a document that this one refers to, at the same revision."""
        if is_absolute(uri) or uri.startswith("/") or ".." in PurePosixPath(unquote(uri)).parts:
            raise _outside(uri, self.name)
        path = str(PurePosixPath(self.path).parent / unquote(uri))
        found = self.objects.read(f"{self.revision}:./{path}") if self.root.is_dir() else None
        return self._show(path) if found is None else found  # which says why there is none

    def read_if_there(self, path: str) -> bytes | None:
        """Give the content of another file at the same revision, or None; the path is as this one's."""
        done = self._git("cat-file", "blob", f"{self.revision}:./{path}")
        return done.stdout if done.returncode == 0 else None

    def is_directory(self) -> bool:
        """Say whether the path is a directory at the revision."""
        return self._git("cat-file", "-t", f"{self.revision}:./{self.path}").stdout.strip() == b"tree"

    def archive(self) -> bytes:
        """Give the directory as a tar archive, names relative to it."""
        return self._output("archive", "--format=tar", f"{self.revision}:./{self.path}")

    def _show(self, path: str) -> bytes:
        return self._output("cat-file", "blob", f"{self.revision}:./{path}")

    def _output(self, *arguments: str) -> bytes:
        done = self._git(*arguments)
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            raise _unreadable(self.name, reason, "The form is git:REVISION:path, the path as seen from the project.")
        return done.stdout

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *arguments], cwd=self.root, capture_output=True, check=False, timeout=_SECONDS
            )
        except FileNotFoundError as error:
            reason = "git is not installed" if self.root.is_dir() else f"{self.root} is no directory"
            raise _unreadable(self.name, reason) from error
        except subprocess.TimeoutExpired:
            raise _unreadable(self.name, f"git did not answer within {_SECONDS:g} seconds") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPlace:
    """A URL; the documents beside it are those in its folder and below."""

    name: str
    url: str

    @property
    def uri(self) -> str:
        """Give the URI that other documents refer to this one by."""
        return self.name

    def read(self) -> bytes:
        """Give the content, redirects followed."""
        return fetch(self.url, self.name)

    def has_beside(self, uri: str) -> bool:
        """Say whether a document lies in the folder of this one or below."""
        return beside(self.url, uri) is not None

    def read_beside(self, uri: str) -> bytes:
        """Give the content of a document that this one refers to, from the same folder of the same server."""
        url = beside(self.url, uri)
        if url is None:
            raise _outside(uri, self.name)
        return fetch(url, uri, follows_redirects=False)


Place: TypeAlias = FilePlace | GitPlace | UrlPlace


def place_of(location: str | Path, root: Path) -> Place:
    """Give the place that a location names: `https://…`, `git:REVISION:path`, or a path as seen from `root`.

    Raises:
        DefinitionError: It starts with `git:` and is not of that form, or with `broker:`, which is no place to read.
    """
    text = str(location)
    if "\0" in text:
        raise DefinitionError(f"Not a location: {text!r}", next_step="It holds a NUL character, which no path has.")
    if _URL.match(text):
        if not is_url(text):
            raise DefinitionError(f"Not a URL: {text}", next_step="The form is https://HOST/PATH.")
        return UrlPlace(name=without_credentials(text), url=text)
    if text.startswith("git:"):
        _, revision, path = [*text.split(":", 2), "", ""][:3]
        if not revision or not path or revision.startswith("-"):
            raise DefinitionError(f"Not a git location: {text}", next_step="The form is git:REVISION:path.")
        return GitPlace(name=text, root=root, revision=revision, path=path, objects=GitObjects(root))
    if text.startswith(BROKER):
        raise DefinitionError(
            f"The definition {text} is with the broker, which is not asked here.",
            next_step="Set it as the definition of a provider: definition in [tool.contractkit.providers.NAME].",
        )
    return FilePlace(name=text, path=root / location)


def is_elsewhere(location: str | Path) -> bool:
    """Say whether a location is a URL, a git revision or the broker: something that may change unseen."""
    return _URL.match(str(location)) is not None or str(location).startswith(("git:", BROKER))


@lru_cache(maxsize=16)
def _real_path(folder: str) -> str:
    return os.path.realpath(folder)


def _read_file(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():  # its own name is there, and nothing behind it
            raise _unreadable(name, f"{path} is a link to {path.readlink()}, which is not there") from None
        there = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        near = suggestion(path.name, there)
        next_step = near if near.startswith("Did you mean") else "Check the path; it is relative to the project's root."
        raise _unreadable(name, f"no such file: {path}", next_step) from None
    except OSError as error:
        raise _unreadable(name, error.strerror or str(error)) from None


def _unreadable(name: str, reason: str, next_step: str = "") -> DefinitionError:
    return DefinitionError(f"The definition {name} cannot be read.", details=[("reason", reason)], next_step=next_step)


def _outside(uri: str, name: str) -> DefinitionError:
    return DefinitionError(
        f"The definition {name} refers to a document outside its folder.",
        details=[("refers to", uri)],
        next_step="Only documents in the folder of the root document and below it are read.",
    )
