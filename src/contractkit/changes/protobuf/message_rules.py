"""The rules for messages: what of a field, an enum or a oneof can hurt the side that writes or reads a message.

Each row has two levels: in binary form, which gRPC uses, and in JSON, which transcoding and Connect may use. Consumers
write requests and read responses by the old definition, providers the other way round by the new one.
"""

from collections.abc import Iterator, Sequence

from google.protobuf.descriptor import Descriptor

from contractkit.changes.protobuf import enum_findings as member
from contractkit.changes.protobuf import field_findings as field
from contractkit.changes.protobuf import oneof_findings as oneof
from contractkit.changes.protobuf.message_pairs import EnumPair, ExtensionPair, MessagePair
from contractkit.changes.protobuf.records import (
    BREAKING,
    HARMLESS,
    POSSIBLE,
    Encoding,
    Pair,
    ProtoDifference,
    Rule,
    both_ways,
)
from contractkit.changes.protobuf.types import Fit
from contractkit.changes.records import Direction, Place

MESSAGE_RULES: tuple[Rule[MessagePair], ...] = (
    Rule("request.field.removed", POSSIBLE, POSSIBLE, field.removed, "it was {before}, now {after}"),
    Rule("response.field.removed", BREAKING, BREAKING, field.removed, "it was {before}, now {after}"),
    Rule("request.field.number-reused", BREAKING, POSSIBLE, field.reused,
         "{before} is gone, and its number means {after}"),
    Rule("response.field.number-reused", BREAKING, BREAKING, field.reused,
         "{before} is gone, and its number means {after}"),
    *both_ways("field.renumbered", BREAKING, HARMLESS, field.renumbered, "it was {before} and is {after}"),
    *both_ways("field.renamed", HARMLESS, HARMLESS, field.renamed, "it was {before} and is {after}"),
    *both_ways("field.json-name-changed", HARMLESS, BREAKING, field.renamed_in_json,
               "its name in JSON was {before} and is {after}"),
    *both_ways("field.type-changed", BREAKING, BREAKING, field.retyped(Fit.LOST), "it was {before} and is {after}"),
    *both_ways("field.type-reinterpreted", POSSIBLE, POSSIBLE, field.retyped(Fit.READ_OTHERWISE),
               "it was {before} and is {after}, which reads the same bytes otherwise"),
    *both_ways("field.type-truncated", POSSIBLE, POSSIBLE, field.retyped(Fit.TRUNCATED),
               "it was {before} and is {after}, and not every value fits"),
    *both_ways("field.type-compatible", HARMLESS, HARMLESS, field.retyped(Fit.LOSSLESS),
               "it was {before} and is {after}, and every value fits"),
    *both_ways("field.list-unpacked", BREAKING, BREAKING, field.pressed_into_one, "it was {before} and is {after}"),
    *both_ways("field.cardinality-changed", POSSIBLE, BREAKING, field.other_cardinality,
               "it was {before} and is {after}"),
    *both_ways("field.map-changed", HARMLESS, BREAKING, field.map_became_list, "it was {before} and is {after}"),
    *both_ways("field.presence-lost", POSSIBLE, POSSIBLE, field.presence_lost,
               "unset and the default could be told apart, now they cannot"),
    *both_ways("field.presence-gained", HARMLESS, HARMLESS, field.presence_gained,
               "unset and the default can be told apart now"),
    *both_ways("field.default-changed", POSSIBLE, POSSIBLE, field.other_default, "it had {before} and has {after}"),
    Rule("request.field.text-checked", POSSIBLE, HARMLESS, field.text_checked,
         "it was {before} and is {after}: a message with other bytes there is refused whole"),
    Rule("response.field.text-unchecked", POSSIBLE, HARMLESS, field.text_checked,
         "it was {before} and is {after}: readers that check it refuse a message with other bytes there"),
    *both_ways("message.json-unpromised", HARMLESS, POSSIBLE, field.json_unpromised,
               "its JSON form was {before} and is {after}"),
    Rule("request.field.became-required", BREAKING, BREAKING, field.became_required,
         "it was {before} and is {after}"),
    Rule("request.field.added-required", BREAKING, BREAKING, field.added_required, "it was {before} and is {after}"),
    Rule("response.field.became-optional", BREAKING, BREAKING, field.became_optional,
         "it was {before} and is {after}; readers that require it refuse a message without it"),
    Rule("response.required-field.removed", BREAKING, BREAKING, field.removed_required,
         "it was {before} and does not come any more; readers that require it refuse the message"),
    Rule("response.field.added", HARMLESS, POSSIBLE, field.added, "it was {before} and is {after}"),
    Rule("request.oneof.joined", BREAKING, BREAKING, oneof.joined_oneof, "it stood {before} and is now {after}"),
    Rule("response.oneof.joined", POSSIBLE, POSSIBLE, oneof.joined_oneof, "it stood {before} and is now {after}"),
    *both_ways("oneof.left", POSSIBLE, POSSIBLE, oneof.left_oneof, "it was {before} and stands {after}"),
    Rule("response.oneof.member-added", POSSIBLE, POSSIBLE, oneof.oneof_extended, "it was {before}, and {after}"),
)  # fmt: skip
"""Rules for two messages that stand for each other."""

