"""Special messages: those that a tree says in a form of their own, and how such a form is written into them."""

import datetime
import math
from typing import Any, Final

from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf.reading import ANY, WRAPPERS, stands_for_json
from contractkit.definitions.protobuf.scalars import SCALARS, Unfit
from contractkit.definitions.protobuf.writing import Attempt, SpecialWrite, Steps, Writer, jsonable
from contractkit.exact_json import Json
from contractkit.results import ABSENT

_MOMENT: Final = "a moment such as 2026-03-01T12:30:00Z, or seconds and nanos"
_SPAN: Final = 'a duration such as "3.5s", or seconds and nanos'
_MASK: Final = 'paths such as "displayName,labels", or an object with paths'


def _write_wrapper(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    scalar = SCALARS[message.DESCRIPTOR.fields_by_name["value"].type]
    try:
        message.value = scalar.write(value)
    except Unfit as unfit:
        attempt.refuse(steps, unfit.expected, value, pointer)
    return True


def _write_any(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    if not isinstance(value, dict):
        attempt.refuse(steps, "an object with @type", value, pointer)
        return True
    if not value:
        return True
    type_url = value.get("@type", ABSENT)
    name = type_url.rpartition("/")[2] if isinstance(type_url, str) else ""
    if not isinstance(type_url, str):
        attempt.refuse((*steps, "@type"), "the type, as in type.googleapis.com/package.Type", type_url, pointer)
    elif name and writer.files.knows_type(name):
        _pack(writer, message, type_url, value, steps, attempt, pointer)
    else:
        _keep(message, type_url, value, steps, attempt, pointer)
    return True


def _pack(
    writer: Writer, message: Any, type_url: str, value: dict[str, Json], steps: Steps, attempt: Attempt, pointer: str
) -> None:
    """Encode what an `Any` carries, of a type that the definition knows."""
    name = type_url.rpartition("/")[2]
    inner = GetMessageClass(writer.files.pool.FindMessageTypeByName(name))()
    rest = {key: each for key, each in value.items() if key != "@type"}
    if rest.keys() == {"value"} and (stands_for_json(name) or name in _WRITTEN):
        writer.fill(inner, rest["value"], (*steps, "value"), attempt, pointer)
    else:
        writer.fill(inner, rest, steps, attempt, pointer)
    message.type_url = type_url
    message.value = inner.SerializePartialToString(deterministic=True)


def _keep(message: Any, type_url: str, value: dict[str, Json], steps: Steps, attempt: Attempt, pointer: str) -> None:
    """Take the bytes of a type that the definition does not know."""
    if value.keys() - {"@type", "value"}:
        expected = "a type of the definition, or the message's bytes in base64 as value"
        attempt.refuse((*steps, "@type"), expected, type_url, pointer)
        return
    try:
        message.value = SCALARS[_BYTES].write(value.get("value", ""))
    except Unfit as unfit:
        attempt.refuse((*steps, "value"), unfit.expected, value["value"], pointer)
    message.type_url = type_url


def _write_struct(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    if not isinstance(value, dict):
        attempt.refuse(steps, "an object", value, pointer)
        return True
    for name, each in value.items():
        key = jsonable(str(name))
        if key != name:
            attempt.refuse((*steps, key), "a name of whole Unicode characters", name, pointer)
            continue
        writer.fill(message.fields[key], each, (*steps, key), attempt, pointer)
    return True


def _write_list(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    if not isinstance(value, list | tuple):
        attempt.refuse(steps, "a list", value, pointer)
        return True
    for index, each in enumerate(value):
        writer.fill(message.values.add(), each, (*steps, index), attempt, pointer)
    return True


def _write_value(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    match value:
        case None:
            message.null_value = 0
        case bool():
            message.bool_value = value
        case int() | float():
            _write_number(message, value, steps, attempt, pointer)
        case str():
            message.string_value = jsonable(value)
            if message.string_value != value:
                attempt.refuse(steps, "a string of whole Unicode characters", value, pointer)
        case dict():
            message.struct_value.SetInParent()
            writer.fill(message.struct_value, value, steps, attempt, pointer)
        case list() | tuple():
            message.list_value.SetInParent()
            writer.fill(message.list_value, value, steps, attempt, pointer)
        case _:
            attempt.refuse(steps, "a JSON value", value, pointer)
    return True


def _write_number(message: Any, value: float, steps: Steps, attempt: Attempt, pointer: str) -> None:
    """Write a JSON number, which no infinity is (`google/protobuf/struct.proto`)."""
    try:
        message.number_value = float(value)
    except OverflowError:
        message.number_value = math.inf
    if not math.isfinite(message.number_value):
        attempt.refuse(steps, "a finite number of 64 bits", value, pointer)


def _write_moment(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    if isinstance(value, datetime.datetime):
        message.FromDatetime(value)
        return True
    return _from_text(message, value, _MOMENT, steps, attempt, pointer)


def _write_span(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    if isinstance(value, datetime.timedelta):
        message.FromTimedelta(value)
        return True
    return _from_text(message, value, _SPAN, steps, attempt, pointer)


def _write_mask(writer: Writer, message: Any, value: Any, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    return _from_text(message, value, _MASK, steps, attempt, pointer)


def _from_text(message: Any, value: Any, expected: str, steps: Steps, attempt: Attempt, pointer: str) -> bool:
    """Write the text that the JSON mapping uses; an object of fields is left to the ordinary way."""
    if isinstance(value, dict):
        return False
    if isinstance(value, str):
        try:
            message.FromJsonString(value)
            return True
        except ValueError:
            pass
    attempt.refuse(steps, expected, value, pointer)
    return True


_BYTES: Final = 12  # FieldDescriptor.TYPE_BYTES
_WRITTEN: Final = frozenset(f"google.protobuf.{name}" for name in ("Timestamp", "Duration", "FieldMask"))

SPECIAL_WRITES: Final[dict[str, SpecialWrite]] = {
    ANY: _write_any,
    **dict.fromkeys(WRAPPERS, _write_wrapper),
    "google.protobuf.Struct": _write_struct,
    "google.protobuf.ListValue": _write_list,
    "google.protobuf.Value": _write_value,
    "google.protobuf.Timestamp": _write_moment,
    "google.protobuf.Duration": _write_span,
    "google.protobuf.FieldMask": _write_mask,
}
"""Full name to what writes the message's own form."""
