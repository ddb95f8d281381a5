"""What changed of a message's fields: one function per rule, from a pair of messages to what was found."""

from collections.abc import Callable, Iterable, Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto

from contractkit.changes.protobuf.features import checks_text, promises_json
from contractkit.changes.protobuf.message_pairs import (
    MessagePair,
    is_of_entry,
    json_name_of,
    name_of,
    step_of,
    steps_to,
)
from contractkit.changes.protobuf.records import Encoding, FieldPair, Found, place_of, place_of_message
from contractkit.changes.protobuf.types import Fit, fit_of, in_words, is_map, is_packable
from contractkit.changes.records import Direction, Place
from contractkit.exact_json import show_json


def removed(pair: MessagePair) -> Iterator[Found]:
    """Find fields that are gone, with their number kept free or given up; what readers require is said apart."""
    for field in pair.removed:
        is_required = field.is_required and pair.direction is Direction.RESPONSE
        if not is_required and field.number not in pair.new_by_number:
            after = "reserved" if _is_reserved(pair.new, field.number) else "not reserved"
            yield _found(field, None, in_words(field), f"not declared; number {field.number} is {after}", pair)


def reused(pair: MessagePair) -> Iterator[Found]:
    """Find fields whose number means another field now."""
    for field in pair.removed:
        other = pair.new_by_number.get(field.number)
        if other is not None:
            yield _found(field, other, in_words(field), in_words(other), pair)


def renumbered(pair: MessagePair) -> Iterator[Found]:
    """Find fields that have another number."""
    for each in pair.renumbered:
        yield _pair_found(each, in_words(each.old), in_words(each.new))


def renamed(pair: MessagePair) -> Iterator[Found]:
    """Find fields of another name whose name in JSON is kept."""
    for each in pair.same:
        if name_of(each.old) != name_of(each.new) and json_name_of(each.old) == json_name_of(each.new):
            yield _pair_found(each, name_of(each.old), name_of(each.new))


def renamed_in_json(pair: MessagePair) -> Iterator[Found]:
    """Find fields whose name in JSON is another one.

    Who reads a request takes the field's own name beside that in JSON (JSON mapping of protobuf, Field names); answers
    may be read without code of the definition.
    """
    takes_both = pair.encoding is Encoding.JSON and pair.direction is Direction.REQUEST
    for each in pair.comparable:
        before, after = json_name_of(each.old), json_name_of(each.new)
        is_heard = takes_both and before == name_of(each.new)
        if before != after and steps_to(each.old) and not is_heard:
            yield _pair_found(each, before, after)


def retyped(fit: Fit) -> Callable[[MessagePair], Iterator[Found]]:
    """Give what finds fields of another type, and messages compared as a whole, by what becomes of their values."""

    def find(pair: MessagePair) -> Iterator[Found]:
        if pair.whole_fit is fit and fit is not Fit.SAME:
            yield _whole_found(pair, pair.old.full_name, pair.new.full_name)
        for each in pair.comparable:
            if _fit_by_name(each, pair.encoding) is fit and not _is_kind_of_map_change(each):
                yield _pair_found(each, in_words(each.old), in_words(each.new))

    return find


def pressed_into_one(pair: MessagePair) -> Iterator[Found]:
    """Find lists written as one packed record that are read as a single value: nothing arrives."""
    for each in _other_cardinality(pair):
        if each.sender.is_repeated and is_packable(each.sender) and each.sender.is_packed:
            yield _pair_found(each, in_words(each.old), in_words(each.new))


def other_cardinality(pair: MessagePair) -> Iterator[Found]:
    """Find single values that became lists, and the reverse, where something arrives."""
    for each in _other_cardinality(pair):
        if not (each.sender.is_repeated and is_packable(each.sender) and each.sender.is_packed):
            yield _pair_found(each, in_words(each.old), in_words(each.new))


def map_became_list(pair: MessagePair) -> Iterator[Found]:
    """Find maps that became lists of entries, and the reverse: alike in binary form, unlike in JSON."""
    for each in pair.comparable:
        if _is_kind_of_map_change(each):
            yield _pair_found(each, in_words(each.old), in_words(each.new))


def presence_lost(pair: MessagePair) -> Iterator[Found]:
    """Find fields that could be told unset from their default, and cannot any more."""
    for each in _single_scalars(pair.comparable):
        if each.old.has_presence and not each.new.has_presence:
            yield _pair_found(each, "with presence", "without presence")


def presence_gained(pair: MessagePair) -> Iterator[Found]:
    """Find fields that can be told unset from their default now."""
    for each in _single_scalars(pair.comparable):
        if each.new.has_presence and not each.old.has_presence:
            yield _pair_found(each, "without presence", "with presence")


def other_default(pair: MessagePair) -> Iterator[Found]:
    """Find fields with another declared default (proto2, editions); without presence it is that of their type."""
    for each in _single_scalars((*pair.same, *pair.renumbered)):
        if _meaning_of_default(each.old) != _meaning_of_default(each.new):
            yield _pair_found(each, f"the default {_default(each.old)}", f"the default {_default(each.new)}")


