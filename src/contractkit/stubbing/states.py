"""States: under which provider states consumers in other languages call, said by a header or told to the stub itself.

A header speaks for its own request: `X-Contractkit-Given: order exists; id=7, "a, b"; sku="7"`. A value is JSON where
it reads as JSON, else a text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from contractkit.errors import UsageError
from contractkit.exact_json import Json, JsonSyntaxError, read_json, show_json
from contractkit.model import HttpRequest, ProviderState

HEADER: Final = "x-contractkit-given"
"""The request header, or metadata over gRPC, that names states."""

_NEXT: Final = f'Send for example: {HEADER.title()}: order exists; id=7, customer is known; name="Ada".'
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_STATE: Final = re.compile(rf'(?:{_QUOTED}|[^",])+')
_PIECE: Final = re.compile(rf'(?:{_QUOTED}|[^";])+')


class Given:
    """The states that calls are recorded under from now on, in the order they were given."""

    def __init__(self) -> None:
        """Begin with none."""
        self.now: tuple[ProviderState, ...] = ()


def taken_states(request: HttpRequest) -> tuple[tuple[ProviderState, ...], HttpRequest]:
    """Give the states that a request names, and the request without them.

    Raises:
        UsageError: The header names no states.
    """
    lines = request.headers.get(HEADER)
    if lines is None:
        return (), request
    plain = replace(request, headers={name: each for name, each in request.headers.items() if name != HEADER})
    return read_states(lines), plain


def states_of(metadata: Mapping[str, Json]) -> tuple[ProviderState, ...]:
    """Give the states that the metadata of a call names.

    Raises:
        UsageError: It names no states.
    """
    said = metadata.get(HEADER)
    if said is None:
        return ()
    return read_states(map(str, said) if isinstance(said, list) else (str(said),))


def read_states(lines: Iterable[str]) -> tuple[ProviderState, ...]:
    """Give the states that lines of a header name.

    Raises:
        UsageError: A line is no list of names with parameters.
    """
    return tuple(state for line in lines for state in _states_in(line))


def states_from_json(value: Json) -> tuple[ProviderState, ...]:
    """Give the states that a JSON value names: a list of texts and of objects with `name` and `params`.

    Raises:
        UsageError: It is something else.
    """
    if not isinstance(value, list):
        raise _wrong("the body", 'a list such as [{"name": "order exists", "params": {"id": 7}}]', value)
    return tuple(_state_from(each, f"the body, element {number}") for number, each in enumerate(value))


def _state_from(value: Json, at: str) -> ProviderState:
    if isinstance(value, str) and value.strip():
        return ProviderState(name=value)
    name, params = (value.get("name"), value.get("params", {})) if isinstance(value, dict) else (None, None)
    if isinstance(name, str) and name.strip() and isinstance(params, dict) and value.keys() <= {"name", "params"}:
        return ProviderState(name=name, params=params)
    raise _wrong(at, 'a text, or an object such as {"name": "order exists", "params": {"id": 7}}', value)


def _states_in(line: str) -> Iterator[ProviderState]:
    if _STATE.sub("", line).strip(", "):
        raise _wrong(HEADER, "names with parameters, each quotation mark closed", line)
    for text in (each.strip() for each in _STATE.findall(line)):
        if not text:
            continue
        name, *pairs = (piece.strip() for piece in _PIECE.findall(text))
        name = str(_value(name)) if name.startswith('"') else name
        if not name or "=" in name:
            raise _wrong(HEADER, "the name of a state before its parameters", text)
        yield ProviderState(name=name, params=dict(_pair(pair, text) for pair in pairs if pair))


def _pair(pair: str, text: str) -> tuple[str, Json]:
    name, equals, value = (each.strip() for each in pair.partition("="))
    if not name or not equals:
        raise _wrong(HEADER, "parameters such as id=7", text)
    return name, _value(value)


def _value(text: str) -> Json:
    try:
        return read_json(text.encode())
    except JsonSyntaxError:
        return text


def _wrong(at: str, expected: str, received: Json) -> UsageError:
    return UsageError(
        "The states cannot be read.",
        details=[("at", at), ("expected", expected), ("received", show_json(received))],
        next_step=_NEXT if at == HEADER else "",
    )
