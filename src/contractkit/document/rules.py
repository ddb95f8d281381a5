"""Matching rules and generators: Pact's categories and paths on the file's side, locations on ours."""

from collections.abc import Container, Iterator, Sequence

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

PATH_EXPRESSION = "a path expression such as `$.lines[*]['unit price']`"
"""What is expected where a path has to be."""


def read_rules(reader: ObjectReader, side: Side, known: Container[str] = ()) -> tuple[LocatedRules, ...]:
    """Read `matchingRules`, flat (version 2) or by category (from 3 on), sorted by location.

    What cannot be understood (a category, a path) is left in the reader, so that it is kept, and warned about.

    Args:
        reader: The request, response or message that has the rules.
        side: Which of them it is.
        known: Query parameters and metadata that the part has: certainly names, whatever they look like.
    """
    container = reader.child("matchingRules")
    if container is None:
        return ()
    found: dict[Location, LocatedRules] = {}
    for location, holder, name, place in _places(container, side, known):
        pointer = holder.at(name)
        rules, combine = _rule_list(holder, name, place)
        if not rules:
            continue
        if location in found:
            holder.findings.warn(pointer, f"speaks of {location}, as another path does; the rules are joined")
            rules = (*found[location].rules, *(rule for rule in rules if not _among(rule, found[location].rules)))
        found[location] = LocatedRules(location=location, rules=rules, combine=combine)
    return tuple(found[location] for location in sorted(found))


def read_generators(reader: ObjectReader, side: Side, known: Container[str] = ()) -> tuple[LocatedGenerator, ...]:
    """Read `generators`, sorted by location; the arguments are those of `read_rules`."""
    container = reader.child("generators")
    if container is None:
        return ()
    found: dict[Location, LocatedGenerator] = {}
    for location, holder, name, _ in _places(container, side, known):
        generator = read_generator(holder.take(name), location, holder, holder.at(name))
        if generator is not None:
            found[location] = generator
    return tuple(found[location] for location in sorted(found))


def read_generator(value: Json, location: Location, reader: ObjectReader, pointer: str) -> LocatedGenerator | None:
    """Read one generator, `{"type": "Uuid", …}`; None, and noted as wrong, where it names no type."""
    name = value.get("type") if isinstance(value, dict) else None
    if not isinstance(name, str):
        reader.findings.wrong(pointer, "a generator with its `type`", value)
        return None
    attributes = {key: item for key, item in value.items() if key != "type"}
    return LocatedGenerator(location=location, name=name, attributes=attributes)


def read_rule(value: Json, reader: ObjectReader, pointer: str) -> Rule | None:
    """Read one rule, guessing its name from its attributes where `match` is missing."""
    if not isinstance(value, dict):
        reader.findings.wrong(pointer, "a rule", value)
        return None
    name = value.get("match") or next((name for attribute, name in _GUESSES if attribute in value), None)
    if not isinstance(name, str):
        reader.findings.wrong(pointer, "a rule with its `match`", value)
        return None
    attributes = {key: _attribute(key, item) for key, item in value.items() if key != "match"}
    if name in _FORMATS and "format" not in attributes:
        attributes = {"format" if key == name else key: item for key, item in attributes.items()}
    rule = Rule(name, attributes)
    reader.findings.judge(rule, pointer, value)
    return rule


def read_rule_list(reader: ObjectReader) -> tuple[tuple[Rule, ...], Combine]:
    """Read `{"matchers": […], "combine": "AND"}`."""
    rules = [read_rule(value, reader, pointer) for pointer, _, value in reader.elements("matchers")]
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


def _places(
    container: ObjectReader, side: Side, known: Container[str]
) -> Iterator[tuple[Location, ObjectReader, str, Location]]:
    """Give each place that rules or generators speak of: its location, and the member that holds them."""
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


def _flat(container: ObjectReader, path: str, side: Side) -> Iterator[tuple[Location, ObjectReader, str, Location]]:
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
    yield location, container, path, _written_place(container.location, location, category)


def _single(
    container: ObjectReader, name: str, category: Category
) -> Iterator[tuple[Location, ObjectReader, str, Location]]:
    """Give the only place of a category; some writers put it under `$` or an empty name once more."""
    value = container.peek(name)
    place = container.location / category.spellings[0]
    if not value:
        container.take(name)
        return
    again = next((key for key in ("$", "") if isinstance(value, dict) and key in value), None)
    holder = container.child(name) if again is not None else container
    assert holder is not None
    yield category.base, holder, name if again is None else again, place


def _addressed(
    container: ObjectReader, name: str, category: Category, known: Container[str]
) -> Iterator[tuple[Location, ObjectReader, str, Location]]:
    holder = container.child(name)
    for text in holder.names() if holder is not None else ():
        assert holder is not None
        steps = parse_path(text) if category.address == "path" else parse_name(text, known)
        if steps is None:
            holder.findings.wrong(holder.at(text), PATH_EXPRESSION, text)
            continue
        location = category.base.under(_in_case(steps, category))
        yield location, holder, text, _written_place(container.location, location, category, known)


def _rule_list(holder: ObjectReader, name: str, place: Location) -> tuple[tuple[Rule, ...], Combine]:
    pointer = holder.at(name)
    value = holder.take(name)
    if isinstance(value, dict) and "matchers" in value:
        return read_rule_list(holder.scope.open(value, pointer, place))
    values = value if isinstance(value, list) else [value]
    rules = [read_rule(each, holder, pointer) for each in values]
    return tuple(rule for rule in rules if rule is not None), "AND"


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


def _written_place(container: Location, location: Location, category: Category, known: Container[str] = ()) -> Location:
    """Give where `_by_category` writes the rules of a location, so that what is kept beside them finds its way back."""
    place = container / category.spellings[0]
    return place if category.address == "single" else place / _address(location, category, known)


def _in_case(steps: tuple[Step, ...], category: Category) -> tuple[Step, ...]:
    if category.address != "field" or not steps or not isinstance(steps[0], str):
        return steps
    return (steps[0].lower(), *steps[1:])


def _attribute(name: str, value: Json) -> Json:
    number = as_integer(value) if name in _COUNTS else None
    return value if number is None else number


def _among(rule: Rule, rules: Sequence[Rule]) -> bool:
    return any(rule.name == each.name and same_json(dict(rule.attributes), dict(each.attributes)) for each in rules)
