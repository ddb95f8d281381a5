"""Lints of demands: what an example asks of a provider that hardly a consumer needs, seen without needs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

from contractkit.exact_json import Json, dump_compact
from contractkit.matching import PlaceExplanation
from contractkit.matching.rules import kind_of
from contractkit.model import EmptyBody, HttpCall, InferredNeeds, JsonBody, Location, MissingBody, Rule
from contractkit.review.findings import Examined, Remark
from contractkit.review.rule_lints import rule_on_elements
from contractkit.review.trees import show_tree

_Looks: TypeAlias = Callable[[str, Json], bool]
_PARTS = ("status", "status_message", "contents", "body")
_WITHOUT_CONTENT, _FIRST_FINAL = (204, 304), 200
_FEWEST_VALUES = 2  # in a body that is called exact as a whole

_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_NAME = re.compile(r"(?:^|[_-])(?:id|ids|uuid|guid|oid)$|[a-z](?:Id|ID|Ids|Uuid|UUID|Guid)$|^(?:ID|Id|UUID)$")
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} .*"
)
_TIME_NAME = re.compile(r"(?:_at|At|_on|[tT]imestamp|[dD]ate|_time|Time)$")
_EPOCH = 1_000_000_000  # seconds: a number beyond it, under such a name, is a time
_TOKEN_NAME = re.compile(r"(?i)token|secret|signature|nonce|session|csrf|etag|checksum|digest|hash$")
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])[A-Za-z0-9+/_-]{24,}={0,2}")
_HOST = re.compile(r"(?:https?|wss?)://[^/\s]+")

_NEEDLESS_IN_ANSWERS = frozenset(
    {
        "age",
        "alt-svc",
        "cf-ray",
        "connection",
        "content-length",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "server",
        "strict-transport-security",
        "transfer-encoding",
        "via",
        "x-content-type-options",
        "x-correlation-id",
        "x-frame-options",
        "x-powered-by",
        "x-request-id",
        "x-runtime",
    }
)
"""Headers that servers, proxies and frameworks add to answers."""

_NEEDLESS_IN_REQUESTS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "traceparent",
        "tracestate",
        "user-agent",
        "x-correlation-id",
        "x-request-id",
    }
)
"""Headers that clients and tracing add to requests."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What an exact value may look like, and the rule that would do in its place."""

    name: str
    words: str
    edit: str
    looks: _Looks


def _is_identifier(name: str, value: Json) -> bool:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return True
    return isinstance(value, str | int) and not isinstance(value, bool) and _ID_NAME.search(name) is not None


def _is_time(name: str, value: Json) -> bool:
    if isinstance(value, str):
        return _TIME.fullmatch(value) is not None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value > _EPOCH and _TIME_NAME.search(name) is not None


def _is_token(name: str, value: Json) -> bool:
    if not isinstance(value, str) or not value:
        return False
    return _TOKEN_NAME.search(name) is not None or (len(value) <= 4_096 and _TOKEN.fullmatch(value) is not None)


def _names_a_host(_name: str, value: Json) -> bool:
    return isinstance(value, str) and _HOST.match(value) is not None


_LOOKS = (
    _Look("host", "names a host", "put a `regex` there that leaves the host open, or `type`", _names_a_host),
    _Look("time", "looks like a time", "put the rule `datetime`, `date` or `type` there", _is_time),
    _Look("id", "looks like an identifier", "put the rule `type`, `integer` or a `regex` there", _is_identifier),
    _Look("token", "looks like a token or a digest", "put the rule `type` or `notEmpty` there", _is_token),
)
"""What exact values look like, the first that fits counts."""


def _exact_values(look: str, examined: Examined) -> Iterator[Remark]:
    for location, value, found in _looked_at(examined):
        if found.name == look:
            why = f"must be exactly {show_tree(value)}, which {found.words}"
            yield Remark(location=location, why=why, edit=found.edit)


@lru_cache(maxsize=1)  # four rules ask in turn for what one pass finds
def _looked_at(examined: Examined) -> tuple[tuple[Location, Json, _Look], ...]:
    """Give the exact values of the answers that look like something, with what they look like first."""
    known = _known_values(examined)
    looks = (
        (place.location, place.expected, next((each for each in _LOOKS if each.looks(*_named(place))), None))
        for place in examined.answers
        if _is_exact(place) and dump_compact(place.expected).decode() not in known and not _is_needed(examined, place)
    )
    return tuple((location, value, look) for location, value, look in looks if look is not None)


exact_hosts = partial(_exact_values, "host")
exact_times = partial(_exact_values, "time")
exact_identifiers = partial(_exact_values, "id")
exact_tokens = partial(_exact_values, "token")


