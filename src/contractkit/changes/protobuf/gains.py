"""Gains of a protobuf definition: the rules of the way back, by the name of their reverse."""

from collections.abc import Iterable, Iterator, Mapping

from contractkit.changes.mirroring import Gain, gained
from contractkit.changes.protobuf.comparison import ProtoChanges
from contractkit.changes.protobuf.procedures import MESSAGE_REMOVED, signature_of
from contractkit.changes.records import Change, once
from contractkit.model import Location

_SENT_BEFORE = ("request.field.added-required", "request.field.number-reused")

_REPLACED = ("field.type-changed", "field.type-reinterpreted", "field.type-truncated", "field.type-compatible")

GAINS: Mapping[str, Gain] = {
    "package.removed": Gain("package.added", "it was not declared and is now, with its package"),
    "service.removed": Gain("service.added", "it was not declared and is now, with its service"),
    "procedure.removed": Gain("procedure.added", "it was not declared and is now"),
    MESSAGE_REMOVED: Gain("message.added", "it was not defined and is now"),
    "procedure.http.address-removed": Gain("procedure.http.address-added", "over HTTP it may be called as {after} now"),
    "request.field.removed": Gain("request.field.added", "it was not declared and is now {after}", _SENT_BEFORE),
    "request.field.became-required": Gain("request.field.became-optional", "it was {before} and is {after}"),
    "response.field.became-optional": Gain("response.field.became-required", "it was {before} and is {after}"),
    "request.enum.value-removed": Gain("request.enum.value-added", "{after} may be sent now"),
}
"""A rule of the way back to what its finding is called on the way there."""


def all_proto_changes(there: ProtoChanges) -> tuple[Change, ...]:
    """Give what a new definition takes away, changes and gives, each once, in the old definition's order."""
    return once(_changes(there, ProtoChanges(there.new, there.old, there.encoding)))


def _changes(there: ProtoChanges, back: ProtoChanges) -> Iterator[Change]:
    for method in there.old.methods.values():
        lost = tuple(there.of_procedure(method))
        yield from lost
        use = there.use_of(method)
        if use is not None:
            yield from gained(lost, _outside(lost, back.of_procedure(use.new)), GAINS)
    for name, method in there.new.methods.items():
        if name not in there.old.methods:
            yield from gained((), (back.removal(method),), GAINS, signature_of(method))
    lost = tuple(there.of_types())
    yield from lost
    yield from gained(lost, _outside(lost, back.of_types()), GAINS)


def _outside(lost: Iterable[Change], back: Iterable[Change]) -> Iterator[Change]:
    """Give what the way back found, but what is inside of a message that replaced another kind of value whole.

    The way there compares no fields where a wrapper became another message; the way back, which starts at the message,
    does.
    """
    replaced = {(each.operation, each.location) for each in lost if each.rule.partition(".")[2] in _REPLACED}
    for change in back:
        steps = change.location.steps
        above = (Location(steps[:length]) for length in range(len(steps)))
        if not any((change.operation, place) in replaced for place in above):
            yield change
