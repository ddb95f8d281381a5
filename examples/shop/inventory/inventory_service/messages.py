"""The generated code, made from the definition when it is first asked for, so that it cannot lag behind."""

from pathlib import Path
from typing import Any

import grpc

_PROTO = "inventory/v1/inventory.proto"


def generated() -> tuple[Any, Any]:
    """Give the modules of messages and of services."""
    import sys

    root = str(Path(__file__).parent.parent / "proto")
    if root not in sys.path:
        sys.path.append(root)
    return grpc.protos_and_services(_PROTO)


messages, services = generated()