def exact_bodies(examined: Examined) -> Iterator[Remark]:
    """Find JSON answers without any rule: every value in them counts."""
    bodies = {part.location for part in examined.interaction.exchange.parts() if isinstance(part.value, JsonBody)}
    for top in examined.answers:
        if top.location not in bodies or _is_details(top):
            continue
        inside = [each for each in examined.answers if each.location.starts_with(top.location)]
        count = sum(not isinstance(each.expected, dict | list) for each in inside)
        if count >= _FEWEST_VALUES and all(each.chosen is None for each in inside):
            yield Remark(
                location=top.location,
                why=f"has no rule at all: each of its {count} values must be exactly the example's",
                edit="put the rule `type` there; values that count get `equality` or a `regex`",
            )


def impossible_bodies(examined: Examined) -> Iterator[Remark]:
    """Find bodies of answers that HTTP never gives one (RFC 9110 §6.4.1)."""
    exchange = examined.interaction.exchange
    if not isinstance(exchange, HttpCall):
        return
    match exchange.response.body:
        case MissingBody() | EmptyBody() | JsonBody(value=None):  # no body fits null as well
            return
    status, is_head = exchange.response.status, exchange.request.method == "HEAD"
    if is_head or status in _WITHOUT_CONTENT or status < _FIRST_FINAL:
        yield Remark(
            location=Location(("response", "body")),
            why=f"is expected, and an answer {'to HEAD' if is_head else f'of status {status}'} never has a body",
            edit="leave the body out",
        )


def pinned_lengths(examined: Examined) -> Iterator[Remark]:
    """Find lists of answers that must have exactly as many elements as the example."""
    for place in examined.answers:
        expected = place.expected
        if not isinstance(expected, list) or not expected or _is_details(place):
            continue
        count = "1 element" if len(expected) == 1 else f"{len(expected)} elements"
        if place.chosen is None and rule_on_elements(examined, place) is None:
            yield Remark(
                location=place.location,
                why=f"must have exactly {count}, as no rule says otherwise",
                edit="put the rule `type` there, with `min` where the consumer needs some",
            )
        elif place.chosen is not None and any(map(_is_pinned, place.chosen.rules)):
            yield Remark(
                location=place.location,
                why="has a rule whose `min` is its `max`",
                edit="leave `max` out, or both",
            )


def needless_headers(examined: Examined) -> Iterator[Remark]:
    """Find headers that servers and clients add by themselves; one that a rule is written for is there on purpose."""
    for place in examined.places:
        if place.chosen is not None and place.chosen.located.location.starts_with(place.location):
            continue
        match place.location.steps:
            case ("response", "headers", str(name)) if name in _NEEDLESS_IN_ANSWERS:
                who = "servers and proxies add by themselves"
            case ("request", "headers", str(name)) if name in _NEEDLESS_IN_REQUESTS:
                who = "clients add by themselves"
            case _:
                continue
        yield Remark(
            location=place.location, why=f"is a header that {who}", edit="leave it out, unless the consumer reads it"
        )


def _is_exact(place: PlaceExplanation) -> bool:
    is_value = isinstance(place.expected, str | int | float) and not isinstance(place.expected, bool)
    is_part = place.location.steps[-1] in (*_PARTS, *_NEEDLESS_IN_ANSWERS)
    rules: tuple[Rule, ...] = place.chosen.rules if place.chosen is not None else ()
    return is_value and not is_part and all(kind_of(rule).name == "equality" for rule in rules)


def _is_needed(examined: Examined, place: PlaceExplanation) -> bool:
    """Say whether a test proved that this very value counts."""
    needs = examined.interaction.needs
    if not isinstance(needs, InferredNeeds):
        return False
    return any(need.location.matches(place.location) and (need.members or need.pattern) for need in needs.needed)


def _known_values(examined: Examined) -> set[str]:
    """Give the values, as JSON, that the request or the states name: an answer may well repeat them."""
    asked = [each.expected for each in examined.asked]
    states = [value for state in examined.interaction.states for value in state.params.values()]
    derived = examined.interaction.derived_state
    values = [*asked, *states, *(derived.values.values() if derived is not None else ())]
    texts = [part for value in asked if isinstance(value, str) for part in value.split("/")]
    found = {dump_compact(value).decode() for value in (*values, *texts) if isinstance(value, str | int | float)}
    return found | {text for text in texts if text.isdecimal()}


def _named(place: PlaceExplanation) -> tuple[str, Json]:
    """Give the name of a value, of an element that of its list, and the value."""
    name = next((step for step in reversed(place.location.steps) if isinstance(step, str)), "")
    return name, place.expected


def _is_details(place: PlaceExplanation) -> bool:
    """Say whether a place is the list of a status' details, of which each kind is told apart by its type."""
    return place.location.steps[0] == "events" and place.location.steps[2:] == ("details",)


def _is_pinned(rule: Rule) -> bool:
    low, high = rule.attributes.get("min"), rule.attributes.get("max")
    return low is not None and low == high
