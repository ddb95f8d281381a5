"""What changed of oneofs: one function per rule, from a pair of messages to what was found."""

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor, OneofDescriptor

from contractkit.changes.protobuf.message_pairs import MessagePair, json_name_of, name_of, step_of
from contractkit.changes.protobuf.records import (
    Encoding,
    FieldPair,
    Found,
    place_of,
    place_of_message,
)
from contractkit.changes.records import Direction


def joined_oneof(pair: MessagePair) -> Iterator[Found]:
    """Find fields that share a oneof now with others that they could be set beside.

    Whoever answers may set one of another number instead, too; of a request that one is not heard.
    """
    rivals = (*pair.same, *pair.renumbered) if pair.direction is Direction.RESPONSE else pair.comparable
    for each in pair.comparable:
        group = _group(each.new)
        if group is None:
            continue
        others = [other for other in rivals if other is not each and _group(other.new) == group]
        known = _group(each.old)
        apart = [other.old.name for other in others if known is None or _group(other.old) != known]
        if apart:
            yield _of_field(each, _standing(each.old), f"one of {group.name}, with {', '.join(apart)}", group.name)


def left_oneof(pair: MessagePair) -> Iterator[Found]:
    """Find fields that shared a oneof with others and can be set beside them now, or beside what took their numbers."""
    takers = _takers(pair) if pair.direction is Direction.RESPONSE else {}
    for each in pair.comparable:
        group = _group(each.old)
        if group is None:
            continue
        known = _group(each.new)
        others = [other.new for other in pair.comparable if other is not each and _group(other.old) == group]
        others += [takers[field.number] for field in group.fields if field.number in takers]
        if [other for other in others if other != each.new and (known is None or _group(other) != known)]:
            yield _of_field(each, f"one of {group.name}", _standing(each.new), group.name)


def oneof_extended(pair: MessagePair) -> Iterator[Found]:
    """Find new members of oneofs, at each field that they may come instead of."""
    for field in pair.added:
        group = _group(field)
        for each in pair.comparable:
            if group is not None and _group(each.new) == group:
                yield Found(
                    before=_standing(each.old),
                    after=f"{field.name} may come instead",
                    step=step_of(each.old),
                    value=field.name,
                    old=place_of_message(pair.old),
                    new=place_of(field),
                )


def _takers(pair: MessagePair) -> dict[int, FieldDescriptor]:
    """Give what is read as a field that is gone, by its number: what has that number, or in JSON one of its names."""
    gone = (*pair.removed, *(each.old for each in pair.renumbered))
    if pair.encoding is Encoding.BINARY:
        return {each.number: pair.new_by_number[each.number] for each in gone if each.number in pair.new_by_number}
    by_name = {json_name_of(each): each for each in pair.new_fields}
    named = {each.number: (json_name_of(each), name_of(each)) for each in pair.removed}
    return {number: by_name[name] for number, names in named.items() for name in names if name in by_name}


def _of_field(pair: FieldPair, before: str, after: str, value: str = "") -> Found:
    return Found(
        before=before,
        after=after,
        step=step_of(pair.old),
        value=value,
        old=place_of(pair.old),
        new=place_of(pair.new),
    )


def _group(field: FieldDescriptor) -> OneofDescriptor | None:
    """Give the oneof that a field shares with others, None where it is alone in it."""
    group = field.containing_oneof
    return group if group is not None and len(group.fields) > 1 else None


def _standing(field: FieldDescriptor) -> str:
    group = _group(field)
    return f"one of {group.name}" if group is not None else "apart"
