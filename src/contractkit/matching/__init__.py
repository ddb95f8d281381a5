"""Matching: an expected exchange and its rules, compiled, compared with what happened; and values made for sending."""

from contractkit.matching.comparison import Comparison, compile_comparison
from contractkit.matching.generators import generate

__all__ = ["Comparison", "compile_comparison", "generate"]
