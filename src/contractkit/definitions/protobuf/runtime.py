"""The protobuf runtime, which only users of gRPC have, and what to say where it is missing."""

from contractkit.errors import DefinitionError

EXTRA = "pip install 'contractkit-cdct[grpc]'"
"""The command that installs what definitions of remote procedures need."""


def require_protobuf(source: str) -> None:
    """Do nothing where the protobuf runtime is installed.

    Raises:
        DefinitionError: It is not; the next step installs it.
    """
    try:
        import google.protobuf  # noqa: F401  # asked only whether it is there
    except ImportError:
        raise DefinitionError(
            f"The definition {source} is protobuf, and the library that reads it is not installed.",
            next_step=f"Install it: {EXTRA}",
        ) from None
