"""Unnoted: our own answering, which is no code of the consumer's, and need not be seen by what notes that."""

import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

NOTES_CONSUMERS: Final = "__notes_consumers__"
"""The attribute, true, of a profile function that looks for the consumer's own code alone."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def unnoted(function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Call a function of ours without a profile function that looks for the consumer's code alone.

    Each of its calls would be told to that function, which costs as much as they do. Any other profiler stays.
    """
    noting = sys.getprofile()
    if noting is None or not getattr(noting, NOTES_CONSUMERS, False):
        return function(*args, **kwargs)
    sys.setprofile(None)
    try:
        return function(*args, **kwargs)
    finally:
        sys.setprofile(noting)
