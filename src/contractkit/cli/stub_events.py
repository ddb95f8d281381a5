"""What `contractkit stub` prints: where each definition is served, each call, and what becomes of a changed definition.

Addresses and what was recorded go to standard output, everything else to standard error. A line names its provider
where there are several.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from contractkit.cli.environment import exported
from contractkit.cli.lines import tell
from contractkit.cli.stub_lines import recorded_members
from contractkit.cli.up_events import Events, JsonEvents, TextEvents, titles_of
from contractkit.exact_json import dump_shown_line
from contractkit.stubbing.reloading import Change, LiveStub, Reloaded
from contractkit.stubbing.serving import Tell

if TYPE_CHECKING:  # of recordings, and slow to import
    from contractkit.recording.contract_files import FileUpdate


class StubTextEvents(TextEvents):
    """The URL or target of one definition alone, or variables for a shell where there are several."""

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Print where a stub is served."""
        for (title, _, address), name in zip(_addresses(stub), variables, strict=True):
            click.echo(address if self._is_alone else exported({name: address}))
            tell(f"{title} is stubbed there until Ctrl+C.")

    def ready(self, variables: Mapping[str, str]) -> None:
        """Say nothing: each address was printed as it was there."""

    def teller(self, name: str) -> Tell:
        """Give what prints a line for each call."""
        return super().teller("" if self._is_alone else name)

    def changed(self, stub: LiveStub, change: Change, variables: Mapping[str, str]) -> None:
        """Tell what became of a changed definition, and where it is served if that is elsewhere."""
        super().changed(stub, change, variables)
        if isinstance(change, Reloaded) and change.is_moved:
            self.started(stub, variables)

    def _before(self, stub: LiveStub) -> str:
        return "" if self._is_alone else super()._before(stub)


class StubJsonEvents(JsonEvents):
    """The same as JSON, an object in a line, each with `schema_version` and `event`."""

    def __init__(self, *, is_alone: bool) -> None:
        super().__init__(is_alone=False)
        self._is_alone = is_alone

    def started(self, stub: LiveStub, variables: Mapping[str, str]) -> None:
        """Print where a stub is served."""
        for title, kind, address in _addresses(stub):
            self._print("started", **self._of(stub), **{kind: address}, definition=title)

    def ready(self, variables: Mapping[str, str]) -> None:
        """Say nothing: each address was printed as it was there."""

    def teller(self, name: str) -> Tell:
        """Give what writes an object for each call."""
        return super().teller("" if self._is_alone else name)

    def recorded(self, update: "FileUpdate", count: int) -> None:
        """Print what a recording left."""
        self._print("recorded", **recorded_members(update, count))

    def stopped(self) -> None:
        """Say nothing: the end of the lines says so."""

    def _of(self, stub: LiveStub) -> dict[str, object]:
        return {} if self._is_alone else super()._of(stub)

    def _said(self, stub: LiveStub, variables: Mapping[str, str]) -> dict[str, object]:
        where = {kind: address for _, kind, address in _addresses(stub)}
        return {**self._of(stub), **where, "definition": ", ".join(titles_of(stub))}

    def _print(self, event: str, **members: object) -> None:
        tell(dump_shown_line({"schema_version": 1, "event": event, **members}), is_result=True, is_json=True)


def events_of(output: str, *, is_alone: bool) -> Events:
    """Give who is told of everything, as `--format` says; `is_alone` says that one definition is served."""
    return StubJsonEvents(is_alone=is_alone) if output == "json" else StubTextEvents(is_alone=is_alone)


def _addresses(stub: LiveStub) -> Iterator[tuple[str, str, str]]:
    """Give each definition's title with the kind of its address, `url` or `target`, and the address."""
    served = stub.served
    found = [(kind, each) for kind, each in (("url", served.url), ("target", served.target)) if each is not None]
    for title, (kind, address) in zip(titles_of(stub), found, strict=True):
        yield title, kind, address
