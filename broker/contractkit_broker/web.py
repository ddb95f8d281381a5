"""The edge: a request as a record, a reply as a record, and the refusals in the forms that Pact clients read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from contractkit.exact_json import Json, JsonSyntaxError, dump_compact, read_json, show_json
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store.database import Database
from contractkit_broker.surveying import Subject, Survey

HAL = "application/hal+json;charset=utf-8"
JSON = "application/json"
HTML = "text/html;charset=utf-8"
TEXT = "text/plain;charset=utf-8"

RECORDED_AT = "contractkit-recorded-at"
"""The header by which an import says when another broker recorded a fact."""

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent back. `body` is a JSON value where the media type is JSON, else text or bytes."""

    status: int = 200
    body: Json = field(default_factory=dict)
    media_type: str = HAL
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """Give the bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else dump_compact(self.body)


class Refusal(Exception):
    """A request that cannot be served; carries the reply that says so."""

    def __init__(self, status: int, body: Json, *, media_type: str = HAL) -> None:
        super().__init__(str(body))
        self.reply = Reply(status=status, body=body, media_type=media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read and ready, with what the broker needs to serve it.

    `path` holds the decoded parameters of the route; `query` the decoded pairs in order; `headers` lower-case names;
    `base_url` is where this client reaches the broker, without a slash at the end; `own_path` is the path as it came.
    """

    method: str
    path: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    own_path: str
    database: Database
    settings: BrokerSettings
    wake_worker: Callable[[], None] = lambda: None
    survey: Callable[[Subject, Callable[[], dict[str, Json]]], Survey | None] = lambda subject, order: None

    @property
    def now(self) -> str:
        """Give the time to store: the present, or the time in the past that an import says.

        Raises:
            Refusal: What is said is no time, or not past (400).
        """
        said, present = self.headers.get(RECORDED_AT), self.settings.clock()
        return present if said is None else _past(said, present)

    @property
    def is_past(self) -> bool:
        """Say whether a fact is told that was recorded elsewhere, before now."""
        return RECORDED_AT in self.headers

    @property
    def own_url(self) -> str:
        """Give the URL that was called, without its query."""
        return f"{self.base_url}{self.own_path}"

    def href(self, *segments: str, **query: str) -> str:
        """Give the absolute URL of a path, each segment encoded, slashes in it included."""
        path = f"{self.base_url}/{'/'.join(map(encoded, segments))}"
        if not query:
            return path
        return f"{path}?{'&'.join(f'{name}={encoded(value)}' for name, value in query.items())}"

    def link(self, *segments: str, **more: Json) -> dict[str, Json]:
        """Give a link object to a path."""
        return {"href": self.href(*segments), **more}

    def template(self, path: str, **more: Json) -> dict[str, Json]:
        """Give a link object with a template, `{word}` standing for what the client fills in."""
        return {"href": f"{self.base_url}{path}", **({"templated": True} if "{" in path else {}), **more}

    def parameter(self, name: str) -> str | None:
        """Give the last value of a query parameter, or None."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    def json(self) -> Json:
        """Give the JSON value of the body; an empty body is an empty object.

        Raises:
            Refusal: The body is not JSON (400).
        """
        if not self.body.strip():
            return {}
        try:
            return read_json(self.body)
        except JsonSyntaxError as error:
            raise Refusal(400, {"error": f"The body is not JSON: {error}"}) from None

    def form(self, kind: type[Form]) -> Form:
        """Give the body as a validated record.

        Raises:
            Refusal: The body is not JSON, or not of that form (400, a list of messages by field).
        """
        try:
            return kind.model_validate(self.json())
        except ValidationError as error:
            raise Refusal(400, {"errors": _by_field(error)}) from None


@lru_cache(maxsize=16_384)
def encoded(text: str) -> str:
    """Give a text as one segment of a path, or as one value of a query."""
    return quote(text, safe="")


def read_count(text: str | None) -> int | None:
    """Give the number that digits write, or None where the text is not digits or more than a database holds."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None


def not_found(what: str) -> NoReturn:
    """Refuse with 404; `what` is a sentence.

    Raises:
        Refusal: Always.
    """
    raise Refusal(404, {"error": what})


def _past(said: str, present: str) -> str:
    try:
        time = datetime.fromisoformat(said)
        text = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        text = ""
    if not text or text > present:
        words = f"expected a past time of ISO 8601, received {show_json(said, limit=60)}"
        raise Refusal(400, {"errors": {"Contractkit-Recorded-At": [words]}})
    return text


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in error.errors():
        names = [str(step) for step in problem["loc"] if isinstance(step, str)]
        places = [step for step in problem["loc"] if isinstance(step, int)]
        at = f" (at index {places[0]})" if places else ""
        found.setdefault(".".join(names) or "body", []).append(f"{_sentence(problem)}{at}")
    return found


_EXPECTED = {
    "model_type": "an object",
    "dict_type": "an object",
    "string_type": "a text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "string_pattern_mismatch": "a name without blanks",  # of environments: no other form has a pattern
}
"""What is wrong by pydantic's name to what the client should have sent."""


def _sentence(problem: Any) -> str:
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "too_long":
        return f"expected at most {problem['ctx']['max_length']} entries, received {len(problem['input'])}"
    if expected := _EXPECTED.get(problem["type"]):
        return f"expected {expected}, received {show_json(problem['input'], limit=60)}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
