"""Patterns: regular expressions from contract files, which are untrusted, matched in full and in bounded time.

Files are written in the dialect of Java (and of Oniguruma, near enough). A pattern is translated and given to a
linear-time engine. What such an engine cannot do (look-around, back-references, atomic and possessive groups), and what
ours does not (classes in classes, blocks of Unicode), goes to a backtracking engine that is bounded in the length of
the text and in time; past the bounds the value is not accepted, and the reason is said. Linear is linear in the text
alone: a pattern of thousands of states takes thousands of times as long, so a large one is bounded too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema_rs

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.effort import timed

LONGEST_PATTERN = 5_000
"""Characters of a pattern, beyond which it is refused."""

LONGEST_BACKTRACKED_TEXT = 10_000
"""Characters of a text that the backtracking engine is given at most."""

BACKTRACKING_SECONDS = 0.25
"""Seconds that the backtracking engine may take for one text."""

LONGEST_TEXT = 1_000_000
"""Characters of a text that a pattern is tried on at most."""

LONGEST_TEXT_OF_LARGE = 10_000
"""The same for a pattern that repeats so much that its program is large."""

_SMALL, _LARGE = 10_000, 2_000_000  # bytes of a pattern's program: cheap by any text, and the most there may be
_SHORT_TEXT = 100

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
    r"|\\(?P<sign>[pP])\{(?P<property>\^?[A-Za-z0-9_=]+)\}"
    r"|\\k(?:<(?P<angled>\w+)>|'(?P<quoted>\w+)'|\{(?P<braced>\w+)\})"
    r"|\\(?P<escape>.)"
    r"|(?P<backtracking>\(\?(?:[=!>]|<[=!])|[*+?}]\+)"
    r"|(?P<plain>.)",
    re.DOTALL,
)
_BLANK = _ASCII_CLASSES["space"]
_ESCAPED_CLASS = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_CLASSES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": f"[{_ASCII_CLASSES['word']}]",
    "W": f"[^{_ASCII_CLASSES['word']}]",
    "S": f"[^{_BLANK}]",
    "z": r"\Z",
}
"""What Java means, as the backtracking engine has it: classes are of ASCII, in a class as well."""

_JAVA_PROPERTIES = {
    "javaLowerCase": "Lowercase",
    "javaUpperCase": "Uppercase",
    "javaWhitespace": "White_Space",
    "javaLetter": "L",
    "javaDigit": "Nd",
}
_BLOCK = re.compile(r"In[A-Z]|(?:blk|block)=")
_COMMENTED = re.compile(r"\(\?[a-z]*x")  # blanks and comments in a pattern do not count


@dataclass(frozen=True, slots=True)
class TranslatedPattern:
    """A pattern in the dialect of our engines.

    `needs_backtracking` says that no linear engine can run it, `needs_sets` that ours cannot.
    """

    text: str
    needs_backtracking: bool
    needs_sets: bool = False


@dataclass(frozen=True, slots=True)
class PatternTest:
    """The test whether a whole text matches. `quick` accepts short texts only, raises nothing, and may be lacking."""

    test: Callable[[str], bool]
    quick: Callable[[Any], bool] | None = None

    def __call__(self, text: str | None) -> bool:
        """Say whether a text matches; what has no text does not."""
        if text is None:
            return False
        if self.quick is None or len(text) > _SHORT_TEXT:
            return self.test(text)
        try:
            return self.quick(text)
        except UnicodeEncodeError:  # half a surrogate pair, which no pattern can mean
            return False


@lru_cache(maxsize=2048)
def compile_pattern(pattern: str) -> PatternTest:
    """Give the test whether a whole text matches a pattern; what has no text matches none.

    Raises:
        UnusableRuleError: The pattern is no regular expression, or too large.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise UnusableRuleError(f"its pattern is longer than {LONGEST_PATTERN:,} characters")
    translated = translate_pattern(pattern)
    if translated.needs_backtracking:
        return _backtracking_test(pattern, translated.text)
    if translated.needs_sets:
        try:
            return _backtracking_test(pattern, translated.text)
        except UnusableRuleError:  # a bracket in a class may be meant as a member, as JavaScript has it
            return _linear_test(pattern, translated.text)
    return _linear_test(pattern, translated.text)


def translate_pattern(pattern: str) -> TranslatedPattern:
    """Give a Java pattern in the dialect of our engines."""
    pieces: list[str] = []
    needs_backtracking = needs_sets = False
    class_depth = 0
    after_class = False
    for token in _TOKEN.finditer(pattern):
        is_dash = class_depth > 0 and after_class and token["plain"] == "-"  # `[\w-.]` is no range but three members
        pieces.append(r"\-" if is_dash else _translated(token, in_class=class_depth > 0))
        after_class = (token["escape"] or " ") in "dDsSwW" or token["property"] is not None
        needs_backtracking |= class_depth == 0 and _needs_backtracking(token)
        needs_sets |= _needs_sets(token, in_class=class_depth > 0)
        class_depth = max(0, class_depth + {"[": 1, "]": -1}.get(token["plain"] or "", 0))
    return TranslatedPattern("".join(pieces), needs_backtracking, needs_sets)


