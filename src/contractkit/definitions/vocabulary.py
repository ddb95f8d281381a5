"""Vocabulary: what the names of members and of formats say of the texts under them."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from contractkit.definitions.draws import Draw

_WORD_BREAK: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel", "inlet", "juniper")
_PEOPLE: Final = ("Ada", "Grace", "Katherine", "Alan", "Edsger", "Barbara", "Tim", "Radia")
_FAMILIES: Final = ("Lovelace", "Hopper", "Johnson", "Turing", "Dijkstra", "Liskov", "Berners-Lee", "Perlman")
_CITIES: Final = ("Bergen", "Porto", "Lyon", "Graz", "Leeds", "Turku")


@lru_cache(maxsize=16_384)
def words_of(name: str) -> tuple[str, ...]:
    """Give the words of a member's name in lower case: `billingAddress_city` as `billing`, `address`, `city`."""
    return tuple(word.lower() for word in _WORD_BREAK.split(name) if word)


def text_named(name: str, draw: Draw) -> str:
    """Give a text that looks like what a name says."""
    return text_maker(name)(draw)


@lru_cache(maxsize=16_384)
def text_maker(name: str) -> Callable[[Draw], str]:
    """Give what draws texts that look like what a name says, by its last two words or the last one, plural or not."""
    words = words_of(name)
    for spelled in (words, (*words[:-1], _singular(words[-1])) if words else ()):
        for count in (2, 1):
            made = _TEXTS.get("_".join(spelled[-count:])) if len(spelled) >= count else None
            if made is not None:
                return made
    return _named_text


def identifies(name: str) -> bool:
    """Say whether texts of a name tell things apart, so that no two of many should be alike."""
    return text_maker(name) in (_identifier, _uuid, _sha)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _named_text(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}-{draw.between(10, 99)}"


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


def _percentage(draw: Draw) -> str:
    return str(draw.between(1, 99))


def _postal(draw: Draw) -> str:
    return str(draw.between(10000, 99999))


def _street(draw: Draw) -> str:
    return f"{draw.between(1, 99)} {draw.pick(_WORDS).capitalize()} Street"


def _slug(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}-{draw.pick(_WORDS)}"


def _mac(draw: Draw) -> str:
    return f"02:00:5e:00:53:{draw.below(256):02x}"


def _version(draw: Draw) -> str:
    return f"{draw.between(1, 9)}.{draw.below(10)}.{draw.below(10)}"


def _file(draw: Draw) -> str:
    return f"{draw.pick(_WORDS)}.txt"


_COUNTRY: Final = _one_of("NO", "PT", "FR", "AT", "GB", "FI")
_CURRENCY: Final = _one_of("EUR", "USD", "GBP")

FORMATS: Final[Mapping[str, Callable[[Draw], str]]] = {
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
    "uri-list": _url,
    "datetime": _date_time,
    "google-datetime": _date_time,
    "google-duration": lambda draw: f"{draw.between(1, 9)}s",
    "guid": _uuid,
    "phone": _phone,
    "e164": _phone,
    "currency": _CURRENCY,
    "iso-4217": _CURRENCY,
    "country": _COUNTRY,
    "iso-3166": _COUNTRY,
    "country-code": _COUNTRY,
    "money": _amount,
    "decimal": _amount,
    "double": _amount,
    "float": _amount,
    "slug": _slug,
    "ip": _ipv4,
    "mac": _mac,
    "semver": _version,
    "timestamp": _date_time,
}
"""The name of a format to what makes a text of it."""

