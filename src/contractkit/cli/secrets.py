"""Secrets: what in a contract file looks like a credential that a test really used."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contractkit.exact_json import Json, read_json

_PATTERNS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a JSON Web Token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+")),
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a live Stripe key", re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("a bearer token", re.compile(r"\bBearer [A-Za-z0-9._~+/-]{24,}=*", re.IGNORECASE)),
    ("a user and password", re.compile(r"\bBasic [A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/])")),
    ("a password in a URL", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@\[\]]+:[^/\s:@]+@")),
)
"""What a credential is called, and how it looks: the forms that their issuers document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelySecret:
    """A place of a contract file, as a JSON pointer, and what its text looks like. The text itself is not kept."""

    pointer: str
    looks_like: str


def likely_secrets(data: bytes) -> tuple[LikelySecret, ...]:
    """Give every place in a JSON file whose text, or member name, looks like a credential."""
    return tuple(
        LikelySecret(pointer=pointer, looks_like=words)
        for pointer, text in _texts(read_json(data), "")
        for words, pattern in _PATTERNS
        if pattern.search(text)
    )


def _texts(value: Json, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            step = name.replace("~", "~0").replace("/", "~1")
            yield f"{pointer}/{step}", name
            yield from _texts(item, f"{pointer}/{step}")
