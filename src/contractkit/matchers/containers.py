"""Matchers of lists and objects: elements alike, some elements, every name, every value."""

# ruff: noqa: A002  (arguments have the names that the Pact specification gives attributes)

from collections.abc import Mapping
from typing import Any, TypeVar, overload

from contractkit.exact_json import Json
from contractkit.matchers.kinds import MOST_ADDED
from contractkit.matchers.records import Matcher, inner_rule, matcher_of, refused
from contractkit.matchers.scalars import like

T = TypeVar("T")


@overload
def each_like(example: Matcher[T], *, min: int | None = None, max: int | None = None) -> Matcher[list[T]]: ...
@overload
def each_like(example: T, *, min: int | None = None, max: int | None = None) -> Matcher[list[T]]: ...
def each_like(example: Any, *, min: int | None = None, max: int | None = None) -> Matcher[Any]:
    """Match lists whose elements are all like the example.

    Args:
        example: One element; matchers may stand in it. The stub answers with `min` of them, or one.
        min: The fewest elements; also none where it is not written.
        max: The most elements.
    """
    for name, count in (("min", min), ("max", max)):
        if count is not None and (type(count) is not int or count < 0):
            raise refused("each_like", "a count, 0 or more", count, at=name)
    if min is not None and min > MOST_ADDED:
        raise refused("each_like", f"a count, at most {MOST_ADDED:,}, since so many examples are made", min, at="min")
    count = 1 if min is None or min < 1 else min
    if max is not None and max < count:
        raise refused("each_like", f"a count of at least {count}, the number of its examples", max, at="max")
    return matcher_of("type", [example], min=min, max=max)


def array_containing(*variants: Any) -> Matcher[list[Any]]:
    """Match lists that have, in any order and among others, an element for each variant; without a matcher, equal."""
    if not variants:
        raise refused("array_containing", "one variant or more", variants, at="variants")
    return matcher_of("arrayContains", list(variants))


def each_key(example: Mapping[str, T], *names: Matcher[str]) -> Matcher[dict[str, T]]:
    """Match objects whose member names all fit; which members there are does not matter.

    Args:
        example: An object with one member or more.
        names: What every name must be.
    """
    shown = _object("each_key", example)
    return matcher_of("eachKey", shown, rules=_inner_rules("each_key", names))


@overload
def each_value(example: Mapping[str, Matcher[T]], *values: Matcher[Any]) -> Matcher[dict[str, T]]: ...
@overload
def each_value(example: Mapping[str, T], *values: Matcher[Any]) -> Matcher[dict[str, T]]: ...
def each_value(example: Mapping[str, Any], *values: Matcher[Any]) -> Matcher[Any]:
    """Match objects whose values all fit; which members there are does not matter.

    Args:
        example: An object with one member or more.
        values: What every value must be; what the example's first value says where none is written.
    """
    shown = _object("each_value", example)
    first = next(iter(shown.values()))
    rules = _inner_rules("each_value", values or (first if isinstance(first, Matcher) else like(first),))
    return matcher_of("eachValue", shown, rules=rules)


def not_empty(example: T) -> Matcher[T]:
    """Match what is neither null, nor an empty text, list or object."""
    return matcher_of("notEmpty", example)


def _object(what: str, example: object) -> dict[str, Any]:
    if isinstance(example, Mapping) and example:
        return dict(example)
    raise refused(what, "an object with one member or more", example)


def _inner_rules(what: str, matchers: tuple[object, ...]) -> list[Json]:
    for each in matchers:
        if not isinstance(each, Matcher):
            raise refused(what, "matchers, such as like(1)", each, at="rules")
    if not matchers:
        raise refused(what, "one matcher or more", matchers, at="rules")
    return [inner_rule(rule) for each in matchers if isinstance(each, Matcher) for rule in each.rules]
