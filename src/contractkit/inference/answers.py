"""Observed answers: what a test was served, place by place, and what else it might legally have been served."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contractkit.exact_json import Json
from contractkit.inference.changes import AnswerId
from contractkit.model import Location, Wildcard


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What a definition also allows at one place.

    Attributes:
        members: The other members of an enumeration.
        other: Other legal values where any of a type may stand, the likeliest first.
        branches: Values of the other alternatives of a union.
        allows_null: Null is one of them.
        is_fixed: The alternative of a union that was served allows this value alone: it tells the alternatives apart.
        may_be_longer: A list may have its last element once more.
    """

    members: tuple[Json, ...] = ()
    other: tuple[Json, ...] = ()
    branches: tuple[Json, ...] = ()
    allows_null: bool = False
    is_fixed: bool = False
    may_be_longer: bool = True


_NONE = Alternatives()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedAnswer:
    """One answer of a test with a body that can be changed.

    Attributes:
        id: Which answer.
        operation: The operation's name, for people.
        at: Where the body stands: `response.body`, `events[2].message`.
        bodies: The JSON values that were served there: one, or the messages of a stream, which change alike.
        alternatives: By generalised location; where nothing is said, nothing else is known to be legal.
        read: The generalised locations that were read, None where that cannot be known: then all count as read.
        pinned: The locations that the test says it needs.
        has_null: Null can be sent: JSON can, a protobuf field cannot.
        may_hold_more: An extra field can be sent.
        has_status: Another status can be sent with it.
        headers: Where headers stand that are expected and can be left out. Nobody notes whether they are read.
    """

    id: AnswerId
    operation: str
    at: Location
    bodies: tuple[Json, ...]
    alternatives: Mapping[Location, Alternatives] = field(default_factory=dict)
    read: frozenset[Location] | None = None
    pinned: tuple[Location, ...] = ()
    has_null: bool = True
    may_hold_more: bool = True
    has_status: bool = True
    headers: tuple[Location, ...] = ()

    @property
    def places(self) -> tuple["Place", ...]:
        """Give every place below the body in the order it was served, elements of a list as one, and the headers."""
        found: dict[Location, list[Json]] = {}
        for body in self.bodies:
            for location, value in _walk(body, self.at):
                found.setdefault(location, []).append(value)
        below = (
            Place(
                location=location,
                values=tuple(values),
                is_read=self.read is None or location in self.read,
                alternatives=self.alternatives.get(location, _NONE),
                is_member=location != self.at and isinstance(location.steps[-1], str),
            )
            for location, values in found.items()
        )
        return (*below, *map(_header, self.headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A generalised location with the values served there. `is_member` of an object: such can be dropped.

    Of a header the values do not matter: it can be dropped, and that is all.
    """

    location: Location
    values: tuple[Json, ...]
    is_read: bool
    alternatives: Alternatives
    is_member: bool

    @property
    def holds_elements(self) -> bool:
        """Say whether a list with an element stands there."""
        return any(isinstance(value, list) and value for value in self.values)

    @property
    def is_scalar(self) -> bool:
        """Say whether nothing lies below it, and it is more than null."""
        return not any(isinstance(value, dict | list) for value in self.values) and any(
            value is not None for value in self.values
        )


def _header(location: Location) -> Place:
    return Place(location=location, values=(), is_read=True, alternatives=_NONE, is_member=True)


def _walk(value: Json, at: Location) -> Iterator[tuple[Location, Json]]:
    yield at, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(member, at / name)
    elif isinstance(value, list):
        for element in value:
            yield from _walk(element, at / Wildcard.INDEX)
