"""Credentials: found by header, by security scheme and by name, and replaced before anything is kept or printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import unquote_plus

from contractkit.definitions.interface import Definition
from contractkit.exact_json import Json
from contractkit.model import Body, Fields, HttpRequest, HttpResponse, JsonBody, Location, MissingBody, Query, TextBody

PLACEHOLDER = "[credential]"
"""What stands where a credential was."""

_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "x-csrf-token"}
)
# fmt: off
_NAMES = frozenset(
    {
        "accesskey", "accesstoken", "apikey", "apisecret", "authorization", "authtoken", "bearertoken",
        "clientsecret", "credential", "credentials", "idtoken", "passphrase", "passwd", "password", "privatekey",
        "pwd", "refreshtoken", "secret", "secretkey", "securitytoken", "sessionid", "sessiontoken", "signingkey",
        "token",
    }
)
# fmt: on
_ENDINGS = ("password", "passphrase", "secret", "apikey", "accesstoken", "refreshtoken", "authtoken", "privatekey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Where one definition's requests carry credentials: lower-case header names, and names of query parameters."""

    headers: frozenset[str]
    query: frozenset[str]
    kept_headers: frozenset[str] = field(init=False)  # recorded under the placeholder, cookies by name

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept_headers", self.headers - {"cookie"})

    def without(self, request: HttpRequest) -> HttpRequest:
        """Give a request with every credential replaced by the placeholder."""
        if not request.query and isinstance(request.body, MissingBody) and self.headers.isdisjoint(request.headers):
            return request
        return HttpRequest(
            method=request.method,
            path=request.path,
            query=self._hidden_query(request.query),
            headers=self._hidden_headers(request.headers),
            body=hide_in_body(request.body),
        )

    def without_in(self, response: HttpResponse) -> HttpResponse:
        """Give a response with every credential replaced by the placeholder."""
        headers, body = self._hidden_headers(response.headers), hide_in_body(response.body)
        return HttpResponse(status=response.status, headers=headers, body=body)

    def _hidden_query(self, query: Query) -> Query:
        return {
            name: tuple(value and PLACEHOLDER for value in values) if name in self.query or is_secret(name) else values
            for name, values in query.items()
        }

    def _hidden_headers(self, headers: Fields) -> Fields:
        if self.headers.isdisjoint(headers):
            return headers
        return {
            name: tuple(map(_cookies if name == "cookie" else _whole, values)) if name in self.headers else values
            for name, values in headers.items()
        }


def credentials_of(definition: Definition) -> Credentials:
    """Give where requests to a definition carry credentials: the usual headers, and what its security schemes say."""
    return Credentials(headers=_HEADERS | definition.credential_headers(), query=definition.credential_query())


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Say whether a member or parameter of that name likely holds a secret, such as `client_secret` or `apiKey`."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain in _NAMES or plain.endswith(_ENDINGS)


def hide_in_body(body: Body) -> Body:
    """Give a body with the texts under names that likely hold secrets replaced: in JSON, forms and XML."""
    match body:
        case JsonBody(value=value, media_type=media_type):
            return JsonBody(hide_in_json(value), media_type)
        case TextBody(text=text, media_type=media_type) if "urlencoded" in media_type:
            return replace(body, text="&".join(map(_hidden_pair, text.split("&"))))
        case TextBody(text=text):
            return replace(body, text=_TAGGED.sub(_hidden_text, _QUOTED.sub(_hidden_text, text)))
        case _:
            return body


def hide_in_json(value: Json) -> Json:
    """Give a JSON value with the texts under names that likely hold secrets replaced, at any depth."""
    if isinstance(value, dict):
        return {
            name: PLACEHOLDER if isinstance(member, str) and member and is_secret(name) else hide_in_json(member)
            for name, member in value.items()
        }
    return [hide_in_json(element) for element in value] if isinstance(value, list) else value


def hide_in_metadata(metadata: Mapping[str, Json]) -> Mapping[str, Json]:
    """Give the metadata of a call with what likely holds a secret replaced."""
    return {name: PLACEHOLDER if name in _HEADERS or is_secret(name) else value for name, value in metadata.items()}


def hide_at(location: Location, value: object, credentials: Credentials) -> object:
    """Give a value as a message may show it, knowing where it stood."""
    names = [step for step in location.steps[1:] if isinstance(step, str)]
    if any(is_secret(name) or name in credentials.query or name.lower() in credentials.headers for name in names):
        return PLACEHOLDER if isinstance(value, str | list | tuple) else value
    return hide_in_json(value)


_QUOTED = re.compile(r'(?P<before>"(?P<name>[\w.-]+)"\s*:\s*")[^"]*(?P<after>")')  # of JSON that does not parse
_TAGGED = re.compile(r"(?P<before><(?:[\w.-]+:)?(?P<name>[\w.-]+)[^<>]*>)[^<]*(?P<after></)")


def _hidden_text(found: re.Match[str]) -> str:
    return f"{found['before']}{PLACEHOLDER}{found['after']}" if is_secret(found["name"]) else found[0]


def _hidden_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    last = unquote_plus(name).rstrip("]").rpartition("[")[2]
    return f"{name}={PLACEHOLDER}" if equals and value and is_secret(last) else pair


def _whole(value: str) -> str:
    return PLACEHOLDER


def _cookies(value: str) -> str:
    names = (pair.partition("=")[0].strip() for pair in value.split(";"))
    return "; ".join(f"{name}={PLACEHOLDER}" for name in names)
