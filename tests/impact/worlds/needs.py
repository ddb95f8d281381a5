"""What a consumer needs of an answer, and whether an answer gives it: a program that raises where it does not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, TypeAlias

from contractkit.model import InferredNeeds, Location, Need, Wildcard
from tests.impact.worlds.schemas import KNOWN, Schema, Value, alternatives, flat, mapped, types_of

Steps: TypeAlias = tuple[Any, ...]

_BODY = Location(("response", "body"))


def copes(needs: InferredNeeds, example: Value, answer: Value) -> bool:
    """Say whether a program gets what it needs: every need, and of each set one place at least."""
    spared = {place.steps[2:] for place in needs.tolerated} | {
        need.location.steps[2:] for need in needs.needed if need.may_lack
    }
    return all(_is_met(need, (), need.location.steps[2:], answer, example, spared) for need in needs.needed) and all(
        any(_is_there(place.steps[2:], answer) for place in group) for group in needs.any_of
    )


def _is_met(need: Need, walked: Steps, steps: Steps, value: Value, example: Value, spared: set[Steps]) -> bool:
    """Say whether a program that reads a place to the end gets what it can use; loops read every element.

    What is `spared` it looks for before it reads on: where that is absent, it does without.
    """
    if not steps:
        return _is_usable(need, value, example)
    step, rest = steps[0], steps[1:]
    here = (*walked, step)
    if step is Wildcard.INDEX:
        return isinstance(value, list) and all(_is_met(need, here, rest, each, example[0], spared) for each in value)
    if not isinstance(value, dict):
        return False
    if step not in value or (value[step] is None and rest and here in spared):
        return here in spared
    return _is_met(need, here, rest, value[step], example[step], spared)


def _is_usable(need: Need, value: Value, example: Value) -> bool:
    if value is None:
        return not need.non_null
    if not _is_like(value, example):
        return False
    if need.non_empty and value == []:
        return False
    if need.at_most is not None and len(value) > need.at_most:
        return False
    if need.pattern is not None and re.search(need.pattern, value) is None:
        return False
    return not need.members or value in need.members


def _is_there(steps: Steps, value: Value) -> bool:
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def _is_like(value: Value, example: Value) -> bool:
    if isinstance(value, bool) or isinstance(example, bool):
        return isinstance(value, bool) and isinstance(example, bool)
    if isinstance(example, float):
        return isinstance(value, int | float)
    return isinstance(value, type(example))


def needs_of(name: str, document: Any, example: Value, random: Random) -> InferredNeeds:
    """Give what the consumer needs of the schema of a name: places that it promises, so that all works today.

    Some it reads only where they are there, some lie in what it does without, and of some pairs one is enough.
    """
    schema = flat(document["components"]["schemas"][name], document)
    promised = list(_promised(schema, example, _BODY, document))
    chosen = random.sample(promised, min(len(promised), random.randint(2, 6)))
    needed = [_need(place, said, value, random) for place, said, value in chosen]
    optional = [
        (_BODY / name, member, example[name])
        for name, member in ((name, flat(each, document)) for name, each in schema["properties"].items())
        if name not in schema["required"] and name in example and _is_of_one_kind(member)
    ]
    spared = random.sample(optional, min(len(optional), random.randint(0, 2)))
    needed += [replace(_need(place, said, value, random), may_lack=True) for place, said, value in spared]
    tolerated: list[Location] = []
    for place, said, value in optional:
        below = list(_promised(said, value, place, document)) if said.get("type") == "object" else []
        if below and place not in {each.location for each in needed} and random.random() < 0.5:
            tolerated.append(place)
            needed += [_need(*random.choice(below), random)]
    taken = {need.location for need in needed} | {*tolerated}
    free = [place for place, *_ in promised if place not in taken and Wildcard.INDEX not in place.steps]
    group = tuple(random.sample(free, 2)) if len(free) > 1 and random.random() < 0.3 else ()
    return InferredNeeds(needed=tuple(needed), any_of=(group,) if group else (), tolerated=tuple(tolerated))


def _need(place: Location, schema: Schema, value: Value, random: Random) -> Need:
    members = tuple(each for each in schema.get("enum") or schema.get(KNOWN) or () if each is not None)
    return Need(
        location=place,
        non_null="null" not in types_of(schema),
        non_empty=schema.get("minItems", 0) > 0 and random.random() < 0.7,
        at_most=len(value) if "maxItems" in schema and len(value) == schema["maxItems"] else None,
        members=members if members and random.random() < 0.6 else (),
        pattern=schema["pattern"] if "pattern" in schema and random.random() < 0.7 else None,
    )


def _promised(schema: Schema, value: Value, at: Location, document: Any) -> Iterator[tuple[Location, Schema, Value]]:
    schema = flat(schema, document)
    if alternatives(schema):
        yield from _common(schema, value, at, document)
    elif schema.get("type") == "object":
        for name in schema.get("required", ()):
            member = flat(schema["properties"][name], document)
            if name in value and _is_of_one_kind(member):
                yield at / name, member, value[name]
                yield from _promised(member, value[name], at / name, document)
    elif schema.get("type") == "array" and value and "prefixItems" not in schema:
        yield from _promised(schema["items"], value[0], at / Wildcard.INDEX, document)


def _common(schema: Schema, value: Value, at: Location, document: Any) -> Iterator[tuple[Location, Schema, Value]]:
    """Give the members that every alternative of a union promises alike, but for the values."""
    every = [flat(each, document) for each in alternatives(schema)]
    for name in every[0].get("required", ()) if isinstance(value, dict) else ():
        members = [flat(each["properties"][name], document) for each in every if name in each.get("required", ())]
        kinds = {each["type"] if isinstance(each.get("type"), str) else "" for each in members}
        if len(members) < len(every) or len(kinds) > 1 or not kinds & {"string", "integer", "number", "boolean"}:
            continue
        told = list(mapped(schema)) if name == "kind" else []
        values = told or [each for member in members for each in member.get("enum", ())]
        is_closed = bool(told) or all("enum" in member for member in members)
        yield at / name, {"type": kinds.pop(), **({"enum": values} if is_closed else {})}, value[name]


def _is_of_one_kind(schema: Schema) -> bool:
    """Say whether all that may come is of one type, so that code which was served one value can use them all."""
    every = [schema, *alternatives(schema)]
    return all(len([kind for kind in types_of(each) if kind != "null"]) < 2 for each in every) and "anyOf" not in schema
