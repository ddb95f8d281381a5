"""Environment: the variables that say where stubs are, for a shell, for a file of variables and for a child process."""

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from contractkit.errors import SettingsError, UsageError
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.dependencies import Dependency

_HEAD = "# Written by contractkit up; it is removed when the stubs stop.\n"


def variables_of(dependency: Dependency, *, url: str | None = None, target: str | None = None) -> dict[str, str]:
    """Give the variables for the addresses that there are: `ORDERS_URL`, `STOCK_TARGET`, or what the settings say."""
    names = _names_of(dependency)
    return {name: address for name, address in zip(names, (url, target), strict=True) if address is not None}


def check_variables(stubs: Iterable[tuple[Dependency, StubbedProvider]]) -> None:
    """Check that no two addresses are announced in one variable.

    Raises:
        SettingsError: Two are.
    """
    known: dict[str, str] = {}
    for dependency, provider in stubs:
        offered = zip(_names_of(dependency), (provider.has_http, provider.has_procedures), strict=True)
        for name in (name for name, is_there in offered if is_there):
            if name in known:
                raise SettingsError(
                    f"Two addresses would be in the variable {name}.",
                    details=[("of", known[name]), ("and of", dependency.name)],
                    next_step=f"Set url_variable or target_variable in [tool.contractkit.providers.{dependency.name}].",
                )
            known[name] = dependency.name


def exported(variables: Mapping[str, str]) -> str:
    """Give the lines that set variables in a shell, for the programs that it starts too."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


class EnvironmentFile:
    """A file of `NAME=value` lines, as `docker --env-file` and `set -a; . ./FILE` read it."""

    def __init__(self, path: Path) -> None:
        """Take a path at which there is nothing, or such a file.

        Raises:
            UsageError: Something else is there, or no directory that it could be in.
        """
        self._path = path
        self._is_written = False
        if not path.absolute().parent.is_dir():
            raise UsageError(
                "The file of variables cannot be used.",
                details=[("file", str(path)), ("reason", f"{path.parent} is no directory")],
            )
        if not path.exists():
            return
        try:
            is_ours = path.is_file() and path.read_text(errors="replace").startswith(_HEAD)
        except OSError as error:
            raise self._unusable(error) from None
        if not is_ours:
            raise UsageError(
                f"{path} is there already, and is none that contractkit up wrote.",
                next_step="Name a file of its own, and read both.",
            )

    def write(self, variables: Mapping[str, str]) -> None:
        """Write the file in one step, so that who waits for it finds it whole.

        Raises:
            UsageError: It cannot be written.
        """
        from contractkit.recording.contract_files import write_whole  # slow to import, and seldom asked for

        lines = "".join(f"{name}={value}\n" for name, value in variables.items())
        try:
            write_whole(self._path, f"{_HEAD}{lines}".encode())
            self._is_written = True
        except OSError as error:
            raise self._unusable(error) from None

    def remove(self) -> None:
        """Remove the file, if it was written: what it says is over."""
        if self._is_written:
            self._path.unlink(missing_ok=True)

    def _unusable(self, error: OSError) -> UsageError:
        return UsageError(
            "The file of variables cannot be used.",
            details=[("file", str(self._path)), ("reason", error.strerror or str(error))],
        )


def _names_of(dependency: Dependency) -> tuple[str, str]:
    plain = re.sub(r"\W+", "_", dependency.name, flags=re.ASCII).upper()
    stem = f"_{plain}" if plain[:1].isdigit() else plain
    return dependency.url_variable or f"{stem}_URL", dependency.target_variable or f"{stem}_TARGET"
