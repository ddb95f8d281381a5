"""Draws: the same numbers for the same seed and place, however many are made at once."""

from contractkit.definitions.draws import Draw, origin_of


def test_hexadecimal_digits_are_those_of_single_draws() -> None:
    for digits in range(50):
        at_once, singly = Draw("seed", str(digits)), Draw("seed", str(digits))
        made = at_once.hexadecimal(digits)
        assert made == "".join("0123456789abcdef"[singly.below(16)] for _ in range(digits))
        assert at_once.below(2**64) == singly.below(2**64)


def test_a_draw_that_is_started_again_is_the_one_of_that_seed_and_place() -> None:
    draw, origin = Draw.of(7), origin_of("seed")
    draw.start(origin, b"lines/1")
    draw.start(origin, b"lines/0")
    assert [draw.below(1000) for _ in range(3)] == [Draw("seed", "lines/0").below(1000), *_second_and_third()]


def test_picks_and_numbers_between_two_are_those_below_a_limit() -> None:
    made, singly = Draw("seed", "lines"), Draw("seed", "lines")
    for limit in (1, 2, 7, 2**40, 2**64 - 1):
        assert made.between(-3, limit - 4) == singly.below(limit) - 3
        assert made.pick("abcdefg") == "abcdefg"[singly.below(7)]
    assert made.between(0, 2**70) == singly.below(2**64 - 1)


def _second_and_third() -> list[int]:
    draw = Draw("seed", "lines/0")
    return [draw.below(1000) for _ in range(3)][1:]
