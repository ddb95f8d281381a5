"""What a file from elsewhere holds does not steer a terminal."""

from contractkit.explain.terminal import printable, readable


def test_what_steers_a_terminal_or_turns_the_direction_is_spelled_out() -> None:
    assert printable("a\x1b[2J\tb\u202ec\u2066\n") == r"a\x1b[2J" + "\t" + r"b\x202ec\x2066\x0a"


def test_marks_of_direction_are_spelled_out_or_taken_out_and_lines_stay() -> None:
    assert printable("a\u200fb\u200ec\u061cd") == r"a\x200fb\x200ec\x61cd"
    assert readable("a\u200fb\tc\nd\re\x85f\u2028g\u200dh") == "a�b\tc\nd�e�f�g\u200dh"
