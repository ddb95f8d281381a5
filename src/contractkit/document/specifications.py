"""Versions of the Pact specification: which there are, and where a file says its own."""

import re

from contractkit.document.reading import ObjectReader

KNOWN = ("1.0", "1.1", "2.0", "3.0", "4.0")
"""The versions that are read, as a contract names them. We write the last."""

WRITTEN = KNOWN[-1]
_ASSUMED = "3.0"  # what the reference implementation assumes where a file does not say

_VERSION = re.compile(r"[vV]?(\d+)(?:\.(\d+))?(?:\.\d+)?")


def parse_specification(text: str) -> str | None:
    """Give a version in the form `4.0`, however it is written (`4`, `V4`, `4.0.0`); None where it is not known."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    version = f"{found[1]}.{found[2] or 0}"
    return version if version in KNOWN else None


def read_specification(metadata: ObjectReader | None) -> str:
    """Give the version that a file's `metadata` names, in any of the three spellings; 3.0 where it names none."""
    if metadata is None:
        return _ASSUMED
    for name in ("pactSpecification", "pact-specification"):
        holder = metadata.child(name)
        if holder is not None and "version" in holder:
            return _checked(holder, "version")
    return _checked(metadata, "pactSpecificationVersion") if "pactSpecificationVersion" in metadata else _ASSUMED


def _checked(reader: ObjectReader, name: str) -> str:
    value = reader.take(name)
    known = parse_specification(str(value)) if isinstance(value, str | int | float) else None
    if known is None:
        reader.findings.wrong(reader.at(name), f"a version of the Pact specification ({', '.join(KNOWN)})", value)
    return known or _ASSUMED
