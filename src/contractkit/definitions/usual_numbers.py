"""Usual numbers: what the names of members say of the numbers under them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from contractkit.definitions.vocabulary import words_of


@lru_cache(maxsize=16_384)
def usual_integers(name: str) -> tuple[int, int]:
    """Give the least and the largest integer usual for a name, by its last telling word."""
    return next((found for word in reversed(words_of(name)) if (found := _USUAL_INTEGERS.get(word))), (1, 999))


def is_fraction(name: str) -> bool:
    """Say whether a name is one of something that is seldom whole: a share of one, or degrees on a globe."""
    return not _FRACTIONS.isdisjoint(words_of(name))


@lru_cache(maxsize=16_384)
def usual_numbers(name: str) -> tuple[Decimal, Decimal]:
    """Give the bounds between which decimals of a name usually lie."""
    words = words_of(name)
    if not _SHARES.isdisjoint(words):
        return (Decimal(0), Decimal(1))
    return (Decimal(-90), Decimal(90)) if not _DEGREES.isdisjoint(words) else (Decimal(1), Decimal(100))


_SHARES: Final = frozenset(("ratio", "probability", "share", "confidence", "likelihood"))
_DEGREES: Final = frozenset(("latitude", "longitude", "lat", "lng", "lon"))
_FRACTIONS: Final = _SHARES | _DEGREES

_USUAL_INTEGERS: Final[Mapping[str, tuple[int, int]]] = {
    "age": (18, 80),
    "amount": (100, 9999),
    "at": (1735689600, 1767139200),
    "balance": (100, 9999),
    "cents": (100, 9999),
    "cost": (100, 9999),
    "count": (1, 9),
    "country": (578, 578),
    "created": (1735689600, 1767139200),
    "currency": (978, 978),
    "date": (1735689600, 1767139200),
    "day": (1, 28),
    "discount": (100, 9999),
    "expires": (1893456000, 1924905600),
    "fax": (15550101000, 15550109999),
    "fee": (100, 9999),
    "hour": (0, 23),
    "id": (1, 9999),
    "limit": (10, 100),
    "minute": (0, 59),
    "mobile": (15550101000, 15550109999),
    "modified": (1735689600, 1767139200),
    "money": (100, 9999),
    "month": (1, 12),
    "offset": (0, 0),
    "page": (1, 1),
    "percent": (1, 99),
    "percentage": (1, 99),
    "phone": (15550101000, 15550109999),
    "port": (1024, 65535),
    "postal": (10000, 99999),
    "postcode": (10000, 99999),
    "price": (100, 9999),
    "quantity": (1, 9),
    "rating": (1, 5),
    "second": (0, 59),
    "size": (1, 999),
    "status": (200, 200),
    "subtotal": (100, 9999),
    "tax": (100, 9999),
    "telephone": (15550101000, 15550109999),
    "timestamp": (1735689600, 1767139200),
    "total": (1, 99),
    "updated": (1735689600, 1767139200),
    "year": (2020, 2030),
    "zip": (10000, 99999),
    "zipcode": (10000, 99999),
}
"""A word in a member's name to the integers usual for it; moments are Unix seconds of 2025, countries and currencies
have the numbers of ISO 3166 and ISO 4217."""
