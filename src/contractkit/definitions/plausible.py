"""Plausible scalars: texts, numbers and booleans that look like what their format and name say."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor
from typing import Final

from contractkit.definitions.draws import Draw
from contractkit.definitions.patterns import text_matching
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json

_WORD_BREAK: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel", "inlet", "juniper")
_PEOPLE: Final = ("Ada", "Grace", "Katherine", "Alan", "Edsger", "Barbara", "Tim", "Radia")
_FAMILIES: Final = ("Lovelace", "Hopper", "Johnson", "Turing", "Dijkstra", "Liskov", "Berners-Lee", "Perlman")
_CITIES: Final = ("Bergen", "Porto", "Lyon", "Graz", "Leeds", "Turku")

_FALSE_NAMES: Final = frozenset(
    (
        *("archived", "banned", "blocked", "canceled", "cancelled", "deleted", "delinquent", "disabled"),
        *("disputed", "error", "errors", "expired", "failed", "hidden", "incomplete", "locked", "more", "next"),
        *("refunded", "revoked", "suspended", "truncated"),
    )
)
"""Words in a boolean's name that make false the ordinary value: `has_more` above all, which ends a pagination."""

_NEXT_PAGE: Final = frozenset(("page", "cursor", "url", "uri", "link", "href", "token"))


def ends_pagination(name: str) -> bool:
    """Say whether null is the ordinary value of a name, since a client that follows it pages on without an end."""
    words = words_of(name)
    return words == ("next",) or ("next" in words and not _NEXT_PAGE.isdisjoint(words))


def plausible_boolean(name: str) -> bool:
    """Give false for names of the exceptional (`has_more`, `deleted`), true for all others."""
    return not (_FALSE_NAMES & set(words_of(name)))


def plausible_integer(view: SchemaView, name: str, draw: Draw) -> int | None:
    """Give an integer within the bounds, by name within what is usual; None where no integer is allowed."""
    least, most = _integer_bounds(view)
    usual = usual_integers(name)
    low = usual[0] if least is None else max(least, usual[0])
    high = usual[1] if most is None else min(most, usual[1])
    if low > high:  # the bounds leave nothing of what is usual
        low = least if least is not None else (most or 0) - 999
        high = most if most is not None else low + 999
    if low > high:
        return None
    return _on_step(draw.between(low, high), low, high, view)


@lru_cache(maxsize=16_384)
def usual_integers(name: str) -> tuple[int, int]:
    """Give the least and the largest integer usual for a name, by its last telling word."""
    return next((found for word in reversed(words_of(name)) if (found := _USUAL_INTEGERS.get(word))), (1, 999))


def plausible_number(view: SchemaView, name: str, draw: Draw) -> Json:
    """Give a number within the bounds, with two decimals where they fit; None where none is allowed."""
    least, most = _limit(view, "minimum"), _limit(view, "maximum")
    if view.said("multipleOf") or any(bound is not None and abs(bound) > 10**15 for bound in (least, most)):
        return plausible_integer(view, name, draw)
    names = set(words_of(name))
    usual = (Decimal(0), Decimal(1)) if names & {"ratio", "probability", "share"} else (Decimal(1), Decimal(100))
    low = usual[0] if least is None else max(least, usual[0])
    high = usual[1] if most is None else min(most, usual[1])
    if low > high:
        low = least if least is not None else (most or Decimal(0)) - 1
        high = most if most is not None else low + 1
    share = Decimal(draw.between(1, 99)) / 100
    number = low + (high - low) * share
    rounded = round(number, 2)
    return float(rounded if low < rounded < high else number)


def plausible_text(view: SchemaView, name: str, draw: Draw) -> str | None:
    """Give a text by pattern, else by format, else by name, brought to the allowed length; None where none is known."""
    least, most = counted(view, "minLength") or 0, counted(view, "maxLength")
    patterns = [pattern for pattern in view.said("pattern") if isinstance(pattern, str)]
    for pattern in patterns:
        by_name = _by_format_or_name(view, name, draw)
        if _fits(by_name, pattern):
            return _sized(by_name, least, most)
        return text_matching(pattern, draw, least=least)
    text = _by_format_or_name(view, name, draw)
    return text if any(known in _FORMATS for known in _formats(view)) else _sized(text, least, most)


def counted(view: SchemaView, keyword: str) -> int | None:
    """Give the bound on a length or a number of elements or members, or None."""
    bound = view.bounds.get(keyword)
    return None if bound is None else int(bound.value)


@lru_cache(maxsize=16_384)
def words_of(name: str) -> tuple[str, ...]:
    """Give the words of a member's name in lower case: `billingAddress_city` as `billing`, `address`, `city`."""
    return tuple(word.lower() for word in _WORD_BREAK.split(name) if word)


