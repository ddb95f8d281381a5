"""The rules for answers: when a place that the consumer uses got worse from the old definition to the new one.

What was already weak is not news: each rule compares, and none looks at the new definition alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contractkit.conformance import Grade, Standing, Use
from contractkit.definitions.schema_facets import ALL_TYPES, type_names
from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.impact.patterns import matches
from contractkit.impact.records import Verdict


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """A row of the table. `applies` sees the use and what the old and the new definition say of the place.

    `causes` are the ids of the changes that bring it about, likeliest first.
    """

    code: str
    verdict: Verdict
    applies: Callable[[Use, Standing, Standing], bool]
    sentence: str
    causes: tuple[str, ...]


def _is_disjoint(use: Use, old: Standing, new: Standing) -> bool:
    return new.grade is Grade.DISJOINT and old.grade is not Grade.DISJOINT


def _is_undeclared(use: Use, old: Standing, new: Standing) -> bool:
    return new.grade is Grade.UNDECLARED and old.is_declared and not use.may_lack


def _is_refused(use: Use, old: Standing, new: Standing) -> bool:
    return old.is_declared and _is_refused_anew(use, old, new)


def _is_refused_anew(use: Use, old: Standing, new: Standing) -> bool:
    return new.is_refused and not old.is_refused and not use.may_lack


def _has_no_value(use: Use, old: Standing, new: Standing) -> bool:
    """Say whether of the values that are listed none is left by what else is said of them."""
    is_null_left = use.allows_null and "null" in new.types
    return new.values == () and old.values != () and not (is_null_left or use.may_lack)


def _is_another_at_some_place(use: Use, old: Standing, new: Standing) -> bool:
    return new.is_mixed and not old.is_mixed and new.is_declared


def _is_free_beyond(use: Use, old: Standing, new: Standing) -> bool:
    return new.is_free_beyond and not old.is_free_beyond and new.is_declared and old.is_declared


def _is_gone(use: Use, old: Standing, new: Standing) -> bool:
    return bool(use.exact) and bool(_excluded(use.exact, new)) and not _excluded(use.exact, old)


def _none_is_left(use: Use, old: Standing, new: Standing) -> bool:
    """Say whether of the values that the consumer copes with one could come, and none can any more."""
    if use.allows_null and "null" in new.types:
        return False
    return _has_fitting(use, old, old) and not _has_fitting(use, old, new)


def _has_fitting(use: Use, old: Standing, standing: Standing) -> bool:
    """Say whether some value may come that the consumer copes with; one that was never served to it may be such."""
    if standing.values is None:
        return True
    if use.members:
        known = {dump_compact(value) for value in old.values or ()} - {dump_compact(value) for value in use.members}
        return any(dump_compact(value) not in known for value in standing.values)
    pattern = use.pattern
    return pattern is None or any(matches(pattern, value) is not False for value in standing.values)


def _is_unsettled(use: Use, old: Standing, new: Standing) -> bool:
    return new.grade is Grade.UNSETTLED and old.is_declared and not use.may_lack


def _was_unsettled(use: Use, old: Standing, new: Standing) -> bool:
    return new.grade is Grade.UNDECLARED and old.grade is Grade.UNSETTLED and not use.may_lack


def _may_be_absent(use: Use, old: Standing, new: Standing) -> bool:
    was_sure = old.grade in (Grade.PROMISED, Grade.NULLABLE)
    return new.grade is Grade.DECLARED and was_sure and not use.may_lack


def _may_be_absent_anew(use: Use, old: Standing, new: Standing) -> bool:
    """Say whether a place that could be absent may be for one more reason: what leads to it got weaker elsewhere."""
    return new.grade is old.grade is Grade.DECLARED and bool(new.weak - old.weak) and not use.may_lack


def _has_no_such_length(use: Use, old: Standing, new: Standing) -> bool:
    return new.is_declared and _is_never_so_long(use, new) and not _is_never_so_long(use, old)


def _is_never_so_long(use: Use, standing: Standing) -> bool:
    is_shorter = standing.most is not None and standing.most < use.at_least
    return is_shorter or (use.at_most is not None and standing.fewest > use.at_most)


def _may_be_empty(use: Use, old: Standing, new: Standing) -> bool:
    return new.fewest == 0 and _may_be_shorter(use, old, new)


def _may_be_blank(use: Use, old: Standing, new: Standing) -> bool:
    return use.is_filled and new.may_be_blank and not old.may_be_blank and new.is_declared


def _may_be_shorter(use: Use, old: Standing, new: Standing) -> bool:
    return new.fewest < use.at_least <= old.fewest and new.is_declared


def _may_be_longer(use: Use, old: Standing, new: Standing) -> bool:
    if use.at_most is None or old.most is None or old.most > use.at_most:
        return False
    return new.is_declared and (new.most is None or new.most > use.at_most)


def _may_be_null(use: Use, old: Standing, new: Standing) -> bool:
    return "null" in new.types - old.types and new.types != ALL_TYPES and new.is_declared and not use.allows_null


def _null_is_unsure(use: Use, old: Standing, new: Standing) -> bool:
    was_sure = "null" in old.types and not old.is_null_unsure
    return None in use.exact and was_sure and new.is_null_unsure


def _may_be_another_type(use: Use, old: Standing, new: Standing) -> bool:
    return bool(new.types - old.types - {"null"}) and new.is_declared and old.is_declared


def _one_type_is_gone(use: Use, old: Standing, new: Standing) -> bool:
    """Say whether of the types at several places, as of a list's elements, one cannot come any more."""
    expected = _with_both_numbers(use.types - {"null"})
    gone = expected & _with_both_numbers(old.types) - _with_both_numbers(new.types)
    return len(use.types - {"null"}) > 1 and bool(gone) and new.is_declared


