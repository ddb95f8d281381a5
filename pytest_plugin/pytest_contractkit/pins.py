"""Pins: the places that a test says it needs, whatever its re-runs show."""

from collections.abc import Sequence

from contractkit.errors import SettingsError
from contractkit.model import Location, parse_location


def pinned_location(text: str) -> Location:
    """Give the place that a marker names: in full, or below the body of an answer, `total` or `lines[*].sku`.

    Raises:
        ValueError: It is no place.
    """
    is_whole = text.startswith(("response.", "events[", "message.contents"))
    dot = "" if text.startswith("[") else "."
    return parse_location(text if is_whole else f"response.body{dot}{text}")


def is_location(text: str) -> bool:
    """Say whether a text names a place."""
    try:
        pinned_location(text)
    except ValueError:
        return False
    return bool(text)


def stray_pins(test: str, pins: Sequence[Location]) -> SettingsError:
    """Give the error that says that a test pins what none of its answers has."""
    return SettingsError(
        "The test says that it needs what no answer had.",
        details=[("test", test), *(("needs", str(each)) for each in pins)],
        next_step='Name a place of the answer, such as needs=["lines[*].sku"], or reply with it.',
    )
