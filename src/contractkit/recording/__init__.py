"""Recording: what a consumer's tests do against a stub becomes the consumer's contracts."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contractkit.recording.calls import Call
    from contractkit.recording.credentials import PLACEHOLDER
    from contractkit.recording.joining import join_contracts
    from contractkit.recording.local_state import Confirmations, current_revision, read_confirmations
    from contractkit.recording.merging import RunFacts, merge_contracts
    from contractkit.recording.opening import stubbed_provider
    from contractkit.recording.origins import TestOrigin
    from contractkit.recording.rpc_calls import AnsweredCall
    from contractkit.recording.runs import RunReport, TestRecord, finish_run
    from contractkit.recording.session import StubSession
    from contractkit.recording.stubbed import StubbedProvider

_HOMES = {
    "PLACEHOLDER": "credentials",
    "AnsweredCall": "rpc_calls",
    "Call": "calls",
    "Confirmations": "local_state",
    "RunFacts": "merging",
    "RunReport": "runs",
    "StubSession": "session",
    "StubbedProvider": "stubbed",
    "TestOrigin": "origins",
    "TestRecord": "runs",
    "current_revision": "local_state",
    "finish_run": "runs",
    "join_contracts": "joining",
    "merge_contracts": "merging",
    "read_confirmations": "local_state",
    "stubbed_provider": "opening",
}
"""Public name to the module it is loaded from on first use: a stub on its own needs neither files nor runs."""

__all__ = [
    "PLACEHOLDER",
    "AnsweredCall",
    "Call",
    "Confirmations",
    "RunFacts",
    "RunReport",
    "StubSession",
    "StubbedProvider",
    "TestOrigin",
    "TestRecord",
    "current_revision",
    "finish_run",
    "join_contracts",
    "merge_contracts",
    "read_confirmations",
    "stubbed_provider",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
