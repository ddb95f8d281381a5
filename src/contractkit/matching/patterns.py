"""Patterns: regular expressions from contract files, which are untrusted, matched in full and in bounded time.

Files are written in the dialect of Java (and of Oniguruma, near enough). A pattern is translated and given to a
linear-time engine. What such an engine cannot do (look-around, back-references, atomic and possessive groups) goes to a
backtracking engine that is bounded in the length of the text and in time; past the bounds the value is not accepted,
and the reason is said.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import jsonschema_rs

from contractkit.matching.accepting import UnusableRuleError

LONGEST_PATTERN = 5_000
"""Characters of a pattern, beyond which it is refused."""

LONGEST_BACKTRACKED_TEXT = 10_000
"""Characters of a text that the backtracking engine is given at most."""

BACKTRACKING_SECONDS = 0.25
"""Seconds that the backtracking engine may take for one text."""

_ASCII_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "ascii": r"\x00-\x7F",
    "blank": r" \t",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": r"\x21-\x7E",
    "lower": "a-z",
    "print": r"\x20-\x7E",
    "punct": r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E",
    "space": r" \t\n\x0B\f\r",
    "upper": "A-Z",
    "word": r"a-zA-Z0-9_",
    "xdigit": "0-9a-fA-F",
}
"""POSIX classes, which Java writes `\\p{Alpha}` and Oniguruma `[[:alpha:]]`; both mean ASCII."""

_TOKEN = re.compile(
    r"\\Q(?P<literal>.*?)(?:\\E|\Z)"
    r"|\[:(?P<negated>\^?)(?P<posix>[a-z]+):\]"
    r"|\\(?P<sign>[pP])\{(?P<property>[A-Za-z_=]+)\}"
    r"|\\(?P<escape>.)"
    r"|(?P<backtracking>\(\?(?:[=!>]|<[=!])|[*+?}]\+)"
    r"|(?P<plain>.)",
    re.DOTALL,
)
_BLANK = _ASCII_CLASSES["space"]


@dataclass(frozen=True, slots=True)
class TranslatedPattern:
    """A pattern in the dialect of our engines. `needs_backtracking` says that no linear engine can run it."""

    text: str
    needs_backtracking: bool


@lru_cache(maxsize=2048)
def compile_pattern(pattern: str) -> Callable[[str | None], bool]:
    """Give the test whether a whole text matches a pattern; what has no text matches none.

    Raises:
        UnusableRuleError: The pattern is no regular expression, or too large.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise UnusableRuleError(f"its pattern is longer than {LONGEST_PATTERN:,} characters")
    translated = translate_pattern(pattern)
    if translated.needs_backtracking:
        return _backtracking_test(pattern, translated.text)
    return _linear_test(pattern, translated.text)


def translate_pattern(pattern: str) -> TranslatedPattern:
    """Give a Java pattern in the dialect of our engines."""
    pieces: list[str] = []
    needs_backtracking = False
    class_depth = 0
    for token in _TOKEN.finditer(pattern):
        pieces.append(_translated(token, in_class=class_depth > 0))
        needs_backtracking |= class_depth == 0 and _needs_backtracking(token)
        class_depth = max(0, class_depth + {"[": 1, "]": -1}.get(token["plain"] or "", 0))
    return TranslatedPattern("".join(pieces), needs_backtracking)


def _needs_backtracking(token: re.Match[str]) -> bool:
    return token["backtracking"] is not None or (token["escape"] or " ") in "123456789k"


def _translated(token: re.Match[str], *, in_class: bool) -> str:
    if token["literal"] is not None:
        return re.escape(token["literal"])
    if token["posix"] is not None:
        return _ascii_class(token["posix"], token[0], in_class=in_class, negated=bool(token["negated"]))
    if token["property"] is not None:
        return _property(token, in_class=in_class)
    match token["escape"]:
        case "s":
            return _BLANK if in_class else f"[{_BLANK}]"
        case "S" if not in_class:
            return f"[^{_BLANK}]"
        case "R" if not in_class:
            return r"(?:\r\n|[\n\x0B\f\r\x85\u2028\u2029])"
        case "Z":
            return r"\z"
    return token[0]


def _property(token: re.Match[str], *, in_class: bool) -> str:
    name = token["property"]
    if name.lower() in _ASCII_CLASSES and len(name) > 2:
        return _ascii_class(name.lower(), token[0], in_class=in_class, negated=token["sign"] == "P")
    return f"\\{token['sign']}{{{name.removeprefix('Is')}}}"


def _ascii_class(name: str, written: str, *, in_class: bool, negated: bool) -> str:
    if name not in _ASCII_CLASSES:
        return written
    if negated:
        return f"[^{_ASCII_CLASSES[name]}]"
    return _ASCII_CLASSES[name] if in_class else f"[{_ASCII_CLASSES[name]}]"


def _linear_test(written: str, pattern: str) -> Callable[[str | None], bool]:
    try:
        _validator(pattern)  # alone first, so that no stray parenthesis can leave the group around it
        return _validator(f"^(?:{pattern})$").is_valid
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise UnusableRuleError(f"its pattern {written} is not a regular expression, or too large") from error


def _validator(pattern: str) -> jsonschema_rs.Validator:
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.validator_for({"type": "string", "pattern": pattern}, pattern_options=options)


def _backtracking_test(written: str, pattern: str) -> Callable[[str | None], bool]:
    import regex  # only the rare pattern that looks around pays for it

    try:
        compiled = regex.compile(pattern.replace(r"\z", r"\Z"), regex.ASCII | regex.V1)
    except (regex.error, OverflowError, RecursionError) as error:
        raise UnusableRuleError(f"its pattern {written} is not a regular expression: {error}") from error

    def is_match(text: str | None) -> bool:
        if text is None:
            return False
        if len(text) > LONGEST_BACKTRACKED_TEXT:
            raise UnusableRuleError(f"a pattern that looks around is tried on {LONGEST_BACKTRACKED_TEXT:,} characters")
        try:
            return compiled.fullmatch(text, timeout=BACKTRACKING_SECONDS) is not None
        except TimeoutError:
            raise UnusableRuleError(f"its pattern took longer than {BACKTRACKING_SECONDS} s on this value") from None

    return is_match
