"""Ruled messages: what a call may send beside what was recorded, since a rule stands there."""

from collections.abc import Callable, Iterator, Mapping

from google.protobuf.descriptor import Descriptor

from contractkit.changes.protobuf import ProtoChanges, ProtoDifference
from contractkit.changes.protobuf.message_pairs import MessagePair
from contractkit.changes.records import Direction
from contractkit.impact.protobuf.uses import MESSAGE
from contractkit.impact.protobuf.walks import Met
from contractkit.impact.ruled_places import RuledPlace, ruled_places
from contractkit.matching.checks import compile_scalar
from contractkit.matching.effort import begin_effort, end_effort
from contractkit.matching.weighting import kept_scope_of
from contractkit.model import Interaction, JsonBody, Location, RpcCall, Sent, Step, Wildcard


class RuledMessages:
    """The ruled places of the messages that a call sends."""

    def __init__(self, interaction: Interaction, call: RpcCall) -> None:
        self._places: dict[Location, list[RuledPlace]] = {}
        scope = kept_scope_of(interaction.rules)
        for index, event in enumerate(call.events):
            if isinstance(event, Sent) and isinstance(event.message, JsonBody):
                at = scope.at(Location(("events", index, "message")))
                for place in ruled_places(event.message.value, at):
                    self._places.setdefault(MESSAGE.under(place.steps).generalised(), []).append(place)

    @property
    def has_places(self) -> bool:
        """Say whether any rule stands for more than was recorded."""
        return bool(self._places)

    def may_meet(self, met: Met) -> bool:
        """Say whether a value that a rule stands for meets a difference, though the recorded one does not."""
        judge = _JUDGES.get(met.difference.name)
        found = (*self._places.get(met.location, ()), *self._places.get(met.location / Wildcard.INDEX, ()))
        return judge is not None and met.is_present and any(judge(met, place) for place in found)

    def open_places(self) -> Iterator[tuple[Step, ...]]:
        """Give the steps from the message to where entries or elements may stand that the recording does not have."""
        for location, places in self._places.items():
            if any(place.is_open for place in places):
                yield location.steps[len(MESSAGE.steps) :]


def inside(
    changes: ProtoChanges, old: Descriptor, new: Descriptor, steps: tuple[Step, ...]
) -> Iterator[tuple[Location, ProtoDifference]]:
    """Give what differs of the messages that may stand in a list or map to which some steps lead.

    Args:
        changes: The pair of definitions.
        old: The type of the message that is sent.
        new: What it became.
        steps: From that message to the list or map.
    """
    for location, pair in _inside(changes, old, new, steps, MESSAGE):
        for difference in changes.differences(pair):
            if difference.level.can_hurt:
                yield location.under(difference.found.steps), difference


def _inside(
    changes: ProtoChanges, old: Descriptor, new: Descriptor, steps: tuple[Step, ...], at: Location
) -> Iterator[tuple[Location, MessagePair]]:
    if not steps:
        for walked, pair in changes.reached(old, new, Direction.REQUEST):
            yield at.under(walked), pair
        return
    for below, before, after in changes.pair(old, new, Direction.REQUEST).children():
        if Location(steps[: len(below)]).starts_with(Location(tuple(below[: len(steps)]))):
            yield from _inside(changes, before, after, steps[len(below) :], at.under(below))


def _may_be_set(met: Met, _place: RuledPlace) -> bool:
    return not met.is_set


def _may_be_default(met: Met, _place: RuledPlace) -> bool:
    return not met.is_default


def _may_be_member(met: Met, place: RuledPlace) -> bool:
    if isinstance(place.example, dict | list):
        return False if place.example else place.is_open
    begin_effort()
    failures = compile_scalar(place.example, place.rules)(str(met.difference.found.value))
    end_effort()
    return not failures


_JUDGES: Mapping[str, Callable[[Met, RuledPlace], bool]] = {
    **dict.fromkeys(
        (
            "field.removed",
            "field.number-reused",
            "field.type-changed",
            "field.renumbered",
            "field.json-name-changed",
            "field.list-unpacked",
            "field.map-changed",
            "field.type-reinterpreted",
            "field.cardinality-changed",
            "field.type-truncated",
            "field.text-checked",
            "enum.openness-changed",
        ),
        _may_be_set,
    ),
    "field.presence-lost": _may_be_default,
    **dict.fromkeys(("enum.value-removed", "enum.value-renamed", "enum.value-renumbered"), _may_be_member),
}
"""By the id of the difference. A default that was recorded is not on the wire; another value of its kind is."""
