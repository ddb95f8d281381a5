"""Security: the credentials that an operation demands, and whether a request has them (OpenAPI 3.1 §4.8.27, §4.8.30).

Only that they are there is looked at: a stub knows no users. What cannot be seen in a request (client certificates)
and what is not defined (an unknown scheme, which is a warning) counts as there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.parameters import read_cookies
from contractkit.definitions.references import Node
from contractkit.definitions.surfaces import Surface
from contractkit.errors import suggestion
from contractkit.exact_json import show_json
from contractkit.model import HttpRequest, Location
from contractkit.results import ABSENT, Violation

AUTHORIZATION: Final = "authorization"
_TOKEN_SCHEMES: Final = frozenset({"bearer", "dpop"})  # RFC 6750, RFC 9449
_KNOWN_SCHEMES: Final = _TOKEN_SCHEMES | {
    *("basic", "concealed", "digest", "gnap", "hoba", "mutual", "negotiate", "oauth", "privatetoken"),
    *("scram-sha-1", "scram-sha-256", "vapid"),
}
"""The names that IANA has registered for the first word of `Authorization`; any other word may be a secret itself."""
_PLACES: Final = {"header": "headers", "query": "query", "cookie": "cookies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One credential that a request may carry.

    Attributes:
        scheme: The name of the security scheme.
        place: `header`, `query` or `cookie`.
        name: Of the header (in lower case), query parameter or cookie.
        kinds: Words in lower case of which the value of `Authorization` starts with one; empty where any value will do.
        challenge: What `WWW-Authenticate` asks for it, or an empty text.
    """

    scheme: str
    place: str
    name: str
    kinds: frozenset[str] = frozenset()
    challenge: str = ""

    @property
    def location(self) -> Location:
        """Give where a request carries it."""
        return Location(("request", _PLACES[self.place], self.name))

    @property
    def sample(self) -> str:
        """Give a value that will do, as a test may send it."""
        kind = min(self.kinds, default="")
        return f"{kind.capitalize()} {_SAMPLES.get(kind, 'test')}".strip()

    def is_in(self, request: HttpRequest) -> bool:
        """Say whether a request has it."""
        texts = _texts(request, self.place, self.name)
        if not self.kinds:
            return any(text.strip() for text in texts)
        parted = (text.strip().partition(" ") for text in texts)
        return any(kind.lower() in self.kinds and rest.strip() for kind, _, rest in parted) or self._is_token(request)

    def _is_token(self, request: HttpRequest) -> bool:
        """Say whether a bearer token stands in the query, where it may (RFC 6750 §2.3)."""
        return self.kinds >= _TOKEN_SCHEMES and any(_texts(request, "query", "access_token"))

    def in_words(self, request: HttpRequest) -> str:
        """Give it as a message names it: `token (header authorization: Bearer …)`."""
        wanted = f": {min(self.kinds).capitalize()} …" if self.kinds else ""
        sent = {text.strip().partition(" ")[0].lower() for text in _texts(request, self.place, self.name)}
        other = next(iter(sent & _KNOWN_SCHEMES - self.kinds), "") if self.kinds else ""
        return f"{self.scheme} ({self.place} {self.name}{wanted}{f', not {other.capitalize()}' if other else ''})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCredentials:
    """That a request has none of the alternatives that its operation demands; what `WWW-Authenticate` answers."""

    violation: Violation
    challenges: tuple[str, ...]


