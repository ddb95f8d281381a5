"""Which bodies a definition can be held against: what `requests.body_violations` looks into, and what it passes by."""

from typing import Final

from contractkit.definitions.forms import FORM, MULTIPART
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.sequences import ITEM_SCHEMA, is_sequence
from contractkit.definitions.surfaces import Content
from contractkit.model import BinaryBody, Body, TextBody, base_media_type, is_json_media_type

_BYTES: Final = ("binary", "byte", "base64")
_SAY_NOTHING: Final = frozenset(
    {
        "$comment", "$ref", "allOf", "contentEncoding", "contentMediaType", "default", "deprecated", "description",
        "example", "examples", "externalDocs", "nullable", "title", "type",
    }
)  # fmt: skip
"""Keywords after which any text may stand; those that lead elsewhere are followed."""


def is_judged(body: Body, media_type: str, content: Content) -> bool:
    """Say whether all that a content says of a body is looked at.

    Forms, sequences and texts are, and what no schema narrows down; XML, CSV and the like are not, nor are bytes of
    which more is said than that they are bytes.
    """
    if not isinstance(body, TextBody | BinaryBody) or is_json_media_type(media_type) or content.view is None:
        return True
    if content.node.get(ITEM_SCHEMA) is not None and is_sequence(content.media_type):
        return True
    base = base_media_type(media_type)
    if base == MULTIPART or _is_any(content.view):
        return True
    is_text = media_type.startswith("text/") and content.view.types == {"string"}
    return isinstance(body, TextBody) and (base == FORM or is_text)


def _is_any(view: SchemaView) -> bool:
    """Say whether a schema asks for no more than a text, or for nothing at all."""
    said = {name for conjunct in view.conjuncts for name in conjunct.node.value if not name.startswith("x-")}
    formats = {found for found in view.said("format") if found not in _BYTES}
    return view.types in ({"string"}, ALL_TYPES) and not formats and not said - _SAY_NOTHING - {"format"}
