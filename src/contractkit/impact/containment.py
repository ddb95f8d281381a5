"""Containment: whether all that a rule stands for, and the old definition took, is taken by the new one.

What cannot be decided is said to be so. Nothing here says that a value will come; it says that it may.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from contractkit.changes import Change
from contractkit.definitions.schema_facets import ALL_TYPES, type_of
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json, same_json, show_json
from contractkit.impact.ruled_places import RuledPlace
from contractkit.matching.checks import compile_scalar
from contractkit.matching.effort import begin_effort, end_effort
from contractkit.matching.rules import kind_of
from contractkit.matching.scalars import text_of
from contractkit.model import LocatedGenerator, Rule

_NUMBERS = frozenset(("integer", "number"))
_SCALARS = frozenset(("string", "boolean", *_NUMBERS))
_TYPES: Mapping[str, frozenset[str]] = {
    "regex": _SCALARS,  # read as text
    "include": _SCALARS,
    "number": _NUMBERS,
    "integer": frozenset(("integer",)),
    "decimal": frozenset(("number",)),
    "boolean": frozenset(("boolean",)),
    "null": frozenset(("null",)),
    "notEmpty": ALL_TYPES - {"null"},
    **dict.fromkeys(("date", "time", "datetime", "semver", "contentType"), frozenset(("string",))),
}
_OF_LISTS = ("minItems", "maxItems", "uniqueItems", "contains", "items", "prefixItems", "unevaluatedItems")
_OF_OBJECTS = (
    "dependentRequired", "dependentSchemas", "maxProperties", "minProperties", "patternProperties", "propertyNames",
    "unevaluatedProperties",
)  # fmt: skip
_KEYWORDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), frozenset(("string",))),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(_OF_LISTS, frozenset(("array",))),
    **dict.fromkeys(_OF_OBJECTS, frozenset(("object",))),
}
"""The types whose values a keyword judges; of others, all (JSON Schema 2020-12 validation, section 6)."""

_HYPHENATED = (None, "lower-case-hyphenated", "upper-case-hyphenated")
_MADE: Mapping[tuple[str, str | None], str] = {
    **{("Uuid", written): "uuid" for written in _HYPHENATED},
    **{("Date", written): "date" for written in (None, "yyyy-MM-dd")},
}
"""The JSON Schema format of what a generator makes, by its name and its own `format`."""

UNDECIDED = "the recorded value passes, but its rule stands for values that may be refused now"
"""What is said where nothing more can be."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What may be sent at a ruled place, and what both definitions say of it."""

    place: RuledPlace
    generator: LocatedGenerator | None
    old: Sequence[SchemaView]
    new: Sequence[SchemaView]

    @cached_property
    def types(self) -> frozenset[str]:
        """Give the types of what the rules stand for and the old definition took."""
        found = [_types_of(rule, self.place) for rule in self.place.rules.rules]
        by_rules = frozenset.union(*found) if self.place.rules.combine == "OR" else frozenset.intersection(*found)
        return by_rules & _types(self.old)

    def stands_for(self, value: Json) -> bool:
        """Say whether the rules accept a value."""
        is_text = self.place.is_text
        example, tried = (text_of(each) if is_text else each for each in (self.place.example, value))
        begin_effort()
        failures = compile_scalar(example, self.place.rules, is_text=is_text)(tried)
        end_effort()
        return not failures


def what_may_be_refused(change: Change, allowed: Allowed) -> str | None:
    """Say what a change refuses of that which the rules at its place stand for.

    Returns:
        A sentence; None where all of it is taken still, or the change has no part in it.
    """
    judge = _JUDGES.get(change.rule)
    return None if judge is None else judge(change, allowed)


def _of_types(_change: Change, allowed: Allowed) -> str | None:
    taken = _types(allowed.new)
    if allowed.types <= taken:
        return None
    if allowed.place.is_text and any(_spells(rule, taken) for rule in allowed.place.rules.rules):
        return None
    return UNDECIDED


def _of_values(_change: Change, allowed: Allowed) -> str | None:
    before, after = _values(allowed.old), _values(allowed.new)
    if before is None and allowed.types - {"null"} == {"boolean"}:
        before = [False, True]
    if before is None or after is None or isinstance(allowed.place.example, dict | list):
        return UNDECIDED
    if not allowed.stands_for(allowed.place.example):
        return UNDECIDED  # a rule that cannot be used says nothing of other values either
    gone = (value for value in before if not any(same_json(value, each) for each in after))
    found = next((value for value in gone if allowed.stands_for(value)), None)
    if found is None:
        return None
    return f"the recorded value passes, but its rule stands for {show_json(found, limit=60)} too, which is refused now"


