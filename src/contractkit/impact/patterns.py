"""Patterns of contracts are untrusted: they run on an engine whose time is linear in the text."""

from collections.abc import Callable
from functools import lru_cache

from contractkit.exact_json import Json


def matches(pattern: str, value: Json) -> bool | None:
    """Say whether a text matches a pattern; None where the pattern is not one that the engine can run."""
    if not isinstance(value, str):
        return False
    validator = _compiled(pattern)
    return None if validator is None else validator(value)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Callable[[Json], bool] | None:
    import jsonschema_rs

    try:
        schema = {"type": "string", "pattern": pattern}
        return jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions()).is_valid
    except ValueError:
        return None
