"""Texts for patterns: one that matches, for the generator `Regex`, and what a group caught, for `MockServerURL`."""

import math
import re
from random import Random

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.patterns import BACKTRACKING_SECONDS, compile_pattern, translate_pattern

_TRIES = 50
_REPEAT = re.compile(r"(\d{1,9})\}")
_MOST_REPEATS = 100_000  # characters that repetitions in repetitions may make of one
_MOST_DRAWS = 5_000
"""Random decisions that one text may take: a pattern of nested repetitions would otherwise make an endless one."""

_LOOSENED: tuple[tuple[str, str], ...] = (
    (r"\(\?<(?=[A-Za-z])", "(?P<"),
    (r"\\g<(\d+)>", r"(?:\\\1)"),
    (r"\\g<(\w+)>", r"(?P=\1)"),
    (r"\\z", r"\\Z"),
    (r"\(\?>", "(?:"),
    (r"([*+?}])\+", r"\1"),
    (r"\(\?<?[=!][^()]*\)", ""),
    (r"&&\[[^\]]*\]", ""),
)
"""What is written otherwise, or left out, for a maker of texts that knows the dialect of Python alone."""

_PIECE = re.compile(r"\\p\{(?P<property>\w+)\}|\\.|\[|\]|[^\\\[\]]+", re.DOTALL)
_MEMBERS = {
    "L": "a-zA-Z",
    "Alphabetic": "a-zA-Z",
    "Latin": "a-zA-Z",
    "Lu": "A-Z",
    "Uppercase": "A-Z",
    "Ll": "a-z",
    "Lowercase": "a-z",
    "N": "0-9",
    "Nd": "0-9",
    "P": "!,.:;?",
    "Zs": " ",
    "White_Space": " ",
}
"""Some members of the properties of Unicode; a text needs no more of them."""


def text_for(pattern: str, random: Random) -> str:
    """Give a text that matches a pattern.

    Raises:
        UnusableRuleError: The pattern cannot be used, or no text could be made for it.
    """
    import rstr  # only files with this generator pay for it

    repeats = (int(each) for each in _REPEAT.findall(pattern))
    if math.prod(max(1, each) for each in repeats) > _MOST_REPEATS:
        raise UnusableRuleError("its pattern repeats without end")
    matches, texts = compile_pattern(pattern), rstr.Rstr(_FewDraws(random))
    try:
        loosened = _loosened(pattern)
        made = (texts.xeger(loosened) for _ in range(_TRIES))
        return next(text for text in made if matches(text))
    except (re.error, LookupError, StopIteration, ValueError) as error:
        raise UnusableRuleError(f"no text could be made for its pattern {pattern}") from error


def first_group(pattern: str, text: str) -> str | None:
    """Give what the first group of a pattern catches of a text that it matches; None where it does not match.

    Raises:
        UnusableRuleError: The pattern cannot be used, or takes too long.
    """
    import regex  # its time limit is what makes untrusted patterns bearable

    try:
        found = regex.fullmatch(pattern, text, timeout=BACKTRACKING_SECONDS)
    except TimeoutError:
        raise UnusableRuleError(f"its pattern took longer than {BACKTRACKING_SECONDS} s") from None
    except regex.error as error:
        raise UnusableRuleError(f"its pattern {pattern} is not a regular expression: {error}") from error
    if found is None:
        return None
    return str(found[1] or "") if found.re.groups else ""


def _loosened(pattern: str) -> str:
    """Give a pattern in Python's dialect of which texts can be made. Not all of them match: they are tried."""
    text = translate_pattern(pattern).text
    for written, instead in _LOOSENED:
        text = re.sub(written, instead, text)
    pieces: list[str] = []
    is_in_class = False
    for piece in _PIECE.finditer(text):
        members = _MEMBERS.get(piece["property"] or "")
        bracketed = members if is_in_class else f"[{members}]"
        pieces.append(piece[0] if members is None else str(bracketed))
        is_in_class = {"[": True, "]": False}.get(piece[0], is_in_class)
    return "".join(pieces)


class _FewDraws(Random):
    """A source of chance that runs dry."""

    def __init__(self, source: Random) -> None:
        super().__init__(source.getrandbits(64))
        self._left = _MOST_DRAWS

    def getrandbits(self, count: int, /) -> int:
        self._left -= 1
        if self._left < 0:
            raise UnusableRuleError("its pattern repeats without end")
        return super().getrandbits(count)
