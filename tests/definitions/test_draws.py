"""Draws: the same numbers for the same seed and place, however many are made at once."""

from contractkit.definitions.draws import Draw


def test_hexadecimal_digits_are_those_of_single_draws() -> None:
    for digits in range(50):
        at_once, singly = Draw("seed", str(digits)), Draw("seed", str(digits))
        made = at_once.hexadecimal(digits)
        assert made == "".join("0123456789abcdef"[singly.below(16)] for _ in range(digits))
        assert at_once.below(2**64) == singly.below(2**64)


def test_a_draw_that_is_started_again_is_the_one_of_that_seed_and_place() -> None:
    draw = Draw.of(7)
    draw.start(b"seed\nlines/0")
    assert [draw.below(1000) for _ in range(3)] == [Draw("seed", "lines/0").below(1000), *_second_and_third()]


def _second_and_third() -> list[int]:
    draw = Draw("seed", "lines/0")
    return [draw.below(1000) for _ in range(3)][1:]
