"""The categories into which Pact sorts matching rules and generators, and the places of ours that they are."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from contractkit.model import Location


@dataclass(frozen=True, slots=True, eq=False)
class Category:
    """One kind of place that rules speak of.

    `address` says how places in it are written: as a path, by name, by a name in any case, or not at all because
    there is only one. The first of `spellings` is the one we write.
    """

    spellings: tuple[str, ...]
    base: Location
    address: Literal["path", "name", "field", "single"]


@dataclass(frozen=True, slots=True)
class Side:
    """A part that has rules of its own: a request, a response, a message."""

    categories: tuple[Category, ...]

    def category(self, spelling: str) -> Category | None:
        """Give the category of that spelling."""
        return next((each for each in self.categories if spelling in each.spellings), None)

    def category_of(self, location: Location) -> Category:
        """Give the category in which a location is written.

        Raises:
            ValueError: Pact has no place for rules there.
        """
        for each in self.categories:
            fits = each.address == "path" or (location == each.base) == (each.address == "single")
            if fits and location.starts_with(each.base):
                return each
        raise ValueError(f"no rule can be written for {location}")


_REQUEST, _RESPONSE = Location(("request",)), Location(("response",))

REQUEST = Side(
    (
        Category(("body",), _REQUEST / "body", "path"),
        Category(("header", "headers"), _REQUEST / "headers", "field"),
        Category(("query",), _REQUEST / "query", "name"),
        Category(("path",), _REQUEST / "path", "single"),
        Category(("method",), _REQUEST / "method", "single"),
    )
)
RESPONSE = Side(
    (
        Category(("body",), _RESPONSE / "body", "path"),
        Category(("header", "headers"), _RESPONSE / "headers", "field"),
        Category(("status",), _RESPONSE / "status", "single"),
    )
)


@lru_cache(maxsize=64)
def message_side(place: Location) -> Side:
    """Give the side that a message at a place is; Pact's versions name its contents in three ways."""
    return Side(
        (
            Category(("body", "content", "contents"), place / "contents", "path"),
            Category(("metadata", "metaData"), place / "metadata", "name"),
        )
    )
