"""Preferences: what a request asks of its own answer, in the headers that users of other stubs know.

`Prefer: code=404, example=name, dynamic=true` (Prism) and `X-Microcks-Response-Name: name` (Microcks). What else a
`Prefer` says (RFC 7240: `return=minimal`, `wait=10`) belongs to the provider and is left in the request.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from contractkit.errors import UsageError
from contractkit.exact_json import show_json
from contractkit.model import HttpRequest

_PREFER: Final = "prefer"
_NAMED: Final = "x-microcks-response-name"
_PIECE: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",;])+')
_SEPARATED: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What a request asks of its answer.

    `status` is None where it names none, `example` likewise; `is_dynamic` asks for an answer made from the schema
    though there are examples.
    """

    status: int | None = None
    example: str | None = None
    is_dynamic: bool = False

    def __str__(self) -> str:
        said = (
            *((f"code={self.status}",) if self.status is not None else ()),
            *((f"example={self.example}",) if self.example is not None else ()),
            *(("dynamic=true",) if self.is_dynamic else ()),
        )
        return ", ".join(said)


NOTHING_PREFERRED: Final = Preference()
"""What most requests ask."""


def taken_preference(request: HttpRequest) -> tuple[Preference, HttpRequest]:
    """Give what a request asks of its answer, and the request without it.

    Raises:
        UsageError: A value makes no sense; the header, what it should be and what was sent are named.
    """
    if _PREFER not in request.headers and _NAMED not in request.headers:
        return NOTHING_PREFERRED, request
    said: dict[str, Any] = {}
    kept: list[str] = []
    for line in request.headers.get(_PREFER, ()):
        remaining = [text for each in _SEPARATED.findall(line) if (text := _without_ours(each, said))]
        kept += [", ".join(remaining)] if remaining else []
    names = request.headers.get(_NAMED, ())
    if names:
        said["example"] = names[0].strip()
    headers = {name: values for name, values in request.headers.items() if name not in (_PREFER, _NAMED)}
    if kept:
        headers[_PREFER] = tuple(kept)
    return Preference(**said), replace(request, headers=headers)


def _without_ours(preference: str, said: dict[str, Any]) -> str:
    """Give what one preference says beside what is asked of a stub, which is noted."""
    kept = []
    for piece in _PIECE.findall(preference):
        name, _, value = piece.partition("=")
        read = _OURS.get(name.strip().lower())
        if read is None:
            kept += [piece.strip()] if piece.strip() else []
        else:
            field, taken = read(_unquoted(value.strip()))
            said.setdefault(field, taken)  # of equal preferences the first counts (RFC 7240 §2)
    return "; ".join(kept)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if len(text) > 1 and text[0] == text[-1] == '"' else text


def _status(text: str) -> tuple[str, int]:
    if re.fullmatch(r"[1-5][0-9]{2}", text) is None:
        raise _senseless("code", "a status from 100 to 599", text)
    return "status", int(text)


def _example(text: str) -> tuple[str, str]:
    if not text:
        raise _senseless("example", "the name of an example", text)
    return "example", text


def _dynamic(text: str) -> tuple[str, bool]:
    if text.lower() not in ("true", "false", ""):
        raise _senseless("dynamic", "true or false", text)
    return "is_dynamic", text.lower() != "false"


_OURS: Final[Mapping[str, Callable[[str], tuple[str, Any]]]] = {
    "code": _status,
    "dynamic": _dynamic,
    "example": _example,
}
"""Preference to what reads its value, and gives the field of `Preference` with it."""


def _senseless(name: str, expected: str, received: str) -> UsageError:
    return UsageError(
        "The preference of the request cannot be read.",
        details=[
            ("at", f"request.headers.prefer, {name}"),
            ("expected", expected),
            ("received", show_json(received)),
        ],
        next_step="Send for example: Prefer: code=404, example=name, dynamic=true.",
    )
