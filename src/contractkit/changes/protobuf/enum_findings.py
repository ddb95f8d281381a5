"""What changed of enums: one function per rule, from a pair of enums to what was found."""

from collections.abc import Callable, Iterator

from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor

from contractkit.changes.protobuf.features import promises_json
from contractkit.changes.protobuf.message_pairs import EnumPair
from contractkit.changes.protobuf.records import Found, place_of_enum, place_of_value


def values_added(*, closed: bool) -> Callable[[EnumPair], Iterator[Found]]:
    """Give what finds members whose number the old enum does not know, by whether the old enum is closed."""

    def find(pair: EnumPair) -> Iterator[Found]:
        for value in pair.new.values:
            is_new = value.number not in pair.old.values_by_number and value.name not in pair.old.values_by_name
            if is_new and bool(pair.old.is_closed) is closed:
                yield _found(pair, None, value)

    return find


def values_removed(pair: EnumPair) -> Iterator[Found]:
    """Find members of which neither the number nor the name is left."""
    for value in pair.old.values:
        if value.number not in pair.new.values_by_number and value.name not in pair.new.values_by_name:
            yield _found(pair, value, None)


def values_renamed(pair: EnumPair) -> Iterator[Found]:
    """Find members whose number is called otherwise, the old name being gone: an alias that stays is no change."""
    for value in pair.old.values:
        other = pair.new.values_by_number.get(value.number)
        if other is not None and value.name not in pair.new.values_by_name:
            yield _found(pair, value, other)


def values_written_otherwise(pair: EnumPair) -> Iterator[Found]:
    """Find members whose number their readers do not know by the name that is written for it, the first one it has."""
    for value in pair.old.values:
        other = pair.new.values_by_number.get(value.number)
        is_known = other is not None and other.name in pair.old.values_by_name
        if other is not None and (not is_known or value.name not in pair.new.values_by_name):
            yield _found(pair, value, other)


def values_renumbered(pair: EnumPair) -> Iterator[Found]:
    """Find members whose name means another number now."""
    for value in pair.old.values:
        other = pair.new.values_by_name.get(value.name)
        if other is not None and other.number != value.number:
            yield _found(pair, value, other)


def other_openness(pair: EnumPair) -> Iterator[Found]:
    """Find enums that take unknown numbers and did not, and the reverse."""
    if bool(pair.old.is_closed) is not bool(pair.new.is_closed):
        yield _of_enum(pair, _openness(pair.old), _openness(pair.new))


def json_unpromised(pair: EnumPair) -> Iterator[Found]:
    """Find enums whose JSON form is no longer the same in every language."""
    if promises_json(pair.old) and not promises_json(pair.new):
        yield _of_enum(pair, "promised", "not promised")


def _of_enum(pair: EnumPair, before: str, after: str) -> Found:
    return Found(before=before, after=after, step=pair.step, old=place_of_enum(pair.old), new=place_of_enum(pair.new))


def _found(pair: EnumPair, old: EnumValueDescriptor | None, new: EnumValueDescriptor | None) -> Found:
    named = old or new
    assert named is not None
    return Found(
        before=_in_words(old),
        after=_in_words(new),
        step=pair.step,
        value=named.name,
        old=place_of_value(old) if old else place_of_enum(pair.old),
        new=place_of_value(new) if new else place_of_enum(pair.new),
    )


def _in_words(value: EnumValueDescriptor | None) -> str:
    return "no such value" if value is None else f"{value.name} = {value.number}"


def _openness(enum: EnumDescriptor) -> str:
    return "closed" if enum.is_closed else "open"
