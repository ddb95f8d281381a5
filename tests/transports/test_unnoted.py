"""Our own answering is not told to what notes the consumer's code, and any other profiler sees all of it."""

import sys
from types import FrameType
from typing import Any

import httpx
import pytest

from contractkit.model import HttpRequest, HttpResponse, JsonBody
from contractkit.transports.in_process import StubTransport
from contractkit.transports.unnoted import NOTES_CONSUMERS


def handler(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200, body=JsonBody({"path": request.path}))


class Profiler:
    def __init__(self, *, notes_consumers: bool) -> None:
        self.seen: set[str] = set()
        setattr(self, NOTES_CONSUMERS, notes_consumers)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        self.seen.add(frame.f_code.co_name)


def seen_by(profiler: Profiler) -> set[str]:
    client = httpx.Client(transport=StubTransport(handler))
    earlier = sys.getprofile()
    sys.setprofile(profiler)
    try:
        client.get("http://stub.example/orders")
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(earlier)
    return profiler.seen


def test_what_notes_consumers_sees_the_client_and_not_the_stub() -> None:
    seen = seen_by(Profiler(notes_consumers=True))
    assert {"get", "handle_request"} <= seen
    assert "handler" not in seen


def test_any_other_profiler_sees_the_stub_too() -> None:
    assert {"get", "handler"} <= seen_by(Profiler(notes_consumers=False))


def test_the_profiler_is_there_again_after_an_error() -> None:
    def failing(request: HttpRequest) -> HttpResponse:
        raise LookupError("no order 7")

    profiler = Profiler(notes_consumers=True)
    client = httpx.Client(transport=StubTransport(failing))
    earlier = sys.getprofile()
    sys.setprofile(profiler)
    try:
        with pytest.raises(LookupError):
            client.get("http://stub.example/orders")
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(earlier)
