"""Rewrites of an OpenAPI document that keep its meaning: what a team does on a tidy day, at random places."""

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeAlias

Schema: TypeAlias = Any
Rewrite: TypeAlias = Callable[[Any, Random], dict[str, Any]]

LOCAL = "#/components/schemas/"
_UNORDERED = ("required", "enum", "tags", "allOf", "parameters")


def reorder(document: Any, random: Random) -> dict[str, Any]:
    """Write members and unordered lists in another order."""

    def shuffled(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            names = random.sample(list(value), len(value))
            return {each: shuffled(value[each], str(each)) for each in names}
        if isinstance(value, list):
            items = [shuffled(each) for each in value]
            return random.sample(items, len(items)) if name in _UNORDERED else items
        return value

    found = shuffled(document)
    assert isinstance(found, dict)
    return found


def wrap(document: Any, random: Random) -> dict[str, Any]:
    """Put schemas into an `allOf` of one."""
    return _each_place(document, random, lambda schema: {"allOf": [schema]})


def extract(document: Any, random: Random) -> dict[str, Any]:
    """Move schemas among the components and refer to them."""
    found: dict[str, Schema] = {}

    def moved(schema: Schema) -> Schema:
        name = f"Extracted{len(found)}"
        found[name] = schema
        return {"$ref": f"{LOCAL}{name}"}

    new = _each_place(document, random, moved)
    new.setdefault("components", {}).setdefault("schemas", {}).update(found)
    return new


def inline(document: Any, random: Random) -> dict[str, Any]:
    """Write what a reference leads to in its place, where it does not lead back to itself."""
    named = document.get("components", {}).get("schemas", {})

    def written(schema: Schema) -> Schema:
        name = _name_in(schema)
        if name is None or name not in named or _reaches(named, name, name) or not _is_plain(named[name]):
            return schema
        if "nullable" in schema:  # beside the reference: left over in 3.1, and meant by who wrote it
            return schema
        return copy.deepcopy(named[name])

    return _each_place(document, random, written, with_references=True)


def rename(document: Any, random: Random) -> dict[str, Any]:
    """Give components other names; those that a discriminator may mean keep theirs."""
    new = copy.deepcopy(document)
    schemas = new.get("components", {}).get("schemas", {})
    tagged = _named_by_tags(document)
    names = {name: f"Renamed{name}" for name in schemas if name not in tagged and random.random() < 0.5}
    new.setdefault("components", {})["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
    _redirect(new, {f"{LOCAL}{name}": f"{LOCAL}{other}" for name, other in names.items()})
    _rename_schemes(new)
    return dict(new)


def _rename_schemes(document: Any) -> None:
    """Give the security schemes other names, where they are declared and wherever they are demanded."""
    schemes = document["components"].get("securitySchemes", {})
    document["components"]["securitySchemes"] = {f"Renamed{name}": scheme for name, scheme in schemes.items()}
    items = [item for item in document.get("paths", {}).values() if isinstance(item, dict)]
    operations = [each for item in items for each in item.values() if isinstance(each, dict)]
    for holder in (document, *operations):
        if "security" in holder:
            holder["security"] = [{f"Renamed{name}": each[name] for name in each} for each in holder["security"]]


REWRITES: dict[str, Rewrite] = {
    "reordered": reorder,
    "wrapped": wrap,
    "extracted": extract,
    "inlined": inline,
    "renamed": rename,
}


def split(document: Any) -> dict[str, Any]:
    """Give the documents, by URI, of one whose schemas stand in a file of their own; `d` is the root."""
    root, schemas = copy.deepcopy(document), copy.deepcopy(document.get("components", {}).get("schemas", {}))
    if "components" in root:
        root["components"].pop("schemas", None)
    elsewhere = {f"{LOCAL}{name}": f"schemas#/{name.replace('~', '~0').replace('/', '~1')}" for name in schemas}
    _redirect(root, elsewhere)
    _redirect(schemas, elsewhere)
    return {"d": root, "schemas": schemas}


def _each_place(
    document: Any, random: Random, change: Callable[[Schema], Schema], *, with_references: bool = False
) -> dict[str, Any]:
    """Change about a third of the schemas that stand as members, elements or bodies."""
    new = copy.deepcopy(document)
    for holder, key in list(_places(new)):
        schema = holder[key]
        is_reference = isinstance(schema, dict) and "$ref" in schema
        if isinstance(schema, dict) and is_reference is with_references and random.random() < 0.3:
            holder[key] = change(schema)
    return dict(new)


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Give the places of schemas as holder and key: below the components' schemas, and in bodies, the deepest first."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        yield from _below(schema)
    for item in document.get("paths", {}).values():
        for operation in item.values() if isinstance(item, dict) else ():
            if isinstance(operation, dict):
                yield from _of_bodies(operation)


def _of_bodies(operation: Any) -> Iterator[tuple[Any, Any]]:
    bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    for body in bodies:
        for content in body.get("content", {}).values() if isinstance(body, dict) else ():
            if isinstance(content.get("schema"), dict):
                yield from _below(content["schema"])
                yield content, "schema"


def _below(schema: Schema) -> Iterator[tuple[Any, Any]]:
    if not isinstance(schema, dict):
        return
    for name, member in schema.get("properties", {}).items():
        yield from _below(member)
        if isinstance(member, dict):
            yield schema["properties"], name
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _below(schema[keyword])
            yield schema, keyword
    for keyword in ("allOf", "oneOf", "anyOf"):
        for branch in schema.get(keyword, ()):
            yield from _below(branch)


def _name_in(schema: Schema) -> str | None:
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    return reference.removeprefix(LOCAL) if str(reference).startswith(LOCAL) else None


def _reaches(named: Any, start: str, wanted: str) -> bool:
    seen, pending = set(), [start]
    while pending:
        for name in _references_in(named.get(pending.pop())):
            if name == wanted:
                return True
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return False


def _references_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if (name := _name_in(value)) is not None:
            yield name
        for each in value.values():
            yield from _references_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references_in(each)


def _is_plain(schema: Schema) -> bool:
    """Say whether it is small and no union, which a copy would tear from the names its tags mean."""
    text = str(schema)
    return len(text) < 3_000 and not any(keyword in text for keyword in ("oneOf", "anyOf", "discriminator", "$id"))


def _named_by_tags(document: Any) -> set[str]:
    """Give the names that a discriminator may mean: those in unions, and those in or with an `allOf`."""
    found: set[str] = set()

    def walk(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            if any(keyword in value for keyword in ("oneOf", "anyOf", "allOf", "discriminator")):
                found.update(_references_in(value))
                found.add(name)
            for key, each in value.items():
                walk(each, str(key))
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(document)
    return found


def _redirect(value: Any, to: dict[str, str]) -> None:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            start = next((each for each in to if reference == each or reference.startswith(f"{each}/")), None)
            if start is not None:
                value["$ref"] = to[start] + reference.removeprefix(start)
        mapping = value.get("mapping")
        if isinstance(mapping, dict) and "propertyName" in value:
            value["mapping"] = {tag: to.get(target, target) for tag, target in mapping.items()}
        for each in value.values():
            _redirect(each, to)
    elif isinstance(value, list):
        for each in value:
            _redirect(each, to)
