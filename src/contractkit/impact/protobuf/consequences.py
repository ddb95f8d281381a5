"""Consequences: what each change of a message means to a call that meets it, as a table by the change's id."""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.descriptor import FieldDescriptor

from contractkit.changes.protobuf.message_pairs import MessagePair
from contractkit.changes.protobuf.types import INTEGER_RANGES, scalar_type
from contractkit.changes.records import Level
from contractkit.exact_json import Json
from contractkit.impact.protobuf.uses import CallUses
from contractkit.impact.protobuf.walks import Met
from contractkit.impact.records import Verdict
from contractkit.results import ABSENT

_PRECISIONS = {FieldDescriptor.TYPE_DOUBLE: 53, FieldDescriptor.TYPE_FLOAT: 24}
"""Types to how many bits of an integer they hold (IEEE 754 §3.6); one of more is rounded."""

_BY_LEVEL = {Level.BREAKING: Verdict.BROKEN, Level.POSSIBLE: Verdict.AT_RISK}


@dataclass(frozen=True, slots=True)
class Consequence:
    """A row of the table. `judge` gives the verdict, None where the call is not hurt.

    `is_whole` says that the message as a whole is refused, whatever of it the consumer needs. Where there is a `level`,
    the row speaks of changes of that level alone, which may be one in binary form and another one in JSON.
    """

    changes: tuple[str, ...]
    code: str
    judge: Callable[[Met, CallUses], Verdict | None]
    sentence: str
    is_whole: bool = False
    level: Level | None = None


def _level(met: Met) -> Verdict | None:
    return _BY_LEVEL.get(met.difference.level)


def _where_set(met: Met, uses: CallUses) -> Verdict | None:
    return _level(met) if met.is_set else None


def _where_read(met: Met, uses: CallUses) -> Verdict | None:
    """Judge what is lost to its reader: a default is what is read then too, so only other values can be missed."""
    if met.is_set or (met.is_present and uses.needed is not None):
        return _level(met)
    may_hold_others = met.is_present and not uses.is_exact(met.location) and _level(met) is not None
    return Verdict.AT_RISK if may_hold_others else None


def _where_present(met: Met, uses: CallUses) -> Verdict | None:
    return _level(met) if met.is_present else None


def _where_said(met: Met, uses: CallUses) -> Verdict | None:
    """Judge what a message or an enum is written as: a message that says nothing is written alike everywhere."""
    return _level(met) if met.is_set and met.value != {} else None


def _where_unset(met: Met, uses: CallUses) -> Verdict | None:
    return None if met.is_set else _level(met)


def _where_default(met: Met, uses: CallUses) -> Verdict | None:
    return _level(met) if met.is_present and met.is_default else None


def _always(met: Met, uses: CallUses) -> Verdict | None:
    return _level(met)


def _where_it_does_not_fit(met: Met, uses: CallUses) -> Verdict | None:
    """Judge what is read as another type by what is sent, which may show that it cannot be read as that."""
    verdict, reader = _where_set(met, uses), _reader(met)
    if verdict is None or reader is None:
        return verdict
    values = met.value if isinstance(met.value, list) else [met.value]
    return verdict if all(_fits(each, reader) for each in values) else Verdict.BROKEN


def _where_two_are_set(met: Met, uses: CallUses) -> Verdict | None:
    names = _names_in_oneof(met.pair, met.difference.found.value)
    is_beside = isinstance(met.holder, dict) and sum(met.holder.get(name, ABSENT) is not ABSENT for name in names) > 1
    return _level(met) if met.is_set and is_beside else None


def _where_value_is_sent(met: Met, uses: CallUses) -> Verdict | None:
    return _level(met) if met.holds(met.difference.found.value) else None


def _where_value_is_lost(met: Met, uses: CallUses) -> Verdict | None:
    """Judge a member that is gone: open enums pass its number on, closed ones are as if nothing had been sent."""
    verdict, reader = _where_value_is_sent(met, uses), _reader(met)
    is_closed = reader is not None and reader.enum_type is not None and reader.enum_type.is_closed
    return Verdict.BROKEN if verdict is not None and is_closed else verdict


