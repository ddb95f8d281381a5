"""A state URL: provider states set up over HTTP, as Pact's verifiers do (`{state, params, action}` by POST)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.model import DerivedState, ProviderState
from contractkit.verification.states import StateHandler


class StateUrl:
    """Asks a URL to set up every named state, and to tear it down after the request.

    A JSON object in the answer is injected. Derived states are contractkit's own and are not asked for.
    """

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self._url = url
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

        return StateHandler(name=state.name, function=state_url)

    async def _post(self, name: str, params: Mapping[str, Json], action: str) -> Mapping[str, Json]:
        data = dump_compact({"state": name, "params": dict(params), "action": action})
        headers = {"content-type": "application/json"}
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as session,
            session.post(self._url, data=data, headers=headers) as answer,
        ):
            body = await answer.read()
            if answer.status >= 400:
                raise StateUrlError(f"the state URL answered {answer.status} to {action}")
            return _object(body)


class StateUrlError(Exception):
    """The state URL refused."""


def _object(body: bytes) -> Mapping[str, Json]:
    if body.lstrip()[:1] != b"{":  # many answer with a word, or with nothing
        return {}
    value: Any = read_json(body)
    return value if isinstance(value, dict) else {}
