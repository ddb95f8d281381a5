"""The protobuf compiler, run inside this process: from .proto texts to a descriptor set, errors located.

The compiler is not made for several threads and writes to file descriptor 2, so it runs under a lock with that
descriptor turned to a file. What it compiled once is kept by the content of the texts.
"""

import base64
import contextlib
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from contractkit.definitions.protobuf.runtime import EXTRA
from contractkit.errors import DefinitionError
from contractkit.sources.cache import remembered

_FORMAT: Final = "protoc-1"  # changes whenever the same texts would be compiled differently
_LOCK: Final = threading.Lock()
_LINE: Final = re.compile(r"(?P<file>[^\s:][^:\n]*\.proto):(?:(?P<line>\d+):(?P<column>\d+):)? *(?P<problem>.+)")
_WARNING: Final = "warning: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing the compiler said. `file` is the name that imports use; lines and columns count from 1, 0 for none."""

    file: str
    line: int
    column: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What compiling gave: a serialised FileDescriptorSet where there is no error."""

    descriptor_set: bytes
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()


def compile_protos(texts: Mapping[str, bytes], wanted: Sequence[str], *, source: str) -> Compiled:
    """Compile some files with all they import, comments and positions kept.

    Args:
        texts: Every file that may be needed, by the name that imports use; Google's own under `google/protobuf` come
            with the compiler.
        wanted: The names of those to compile.
        source: What the definition is called in messages.

    Raises:
        DefinitionError: The compiler is not installed.
    """
    key = _key(texts, wanted, _version(source))
    kept = remembered(_FORMAT, key, lambda: _as_json(*_run(texts, wanted)))
    problems = tuple(_problems(kept["printed"]))
    return Compiled(
        descriptor_set=base64.b64decode(kept["descriptors"]),
        warnings=tuple(_without_label(each) for each in problems if each.sentence.startswith(_WARNING)),
        errors=() if kept["descriptors"] else _errors(problems, kept["printed"]),
    )


def _errors(problems: tuple[Problem, ...], printed: str) -> tuple[Problem, ...]:
    found = tuple(each for each in problems if not each.sentence.startswith(_WARNING))
    return found or (Problem(file="", line=0, column=0, sentence=printed.strip() or "the compiler gave no reason"),)


def _version(source: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and only protobuf needs it

    try:
        return version("grpcio-tools")
    except PackageNotFoundError:
        raise DefinitionError(
            f"The definition {source} is protobuf, and the compiler for it is not installed.",
            next_step=f"Install it: {EXTRA}",
        ) from None


def _key(texts: Mapping[str, bytes], wanted: Sequence[str], version: str) -> bytes:
    rows = [f"{name} {hashlib.sha256(texts[name]).hexdigest()}" for name in sorted(texts)]
    return "\n".join([version, *sorted(wanted), "", *rows]).encode()


def _as_json(descriptors: bytes, printed: str) -> dict[str, str]:
    return {"descriptors": base64.b64encode(descriptors).decode("ascii"), "printed": printed}


def _run(texts: Mapping[str, bytes], wanted: Sequence[str]) -> tuple[bytes, str]:
    """Give the descriptor set, empty where there are errors, and what the compiler printed."""
    import grpc_tools  # type: ignore[import-untyped]
    from grpc_tools import protoc

    bundled = Path(grpc_tools.__file__).parent / "_proto"
    with tempfile.TemporaryDirectory(prefix="contractkit-protoc-") as name, _LOCK:
        folder, result = Path(name) / "in", Path(name) / "out"
        _write(folder, texts)
        arguments = [f"-I{folder}", f"-I{bundled}", "--include_imports", "--include_source_info"]
        files = [str(folder / each) for each in wanted]  # never taken for options, whatever they are called
        with (Path(name) / "printed").open("w+b") as printed, _error_output_to(printed):
            code = protoc.main(["protoc", *arguments, f"--descriptor_set_out={result}", *files])
        text = (Path(name) / "printed").read_text(errors="replace").replace(f"{folder}/", "")
        return (result.read_bytes() if code == 0 else b""), text


def _write(folder: Path, texts: Mapping[str, bytes]) -> None:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)


@contextlib.contextmanager
def _error_output_to(file: IO[bytes]) -> Iterator[None]:
    """Turn file descriptor 2, which code outside Python writes to, to a file for a while."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error, as in a daemon
        kept = None
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        if kept is None:
            os.close(2)
        else:
            os.dup2(kept, 2)
            os.close(kept)


def _problems(printed: str) -> Iterator[Problem]:
    for found in map(_LINE.fullmatch, printed.splitlines()):
        if found is not None:
            yield Problem(
                file=found["file"],
                line=int(found["line"] or 0),
                column=int(found["column"] or 0),
                sentence=found["problem"],
            )


def _without_label(warning: Problem) -> Problem:
    return Problem(
        file=warning.file, line=warning.line, column=warning.column, sentence=warning.sentence.removeprefix(_WARNING)
    )