def _where_value_is_read(met: Met, uses: CallUses) -> Verdict | None:
    """Judge a member whose meaning moved: broken where it is what the tests saw, else some answers are misread."""
    if not met.is_present or _level(met) is None:
        return None
    return Verdict.BROKEN if met.holds(met.difference.found.value) else Verdict.AT_RISK


def _where_value_is_expected(met: Met, uses: CallUses) -> Verdict | None:
    """Judge a member that is gone: expected to the letter it cannot come; only seen, it depends on the consumer."""
    if not met.holds(met.difference.found.value):
        return None
    if uses.is_exact(met.location):
        return Verdict.BROKEN
    return Verdict.AT_RISK if uses.needed is None or uses.limits_values(met.location) else None


def _where_values_are_limited(met: Met, uses: CallUses) -> Verdict | None:
    """Judge a new member: JSON carries its name, which readers refuse or pass over, whatever they do with others."""
    if not met.is_present or uses.tolerates(met.location, met.difference.found.value):
        return None
    verdict = _level(met)
    return verdict if uses.limits_values(met.location) else Verdict.AT_RISK if verdict is Verdict.BROKEN else None


def _where_value_is_unseen(met: Met, uses: CallUses) -> Verdict | None:
    """Judge a new member of an enum that is closed to its readers, who see nothing where it comes.

    The field is unset to them, an element of a list or an entry of a map not there (protobuf.dev, "Enum Behavior").
    """
    if not met.is_present or uses.tolerates(met.location, met.difference.found.value):
        return None
    if uses.is_exact(met.location):
        return Verdict.BROKEN
    return _level(met) if uses.limits_values(met.location) else Verdict.AT_RISK


REQUEST_CONSEQUENCES = (
    Consequence(("packed.removed",), "request.refused", _where_set,
                "the consumer sends it in JSON, and who does not know its type refuses the whole message",
                level=Level.BREAKING),
    Consequence(("field.removed", "packed.removed"), "request.ignored", _where_set,
                "the consumer sends it, and a provider passes over it now"),
    Consequence(("field.number-reused", "field.type-changed"), "request.misread", _where_set,
                "the consumer sends it, and a provider loses it or reads it as something else"),
    Consequence(("field.renumbered", "field.json-name-changed", "field.list-unpacked", "field.map-changed"),
                "request.unheard", _where_set, "the consumer sends it, and a provider does not find it any more"),
    Consequence(("field.text-checked",), "request.may-be-refused", _where_set,
                "the consumer sends text, which must be UTF-8 now: a message with other bytes there is refused whole"),
    Consequence(("field.cardinality-changed", "enum.openness-changed", "oneof.left"),
                "request.read-otherwise", _where_set, "the consumer sends it, and a provider may read it otherwise"),
    Consequence(("field.type-reinterpreted",), "request.read-otherwise", _where_it_does_not_fit,
                "the consumer sends {value}, which a provider may read otherwise or not at all"),
    Consequence(("message.json-unpromised", "enum.json-unpromised"), "request.read-otherwise", _where_said,
                "the consumer sends it, and not every language has the same JSON form for it any more"),
    Consequence(("field.type-truncated",), "request.truncated", _where_it_does_not_fit,
                "the consumer sends {value}, and not every value that it may send fits any more"),
    Consequence(("field.presence-lost",), "request.default-unseen", _where_default,
                "the consumer sends the default, which a provider cannot tell from nothing any more"),
    Consequence(("field.default-changed",), "request.default", _where_unset,
                "the consumer leaves it out, and another value is taken in its place now"),
    Consequence(("field.became-required", "field.added-required"), "request.missing", _where_unset,
                "the consumer does not send it, which is demanded now: a message without it is refused whole"),
    Consequence(("oneof.joined",), "request.exclusive", _where_two_are_set,
                "the consumer sets two fields of which only one can be set now"),
    Consequence(("enum.value-removed",), "request.value-gone",
                _where_value_is_lost, "the consumer sends {value}, which a provider does not know any more"),
    Consequence(("enum.value-renamed", "enum.value-renumbered"), "request.value-gone",
                _where_value_is_sent, "the consumer sends {value}, which a provider does not know as that any more"),
)  # fmt: skip
"""What changes mean to what is sent; the first row that names a change speaks."""

