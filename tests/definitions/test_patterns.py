import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractkit.definitions.draws import Draw
from contractkit.definitions.patterns import text_matching


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(a|bc)+x?$",
        r"^\w+@\w+\.com$",
        r"^[^abc]{4}$",
        r"^.{3,5}$",
        r"^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$",
        r"^[\s\S]*$",
        r"^AC[0-9a-fA-F]{32}$",
        r"^\/v[0-9]+\/x$",
        "abc",
    ],
)
@given(seed=st.text(max_size=5))
def test_what_is_made_matches(pattern: str, seed: str) -> None:
    text = text_matching(pattern, Draw(seed, "place"))
    assert text is not None and re.search(pattern, text)


def test_the_text_is_as_long_as_asked() -> None:
    text = text_matching("^[a-z]+$", Draw("a", "b"), least=30)
    assert text is not None and len(text) >= 30


@pytest.mark.parametrize("pattern", [r"^(?=x)y$", r"(a)\1", "[", r"^a{99999}$"])
def test_what_is_not_understood_gives_nothing(pattern: str) -> None:
    assert text_matching(pattern, Draw("a", "b")) is None
