"""Matching: an expected exchange and its rules, compiled, compared with what happened; and values made for sending."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from contractkit.matching.comparison import Comparison, compile_comparison
    from contractkit.matching.explanations import Beaten, PlaceExplanation, explain_rules
    from contractkit.matching.generators import generate
    from contractkit.matching.tracing import Candidate, Reach
    from contractkit.matching.variants import variant_generators

__all__ = [
    "Beaten",
    "Candidate",
    "Comparison",
    "PlaceExplanation",
    "Reach",
    "compile_comparison",
    "explain_rules",
    "generate",
    "variant_generators",
]


_HOME: Final[Mapping[str, str]] = {
    "Beaten": "explanations",
    "Candidate": "tracing",
    "Comparison": "comparison",
    "PlaceExplanation": "explanations",
    "Reach": "tracing",
    "compile_comparison": "comparison",
    "explain_rules": "explanations",
    "generate": "generators",
    "variant_generators": "variants",
}
"""Each name to the module that has it."""


def __getattr__(name: str) -> Any:
    """Load what somebody asks for: who reads rules does not pay for comparing, nor who verifies for explaining."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
