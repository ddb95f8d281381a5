"""Consumer-driven contract testing, and stubs generated from OpenAPI and protobuf definitions."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contractkit.document import dump_contract, load_contract
    from contractkit.errors import ContractkitError
    from contractkit.sources import load_definition
    from contractkit.stubbing.stub import Stub
    from contractkit.verification import (
        authentication,
        current_worker,
        message_producer,
        provider_state,
        request_filter,
    )

_HOMES = {
    "ContractkitError": "contractkit.errors",
    "Stub": "contractkit.stubbing.stub",
    "authentication": "contractkit.verification",
    "current_worker": "contractkit.verification",
    "dump_contract": "contractkit.document",
    "load_contract": "contractkit.document",
    "load_definition": "contractkit.sources",
    "message_producer": "contractkit.verification",
    "provider_state": "contractkit.verification",
    "request_filter": "contractkit.verification",
}

__all__ = [
    "ContractkitError",
    "Stub",
    "authentication",
    "current_worker",
    "dump_contract",
    "load_contract",
    "load_definition",
    "message_producer",
    "provider_state",
    "request_filter",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
