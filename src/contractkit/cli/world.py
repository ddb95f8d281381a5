"""The local world of `contractkit stub` and `contractkit up`: all stubs that one process serves, and who is told."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from contractkit.cli.environment import EnvironmentFile, variables_of
from contractkit.cli.up_events import Events
from contractkit.stubbing.browsers import ForBrowsers
from contractkit.stubbing.control import Controlled
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.reloading import Change, LiveStub
from contractkit.stubbing.serving import FromDefinition, Listening
from contractkit.stubbing.states import Given

if TYPE_CHECKING:
    from contractkit.cli.stub_recording import Recordings


class World:
    """All that is served."""

    def __init__(
        self,
        stubs: Sequence[LiveStub],
        events: Events,
        *,
        file: EnvironmentFile | None = None,
        recordings: "Recordings | None" = None,
    ) -> None:
        """Take the stubs, which are not served yet.

        Args:
            stubs: What is to be served.
            events: Who is told of everything.
            file: Where the variables are written to.
            recordings: What records the calls; nothing does where None.
        """
        self._stubs = stubs
        self._events = events
        self._file = file
        self._recordings = recordings

    def serve(self, listening: Callable[[Dependency], Listening], *, seed: str, allows_faults: bool) -> None:
        """Serve everything, and tell where.

        Raises:
            ContractkitError: A port cannot be listened on, or the settings ask for faults that cannot be.
        """
        for each in self._stubs:
            for sentence in each.dependency.take_said():
                self._events.said(sentence)
        for each in self._stubs:
            self._events.warned(each)
        for each in self._stubs:
            own = each.dependency
            recorder = None if self._recordings is None else self._recordings.of(own)
            answering = recorder or FromDefinition(seed=seed)
            faulty = with_faults(answering, own, each.provider, allows_header=allows_faults, seed=seed)
            given = Given() if recorder is None else recorder.given
            controlled = Controlled(faulty, given, allows_faults=allows_faults)
            each.serve(ForBrowsers(controlled), self._events.teller(own.name), listening(own))
            self._events.started(each, _variables(each))
        self._announce()

    @property
    def variables(self) -> dict[str, str]:
        """Give the variables that say where all stubs are."""
        return {name: value for each in self._stubs for name, value in _variables(each).items()}

    def look(self) -> None:
        """Reload what has changed, and write what was recorded where it is due. Called every now and then."""
        self.look_for_changes()
        if self._recordings is not None:
            self._recordings.look()

    def look_for_changes(self) -> None:
        """Reload what has changed."""
        for each in self._stubs:
            change: Change | None = each.look()
            if change is None:
                continue
            self._events.changed(each, change, _variables(each))
            if getattr(change, "is_moved", False):
                self._announce()

    def stop(self) -> None:
        """Stop serving."""
        for each in self._stubs:
            each.stop()
        if self._file is not None:
            self._file.remove()

    def _announce(self) -> None:
        if self._file is not None:
            self._file.write(self.variables)
        self._events.ready(self.variables)


def _variables(stub: LiveStub) -> dict[str, str]:
    return variables_of(stub.dependency, url=stub.served.url, target=stub.served.target)
