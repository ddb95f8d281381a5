"""Channels: a gRPC client's way to a stub, for generated clients that block and for those of asyncio."""

from contractkit.transports.grpc_library import require_grpc

with require_grpc("A channel"):
    import grpc
    import grpc.aio

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
)


def open_channel(target: str) -> grpc.Channel:
    """Give a plain channel: large messages may pass, and no proxy of the environment stands between."""
    return grpc.insecure_channel(target, options=_OPTIONS)


def open_aio_channel(target: str) -> grpc.aio.Channel:
    """Give the same for asyncio."""
    return grpc.aio.insecure_channel(target, options=_OPTIONS)