def text_checked(pair: MessagePair) -> Iterator[Found]:
    """Find texts that their writer need not keep to UTF-8 and their reader refuses where they are not."""
    for each in pair.comparable:
        is_text = each.old.type == each.new.type == FieldDescriptor.TYPE_STRING
        if is_text and checks_text(each.reader) and not checks_text(each.sender):
            yield _pair_found(each, _checking(each.old), _checking(each.new))


def json_unpromised(pair: MessagePair) -> Iterator[Found]:
    """Find messages whose JSON form is no longer the same in every language."""
    if promises_json(pair.old) and not promises_json(pair.new):
        yield _whole_found(pair, "promised", "not promised")


def packed_removed(pair: tuple[Descriptor, Place]) -> Iterator[Found]:
    """Find a message that a `google.protobuf.Any` carried, which is not defined where it would stand now."""
    old, new = pair
    yield Found(before=old.full_name, after="not defined", old=place_of_message(old), new=new)


def became_required(pair: MessagePair) -> Iterator[Found]:
    """Find fields that must be set now."""
    for each in pair.comparable:
        if each.new.is_required and not each.old.is_required:
            yield _pair_found(each, in_words(each.old), in_words(each.new))


def added_required(pair: MessagePair) -> Iterator[Found]:
    """Find new fields that must be set."""
    for field in pair.added:
        if field.is_required:
            yield _found(None, field, "not declared", in_words(field), pair)


def became_optional(pair: MessagePair) -> Iterator[Found]:
    """Find fields that had to be set and need not be now."""
    for each in pair.comparable:
        if each.old.is_required and not each.new.is_required:
            yield _pair_found(each, in_words(each.old), in_words(each.new))


def removed_required(pair: MessagePair) -> Iterator[Found]:
    """Find fields that had to be set and are not declared where they were."""
    in_json = pair.encoding is Encoding.JSON  # where the name is found, whatever the number
    for field in (*pair.removed, *(() if in_json else (each.old for each in pair.renumbered))):
        if field.is_required:
            yield _found(field, None, in_words(field), "not declared", pair)


def added(pair: MessagePair) -> Iterator[Found]:
    """Find new fields that need not be set."""
    for field in pair.added:
        if not field.is_required and field.number not in pair.old_by_number:
            yield _found(None, field, "not declared", in_words(field), pair)


def _other_cardinality(pair: MessagePair) -> Iterator[FieldPair]:
    for each in pair.comparable:
        if bool(each.old.is_repeated) is not bool(each.new.is_repeated) and fit_of(each, pair.encoding) is not Fit.LOST:
            yield each


def _fit_by_name(pair: FieldPair, encoding: Encoding) -> Fit:
    """Give what becomes of values; one that fits another type under another name may be meant as something else."""
    fit = fit_of(pair, encoding)
    is_renamed = name_of(pair.old) != name_of(pair.new) and json_name_of(pair.old) != json_name_of(pair.new)
    return Fit.READ_OTHERWISE if is_renamed and fit is Fit.LOSSLESS and encoding is Encoding.BINARY else fit


def _is_kind_of_map_change(pair: FieldPair) -> bool:
    has_entries = pair.old.message_type is not None and pair.new.message_type is not None
    return (
        has_entries and bool(pair.old.is_repeated and pair.new.is_repeated) and is_map(pair.old) is not is_map(pair.new)
    )


def _single_scalars(pairs: Iterable[FieldPair]) -> Iterator[FieldPair]:
    """Give the scalars that may be left out; key and value of a map's entry stand for their default then, always."""
    for each in pairs:
        fields = (each.old, each.new)
        if all(is_of_entry(field) for field in fields):
            continue
        if all(field.message_type is None and not field.is_repeated and not field.is_required for field in fields):
            yield each


def _checking(field: FieldDescriptor) -> str:
    return "text that is checked to be UTF-8" if checks_text(field) else "text that is not checked to be UTF-8"


def _meaning_of_default(field: FieldDescriptor) -> object:
    """Give a default as fields of any type have it: those that are nothing (0, false, no text) are one."""
    value = field.default_value
    return (value.encode() if isinstance(value, str) else value) or None


def _default(field: FieldDescriptor) -> str:
    value = field.default_value
    return show_json(value.decode("latin-1") if isinstance(value, bytes) else value)


def _is_reserved(message: Descriptor, number: int) -> bool:
    written = DescriptorProto()
    message.CopyToProto(written)
    return any(each.start <= number < each.end for each in written.reserved_range)


def _whole_found(pair: MessagePair, before: str, after: str) -> Found:
    return Found(before=before, after=after, old=place_of_message(pair.old), new=place_of_message(pair.new))


def _pair_found(pair: FieldPair, before: str, after: str) -> Found:
    return Found(before=before, after=after, step=step_of(pair.old), old=place_of(pair.old), new=place_of(pair.new))


def _found(
    old: FieldDescriptor | None, new: FieldDescriptor | None, before: str, after: str, pair: MessagePair
) -> Found:
    field = old or new
    assert field is not None
    return Found(
        before=before,
        after=after,
        step=step_of(field),
        old=place_of(old) if old else place_of_message(pair.old),
        new=place_of(new) if new else place_of_message(pair.new),
    )
