"""What `contractkit up` prints: in text for people and shells, in JSON one object for each event."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import click

from contractkit.cli.environment import exported
from contractkit.cli.lines import tell
from contractkit.cli.stub_lines import (
    call_as_json,
    call_as_text,
    recorded_as_text,
    recorded_members,
    refused_as_text,
    warning_as_text,
    warnings_of,
)
from contractkit.exact_json import dump_shown_line
from contractkit.stubbing.reloading import Change, Kept, LiveStub, Reloaded
from contractkit.stubbing.serving import Tell, Told

if TYPE_CHECKING:  # of recordings, and slow to import
    from contractkit.recording.contract_files import FileUpdate


class Events(ABC):
    """Is told of everything that happens."""

    @abstractmethod
    def said(self, sentence: str) -> None:
        """Tell what somebody should know, and nothing else tells."""

    @abstractmethod
    def warned(self, stub: LiveStub) -> None:
        """Tell the mistakes of a definition."""

    @abstractmethod
    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Tell that a stub is served."""

    @abstractmethod
    def ready(self, variables: Mapping[str, str]) -> None:
        """Tell that all are served, and where; again where one has moved."""

    @abstractmethod
    def teller(self, name: str) -> Tell:
        """Give what is told of the calls of a provider."""

    @abstractmethod
    def changed(self, stub: LiveStub, change: Change, variables: Mapping[str, str]) -> None:
        """Tell what became of a changed definition."""

    @abstractmethod
    def recorded(self, update: "FileUpdate", count: int) -> None:
        """Tell what a recording left."""

    @abstractmethod
    def refused(self, count: int, provider: str) -> None:
        """Tell that requests were refused while recording."""

    @abstractmethod
    def stopped(self) -> None:
        """Tell that nothing is served any more."""


class TextEvents(Events):
    """Variables for a shell on standard output, which is left to a command where there is one; the rest beside it."""

    def __init__(self, *, is_alone: bool) -> None:
        self._is_alone = is_alone

    def said(self, sentence: str) -> None:
        """Tell what somebody should know."""
        tell(sentence)

    def warned(self, stub: LiveStub) -> None:
        """Tell the mistakes of a definition."""
        for place, sentence in warnings_of(stub.provider):
            tell(warning_as_text(place, sentence))

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Tell that a stub is served."""
        for name, address in variables.items():
            tell(f"{stub.dependency.name}  {titles(stub)} at {address} ({name})")

    def ready(self, variables: Mapping[str, str]) -> None:
        """Print the variables."""
        if self._is_alone:
            click.echo(exported(variables))
            tell("Ready, until Ctrl+C.")

    def teller(self, name: str) -> Tell:
        """Give what prints a line for each call."""
        return partial(_tell_text, name)

    def changed(self, stub: LiveStub, change: Change, variables: Mapping[str, str]) -> None:
        """Tell what became of a changed definition."""
        before = self._before(stub)
        match change:
            case Reloaded():
                tell(f"{before}reloaded: {titles(stub)}")
                self.warned(stub)
            case Kept(error=error):
                tell(f"{before}not reloaded, {titles(stub)} serves on:\n\n{error}\n")

    def recorded(self, update: "FileUpdate", count: int) -> None:
        """Tell what a recording left."""
        tell(recorded_as_text(update, count))

    def refused(self, count: int, provider: str) -> None:
        """Tell that requests were refused while recording."""
        tell(refused_as_text(count, provider))

    def stopped(self) -> None:
        """Say nothing."""

    def _before(self, stub: LiveStub) -> str:
        """Give what a line begins with that speaks of one stub."""
        return f"{stub.dependency.name}  "


class JsonEvents(Events):
    """An object for each event, each with `schema_version` and `event`, on standard output unless a command has it."""

    def __init__(self, *, is_alone: bool) -> None:
        self._is_on_standard_output = is_alone

    def said(self, sentence: str) -> None:
        """Tell what somebody should know."""
        self._write("note", sentence=sentence)

    def warned(self, stub: LiveStub) -> None:
        """Tell the mistakes of a definition."""
        for place, sentence in warnings_of(stub.provider):
            self._write("warning", **self._of(stub), at=place, sentence=sentence)

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Tell that a stub is served."""
        self._write("started", **self._said(stub, variables))

    def ready(self, variables: Mapping[str, str]) -> None:
        """Give all variables."""
        self._write("ready", variables=dict(variables))

    def teller(self, name: str) -> Tell:
        """Give what writes an object for each call."""
        return partial(self._tell, name)

    def changed(self, stub: LiveStub, change: Change, variables: Mapping[str, str]) -> None:
        """Tell what became of a changed definition."""
        match change:
            case Reloaded():
                self._write("reloaded", **self._said(stub, variables))
                self.warned(stub)
            case Kept(error=error):
                self._write("not-reloaded", **self._said(stub, variables), problem=str(error))

    def recorded(self, update: "FileUpdate", count: int) -> None:
        """Tell what a recording left."""
        self._write("recorded", **recorded_members(update, count))

    def refused(self, count: int, provider: str) -> None:
        """Tell that requests were refused while recording."""
        self._write("refused", provider=provider, requests=count)

    def stopped(self) -> None:
        """Tell that nothing is served any more."""
        self._write("stopped")

    def _tell(self, name: str, answered: Told) -> None:
        self._line(call_as_json(answered, name))

    def _of(self, stub: LiveStub) -> dict[str, object]:
        return {"provider": stub.dependency.name}

    def _said(self, stub: LiveStub, variables: Mapping[str, str]) -> dict[str, object]:
        return {**self._of(stub), "definition": titles(stub), "variables": dict(variables)}

    def _write(self, event: str, **members: object) -> None:
        self._line(dump_shown_line({"schema_version": 1, "event": event, **members}))

    def _line(self, line: str) -> None:
        tell(line, is_result=self._is_on_standard_output, is_json=True)


def titles(stub: LiveStub) -> str:
    """Give what a stub's definitions are called, with their versions."""
    return ", ".join(titles_of(stub))


def titles_of(stub: LiveStub) -> Iterable[str]:
    """Give the title and version of each of a stub's definitions."""
    return (each.title for each in stub.provider.definitions)


def _tell_text(name: str, answered: Told) -> None:
    tell(call_as_text(answered, name))