_TEXTS: Final[Mapping[str, Callable[[Draw], str]]] = {
    "address": _street,
    "amount": _amount,
    "at": _date_time,
    "avatar": _url,
    "balance": _amount,
    "birth": _date,
    "birthdate": _date,
    "birthday": _date,
    "body": _sentence,
    "cell": _phone,
    "checksum": _sha,
    "city": _one_of(*_CITIES),
    "code": _identifier,
    "color": _one_of("ff7700", "0055aa", "228833"),
    "comment": _sentence,
    "company": lambda draw: f"{draw.pick(_WORDS).capitalize()} Ltd",
    "content_type": _one_of("application/json", "text/plain"),
    "cost": _amount,
    "country": _COUNTRY,
    "country_code": _COUNTRY,
    "country_iso": _COUNTRY,
    "country_name": _one_of("Norway", "Portugal", "France", "Austria", "Finland"),
    "created": _date_time,
    "created_on": _date,
    "currency": _CURRENCY,
    "currency_code": _CURRENCY,
    "currency_iso": _CURRENCY,
    "cursor": _identifier,
    "date": _date,
    "datetime": _date_time,
    "description": _sentence,
    "digest": _sha,
    "discount": _amount,
    "dob": _date,
    "domain": _host,
    "domain_name": _host,
    "e_mail": _email,
    "email": _email,
    "email_address": _email,
    "endpoint": _url,
    "expires": _date_time,
    "family_name": _one_of(*_FAMILIES),
    "fax": _phone,
    "fax_number": _phone,
    "fee": _amount,
    "file_name": _file,
    "filename": _file,
    "first_name": _one_of(*_PEOPLE),
    "firstname": _one_of(*_PEOPLE),
    "fqdn": _host,
    "full_name": _person,
    "fullname": _person,
    "given_name": _one_of(*_PEOPLE),
    "guid": _uuid,
    "handle": _slug,
    "homepage": _url,
    "host": _host,
    "host_name": _host,
    "hostname": _host,
    "href": _url,
    "id": _identifier,
    "image": _url,
    "ip": _ipv4,
    "ip_address": _ipv4,
    "ipv4": _ipv4,
    "ipv4_address": _ipv4,
    "ipv6": _ipv6,
    "ipv6_address": _ipv6,
    "key": _identifier,
    "language": _one_of("en", "nb", "pt", "fr"),
    "language_code": _one_of("en", "nb", "pt", "fr"),
    "last_name": _one_of(*_FAMILIES),
    "lastname": _one_of(*_FAMILIES),
    "link": _url,
    "locale": _one_of("en-GB", "nb-NO", "pt-PT", "fr-FR"),
    "locator": _url,
    "login": lambda draw: draw.pick(_PEOPLE).lower(),
    "mac": _mac,
    "mac_address": _mac,
    "mail": _email,
    "media_type": _one_of("application/json", "text/plain"),
    "message": _sentence,
    "mime_type": _one_of("application/json", "text/plain"),
    "mobile": _phone,
    "mobile_number": _phone,
    "modified": _date_time,
    "modified_on": _date,
    "money": _amount,
    "msisdn": _phone,
    "name": _title,
    "pct": _percentage,
    "percent": _percentage,
    "percentage": _percentage,
    "phone": _phone,
    "phone_no": _phone,
    "phone_number": _phone,
    "post_code": _postal,
    "postal_code": _postal,
    "postcode": _postal,
    "price": _amount,
    "rate": _percentage,
    "self": _url,
    "sha": _sha,
    "slug": _slug,
    "state": _one_of("open", "active", "ready"),
    "status": _one_of("open", "active", "ready"),
    "street": _street,
    "street_address": _street,
    "subtotal": _amount,
    "summary": _sentence,
    "surname": _one_of(*_FAMILIES),
    "tax": _amount,
    "tel": _phone,
    "telephone": _phone,
    "telephone_number": _phone,
    "time": _date_time,
    "time_zone": _one_of("Europe/Oslo", "Europe/Lisbon", "UTC"),
    "timestamp": _date_time,
    "timezone": _one_of("Europe/Oslo", "Europe/Lisbon", "UTC"),
    "title": _title,
    "total": _amount,
    "town": _one_of(*_CITIES),
    "uid": _uuid,
    "updated": _date_time,
    "updated_on": _date,
    "uri": _url,
    "url": _url,
    "user_name": lambda draw: draw.pick(_PEOPLE).lower(),
    "username": lambda draw: draw.pick(_PEOPLE).lower(),
    "uuid": _uuid,
    "version": _version,
    "webpage": _url,
    "website": _url,
    "year": lambda draw: str(draw.between(2020, 2030)),
    "zip": _postal,
    "zip_code": _postal,
    "zipcode": _postal,
}
"""The last words of a member's name to what makes a text for it."""
