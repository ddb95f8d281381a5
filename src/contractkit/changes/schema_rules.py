"""The rules for schemas: what of a schema's change can hurt the side that sends or reads a value.

Requests flow from consumer to provider, so a narrower schema hurts; responses flow back, so a wider one does. Rules of
a *whole* see a value with its unions; rules of a *branch* see two union-free schemas that stand for each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contractkit.changes import format_findings as formats
from contractkit.changes import inheritance
from contractkit.changes import keyword_findings as keyword
from contractkit.changes import lifecycle_findings as announced
from contractkit.changes import schema_findings as find
from contractkit.changes import tag_findings as tag
from contractkit.changes import union_findings as union
from contractkit.changes.found import Found
from contractkit.changes.records import Difference, Direction, Level
from contractkit.definitions.schemas import SchemaView


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: the id starts with the direction; the sentence may use `{before}` and `{after}`."""

    id: str
    level: Level
    find: Callable[[SchemaView, SchemaView], Iterator[Found]]
    sentence: str

    @property
    def direction(self) -> Direction:
        """Give who sends the value."""
        return Direction(self.id.split(".", 1)[0])


BREAKING, POSSIBLE, HARMLESS, COMPATIBLE = Level

DEFAULT_CHANGED = "request.default.changed"
"""The id of the rule for a default, which is nothing to who always sends the value."""

_TOLD_APART = "its alternatives were told apart by {before} and are by {after}"

WHOLE_RULES = (
    Rule("request.type.changed", BREAKING, find.changed_types, "it was {before} and must now be {after}"),
    Rule("request.type.narrowed", BREAKING, find.narrowed_types, "it was {before} and must now be {after}"),
    Rule("request.type.narrowed", BREAKING, union.narrowed_alternatives,
         "an alternative was {before} and must now be {after}"),
    Rule("request.null.refused", BREAKING, find.refused_null, "null was allowed and is now refused"),
    Rule("request.alternative.removed", BREAKING, union.lost_alternatives, "the alternative {before} is gone"),
    Rule("request.heir.removed", POSSIBLE, inheritance.lost_heirs, "{before} inherits it no more"),
    Rule("request.alternatives.exclusive", POSSIBLE, union.became_exclusive,
         "it could be {before} and must now be {after}, and a value may fit two"),
    Rule("response.type.changed", BREAKING, find.changed_types, "it was {before} and is now {after}"),
    Rule("response.type.widened", BREAKING, find.widened_types, "it was {before} and is now {after}"),
    Rule("response.type.widened", BREAKING, union.widened_alternatives,
         "an alternative was {before} and is now {after}"),
    Rule("response.null.allowed", BREAKING, find.allowed_null, "it was {before} and may now be null"),
    Rule("response.type.narrowed", HARMLESS, find.narrowed_types, "it was {before} and is now {after}"),
    Rule("response.type.narrowed", HARMLESS, union.narrowed_alternatives,
         "an alternative was {before} and is now {after}"),
    Rule("response.alternative.added", BREAKING, union.new_alternatives, "the alternative {after} is new"),
    Rule("response.alternative.removed", HARMLESS, union.lost_alternatives, "the alternative {before} is gone"),
    Rule("response.heir.added", POSSIBLE, inheritance.new_heirs, "{after} inherits it now"),
    Rule("response.heir.removed", HARMLESS, inheritance.lost_heirs, "{before} inherits it no more"),
    Rule("request.values.removed", BREAKING, union.lost_values, "{before} is not allowed now, but {after}"),
    Rule("response.values.added", POSSIBLE, union.added_values, "it was {before} and may now be {after} too"),
    Rule("response.values.removed", HARMLESS, union.lost_values, "it is not {before} any more but {after}"),
    Rule("request.discriminator.changed", POSSIBLE, tag.lost_tags, _TOLD_APART),
    Rule("response.discriminator.changed", POSSIBLE, tag.other_tags, _TOLD_APART),
    Rule("request.discriminator.set", HARMLESS, tag.came_or_went, _TOLD_APART),
    Rule("response.discriminator.set", HARMLESS, tag.came_or_went, _TOLD_APART),
)  # fmt: skip
"""Rules for a value with its unions."""

