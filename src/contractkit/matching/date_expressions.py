"""Date expressions: `today + 1 week`, `next monday @ now - 2 hours`, as generators of dates and times carry them."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from contractkit.matching.accepting import UnusableRuleError
from contractkit.matching.date_letters import DAYS

LONGEST_EXPRESSION = 200
"""Characters of the longest expression."""

_STEP = re.compile(
    r"\s*(?:(?P<sign>[+-])\s*(?P<count>\d{1,6})\s*(?P<unit>[a-z]+)|(?P<way>next|last)\s+(?P<named>[a-z]+))",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\s*(?P<hour>\d{1,2})\s*o'clock(?:\s*(?P<half>am|pm))?", re.IGNORECASE)
_BASE = re.compile(r"\s*(?P<base>now|today|yesterday|tomorrow|midnight|noon)\b", re.IGNORECASE)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


_BASES: Mapping[str, Callable[[datetime], datetime]] = {
    "now": lambda now: now,
    "today": lambda now: now,
    "yesterday": lambda now: now - timedelta(days=1),
    "tomorrow": lambda now: now + timedelta(days=1),
    "midnight": _midnight,
    "noon": lambda now: _midnight(now).replace(hour=12),
}


def _add_months(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise UnusableRuleError("its expression leaves the calendar")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


_UNITS: Mapping[str, Callable[[datetime, int], datetime]] = {
    "year": lambda moment, count: _add_months(moment, 12 * count),
    "month": _add_months,
    "fortnight": lambda moment, count: moment + timedelta(weeks=2 * count),
    "week": lambda moment, count: moment + timedelta(weeks=count),
    "day": lambda moment, count: moment + timedelta(days=count),
    "hour": lambda moment, count: moment + timedelta(hours=count),
    "minute": lambda moment, count: moment + timedelta(minutes=count),
    "second": lambda moment, count: moment + timedelta(seconds=count),
    "millisecond": lambda moment, count: moment + timedelta(milliseconds=count),
}


def moment_of(expression: str, now: datetime) -> datetime:
    """Give the moment that an expression names, seen from `now`; an empty one is `now`.

    Before `@` stands what changes the day, behind it what changes the time.

    Raises:
        UnusableRuleError: The expression is not understood, or leaves the calendar.
    """
    if len(expression) > LONGEST_EXPRESSION:
        raise UnusableRuleError(f"its expression is longer than {LONGEST_EXPRESSION} characters")
    moment = now
    for part in expression.split("@", 1):
        try:
            moment = _advance(part, moment)
        except OverflowError:
            raise UnusableRuleError("its expression leaves the calendar") from None
    return moment


def _advance(text: str, moment: datetime) -> datetime:
    position = 0
    if base := _BASE.match(text):
        moment, position = _BASES[base["base"].lower()](moment), base.end()
    elif clock := _CLOCK.match(text):
        moment, position = _at_hour(clock, moment), clock.end()
    while text[position:].strip():
        found = _STEP.match(text, position)
        if found is None:
            raise UnusableRuleError(f"its expression is not understood from {text[position:].strip()!r} on")
        moment, position = _stepped(found, moment), found.end()
    return moment


def _stepped(found: re.Match[str], moment: datetime) -> datetime:
    if found["unit"] is not None:
        return _unit(found["unit"])(moment, int(found["sign"] + found["count"]))
    way = 1 if found["way"].lower() == "next" else -1
    named = found["named"].lower()
    weekdays = [number for number, day in enumerate(DAYS) if len(named) > 2 and day.lower().startswith(named)]
    if not weekdays:
        return _unit(named)(moment, way)
    days = (weekdays[0] - moment.weekday()) * way % 7 or 7
    return moment + timedelta(days=days * way)


def _unit(name: str) -> Callable[[datetime, int], datetime]:
    unit = _UNITS.get(name.lower().removesuffix("s"))
    if unit is None:
        raise UnusableRuleError(f"its expression names the unit {name!r}; known: {', '.join(_UNITS)}")
    return unit


def _at_hour(clock: re.Match[str], moment: datetime) -> datetime:
    hour = int(clock["hour"]) % 24
    half = (clock["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _midnight(moment).replace(hour=hour)
