"""The address of a provider over gRPC, plain or behind TLS, and why no connection to it is made."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
from grpc.aio import Channel

from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.verification.grpc_failures import LARGEST_MESSAGE, connection_problem

CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
)
_STEPS: Final = (
    ("certificate is not accepted", "Say whom to trust with --grpc-ca."),
    ("client certificate", "Give --grpc-certificate and --grpc-key."),
    ("refused the TLS handshake", "If it asks for a client certificate, give --grpc-certificate and --grpc-key."),
    ("does not speak TLS", "Write the address as grpc://…"),
    ("TLS handshake failed", "Check the PEM files: do they hold certificates, and is the key that of the certificate?"),
)
"""Why no connection was made, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a TLS connection is made with, as PEM: who is trusted (the system's where None), and who we are."""

    ca: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = None


class AddressEndpoint:
    """A provider at `host:port`, `grpc://host:port`, `grpcs://host:port` or `unix:/path`."""

    def __init__(self, address: str, *, tls: Tls | None = None) -> None:
        scheme, self._target = _split(address)
        if tls is not None and scheme == "grpc":
            raise UsageError(
                "Certificates are given for a connection without TLS.",
                details=[("address", address)],
                next_step=f"Write the address as grpcs://{self._target}.",
            )
        self._is_secure = scheme == "grpcs"
        self._tls = tls or Tls()
        self._scheme = scheme

    @property
    def name(self) -> str:
        """Give the address with its scheme."""
        return self._target if self._target.startswith("unix:") else f"{self._scheme}://{self._target}"

    async def open(self, stack: AsyncExitStack, *, timeout: float) -> Channel:
        """Give a channel, having seen that the provider takes connections."""
        channel = await stack.enter_async_context(self._channel())
        problem = await _problem_connecting(channel, timeout)
        if problem:
            raise ProviderUnreachableError(
                f"No connection to {self.name} was made.",
                details=[("reason", problem)],
                next_step=self._step_after(problem),
            )
        return channel

    def _step_after(self, problem: str) -> str:
        for sign, step in _STEPS:
            if sign in problem:
                return step
        if self._is_secure and self._tls.certificate is None and "closed the connection" in problem:
            return "If it asks for a client certificate, give --grpc-certificate and --grpc-key."
        return "Start the provider, or say where it runs with --grpc."

    def _channel(self) -> Channel:
        if not self._is_secure:
            return grpc.aio.insecure_channel(self._target, options=CHANNEL_OPTIONS)
        credentials = grpc.ssl_channel_credentials(self._tls.ca, self._tls.key, self._tls.certificate)
        return grpc.aio.secure_channel(self._target, credentials, options=CHANNEL_OPTIONS)


def is_address(place: str) -> bool:
    """Say whether a place is an address, not `package.module:attribute`."""
    return "://" in place or place.startswith("unix:") or place.rpartition(":")[2].isdigit()


async def _problem_connecting(channel: Channel, timeout: float) -> str:
    """Give why a channel does not connect, or an empty text."""
    try:
        async with asyncio.timeout(timeout):
            state = channel.get_state(try_to_connect=True)
            while state is not grpc.ChannelConnectivity.READY:
                if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                    return await _asked_why(channel)
                await channel.wait_for_state_change(state)
                state = channel.get_state(try_to_connect=True)
    except TimeoutError:
        return "no answer in time"
    return ""


async def _asked_why(channel: Channel) -> str:
    """Give the reason for a failed connection, which the client library tells only to those who make a call."""
    method: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
    try:
        await method(b"", timeout=1)
    except grpc.aio.AioRpcError as error:
        return connection_problem(error.details() or "")
    return "the connection failed at first"


def _split(address: str) -> tuple[str, str]:
    if address.startswith("unix:"):
        return "grpc", address
    text = address if "://" in address else f"grpc://{address}"
    try:
        parsed = urlsplit(text)
        fits = parsed.scheme in ("grpc", "grpcs") and bool(parsed.hostname) and parsed.port is not None
    except ValueError:
        fits = False
    if not fits or parsed.path.strip("/") or parsed.query or parsed.username is not None:
        raise UsageError(
            "The provider's gRPC address cannot be used.",
            details=[("expected", "host:port, grpc://host:port or grpcs://host:port"), ("received", address)],
        )
    return parsed.scheme, parsed.netloc