def _with_both_numbers(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer", "number"} if not types.isdisjoint(("integer", "number")) else types


def _may_be_another_value(use: Use, old: Standing, new: Standing) -> bool:
    if not use.limits_values or old.values is None or not new.is_declared:
        return False
    if new.values is None:
        return True
    known = {dump_compact(value) for value in (*old.values, *use.members)}
    added = [value for value in new.values if dump_compact(value) not in known]
    return any(use.pattern is None or not matches(use.pattern, value) for value in added)


def _may_be_another_format(use: Use, old: Standing, new: Standing) -> bool:
    """Say whether no text that could come still can: the formats have none in common."""
    is_disjoint = {old.text_format, new.text_format} <= _UNLIKE_FORMATS and old.text_format != new.text_format
    return is_disjoint and old.is_declared and new.is_declared


def _comes_otherwise(use: Use, old: Standing, new: Standing) -> bool:
    is_null = "null" in new.types - old.types and new.types != ALL_TYPES and new.is_declared
    return is_null or _may_be_another_type(use, old, new) or _may_be_another_format(use, old, new)


def _seen_value_is_gone(use: Use, old: Standing, new: Standing) -> bool:
    return old.values is not None and bool(_excluded(use.seen, new)) and not _excluded(use.seen, old)


def _excluded(values: tuple[Json, ...], standing: Standing) -> list[Json]:
    if standing.values is None:
        return []
    allowed = {dump_compact(value) for value in standing.values}
    return [value for value in values if value is not None and dump_compact(value) not in allowed]


_UNLIKE_FORMATS = frozenset({"date", "date-time", "duration", "email", "ipv4", "ipv6", "time", "uri", "uuid"})
"""Formats (JSON Schema Validation 2020-12 §7.3) of which no text is of two."""

_REMOVED = ("response.member.removed", "response.optional-member.removed", "response.member.became-write-only")
_ADDED = ("response.member.added",)  # to an alternative that did not have it
_RETYPED = (
    "response.type.changed", "response.type.widened", "response.type.narrowed", "response.alternative.removed",
    "response.heir.removed",
)  # fmt: skip

ANSWER_RULES = (
    AnswerRule("response.undeclared", Verdict.BROKEN, _is_undeclared,
               "the consumer needs it, and it is not declared any more", (*_REMOVED, *_RETYPED)),
    AnswerRule("response.value-gone", Verdict.BROKEN, _has_no_value,
               "the consumer expects {expected}, and of the values that are listed all are excluded now",
               ("response.values.limited", "response.values.removed", "response.bound.tightened",
                "response.alternative.removed")),
    AnswerRule("response.disjoint", Verdict.BROKEN, _is_disjoint,
               "the consumer expects {expected}", (*_RETYPED, *_REMOVED)),
    AnswerRule("response.value-gone", Verdict.BROKEN, _is_gone,
               "the consumer expects {expected}, which cannot come any more",
               ("response.values.removed", "response.values.limited")),
    AnswerRule("response.value-gone", Verdict.BROKEN, _none_is_left,
               "the consumer expects {expected}, which cannot come any more",
               ("response.values.removed", "response.values.limited")),
    AnswerRule("response.excluded", Verdict.BROKEN, _is_refused,
               "the consumer needs it, and nothing can come there any more",
               ("response.bound.tightened", *_RETYPED)),
    AnswerRule("response.length-gone", Verdict.BROKEN, _has_no_such_length,
               "the consumer expects a list of a length that cannot come any more", ("response.bound.tightened",)),
    AnswerRule("response.unsettled", Verdict.AT_RISK, _is_unsettled,
               "the consumer needs it, and the new definition does not describe it",
               (*_RETYPED, *_REMOVED, "response.schema.removed", "response.discriminator.set")),
    AnswerRule("response.unsettled", Verdict.AT_RISK, _was_unsettled,
               "the consumer needs it; it was not described before and is now left out of what is", _RETYPED),
    AnswerRule("response.excluded", Verdict.AT_RISK, _is_refused_anew,
               "the consumer needs it; it was not declared before and cannot come any more",
               ("response.members.closed", "response.bound.tightened", *_RETYPED)),
    AnswerRule("response.may-be-absent", Verdict.AT_RISK, _may_be_absent,
               "the consumer needs it, and it may be absent now",
               ("response.member.became-optional", "response.header.became-optional", "response.null.allowed",
                "response.alternative.added", "response.type.widened", "response.type.changed", *_REMOVED)),
    AnswerRule("response.may-be-absent", Verdict.AT_RISK, _may_be_absent_anew,
               "the consumer needs it, and what was sure on the way to it may be null, absent or something else now",
               ("response.member.became-optional", "response.null.allowed", "response.alternative.added",
                "response.type.widened", "response.type.changed", *_REMOVED)),
    AnswerRule("response.may-be-null", Verdict.AT_RISK, _may_be_null,
               "the consumer needs a value, and it may be null now", ("response.null.allowed", *_RETYPED, *_ADDED)),
    AnswerRule("response.may-be-another-value", Verdict.AT_RISK, _null_is_unsure,
               "the consumer expects null, which only a `nullable` allows now that this version of OpenAPI passes over",
               ("response.type.narrowed",)),
    AnswerRule("response.may-be-another-type", Verdict.AT_RISK, _may_be_another_type,
               "the consumer expects {expected}, and another type may come now",
               ("response.type.widened", "response.alternative.added", *_ADDED)),
    AnswerRule("response.may-be-another-type", Verdict.AT_RISK, _one_type_is_gone,
               "the consumer expects {expected}, each at its own place, and one of them cannot come any more",
               ("response.type.changed", "response.type.narrowed", "response.alternative.removed")),
    AnswerRule("response.may-be-another-type", Verdict.AT_RISK, _is_another_at_some_place,
               "the consumer expects {expected} of every element, and one that is described by its number is something "
               "else now",
               ("response.type.changed", "response.type.narrowed", "response.alternative.removed")),
    AnswerRule("response.may-be-another-type", Verdict.AT_RISK, _is_free_beyond,
               "the consumer expects {expected} of every element, and nothing is said of all but the first ones now",
               ("response.keyword.changed", "response.bound.loosened", *_RETYPED)),
    AnswerRule("response.may-be-another-value", Verdict.AT_RISK, _may_be_another_value,
               "the consumer copes with {expected}, and another value may come now",
               ("response.values.added", "response.values.opened", *_ADDED)),
    AnswerRule("response.may-be-another-format", Verdict.AT_RISK, _may_be_another_format,
               "the consumer was only served the old format, of which no text may come now",
               ("response.format.changed",)),
    AnswerRule("response.may-be-empty", Verdict.AT_RISK, _may_be_empty,
               "the consumer needs an element, and the list may be empty now", ("response.bound.loosened",)),
    AnswerRule("response.may-be-empty", Verdict.AT_RISK, _may_be_blank,
               "the consumer expects a value that is not empty, and an empty text may come now",
               ("response.bound.loosened", "response.values.added", "response.values.opened",
                "response.pattern.changed", "response.format.changed", *_RETYPED)),
    AnswerRule("response.may-be-shorter", Verdict.AT_RISK, _may_be_shorter,
               "the consumer needs more elements than may come now", ("response.bound.loosened",)),
    AnswerRule("response.may-be-longer", Verdict.AT_RISK, _may_be_longer,
               "the consumer copes with no more elements than came, and more may come now",
               ("response.bound.loosened",)),
    AnswerRule("response.seen-value-gone", Verdict.AT_RISK, _seen_value_is_gone,
               "the tests saw {seen}, which cannot come any more", ("response.values.removed",)),
)  # fmt: skip
"""Rules by place, worst first; the first that applies speaks."""

SERVED_RULES = (
    AnswerRule("response.served-gone", Verdict.AT_RISK, _is_undeclared,
               "the tests were served it, and it is not known whether the consumer reads it", (*_REMOVED, *_RETYPED)),
    AnswerRule("response.served-disjoint", Verdict.AT_RISK, _is_disjoint,
               "the tests were served {expected}, and it is not known whether the consumer reads it",
               (*_RETYPED, *_REMOVED)),
    AnswerRule("response.served-otherwise", Verdict.AT_RISK, _comes_otherwise,
               "the tests were served {expected}, another kind or null may come now, and it is not known whether the "
               "consumer reads it",
               ("response.type.widened", "response.null.allowed", "response.alternative.added",
                "response.format.changed", *_ADDED)),
)  # fmt: skip
"""Rules for what was only served, where needs are unknown: loss is a risk, never proof of a break."""


def rules_for(use: Use, old: Standing, new: Standing) -> Iterator[AnswerRule]:
    """Give what happened to a place, the worst first."""
    rules = SERVED_RULES if use.is_only_served else ANSWER_RULES
    return (rule for rule in rules if rule.applies(use, old, new))


def expectation(use: Use) -> str:
    """Give what the consumer expects at a place, in words."""
    values = use.members or use.exact
    if values:
        return values_in_words(values)
    if use.pattern is not None:
        return f"what matches {use.pattern}"
    return f"{type_names(use.types)}" if use.types else "a value"


def values_in_words(values: Sequence[Json]) -> str:
    """Give some values as JSON, at most four of them."""
    return " or ".join(show_json(value, limit=60) for value in values[:4])


def standing_in_words(standing: Standing) -> str:
    """Give what a definition says of a place: `promised, string`."""
    if standing.grade in (Grade.UNDECLARED, Grade.UNSETTLED):
        return str(standing.grade.value)
    values = (
        f", one of {', '.join(show_json(value, limit=40) for value in standing.values[:6])}" if standing.values else ""
    )
    written = f", format {show_json(standing.text_format, limit=40)}" if standing.text_format else ""
    unsure = " by an unknown `nullable`" if standing.is_null_unsure else ""
    return f"{standing.grade.value}, {type_names(standing.types)}{unsure}{written}{values}"