RESPONSE_CONSEQUENCES = (
    Consequence(("required-field.removed", "field.became-optional"), "response.refused", _always,
                "the consumer's code refuses a message without it", is_whole=True),
    Consequence(("field.removed", "packed.removed"), "response.undeclared", _where_read,
                "the consumer needs it, and it is not declared any more"),
    Consequence(("field.number-reused", "field.type-changed"), "response.misread", _where_read,
                "the consumer needs it, and reads nothing or something else in its place"),
    Consequence(("field.renumbered", "field.json-name-changed", "field.list-unpacked", "field.map-changed"),
                "response.unheard", _where_read, "the consumer needs it, and does not find it any more"),
    Consequence(("field.type-reinterpreted", "field.type-truncated", "field.cardinality-changed",
                 "field.default-changed", "enum.openness-changed"), "response.read-otherwise", _where_present,
                "the consumer needs it, and may read another value than was sent"),
    Consequence(("message.json-unpromised", "enum.json-unpromised"), "response.read-otherwise", _where_said,
                "the consumer needs it, and not every language has the same JSON form for it any more"),
    Consequence(("field.presence-lost",), "response.default-unseen", _where_default,
                "the consumer reads the default, which does not come as such any more"),
    Consequence(("oneof.joined", "oneof.left", "oneof.member-added"), "response.may-be-absent", _where_present,
                "the consumer needs it, and another field may come instead or beside it now"),
    Consequence(("enum.value-added",), "response.may-be-another-value", _where_values_are_limited,
                "the consumer does not cope with every value, and another one may come now"),
    Consequence(("closed-enum.value-added",), "response.may-be-another-value", _where_value_is_unseen,
                "the consumer needs it, and its code sees nothing there where the new value comes"),
    Consequence(("enum.value-removed",), "response.value-gone", _where_value_is_expected,
                "the tests saw {value}, which cannot come any more"),
    Consequence(("enum.value-renumbered", "enum.value-renamed"), "response.misread", _where_value_is_read,
                "the consumer reads another value than was sent"),
    Consequence(("field.added",), "response.unknown-field", _always,
                "a reader of JSON that refuses members it does not know refuses the message"),
)  # fmt: skip
"""What changes mean to what comes back; the first row that names a change speaks."""


def consequence_of(met: Met) -> Consequence | None:
    """Give the row that speaks of a difference, None where it means nothing to a call."""
    table = REQUEST_CONSEQUENCES if met.difference.rule.startswith("request.") else RESPONSE_CONSEQUENCES
    level = met.difference.level
    rows = (row for row in table if met.difference.name in row.changes)
    return next((row for row in rows if row.level is None or row.level is level), None)


def _reader(met: Met) -> FieldDescriptor | None:
    """Give the field of a request as its reader knows it; None for what a map holds."""
    name = met.field.name if met.field is not None else ""
    return next((each.reader for each in met.pair.comparable if each.old.name == name), None)


def _fits(value: Json, reader: FieldDescriptor) -> bool:
    """Say whether a value could be read as a field's type; what only its parser knows may be."""
    if reader.enum_type is not None:
        is_name = isinstance(value, str) and not value.lstrip("-").isdecimal()
        return not is_name or value in reader.enum_type.values_by_name
    kind = scalar_type(reader) or 0
    if kind in _PRECISIONS:
        return not isinstance(value, int) or _significant_bits(value) <= _PRECISIONS[kind]
    limits = INTEGER_RANGES.get(kind)
    if limits is None or not isinstance(value, int | float):
        return True
    return limits[0] <= value <= limits[1] and value % 1 == 0


def _significant_bits(value: int) -> int:
    return value.bit_length() - (value & -value).bit_length() + 1


def _names_in_oneof(pair: MessagePair, oneof: str) -> list[str]:
    return [
        each.old.name
        for each in pair.comparable
        if each.new.containing_oneof is not None and each.new.containing_oneof.name == oneof
    ]
