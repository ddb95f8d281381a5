"""Text for a terminal: what a file from elsewhere holds may be shown, but may not steer it."""

import re

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Give a text with its control characters spelled out, but for line ends and tabs."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