ENUM_RULES: tuple[Rule[EnumPair], ...] = (
    Rule("response.enum.value-added", POSSIBLE, BREAKING, member.values_added(closed=False), "{after} may come now"),
    Rule("response.closed-enum.value-added", POSSIBLE, BREAKING, member.values_added(closed=True),
         "{after} may come now, and the enum is closed to its readers"),
    Rule("request.enum.value-removed", POSSIBLE, BREAKING, member.values_removed, "{before} is gone"),
    Rule("response.enum.value-removed", HARMLESS, HARMLESS, member.values_removed, "{before} is gone"),
    Rule("request.enum.value-renamed", HARMLESS, BREAKING, member.values_renamed, "{before} is now {after}"),
    Rule("response.enum.value-renamed", HARMLESS, BREAKING, member.values_written_otherwise, "{before} is now {after}"),
    *both_ways("enum.value-renumbered", BREAKING, HARMLESS, member.values_renumbered, "{before} is now {after}"),
    *both_ways("enum.openness-changed", POSSIBLE, POSSIBLE, member.other_openness,
               "the enum was {before} and is {after}"),
    *both_ways("enum.json-unpromised", HARMLESS, POSSIBLE, member.json_unpromised,
               "its JSON form was {before} and is {after}"),
)  # fmt: skip
"""Rules for two enums that stand for each other."""


PACKED_RULES: tuple[Rule[tuple[Descriptor, Place]], ...] = (
    Rule("request.packed.removed", POSSIBLE, BREAKING, field.packed_removed, "{before} is no longer defined"),
    Rule("response.packed.removed", POSSIBLE, POSSIBLE, field.packed_removed, "{before} is no longer defined"),
)
"""Rules for a message that a `google.protobuf.Any` was recorded to carry, and for where it would be defined now.

In binary form an `Any` holds bytes that nobody need look into; in JSON it cannot be read without the type (JSON mapping
of protobuf, Any). What comes back is read by who knows the type.
"""


def message_differences(pair: MessagePair) -> tuple[ProtoDifference, ...]:
    """Give what the rules find at two messages themselves and the enums of their fields, without what lies below."""
    of_enums = (each for enums in pair.enums for each in enum_differences(enums, pair.direction, pair.encoding))
    return (*_apply(MESSAGE_RULES, pair, pair.direction, pair.encoding), *of_enums)


def extension_differences(pair: ExtensionPair) -> tuple[ProtoDifference, ...]:
    """Give what the rules find at the extensions of two messages, without what is about the messages themselves."""
    found = message_differences(pair) if pair.old_fields or pair.new_fields else ()
    return tuple(each for each in found if each.found.step is not None)


def enum_differences(pair: EnumPair, direction: Direction, encoding: Encoding) -> tuple[ProtoDifference, ...]:
    """Give what the rules find at two enums."""
    return tuple(_apply(ENUM_RULES, pair, direction, encoding))


def packed_difference(old: Descriptor, nowhere: Place, direction: Direction, encoding: Encoding) -> ProtoDifference:
    """Give that a message which an `Any` carries is not defined any more."""
    return next(iter(_apply(PACKED_RULES, (old, nowhere), direction, encoding)))


def _apply(
    rules: Sequence[Rule[Pair]], pair: Pair, direction: Direction, encoding: Encoding
) -> Iterator[ProtoDifference]:
    for rule in rules:
        for found in rule.find(pair) if rule.direction is direction else ():
            yield ProtoDifference(
                rule=rule.id,
                level=rule.level(encoding),
                direction=direction,
                sentence=rule.sentence.format(before=found.before, after=found.after),
                found=found,
            )
