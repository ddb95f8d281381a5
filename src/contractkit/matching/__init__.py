"""Matching: an expected exchange and its rules, compiled, compared with what happened; and values made for sending."""

from typing import TYPE_CHECKING, Any

from contractkit.matching.comparison import Comparison, compile_comparison
from contractkit.matching.generators import generate
from contractkit.matching.variants import variant_generators

if TYPE_CHECKING:
    from contractkit.matching.explanations import Beaten, PlaceExplanation, explain_rules
    from contractkit.matching.tracing import Candidate, Reach

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


def __getattr__(name: str) -> Any:
    """Load what explains a comparison when somebody asks for it: verifying does not pay for it."""
    if name in ("Candidate", "Reach"):
        from contractkit.matching import tracing as module
    elif name in __all__:
        from contractkit.matching import explanations as module  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)
