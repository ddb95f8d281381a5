"""Verification: every interaction of consumers' contracts, replayed against the provider."""

from contractkit.verification.producers import message_producer
from contractkit.verification.states import provider_state

__all__ = ["message_producer", "provider_state"]
