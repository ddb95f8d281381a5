"""Values that a schema allows, made at random by what it says."""

import uuid
from random import Random
from typing import Any

from tests.impact.worlds.schemas import KNOWN, NAMES, WORDS, Schema, Value, alternatives, flat, mapped, types_of

_TEXTS = {
    "^[a-z]{3}$": ("abc", "xyz", "new"),
    "^[A-Z]-[0-9]+$": ("A-1", "B-22", "X-307"),
    "^(red|blue|green)$": ("red", "blue", "green"),
    "^[a-z]+$": ("abc", "red", "paid"),
}


def make_value(
    schema: Schema, document: Any, random: Random, *, whole: bool = False, hidden: str = "writeOnly"
) -> Value:
    """Make any value that a schema allows; with `whole` the one with every member, an element and no null.

    Members that are `hidden`, which an answer has none of, are left out.
    """
    schema = flat(schema, document)
    if mapped(schema):
        kind, reference = random.choice(list(mapped(schema).items()))
        made = make_value({"$ref": reference}, document, random, whole=whole, hidden=hidden)
        return made if made is None else {**made, "kind": kind}
    if alternatives(schema):
        return make_value(random.choice(alternatives(schema)), document, random, whole=whole, hidden=hidden)
    kinds = types_of(schema)
    if "null" in kinds and not whole and random.random() < 0.3:
        return None
    if "enum" in schema or KNOWN in schema:
        return random.choice([each for each in schema.get("enum") or schema[KNOWN] if each is not None])
    match next((each for each in random.sample(kinds, len(kinds)) if each != "null"), "string"):
        case "object":
            return _object(schema, document, random, whole, hidden)
        case "array":
            return _array(schema, document, random, whole, hidden)
        case "integer":
            step = schema.get("multipleOf", 1)
            return random.randint(-(-schema.get("minimum", 1) // step), schema.get("maximum", 30) // step) * step
        case "number":
            return random.randint(schema.get("minimum", 1), schema.get("maximum", 30) - 1) + 0.5
        case "boolean":
            return random.random() < 0.5
    return text_of(schema, random)


def text_of(schema: Schema, random: Random) -> str:
    """Make a text of a format, a pattern or a length."""
    match schema.get("format"):
        case "date":
            return f"20{random.randint(10, 30)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
        case "date-time":
            return f"20{random.randint(10, 30)}-0{random.randint(1, 9)}-11T1{random.randint(0, 9)}:00:00Z"
        case "uuid":
            return str(uuid.UUID(int=random.getrandbits(128), version=4))
    if "pattern" in schema:
        return random.choice(_TEXTS[schema["pattern"]])
    word = random.choice((*WORDS, "a", "unheard of"))
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 99))
    return f"{word}{'.' * least}"[:most]


def _object(schema: Schema, document: Any, random: Random, whole: bool, hidden: str) -> Value:
    members = {name: flat(each, document) for name, each in schema.get("properties", {}).items()}
    made = {
        name: make_value(member, document, random, whole=whole, hidden=hidden)
        for name, member in members.items()
        if not member.get(hidden) and (whole or name in schema.get("required", ()) or random.random() < 0.7)
    }
    made |= {name: random.choice(WORDS) for name in schema.get("required", ()) if name not in members}
    further = schema.get("additionalProperties")
    if isinstance(further, dict):
        for name in random.sample(NAMES, random.randint(1, 2)):
            if name not in members:
                made[name] = make_value(further, document, random, whole=whole, hidden=hidden)
    for name in members if len(made) < schema.get("minProperties", 0) else ():
        if not members[name].get(hidden):
            made.setdefault(name, make_value(members[name], document, random, whole=whole, hidden=hidden))
    return made


def _array(schema: Schema, document: Any, random: Random, whole: bool, hidden: str) -> Value:
    first = [make_value(each, document, random, whole=whole, hidden=hidden) for each in schema.get("prefixItems", ())]
    least, most = schema.get("minItems", 0), schema.get("maxItems", 99)
    count = min(most, max(least, 2)) if whole else random.randint(least, min(most, least + 3))
    rest = max(0, count - len(first))
    made = [
        *first[: None if whole else max(count, random.randint(0, len(first)))],
        *(make_value(schema["items"], document, random, whole=whole, hidden=hidden) for _ in range(rest)),
    ][:most]
    if schema.get("uniqueItems"):
        made = [each for index, each in enumerate(made) if each not in made[:index]]
    return made
