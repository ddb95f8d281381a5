"""A state URL: provider states set up over HTTP, as Pact's verifiers do (`{state, params, action}` by POST)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from yarl import URL

from contractkit.errors import UsageError
from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.states import StateHandler


class StateUrl:
    """Asks a URL to set up every named state, and to tear it down after the request.

    A JSON object in the answer is injected. Derived states are contractkit's own and are not asked for.
    """

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        """Take the URL.

        Raises:
            UsageError: It is not an absolute URL of http or https.
        """
        self._url = _checked(url)
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    @property
    def names(self) -> tuple[str, ...]:
        """Give nothing: which states the URL knows is not known here."""
        return ()

    def find(self, state: ProviderState | DerivedState) -> StateHandler | None:
        """Give a handler for any named state."""
        if isinstance(state, DerivedState):
            return None

        async def state_url(**params: Json) -> AsyncIterator[Mapping[str, Json]]:
            yield await self._post(state.name, params, "setup")
            await self._post(state.name, params, "teardown")

        shown = str(self._url.with_user(None))  # which takes the password along
        return StateHandler(name=state.name, function=state_url, description=f"the state URL {shown}")

    async def _post(self, name: str, params: Mapping[str, Json], action: str) -> Mapping[str, Json]:
        data = dump_compact({"state": name, "params": dict(params), "action": action})
        headers = {"content-type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(self._url, data=data, headers=headers) as answer,
            ):
                body = await answer.read()
        except TimeoutError:
            raise StateUrlError(f"the state URL did not answer to {action} within {self._timeout.total:g} s") from None
        except aiohttp.ClientError as error:
            raise StateUrlError(f"the state URL cannot be reached for {action}: {_reason(error)}") from None
        if answer.status >= 400:
            raise StateUrlError(f"the state URL answered {answer.status} to {action}{_HINTS.get(answer.status, '')}")
        try:
            return _object(body)
        except JsonSyntaxError as error:
            raise StateUrlError(f"the state URL answered {action} with what is not JSON: {error}") from None


class StateUrlError(Exception):
    """The state URL refused, in a sentence that stands alone."""

    stands_alone = True


_HINTS = {404: ": is its path right?", 405: ": it takes no POST"}


def _reason(error: aiohttp.ClientError) -> str:
    cause = getattr(error, "os_error", None)
    return str(getattr(cause, "strerror", None) or cause or error)


def _checked(url: str) -> URL:
    try:
        parsed = URL(url)
        is_usable = parsed.scheme in ("http", "https") and bool(parsed.host)
    except ValueError:
        is_usable = False
    if is_usable:
        return parsed
    raise UsageError(
        "The URL of the provider states cannot be used.",
        details=[("expected", "a URL such as http://localhost:8000/_states"), ("received", url)],
    )


def _object(body: bytes) -> Mapping[str, Json]:
    if body.lstrip()[:1] != b"{":  # many answer with a word, or with nothing
        return {}
    value: Any = read_json(body)
    return value if isinstance(value, dict) else {}
