"""What a person sends from a page: the fields and files of a form, taken only where one of our own pages sent it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes, urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, FormParser, parse_options_header

from contractkit.explain.terminal import readable
from contractkit_broker.web import Call

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # what is wrong with a form is told to its sender

_MOST_FIELDS = 20
_URLENCODED = "application/x-www-form-urlencoded"
_FORMS = ("multipart/form-data", _URLENCODED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as a browser sends it: the name it has there, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """Fields and files by the names they have on the page; a file that was not chosen is not there."""

    fields: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, SentFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give a field as text without blanks around it, empty where it was not sent."""
        return self.fields.get(name, b"").decode(errors="replace").strip()


class FormFault(Exception):
    """What is sent is no form; says in a sentence why."""


def read_form(call: Call) -> SentForm:
    """Give what a form of one of our pages holds.

    Raises:
        FormFault: The body is not of the form that browsers send, or cut off.
    """
    content_type, options = parse_options_header(call.headers.get("content-type"))
    kind = content_type.decode("latin-1")
    if kind not in _FORMS:
        raise FormFault(f"Expected a form, as multipart/form-data, received {kind or 'no content type'}.")
    if kind == _FORMS[0] and not options.get(b"boundary"):
        raise FormFault("The form cannot be read: its content type names no boundary.")
    found: list[tuple[str, bytes | SentFile]] = []
    decoded = _decoded if kind == _URLENCODED else _as_it_is

    def add(name: bytes | None, value: bytes | SentFile) -> None:
        if len(found) == _MOST_FIELDS:
            raise FormFault(f"Expected at most {_MOST_FIELDS} fields.")
        found.append(((name or b"").decode(errors="replace"), value))

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        data = file.file_object.read()
        file.close()
        add(file.field_name, SentFile(name=readable((file.file_name or b"").decode(errors="replace")), data=data))

    in_memory = {"MAX_MEMORY_FILE_SIZE": call.settings.body_limit}
    try:
        parser = FormParser(
            kind,
            lambda sent: add(decoded(sent.field_name), decoded(sent.value)),
            on_file,
            boundary=options.get(b"boundary"),
            config=in_memory,
        )
        parser.write(call.body)
        parser.finalize()
    except FormParserError as error:
        raise FormFault(f"The form cannot be read: {error}") from None
    return SentForm(
        fields={name: value for name, value in found if isinstance(value, bytes)},
        files={name: value for name, value in found if isinstance(value, SentFile) and value.name},
    )


def _decoded(text: bytes | None) -> bytes:
    """Give what a part of an urlencoded form stands for (WHATWG URL, section 5.1), which the parser leaves to us."""
    return unquote_to_bytes((text or b"").replace(b"+", b" "))


def _as_it_is(data: bytes | None) -> bytes:
    return data or b""


def is_foreign(call: Call) -> bool:
    """Say whether a page of somebody else sent a form here: a browser says so, and other clients say nothing.

    `Sec-Fetch-Site` is trusted where it is sent, which is over TLS; else `Origin` must name where we are reached.
    """
    site = call.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = call.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != urlsplit(call.base_url).netloc
