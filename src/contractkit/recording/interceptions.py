"""Interceptions of one test: what clients send to a provider's production URL, answered by the test's stub."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from contractkit.errors import SettingsError, UndefinedRequestError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.notes import Notes
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uses import check_base_url

if TYPE_CHECKING:
    from contractkit.transports.in_process import Interception


class Interceptions:
    """The interceptions of one provider; whoever calls `take_unused` holds the lock of the notes."""

    def __init__(self, provider: StubbedProvider, consumer: str, notes: Notes) -> None:
        self._provider = provider
        self._consumer = consumer
        self._notes = notes
        self._started: list[Interception] = []
        self._unasked: list[Interception] = []

    def start(self, url: str | None, handle: Callable[[HttpRequest], HttpResponse]) -> "Interception":
        """Begin to answer at a URL, the provider's `base_url` where None, with what `handle` gives.

        Raises:
            SettingsError: Neither is there.
            UsageError: It is no URL.
        """
        from contractkit.transports.in_process import Interception

        __tracebackhide__ = True
        base_url = url or self._provider.base_url
        if base_url is None:
            raise SettingsError(
                f"There is no URL at which to intercept calls to {self._provider.name}.",
                next_step=f"Give one, or set base_url in [tool.contractkit.providers.{self._provider.name}].",
            )
        check_base_url(base_url)
        base_paths = self._provider.definition.base_paths
        started = Interception(handle, base_url, base_paths=base_paths, refuse=self._refuse_outside)
        self._started.append(started)
        self._unasked.append(started)
        return started

    def take_unused(self) -> list[tuple[str, str]]:
        """Give the URLs at which nothing was intercepted since this was last asked, as rows of what and which.

        Of several interceptions of one URL any may be used.
        """
        unasked, self._unasked = self._unasked, []
        if not unasked:
            return []
        used = {each.base_url for each in self._started if each.is_used}
        return [("intercept", url) for url in dict.fromkeys(each.base_url for each in unasked) if url not in used]

    def stop(self) -> None:
        """End them all."""
        for each in self._started:
            each.stop()

    def _refuse_outside(self, reason: str) -> None:
        with self._notes.lock:
            self._notes.fail(
                UndefinedRequestError(
                    f"{self._consumer} sent a request to the host of {self._provider.name} that is not intercepted.",
                    details=[("refused", reason)],
                    next_step="Intercept a shorter URL, or, if the path belongs to another provider, that one too.",
                )
            )
