"""Matching rules and generators: Pact's categories and paths on the file's side, locations on ours."""

from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from contractkit.document.categories import Side
from contractkit.document.reading import ObjectReader, as_integer
from contractkit.document.rule_places import Place, address_of, find_places
from contractkit.document.variants import follow_variants
from contractkit.exact_json import Json, same_json
from contractkit.model import Combine, JsonBody, LocatedGenerator, LocatedRules, Location, Rule, Step, name_of_rule

_FORMATS = ("timestamp", "datetime", "time", "date")
_COUNTS = ("min", "max")
_RULE_LIST = {"matchers", "combine"}

Follow: TypeAlias = Callable[[Rule, str], None]
"""Tries a rule, and the JSON pointer where it stands, on examples."""

_INTEGER, _STRING = "an integer", "a string"
_GENERATOR_ATTRIBUTES = {
    "RandomInt": {"min": _INTEGER, "max": _INTEGER},
    "RandomDecimal": {"digits": _INTEGER},
    "RandomHexadecimal": {"digits": _INTEGER},
    "RandomString": {"size": _INTEGER},
    "Regex": {"regex": _STRING},
    "Uuid": {"format": _STRING},
    "Date": {"format": _STRING, "expression": _STRING},
    "Time": {"format": _STRING, "expression": _STRING},
    "DateTime": {"format": _STRING, "expression": _STRING},
    "ProviderState": {"expression": _STRING, "dataType": _STRING},
    "MockServerURL": {"regex": _STRING, "example": _STRING},
}
"""The generators of the Pact specification, and what their attributes are where they are there."""


def read_rules(
    reader: ObjectReader, side: Side, known: Container[str] = (), example: object = None
) -> tuple[LocatedRules, ...]:
    """Read `matchingRules`, flat (version 2) or by category (from 3 on), sorted by location.

    A category that is not there is left in the reader, so that it is kept, and warned about; a path that is no path
    expression is wrong.

    Args:
        reader: The request, response or message that has the rules.
        side: Which of them it is.
        known: Query parameters and metadata that the part has: certainly names, whatever they look like.
        example: The part itself, on which the paths are tried.
    """
    container = reader.child("matchingRules")
    if container is None:
        return ()
    found: dict[str, LocatedRules] = {}
    for place in find_places(container, side, known):
        rules, combine = _rule_list(place, example)
        if not rules:
            continue
        if example is not None:
            _follow(place, example)
        before = found.get(place.text)
        if before is not None:
            place.holder.findings.warn(
                place.holder.at(place.name), f"speaks of {place.text}, as another path does; the rules are joined"
            )
            rules = (*before.rules, *(rule for rule in rules if not _among(rule, before.rules)))
        found[place.text] = LocatedRules(location=place.location, rules=rules, combine=combine)
    return tuple(found[text] for text in sorted(found))


def _follow(place: Place, example: object) -> None:
    """Try the path of a place on the member of the example that its category speaks of."""
    value, steps = _example_of(place, example)
    place.holder.findings.follow(value, steps, place.holder.at(place.name))


def _example_of(place: Place, example: object) -> tuple[object, tuple[Step, ...]]:
    """Give the member of the example that a place's category speaks of, and the steps from there to the place."""
    base = place.category.base.steps
    return getattr(example, str(base[-1])), place.location.steps[len(base) :]


def read_generators(reader: ObjectReader, side: Side, known: Container[str] = ()) -> tuple[LocatedGenerator, ...]:
    """Read `generators`, sorted by location; the arguments are those of `read_rules`."""
    container = reader.child("generators")
    if container is None:
        return ()
    found: dict[str, LocatedGenerator] = {}
    for place in find_places(container, side, known):
        holder, name = place.holder, place.name
        generator = read_generator(holder.take(name), place.location, holder, holder.at(name))
        if generator is not None:
            found[place.text] = generator
    return tuple(found[text] for text in sorted(found))


def read_generator(value: Json, location: Location, reader: ObjectReader, pointer: str) -> LocatedGenerator | None:
    """Read one generator, `{"type": "Uuid", …}`; None, and noted as wrong, where it names no type."""
    name = value.get("type") if isinstance(value, dict) else None
    if not isinstance(name, str):
        reader.findings.wrong(pointer, "a generator with its `type`", value)
        return None
    attributes = {key: item for key, item in value.items() if key != "type"}
    wrong = {
        key: expected
        for key, expected in _GENERATOR_ATTRIBUTES.get(name, {}).items()
        if attributes.get(key) is not None and not _is_one(expected, attributes[key])
    }
    for key, expected in wrong.items():
        reader.findings.wrong(f"{pointer}/{key}", expected, attributes[key])
    generator = LocatedGenerator(location=location, name=name, attributes=attributes)
    if not wrong:
        reader.findings.judge_generator(generator, pointer, value)
    return generator


def _is_one(expected: str, value: Json) -> bool:
    return as_integer(value) is not None if expected == _INTEGER else isinstance(value, str)


