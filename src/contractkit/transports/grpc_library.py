"""The library for gRPC, which is an extra: where it is missing, the message says what to install."""

from collections.abc import Iterator
from contextlib import contextmanager

from contractkit.errors import UsageError


@contextmanager
def require_grpc(what: str) -> Iterator[None]:
    """Turn a failed import within the block into the advice to install the extra.

    Args:
        what: What needs it, as the beginning of a sentence.

    Raises:
        UsageError: The extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("google", "grpc", "grpc_health", "grpc_reflection"):
            raise
        raise UsageError(
            f"{what} needs the extra `grpc`, which is not installed.",
            details=[("missing", error.name or "")],
            next_step="pip install 'contractkit-cdct[grpc]'",
        ) from None
