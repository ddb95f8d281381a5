"""Verification: every interaction of consumers' contracts, replayed against the provider."""

from contractkit.verification.states import provider_state

__all__ = ["provider_state"]