BRANCH_RULES = (
    Rule("request.member.added-required", BREAKING, find.newly_required, "it was not declared and is required now"),
    Rule("request.member.became-required", BREAKING, find.became_required, "it was optional and is required now"),
    Rule("request.type.narrowed", BREAKING, find.newly_described, "it was {before} and must now be {after}"),
    Rule("request.member.removed", POSSIBLE, find.ignored_members, "it was {before}, now undeclared"),
    Rule("request.member.refused", BREAKING, find.refused_members, "it was {before} and is refused now"),
    Rule("request.members.closed", BREAKING, find.closed, "undeclared members are refused now"),
    Rule("request.member.became-read-only", POSSIBLE, find.became_read_only, "it could be sent and is read only now"),
    Rule("request.values.limited", BREAKING, find.became_limited, "any value was allowed, now only {after}"),
    Rule("request.bound.tightened", BREAKING, find.tightened, "it had {before} and now has {after}"),
    Rule("request.pattern.changed", BREAKING, find.other_pattern, "it had {before} and now has {after}"),
    Rule("request.format.changed", POSSIBLE, formats.other_format, "it had {before} and now has {after}"),
    Rule(DEFAULT_CHANGED, POSSIBLE, find.other_default, "it had {before} and now has {after}"),
    Rule("request.keyword.added", BREAKING, keyword.added_keyword, "it had {before} and now has {after}"),
    Rule("request.keyword.changed", POSSIBLE, keyword.changed_keyword, "it had {before} and now has {after}"),
    Rule("request.known-values.removed", POSSIBLE, keyword.lost_known_values, "known was {before}, and now is {after}"),
    Rule("request.elements.limited", POSSIBLE, keyword.fewer_numbered, "it had {before} and now has {after}"),
    Rule("response.member.removed", BREAKING, find.removed_required, "it was {before}, now undeclared"),
    Rule("response.optional-member.removed", POSSIBLE, find.removed_optional, "it was {before}, now undeclared"),
    Rule("response.optional-member.removed", POSSIBLE, find.removed_further, "it was {before}, now undeclared"),
    Rule("response.type.widened", BREAKING, find.no_longer_described, "it was {before} and is now {after}"),
    Rule("response.type.narrowed", HARMLESS, find.told_of, "it was {before} and is now {after}"),
    Rule("response.member.became-optional", BREAKING, find.became_optional, "it was required and is optional now"),
    Rule("response.member.became-write-only", BREAKING, find.became_write_only, "it was given and is write only now"),
    Rule("response.member.added", HARMLESS, find.added_members, "it was not declared and is now {after}"),
    Rule("response.members.closed", HARMLESS, find.closed, "undeclared members are excluded now"),
    Rule("response.values.opened", POSSIBLE, find.became_open, "it was {before} and may now be any value"),
    Rule("response.values.limited", HARMLESS, find.became_limited, "it was any value and is now {after}"),
    Rule("response.bound.loosened", POSSIBLE, find.loosened, "it had {before} and now has {after}"),
    Rule("response.bound.tightened", HARMLESS, find.tightened, "it had {before} and now has {after}"),
    Rule("response.pattern.changed", POSSIBLE, find.lost_pattern, "it had {before} and now has {after}"),
    Rule("response.format.changed", POSSIBLE, formats.lost_format, "it had {before} and now has {after}"),
    Rule("response.keyword.changed", POSSIBLE, keyword.lost_keyword, "it had {before} and now has {after}"),
    Rule("response.keyword.changed", POSSIBLE, keyword.fewer_numbered, "it had {before} and now has {after}"),
    Rule("response.known-values.changed", HARMLESS, keyword.other_known_values,
         "known was {before}, and now is {after}"),
    Rule("request.member.sunset-nearer", POSSIBLE, announced.earlier_member_sunset,
         "it goes on {after}; {before} was said"),
    Rule("request.member.sunset-withdrawn", POSSIBLE, announced.withdrawn_member_sunset,
         "it was to stay until {before}, and {after} is said now"),
    Rule("response.member.sunset-nearer", POSSIBLE, announced.earlier_member_sunset,
         "it goes on {after}; {before} was said"),
    Rule("response.member.sunset-withdrawn", POSSIBLE, announced.withdrawn_member_sunset,
         "it was to stay until {before}, and {after} is said now"),
    Rule("request.member.stability-decreased", POSSIBLE, announced.less_stable_members,
         "it was {before} and is {after}"),
    Rule("response.member.stability-decreased", POSSIBLE, announced.less_stable_members,
         "it was {before} and is {after}"),
    Rule("request.member.deprecated", COMPATIBLE, announced.deprecated_members, "it was {before} and is {after}"),
    Rule("response.member.deprecated", COMPATIBLE, announced.deprecated_members, "it was {before} and is {after}"),
    Rule("response.elements.added", POSSIBLE, keyword.more_numbered, "it had {before} and now has {after}"),
)  # fmt: skip
"""Rules for two union-free schemas that stand for each other."""

_WHOLE, _BRANCH = (
    {direction: tuple(rule for rule in rules if rule.direction is direction) for direction in Direction}
    for rules in (WHOLE_RULES, BRANCH_RULES)
)

_TELLING_APART = frozenset(
    (tag.lost_tags, tag.other_tags, tag.came_or_went, inheritance.lost_heirs, inheritance.new_heirs)
)
_OF_HEIRS = {
    direction: tuple(rule for rule in rules if rule.find not in _TELLING_APART) for direction, rules in _WHOLE.items()
}


def whole_differences(
    old: SchemaView, new: SchemaView, direction: Direction, *, are_heirs: bool = False
) -> tuple[Difference, ...]:
    """Give what the rules for whole values find; how heirs are told apart is said of what they inherit."""
    return _apply((_OF_HEIRS if are_heirs else _WHOLE)[direction], old, new, direction)


def branch_differences(old: SchemaView, new: SchemaView, direction: Direction) -> tuple[Difference, ...]:
    """Give what the rules for union-free schemas find."""
    return _apply(_BRANCH[direction], old, new, direction)


def _apply(rules: tuple[Rule, ...], old: SchemaView, new: SchemaView, direction: Direction) -> tuple[Difference, ...]:
    return tuple(
        Difference(
            rule=rule.id,
            level=rule.level,
            direction=direction,
            before=found.before,
            after=found.after,
            sentence=rule.sentence.format(before=found.before, after=found.after),
            step=found.step,
            old=found.old,
            new=found.new,
        )
        for rule in rules
        for found in rule.find(old, new)
    )
