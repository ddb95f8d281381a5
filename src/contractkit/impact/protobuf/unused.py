"""Usage of procedures and messages of protobuf: what of a definition nobody is known to need."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import islice

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from contractkit.changes.protobuf.procedures import Procedures
from contractkit.changes.protobuf.transcoding import bindings_of
from contractkit.changes.protobuf.types import is_map
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.exact_json import dump_compact
from contractkit.impact.places_in_use import RECEIVED, SENT, Needed, together
from contractkit.impact.protobuf.emitted import CONTENTS
from contractkit.impact.protobuf.uses import MESSAGE
from contractkit.impact.usage import DEEPEST, MOST_PLACES, Sureness, Unused, UsedPlace, doubted, judged_place
from contractkit.impact.usage_values import judged_value, place_and_value, value_in_words
from contractkit.model import Location, Wildcard

_STANDARD = "google.protobuf."
_OVER_HTTP = "request.method"  # a place of each call over HTTP
_Uses = Mapping[str, Mapping[str, Needed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A field, or a member of its enum, as contracts write it; `is_received` says that the consumer reads it."""

    written: str
    is_received: bool
    is_value: bool = False


def unused_of_procedures(
    definition: ProtoDefinition, places: Iterable[UsedPlace], values: Iterable[UsedPlace]
) -> tuple[Unused, ...]:
    """Give what of procedures nobody is known to need, procedure by procedure, the surest first within each.

    Procedures, fields that nobody sends or needs, members of enums that nobody uses; then the same of message types
    that somebody handles where they are emitted unasked. What stands below the keys of maps, and in messages that come
    with protobuf, is not looked into; nor is a member that is read where nothing was sent. Of a procedure that
    `google.api.http` offers over HTTP nothing is proved where somebody calls the provider so.

    Args:
        definition: The definition.
        places: What is used. Procedures and types are named in full, so what is not of the definition is of another.
        values: Which values are, likewise.
    """
    uses = _by_procedure((*places, *values))
    found: list[Unused] = []
    over_http = {name for consumers in uses.values() for name in consumers.get(_OVER_HTTP, ())}
    procedures = Procedures(definition)
    for name, method in procedures.methods.items():
        may_call = over_http if bindings_of(method) else ()
        found += [doubted(each, may_call) for each in _of_procedure(name, method, uses.get(name, {}))]
    for name, message in procedures.messages.items():
        if any(each.startswith(str(CONTENTS)) for each in uses.get(name, ())):
            found += _of(name, _fields(message, CONTENTS, is_received=True), uses[name], CONTENTS)
    return tuple(found)


def procedures_and_messages(definition: ProtoDefinition) -> frozenset[str]:
    """Give the full names of everything that contracts can be about."""
    procedures = Procedures(definition)
    return frozenset((*procedures.methods, *procedures.messages))


def reached_over_http(definition: ProtoDefinition) -> bool:
    """Say whether `google.api.http` offers any procedure over HTTP."""
    return any(bindings_of(method) for method in Procedures(definition).methods.values())


def _by_procedure(places: Iterable[UsedPlace]) -> dict[str, dict[str, dict[str, Needed]]]:
    uses: dict[str, dict[str, dict[str, Needed]]] = defaultdict(dict)
    for place in places:
        for location in _sides_of(place.location):
            known = uses[place.operation].setdefault(location, {})
            for name, needed in place.consumers.items():
                known[name] = together((needed, known.get(name, needed)))
    return uses


def _sides_of(location: str) -> tuple[str, ...]:
    """Give a place by who sends its message; what earlier releases published says nothing of that, so it is both."""
    whole = str(MESSAGE)
    if not location.startswith(whole):
        return (location,)
    return tuple(f"{side}{location.removeprefix(whole)}" for side in (SENT, RECEIVED))


def _of_procedure(name: str, method: MethodDescriptor, uses: _Uses) -> list[Unused]:
    if not uses:
        return [Unused(operation=name, location="", sureness=Sureness.PROVED)]
    sent = _fields(method.input_type, SENT, is_received=False)
    received = _fields(method.output_type, RECEIVED, is_received=True)
    found = (*_of(name, sent, uses, SENT), *_of(name, received, uses, RECEIVED))
    return sorted(found, key=lambda each: [*Sureness].index(each.sureness))


def _of(operation: str, places: Iterable[_Place], uses: _Uses, message: Location) -> list[Unused]:
    everyone = {name for consumers in uses.values() for name in consumers}
    valued = {name for place in uses if place_and_value(place)[1] for name in uses[place]}
    unknown = {name for consumers in uses.values() for name, needed in consumers.items() if needed is None}
    unread = set(uses.get(str(message / Wildcard.ANY), ()))
    found = [
        judged_value(operation, each.written, uses, _doubtful(each, unknown, unread | (everyone - valued)))
        if each.is_value
        else judged_place(operation, each.written, uses, _doubtful(each, unknown, unread))
        for each in places
    ]
    return sorted((each for each in found if each is not None), key=lambda each: [*Sureness].index(each.sureness))


def _doubtful(place: _Place, unknown: Set[str], unread: Set[str]) -> Set[str]:
    return unread | unknown if place.is_received else unread


def _fields(message: Descriptor, at: Location, *, is_received: bool) -> Iterator[_Place]:
    """Give the fields below a message, the nearest first; a type in itself is entered once on each way."""
    yield from islice(_every_field(message, at, is_received=is_received), MOST_PLACES)


def _every_field(message: Descriptor, at: Location, *, is_received: bool) -> Iterator[_Place]:
    pending = deque([(message, at, frozenset[str]())])
    while pending:
        entered, place, way = pending.popleft()
        if entered.full_name in way or entered.full_name.startswith(_STANDARD) or len(place.steps) > DEEPEST:
            continue
        for field in entered.fields:
            inside = place / field.name / Wildcard.INDEX if field.is_repeated else place / field.name
            yield from _of_field(field, place / field.name, inside, is_received=is_received)
            if field.message_type is not None and not is_map(field):
                pending.append((field.message_type, inside, way | {entered.full_name}))


def _of_field(field: FieldDescriptor, place: Location, inside: Location, *, is_received: bool) -> Iterator[_Place]:
    if is_received or not field.is_required:
        yield _Place(written=str(place), is_received=is_received)
    for name in _members(field):
        written = value_in_words(str(inside), dump_compact(name).decode())
        yield _Place(written=written, is_received=is_received, is_value=True)


def _members(field: FieldDescriptor) -> Iterator[str]:
    """Give the members of a field's enum that show where they are used: not its default, nor those of two names."""
    if field.enum_type is None:
        return
    names: dict[int, list[str]] = defaultdict(list)
    for value in field.enum_type.values:
        names[value.number].append(value.name)
    silent = set() if field.is_repeated else {field.default_value}
    yield from (found[0] for number, found in names.items() if len(found) == 1 and number not in silent)
