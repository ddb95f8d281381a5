"""Synthesis: a whole message from its type, a partial tree, and what the request said.

A type is not entered again inside itself and a message holds a bounded number of values, so recursive and very large
types end. What the caller gives decides which member of a `oneof` is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from contractkit.definitions.draws import Draw
from contractkit.definitions.protobuf.echoes import NOTHING_SAID, Said
from contractkit.definitions.protobuf.guesses import guess, guess_moment, guess_span, is_ordinary
from contractkit.definitions.protobuf.kinds import Field, Kind, Kinds, Shape
from contractkit.definitions.protobuf.reading import ANY, JSON_TYPES, WRAPPERS
from contractkit.definitions.protobuf.resources import Resources
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_DEEPEST: Final = 12  # messages in messages
_MOST_VALUES: Final = 600  # after that, only what is asked for or required is made
_MOST_LEVELS: Final = 200  # of what is given; the writer refuses what is deeper
_ECHO_DEPTH: Final = 1  # levels below the message in which values of the request come back
_WORDS: Final = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "hazel")
_IDENTITIES: Final = frozenset(("id", "name", "key"))


@dataclass(slots=True)
class _Making:
    """One message being made: its seed, what the request said, and what it cost so far."""

    seed: str
    said: Said
    made: int = 0
    open_types: list[str] = field(default_factory=list)


class Synthesis:
    """Makes messages of one definition."""

    def __init__(self, kinds: Kinds, resources: Resources) -> None:
        self._kinds = kinds
        self._resources = resources

    def message(self, descriptor: Descriptor, seed: str, *, said: Said = NOTHING_SAID, given: Json = None) -> Json:
        """Give a tree of a type; members of `given` stand in it as they are, for the writer to judge.

        Raises:
            DefinitionError: The type requires itself without end.
        """
        if given is None and not is_plain(descriptor):
            return _stand_alone(descriptor, "", Draw(seed, ""))
        return self._message(descriptor, given, {}, "", _Making(seed, said))

    def _message(
        self, descriptor: Descriptor, given: Json, said: Mapping[str, Json], place: str, making: _Making
    ) -> Json:
        """Give a tree of a type; `said` is what the request said of this very message, by field."""
        if (given is not None and not isinstance(given, dict)) or len(making.open_types) > _MOST_LEVELS:
            return given
        kind = self._kinds.of(descriptor)
        named = {
            kind.by_name[name].name if name in kind.by_name else name: each for name, each in (given or {}).items()
        }
        if len(named) < len(given or {}):
            return given  # a field is named twice, which the writer refuses
        if given is None and len(making.open_types) > 2 * _DEEPEST:  # only required messages go that deep
            raise DefinitionError(f"No message of {kind.full_name} can be made: it requires itself without end.")
        making.open_types.append(kind.full_name)
        remembered = {**_echoes(kind, place, making), **said}
        tree = dict(named)
        for each in _chosen(kind, named, remembered, place, making):
            value = self._field(each, named, remembered.get(each.name), f"{place}.{each.name}", making)
            if value is not None:
                tree[each.name] = value
        making.open_types.pop()
        return tree

    def _field(self, each: Field, named: Mapping[str, Json], said: Json, place: str, making: _Making) -> Json:
        """Give the value of a field; None for one that stays unset."""
        if each.name in named or said is not None:
            given = named.get(each.name)
            wanted = given if each.name in named else said
            if each.message is None or each.shape is not Shape.ONE or not is_plain(each.message) or wanted is None:
                return wanted
            inner = said if isinstance(said, dict) else {}
            return self._message(each.message, given, inner, place, making)
        if not self._is_worth_making(each, making):
            return None
        making.made += 1
        if each.shape is Shape.LIST:
            count = Draw(making.seed, f"{place}[]").between(1, 2)
            return [self._one(each, f"{place}[{index}]", making) for index in range(count)]
        if each.shape is Shape.MAP:
            return self._entry(each, place, making)
        return self._one(each, place, making)

    def _is_worth_making(self, each: Field, making: _Making) -> bool:
        if each.is_required:
            return True
        if making.made >= _MOST_VALUES or _is_deprecated(each.descriptor):
            return False
        if (each.message is not None or each.shape is not Shape.ONE) and not each.oneof and not is_ordinary(each.name):
            return False
        if each.message is None:
            return True
        is_recursive = each.message.full_name in making.open_types or len(making.open_types) >= _DEEPEST
        return not is_recursive and each.message.full_name != ANY  # nothing says what an Any carries

    def _entry(self, each: Field, place: str, making: _Making) -> Json:
        key = guess(_of_entry(each, "key"), "key", Draw(making.seed, f"{place}()"))
        text = ("true" if key else "false") if isinstance(key, bool) else str(key)
        return {text: self._one(each, f"{place}[{text}]", making)}

    def _one(self, each: Field, place: str, making: _Making) -> Json:
        draw = Draw(making.seed, place)
        if each.message is None:
            name = self._resources.name_for(each.descriptor, draw)
            return name if name is not None else guess(_valued(each), each.name, draw)
        if not is_plain(each.message):
            return _stand_alone(each.message, each.name, draw)
        return self._message(each.message, None, {}, place, making)


def _stand_alone(descriptor: Descriptor, name: str, draw: Draw) -> Json:
    """Give a value for a message that a tree says in a form of its own; an `Any` that carries nothing."""
    if descriptor.full_name in WRAPPERS:
        return guess(descriptor.fields_by_name["value"], name, draw)
    return _SPECIAL[descriptor.full_name](name, draw) if descriptor.full_name in _SPECIAL else {}


def is_plain(descriptor: Descriptor | None) -> bool:
    """Say whether a type is a message whose tree is an object of its fields."""
    return descriptor is not None and descriptor.full_name not in _NOT_PLAIN


def _echoes(kind: Kind, place: str, making: _Making) -> dict[str, Json]:
    """Give what the request said under the names of a type's fields; elements of a list do not share an identity."""
    if len(making.open_types) - 1 > _ECHO_DEPTH or not making.said.by_field:
        return {}
    is_element = place.endswith("]")
    said = {each.name: making.said.value(each) for each in kind.fields if not (is_element and each.name in _IDENTITIES)}
    return {name: value for name, value in said.items() if value is not None}


