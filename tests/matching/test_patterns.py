"""Patterns are read as Java and Oniguruma mean them, also where our engine would read them otherwise."""

import pytest

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
    ],
)
def test_a_pattern_means_what_java_means(pattern: str, text: str, is_match: bool) -> None:
    assert compile_pattern(pattern)(text) is is_match


@pytest.mark.parametrize("length", [1, 99, 100, 101, 5_000])
@pytest.mark.parametrize("pattern", ["x*", "(?=x)x*", "[x]{0,6000}"])
def test_a_pattern_judges_short_and_long_texts_alike(pattern: str, length: int) -> None:
    test = compile_pattern(pattern)
    assert [test("x" * length), test("x" * length + "y")] == [True, False]
