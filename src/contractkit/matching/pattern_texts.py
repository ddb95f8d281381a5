"""Texts for patterns: one that matches, for the generator `Regex`, and what a group caught, for `MockServerURL`."""

import math
import re
from random import Random

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.patterns import BACKTRACKING_SECONDS, compile_pattern

_TRIES = 20
_REPEAT = re.compile(r"(\d{1,9})\}")
_MOST_REPEATS = 100_000  # characters that repetitions in repetitions may make of one
_MOST_DRAWS = 5_000
"""Random decisions that one text may take: a pattern of nested repetitions would otherwise make an endless one."""


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
        made = (texts.xeger(pattern) for _ in range(_TRIES))
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
