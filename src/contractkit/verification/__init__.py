"""Verification: every interaction of consumers' contracts, replayed against the provider."""

from contractkit.verification.filters import authentication, request_filter
from contractkit.verification.lanes import current_worker
from contractkit.verification.producers import message_producer
from contractkit.verification.states import provider_state

__all__ = ["authentication", "current_worker", "message_producer", "provider_state", "request_filter"]
