"""Unchecked: lists and streams of which a passing answer left every element unlooked at, since it had none."""

from collections.abc import Iterator, Sequence

from contractkit.exact_json import Json
from contractkit.model import Body, JsonBody, Location, Wildcard

_CONTAINERS = (dict, list)  # written out once: a union of types is made anew wherever it is asked for


def unchecked_lists(expected: Body, actual: Sequence[Body], at: Location) -> tuple[Location, ...]:
    """Give the lists of an expected body that have elements, while those of the actual ones have none at all.

    A rule such as `type` is content with that. A list that the answer leaves out is none: that is a mismatch.

    Args:
        expected: The example.
        actual: What came: a response's body, or each message of a stream.
        at: The place of the example.
    """
    values = [each.value for each in actual if isinstance(each, JsonBody)]
    if not isinstance(expected, JsonBody) or not values:
        return ()
    return tuple(_unchecked(expected.value, values, at))


def _unchecked(expected: Json, actual: Sequence[Json], at: Location) -> Iterator[Location]:
    if isinstance(expected, dict):
        for name, member in expected.items():
            if isinstance(member, _CONTAINERS):
                found = [each[name] for each in actual if isinstance(each, dict) and name in each]
                yield from _unchecked(member, found, at / name)
    elif isinstance(expected, list) and expected:
        lists = [each for each in actual if isinstance(each, list)]
        if lists and not any(lists):
            yield at
        elif _may_hold_lists(expected[0]):
            elements = [element for each in lists for element in each]
            yield from _unchecked(expected[0], elements, at / Wildcard.INDEX)


def _may_hold_lists(element: Json) -> bool:
    """Say whether lists may be in an element; those that came need not be gone through where each member is plain."""
    if isinstance(element, dict):
        return any(isinstance(member, _CONTAINERS) for member in element.values())
    return isinstance(element, list)
