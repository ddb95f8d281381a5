"""Filtering: the filters at work in one run, and what of their doing must be seen nowhere."""

import asyncio
import copy
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from contractkit.errors import ProviderStateError
from contractkit.model import HttpCall, HttpRequest, Interaction, RpcCall, is_field_value, is_token
from contractkit.verification.credentials import Credentials
from contractkit.verification.filters import Filters, place_of
from contractkit.verification.outgoing import (
    OutgoingRequest,
    faults_of,
    filtered_call,
    filtered_request,
    outgoing_call,
    outgoing_request,
    texts_of,
)

_UNAUTHORISED = 401
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


class FilterError(ProviderStateError):
    """A filter or an authentication raised, or gave what cannot be sent."""


class Filtering:
    """What filters do in one run. `secrets` are the values that came from them or from the command line."""

    def __init__(self, filters: Filters, credentials: Credentials) -> None:
        self._filters = filters
        self._given = credentials
        self._asked: asyncio.Task[Credentials] | None = None
        self.secrets: set[str] = set(credentials.headers.values())

    async def credentials(self) -> Credentials:
        """Give the headers to put on requests: those of the authentication, asked once, below those given.

        Raises:
            FilterError: The authentication raised, or gave no headers.
        """
        if not self._filters.authentications:
            return self._given
        if self._asked is None:
            self._asked = asyncio.create_task(self._authenticate())
        return await asyncio.shield(self._asked)

    async def applied(self, interaction: Interaction, request: Any) -> Any:
        """Give a request as the filters leave it; one of a kind that they do not know is left alone.

        Raises:
            FilterError: One raised, or left what cannot be sent.
        """
        if not self._filters.requests:
            return request
        if isinstance(request, HttpRequest):
            if _is_to_be_refused(interaction):
                return request
            outgoing = outgoing_request(interaction, request)
            before = copy.deepcopy(outgoing)
            await self._filter(outgoing)
            return filtered_request(request, outgoing, before)
        call = getattr(request, "call", None)
        if isinstance(call, RpcCall):
            outgoing = outgoing_call(interaction, call)
            await self._filter(outgoing)
            return replace(request, call=filtered_call(call, outgoing))
        return request

    async def _authenticate(self) -> Credentials:
        headers: dict[str, str] = {}
        for function in self._filters.authentications:
            headers |= _headers_of(await _called(function, on_thread=True), function)
        self.secrets |= set(headers.values())
        return Credentials(headers={**headers, **self._given.headers})

    async def _filter(self, outgoing: OutgoingRequest) -> None:
        before = texts_of(outgoing)
        for function in self._filters.requests:
            await _called(function, outgoing)
            faults = list(faults_of(outgoing))
            if faults:
                raise FilterError(
                    "A request filter left a request that cannot be sent.",
                    details=[
                        ("filter", place_of(function)),
                        *((at, f"expected {expected}") for at, expected in faults),
                    ],
                )
            outgoing.headers = {name.lower(): value for name, value in outgoing.headers.items()}
        self.secrets |= texts_of(outgoing) - before


def _is_to_be_refused(interaction: Interaction) -> bool:
    """Say whether a request was recorded without credentials to be refused for that."""
    call = interaction.exchange
    if not isinstance(call, HttpCall) or call.response.status != _UNAUTHORISED:
        return False
    return not _CREDENTIALS & {name.lower() for name in call.request.headers}


async def _called(function: Callable[..., Any], *arguments: object, on_thread: bool = False) -> Any:
    try:
        if inspect.iscoroutinefunction(function):
            return await function(*arguments)
        return await asyncio.to_thread(function) if on_thread else function(*arguments)
    except (Exception, SystemExit) as error:  # what it says may hold what it was given, so only its kind is told
        kind = "authentication" if on_thread or not arguments else "request filter"
        raise FilterError(
            f"The {kind} raised.", details=[("function", place_of(function)), ("raised", type(error).__name__)]
        ) from None


def _headers_of(returned: object, function: Callable[..., Any]) -> dict[str, str]:
    items: Iterable[tuple[object, object]] = returned.items() if isinstance(returned, Mapping) else [(None, None)]
    headers = {
        name.lower(): value
        for name, value in items
        if isinstance(name, str) and isinstance(value, str) and is_token(name) and is_field_value(value)
    }
    if not isinstance(returned, Mapping) or len(headers) != len(returned):
        raise FilterError(
            "The authentication gave no headers.",
            details=[
                ("function", place_of(function)),
                ("expected", 'a mapping such as {"Authorization": "Bearer …"}'),
                ("received", f"a value of type {type(returned).__name__}"),
            ],
        )
    return headers
