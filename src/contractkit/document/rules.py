"""Matching rules and generators: Pact's categories and paths on the file's side, locations on ours."""

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from contractkit.document.categories import Category, Side
from contractkit.document.paths import parse_name, parse_path, write_name, write_path
from contractkit.document.reading import ObjectReader, as_integer
from contractkit.exact_json import Json, same_json
from contractkit.model import Combine, LocatedGenerator, LocatedRules, Location, Rule, Step

_GUESSES = (
    ("regex", "regex"),
    ("min", "type"),
    ("max", "type"),
    ("timestamp", "timestamp"),
    ("datetime", "datetime"),
    ("time", "time"),
    ("date", "date"),
)
"""Attribute to the name of the rule that it gives away where `match` is missing (Pact specification 2 cases)."""

_FORMATS = ("timestamp", "datetime", "time", "date")
_COUNTS = ("min", "max")
_RULE_LIST = {"matchers", "combine"}

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

PATH_EXPRESSION = "a path expression such as `$.lines[*]['unit price']`"
"""What is expected where a path has to be."""


def read_rules(
    reader: ObjectReader, side: Side, known: Container[str] = (), example: object = None
) -> tuple[LocatedRules, ...]:
    """Read `matchingRules`, flat (version 2) or by category (from 3 on), sorted by location.

    What cannot be understood (a category, a path) is left in the reader, so that it is kept, and warned about.

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
    for place in _places(container, side, known):
        rules, combine = _rule_list(place)
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


def _follow(place: "_Place", example: object) -> None:
    """Try the path of a place on the member of the example that its category speaks of."""
    base = place.category.base.steps
    value = getattr(example, str(base[-1]))
    place.holder.findings.follow(value, place.location.steps[len(base) :], place.holder.at(place.name))


def read_generators(reader: ObjectReader, side: Side, known: Container[str] = ()) -> tuple[LocatedGenerator, ...]:
    """Read `generators`, sorted by location; the arguments are those of `read_rules`."""
    container = reader.child("generators")
    if container is None:
        return ()
    found: dict[str, LocatedGenerator] = {}
    for place in _places(container, side, known):
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
    for key, expected in _GENERATOR_ATTRIBUTES.get(name, {}).items():
        found = attributes.get(key)
        if found is not None and (as_integer(found) is None if expected == _INTEGER else not isinstance(found, str)):
            reader.findings.wrong(f"{pointer}/{key}", expected, found)
    return LocatedGenerator(location=location, name=name, attributes=attributes)


def read_rule(value: Json, reader: ObjectReader, pointer: str) -> Rule | None:
    """Read one rule, guessing its name from its attributes where `match` is missing."""
    if not isinstance(value, dict):
        reader.findings.wrong(pointer, "a rule", value)
        return None
    name = value.get("match")
    if name is None or name == "":
        name = next((name for attribute, name in _GUESSES if attribute in value), None)
    if not isinstance(name, str):
        reader.findings.wrong(pointer, "a rule with its `match`", value)
        return None
    rule = _rule({**value, "match": name})
    reader.findings.judge(rule, pointer, value)
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


def read_rule_list(reader: ObjectReader) -> tuple[tuple[Rule, ...], Combine]:
    """Read `{"matchers": […], "combine": "AND"}`."""
    rules = [read_rule(value, reader, pointer) for pointer, value in reader.elements("matchers")]
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


class _Place(NamedTuple):
    """A place of a category that rules or generators speak of: `name` is the member of `holder` that has them.

    `text` is the location as text; `written` says how we write the place, as steps below `container`.
    """

    location: Location
    text: str
    written: tuple[Step, ...]
    category: Category
    container: Location
    holder: ObjectReader
    name: str


def _places(container: ObjectReader, side: Side, known: Container[str]) -> Iterator[_Place]:
    """Give each place that rules or generators speak of."""
    for name in container.names():
        if name.startswith("$"):
            yield from _flat(container, name, side)
            continue
        category = side.category(name)
        if category is None:
            container.findings.warn(container.at(name), "is no category of rules here; it is kept and not used")
        elif category.address == "single":
            yield from _single(container, name, category)
        else:
            yield from _addressed(container, name, category, known)


def _flat(container: ObjectReader, path: str, side: Side) -> Iterator[_Place]:
    """Give the place of a flat path, `$.body.a` or `$.headers.X` (version 2)."""
    steps = parse_path(path)
    if steps is None:
        container.findings.wrong(container.at(path), PATH_EXPRESSION, path)
        return
    category = side.category(str(steps[0])) if steps else None
    if category is None or (category.address != "path" and (len(steps) > 1) == (category.address == "single")):
        container.findings.warn(container.at(path), "is no path to a place here; it is kept and not used")
        return
    location = category.base.under(_in_case(steps[1:], category))
    yield _Place(
        location, str(location), _written_place(location, category), category, container.location, container, path
    )


def _single(container: ObjectReader, name: str, category: Category) -> Iterator[_Place]:
    """Give the only place of a category; some writers put it under `$` or an empty name once more."""
    value = container.peek(name)
    if not value:
        container.take(name)
        return
    again = next((key for key in ("$", "") if isinstance(value, dict) and key in value), None)
    holder = container.child(name) if again is not None else container
    assert holder is not None
    written = (category.spellings[0],)
    yield _Place(
        category.base,
        str(category.base),
        written,
        category,
        container.location,
        holder,
        name if again is None else again,
    )


def _addressed(container: ObjectReader, name: str, category: Category, known: Container[str]) -> Iterator[_Place]:
    holder = container.child(name)
    for text in holder.names() if holder is not None else ():
        assert holder is not None
        found = _by_path(text, category) if category.address == "path" else _by_name(text, category, known)
        if found is None:
            holder.findings.wrong(holder.at(text), PATH_EXPRESSION, text)
        else:
            yield _Place(*found, category, container.location, holder, text)


@lru_cache(maxsize=4096)
def _by_path(text: str, category: Category) -> tuple[Location, str, tuple[Step, ...]] | None:
    """Give the location of a path, as text too, and how it is written; the paths of a file repeat from call to call."""
    steps = parse_path(text)
    if steps is None:
        return None
    location = category.base.under(steps)
    return location, str(location), _written_place(location, category)


def _by_name(text: str, category: Category, known: Container[str]) -> tuple[Location, str, tuple[Step, ...]] | None:
    steps = parse_name(text, known)
    if steps is None:
        return None
    location = category.base.under(_in_case(steps, category))
    return location, str(location), _written_place(location, category, known)


def _rule_list(place: _Place) -> tuple[tuple[Rule, ...], Combine]:
    holder = place.holder
    value = holder.take(place.name)
    plain = _plain_rule_list(value) if holder.findings.rule_check is None else None
    if plain is not None:
        return plain
    pointer = holder.at(place.name)
    if isinstance(value, dict) and "matchers" in value:
        return read_rule_list(holder.scope.open(value, pointer, place.container.under(place.written)))
    rules = [read_rule(each, holder, pointer) for each in (value if isinstance(value, list) else [value])]
    return tuple(rule for rule in rules if rule is not None), "AND"


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
            found.setdefault(category.spellings[0], {})[_address(location, category, known)] = value
    return found


def _address(location: Location, category: Category, known: Container[str]) -> str:
    steps = location.steps[len(category.base.steps) :]
    return write_name(steps, known) if category.address != "path" and steps else write_path(steps)


def _written_place(location: Location, category: Category, known: Container[str] = ()) -> tuple[Step, ...]:
    """Give where `_by_category` writes the rules of a location, so that what is kept beside them finds its way back."""
    spelling = category.spellings[0]
    return (spelling,) if category.address == "single" else (spelling, _address(location, category, known))


def _in_case(steps: tuple[Step, ...], category: Category) -> tuple[Step, ...]:
    if category.address != "field" or not steps or not isinstance(steps[0], str):
        return steps
    return (steps[0].lower(), *steps[1:])


def _attribute(name: str, value: Json) -> Json:
    number = as_integer(value) if name in _COUNTS else None
    return value if number is None else number


def _among(rule: Rule, rules: Sequence[Rule]) -> bool:
    return any(rule.name == each.name and same_json(dict(rule.attributes), dict(each.attributes)) for each in rules)
