"""Promises: how far a definition commits a provider to each value of a message.

A field without presence, a list and a map are always there, proto2's required fields too; whatever has presence may be
absent, and so may all below it.
"""

from collections.abc import Iterator, Mapping

from google.protobuf.descriptor import Descriptor

from contractkit.definitions.interface import Promise
from contractkit.definitions.protobuf.kinds import Field, Kinds, Shape
from contractkit.definitions.protobuf.reading import stands_for_json
from contractkit.exact_json import Json
from contractkit.model import Location


class Promises(Mapping[Location, Promise]):
    """The promises of one message by location, worked out when first looked at: most messages are only sent."""

    def __init__(self, tree: Json, descriptor: Descriptor, kinds: Kinds) -> None:
        self._tree, self._descriptor, self._kinds = tree, descriptor, kinds
        self._known: dict[Location, Promise] | None = None

    def __getitem__(self, location: Location) -> Promise:
        return self._all[location]

    def __iter__(self) -> Iterator[Location]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def _all(self) -> dict[Location, Promise]:
        if self._known is None:
            self._known = dict(_message(self._tree, self._descriptor, self._kinds, Location(), Promise.PROMISED))
        return self._known


_Graded = Iterator[tuple[Location, Promise]]


def _message(tree: Json, descriptor: Descriptor, kinds: Kinds, at: Location, grade: Promise) -> _Graded:
    yield at, grade
    if stands_for_json(descriptor.full_name) or not isinstance(tree, dict):
        yield from _below(tree, at, Promise.UNDECLARED)
        return
    for each in kinds.of(descriptor).fields:
        if each.name in tree:
            is_promised = grade is Promise.PROMISED and (each.is_required or not each.has_presence)
            inner = Promise.PROMISED if is_promised else Promise.DECLARED
            yield from _field(tree[each.name], each, kinds, at / each.name, inner)


def _field(value: Json, each: Field, kinds: Kinds, at: Location, grade: Promise) -> _Graded:
    if each.shape is Shape.ONE:
        yield from _one(value, each, kinds, at, grade)
        return
    yield at, grade
    if each.shape is Shape.LIST:
        for index, item in enumerate(value):
            yield from _one(item, each, kinds, at / index, grade)
    else:
        for name, item in value.items():
            yield from _one(item, each, kinds, at / name, Promise.DECLARED)


def _one(value: Json, each: Field, kinds: Kinds, at: Location, grade: Promise) -> _Graded:
    if each.message is None:
        yield at, grade
    else:
        yield from _message(value, each.message, kinds, at, grade)


def _below(value: Json, at: Location, grade: Promise) -> _Graded:
    """Grade what lies in a JSON value, of which no definition speaks."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield at / step, grade
        yield from _below(child, at / step, grade)
