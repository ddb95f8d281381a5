"""What schemas may go through: each change is made in place and says whether it found something to change."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

from tests.impact.worlds.schemas import FORMATS, KNOWN, PART, PATTERNS, WORDS, Schema, SchemaMaker, everything, mapped

Change: TypeAlias = Callable[[Any, Random], bool]
"""Changes a document in place, and says whether it found something to change."""

_OfMember: TypeAlias = Callable[[Schema, str, SchemaMaker], bool]
_OfSchema: TypeAlias = Callable[[Schema, SchemaMaker], bool]


def _of_members(change: _OfMember) -> Change:
    """Try a change at members of objects, at random, until one of a few took it."""

    def at_random(document: Any, random: Random) -> bool:
        maker = SchemaMaker(random, document["components"]["schemas"])
        places = [(schema, name) for schema in everything(document) for name in schema.get("properties", ())]
        return any(change(schema, name, maker) for schema, name in random.sample(places, min(len(places), 6)))

    return at_random


def _of_schemas(change: _OfSchema) -> Change:
    def at_random(document: Any, random: Random) -> bool:
        maker = SchemaMaker(random, document["components"]["schemas"])
        found = list(everything(document))
        return any(change(schema, maker) for schema in random.sample(found, len(found)))

    return at_random


def _drop(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
    del schema["properties"][name]
    schema["required"] = [each for each in schema["required"] if each != name]
    return True


def _loosen(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
    was = name in schema["required"]
    schema["required"] = [each for each in schema["required"] if each != name]
    return was


def _demand(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
    was = name in schema["required"]
    schema["required"] = sorted({*schema["required"], name})
    return not was


def _retype(schema: Schema, name: str, maker: SchemaMaker) -> bool:
    before = schema["properties"][name]
    schema["properties"][name] = maker.schema(3)
    return bool(before != schema["properties"][name])


def _undescribe(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
    """Stop saying what a required member is."""
    if name not in schema["required"] or schema.get("additionalProperties") is False:
        return False
    del schema["properties"][name]
    return True


def _flag(flag: str) -> _OfMember:
    def change(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
        member = schema["properties"][name]
        if "$ref" in member or member.get(flag):
            return False
        member[flag] = True
        return True

    return change


def _default(schema: Schema, name: str, _maker: SchemaMaker) -> bool:
    member = schema["properties"][name]
    if member.get("type") != "integer" or name in schema["required"]:
        return False
    member["default"] = member.get("default", 1) + 1
    return True


def _add(schema: Schema, name: str, maker: SchemaMaker) -> bool:
    new = maker.random.choice(("further", "more", "code"))
    if new in schema["properties"]:
        return False
    schema["properties"][new] = maker.schema(3)
    if maker.random.random() < 0.4:
        schema["required"] = [*schema["required"], new]
    return True


def _wrap(schema: Schema, name: str, maker: SchemaMaker) -> bool:
    """Put a member's schema among the named ones, behind a single `allOf`: nothing that anybody notices."""
    named = f"Moved{len(maker.named)}"
    maker.named[named] = schema["properties"][name]
    schema["properties"][name] = {"allOf": [{"$ref": f"#/components/schemas/{named}"}]}
    return True


def _allow_null(schema: Schema, _maker: SchemaMaker) -> bool:
    if not isinstance(schema.get("type"), str) or "enum" in schema:
        return False
    schema["type"] = [schema["type"], "null"]
    return True


def _refuse_null(schema: Schema, _maker: SchemaMaker) -> bool:
    if not isinstance(schema.get("type"), list):
        return False
    schema["type"] = next(each for each in schema["type"] if each != "null")
    return True


def _widen(schema: Schema, _maker: SchemaMaker) -> bool:
    if schema.get("type") != "integer" or {"minimum", "maximum", "multipleOf"} & schema.keys():
        return False
    schema["type"] = "number"
    return True


def _narrow(schema: Schema, _maker: SchemaMaker) -> bool:
    if schema.get("type") != "number":
        return False
    schema["type"] = "integer"
    return True


def _add_value(schema: Schema, maker: SchemaMaker) -> bool:
    left = [word for word in WORDS if word not in schema.get("enum", WORDS)]
    if left:
        schema["enum"] = [*schema["enum"], maker.random.choice(left)]
    return bool(left)


def _other_known_values(schema: Schema, maker: SchemaMaker) -> bool:
    left = [word for word in WORDS if word not in schema.get(KNOWN, WORDS)]
    if left:
        schema[KNOWN] = [*schema[KNOWN][1:], maker.random.choice(left)]
    return bool(left)


def _drop_value(schema: Schema, maker: SchemaMaker) -> bool:
    if len(schema.get("enum", ())) < 2:
        return False
    schema["enum"] = maker.random.sample(schema["enum"], len(schema["enum"]) - 1)
    return True


def _open_values(schema: Schema, _maker: SchemaMaker) -> bool:
    return len(schema.get("enum", ())) > 1 and bool(schema.pop("enum"))


def _limit_values(schema: Schema, maker: SchemaMaker) -> bool:
    if schema.get("type") != "string" or len(schema) > 1:
        return False
    schema["enum"] = maker.random.sample(WORDS, 3)
    return True


