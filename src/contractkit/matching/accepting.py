"""Accepting: the words in which rules are compiled, and the one way in which a rule can be unusable."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from contractkit.exact_json import Json

Accepts: TypeAlias = Callable[[Any], bool]
"""A compiled rule: says whether it accepts an actual value."""

Attributes: TypeAlias = Mapping[str, Json]
"""The attributes of a rule as its file wrote them."""


class Subject(NamedTuple):
    """What a rule is compiled for. `is_text` says that values come from text: a path, a header, a form, an XML text."""

    example: Json
    is_text: bool = False


class UnusableRuleError(ValueError):
    """A rule that can judge nothing, such as a broken pattern. The text completes `the rule cannot be used: …`."""


def refuse(_actual: Any) -> bool:
    """Accept nothing."""
    return False


def accept(_actual: Any) -> bool:
    """Accept everything."""
    return True
