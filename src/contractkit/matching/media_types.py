"""Media types: when two content types are the same for a header, and near enough for two bodies to be compared."""

from collections.abc import Mapping

from contractkit.model import base_media_type

_XML = frozenset({"application/xml", "text/xml"})


def same_content_type(expected: str, actual: str) -> bool:
    """Say whether a content type is the expected one, with at least the expected parameters, in any order and case.

    What is no media type (it has no `/`) is compared as text.
    """
    if "/" not in expected:
        return expected == actual
    wanted, found = content_type_parameters(expected), content_type_parameters(actual)
    return base_media_type(expected) == base_media_type(actual) and wanted.items() <= found.items()


def content_type_parameters(content_type: str) -> Mapping[str, str]:
    """Give the parameters of a content type, names and values in lower case."""
    pairs = (part.partition("=") for part in content_type.split(";")[1:])
    return {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in pairs if name.strip()}


def are_comparable(expected: str, actual: str) -> bool:
    """Say whether bodies of two types can be compared: the same, the same format by suffix, or both XML."""
    wanted, found = base_media_type(expected), base_media_type(actual)
    return wanted == found or (format_of(wanted) is not None and format_of(wanted) == format_of(found))


def format_of(base: str) -> str | None:
    """Give the format that a type's suffix names, `json` or `xml` (RFC 6839), or that it is itself."""
    if base in _XML or base.endswith("+xml"):
        return "xml"
    if base == "application/json" or base.endswith("+json"):
        return "json"
    return None
