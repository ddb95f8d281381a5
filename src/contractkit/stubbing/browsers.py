"""Browsers: pages of any origin may call a stub and read its answers, as they may call production behind its gateway.

A browser asks before it sends (the preflight of the Fetch standard, §3.3.5), and shows a page only what is allowed. No
contract has any of it. What a definition says of OPTIONS itself is answered as it says.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.answering import Answered
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.control import PREFIX
from contractkit.stubbing.serving import Answering, Tell
from contractkit.transports import RpcHandler

_ASKED_METHOD: Final = "access-control-request-method"
_ASKED_HEADERS: Final = "access-control-request-headers"
_ALLOWED: Final = "access-control-allow-origin"


class ForBrowsers:
    """Answers as another one does, and lets pages of other origins in; not to what the stub itself is told."""

    def __init__(self, answering: Answering) -> None:
        """Take who answers."""
        self._answering = answering

    def http(self, provider: StubbedProvider) -> Callable[[HttpRequest], Answered]:
        """Give what answers the requests to a provider."""
        answer = self._answering.http(provider)

        def answer_page(request: HttpRequest) -> Answered:
            origin = request.headers.get("origin")
            if origin is None or PREFIX in request.path:
                return answer(request)
            if _is_preflight(request) and provider.definition.route(request) is None:
                return Answered(request=request, response=_permission(request, origin), operation=None)
            answered = answer(request)
            return replace(answered, response=_readable(answered.response, origin))

        return answer_page

    def procedures(self, provider: StubbedProvider, tell: Tell) -> RpcHandler:
        """Give what answers the calls of a provider's procedures, and tells of each."""
        return self._answering.procedures(provider, tell)


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and _ASKED_METHOD in request.headers


def _permission(request: HttpRequest, origin: tuple[str, ...]) -> HttpResponse:
    headers = {**_open_to(origin), "access-control-allow-methods": request.headers[_ASKED_METHOD]}
    if _ASKED_HEADERS in request.headers:
        headers["access-control-allow-headers"] = request.headers[_ASKED_HEADERS]
    return HttpResponse(status=204, headers=headers)


def _readable(response: HttpResponse, origin: tuple[str, ...]) -> HttpResponse:
    if _ALLOWED in response.headers:
        return response
    shown = {"access-control-expose-headers": (", ".join(response.headers),)} if response.headers else {}
    vary = {"vary": (*response.headers.get("vary", ()), "Origin")}
    return replace(response, headers={**response.headers, **_open_to(origin), **vary, **shown})


def _open_to(origin: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {_ALLOWED: origin, "access-control-allow-credentials": ("true",), "vary": ("Origin",)}
