"""Forms: URL-encoded ones compared like a query, multipart ones part by part, each as a body of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message as MailMessage
from typing import Protocol
from urllib.parse import parse_qsl

from contractkit.exact_json import JsonSyntaxError, read_json
from contractkit.matching.checks import missing
from contractkit.matching.failures import Check, Failure, below
from contractkit.matching.fields import compile_headers, compile_query
from contractkit.matching.weighting import NO_RULES, Scope
from contractkit.model import BinaryBody, Body, EmptyBody, JsonBody, TextBody, base_media_type, is_json_media_type
from contractkit.results import ABSENT

MOST_PARTS = 1_000
"""Parts of a multipart body; one of more is not taken apart."""

_NOT_COMPARED = frozenset({"content-disposition", "content-transfer-encoding", "content-length", "content-type"})
"""Headers of a part that say how it travels; its type is compared with its body."""


class CompileBody(Protocol):
    """Compiles the check of one part's body."""

    def __call__(self, expected: Body, scope: Scope, *, is_open: bool) -> Check:
        """Give the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    """One part of a multipart body: its name, or its number where it has none, its headers and its body."""

    name: str
    headers: Mapping[str, tuple[str, ...]]
    body: Body


def compile_form(expected: str, scope: Scope) -> Check:
    """Give the check of a URL-encoded form."""
    compare = compile_query(read_fields(expected), scope)

    def check(actual: Body) -> list[Failure] | None:
        if not isinstance(actual, TextBody):
            return [Failure(expected, ABSENT, "equality", "a URL-encoded form")]
        return compare(read_fields(actual.text))

    return check


def compile_multipart(expected: TextBody | BinaryBody, scope: Scope, is_open: bool, compile_body: CompileBody) -> Check:
    """Give the check of a multipart body: each expected part must be there, further parts may be."""
    wanted = read_parts(expected)
    checks = {
        name: _compile_part(part, scope.step(name), is_open, compile_body) for name, part in (wanted or {}).items()
    }

    def check(actual: Body) -> list[Failure] | None:
        given = read_parts(actual) if isinstance(actual, TextBody | BinaryBody) else None
        if wanted is None or given is None:
            return [Failure(ABSENT, ABSENT, "equality", "a multipart body whose parts can be told apart")]
        found: list[Failure] = []
        for name, compare in checks.items():
            failures = compare(given[name]) if name in given else missing(f"the part {name}", NO_RULES.chosen)
            found += below(name, failures or [])
        return found or None

    return check


def read_parts(body: TextBody | BinaryBody) -> dict[str, FormPart] | None:
    """Give the parts of a multipart body by name; None where its boundary separates nothing, or too much."""
    boundary = message_from_string(f"Content-Type: {body.media_type}\r\n\r\n").get_boundary()
    data = body.text.encode() if isinstance(body, TextBody) else body.data
    if not boundary:
        return None
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary.encode()), data)
    if not 3 <= len(pieces) <= MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        return None
    parts = [_part(message_from_bytes(piece.lstrip(b"\r\n")), str(at)) for at, piece in enumerate(pieces[1:-1])]
    return {part.name: part for part in parts}


def _compile_part(part: FormPart, scope: Scope, is_open: bool, compile_body: CompileBody) -> Check:
    check_headers = compile_headers(part.headers, NO_RULES)
    check_body = compile_body(part.body, scope, is_open=is_open)

    def check(actual: FormPart) -> list[Failure] | None:
        failures = below("headers", check_headers(actual.headers) or [])
        return [*failures, *(check_body(actual.body) or ())] or None

    return check


def _part(message: MailMessage, number: str) -> FormPart:
    name = message.get_param("name", header="content-disposition")
    headers = {key.lower(): (str(value),) for key, value in message.items() if key.lower() not in _NOT_COMPARED}
    data = message.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    return FormPart(name=str(name or number), headers=headers, body=_body(content, message.get_content_type()))


def _body(data: bytes, media_type: str) -> Body:
    if not data:
        return EmptyBody(media_type)
    readers: list[Callable[[], Body]] = [lambda: BinaryBody(data, media_type)]
    if is_json_media_type(media_type):
        readers.insert(0, lambda: JsonBody(read_json(data), media_type))
    elif base_media_type(media_type).startswith("text/") or base_media_type(media_type).endswith("xml"):
        readers.insert(0, lambda: TextBody(data.decode(), media_type))
    for read in readers:
        try:
            return read()
        except (JsonSyntaxError, UnicodeDecodeError):
            continue
    raise AssertionError("bytes can always be read as bytes")


def read_fields(text: str) -> Mapping[str, Sequence[str | None]]:
    """Give the fields of a URL-encoded form: each name with its values in order."""
    found: dict[str, list[str | None]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found
