"""What versions 2 and 3 of the Pact specification can say of rules, generators, headers, queries and bodies."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contractkit.document.bodies import read_plain_body
from contractkit.document.categories import Side
from contractkit.document.parts import parse_query, write_query
from contractkit.exact_json import Json, dump_compact, same_json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    Fields,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    MissingBody,
    Query,
    Rule,
    TextBody,
    base_media_type,
    media_type_of,
    write_path,
)
from contractkit.results import ABSENT

Refuse: TypeAlias = Callable[[Location, str], None]
"""Notes that a place holds a feature that the older version does not have."""

_V2_RULES = frozenset({"regex", "type", "min", "max", "min-type", "max-type", "minType", "maxType"})
_V3_RULES = _V2_RULES | {
    "equality",
    "include",
    "number",
    "integer",
    "decimal",
    "real",
    "null",
    "boolean",
    "date",
    "time",
    "datetime",
    "timestamp",
    "contentType",
    "content-type",
    "values",
}
_V3_GENERATORS = frozenset(
    {
        "RandomInt",
        "RandomDecimal",
        "RandomHexadecimal",
        "RandomString",
        "RandomBoolean",
        "Regex",
        "Uuid",
        "Date",
        "Time",
        "DateTime",
        "ProviderState",
    }
)
_FLAT = {"body": "body", "header": "headers", "query": "query", "path": "path"}
"""The categories that version 2 has, to how its flat paths spell them."""

_UUID_OF_V3 = "lower-case-hyphenated"
_NEVER_JOINED = "set-cookie"  # RFC 9110 §5.3: its values hold commas of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderForm:
    """A version that contracts are downgraded to: its number, what its files name it, its rules and generators."""

    number: int
    written: str
    rules: frozenset[str]
    generators: frozenset[str]
    has_categories: bool
    has_messages: bool


FORMS: Mapping[str, OlderForm] = {
    "2.0": OlderForm(
        number=2,
        written="2.0.0",
        rules=_V2_RULES,
        generators=frozenset(),
        has_categories=False,
        has_messages=False,
    ),
    "3.0": OlderForm(
        number=3,
        written="3.0.0",
        rules=_V3_RULES,
        generators=_V3_GENERATORS,
        has_categories=True,
        has_messages=True,
    ),
}
"""The versions, as a contract names them."""


def refuse_rules(rules: Sequence[LocatedRules], form: OlderForm, refuse: Refuse) -> None:
    """Note every rule that a version does not know, and every way of combining rules that it has no word for."""
    for located in rules:
        for rule in located.rules:
            if rule.name not in form.rules:
                refuse(located.location, f"the rule {rule.name}")
        if not form.has_categories and len(located.rules) > 1:
            refuse(located.location, f"{len(located.rules)} rules for one place")


def refuse_generators(generators: Sequence[LocatedGenerator], form: OlderForm, refuse: Refuse) -> None:
    """Note every generator that a version does not know."""
    for each in generators:
        if each.name not in form.generators:
            refuse(each.location, f"the generator {each.name}")
        elif each.name == "Uuid" and each.attributes.get("format", _UUID_OF_V3) != _UUID_OF_V3:
            refuse(each.location, f"the generator Uuid with the format {each.attributes['format']}")


def write_flat_rules(rules: Sequence[LocatedRules], side: Side, refuse: Refuse) -> dict[str, Json]:
    """Give rules in the form of version 2: a flat path to one rule."""
    written: dict[str, Json] = {}
    for located in rules:
        category = side.category_of(located.location)
        spelling = _FLAT.get(category.spellings[0])
        if spelling is None:
            refuse(located.location, "a rule for this place")
            continue
        steps = (spelling, *located.location.steps[len(category.base.steps) :])
        written[write_path(steps)] = _flat_rule(located.rules[0])
    return written


def write_older_headers(headers: Fields, form: OlderForm, place: Location, refuse: Refuse) -> Json:
    """Give headers as strings, several values in one, or as a list where a version has it."""
    written: dict[str, Json] = {}
    for name, values in headers.items():
        if form.has_categories and len(values) != 1:
            written[name] = list(values)
            continue
        if not values or (name == _NEVER_JOINED and len(values) > 1):
            refuse(place / name, f"a header of {len(values) or 'no'} values")
        written[name] = ", ".join(values)
    return written or ABSENT


def write_older_query(query: Query, form: OlderForm, place: Location, refuse: Refuse) -> Json:
    """Give a query as a map of lists, or as the raw string of version 2."""
    if form.has_categories:
        for name in (name for name, values in query.items() if None in values):
            refuse(place / name, "a parameter without a value")
        return {name: list(values) for name, values in query.items()} or ABSENT
    if parse_query(write_query(query)) != dict(query):
        refuse(place, "parameters that no query string can say")
    return write_query(query) or ABSENT


def write_plain_body(body: Body, content_type: str | None, place: Location, refuse: Refuse) -> Json:
    """Give a body as the plain value that reads as that body under its content type; `ABSENT` for a missing one."""
    if isinstance(body, MissingBody):
        return ABSENT
    for candidate in _candidates(body):
        if _same_body(read_plain_body(candidate, content_type), body):
            return candidate
    said = f"the content type {content_type}" if content_type else "no content type"
    refuse(place, f"a body of {media_type_of(body)} under {said}")
    return ABSENT


def _flat_rule(rule: Rule) -> Json:
    return {"match": rule.name, **rule.attributes}


def _candidates(body: Body) -> list[Json]:
    match body:
        case JsonBody(value=str() as value):
            return [value, dump_compact(value).decode()]
        case JsonBody(value=value):
            return [value]
        case TextBody(text=text):
            return [text]
        case BinaryBody(data=data):
            return [base64.b64encode(data).decode()]
        case EmptyBody() | MissingBody():
            return [""]


def _same_body(read: Body, meant: Body) -> bool:
    """Say whether two bodies are compared alike: parameters of the media type are the header's matter."""
    if isinstance(read, EmptyBody) and isinstance(meant, EmptyBody):
        return True
    types = [base_media_type(media_type_of(each) or "") for each in (read, meant)]
    if types[0] != types[1]:
        return False
    match read, meant:
        case JsonBody(value=left), JsonBody(value=right):
            return same_json(left, right)
        case TextBody(text=left), TextBody(text=right):
            return left == right
        case BinaryBody(data=found), BinaryBody(data=wanted):
            return found == wanted
    return False