def _of_keyword(change: Change, allowed: Allowed) -> str | None:
    keyword = change.new.pointer.rsplit("/", 1)[-1] if change.new is not None else ""
    judged = _KEYWORDS.get(keyword, ALL_TYPES)
    if judged == {"object"} and not allowed.place.is_open:
        return None  # its members are the recorded ones
    return UNDECIDED if allowed.types & judged else None


def _of_closed(_change: Change, allowed: Allowed) -> str | None:
    """Judge the members that are sent: another alternative, which the rule lets be picked, may not declare them all."""
    sent = allowed.place.example
    closed = [view for view in allowed.new if view.is_closed] if isinstance(sent, dict) else []
    return UNDECIDED if any(view.member(name) is None for view in closed for name in sent) else None


def _of_pattern(change: Change, allowed: Allowed) -> str | None:
    known = {_bare(rule.attributes.get("regex")) for rule in allowed.place.rules.rules}
    is_lone = len(allowed.place.rules.rules) == 1 or allowed.place.rules.combine == "AND"
    if is_lone and all(_bare(said) in known for view in allowed.new for said in view.said("pattern")):
        return None
    return _of_keyword(change, allowed)


def _of_format(change: Change, allowed: Allowed) -> str | None:
    said = {form for view in allowed.new for form in view.said("format")}
    if not said or said == {_made_format(allowed)}:
        return None
    return UNDECIDED if allowed.types & {"string", *_NUMBERS} else None


def _made_format(allowed: Allowed) -> str | None:
    """Give the format of the values that a generator makes in the place of the recorded one, or that its rule names."""
    if allowed.generator is not None:
        return _MADE.get((allowed.generator.name, _text(allowed.generator.attributes.get("format"))))
    names = {kind_of(rule).name for rule in allowed.place.rules.rules if not rule.attributes}
    return "date" if names == {"date"} else None


def _always(_change: Change, _allowed: Allowed) -> str | None:
    return UNDECIDED


_JUDGES: Mapping[str, Callable[[Change, Allowed], str | None]] = {
    "request.type.changed": _of_types,
    "request.type.narrowed": _of_types,
    "request.null.refused": _of_types,
    "request.alternative.removed": _always,
    "request.members.closed": _of_closed,
    "request.values.removed": _of_values,
    "request.values.limited": _of_values,
    "request.bound.tightened": _of_keyword,
    "request.pattern.changed": _of_pattern,
    "request.format.changed": _of_format,
    "request.keyword.added": _of_keyword,
    "request.keyword.changed": _of_keyword,
    "request.known-values.removed": _of_keyword,
    "request.discriminator.changed": _always,
    "request.alternatives.exclusive": _always,
    "request.elements.limited": _of_keyword,
}
"""By the id of the change; other changes of members are left out, since those that are sent are the recorded ones."""


def _types_of(rule: Rule, place: RuledPlace) -> frozenset[str]:
    kind = kind_of(rule).name
    if isinstance(place.example, dict | list):
        return _TYPES["null"] if kind == "null" else frozenset((type_of(place.example),))
    if place.is_text:
        return ALL_TYPES - {"null"} if kind not in _TYPES else _TYPES[kind] | {"string"}
    if kind in ("type", "equality"):
        found = type_of(place.example)
        return _NUMBERS if found in _NUMBERS and kind == "type" else frozenset((found,))
    return _TYPES.get(kind, ALL_TYPES)


def _spells(rule: Rule, taken: frozenset[str]) -> bool:
    """Say whether all that a rule stands for in a text spells a value of one of some types."""
    kind = kind_of(rule).name
    return kind in ("integer", "decimal", "number", "boolean") and _TYPES[kind] <= taken


def _types(views: Sequence[SchemaView]) -> frozenset[str]:
    found = frozenset[str]().union(*(view.types for view in views)) if views else ALL_TYPES
    return found | _NUMBERS if "number" in found else found


def _values(views: Sequence[SchemaView]) -> list[Json] | None:
    said = [view.values for view in views]
    known: list[Json] = []
    for values in said:
        if values is None:
            return None
        known.extend(values)
    return known if said else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _bare(pattern: Json) -> Json:
    return pattern.removeprefix("^").removesuffix("$") if isinstance(pattern, str) else None
