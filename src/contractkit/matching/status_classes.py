"""Classes of HTTP status that the rule `statusCode` names (Pact specification v4)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusClass:
    """Statuses from `low` to `high`, both included; `words` complete `a status …`."""

    low: int
    high: int
    words: str


STATUS_CLASSES: Mapping[str, StatusClass] = {
    "info": StatusClass(low=100, high=199, words="that informs (100 to 199)"),
    "success": StatusClass(low=200, high=299, words="that means success (200 to 299)"),
    "redirect": StatusClass(low=300, high=399, words="that redirects (300 to 399)"),
    "clientError": StatusClass(low=400, high=499, words="that means a client error (400 to 499)"),
    "serverError": StatusClass(low=500, high=599, words="that means a server error (500 to 599)"),
    "nonError": StatusClass(low=100, high=399, words="that means no error (below 400)"),
    "error": StatusClass(low=400, high=599, words="that means an error (400 and above)"),
}
"""The classes by their names in Pact files."""