def _needs_backtracking(token: re.Match[str]) -> bool:
    return token["backtracking"] is not None or bool(_named(token)) or (token["escape"] or " ") in "123456789"


def _needs_sets(token: re.Match[str], *, in_class: bool) -> bool:
    """Say whether a token is a class in a class, an intersection of classes, or a block of Unicode."""
    if token["property"] is not None:
        return _BLOCK.match(token["property"]) is not None or (in_class and token["sign"] == "P")
    is_intersection = token["plain"] == "&" and token.string.startswith("&", token.end())
    return in_class and (is_intersection or token["plain"] == "[" or bool(token["negated"]))


def _named(token: re.Match[str]) -> str | None:
    """Give the group that a back-reference names."""
    return token["angled"] or token["quoted"] or token["braced"]


def _translated(token: re.Match[str], *, in_class: bool) -> str:
    if token["literal"] is not None:
        return re.escape(token["literal"])
    if token["posix"] is not None:
        return _ascii_class(token["posix"], token[0], in_class=in_class, negated=bool(token["negated"]))
    if token["property"] is not None:
        return _property(token, in_class=in_class)
    if _named(token):
        return f"\\g<{_named(token)}>"
    if in_class and token["plain"] in ("|", "~"):  # doubled, one of our engines takes them for operators
        return f"\\{token[0]}"
    match token["escape"]:
        case "s":
            return _BLANK if in_class else f"[{_BLANK}]"
        case "S" if not in_class:
            return f"[^{_BLANK}]"
        case "R" if not in_class:
            return r"(?:\r\n|[\n\x0B\f\r\x85\u2028\u2029])"
        case "Z":
            return r"\z"
        case "e":
            return r"\x1B"
        case "<" | ">" as sign:  # in Java a plain sign, in our engine the edge of a word
            return sign
    return token[0]


def _property(token: re.Match[str], *, in_class: bool) -> str:
    name = token["property"].removeprefix("^")
    negated = (token["sign"] == "P") is not token["property"].startswith("^")
    if name.lower() in _ASCII_CLASSES and len(name) > 2:
        return _ascii_class(name.lower(), token[0], in_class=in_class, negated=negated)
    return f"\\{'P' if negated else 'p'}{{{_JAVA_PROPERTIES.get(name, name.removeprefix('Is'))}}}"


def _ascii_class(name: str, written: str, *, in_class: bool, negated: bool) -> str:
    if name not in _ASCII_CLASSES:
        return written
    if negated:
        return f"[^{_ASCII_CLASSES[name]}]"
    return _ASCII_CLASSES[name] if in_class else f"[{_ASCII_CLASSES[name]}]"


def _linear_test(written: str, pattern: str) -> PatternTest:
    end = "\n" if _COMMENTED.search(pattern) else ""  # of a comment
    whole = f"^(?:{pattern}{end})$"
    try:
        _validator(pattern, _LARGE)  # alone first, so that no stray parenthesis can leave the group around it
        test = _validator(whole, _LARGE).is_valid
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise UnusableRuleError(f"its pattern {written} is not a regular expression, or too large") from error
    try:
        quick = _validator(whole, _SMALL, maxLength=_SHORT_TEXT).is_valid  # the length is looked at first
    except (jsonschema_rs.ValidationError, ValueError):
        return PatternTest(_bounded(test, "so large a pattern", LONGEST_TEXT_OF_LARGE))
    return PatternTest(_bounded(test, "a pattern", LONGEST_TEXT), quick)


def _bounded(is_match: Callable[[str], bool], what: str, longest: int) -> Callable[[str], bool]:
    """Give a test that counts its time, and does not try texts that are too long."""

    def is_bounded_match(text: str) -> bool:
        if len(text) > longest:
            raise UnusableRuleError(f"{what} is tried on at most {longest:,} characters")
        try:
            return timed(is_match, text)
        except UnicodeEncodeError:  # half a surrogate pair, which no pattern can mean
            return False

    return is_bounded_match


def _validator(pattern: str, size: int, **bounds: int) -> jsonschema_rs.Validator:
    options = jsonschema_rs.RegexOptions(size_limit=size)
    return jsonschema_rs.validator_for({"type": "string", **bounds, "pattern": pattern}, pattern_options=options)


def _for_backtracking(pattern: str) -> str:
    return _ESCAPED_CLASS.sub(lambda found: _ESCAPED_CLASSES.get(found[1], found[0]), pattern)


def _backtracking_test(written: str, pattern: str) -> PatternTest:
    import regex  # only the rare pattern that looks around pays for it

    try:
        compiled = regex.compile(_for_backtracking(pattern), regex.V1)
    except (regex.error, OverflowError, RecursionError) as error:
        raise UnusableRuleError(f"its pattern {written} is not a regular expression: {error}") from error

    def is_match(text: str) -> bool:
        try:
            return compiled.fullmatch(text, timeout=BACKTRACKING_SECONDS) is not None
        except TimeoutError:
            raise UnusableRuleError(f"its pattern took longer than {BACKTRACKING_SECONDS} s on this value") from None

    return PatternTest(_bounded(is_match, "such a pattern", LONGEST_BACKTRACKED_TEXT))
