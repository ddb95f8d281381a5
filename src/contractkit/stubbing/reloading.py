"""Reloading: a changed definition takes the place of the one that is served; a broken one does not."""

from dataclasses import dataclass
from typing import TypeAlias

from contractkit.errors import ContractkitError
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.serving import Answering, Listening, Served, Tell
from contractkit.stubbing.watching import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """The definition as it is now is served; `is_moved` says that its URL is another one."""

    provider: StubbedProvider
    is_moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is there now cannot be used: `provider` is served as before, and `error` says why and where."""

    provider: StubbedProvider
    error: ContractkitError


Change: TypeAlias = Reloaded | Kept
"""What became of a changed definition."""


class LiveStub:
    """A dependency that is served as its definition is at the moment."""

    def __init__(self, dependency: Dependency) -> None:
        """Read the definition; nothing is served yet.

        Raises:
            ContractkitError: As `Dependency.open` does.
        """
        self.dependency = dependency
        dependency.lock_now()
        self._watch = Watch(dependency)
        self.provider = dependency.open()
        self._watch.follow(self.provider)
        self._served: Served | None = None

    @property
    def served(self) -> Served:
        """Give where it is served."""
        assert self._served is not None, "it is served first"
        return self._served

    def serve(self, answering: Answering, tell: Tell, listening: Listening) -> None:
        """Listen; raises as `Served` does."""
        self._served = Served(self.provider, answering, tell, listening)

    def look(self) -> Change | None:
        """Reload if a file has changed; None if none has. Called every now and then."""
        if not self._watch.has_changed():
            return None
        url = self.served.url
        self._watch.begin()
        try:
            provider = self.dependency.open()
            self._watch.follow(provider)
            self.served.replace(provider)
        except ContractkitError as error:
            return Kept(provider=self.provider, error=error)
        self.provider = provider
        return Reloaded(provider=provider, is_moved=self.served.url != url)

    def stop(self) -> None:
        """Stop serving, where that has begun."""
        if self._served is not None:
            self._served.stop()
