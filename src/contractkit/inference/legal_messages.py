"""Legal messages: what a protobuf definition allows beside the messages that were served, place by place."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from contractkit.definitions.rpc_interface import Procedure, RpcDefinition, Side
from contractkit.exact_json import Json
from contractkit.inference.answers import Alternatives
from contractkit.model import Location, Wildcard

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor

_SEEDS = ("needs 1", "needs 2", "needs 3", "needs 4")
_MOST_MEMBERS = 16


class DescribedProcedures(RpcDefinition, Protocol):
    """A definition whose messages have descriptors."""

    def message_type(self, procedure: Procedure, side: Side) -> "Descriptor":
        """Give the descriptor of a procedure's request or response."""


def legal_messages(
    definition: DescribedProcedures, procedure: Procedure, trees: Sequence[Json], at: Location
) -> Mapping[Location, Alternatives]:
    """Give the alternatives to each place of some messages of a procedure's response type, by generalised location.

    Of an enumeration they are its other members, of a `oneof` the message with another field of it set, of other
    scalars the values of other answers that the definition makes.

    Args:
        definition: What describes the messages.
        procedure: What answered with them.
        trees: The messages.
        at: Where they stand.
    """
    descriptor = definition.message_type(procedure, Side.RESPONSE)
    others = [definition.answer(procedure, seed=seed).tree for seed in _SEEDS]
    made: dict[Location, list[Json]] = {}
    for tree in others:
        for place, value in _walk(tree, at):
            made.setdefault(place, []).append(value)
    found: dict[Location, Alternatives] = {}
    for tree in trees:
        for place, alternatives in _of_message(descriptor, tree, at, made):
            if found.get(place, Alternatives()) == Alternatives():
                found[place] = alternatives
    return found


_Made = Mapping[Location, list[Json]]


def _of_message(
    descriptor: "Descriptor", tree: Json, at: Location, made: _Made
) -> Iterator[tuple[Location, Alternatives]]:
    if not isinstance(tree, dict):
        return
    branches = tuple(_other_branches(descriptor, tree, made.get(at, [])))
    yield at, Alternatives(branches=branches)
    for name, value in tree.items():
        field = descriptor.fields_by_name.get(name)
        if field is not None:
            yield from _of_field(field, value, at / name, made)


def _of_field(
    field: "FieldDescriptor", value: Json, at: Location, made: _Made
) -> Iterator[tuple[Location, Alternatives]]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return  # its keys are no fields
    if isinstance(value, list):
        for each in value:
            yield from _of_field(field, each, at / Wildcard.INDEX, made)
    elif isinstance(value, dict) and field.message_type is not None:
        yield from _of_message(field.message_type, value, at, made)
    elif field.enum_type is not None:
        names = [each.name for each in field.enum_type.values if each.name != value]
        yield at, Alternatives(members=tuple(names[:_MOST_MEMBERS]))
    elif isinstance(value, bool):
        yield at, Alternatives(members=(not value,))
    else:
        alike = [each for each in made.get(at, []) if type(each) is type(value) and each != value]
        yield at, Alternatives(other=tuple(alike[:1]))


def _other_branches(descriptor: "Descriptor", tree: dict[str, Json], made: Sequence[Json]) -> Iterator[Json]:
    """Give the message with another field of each `oneof` set; the field that `optional` hides in one has no other."""
    for group in descriptor.oneofs:
        names = [field.name for field in group.fields]
        chosen = next((name for name in names if name in tree), None)
        if chosen is None or len(names) < 2:
            continue
        rest = {name: value for name, value in tree.items() if name != chosen}
        for field in group.fields:
            if field.name != chosen:
                yield {**rest, field.name: _value_of(field, made)}


def _value_of(field: "FieldDescriptor", made: Sequence[Json]) -> Json:
    known = next((each[field.name] for each in made if isinstance(each, dict) and field.name in each), None)
    return _SAMPLES[_kind_of(field)](field) if known is None else known


def _kind_of(field: Any) -> str:
    if field.message_type is not None:
        return "message"
    if field.enum_type is not None:
        return "enum"
    return str(type(field.default_value).__name__)


_SAMPLES: Mapping[str, Any] = {
    "message": lambda field: {},
    "enum": lambda field: field.enum_type.values[-1].name,
    "str": lambda field: "another",
    "bytes": lambda field: "YW5vdGhlcg==",
    "bool": lambda field: True,
    "int": lambda field: 3,
    "float": lambda field: 2.5,
}
"""A value of each kind of field, where no answer of the definition has one."""


def _walk(value: Json, at: Location) -> Iterator[tuple[Location, Json]]:
    yield at, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(member, at / name)
    elif isinstance(value, list):
        for element in value:
            yield from _walk(element, at / Wildcard.INDEX)
