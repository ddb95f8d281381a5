"""Shapes: the usual kinds of texts, so that a consumer that copes with any date is not said to need this one."""

import re
from typing import NamedTuple

from contractkit.exact_json import Json


class Shape(NamedTuple):
    """One kind of text: the pattern of all of it, and two examples."""

    pattern: str
    examples: tuple[str, str]


SHAPES = (
    Shape(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", ("2031-07-19", "2030-11-05")),
    Shape(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ("2031-07-19T08:15:30Z", "2030-11-05T17:45:01Z"),
    ),
    Shape(  # of HTTP headers (RFC 9110 §5.6.7), and of mail (RFC 5322 §3.3)
        r"^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$",
        ("Sat, 19 Jul 2031 08:15:30 GMT", "Tue, 05 Nov 2030 17:45:01 GMT"),
    ),
    Shape(
        r"^[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}$",
        ("Sat, 19 Jul 2031 08:15:30 +0000", "Tue, 05 Nov 2030 17:45:01 +0000"),
    ),
    Shape(r"^[0-9]{2}:[0-9]{2}:[0-9]{2}$", ("08:15:30", "17:45:01")),
    Shape(
        r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        ("6f1f1a52-7a0e-4c61-9b6e-3f0c1d2e4a5b", "0d9b7a43-52c1-4f7e-8a34-91e6c2b7d805"),
    ),
    Shape(r"^-?[0-9]+$", ("48213", "7306")),
    Shape(r"^-?[0-9]+\.[0-9]+$", ("48213.25", "73.5")),
    Shape(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", ("someone.else@example.com", "another@example.org")),
    Shape(r"^https?://[^\s]+$", ("https://example.com/elsewhere", "https://example.org/there")),
    # Base64 of full length (RFC 4648 §4) that holds a text: what is not padded may as well be a word.
    Shape(r"^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$", ("YW5vdGhlciB0ZXh0Lg==", "b3RoZXIgdGV4dC4=")),
)
"""A table of kinds; a text is of the first whose pattern it matches. A kind is needed only if another of it will do."""


_NUMBER_OF_LINK = re.compile(r"(?<=[/=])[0-9]{1,18}(?=$|[/?&#])")


def same_shape(value: Json) -> tuple[Shape, str] | None:
    """Give the shape of a text and another text of that shape; None where it has none of the usual ones."""
    if not isinstance(value, str):
        return None
    return _link(value) or _listed(value) or _name(value)


def _listed(value: str) -> tuple[Shape, str] | None:
    found = next((shape for shape in SHAPES if re.fullmatch(shape.pattern, value)), None)
    return None if found is None else (found, next(each for each in found.examples if each != value))


def _link(value: str) -> tuple[Shape, str] | None:
    """Give the shape of a link with a number, and one to the next number: what is followed must lead somewhere."""
    pattern = next((each for each in (r"^https?://[^\s]+$", r"^/[^\s]*$") if re.fullmatch(each, value)), None)
    numbers = list(_NUMBER_OF_LINK.finditer(value))
    if pattern is None or not numbers:
        return None
    start, end = numbers[-1].span()
    other = f"{value[:start]}{int(value[start:end]) + 1}{value[end:]}"
    return Shape(pattern, (other, value)), other


def _name(value: str) -> tuple[Shape, str] | None:
    """Give the shape of a name such as `projects/shop/topics/orders`, by its parts, and one with another last part."""
    above, slash, last = value.rpartition("/")
    pattern = rf"^[^\s/]+(/[^\s/]+){{{value.count('/')}}}$"
    if not slash or not re.fullmatch(pattern, value):
        return None
    other = f"{above}/{'another' if last != 'another' else 'other'}"
    return Shape(pattern, (other, value)), other
