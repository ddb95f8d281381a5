"""Shapes: whether a value fits an example where one word holds for the whole of it, said without compiling anything.

Most recorded bodies stand under a single `type` rule or under none. A verifier compares each of them once and most of
them fit, so their checks are compiled only for a value that does not, to say where and why.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from contractkit.exact_json import Json
from contractkit.matching.rules import RULES, kind_of
from contractkit.matching.weighting import Scope

Fits: TypeAlias = Callable[[Json, Any, bool, int], bool]
"""Takes the example, the value, whether objects may carry more, and how many levels may still follow."""

_NUMBERS = (int, float)


def fits_under(scope: Scope) -> Fits | None:
    """Give the test that decides for a container and everything in it, or None where the rules differ by place."""
    rules = scope.chosen.rules
    if not scope.is_even or scope.step("").chosen.rules != rules:
        return None
    if not rules:
        return values_fit
    return kinds_fit if len(rules) == 1 and kind_of(rules[0]) is RULES["type"] else None


def kinds_fit(expected: Json, actual: Json, is_open: bool, levels: int) -> bool:
    """Say whether a value is of its example's kind all the way down, as a cascading `type` demands."""
    kind = type(expected)
    if type(actual) is not kind:
        return kind in _NUMBERS and type(actual) in _NUMBERS
    if kind is not dict and kind is not list:
        return True
    if levels == 0:
        return False
    if kind is dict:
        return _members_fit(kinds_fit, expected, actual, is_open, levels - 1)
    return _elements_fit(expected, actual, is_open, levels - 1)


def _elements_fit(expected: list[Json], actual: list[Json], is_open: bool, levels: int) -> bool:
    """Say whether elements are of their examples' kinds; the first example stands for those that have none."""
    if not expected:
        return True
    missing = len(actual) - len(expected)
    for example, item in zip([*expected, *[expected[0]] * missing], actual, strict=False):
        if type(example) is dict and type(item) is dict and levels:  # one call less for the most frequent elements
            if not _members_fit(kinds_fit, example, item, is_open, levels - 1):
                return False
        elif not kinds_fit(example, item, is_open, levels):
            return False
    return True


def values_fit(expected: Json, actual: Json, is_open: bool, levels: int) -> bool:
    """Say whether a value equals its example, apart from what open objects carry beside it."""
    kind = type(expected)
    if type(actual) is not kind:
        return False
    if kind is not dict and kind is not list:
        return bool(actual == expected)
    if levels == 0:
        return False
    if kind is dict:
        return _members_fit(values_fit, expected, actual, is_open, levels - 1)
    if len(actual) != len(expected):
        return False
    return all(values_fit(example, item, is_open, levels - 1) for example, item in zip(expected, actual, strict=True))


def _members_fit(fits: Fits, expected: dict[str, Json], actual: dict[str, Json], is_open: bool, levels: int) -> bool:
    if not is_open and len(actual) != len(expected):
        return False
    only_kinds = fits is kinds_fit
    for key, example in expected.items():
        try:
            item = actual[key]
        except KeyError:
            return False
        kind = type(example)
        if only_kinds and type(item) is kind and kind is not dict and kind is not list:
            continue
        if not fits(example, item, is_open, levels):
            return False
    return True
