"""Usage in words, the same wherever it is told: who needs a place, and how sure it is that nobody does."""

from collections.abc import Mapping
from typing import Final

from contractkit.impact.places_in_use import Needed
from contractkit.impact.usage import Sureness, Unused, UsedPlace

SAID: Final[Mapping[Needed, str]] = {True: "needs it", None: "needs are unknown", False: "does without"}
"""What is said of a consumer that reaches a place."""

HEADS: Final[Mapping[Sureness, str]] = {
    Sureness.PROVED: "Safe to delete, as far as these contracts go",
    Sureness.LIKELY: "Likely safe to delete",
    Sureness.UNKNOWN: "Not known",
}
"""How sure it is, as a heading."""

_WHY: Final[Mapping[Sureness, str]] = {
    Sureness.PROVED: "nobody who is known needs it",
    Sureness.LIKELY: "no contract holds it; the needs of {names} are unknown",
    Sureness.UNKNOWN: "it was served to {names}, whose needs are unknown",
}


def used_by(place: UsedPlace) -> str:
    """Give who reaches a place and whether they need it: `kiosk: does without; web-shop: needs it`."""
    by_answer: dict[Needed, list[str]] = {}
    for name, needed in place.consumers.items():
        by_answer.setdefault(needed, []).append(name)
    return "; ".join(f"{', '.join(names)}: {SAID[needed]}" for needed, names in by_answer.items())


def why_unused(unused: Unused) -> str:
    """Give why something may go, or why that is not sure."""
    if unused.sureness is Sureness.UNKNOWN and not unused.consumers:
        return "the definition has a mistake there, so nothing of it can be said"
    if not unused.location and unused.consumers:
        verb = "uses" if len(unused.consumers) == 1 else "use"
        return f"nobody is known to use it, but what {', '.join(unused.consumers)} {verb} is not known"
    if not unused.location:
        return "nobody who is known calls it"
    return _WHY[unused.sureness].format(names=", ".join(unused.consumers))
