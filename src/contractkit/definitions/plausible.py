"""Plausible scalars: texts, numbers and booleans that look like what their format and name say."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import Final

from contractkit.definitions.draws import Draw
from contractkit.definitions.patterns import matches, text_matching
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.usual_numbers import is_fraction, usual_integers, usual_numbers
from contractkit.definitions.vocabulary import FORMATS, text_maker, words_of
from contractkit.exact_json import Json

_FALSE_NAMES: Final = frozenset(
    (
        *("archived", "banned", "blocked", "canceled", "cancelled", "deleted", "delinquent", "disabled"),
        *("disputed", "error", "errors", "expired", "failed", "hidden", "incomplete", "locked", "more", "next"),
        *("refunded", "revoked", "suspended", "truncated"),
    )
)
"""Words in a boolean's name that make false the ordinary value: `has_more` above all, which ends a pagination."""

_LONGEST: Final = 1_000_000  # characters of a text, whatever is demanded

_NEXT_PAGE: Final = frozenset(("page", "cursor", "url", "uri", "link", "href", "token"))


def ends_pagination(name: str) -> bool:
    """Say whether null is the ordinary value of a name, since a client that follows it pages on without an end."""
    words = words_of(name)
    return words == ("next",) or ("next" in words and not _NEXT_PAGE.isdisjoint(words))


def plausible_boolean(name: str) -> bool:
    """Give false for names of the exceptional (`has_more`, `deleted`), true for all others."""
    return not (_FALSE_NAMES & set(words_of(name)))


def scalar_drawer(kind: str, view: SchemaView, name: str) -> Callable[[Draw], Json]:
    """Give what draws the texts, numbers or booleans of a schema, which is asked once for what it says of them.

    Decimals are drawn, where they may stand, for names of what is seldom whole (`ratio`, `latitude`). None stands where
    nothing is allowed or nothing is known.
    """
    match kind:
        case "string":
            return _text_drawer(view, name)
        case "integer" if not ("number" in view.types and is_fraction(name)):
            return _whole_drawer(view, name)
        case "integer" | "number":
            return lambda draw: _number(view, name, draw)
        case "boolean":
            found = plausible_boolean(name)
            return lambda draw: found
    return lambda draw: None


def _whole_drawer(view: SchemaView, name: str) -> Callable[[Draw], int | None]:
    """Give what draws integers within the bounds, by name within what is usual; None where none is allowed."""
    least, most = _integer_bounds(view)
    formats = _formats(view)
    usual = _SECONDS if not _MOMENTS.isdisjoint(formats) else usual_integers(name)
    if "int32" in formats and most is None:
        most = _LARGEST_INT32
    low = usual[0] if least is None else max(least, usual[0])
    high = usual[1] if most is None else min(most, usual[1])
    if low > high:  # the bounds leave nothing of what is usual
        low = least if least is not None else (most or 0) - 999
        high = most if most is not None else low + 999
    if low > high:
        return lambda draw: None
    if view.said("multipleOf"):
        unusual = _smallest_step(view)
        otherwise = unusual if isinstance(unusual, int) else None

        def on_step(draw: Draw) -> int | None:
            found = _on_step(draw.between(low, high), low, high, view)
            return otherwise if found is None else found

        return on_step
    return lambda draw: draw.between(low, high)


def _number(view: SchemaView, name: str, draw: Draw) -> Json:
    """Give a number within the bounds, with two decimals where they fit; None where none is allowed."""
    least, most = _limit(view, "minimum"), _limit(view, "maximum")
    if view.said("multipleOf"):
        whole = _whole_drawer(view, name)(draw)
        return _smallest_step(view) if whole is None else whole
    if any(bound is not None and abs(bound) > 10**15 for bound in (least, most)):
        return _whole_drawer(view, name)(draw)
    usual = usual_numbers(name)
    low = usual[0] if least is None else max(least, usual[0])
    high = usual[1] if most is None else min(most, usual[1])
    if low > high:
        low = least if least is not None else (most or Decimal(0)) - 1
        high = most if most is not None else low + 1
    share = Decimal(draw.between(1, 99)) / 100
    number = low + (high - low) * share
    rounded = round(number, 2)
    return float(rounded if low < rounded < high else number)


def _text_drawer(view: SchemaView, name: str) -> Callable[[Draw], str]:
    """Give what draws texts by pattern, else by format, else by name, brought to the allowed length."""
    least, most = min(counted(view, "minLength") or 0, _LONGEST), counted(view, "maxLength")
    make = _maker_of(view, name)
    pattern = next((each for each in view.said("pattern") if isinstance(each, str)), None)
    if pattern is not None:
        return lambda draw: _matching(make(draw), pattern, draw, least, most) or ""
    if not least and most is None:
        return make
    known = next((each for each in _formats(view) if each in FORMATS), None)
    if known is None:
        return lambda draw: _sized(make(draw), least, most)
    return lambda draw: _resized(make(draw), known, least, most)


