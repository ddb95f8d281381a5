"""A provider's gRPC server in this process: made by a function of its own, started, called, and stopped."""

import asyncio
import inspect
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

import grpc
from grpc.aio import Channel

from contractkit.errors import ContractkitError, ProviderUnreachableError, UsageError
from contractkit.verification.grpc_endpoints import CHANNEL_OPTIONS

_STOPPING: Final = 1.0
"""Seconds that calls have to end in when the server is stopped."""

Result = TypeVar("Result")


class ServerEndpoint:
    """A server in this process, made by a function of the provider's: `package.module:attribute`.

    The function takes nothing and gives a server that is not started, or takes a server and adds its services to it;
    a server of the synchronous kind may also be named itself. It is started on a free port of the loopback interface.
    """

    def __init__(self, found: object, *, name: str) -> None:
        """Take what was found at the place `name`.

        Raises:
            UsageError: No server can be made of it.
        """
        self._found = _checked(found, name)
        self._name = name

    @property
    def name(self) -> str:
        """Give the place of the server."""
        return self._name

    async def open(self, stack: AsyncExitStack, *, timeout: float) -> Channel:
        """Start the server and give a channel to it."""
        try:
            server = await self._made()
            port = server.add_insecure_port("127.0.0.1:0")
            await _awaited(server.start())
        except ContractkitError:
            raise
        except Exception as error:
            raise self._not_started(f"{type(error).__name__}: {error}") from None
        stack.push_async_callback(_stop, server)
        channel = await stack.enter_async_context(
            grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        )
        try:
            await asyncio.wait_for(channel.channel_ready(), timeout)
        except TimeoutError:
            raise self._not_started("no answer in time") from None
        return channel

    def _not_started(self, reason: str) -> ProviderUnreachableError:
        return ProviderUnreachableError(f"The server {self._name} did not start.", details=[("reason", reason)])

    async def _made(self) -> Any:
        found = self._found
        if _is_server(found):
            return found
        assert callable(found)
        if _count_required(found) == 0:
            server = await _awaited(found())
            return server if _is_server(server) else _refuse(self._name, server)
        server = grpc.aio.server(_DaemonThreads())
        await _awaited(found(server))
        return server


def _checked(found: object, name: str) -> object:
    if isinstance(found, grpc.aio.Server):
        raise UsageError(
            f"{name} is an aio server, which belongs to the event loop that it was made in.",
            next_step="Name a function that makes it, or one that adds services to a server.",
        )
    if _is_server(found) or (callable(found) and _count_required(found) <= 1):
        return found
    raise _no_server(name, found)


def _no_server(name: str, found: object) -> UsageError:
    return UsageError(
        f"{name} is not a gRPC server.",
        details=[
            ("expected", "a function that gives a server, or one that takes a server and adds services to it"),
            ("received", type(found).__name__),
        ],
    )


def _refuse(name: str, found: object) -> Any:
    raise _no_server(name, found)


def _is_server(found: object) -> bool:
    return isinstance(found, grpc.Server | grpc.aio.Server)


def _count_required(found: Callable[..., object]) -> int:
    """Give the number of positional parameters without a default; many where that cannot be known."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return sys.maxsize
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return len([each for each in parameters if each.default is each.empty and each.kind in positional])


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def _stop(server: Any) -> None:
    stopped = server.stop(_STOPPING)
    if inspect.isawaitable(stopped):
        await stopped
    else:
        await asyncio.to_thread(stopped.wait, 2 * _STOPPING)


class _DaemonThreads(Executor):
    """A thread for each call of a synchronous handler; one that hangs keeps nobody from ending."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> "Future[Result]":
        future: Future[Result] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:
                    future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future
