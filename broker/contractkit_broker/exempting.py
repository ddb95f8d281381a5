"""Files of exemptions that clients and pages send: read as the command line reads them, within bounds."""

from typing import Final

from contractkit.errors import SettingsError
from contractkit.explain.terminal import readable
from contractkit.impact.exemptions import read_exemptions

LONGEST_FILE: Final = 200_000
"""The most bytes of a file of exemptions, which is a thousand of them."""

_LONGEST_LINE: Final = 2_000  # bytes: a key of many thousand parts takes the reader of TOML minutes
_MOST_MISTAKES: Final = 20


def checked_exemptions(data: bytes, source: str) -> str:
    """Give the text of a file of exemptions.

    Args:
        data: Its bytes.
        source: What messages call it.

    Raises:
        ValueError: It holds none, or too much, or mistakes; says which.
    """
    if len(data) > LONGEST_FILE:
        raise ValueError(f"The exemptions are longer than {LONGEST_FILE} bytes.")
    if any(len(line) > _LONGEST_LINE for line in data.split(b"\n")):
        raise ValueError(f"A line of the exemptions is longer than {_LONGEST_LINE} bytes.")
    try:
        read_exemptions(data, source=source)
    except SettingsError as error:
        raise ValueError(_in_a_line(error)) from None
    return data.decode("utf-8-sig")


def _in_a_line(error: SettingsError) -> str:
    said = [f"{label}: {value}" for label, value in error.explanation.details if label != "file"]
    left = len(said) - _MOST_MISTAKES
    more = [f"… and {left} more"] if left > 0 else []
    return readable(f"{error.explanation.summary} {'; '.join([*said[:_MOST_MISTAKES], *more])}")
