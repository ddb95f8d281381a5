"""Text for a terminal: what a file from elsewhere holds may be shown, but may not steer it or forge a line."""

import re
from collections.abc import Iterable

_STEERING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""Controls, ends of lines that are none of ours, and marks and turns of direction; not tabs."""

_CONTROLS = re.compile(rf"[\n{_STEERING}]")
_ALL_BUT_LINES = re.compile(rf"[{_STEERING}]")


def printable(line: str) -> str:
    """Give a line with what steers spelled out: controls, ends of lines and turns of direction, but not tabs."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", line)


def readable(text: str) -> str:
    """Give a text of several lines with `�` for each character that steers what shows it."""
    return _ALL_BUT_LINES.sub("�", text)


def one_line(text: str) -> str:
    """Give a text as one line, with `�` for each character that steers what shows it, ends of lines too.

    What begins a line may be a command to a build system that reads its log.
    """
    return _CONTROLS.sub("�", text)


def unsteered(text: str) -> str:
    """Give a text of several lines with its control characters spelled out, except for tabs and the ends of lines."""
    return "\n".join(map(printable, text.split("\n")))


def join_lines(lines: Iterable[str]) -> str:
    """Give lines as one text, each of which is a single line, whatever it holds."""
    return "\n".join(map(printable, lines))
