"""The rules for webhooks and callbacks: the roles are swapped, so who sends them may send more, and must take no less.

What their bodies and parameters may hold is compared as answers are, what their answers may hold as requests are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contractkit.changes import operation_findings as either
from contractkit.changes import sent_findings as find
from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.records import Direction, Level
from contractkit.changes.surface_pairs import SurfacePair


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table; the direction is seen from the consumer, who reads what is sent and writes the answer."""

    id: str
    level: Level
    direction: Direction
    find: Callable[[SurfacePair], Iterator[OperationFinding]]
    sentence: str


BREAKING, POSSIBLE = Level.BREAKING, Level.POSSIBLE
SENT, ANSWERED = Direction.RESPONSE, Direction.REQUEST

SENT_RULES = (
    Rule("sent.body.removed", BREAKING, SENT, either.body_removed, "a body is no longer declared"),
    Rule("sent.body.became-optional", BREAKING, SENT, find.body_optional, "a body always came and may be left out now"),
    Rule("sent.media-type.removed", BREAKING, SENT, either.taken_type_removed, "{before} is gone; sent: {after}"),
    Rule("sent.parameter.removed", BREAKING, SENT, find.required_parameter_removed, "it was required, now undeclared"),
    Rule("sent.optional-parameter.removed", POSSIBLE, SENT, find.optional_parameter_removed,
         "it was optional, now undeclared"),
    Rule("sent.parameter.became-optional", BREAKING, SENT, find.parameter_optional,
         "it was required and is optional now"),
    Rule("answered.status.removed", POSSIBLE, ANSWERED, find.answer_removed,
         "{before} was an answer to it and is none now; declared: {after}"),
    Rule("answered.media-type.removed", BREAKING, ANSWERED, find.answer_type_removed,
         "{before} is gone; taken: {after}"),
)  # fmt: skip
"""Rules for webhooks and callbacks that both definitions have."""
