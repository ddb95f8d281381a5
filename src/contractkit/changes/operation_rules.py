"""The rules for operations: parameters, bodies, statuses, media types, headers, credentials, and what is announced."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contractkit.changes import description_findings as description
from contractkit.changes import lifecycle_findings as announced
from contractkit.changes import operation_findings as find
from contractkit.changes import security_findings as security
from contractkit.changes import writing_findings as writing
from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.records import Direction, Level
from contractkit.changes.surface_pairs import SurfacePair


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: the id starts with the direction; the sentence may use `{before}` and `{after}`.

    What concerns neither side alone starts with `operation`.
    """

    id: str
    level: Level
    find: Callable[[SurfacePair], Iterator[OperationFinding]]
    sentence: str

    @property
    def direction(self) -> Direction:
        """Give who sends what changed."""
        side = self.id.split(".", 1)[0]
        return Direction.NONE if side == "operation" else Direction(side)


BREAKING, POSSIBLE, HARMLESS, COMPATIBLE = Level

OPERATION_RULES = (
    Rule("operation.deprecated", COMPATIBLE, announced.deprecated_operation, "it was {before} and is {after}"),
    Rule("operation.sunset-nearer", POSSIBLE, announced.earlier_sunset, "it goes on {after}; {before} was said"),
    Rule("operation.sunset-withdrawn", POSSIBLE, announced.withdrawn_sunset,
         "it was to stay until {before}, and {after} is said now"),
    Rule("operation.stability-decreased", POSSIBLE, announced.less_stable_operation, "it was {before} and is {after}"),
    Rule("operation.id-changed", HARMLESS, announced.other_operation_id,
         "its operationId was {before} and is {after}, which generated clients are named by"),
    Rule("request.parameter.deprecated", COMPATIBLE, announced.deprecated_parameter, "it was {before} and is {after}"),
    Rule("request.parameter.sunset-nearer", POSSIBLE, announced.earlier_parameter_sunset,
         "it goes on {after}; {before} was said"),
    Rule("request.parameter.sunset-withdrawn", POSSIBLE, announced.withdrawn_parameter_sunset,
         "it was to stay until {before}, and {after} is said now"),
    Rule("request.parameter.added-required", BREAKING, find.added_required, "it was not declared and is required now"),
    Rule("request.parameter.became-required", BREAKING, find.became_required, "it was optional and is required now"),
    Rule("request.parameter.removed", POSSIBLE, find.removed_parameter, "it is no longer declared"),
    Rule("request.parameter.style-changed", BREAKING, writing.other_style, "it was {before} and is {after}"),
    Rule("request.parameter.reserved-refused", POSSIBLE, writing.refused_reserved,
         "reserved characters could stand in it {before} and are to be {after}"),
    Rule("request.parameter.empty-refused", BREAKING, find.refused_empty, "an empty value is refused now"),
    Rule("request.body.became-required", BREAKING, find.body_required, "a body was {before} and is required now"),
    Rule("request.body.removed", BREAKING, find.body_removed, "a body is no longer declared"),
    Rule("request.media-type.removed", BREAKING, find.taken_type_removed, "{before} is gone; taken: {after}"),
    Rule("request.encoding.changed", POSSIBLE, writing.other_encoding, "it was {before} and is {after}"),
    Rule("request.schema.added", BREAKING, description.newly_described, "it could be {before} and must now be {after}"),
    Rule("request.security.tightened", BREAKING, security.tightened_security,
         "{before} sufficed, now {after} is demanded"),
    Rule("request.security.scheme-changed", BREAKING, security.other_scheme, "it was {before} and is {after}"),
    Rule("response.status.removed", BREAKING, find.success_removed, "{before} is gone; declared: {after}"),
    Rule("response.error-status.removed", HARMLESS, find.failure_removed, "{before} is gone; declared: {after}"),
    Rule("response.media-type.removed", BREAKING, find.media_type_removed, "{before} is gone; given: {after}"),
    Rule("response.media-type.generalised", POSSIBLE, find.generalised_type, "it was {before} and is now {after}"),
    Rule("response.schema.removed", POSSIBLE, description.no_longer_described,
         "it was {before} and may be {after} now"),
    Rule("response.type.changed", BREAKING, description.described_as_nothing, "it was {before} and is now {after}"),
    Rule("response.header.removed", BREAKING, find.required_header_removed, "it was required, now undeclared"),
    Rule("response.optional-header.removed", POSSIBLE, find.optional_header_removed, "it was optional, now undeclared"),
    Rule("response.header.style-changed", POSSIBLE, writing.other_header_style, "it was {before} and is {after}"),
    Rule("response.header.became-optional", BREAKING, find.header_optional, "it was required and is optional now"),
)  # fmt: skip
"""Rules for operations that both definitions have."""

OPERATION_REMOVED = "operation.removed"
"""The id of the one rule that needs no new operation: it is breaking, deprecated or not."""

WEBHOOK_REMOVED = "webhook.removed"
"""The id of the rule for a webhook that is no longer declared."""

CALLBACK_REMOVED = "callback.removed"
"""The id of the rule for a callback that an operation no longer declares."""

OPERATION_INCOMPARABLE = "operation.incomparable"
"""The id for an operation that a mistake in a document keeps from being compared to the end: a `$ref` leads nowhere."""
