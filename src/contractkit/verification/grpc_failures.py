"""Failures of a call that the provider did not answer: what the client library says, told apart from a status."""

from typing import Final

from contractkit.verification.grpc_conversation import Heard
from contractkit.verification.transport import BrokenAnswer, EndlessStream, Failure, NotConnected, TimedOut

LARGEST_MESSAGE: Final = 100 << 20
"""Bytes of a message that are read."""

_UNREACHED: Final = (
    "failed to connect to all addresses",
    "connections to all backends failing",
    "dns resolution failed",
    "errors resolving",
    "no such host",
    "empty address list",
)
_BROKEN_OFF: Final = (
    "stream removed",
    "socket closed",
    "connection reset",
    "broken pipe",
    "received rst_stream",
    "goaway received",
    "recvmsg:",
    "endpoint closing",
    "internal error from core",
)
"""How the client library's own words begin; it gives them as the text of a status that nobody sent."""


def failure_of(heard: Heard, *, expected: int | None, seconds: float, timeout: float) -> Failure | None:
    """Give why there is no whole answer, or None where the provider ended the call or was to be cancelled.

    Args:
        heard: What came.
        expected: How many messages were expected; None where any number may come.
        seconds: How long the call took.
        timeout: How long it might have taken.
    """
    if heard.is_endless:
        return EndlessStream(received=heard.count, expected=expected, limit=f"after {heard.count} messages")
    if heard.is_cancelled:
        return None
    text = heard.text.lower()
    if heard.code == "DEADLINE_EXCEEDED" and seconds >= timeout * 0.99:
        if heard.count > (expected or 0):
            return EndlessStream(received=heard.count, expected=expected, limit=f"after {timeout:g} s")
        return TimedOut(seconds=timeout)
    if heard.code == "RESOURCE_EXHAUSTED" and "received message larger than max" in text and "server:" not in text:
        return BrokenAnswer(problem=f"a message is larger than {LARGEST_MESSAGE >> 20} MiB")
    if heard.code == "UNAVAILABLE" and text.startswith(_UNREACHED):
        return NotConnected(problem=connection_problem(heard.text))
    if text.startswith(_BROKEN_OFF) and heard.code in ("UNAVAILABLE", "INTERNAL", "UNKNOWN", "CANCELLED"):
        place = f"after {heard.count} message{'' if heard.count == 1 else 's'}" if heard.count else "before any message"
        return BrokenAnswer(problem=f"the connection was closed in the middle of the call, {place}")
    return None


def connection_problem(text: str) -> str:
    """Give the reason that the client library has for not being connected, in a phrase."""
    lowered = text.lower()
    for sign, phrase in _PROBLEMS:
        if sign in lowered:
            return phrase
    return text.rpartition("last error: ")[2].strip().rstrip(".") or "no reason is known"


_PROBLEMS: Final = (
    ("dns resolution failed", "the name cannot be resolved"),
    ("domain name not found", "the name cannot be resolved"),
    ("no such file", "there is no such socket"),
    ("certificate_verify_failed", "its certificate is not accepted"),
    ("wrong_version_number", "it does not speak TLS there"),
    ("tlsv1_alert", "it refused the TLS handshake"),
    ("sslv3_alert", "it refused the TLS handshake"),
    ("certificate_required", "it asks for a client certificate"),
    ("peer name", "its certificate is for another name"),
    ("hostname verification", "its certificate is for another name"),
    ("ssl_error", "the TLS handshake failed"),
    ("handshake", "the TLS handshake failed"),
    ("http1.x server", "what listens there speaks HTTP/1, not gRPC"),
    ("expected settings frame", "what listens there does not speak gRPC"),
    ("connection refused", "connection refused"),
    ("socket closed", "it closed the connection at once"),
    ("connection reset", "it closed the connection at once"),
)
"""A sign in the client library's words, and what it means."""
