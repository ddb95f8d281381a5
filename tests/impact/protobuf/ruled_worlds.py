"""Rules on the request of a world: what else than the recorded message its consumer sends, by the matching language.

A rule cascades until another one stands further down; a list under one may be of any length, its elements being like
the first, and an empty one may hold anything; members that were not recorded are not sent, unless `values` stands
there: then a map may have any keys, its values being like the first.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from contractkit.model import Rule
from tests.impact.protobuf.world_changes import FIELD_CHANGES, WRAPPER_CHANGES
from tests.impact.protobuf.world_definitions import (
    WRAPPERS,
    Definition,
    Entries,
    Field,
    Value,
    default_of,
    name_of,
    several,
    value_of,
)
from tests.impact.protobuf.worlds import World

Steps = tuple[str, ...]
"""Names from the message to a place; `[*]` stands for the elements of a list, `*` for the values of a map."""

ELEMENTS, ENTRIES = "[*]", "*"
_MESSAGES = 12  # that a consumer sends


@dataclass(frozen=True, slots=True)
class RuledRequest:
    """What is recorded, the rules that stand there, and messages that the consumer may send by them."""

    world: World
    rules: Mapping[Steps, Rule]
    messages: tuple[dict[int, Value], ...] = field(default_factory=tuple)


def ruled(world: World, random: Random) -> RuledRequest:
    """Put one to three rules on the request of a world, and change that alone.

    Some of what is recorded are defaults and empty lists. The messages are what the rules allow.
    """
    sent = _emptied(world.old.request, _varied(world.old.request, world.sent, random), random)
    new, changes = _changed(world.old.request, random)
    world = replace(world, sent=sent, new=replace(world.old, request=new), changes=changes)
    places = list(_places(world.old.request, world.sent, ()))
    chosen = random.sample(places, min(len(places), random.randint(1, 3)))
    rules = {steps: _rule(each, value, random) for steps, each, value in chosen}
    sender = _Sender(rules, random)
    messages = tuple(sender.message(world.old.request, world.sent, (), None) for _ in range(_MESSAGES))
    return RuledRequest(world, rules, messages)


def _varied(fields: list[Field], sent: dict[int, Value], random: Random) -> dict[int, Value]:
    """Make maps of half of the lists, wrap some scalars, and give what is sent so."""
    found = dict(sent)
    for each in fields:
        if each.label == "repeated" and random.random() < 0.5:
            each.label = "map"
            if each.identity in sent:
                found[each.identity] = Entries({f"k{number}": one for number, one in enumerate(sent[each.identity])})
        elif each.label == "single" and each.kind in WRAPPERS and random.random() < 0.3:
            each.label = "wrapped"
    return found


def _changed(request: list[Field], random: Random) -> tuple[list[Field], list[str]]:
    """Give what became of a request, and what was changed."""
    new, counter = Definition(copy.deepcopy(request), []), iter(range(10_000, 20_000))
    chosen = [random.choice((*FIELD_CHANGES, *WRAPPER_CHANGES)) for _ in range(random.choice((1, 1, 2)))]
    return new.request, [name for name, change in chosen if change(new, random, counter)]


def _emptied(fields: list[Field], sent: dict[int, Value], random: Random) -> dict[int, Value]:
    """Give what is sent with some values left at their default, and some lists empty."""
    found = {}
    for each in fields:
        if each.identity in sent:
            value = sent[each.identity]
            if random.random() < 0.3 and each.label in ("repeated", "map"):
                value = type(value)()
            elif random.random() < 0.3 and each.kind != "message" and each.label not in ("repeated", "map"):
                value = default_of(each)
            found[each.identity] = value
    return found


def _places(fields: list[Field], sent: dict[int, Value], at: Steps) -> Iterator[tuple[Steps, Field | None, Value]]:
    """Give the places of a message, itself and what is in it."""
    yield at, None, sent
    for each in fields:
        value, place = sent.get(each.identity), (*at, each.name)
        if value is None:
            continue
        if isinstance(value, list | Entries):
            yield place, None, value
            place = (*place, ELEMENTS if isinstance(value, list) else ENTRIES)
        for one in several(value)[:1]:
            if isinstance(one, dict):
                yield from _places(each.inner, one, place)
            else:
                yield place, each, one


def _rule(each: Field | None, value: Value, random: Random) -> Rule:
    if isinstance(value, Entries) and random.random() < 0.7:
        return Rule("values")
    if each is None or random.random() < 0.6:
        return Rule("type")
    if each.kind == "enum":
        others = random.sample(list(each.members), random.randint(0, len(each.members) - 1))
        return Rule("regex", {"regex": "|".join(dict.fromkeys((name_of(value, each), *others)))})
    return random.choice((Rule("type"), Rule("equality")))


@dataclass(frozen=True, slots=True)
class _Sender:
    """Draws messages that rules allow, from the recorded one."""

    rules: Mapping[Steps, Rule]
    random: Random

    def message(self, fields: list[Field], sent: dict[int, Value], at: Steps, above: Rule | None) -> dict[int, Value]:
        known = {each.identity: each for each in fields}
        rule = self.rules.get(at, above)
        return {key: self._value(known[key], value, (*at, known[key].name), rule) for key, value in sent.items()}

    def _value(self, each: Field, value: Value, at: Steps, above: Rule | None) -> Value:
        rule = self.rules.get(at, above)
        if isinstance(value, list):
            return self._list(each, value, at, rule)
        if isinstance(value, Entries):
            return self._entries(each, value, (*at, ENTRIES), rule)
        return self._one(each, value, at, above)

    def _list(self, each: Field, value: list[Value], at: Steps, rule: Rule | None) -> list[Value]:
        at = (*at, ELEMENTS)
        count = self.random.randint(0, 3)
        if rule is None:
            return [self._one(each, one, at, None) for one in value]
        if not value:
            return [value_of(each, self.random) for _ in range(count)]
        return [self._one(each, value[0], at, rule) for _ in range(count)]

    def _entries(self, each: Field, value: Entries, at: Steps, rule: Rule | None) -> Entries:
        if rule is None or rule.name != "values":
            return Entries({key: self._one(each, one, at, rule) for key, one in value.items()})
        keys = self.random.sample(("k0", "k1", "k2", "other", ""), self.random.randint(0, 3))
        if not value:
            return Entries({key: value_of(each, self.random) for key in keys})
        return Entries({key: self._one(each, several(value)[0], at, None) for key in keys})

    def _one(self, each: Field, value: Value, at: Steps, above: Rule | None) -> Value:
        if isinstance(value, dict):
            return self.message(each.inner, value, at, above)
        rule = self.rules.get(at, above)
        if rule is None or rule.name == "equality" or self.random.random() < 0.2:
            return value
        if rule.name == "regex":
            return each.members[self.random.choice(str(rule.attributes["regex"]).split("|"))]
        return self.random.choice((value_of(each, self.random), default_of(each)))
