"""Nearness: which operations resemble a request that reaches none, so that a message can name them."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from contractkit.definitions.interface import Operation

_MOST = 3
_RESEMBLES = 0.5


def nearest_operations(method: str, path: str, operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Give at most three operations that resemble a method and path, best first; those of the same path lead."""
    segments = path.split("/")[1:]
    scored = [(_score(method, segments, each), -number) for number, each in enumerate(operations)]
    best = sorted((pair for pair in scored if pair[0] >= _RESEMBLES), reverse=True)[:_MOST]
    return tuple(operations[-number] for _, number in best)


def _score(method: str, segments: Sequence[str], operation: Operation) -> float:
    template = operation.path.split("/")[1:]
    if len(template) == len(segments):
        alike = sum(map(_likeness, segments, template))
    else:
        alike = _common_start(segments, template)
    share = alike / max(len(template), len(segments))
    return share * (1.0 if method == operation.method else 0.9)


def _common_start(segments: Sequence[str], template: Sequence[str]) -> float:
    alike = 0.0
    for segment, pattern in zip(segments, template, strict=False):
        likeness = _likeness(segment, pattern)
        if likeness < _RESEMBLES:
            break
        alike += likeness
    return alike


def _likeness(segment: str, pattern: str) -> float:
    if segment == pattern:
        return 1.0
    if "{" in pattern:
        return 0.5 if segment else 0.0
    ratio = SequenceMatcher(None, segment, pattern).quick_ratio()
    return SequenceMatcher(None, segment, pattern).ratio() if ratio > _RESEMBLES else 0.0
