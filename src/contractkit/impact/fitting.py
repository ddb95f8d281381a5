"""Fitting: whether one definition bears out what an interaction holds, where there is no other to compare it with."""

from contractkit.conformance import Declared, Grade, InteractionConformance
from contractkit.model import Location
from contractkit.results import ABSENT

_WRONG = frozenset({Grade.UNDECLARED, Grade.DISJOINT})


def misfit(found: InteractionConformance) -> Location | None:
    """Give the first place of an interaction that the definition does not bear out; None where it fits."""
    if found.route is None:
        return Location(("request", "path"))
    for violation in found.violations:
        return violation.location
    if found.status is Declared.NOT:
        return Location(("response", "status"))
    if found.media_type is Declared.NOT:
        return Location(("response", "headers", "content-type"))
    for use in found.uses.single:
        standing = found.standings.get(use.location)
        if standing is not None and standing.grade in _WRONG and not use.is_only_served:
            return use.location
    refused = (violation.location for violation in found.refused if violation.received is not ABSENT)
    return next(refused, None)