def _chosen(
    kind: Kind, named: Mapping[str, Json], said: Mapping[str, Json], place: str, making: _Making
) -> tuple[Field, ...]:
    """Give the fields to make: of each `oneof` the member that is given, else one that was said, else a usual one."""
    branches: dict[str, list[Field]] = {}
    for each in kind.fields:
        if each.oneof:
            branches.setdefault(each.oneof, []).append(each)
    winners = {
        name: _branch(fields, named, said, Draw(making.seed, f"{place}.{name}"), making.open_types)
        for name, fields in branches.items()
    }
    return tuple(each for each in kind.fields if not each.oneof or each.name in named or winners[each.oneof] is each)


def _branch(
    fields: list[Field], named: Mapping[str, Json], said: Mapping[str, Json], draw: Draw, open_types: list[str]
) -> Field | None:
    if any(named.get(each.name) is not None for each in fields):
        return None  # what is given is the choice
    possible = [each for each in fields if each.name not in named]
    spoken = [each for each in possible if each.name in said]
    ending = [each for each in possible if each.message is None or each.message.full_name not in (ANY, *open_types)]
    ordinary = [each for each in ending if is_ordinary(each.name) and not _is_deprecated(each.descriptor)]
    candidates = spoken or ordinary or ending
    return draw.pick(candidates) if candidates else None


def _valued(each: Field) -> FieldDescriptor:
    return _of_entry(each, "value") if each.shape is Shape.MAP else each.descriptor


def _of_entry(each: Field, name: str) -> FieldDescriptor:
    """Give `key` or `value` of the message that a map's entries are."""
    entry = each.descriptor.message_type
    assert entry is not None, "a map's entries are messages"
    return entry.fields_by_name[name]


def _is_deprecated(descriptor: FieldDescriptor) -> bool:
    return bool(descriptor.has_options and descriptor.GetOptions().deprecated)


_SPECIAL: Final[Mapping[str, Any]] = {
    "google.protobuf.Timestamp": guess_moment,
    "google.protobuf.Duration": guess_span,
    "google.protobuf.FieldMask": lambda name, draw: {"paths": ["name"]},
    "google.protobuf.Struct": lambda name, draw: {draw.pick(_WORDS): draw.pick(_WORDS)},
    "google.protobuf.Value": lambda name, draw: draw.pick(_WORDS),
    "google.protobuf.ListValue": lambda name, draw: [draw.pick(_WORDS)],
}
_NOT_PLAIN: Final = frozenset((ANY, *WRAPPERS, *JSON_TYPES, *_SPECIAL))
