"""Patterns are read as Java and Oniguruma mean them, also where our engine would read them otherwise."""

import pytest

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        (r"\<a\>", "<a>", True),
        (r"[\w-.]+", "a-b.c", True),
        (r"[\p{Alpha}-_]+", "a-_", True),
        (r"[\w.-]+", "a-b", True),
        (r"\e\[0m", "\x1b[0m", True),
        (r"\d", "٣", False),
        (r"\w", "é", False),
        (r"\p{L}+", "é", True),
        (r"\p{IsAlphabetic}", "é", True),
        (r"[a-z&&[^b]]", "b", False),
        (r"\/x\-\_", "/x-_", True),
        (r"\u0041\x42", "AB", True),
        (r"^\d+$", "12", True),
        (r"\A\d+\z", "12", True),
        (r"(?i)ab", "AB", True),
        (r"(?<year>\d{4})", "2026", True),
        (r"(?:a|b)++c", "abc", True),
        (r"(\w)\1", "aa", True),
        (r"(?!b)\w+", "bc", False),
        (r"\Qa.b\E", "axb", False),
        (r"[[:alpha:]]+", "ab", True),
        ("a", "ab", False),
        (r"[a-z&&[^b]]", "c", True),
        (r"[a&&b]", "a", False),
        (r"[\w&&[^\d]]+", "ab", True),
        (r"[\w&&[^\d]]", "1", False),
        (r"[\p{L}&&[^\p{Lu}]]", "é", True),
        (r"[\p{L}&&[^\p{Lu}]]", "É", False),
        (r"[a-d[m-p]]", "n", True),
        (r"[a-d[m-p]]", "f", False),
        (r"[^[\]]+", "ab", True),
        (r"[^[\]]+", "[", False),
        (r"[[:^alpha:]]", "1", True),
        (r"[\P{Alpha}x]", "a", False),
        (r"[!#$%&'*+/=?^_`{|}~-]+", "|~-", True),
        (r"[a||b~~]+", "|~", True),
        (r"(?<n>a+)-\k<n>", "aa-aa", True),
        (r"(?<n>a+)-\k'n'", "aa-a", False),
        (r"(?=.)\p{L}+", "é", True),
        (r"(?=.)\w", "é", False),
        (r"(?=.)[\d\s]", "٣", False),
        (r"(?=.)\\z", "\\z", True),
        (r"\p{InGreek}+", "αβ", True),
        (r"\p{blk=Greek}", "a", False),
        (r"\p{javaLowerCase}", "a", True),
        (r"\p{^L}", "1", True),
        (r"\P{^L}", "1", False),
        ("(?x) a b # c", "ab", True),
    ],
)
def test_a_pattern_means_what_java_means(pattern: str, text: str, is_match: bool) -> None:
    assert compile_pattern(pattern)(text) is is_match


@pytest.mark.parametrize("length", [1, 99, 100, 101, 5_000])
@pytest.mark.parametrize("pattern", ["x*", "(?=x)x*", "[x]{0,6000}"])
def test_a_pattern_judges_short_and_long_texts_alike(pattern: str, length: int) -> None:
    test = compile_pattern(pattern)
    assert [test("x" * length), test("x" * length + "y")] == [True, False]


def test_classes_in_classes_share_the_bounds_of_patterns_that_backtrack() -> None:
    test = compile_pattern("[a-z&&[^b]]*")
    assert test("a" * 10_000)
    with pytest.raises(UnusableRuleError, match=r"^such a pattern is tried on at most 10,000 characters$"):
        test("a" * 10_001)
