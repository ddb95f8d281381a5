"""Matching: an expected exchange and its rules, compiled, compared with what really happened."""

from contractkit.matching.comparison import Comparison, compile_comparison

__all__ = ["Comparison", "compile_comparison"]
