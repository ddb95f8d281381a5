"""Media types: when two content types are the same for a header, and near enough for two bodies to be compared."""

import re
from collections.abc import Mapping

from contractkit.model import base_media_type

_PARAMETER = re.compile(r';\s*(?P<name>[^=;\s"]+)\s*(?:=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^;]*))?')
_LONGEST_FIELD = 10_000  # characters of a field that parameters are looked for in

_XML = frozenset({"application/xml", "text/xml"})


def same_content_type(expected: str, actual: str) -> bool:
    """Say whether a content type is the expected one, with at least the expected parameters, in any order and case.

    What is no media type (it has no `/`) is compared as text. The boundary of a multipart type says how one body is
    written (RFC 2046 §5.1), and is never compared.
    """
    if expected == actual or "/" not in expected:
        return expected == actual
    wanted, found = content_type_parameters(expected), content_type_parameters(actual)
    if base_media_type(expected).startswith("multipart/"):
        wanted = {name: value for name, value in wanted.items() if name != "boundary"}
    return base_media_type(expected) == base_media_type(actual) and wanted.items() <= found.items()


def content_type_parameters(content_type: str) -> Mapping[str, str]:
    """Give the parameters of a content type, names and values in lower case."""
    return {name: value.lower() for name, value in parameters_in(content_type).items()}


def parameters_in(field: str) -> Mapping[str, str]:
    """Give the parameters of a header field, names in lower case, values without quotes (RFC 9110 §5.6.6)."""
    found = _PARAMETER.finditer(field[:_LONGEST_FIELD])
    return {each["name"].lower(): _unquoted(each["value"] or "") for each in found}


def _unquoted(value: str) -> str:
    inside = value.strip()
    if len(inside) < 2 or inside[0] != '"' or inside[-1] != '"':
        return inside
    return re.sub(r"\\(.)", r"\1", inside[1:-1])


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
