"""Findings: what `contractkit doctor` found, each with how bad it is and what to do."""

from dataclasses import dataclass
from enum import Enum

from contractkit.errors import BrokerError, ContractkitError, UnreachableDefinitionError


class Level(Enum):
    """How bad a finding is: nothing to do, something to do soon, or something that does not work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `code` is the exit code of a problem."""

    level: Level
    sentence: str
    next_step: str = ""
    code: int = 1


def finding_of(prefix: str, error: ContractkitError) -> Finding:
    """Give an error as a problem, with the exit code of its family."""
    told = error.explanation
    details = ", ".join(f"{label} {value}" for label, value in told.details[:3])
    sentence = f"{prefix}{told.summary.rstrip('.')}{f' ({details})' if details else ''}"
    code = 4 if isinstance(error, BrokerError | UnreachableDefinitionError) else 1
    return Finding(level=Level.PROBLEM, sentence=sentence, next_step=told.next_step, code=code)


def fine(sentence: str) -> Finding:
    """Give a finding with which all is well."""
    return Finding(level=Level.OK, sentence=sentence)


def warning(sentence: str, next_step: str) -> Finding:
    """Give a finding that works, and asks for something."""
    return Finding(level=Level.WARNING, sentence=sentence, next_step=next_step)


def problem(sentence: str, next_step: str) -> Finding:
    """Give a finding that does not work."""
    return Finding(level=Level.PROBLEM, sentence=sentence, next_step=next_step)
