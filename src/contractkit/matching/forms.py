"""URL-encoded forms: fields by name, each with its values, compared like the parameters of a query."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from contractkit.matching.failures import Check, Failure
from contractkit.matching.fields import compile_query
from contractkit.matching.weighting import Scope
from contractkit.model import Body, TextBody
from contractkit.results import ABSENT

MOST_FIELDS = 100_000
"""Fields of a form; one of more is not taken apart."""


def compile_form(expected: str, scope: Scope) -> Check:
    """Give the check of a URL-encoded form."""
    compare = compile_query(read_fields(expected), scope)

    def check(actual: Body) -> list[Failure] | None:
        if not isinstance(actual, TextBody):
            return [Failure(expected, ABSENT, "equality", "a URL-encoded form")]
        if actual.text.count("&") >= MOST_FIELDS:
            return [Failure(expected, ABSENT, "equality", f"a URL-encoded form of at most {MOST_FIELDS:,} fields")]
        return compare(read_fields(actual.text))

    return check


def read_fields(text: str) -> Mapping[str, Sequence[str | None]]:
    """Give the fields of a URL-encoded form: each name with its values in order; None is a field without `=`."""
    found: dict[str, list[str | None]] = {}
    for field in text.split("&"):
        name, equals, value = field.partition("=")
        if field:
            found.setdefault(unquote_plus(name), []).append(unquote_plus(value) if equals else None)
    return found