class Security:
    """What the operations of one definition demand; read of each once."""

    def __init__(self, schemes: Mapping[str, Node], warn: Callable[[str, Node], None], *, realm: str) -> None:
        """Take the security schemes by name; `realm` names the service in challenges."""
        self._schemes = schemes
        self._warn = warn
        self._realm = realm.replace("\\", "").replace('"', "'")
        self._demands: dict[str, tuple[tuple[Credential, ...], ...]] = {}

    def missing(self, request: HttpRequest, surface: Surface) -> MissingCredentials | None:
        """Give what a request lacks, or None: one alternative must be there whole."""
        demands = self.demands(surface)
        lacking = [[each for each in demand if not each.is_in(request)] for demand in demands]
        if not all(lacking):
            return None
        nearest = min(lacking, key=len, default=[])
        if not nearest:
            return None
        words = ", or of ".join(" and ".join(each.in_words(request) for each in demand) for demand in demands)
        is_sent = any(_texts(request, nearest[0].place, nearest[0].name))
        challenges = {each.challenge for demand in demands for each in demand if each.challenge}
        return MissingCredentials(
            violation=Violation(
                location=nearest[0].location,
                expected=f"the credentials of {words}",
                received="others" if is_sent else ABSENT,  # and not what was sent
                pointer=(surface.security_node or surface.node).place,
            ),
            challenges=tuple(sorted(challenges, key=_is_of_tokens)),
        )

    def demands(self, surface: Surface) -> tuple[tuple[Credential, ...], ...]:
        """Give the alternatives of an operation, each the credentials that it takes together; empty: none is needed."""
        found = self._demands.get(surface.signature)
        if found is None:
            found = self._demands[surface.signature] = self._read(surface)
        return found

    def _read(self, surface: Surface) -> tuple[tuple[Credential, ...], ...]:
        alternatives = [
            tuple(each for name in demand if (each := self._credential(name, surface)) is not None)
            for demand in surface.security
        ]
        return tuple(alternatives) if all(alternatives) else ()

    def _credential(self, name: str, surface: Surface) -> Credential | None:
        """Give what a scheme takes; None, with a warning where that is a mistake, where nothing can be asked."""
        scheme = self._schemes.get(name)
        if scheme is None:
            near = suggestion(name, self._schemes)
            sentence = f"The security scheme {name!r} is not defined; nothing is asked for it."
            self._warn(f"{sentence} {near}".rstrip(), surface.security_node or surface.node)
            return None
        value = scheme.value if isinstance(scheme.value, dict) else {}
        match value.get("type"):
            case "apiKey":
                return self._key(name, scheme)
            case "http":
                return self._http(name, str(value.get("scheme") or ""))
            case "oauth2" | "openIdConnect":
                challenge = f'Bearer realm="{self._realm}"'
                return Credential(
                    scheme=name, place="header", name=AUTHORIZATION, kinds=_TOKEN_SCHEMES, challenge=challenge
                )
            case "mutualTLS":
                return None
            case other:
                known = "apiKey, http, mutualTLS, oauth2, openIdConnect"
                shown = "nothing" if other is None else show_json(other, limit=60)
                self._warn(f"The type of a security scheme is {shown}, not one of {known}; it is passed over.", scheme)
                return None

    def _key(self, scheme: str, node: Node) -> Credential | None:
        name, place = node.value.get("name"), node.value.get("in")
        if not isinstance(name, str) or not name or not isinstance(place, str) or place not in _PLACES:
            self._warn("An apiKey has a name, and is in one of cookie, header, query; it is passed over.", node)
            return None
        return Credential(scheme=scheme, place=place, name=name.lower() if place == "header" else name)

    def _http(self, scheme: str, kind: str) -> Credential:
        known = kind.lower() in _KNOWN_SCHEMES
        kinds = _TOKEN_SCHEMES if kind.lower() == "bearer" else frozenset({kind.lower()})
        return Credential(
            scheme=scheme,
            place="header",
            name=AUTHORIZATION,
            kinds=kinds if known else frozenset(),
            challenge=self._challenge(kind) if known else "",
        )

    def _challenge(self, kind: str) -> str:
        challenge = f'{kind.capitalize()} realm="{self._realm}"'
        return f'{challenge}, qop="auth", algorithm=MD5, nonce="0"' if kind.lower() == "digest" else challenge


_SAMPLES: Final = {"basic": "dGVzdDp0ZXN0"}  # test:test


def _texts(request: HttpRequest, place: str, name: str) -> tuple[str, ...]:
    match place:
        case "header":
            return request.headers.get(name, ())
        case "query":
            return tuple(filter(None, request.query.get(name, ())))
    return tuple(filter(None, read_cookies(request.headers.get("cookie", ())).get(name, ())))


def _is_of_tokens(challenge: str) -> bool:
    """Say whether a challenge is of tokens: clients look at the first one for the way that a password is sent."""
    return challenge.startswith("Bearer")
