"""Echoes: values of a request that come back in the answer, as they would from a service that remembers.

A value comes back in a field of the same name and type: the request's own fields first, then those of the messages
in it. Values that say nothing (empty texts, zeros, empty lists) do not come back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor

from contractkit.definitions.protobuf.kinds import Field, Kinds, Shape
from contractkit.exact_json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a request said, by the signatures of its fields; never None. `signatures` are those fields."""

    by_signature: Mapping[str, Json] = field(default_factory=dict)
    signatures: tuple[str, ...] = ()


NOTHING_SAID: Final = Said()


def said_in(tree: Json, descriptor: Descriptor, kinds: Kinds) -> Said:
    """Give what a request's tree says; the request's own fields win over those one level below."""
    if not isinstance(tree, dict):
        return NOTHING_SAID
    own: dict[str, Json] = {}
    below: dict[str, Json] = {}
    for each in kinds.of(descriptor).fields:
        value = tree.get(each.name)
        if not value:
            continue
        if each.message is None:
            own[each.signature] = value
        elif (told := _telling(value, each, kinds)) is not None:
            own[each.signature] = told
        if each.message is not None and each.shape is Shape.ONE and isinstance(value, dict):
            below = {**dict(_of_message(value, each.message, kinds)), **below}
    told_of = {**below, **own} if below else own
    return Said(by_signature=told_of, signatures=tuple(told_of))


def _of_message(tree: Mapping[str, Json], descriptor: Descriptor, kinds: Kinds) -> Iterator[tuple[str, Json]]:
    for each in kinds.of(descriptor).fields:
        value = tree.get(each.name)
        if value and (told := _telling(value, each, kinds)) is not None:
            yield each.signature, told


def _telling(value: Json, each: Field, kinds: Kinds) -> Json:
    """Give a value without what says nothing; None where nothing is left."""
    if each.shape is Shape.ONE and each.message is not None and isinstance(value, dict) and "@type" not in value:
        fields = kinds.of(each.message).by_name
        if not value.keys() <= fields.keys():
            return value or None  # a JSON value, not an object of fields
        left = {name: told for name, item in value.items() if (told := _telling(item, fields[name], kinds)) is not None}
        return left or None
    return value or None
