"""Fields and words: headers, query parameters, metadata, methods, paths and statuses."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from contractkit.exact_json import Json
from contractkit.matching.checks import compile_scalar, equality, missing
from contractkit.matching.failures import Check, Failure, below, unexpected
from contractkit.matching.json_bodies import compile_json
from contractkit.matching.media_types import same_content_type
from contractkit.matching.members import said_of_members
from contractkit.matching.rules import Members
from contractkit.matching.sentences import counted
from contractkit.matching.weighting import OTHER_INDEX, RuleList, Scope
from contractkit.results import ABSENT

CompareCount: TypeAlias = Callable[[Sequence[str | None], Sequence[str | None]], list[Failure] | None]
"""Compares values of which there are not as many as the example has."""

_SPLIT = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "access-control-request-headers",
        "allow",
        "cache-control",
        "if-match",
        "if-none-match",
        "vary",
    }
)
"""Headers whose value is a list with commas. Dates, cookies and user agents hold commas too, so no other is split."""

_MEDIA_TYPES = frozenset({"content-type", "accept"})
"""Headers in which parameters count as a set, of which the example names those needed."""

_METADATA_TYPES = frozenset({"contenttype", "content-type"})


def compile_headers(expected: Mapping[str, Sequence[str]], scope: Scope) -> Check:
    """Give the check of header fields: more may come, names know no case."""
    checks = {name.lower(): _header_check(name.lower(), values, scope) for name, values in expected.items()}
    split = {name.lower(): split_values(name, values) for name, values in expected.items()}

    def check(actual: Mapping[str, Sequence[str]]) -> list[Failure] | None:
        lowered = {name.lower(): values for name, values in actual.items()}
        found: list[Failure] = []
        for name, compare in checks.items():
            if name in lowered:
                failures = compare(split_values(name, lowered[name]))
            else:
                failures = missing(", ".join(split[name]), scope.step(name).chosen)
            found += below(name, failures or [])
        return found or None

    return check


def split_values(name: str, values: Sequence[str]) -> list[str]:
    """Give the values of a header field, trimmed; a field that is a list is split at its commas."""
    if name.lower() not in _SPLIT:
        return [value.strip() for value in values]
    return [each.strip() for value in values for each in value.split(",")]


def compile_query(expected: Mapping[str, Sequence[str | None]], scope: Scope) -> Check:
    """Give the check of query or form parameters: exactly these names, each with its values in order."""
    checks = {
        name: _values_check(list(values), scope.step(name), _text_value, _compare_count)
        for name, values in expected.items()
    }

    def check(actual: Mapping[str, Sequence[str | None]]) -> list[Failure] | None:
        found: list[Failure] = []
        for name, compare in checks.items():
            if name in actual:
                failures = compare(list(actual[name]))
            else:
                failures = missing(_one_or_all(expected[name]), scope.step(name).chosen)
            found += below(name, failures or [])
        extra = [name for name in actual if name not in checks]
        found += [unexpected(name, _one_or_all(actual[name]), "no such parameter") for name in extra]
        return found or None

    return check


def compile_query_text(expected: Mapping[str, Sequence[str | None]]) -> Check:
    """Give the check of a query as one decoded text, as the Pact specification 1 demands: the order counts."""
    wanted = _query_text(expected)

    def check(actual: Mapping[str, Sequence[str | None]]) -> list[Failure] | None:
        return equality(wanted)(_query_text(actual))

    return check


def compile_metadata(expected: Mapping[str, Json], scope: Scope, *, is_open: bool) -> Check:
    """Give the check of metadata: more may come, values are compared as JSON, content types as such."""
    checks = {name: _metadata_check(name, value, scope.step(name), is_open) for name, value in expected.items()}

    def check(actual: Mapping[str, Json]) -> list[Failure] | None:
        found: list[Failure] = []
        for name, compare in checks.items():
            failures = compare(actual[name]) if name in actual else missing(expected[name], scope.step(name).chosen)
            found += below(name, failures or [])
        return found or None

    return check


def compile_word(name: str, expected: str, scope: Scope) -> Check:
    """Give the check of a method, a path or another word; a method knows no case."""
    if name == "method" and not scope.chosen:
        compare = equality(expected.upper())
        return lambda actual: compare(str(actual).upper())
    return compile_scalar(expected, scope.chosen, is_text=True)


def compile_number(expected: int, scope: Scope) -> Check:
    """Give the check of a status."""
    return compile_scalar(expected, scope.chosen)


def _header_check(name: str, values: Sequence[str], scope: Scope) -> Check:
    compile_value = _media_type_value if name in _MEDIA_TYPES else _field_value
    compare_count = _compare_count if name == "set-cookie" else _compare_lines
    return _values_check(split_values(name, values), scope.step(name), compile_value, compare_count)


def _values_check(
    expected: Sequence[str | None],
    scope: Scope,
    compile_value: Callable[[str | None, RuleList], Check],
    compare_count: CompareCount,
) -> Check:
    """Give the check of the values of one name: as many as expected, with a rule any number but none.

    `equality` is what holds without rules, so it frees no number.
    """
    checks = [compile_value(value, scope.step(index).chosen) for index, value in enumerate(expected)]
    others = compile_value(expected[0], scope.step(OTHER_INDEX).chosen) if expected else None
    is_free = bool(scope.chosen) and Members.EQUAL not in said_of_members(scope.chosen)

    def check(actual: list[str | None]) -> list[Failure] | None:
        if others is None or (len(actual) != len(expected) and not is_free):
            return compare_count(expected, actual)
        found: list[Failure] = []
        for index, value in enumerate(actual):
            compare = checks[index] if index < len(checks) else others
            failures = compare(value) or []
            found += failures if len(actual) == 1 else below(index, failures)
        return found or None

    return check


def _compare_lines(expected: Sequence[str | None], actual: Sequence[str | None]) -> list[Failure] | None:
    """Compare a header of other lines than the example's: several lines are one with commas (RFC 9110 §5.3)."""
    wanted, found = (_without_blanks(",".join(filter(None, lines))) for lines in (expected, actual))
    return None if wanted == found else _compare_count(expected, actual)


