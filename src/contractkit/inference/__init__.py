"""Inference: which changes to the answers of a test prove what its consumer needs, and what they prove."""

from contractkit.inference.answers import Alternatives, ObservedAnswer
from contractkit.inference.changes import AnswerId, Change, Kind, changed, describe
from contractkit.inference.procedure import ALL_KINDS, AUTO_KINDS, Findings, most_runs, runs_due, runs_of
from contractkit.inference.runs import Came, Raised, Run, Where
from contractkit.inference.verdicts import needs_found

__all__ = [
    "ALL_KINDS",
    "AUTO_KINDS",
    "Alternatives",
    "AnswerId",
    "Came",
    "Change",
    "Findings",
    "Kind",
    "ObservedAnswer",
    "Raised",
    "Run",
    "Where",
    "changed",
    "describe",
    "most_runs",
    "needs_found",
    "runs_due",
    "runs_of",
]