def _bound(schema: Schema, maker: SchemaMaker) -> bool:
    bounds = {"integer": ("maximum", "minimum", "multipleOf"), "string": ("maxLength", "minLength"),
              "array": ("maxItems", "minItems", "uniqueItems"), "object": ("minProperties",)}  # fmt: skip
    known = [each for each in bounds.get(str(schema.get("type")), ()) if each not in schema]
    if not known or {"enum", "pattern", "format", "prefixItems"} & schema.keys():
        return False
    keyword = maker.random.choice(known)
    schema[keyword] = {"maximum": 12, "maxLength": 4, "multipleOf": 3, "maxItems": 3, "uniqueItems": True}.get(
        keyword, 2
    )
    if keyword == "maximum":
        schema["maximum"] = max(12, schema.get("minimum", 0) + 3)
    return True


def _loosen_bound(schema: Schema, maker: SchemaMaker) -> bool:
    known = {"minItems", "maxItems", "minimum", "maximum"} & schema.keys()
    return bool(known) and schema.pop(maker.random.choice(sorted(known))) is not None


def _text(keyword: str, said: tuple[str, ...]) -> _OfSchema:
    def change(schema: Schema, maker: SchemaMaker) -> bool:
        is_plain = schema == {"type": "string"} or {*schema} == {"type", keyword}
        new = maker.random.choice((None, *said))
        if not is_plain or schema.get("type") != "string" or schema.get(keyword) == new:
            return False
        schema.pop(keyword, None)
        if new is not None:
            schema[keyword] = new
        return True

    return change


def _close(schema: Schema, _maker: SchemaMaker) -> bool:
    if "properties" not in schema or PART in schema or schema.get("additionalProperties") is False:
        return False
    schema["additionalProperties"] = False
    return True


def _open(schema: Schema, _maker: SchemaMaker) -> bool:
    return schema.get("additionalProperties") is False and schema.pop("additionalProperties") is False


def _other_further(schema: Schema, maker: SchemaMaker) -> bool:
    if not isinstance(schema.get("additionalProperties"), dict):
        return False
    schema["additionalProperties"] = maker.schema(3)
    return True


def _add_alternative(schema: Schema, maker: SchemaMaker) -> bool:
    if "oneOf" in schema:
        kind = maker.random.choice(("gone", "kept"))
        new = maker.alternative(kind, 3)
        if "discriminator" in schema:
            schema["discriminator"]["mapping"][kind] = new["$ref"]
        schema["oneOf"].append(new)
    elif "anyOf" in schema:
        schema["anyOf"].append({"type": "boolean"})
    return "oneOf" in schema or "anyOf" in schema


def _drop_alternative(schema: Schema, maker: SchemaMaker) -> bool:
    found = schema.get("oneOf") or schema.get("anyOf") or []
    if len(found) < 2:
        return False
    gone = found.pop(maker.random.randrange(len(found)))
    picked = mapped(schema)
    for kind in [kind for kind, reference in picked.items() if reference == gone.get("$ref")]:
        del picked[kind]
    return True


def _tell_otherwise(schema: Schema, maker: SchemaMaker) -> bool:
    """Let another value of `kind` pick an alternative, one that any value may stand for."""
    picked = mapped(schema)
    free = [
        kind
        for kind, name in picked.items()
        if "enum" not in maker.named[name.rsplit("/", 1)[-1]]["properties"].get("kind", ())
    ]
    if not free:
        return False
    kind = maker.random.choice(free)
    picked[f"{kind}!"] = picked.pop(kind)
    return True


def _number(schema: Schema, maker: SchemaMaker) -> bool:
    """Change what the first elements of a list are."""
    if len(schema.get("prefixItems", ())) < 1:
        return False
    if maker.random.random() < 0.5:
        schema["prefixItems"].pop()
    else:
        schema["prefixItems"].append(maker.scalar())
    if not schema["prefixItems"]:
        del schema["prefixItems"]
    return True


SCHEMA_CHANGES: tuple[tuple[str, Change], ...] = (
    ("a member went", _of_members(_drop)),
    ("a member became optional", _of_members(_loosen)),
    ("a member became required", _of_members(_demand)),
    ("a member has another type", _of_members(_retype)),
    ("a member is no longer described", _of_members(_undescribe)),
    ("a member became read only", _of_members(_flag("readOnly"))),
    ("a member became write only", _of_members(_flag("writeOnly"))),
    ("a member is deprecated", _of_members(_flag("deprecated"))),
    ("a member has another default", _of_members(_default)),
    ("a member came", _of_members(_add)),
    ("a member is referenced", _of_members(_wrap)),
    ("null is allowed", _of_schemas(_allow_null)),
    ("null is refused", _of_schemas(_refuse_null)),
    ("an integer may be a fraction", _of_schemas(_widen)),
    ("a number is whole", _of_schemas(_narrow)),
    ("a value was added", _of_schemas(_add_value)),
    ("other values are known", _of_schemas(_other_known_values)),
    ("a value went", _of_schemas(_drop_value)),
    ("any value may stand", _of_schemas(_open_values)),
    ("only some values may stand", _of_schemas(_limit_values)),
    ("a bound came", _of_schemas(_bound)),
    ("a bound went", _of_schemas(_loosen_bound)),
    ("another pattern", _of_schemas(_text("pattern", PATTERNS))),
    ("another format", _of_schemas(_text("format", FORMATS))),
    ("an object was closed", _of_schemas(_close)),
    ("an object was opened", _of_schemas(_open)),
    ("further members are others", _of_schemas(_other_further)),
    ("an alternative came", _of_schemas(_add_alternative)),
    ("an alternative went", _of_schemas(_drop_alternative)),
    ("an alternative is told otherwise", _of_schemas(_tell_otherwise)),
    ("first elements are others", _of_schemas(_number)),
)
"""What schemas may go through."""
