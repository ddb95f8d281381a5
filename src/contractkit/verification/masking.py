"""Masking: what was sent to be let in is taken out of what is reported, wherever a provider repeats it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import quote

from contractkit.results import InteractionResult

MASK = "(hidden)"

_SHORTEST = 6
"""Shorter values are not looked for: they stand by chance in what hides nothing."""


def masked(result: InteractionResult, secrets: Iterable[str]) -> InteractionResult:
    """Give a result in which no secret stands: not in mismatches, errors, answers, or what was raised."""
    pattern = _pattern(secrets)
    if pattern is None:
        return result
    return replace(
        result,
        mismatches=_masked(result.mismatches, pattern),
        error=_masked(result.error, pattern),
        answer=_masked(result.answer, pattern),
        raised=_masked(result.raised, pattern),
        drift=_masked(result.drift, pattern),
    )


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Give what finds secrets: whole values, the words of them (a token behind `Bearer`), and both percent-encoded."""
    words = {part for each in secrets for part in (each, *each.split()) if len(part) >= _SHORTEST}
    found = sorted({form for word in words for form in (word, quote(word, safe=""))}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found))) if found else None


def _masked(value: Any, pattern: re.Pattern[str]) -> Any:
    match value:
        case str():
            return pattern.sub(MASK, value)
        case bytes():
            found = pattern.sub(MASK, value.decode("utf-8", "surrogateescape"))
            return found.encode("utf-8", "surrogateescape")
        case Mapping():
            return {_masked(name, pattern): _masked(each, pattern) for name, each in value.items()}
        case list():
            return [_masked(each, pattern) for each in value]
        case tuple():
            return tuple(_masked(each, pattern) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {each.name: _masked(getattr(value, each.name), pattern) for each in fields(value) if each.init}
            return replace(value, **changed)
    return value
