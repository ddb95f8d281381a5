"""Changes that the definition of a small world may go through."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import TypeAlias

from tests.impact.protobuf.world_definitions import FAMILIES, SCALARS, WRAPPERS, Definition, Field, make_field

Change: TypeAlias = Callable[[Definition, Random, Iterator[int]], bool]
"""Changes a definition in place, and says whether it found something to change."""


def _messages(definition: Definition) -> list[list[Field]]:
    top = [definition.request, definition.response]
    return top + [each.inner for fields in top for each in fields if each.kind == "message"]


def _of_fields(change: Callable[[list[Field], Field, Random, Iterator[int]], bool]) -> Change:
    def at_random(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
        fields = random.choice([each for each in _messages(definition) if each])
        return change(fields, random.choice(fields), random, counter)

    return at_random


def _drop(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    fields.remove(each)
    return True


def _reuse(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    if each.is_reusing:
        return False
    fields.remove(each)
    kind = random.choice([kind for kind in SCALARS if FAMILIES.get(kind) != FAMILIES.get(each.kind)])
    fields.append(replace(make_field(random, counter, 1, each.number, kind), is_reusing=True))
    return True


def _renumber(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    each.number = max(one.number for one in fields) + 1
    return True


def _rename(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    each.name = f"{each.name}x"
    return True


def _retype(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    if each.kind in ("message", "enum") or each.is_reusing:
        return False
    kinds = WRAPPERS if each.label == "wrapped" else SCALARS
    each.kind = random.choice([kind for kind in kinds if kind not in (each.kind, "enum")])
    return True


def _relabel(*labels: str) -> Callable[[list[Field], Field, Random, Iterator[int]], bool]:
    def change(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
        if each.label not in labels or (each.is_closed and "single" in labels):
            return False  # closed enums have presence
        each.label = random.choice([label for label in labels if label != each.label])
        return True

    return change


def _close(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    if each.kind != "enum" or each.label == "single":
        return False
    each.is_closed = not each.is_closed
    return True


def _wrap(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    if each.label not in ("single", "wrapped") or each.kind not in WRAPPERS:
        return False
    each.label = "single" if each.label == "wrapped" else "wrapped"
    return True


def _add(fields: list[Field], each: Field, random: Random, counter: Iterator[int]) -> bool:
    number = 1_000 + next(counter)  # that of a field that went would make it a renamed one
    fields.append(make_field(random, counter, 1, number, random.choice(SCALARS)))
    return True


def _of_members(change: Callable[[dict[str, int], str, Random], None]) -> Change:
    def at_random(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
        enums = [each for fields in _messages(definition) for each in fields if each.kind == "enum"]
        if not enums:
            return False
        members = random.choice(enums).members
        if len(members) < 2:
            return False
        change(members, random.choice([name for name, number in members.items() if number]), random)
        return True

    return at_random


def _add_member(members: dict[str, int], name: str, random: Random) -> None:
    members[f"{name}_new"] = max(members.values()) + 1


def _drop_member(members: dict[str, int], name: str, random: Random) -> None:
    del members[name]


def _renumber_member(members: dict[str, int], name: str, random: Random) -> None:
    members[name] = max(members.values()) + 1


def _rename_procedure(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
    definition.procedure = "Ring"
    return True


def _stream(definition: Definition, random: Random, counter: Iterator[int]) -> bool:
    definition.streams = not definition.streams
    return True


FIELD_CHANGES: tuple[tuple[str, Change], ...] = (
    ("a field went", _of_fields(_drop)),
    ("a number means another field", _of_fields(_reuse)),
    ("a field has another number", _of_fields(_renumber)),
    ("a field has another name", _of_fields(_rename)),
    ("a field has another type", _of_fields(_retype)),
    ("a field has another type", _of_fields(_retype)),
    ("one became many, or many one", _of_fields(_relabel("single", "repeated"))),
    ("presence changed", _of_fields(_relabel("single", "optional"))),
    ("a field joined or left the choice", _of_fields(_relabel("optional", "chosen"))),
    ("a field came", _of_fields(_add)),
    ("an enum closed or opened", _of_fields(_close)),
    ("a member came", _of_members(_add_member)),
    ("a member came", _of_members(_add_member)),
    ("a member went", _of_members(_drop_member)),
    ("a member has another number", _of_members(_renumber_member)),
)
"""What a message may go through."""

WRAPPER_CHANGES: tuple[tuple[str, Change], ...] = (("a wrapper came or went", _of_fields(_wrap)),)
"""What a message that holds standard messages may go through besides."""

CHANGES: tuple[tuple[str, Change], ...] = (
    *FIELD_CHANGES,
    ("the procedure has another name", _rename_procedure),
    ("answers stream", _stream),
)
"""What a world's definition may go through."""
