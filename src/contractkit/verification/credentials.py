"""Credentials: what is sent in the place of recorded placeholders. Never shown, never published."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from contractkit.errors import UsageError
from contractkit.model import HttpCall, HttpRequest, RpcCall, Status

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Headers (metadata of remote procedure calls) to put on requests: lower-case name to value."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def put_on(self, call: HttpCall) -> HttpRequest:
        """Give the request with these headers, save where it was recorded without and is expected to answer 401."""
        if not self.headers:
            return call.request
        wanted = self._wanted(call.request.headers, expects_refusal=call.response.status == 401)
        kept = {name: values for name, values in call.request.headers.items() if name.lower() not in wanted}
        return replace(call.request, headers={**kept, **{name: (value,) for name, value in wanted.items()}})

    def put_in(self, call: RpcCall) -> RpcCall:
        """Give the call with these in its metadata, save where recorded without and expected to be unauthenticated."""
        if not self.headers:
            return call
        codes = {event.code for event in call.events if isinstance(event, Status)}
        wanted = self._wanted(call.metadata, expects_refusal="UNAUTHENTICATED" in codes)
        kept = {name: value for name, value in call.metadata.items() if name.lower() not in wanted}
        return replace(call, metadata={**kept, **wanted})

    def _wanted(self, recorded: Iterable[str], *, expects_refusal: bool) -> dict[str, str]:
        names = {name.lower() for name in recorded}
        return {name: value for name, value in self.headers.items() if name in names or not expects_refusal}


def read_credentials(lines: Iterable[str], environment: Mapping[str, str]) -> Credentials:
    """Give the headers of lines such as `Authorization: Bearer $TOKEN`, variables replaced by their values.

    Raises:
        UsageError: A line is no header, or names a variable that is not set. Values are not repeated.
    """
    return Credentials(headers=dict(_header(line, environment) for line in lines))


def _header(line: str, environment: Mapping[str, str]) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _NAME.fullmatch(name.strip()):
        raise UsageError(
            "A header to send cannot be used.",
            details=[("expected", "Name: value, for example 'Authorization: Bearer $TOKEN'")],
            next_step="Quote it, so that the shell leaves it whole.",
        )

    def value_of(found: re.Match[str]) -> str:
        variable = found[1] or found[2]
        if variable not in environment:
            raise UsageError(
                f"The header {name.strip()} names a variable that is not set.", details=[("variable", variable)]
            )
        return environment[variable]

    return name.strip().lower(), _VARIABLE.sub(value_of, value.strip())