def read_rule(value: Json, reader: ObjectReader, pointer: str, follow: Follow | None = None) -> Rule | None:
    """Read one rule, guessing its name from its attributes where `match` is missing; `follow` tries it on examples."""
    if not isinstance(value, dict):
        reader.findings.wrong(pointer, "a rule", value)
        return None
    name = name_of_rule(value)
    if name is None:
        reader.findings.wrong(pointer, "a rule with its `match`", value)
        return None
    rule = _rule({**value, "match": name})
    reader.findings.judge(rule, pointer, value)
    if follow is not None:
        follow(rule, pointer)
    return rule


def _rule(value: Mapping[str, Json]) -> Rule:
    """Give a rule that has a name; old files have a format under the rule's own name."""
    name = value["match"]
    if len(value) == 1:
        return _bare_rule(name)
    attributes = {key: _attribute(key, item) for key, item in value.items() if key != "match"}
    if name in _FORMATS and name in attributes and "format" not in attributes:
        attributes = {"format" if key == name else key: item for key, item in attributes.items()}
    return Rule(name, attributes)


@lru_cache(maxsize=64)
def _bare_rule(name: str) -> Rule:
    return Rule(name)


def read_rule_list(reader: ObjectReader, follow: Follow | None = None) -> tuple[tuple[Rule, ...], Combine]:
    """Read `{"matchers": […], "combine": "AND"}`; `follow` as in `read_rule`."""
    rules = [read_rule(value, reader, pointer, follow) for pointer, value in reader.elements("matchers")]
    combine = (reader.optional_text("combine") or "AND").upper()
    if combine not in ("AND", "OR"):
        reader.findings.wrong(reader.at("combine"), '"AND" or "OR"', combine)
    return tuple(rule for rule in rules if rule is not None), "OR" if combine == "OR" else "AND"


def write_rules(rules: Sequence[LocatedRules], side: Side, known: Container[str] = ()) -> dict[str, Json]:
    """Give rules by category, the form of versions 3 and 4; `known` as in `read_rules`."""
    return _by_category([(each.location, write_rule_list(each)) for each in rules], side, known)


def write_generators(generators: Sequence[LocatedGenerator], side: Side, known: Container[str] = ()) -> dict[str, Json]:
    """Give generators by category; `known` as in `read_rules`."""
    return _by_category([(each.location, write_generator(each)) for each in generators], side, known)


def write_rule_list(located: LocatedRules) -> dict[str, Json]:
    """Give the rules of one location as Pact writes them."""
    matchers = [{"match": rule.name, **rule.attributes} for rule in located.rules]
    return {"combine": located.combine, "matchers": matchers}


def write_generator(located: LocatedGenerator) -> dict[str, Json]:
    """Give one generator as Pact writes it."""
    return {"type": located.name, **located.attributes}


def _rule_list(place: Place, example: object) -> tuple[tuple[Rule, ...], Combine]:
    holder = place.holder
    value = holder.take(place.name)
    if isinstance(value, dict) and value.get("matchers") == [] and place.category.address != "single":
        holder.findings.warn(holder.at(place.name), "has no rules, so nothing is judged by it")
    plain = _plain_rule_list(value) if holder.findings.rule_check is None else None
    if plain is not None:
        return plain
    pointer, follow = holder.at(place.name), _follower(place, example)
    if isinstance(value, dict) and "matchers" in value:
        return read_rule_list(holder.scope.open(value, pointer, (*place.container.steps, *place.written)), follow)
    rules = [read_rule(each, holder, pointer, follow) for each in (value if isinstance(value, list) else [value])]
    return tuple(rule for rule in rules if rule is not None), "AND"


def _follower(place: Place, example: object) -> Follow | None:
    """Give what tries the variants of a rule on the values that stand at its place in the example."""
    findings = place.holder.findings
    body, steps = _example_of(place, example) if example is not None else (None, ())
    walk = findings.walk
    if walk is None or not isinstance(body, JsonBody):
        return None
    return lambda rule, pointer: follow_variants(rule, walk.values(body.value, steps), findings, pointer)


def _plain_rule_list(value: Json) -> tuple[tuple[Rule, ...], Combine] | None:
    """Give a rule list that is as Pact writes it; None where something may have to be told, guessed or kept."""
    if type(value) is not dict or not value.keys() <= _RULE_LIST:
        return None
    matchers, combine = value.get("matchers"), value.get("combine", "AND")
    if type(matchers) is not list or combine not in ("AND", "OR"):
        return None
    if not all(type(each) is dict and type(each.get("match")) is str and each["match"] for each in matchers):
        return None
    return tuple(map(_rule, matchers)), combine


def _by_category(written: Sequence[tuple[Location, Json]], side: Side, known: Container[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for location, value in written:
        category = side.category_of(location)
        if category.address == "single":
            found[category.spellings[0]] = value
        else:
            found.setdefault(category.spellings[0], {})[address_of(location, category, known)] = value
    return found


def _attribute(name: str, value: Json) -> Json:
    number = as_integer(value) if name in _COUNTS else None
    return value if number is None else number


def _among(rule: Rule, rules: Sequence[Rule]) -> bool:
    return any(rule.name == each.name and same_json(dict(rule.attributes), dict(each.attributes)) for each in rules)
