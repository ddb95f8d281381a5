"""Containers: how rules judge an object or a list itself, before its members."""

from collections.abc import Sized

from contractkit.exact_json import Json, show_json
from contractkit.matching.accepting import Accepts, Attributes, UnusableRuleError, accept, refuse
from contractkit.matching.failures import shown_part


def accepted(_attributes: Attributes, _is_exact: bool) -> Accepts:
    """Accept the container and leave the verdict to its members."""
    return accept


def refused(_attributes: Attributes, _is_exact: bool) -> Accepts:
    """Refuse every container, also one that the rule reaches from further up."""
    return refuse


def elements_alone(_attributes: Attributes, _is_exact: bool) -> Accepts:
    """Accept a list and leave the verdict to its elements; an object is no value that such a rule can judge."""
    return _is_list


def _is_list(actual: Sized) -> bool:
    return type(actual) is list


def not_empty(_attributes: Attributes, _is_exact: bool) -> Accepts:
    """Accept a container with at least one member."""
    return bool


def within_bounds(attributes: Attributes, is_exact: bool) -> Accepts:
    """Accept a container of `min` to `max` members, both included; bounds count only where they were written."""
    low, high = (_bound(attributes.get(name)) for name in ("min", "max"))
    if not is_exact or (low is None and high is None):
        return accept

    def has_fitting_size(actual: Sized) -> bool:
        return (low is None or len(actual) >= low) and (high is None or len(actual) <= high)

    return has_fitting_size


def _bound(value: Json) -> int | None:
    if value is None:
        return None
    try:
        bound = value if type(value) is int else int(str(value))
    except ValueError:
        raise UnusableRuleError(f"its bound is not a whole number: {show_json(shown_part(value))}") from None
    if bound < 0:
        raise UnusableRuleError(f"its bound is less than 0: {show_json(shown_part(value))}")
    return bound