def _formats(view: SchemaView) -> tuple[str, ...]:
    return view.known(_named_formats)


def _named_formats(view: SchemaView) -> tuple[str, ...]:
    return tuple(name for name in view.said("format") if isinstance(name, str))


def _fits(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _by_format_or_name(view: SchemaView, name: str, draw: Draw) -> str:
    for known in _formats(view):
        if known in _FORMATS:
            return _FORMATS[known](draw)
    return text_named(name, draw)


def text_named(name: str, draw: Draw) -> str:
    """Give a text that looks like what a name says."""
    return text_maker(name)(draw)


def text_maker(name: str) -> Callable[[Draw], str]:
    """Give what draws texts that look like what a name says, by its last two words or the last one."""
    words = words_of(name)
    for count in (2, 1):
        made = _TEXTS.get("_".join(words[-count:])) if len(words) >= count else None
        if made is not None:
            return made
    return _named_text


def identifies(name: str) -> bool:
    """Say whether texts of a name tell things apart, so that no two of many should be alike."""
    return text_maker(name) in (_identifier, _uuid, _sha)


def _named_text(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}-{draw.between(10, 99)}"


def _sized(text: str, least: int, most: int | None) -> str:
    if most is not None and len(text) > most:
        text = text[:most].rstrip("- ") or text[:most]
    while len(text) < least:
        text += text[: least - len(text)] or "x"
    return text


def _integer_bounds(view: SchemaView) -> tuple[int | None, int | None]:
    low, high = view.bounds.get("minimum"), view.bounds.get("maximum")
    least = None if low is None else floor(low.value) + 1 if low.is_exclusive else ceil(low.value)
    most = None if high is None else ceil(high.value) - 1 if high.is_exclusive else floor(high.value)
    return least, most


def _limit(view: SchemaView, keyword: str) -> Decimal | None:
    bound = view.bounds.get(keyword)
    return None if bound is None else Decimal(str(bound.value))


def _on_step(number: int, low: int, high: int, view: SchemaView) -> int | None:
    for step in view.said("multipleOf"):
        if isinstance(step, int | float) and step > 0:
            whole = max(1, ceil(step)) if step >= 1 else 1
            number = number // whole * whole
            number = number if number >= low else number + whole
    return number if number <= high else None


def _month_and_day(draw: Draw) -> str:
    return f"{draw.between(1, 12):02d}-{draw.between(1, 28):02d}"


def _date(draw: Draw) -> str:
    return f"2025-{_month_and_day(draw)}"


def _time(draw: Draw) -> str:
    return f"{draw.below(24):02d}:{draw.below(60):02d}:{draw.below(60):02d}Z"


def _date_time(draw: Draw) -> str:
    return f"{_date(draw)}T{_time(draw)}"


def _uuid(draw: Draw) -> str:
    digits = draw.hexadecimal(30)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"


def _sha(draw: Draw) -> str:
    return draw.hexadecimal(40)


def _email(draw: Draw) -> str:
    return f"{draw.pick(_PEOPLE).lower()}.{draw.between(1, 99)}@example.com"


def _url(draw: Draw) -> str:
    return f"https://example.com/{draw.pick(_WORDS)}"


def _host(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}.example.com"


def _ipv4(draw: Draw) -> str:
    return f"192.0.2.{draw.between(1, 254)}"


def _ipv6(draw: Draw) -> str:
    return f"2001:db8::{draw.between(1, 0xFFFF):x}"


def _base64(draw: Draw) -> str:
    return f"{draw.pick('QRST')}{draw.pick('GWm2')}{draw.pick('VFxy')}{draw.pick('abcd')}"


def _person(draw: Draw) -> str:
    return f"{draw.pick(_PEOPLE)} {draw.pick(_FAMILIES)}"


def _identifier(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}-{draw.between(1000, 9999)}"


def _phone(draw: Draw) -> str:
    return f"+1555010{draw.between(1000, 9999)}"


def _sentence(draw: Draw) -> str:
    first = draw.pick(_WORDS)
    article = "An" if first[0] in "aeiou" else "A"
    return f"{article} {first} {draw.pick(_WORDS)} beside the {draw.pick(_WORDS)}."


def _amount(draw: Draw) -> str:
    return f"{draw.between(1, 99)}.{draw.between(10, 99)}"


def _title(draw: Draw) -> str:
    return f"{draw.pick(_WORDS).capitalize()} {draw.pick(_WORDS)}"


def _one_of(*texts: str) -> Callable[[Draw], str]:
    return lambda draw: draw.pick(texts)


_FORMATS: Final[Mapping[str, Callable[[Draw], str]]] = {
    "date": _date,
    "date-time": _date_time,
    "time": _time,
    "duration": lambda draw: f"P{draw.between(1, 9)}D",
    "email": _email,
    "idn-email": _email,
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uri": _url,
    "url": _url,
    "iri": _url,
    "uri-reference": lambda draw: f"/{draw.pick(_WORDS)}",
    "iri-reference": lambda draw: f"/{draw.pick(_WORDS)}",
    "uri-template": lambda draw: f"https://example.com/{draw.pick(_WORDS)}/{{id}}",
    "uuid": _uuid,
    "byte": _base64,
    "json-pointer": lambda draw: f"/{draw.pick(_WORDS)}",
    "relative-json-pointer": lambda draw: "0",
    "regex": lambda draw: "^[a-z]+$",
}

_TEXTS: Final[Mapping[str, Callable[[Draw], str]]] = {
    "address": lambda draw: f"{draw.between(1, 99)} {draw.pick(_WORDS).capitalize()} Street",
    "amount": _amount,
    "at": _date_time,
    "avatar": _url,
    "body": _sentence,
    "city": _one_of(*_CITIES),
    "code": _identifier,
    "color": _one_of("ff7700", "0055aa", "228833"),
    "comment": _sentence,
    "company": lambda draw: f"{draw.pick(_WORDS).capitalize()} Ltd",
    "country": _one_of("NO", "PT", "FR", "AT", "GB", "FI"),
    "country_code": _one_of("NO", "PT", "FR", "AT", "GB", "FI"),
    "created": _date_time,
    "currency": _one_of("EUR", "USD", "GBP"),
    "currency_code": _one_of("EUR", "USD", "GBP"),
    "cursor": _identifier,
    "date": _date,
    "description": _sentence,
    "email": _email,
    "first_name": _one_of(*_PEOPLE),
    "given_name": _one_of(*_PEOPLE),
    "family_name": _one_of(*_FAMILIES),
    "full_name": _person,
    "host": _host,
    "hostname": _host,
    "href": _url,
    "id": _identifier,
    "ip": _ipv4,
    "key": _identifier,
    "language": _one_of("en", "nb", "pt", "fr"),
    "last_name": _one_of(*_FAMILIES),
    "link": _url,
    "locale": _one_of("en-GB", "nb-NO", "pt-PT", "fr-FR"),
    "login": lambda draw: draw.pick(_PEOPLE).lower(),
    "message": _sentence,
    "name": _title,
    "phone": _phone,
    "phone_number": _phone,
    "percentage": lambda draw: str(draw.between(1, 99)),
    "postal_code": lambda draw: str(draw.between(10000, 99999)),
    "price": _amount,
    "sha": _sha,
    "state": _one_of("open", "active", "ready"),
    "status": _one_of("open", "active", "ready"),
    "summary": _sentence,
    "timezone": _one_of("Europe/Oslo", "Europe/Lisbon", "UTC"),
    "time_zone": _one_of("Europe/Oslo", "Europe/Lisbon", "UTC"),
    "title": _title,
    "total": _amount,
    "url": _url,
    "uri": _url,
    "user_name": lambda draw: draw.pick(_PEOPLE).lower(),
    "username": lambda draw: draw.pick(_PEOPLE).lower(),
    "uuid": _uuid,
    "version": lambda draw: f"{draw.between(1, 9)}.{draw.below(10)}.{draw.below(10)}",
    "website": _url,
    "zip": lambda draw: str(draw.between(10000, 99999)),
}
"""The last words of a member's name to what makes a text for it."""

_USUAL_INTEGERS: Final[Mapping[str, tuple[int, int]]] = {
    "age": (18, 80),
    "amount": (100, 9999),
    "at": (1735689600, 1767139200),
    "count": (1, 9),
    "created": (1735689600, 1767139200),
    "day": (1, 28),
    "expires": (1893456000, 1924905600),
    "hour": (0, 23),
    "id": (1, 9999),
    "limit": (10, 100),
    "minute": (0, 59),
    "month": (1, 12),
    "page": (1, 1),
    "percent": (1, 99),
    "percentage": (1, 99),
    "port": (1024, 65535),
    "price": (100, 9999),
    "quantity": (1, 9),
    "second": (0, 59),
    "size": (1, 999),
    "status": (200, 200),
    "timestamp": (1735689600, 1767139200),
    "total": (1, 99),
    "updated": (1735689600, 1767139200),
    "year": (2020, 2030),
}
"""A word in a member's name to the integers usual for it; moments are Unix seconds of 2025."""
