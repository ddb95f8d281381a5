"""What `contractkit up` prints: in text for people and shells, in JSON one object for each event."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial

import click

from contractkit.cli.environment import exported
from contractkit.cli.stub_lines import call_as_json, call_as_text, tell, warning_as_text, warnings_of
from contractkit.exact_json import dump_compact
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.stubbing.reloading import Change, Kept, LiveStub, Reloaded
from contractkit.stubbing.serving import Tell


class Events(ABC):
    """Is told of everything that happens."""

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
    def stopped(self) -> None:
        """Tell that nothing is served any more."""


class TextEvents(Events):
    """Variables for a shell on standard output, which is left to a command where there is one; the rest beside it."""

    def __init__(self, *, is_alone: bool) -> None:
        self._is_alone = is_alone

    def warned(self, stub: LiveStub) -> None:
        """Tell the mistakes of a definition."""
        for place, sentence in warnings_of(stub.provider):
            tell(warning_as_text(place, sentence))

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Tell that a stub is served."""
        for name, address in variables.items():
            tell(f"{stub.dependency.name}  {_titles(stub.provider.definitions)} at {address} ({name})")

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
        name = stub.dependency.name
        match change:
            case Reloaded(provider=provider):
                tell(f"{name}  reloaded: {_titles(provider.definitions)}")
                self.warned(stub)
            case Kept(provider=provider, error=error):
                tell(f"{name}  not reloaded, {_titles(provider.definitions)} serves on:\n\n{error}\n")

    def stopped(self) -> None:
        """Say nothing."""


class JsonEvents(Events):
    """An object for each event, each with `schema_version` and `event`, on standard output unless a command has it."""

    def __init__(self, *, is_alone: bool) -> None:
        self._stream = sys.stdout if is_alone else sys.stderr

    def warned(self, stub: LiveStub) -> None:
        """Tell the mistakes of a definition."""
        for place, sentence in warnings_of(stub.provider):
            self._write("warning", provider=stub.dependency.name, at=place, sentence=sentence)

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Tell that a stub is served."""
        self._write("started", **_said(stub, variables))

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
                self._write("reloaded", **_said(stub, variables))
                self.warned(stub)
            case Kept(error=error):
                self._write("not-reloaded", **_said(stub, variables), problem=str(error))

    def stopped(self) -> None:
        """Tell that nothing is served any more."""
        self._write("stopped")

    def _tell(self, name: str, answered: Answered | AnsweredProcedure) -> None:
        self._line(call_as_json(answered, name, event="call"))

    def _write(self, event: str, **members: object) -> None:
        self._line(dump_compact({"schema_version": 1, "event": event, **members}).decode())

    def _line(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


def _said(stub: LiveStub, variables: Mapping[str, str]) -> dict[str, object]:
    titles = _titles(stub.provider.definitions)
    return {"provider": stub.dependency.name, "definition": titles, "variables": dict(variables)}


def _titles(definitions: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(each, "title", "")) for each in definitions)


def _tell_text(name: str, answered: Answered | AnsweredProcedure) -> None:
    tell(call_as_text(answered, name))
