"""Places: a path, a URL or a git revision, each giving the bytes of a document and of the documents beside it."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

from contractkit.errors import DefinitionError, suggestion

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
        folder = self.path.parent.resolve()
        beside = (folder / unquote(uri)).resolve()
        if urlsplit(uri).scheme or not beside.is_relative_to(folder):
            raise _outside(uri, self.name)
        return _read_file(beside, uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitPlace:
    """A file as it was in a revision; `path` is relative to `root`, a directory in the work tree."""

    name: str
    root: Path
    revision: str
    path: str

    @property
    def uri(self) -> str:
        """Give the URI that other documents refer to this one by."""
        return PurePosixPath(self.path).name

    def read(self) -> bytes:
        """Give the content."""
        return self._show(self.path)

    def read_beside(self, uri: str) -> bytes:
        """Give the content of a document that this one refers to, at the same revision."""
        if urlsplit(uri).scheme or uri.startswith("/") or ".." in PurePosixPath(unquote(uri)).parts:
            raise _outside(uri, self.name)
        return self._show(str(PurePosixPath(self.path).parent / unquote(uri)))

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
    """A URL. Documents it refers to are not fetched: only what was asked for is."""

    name: str
    url: str

    @property
    def uri(self) -> str:
        """Give the URI that other documents refer to this one by."""
        return self.name

    def read(self) -> bytes:
        """Give the content, redirects followed."""
        import httpx  # heavy, and most definitions are files

        try:
            answer = httpx.get(self.url, follow_redirects=True, timeout=_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreadable(self.name, str(error) or type(error).__name__) from None
        if answer.status_code != 200:
            raise _unreadable(self.name, f"the server answered {answer.status_code} {answer.reason_phrase}")
        return answer.content

    def read_beside(self, uri: str) -> bytes:
        """Refuse: a definition from a URL must be one document."""
        raise DefinitionError(
            f"The definition at {self.name} refers to another document, which is not fetched.",
            details=[("refers to", uri)],
            next_step="Bundle it into one document, or download both and name the file.",
        )


Place: TypeAlias = FilePlace | GitPlace | UrlPlace


def place_of(location: str | Path, root: Path) -> Place:
    """Give the place that a location names: `https://…`, `git:REVISION:path`, or a path as seen from `root`.

    Raises:
        DefinitionError: It starts with `git:` and is not of that form.
    """
    text = str(location)
    if _URL.match(text):
        return UrlPlace(name=_without_credentials(text), url=text)
    if text.startswith("git:"):
        _, revision, path = [*text.split(":", 2), "", ""][:3]
        if not revision or not path or revision.startswith("-"):
            raise DefinitionError(f"Not a git location: {text}", next_step="The form is git:REVISION:path.")
        return GitPlace(name=text, root=root, revision=revision, path=path)
    return FilePlace(name=text, path=root / location)


def _read_file(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
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


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
