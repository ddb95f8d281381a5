"""Generated values: one row per generator of the Pact specification, from its attributes to a value."""

import math
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeAlias
from uuid import UUID

from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.matching.accepting import Attributes, UnusableRuleError
from contractkit.matching.date_expressions import moment_of
from contractkit.matching.dates import compile_format
from contractkit.matching.pattern_texts import first_group, text_for

LONGEST_RANDOM_TEXT = 100_000
"""Characters that a generator makes at most."""

MOST_DIGITS = 300
"""Digits of a random decimal at most: a number of more is none that readers of JSON take."""

UUID_FORMATS = ("lower-case-hyphenated", "upper-case-hyphenated", "simple", "URN")
"""The forms in which `Uuid` writes, the first where none is named."""

FORMATS: Mapping[str, str] = {"Date": "yyyy-MM-dd", "Time": "HH:mm:ss", "DateTime": "yyyy-MM-dd'T'HH:mm:ssXXX"}
"""The forms of dates and times where none is written, by generator."""

_SHOWN = 60  # characters of a wrong value in a reason
_EXPRESSION = re.compile(r"\$\{(?P<name>[^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What values are made from. `is_request` says that they leave in a request, and not in a response or a message."""

    context: Mapping[str, Json]
    random: Random
    now: datetime
    is_request: bool
    server_url: str | None = None


class MissingValueError(LookupError):
    """A provider state gave no value under the name that this error carries."""


Generator: TypeAlias = Callable[[Attributes, Making, Json], Json]
"""From attributes, what there is to make values from, and the example, to the value."""


def _random_int(attributes: Attributes, making: Making, _example: Json) -> Json:
    return making.random.randint(*bounds_of(attributes))


def _random_decimal(attributes: Attributes, making: Making, example: Json) -> Json:
    digits = max(2, count_of(attributes, "digits", MOST_DIGITS))
    point = making.random.randint(1, digits - 1)
    whole = (
        str(making.random.randint(1, 9)) + _digits(making.random, point - 1) if point > 1 else _digits(making.random, 1)
    )
    text = f"{whole}.{_digits(making.random, digits - point - 1)}{making.random.randint(1, 9)}"
    return text if isinstance(example, str) else float(text)


def _random_hexadecimal(attributes: Attributes, making: Making, _example: Json) -> Json:
    return "".join(making.random.choices("0123456789ABCDEF", k=count_of(attributes, "digits", LONGEST_RANDOM_TEXT)))


def _random_string(attributes: Attributes, making: Making, _example: Json) -> Json:
    size = count_of(attributes, "size", LONGEST_RANDOM_TEXT)
    return "".join(making.random.choices(string.ascii_letters + string.digits, k=size))


def _random_boolean(_attributes: Attributes, making: Making, _example: Json) -> Json:
    return making.random.random() < 0.5


def _regex(attributes: Attributes, making: Making, _example: Json) -> Json:
    return text_for(str(attributes.get("regex", "")), making.random)


def _uuid(attributes: Attributes, making: Making, _example: Json) -> Json:
    made = UUID(int=making.random.getrandbits(128), version=4)
    match uuid_format(attributes):
        case "simple":
            return made.hex
        case "upper-case-hyphenated":
            return str(made).upper()
        case "URN":
            return made.urn
    return str(made)


def _moment(default: str) -> Generator:
    def generate(attributes: Attributes, making: Making, _example: Json) -> Json:
        moment = moment_of(str(attributes.get("expression") or ""), making.now)
        return compile_format(str(attributes.get("format") or default)).write(moment)

    return generate


def _provider_state(attributes: Attributes, making: Making, example: Json) -> Json:
    if not making.is_request:
        return example
    expression = str(attributes.get("expression", ""))
    value = _evaluated(expression, making.context)
    data_type = str(attributes.get("dataType", "")).upper()
    return _cast(value, data_type, example)


def _mock_server_url(attributes: Attributes, making: Making, example: Json) -> Json:
    if making.is_request or making.server_url is None:
        return example
    pattern, written = str(attributes.get("regex", "")), str(attributes.get("example") or example)
    path = first_group(pattern, written)
    if path is None:
        raise UnusableRuleError(f"its example {written} does not match its regex {pattern}")
    return f"{making.server_url.rstrip('/')}/{path.lstrip('/')}"


GENERATORS: Mapping[str, Generator] = {
    "RandomInt": _random_int,
    "RandomDecimal": _random_decimal,
    "RandomHexadecimal": _random_hexadecimal,
    "RandomString": _random_string,
    "RandomBoolean": _random_boolean,
    "Regex": _regex,
    "Uuid": _uuid,
    "Date": _moment(FORMATS["Date"]),
    "Time": _moment(FORMATS["Time"]),
    "DateTime": _moment(FORMATS["DateTime"]),
    "ProviderState": _provider_state,
    "MockServerURL": _mock_server_url,
}
"""The generators by their names in Pact files."""


def like_example(value: Json, example: Json) -> Json:
    """Give a generated value in the kind of the example where it can be: text for text, a number for a number."""
    if isinstance(example, str) and not isinstance(value, str | dict | list) and value is not None:
        return dump_compact(value).decode()
    if type(example) in (int, float) and isinstance(value, str):
        return _number(value)
    return value


def _evaluated(expression: str, context: Mapping[str, Json]) -> Json:
    if whole := _EXPRESSION.fullmatch(expression):
        return _looked_up(whole["name"], context)
    if _EXPRESSION.search(expression) is None:
        return _looked_up(expression, context)
    return _EXPRESSION.sub(lambda found: _text(_looked_up(found["name"], context)), expression)


def _looked_up(name: str, context: Mapping[str, Json]) -> Json:
    if name not in context:
        raise MissingValueError(name)
    return context[name]


def _cast(value: Json, data_type: str, example: Json) -> Json:
    match data_type:
        case "STRING":
            return _text(value)
        case "INTEGER":
            return int(_number(_text(value)))
        case "DECIMAL" | "FLOAT":
            return float(_number(_text(value)))
        case "BOOLEAN":
            return _text(value).lower() == "true"
        case "RAW":
            return value
    return like_example(value, example)


def _number(text: str) -> int | float:
    try:
        number = int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    except ValueError:
        raise UnusableRuleError(f"{text!r} is no number") from None
    if isinstance(number, float) and not math.isfinite(number):
        raise UnusableRuleError(f"{text!r} is no number that JSON can write")
    return number


def _text(value: Json) -> str:
    return value if isinstance(value, str) else dump_compact(value).decode()


def bounds_of(attributes: Attributes) -> tuple[int, int]:
    """Give the least and the greatest of the integers that `RandomInt` makes."""
    low, high = _whole_number(attributes, "min", 0), _whole_number(attributes, "max", 10)
    if low > high:
        raise UnusableRuleError(f"its min {_shown(low)} is greater than its max {_shown(high)}")
    return low, high


def count_of(attributes: Attributes, name: str, most: int) -> int:
    """Give how many characters or digits a generator makes, 10 where nothing is written."""
    count = _whole_number(attributes, name, 10)
    if not 0 <= count <= most:
        raise UnusableRuleError(f"its {name} is not in 0 to {most:,}")
    return count


def uuid_format(attributes: Attributes) -> str:
    """Give the form in which `Uuid` writes."""
    name = attributes.get("format") or UUID_FORMATS[0]
    if name not in UUID_FORMATS:
        raise UnusableRuleError(f"its format {_shown(name)} is none of {', '.join(UUID_FORMATS)}")
    return str(name)


def _whole_number(attributes: Attributes, name: str, default: int) -> int:
    value = attributes.get(name)
    if value is None or type(value) is int:
        return default if value is None else value
    try:
        return int(str(value))
    except ValueError:
        raise UnusableRuleError(f"its {name} is not a whole number: {_shown(value)}") from None


def _shown(value: Json) -> str:
    return show_json(value, limit=_SHOWN)


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))
