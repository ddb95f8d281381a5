"""What a file from elsewhere holds does not steer a terminal."""

from contractkit.explain.terminal import printable


def test_what_steers_a_terminal_or_turns_the_direction_is_spelled_out() -> None:
    assert printable("a\x1b[2J\tb\u202ec\u2066\n") == r"a\x1b[2J" + "\t" + r"b\x202ec\x2066\x0a"
