"""Elements: the checks of a JSON list, element by element, each under the rules of its own place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from contractkit.exact_json import Json
from contractkit.matching.checks import combined, missing
from contractkit.matching.failures import MOST_MISMATCHES, Check, Failure, below, unexpected
from contractkit.matching.kept import Kept
from contractkit.matching.members import Inner, said_of_members
from contractkit.matching.rules import Members
from contractkit.matching.weighting import OTHER_INDEX, Scope, index_in


def compile_elements(expected: list[Json], scope: Scope, compile_member: Inner, wrong_kind: Check, kept: Kept) -> Check:
    """Give the check of a list and of what is in it.

    Args:
        expected: The example.
        scope: The rules at its place and below.
        compile_member: Compiles the check of an element.
        wrong_kind: Gives the failure of what is no list.
        kept: How many checks may still be kept; those of further elements are compiled each time they are asked for.
    """
    items = _kept_items(expected, scope, compile_member, kept)
    count = len(expected)

    def compile_at(index: int) -> Check:
        return compile_member(scope.step(index), expected[index])

    if not scope.chosen or Members.EQUAL in said_of_members(scope.chosen):
        return _fixed_items(expected, _every(items, compile_at, count), scope, wrong_kind)
    if not expected:
        return _uniform_items(combined((), "AND"), wrong_kind)
    named = {index for step in scope.named_steps() if (index := index_in(step)) is not None}
    special = {index: compile_member(scope.step(index), expected[0]) for index in sorted(named) if index >= count}
    if count == 1 and not special and 0 not in named:
        return _uniform_items(compile_at(0), wrong_kind)
    other = compile_member(scope.step(OTHER_INDEX), expected[0])
    known = dict(enumerate(items)) | special
    return _varied_items(known, lambda index: compile_at(index) if index < count else other, wrong_kind)


def _kept_items(expected: list[Json], scope: Scope, compile_member: Inner, kept: Kept) -> list[Check]:
    """Give the checks of the first elements, as many as may be kept."""
    items = []
    for index, item in enumerate(expected):
        if not kept.take():
            break
        items.append(compile_member(scope.step(index), item))
    return items


def _every(items: Sequence[Check], compile_at: Callable[[int], Check], count: int) -> Callable[[], Iterable[Check]]:
    """Give what walks over the checks of all elements, those that are kept first."""
    if len(items) == count:
        return lambda: items
    return lambda: chain(items, map(compile_at, range(len(items), count)))


def _fixed_items(expected: list[Json], items: Callable[[], Iterable[Check]], scope: Scope, wrong_kind: Check) -> Check:
    count = len(expected)

    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] = []
        for index, (item, value) in enumerate(zip(items(), actual, strict=False)):
            if failures := item(value):
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    return found
        if len(actual) != count:
            lacking = range(len(actual), count)[: MOST_MISMATCHES + 1]
            further = range(count, len(actual))[: MOST_MISMATCHES + 1]
            found += [each for at in lacking for each in below(at, missing(expected[at], scope.step(at).chosen))]
            found += [unexpected(at, actual[at], "no further element") for at in further]
        return found or None

    return check


def _uniform_items(item: Check, wrong_kind: Check) -> Check:
    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] | None = None
        for index, value in enumerate(actual):
            if failures := item(value):
                found = found or []
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found

    return check


def _varied_items(known: Mapping[int, Check], compile_at: Callable[[int], Check], wrong_kind: Check) -> Check:
    def check(actual: list[Json]) -> list[Failure] | None:
        if type(actual) is not list:
            return wrong_kind(actual)
        found: list[Failure] = []
        for index, value in enumerate(actual):
            if failures := (known.get(index) or compile_at(index))(value):
                found += below(index, failures)
                if len(found) > MOST_MISMATCHES:
                    break
        return found or None

    return check