def _matching(text: str, pattern: str, draw: Draw, least: int, most: int | None) -> str | None:
    return _sized(text, least, most) if matches(pattern, text) else text_matching(pattern, draw, least=least)


def counted(view: SchemaView, keyword: str) -> int | None:
    """Give the bound on a length or a number of elements or members, or None."""
    bound = view.bounds.get(keyword)
    return None if bound is None else int(bound.value)


def _formats(view: SchemaView) -> tuple[str, ...]:
    return view.known(_named_formats)


def _named_formats(view: SchemaView) -> tuple[str, ...]:
    return tuple(name for name in view.said("format") if isinstance(name, str))


def _maker_of(view: SchemaView, name: str) -> Callable[[Draw], str]:
    """Give what makes texts by a schema's format, or by the name."""
    for known in _formats(view):
        if known in FORMATS:
            return FORMATS[known]
        if known in _INTEGERS:
            least, most = usual_integers(name)
            return lambda draw: str(draw.between(least, most))
    return text_maker(name)


def _sized(text: str, least: int, most: int | None) -> str:
    if most is not None and len(text) > most:
        text = text[:most].rstrip("- ") or text[:most]
    while len(text) < least:
        text += text[: least - len(text)] or "x"
    return text


def _resized(text: str, known: str, least: int, most: int | None) -> str:
    """Give a text of a format brought to the allowed length, where texts of that format have other lengths too."""
    if most is not None and len(text) > most:
        shortest = _SHORTEST.get(known, text)
        text = shortest if len(shortest) <= most else text
    if len(text) < least and known in _SHORTEST:
        filling = "x" * (least - len(text))
        return f"{text}{filling}" if known in _GROWING else f"{filling}{text}"
    return text


def _integer_bounds(view: SchemaView) -> tuple[int | None, int | None]:
    low, high = view.bounds.get("minimum"), view.bounds.get("maximum")
    least = None if low is None else floor(low.value) + 1 if low.is_exclusive else ceil(low.value)
    most = None if high is None else ceil(high.value) - 1 if high.is_exclusive else floor(high.value)
    return least, most


def _limit(view: SchemaView, keyword: str) -> Decimal | None:
    bound = view.bounds.get(keyword)
    return None if bound is None else Decimal(str(bound.value))


def _smallest_step(view: SchemaView) -> Json:
    """Give the multiple next to nothing within the bounds, however unusual for the name; None if there is none."""
    steps = [Fraction(str(each)) for each in view.said("multipleOf") if isinstance(each, int | float) and each > 0]
    if not steps:
        return None
    step = Fraction(lcm(*(each.numerator for each in steps)), gcd(*(each.denominator for each in steps)))
    low, high = view.bounds.get("minimum"), view.bounds.get("maximum")
    least = None if low is None else ceil(Fraction(str(low.value)) / step)
    most = None if high is None else floor(Fraction(str(high.value)) / step)
    if low is not None and least is not None and low.is_exclusive and least * step == Fraction(str(low.value)):
        least += 1
    if high is not None and most is not None and high.is_exclusive and most * step == Fraction(str(high.value)):
        most -= 1
    if least is not None and most is not None and least > most:
        return None
    number = step * (least if least is not None and least > 0 else most if most is not None and most < 0 else 0)
    return int(number) if number.denominator == 1 else float(number)


def _on_step(number: int, low: int, high: int, view: SchemaView) -> int | None:
    for step in view.said("multipleOf"):
        if isinstance(step, int | float) and step > 0:
            whole = max(1, ceil(step)) if step >= 1 else 1
            number = number // whole * whole
            number = number if number >= low else number + whole
    return number if number <= high else None


_SECONDS: Final = usual_integers("timestamp")
_MOMENTS: Final = frozenset(("unix-time", "unixtime", "unix", "epoch", "timestamp"))
_INTEGERS: Final = frozenset(("int64", "int32", "uint64", "uint32", "int", "integer"))
_LARGEST_INT32: Final = 2**31 - 1

_SHORTEST: Final = {
    "email": "a@b.io",
    "hostname": "a.io",
    "idn-email": "a@b.io",
    "idn-hostname": "a.io",
    "iri": "a:b",
    "iri-reference": "/a",
    "uri": "a:b",
    "uri-reference": "/a",
    "url": "a:b",
}
"""The name of a format whose texts have many lengths to a short one."""

_GROWING: Final = frozenset(("iri", "iri-reference", "uri", "uri-reference", "url"))
"""Formats whose texts may end in more letters; those of the others may begin with them."""
