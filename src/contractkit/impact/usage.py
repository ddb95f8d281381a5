"""Usage: who uses which operations and places of a provider, and what of its definition nobody does."""

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from contractkit.definitions.heirs import heirs_of
from contractkit.definitions.interface import Operation
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Content, DocumentedDefinition, Surface
from contractkit.errors import DefinitionError
from contractkit.impact.places_in_use import Needed, locations_of, operation_of, together
from contractkit.model import Contract, HttpRequest, Location, Step, Wildcard

Row: TypeAlias = tuple[str, str, str, Needed]
"""Operation, location, consumer, and whether that needs it."""

DEEPEST: Final = 12
"""Steps of a location; what lies deeper is not listed."""

MOST_PLACES: Final = 4_000
"""Places of a body that are looked at, the nearest; where all leads to all there is no end of them."""

_SIDE: Final = re.compile(r"[a-z]+(\[\*\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedPlace:
    """A place of an operation (`response.body.lines[*].sku`) with the consumers that reach it, by name."""

    operation: str
    location: str
    consumers: Mapping[str, Needed]


class Sureness(Enum):
    """How sure it is that nobody of those who are known uses something."""

    PROVED = "proved"  # the needs of all who call the operation were inferred, or nobody calls it
    LIKELY = "likely"  # no contract holds it, but the needs of some who call the operation are unknown
    UNKNOWN = "unknown"  # it was served to a consumer whose needs are unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What of a definition may go: an operation (`location` empty) or one of its places.

    `consumers` are those because of whom it is no surer. What is unknown without any, a mistake
    in the definition hides.
    """

    operation: str
    location: str
    sureness: Sureness
    consumers: tuple[str, ...] = ()


def used_places(contracts: Iterable[Contract]) -> tuple[UsedPlace, ...]:
    """Give every place that contracts use, by operation and location; elements of lists are `[*]`."""
    return gathered(
        (operation_of(interaction), str(location), contract.consumer, needed)
        for contract in contracts
        for interaction in contract.interactions
        for location, needed in locations_of(interaction).items()
    )


def gathered(uses: Iterable[Row], *, is_whole: bool = True) -> tuple[UsedPlace, ...]:
    """Give uses as places with all their consumers by name, in order.

    Args:
        uses: Operation, location, consumer, and whether that needs it; by several interactions, or files.
        is_whole: Whether they are all of their operations. Then `response.*` says of a consumer that it may use any
            place of the answers, where it is not told otherwise: what some of its interactions need is not known, and
            others need all that these are known to use.
    """
    return tuple(
        UsedPlace(operation=operation, location=location, consumers=dict(sorted(consumers.items())))
        for operation, places in sorted(_together(uses, is_whole=is_whole).items())
        for location, consumers in sorted(places.items())
    )


def _together(uses: Iterable[Row], *, is_whole: bool) -> dict[str, dict[str, dict[str, Needed]]]:
    found: dict[str, dict[str, dict[str, Needed]]] = defaultdict(dict)
    unknown: dict[tuple[str, str], str] = {}
    for operation, location, consumer, needed in uses:
        known = found[operation].setdefault(location, {})
        known[consumer] = together((known[consumer], needed)) if consumer in known else needed
        if needed is None:
            unknown[operation, consumer] = location
    for (operation, consumer), location in unknown.items() if is_whole else ():
        side = _SIDE.match(location)
        if side is not None and all(said.get(consumer, True) is not None for said in found[operation].values()):
            found[operation].setdefault(f"{side[0]}.*", {})[consumer] = None
    return found


def unused(definition: DocumentedDefinition, places: Iterable[UsedPlace]) -> tuple[Unused, ...]:
    """Give what of a definition nobody is known to need, operation by operation, the surest first within each.

    Optional parameters, members of requests that nobody sends, and members of successful answers that nobody needs;
    what a required member of a request is to go for, its senders decide. Whom nobody knows, nothing is said of; a
    consumer whose calls reach no operation may call any, so because of it nothing is proved.
    """
    by_operation = uses_by_operation(definition, places)
    strangers = strangers_among(by_operation, {operation.name for operation in definition.operations})
    reader = SurfaceReader(definition.documents)
    return tuple(
        doubted(found, strangers)
        for operation in definition.operations
        for found in _of_operation(operation, reader, by_operation.get(operation.name, {}))
    )


def doubted(found: Unused, consumers: Collection[str]) -> Unused:
    """Give what was proved as likely alone where there are consumers of whom nobody knows what they use."""
    if found.sureness is not Sureness.PROVED or not consumers:
        return found
    return replace(found, sureness=Sureness.LIKELY, consumers=tuple(sorted(consumers)))


def strangers_among(by_operation: Mapping[str, "_Uses"], names: Collection[str]) -> frozenset[str]:
    """Give the consumers whose calls reach no operation of a definition: they may use anything of it."""
    return frozenset(
        consumer
        for operation, uses in by_operation.items()
        if operation not in names
        for location, consumers in uses.items()
        if is_of_http(location)
        for consumer in consumers
    )


def is_of_http(location: str) -> bool:
    """Say whether a place is one of a call over HTTP."""
    return location.startswith(_SIDES) and not location.startswith(_OF_MESSAGES)


_SIDES: Final = ("request.", "response.")  # places of calls: who handles messages alone calls nothing
_SENT: Final = Location(("request", "body"))
_ANY_SENT: Final = str(_SENT / Wildcard.ANY)
_OF_MESSAGES: Final = ("request.contents", "request.metadata")
_Uses: TypeAlias = Mapping[str, Mapping[str, Needed]]


def uses_by_operation(
    definition: DocumentedDefinition, places: Iterable[UsedPlace]
) -> dict[str, dict[str, dict[str, Needed]]]:
    """Give who uses which places, by operation: what contracts say of one by several names is said together."""
    return _together(_rows_as_defined(definition, places), is_whole=True)


def named_as_defined(definition: DocumentedDefinition, places: Iterable[UsedPlace]) -> tuple[UsedPlace, ...]:
    """Give uses under the names that a definition has for their operations; of what it does not have, as they are."""
    return gathered(_rows_as_defined(definition, places), is_whole=False)


def _rows_as_defined(definition: DocumentedDefinition, places: Iterable[UsedPlace]) -> Iterator[Row]:
    for place in places:
        operation = operation_as_defined(definition, place.operation)
        yield from ((operation, place.location, name, needed) for name, needed in place.consumers.items())


def operation_as_defined(definition: DocumentedDefinition, said: str) -> str:
    """Give an operation's name where a contract of another tool has only a method and a path."""
    method, _, path = said.partition(" ")
    if not path.startswith("/"):
        return said
    route = definition.route(HttpRequest(method=method, path=path))
    return said if route is None else route.operation.name


def _of_operation(operation: Operation, reader: SurfaceReader, uses: _Uses) -> Iterator[Unused]:
    if not uses:
        yield Unused(operation=operation.name, location="", sureness=Sureness.PROVED)
        return
    try:
        declared = dict.fromkeys(_declared(reader.surface_of(operation)))
    except DefinitionError:  # a mistake in one operation hides nothing of the others
        yield Unused(operation=operation.name, location="", sureness=Sureness.UNKNOWN)
        return
    doubts = doubts_of(uses)
    judged = (judged_place(operation.name, str(each), uses, doubts.at(each)) for each in declared)
    found = [each for each in judged if each is not None]
    yield from sorted(found, key=lambda each: [*Sureness].index(each.sureness))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """The consumers of an operation that may use more than is known: of its answers, and of the bodies they send."""

    answers: Set[str]
    sent: Set[str]

    def at(self, location: Location) -> Set[str]:
        """Give those that may use a place."""
        if location.steps[0] == "response":
            return self.answers
        return self.sent if location.starts_with(_SENT) else frozenset()


def doubts_of(uses: Mapping[str, Mapping[str, Needed]]) -> Doubts:
    """Give of whom not all is known, by who uses which places of an operation."""
    unknown = {name for consumers in uses.values() for name, needed in consumers.items() if needed is None}
    return Doubts(answers=unknown, sent=uses.get(_ANY_SENT, {}).keys())


def judged_place(operation: str, location: str, uses: _Uses, unknown: Collection[str]) -> Unused | None:
    """Say how sure it is that nobody uses a place of an operation, None where somebody does.

    Args:
        operation: The operation's name.
        location: The place, elements of lists as `[*]`.
        uses: Who uses which of its places.
        unknown: Those of whom is not known what else they use there.
    """
    below = (f"{location}.", f"{location}[")
    said = [use for place, use in uses.items() if place == location or place.startswith(below)]
    if any(needed for consumers in said for needed in consumers.values()):
        return None
    served = tuple(sorted({name for consumers in said for name, needed in consumers.items() if needed is None}))
    if served:
        return Unused(operation=operation, location=location, sureness=Sureness.UNKNOWN, consumers=served)
    if unknown:
        names = tuple(sorted(unknown))
        return Unused(operation=operation, location=location, sureness=Sureness.LIKELY, consumers=names)
    return Unused(operation=operation, location=location, sureness=Sureness.PROVED)


def _declared(surface: Surface) -> Iterator[Location]:
    for parameter in surface.parameters.values():
        if not parameter.is_required:
            yield parameter.location
    if surface.body is not None:
        yield from _members(surface.body.contents, Location(("request", "body")), optional_only=True)
    for status, response in surface.responses.items():
        if status.startswith("2"):
            yield from _members(response.contents, Location(("response", "body")), optional_only=False)


def _members(contents: Iterable[Content], at: Location, *, optional_only: bool) -> Iterator[Location]:
    for content in contents:
        for place, branches in branches_below(content.view, at):
            names = {
                name: None
                for branch in branches
                for name, member in branch.members.items()
                if not (optional_only and member.is_required)
            }
            yield from (place / name for name in names)


def branches_below(view: SchemaView | None, at: Location) -> Iterator[tuple[Location, tuple[SchemaView, ...]]]:
    """Give the places of a schema and of those below it, the nearest first, with the alternatives that may stand there.

    Those are of its heirs, too, where others inherit it by its discriminator. Of so many schemas alone as are looked
    at; one that leads back to itself is entered once on each way.
    """
    pending = deque([(view, at, frozenset[object]())]) if view is not None else None
    left = MOST_PLACES
    while pending and left > 0:
        entered, place, way = pending.popleft()
        if entered.key in way or len(place.steps) > DEEPEST:
            continue
        views = (entered, *(heir.view for heir in entered.known(heirs_of)))[:left]
        left -= len(views)
        branches = tuple({branch.key: branch for each in views for branch in each.value_branches}.values())
        yield place, branches
        on_way = way | {entered.key}
        pending.extend((inner, place / step, on_way) for step, inner in _inside(branches))


def _inside(branches: Iterable[SchemaView]) -> Iterator[tuple[Step, SchemaView]]:
    """Give the members and elements of alternatives, once what several of them have."""
    seen = set()
    for branch in branches:
        inner: list[tuple[Step, SchemaView | None]] = [(name, each.view) for name, each in branch.members.items()]
        for step, view in (*inner, (Wildcard.INDEX, branch.elements)):
            if view is not None and (step, view.key) not in seen:
                seen.add((step, view.key))
                yield step, view