def _compare_count(expected: Sequence[str | None], actual: Sequence[str | None]) -> list[Failure] | None:
    if len(expected) == len(actual):
        return None
    words = counted(len(expected), "value")
    return [Failure(_one_or_all(expected), _one_or_all(actual), "equality", words)]


def _field_value(example: str | None, rules: RuleList) -> Check:
    """Give the check of one value of a header; without a rule, blanks round its commas do not count."""
    if rules:
        return _text_value(example, rules)
    wanted, compare = _without_blanks(example or ""), equality(example)
    return lambda actual: None if _without_blanks(actual or "") == wanted else compare(actual)


def _without_blanks(value: str) -> list[str]:
    return [each.strip() for each in value.split(",")]


def _text_value(example: str | None, rules: RuleList) -> Check:
    return compile_scalar(example, rules, is_text=True)


def _media_type_value(example: str | None, rules: RuleList) -> Check:
    if rules:
        return _text_value(example, rules)

    def check(actual: str | None) -> list[Failure] | None:
        if same_content_type(example or "", actual or ""):
            return None
        return [Failure(example, actual, "equality", f"the content type {example}")]

    return check


def _metadata_check(name: str, value: Json, scope: Scope, is_open: bool) -> Check:
    if name.lower() in _METADATA_TYPES and isinstance(value, str) and not scope.chosen:
        compare = _media_type_value(value, scope.chosen)
        return lambda actual: compare(actual if isinstance(actual, str) else None)
    return compile_json(value, scope, is_open=is_open)


def _one_or_all(values: Sequence[str | None]) -> object:
    return values[0] if len(values) == 1 else list(values) if values else ABSENT


def _query_text(query: Mapping[str, Sequence[str | None]]) -> str:
    return "&".join(name if value is None else f"{name}={value}" for name, values in query.items() for value in values)
