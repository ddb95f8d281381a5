"""Recording: what a consumer's tests do against a stub becomes the consumer's contracts."""

from contractkit.recording.credentials import PLACEHOLDER
from contractkit.recording.http_calls import Call
from contractkit.recording.joining import join_contracts
from contractkit.recording.local_state import Confirmations, current_revision, read_confirmations
from contractkit.recording.merging import RunFacts, merge_contracts
from contractkit.recording.opening import stubbed_provider
from contractkit.recording.origins import TestOrigin
from contractkit.recording.rpc_calls import AnsweredCall
from contractkit.recording.runs import RunReport, TestRecord, finish_run
from contractkit.recording.session import StubSession
from contractkit.recording.stubbed import StubbedProvider

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
