"""Uses: which places of the messages that come back a call depends on, and which values it copes with there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contractkit.conformance.uses import limits_at
from contractkit.exact_json import Json
from contractkit.model import (
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    Location,
    Need,
    Received,
    RpcCall,
    Wildcard,
)

EVENT = Location(("events", Wildcard.INDEX))
MESSAGE = EVENT / "message"
DETAIL = Location(("events", Wildcard.INDEX, "details", Wildcard.INDEX))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUses:
    """What a call uses of what comes back. `needs` is None where they are unknown: then all that is expected counts.

    `needed` are the proved places, `any_of` sets of which at least one must stay.
    """

    rules: tuple[LocatedRules, ...] = ()
    needed: tuple[Need, ...] | None = None
    any_of: tuple[tuple[Location, ...], ...] = ()
    members: Mapping[Location, Need] = field(default_factory=dict)

    def is_exact(self, location: Location) -> bool:
        """Say whether the value of a place is expected to the letter."""
        return self.needed is None and any(is_exact for is_exact, _ in self._limits_at(location))

    def limits_values(self, location: Location) -> bool:
        """Say whether a value that was never seen at a place could be one too many."""
        if self.needed is None:
            return any(is_exact or pattern is not None for is_exact, pattern in self._limits_at(location))
        return any(need.members or need.pattern for need in self._needs_at(location))

    def tolerates(self, location: Location, value: str) -> bool:
        """Say whether the consumer was proved to cope with a value."""
        return any(value in need.members for need in self._needs_at(location))

    def _needs_at(self, location: Location) -> list[Need]:
        """Give the needs of a place and its elements: a repeated field changes as one, needs speak of what is in it."""
        return [self.members[each] for each in (location, location / Wildcard.INDEX) if each in self.members]

    def _limits_at(self, location: Location) -> list[tuple[bool, str | None]]:
        """Give the limits of a place, and of its elements where rules speak of those."""
        elements = location / Wildcard.INDEX
        ruled = any(each.location == elements for each in self.rules)
        return [limits_at(each, self.rules) for each in ((location, elements) if ruled else (location,))]


def uses_of(interaction: Interaction) -> CallUses:
    """Give what an interaction uses of what comes back."""
    needs = interaction.needs
    rules = tuple(
        LocatedRules(location=each.location.generalised(), rules=each.rules, combine=each.combine)
        for each in interaction.rules
        if each.location.generalised() != EVENT  # says how many messages may come, and nothing of them
    )
    if not isinstance(needs, InferredNeeds):
        return CallUses(rules=rules)
    return CallUses(
        rules=rules,
        needed=needs.needed,
        any_of=tuple(tuple(place.generalised() for place in group) for group in needs.any_of),
        members={need.location.generalised(): need for need in needs.needed},
    )


def expected_trees(call: RpcCall) -> tuple[Json, ...]:
    """Give the messages that are expected, in order."""
    return tuple(
        event.message.value
        for event in call.events
        if isinstance(event, Received) and isinstance(event.message, JsonBody)
    )


def places_in(tree: Json, at: Location = MESSAGE) -> Iterator[Location]:
    """Give every place of a message's tree, list indexes as `[*]`."""
    yield at
    if isinstance(tree, dict):
        for name, member in tree.items():
            yield from places_in(member, at / name)
    elif isinstance(tree, list):
        for element in tree:
            yield from places_in(element, at / Wildcard.INDEX)
