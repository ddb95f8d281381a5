"""Bundling: a definition of several documents as one, for those who get it without its folder."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urldefrag

from contractkit.definitions.nodes import escape_step
from contractkit.definitions.references import BUNDLED_AT
from contractkit.definitions.uris import joined
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

HOLDER: Final = BUNDLED_AT.strip("/")
"""The member of the root that holds the other documents by their URI; members with `x-` are free to use."""


def bundled(root: Json, uri: str, read: Callable[[str], Json]) -> Json | None:
    """Give one document that holds all that a root refers to, with references that lead there; None if it is alone.

    What cannot be read stays referred to as it was, for whoever meets it to say so.

    Args:
        root: The root document's content.
        uri: Its URI, which others may refer to.
        read: Gives the content of another document by its URI, or raises `DefinitionError`.
    """
    documents: dict[str, Json] = {uri: root}
    pending = [uri]
    while pending:
        base = pending.pop()
        for other in sorted(_referred_to(documents[base], base) - documents.keys()):
            try:
                documents[other] = read(other)
            except DefinitionError:
                continue
            pending.append(other)
    if len(documents) == 1 or not isinstance(root, dict):
        return None
    found = {each: _rewritten(value, each, uri, documents) for each, value in sorted(documents.items())}
    whole = found.pop(uri)
    assert isinstance(whole, dict)
    return {**whole, HOLDER: found}


def _referred_to(document: Json, base: str) -> set[str]:
    found: set[str] = set()
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            found.update(joined(base, urldefrag(each)[0]) for each in _references(value) if not each.startswith("#"))
        pending.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
    return found - {base}


def _references(value: dict[str, Json]) -> list[str]:
    """Give the references that an object holds: its `$ref`, and those of its discriminator that name a document."""
    found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return [*found, *(each for each in _mapping(value).values() if _names_a_document(each))]


def _mapping(value: dict[str, Json]) -> dict[str, str]:
    discriminator = value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    pairs = mapping.items() if isinstance(mapping, dict) else ()
    return {name: each for name, each in pairs if isinstance(each, str)}


def _names_a_document(target: str) -> bool:
    """Say whether a discriminator's target is a reference to a document, not the bare name of a schema."""
    return not target.startswith("#") and (
        "/" in target or "#" in target or target.endswith((".json", ".yaml", ".yml"))
    )


def _rewritten(value: Json, base: str, root: str, documents: dict[str, Json], *, is_own: bool = False) -> Json:
    """Give a value with references that lead into the bundle; `is_own` says that it lies in a schema with `$id`."""
    if isinstance(value, list):
        return [_rewritten(each, base, root, documents, is_own=is_own) for each in value]
    if not isinstance(value, dict):
        return value
    is_own = is_own or (value is not documents[base] and isinstance(value.get("$id"), str))
    found = {name: _rewritten(each, base, root, documents, is_own=is_own) for name, each in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str) and not (is_own and reference.startswith("#")):
        found["$ref"] = _led_there(value["$ref"], base, root, documents)
    moved = {
        name: _led_there(each, base, root, documents)
        for name, each in _mapping(value).items()
        if each.startswith("#") or _names_a_document(each)
    }
    if moved:
        discriminator = value["discriminator"]
        found["discriminator"] = {**discriminator, "mapping": {**discriminator["mapping"], **moved}}
    return found


def _led_there(reference: str, base: str, root: str, documents: dict[str, Json]) -> str:
    uri, fragment = urldefrag(reference)
    target = joined(base, uri)
    if target not in documents:
        return reference
    if fragment and not fragment.startswith("/"):
        return f"#{fragment}"  # an anchor, which is found wherever it stands
    holder = "" if target == root else f"/{HOLDER}/{quote(escape_step(target), safe='~')}"
    return f"#{holder}{fragment}"
