"""Expectations: what is asked of a provider, made from what a stub answered while nothing more is known.

The conservative case: status and content type; of the body what the definition promises and what the test wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contractkit.definitions.interface import Answer, Promise
from contractkit.definitions.promises import Graded, Promises
from contractkit.exact_json import Json
from contractkit.model import (
    Body,
    Fields,
    HttpResponse,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    MissingBody,
    Rule,
    Step,
    media_type_of,
)
from contractkit.recording.matched import NOTHING_MATCHED, Matched, below
from contractkit.results import ABSENT, Absent

BODY = Location(("response", "body"))
HEADERS = Location(("response", "headers"))
STATUS = Location(("response", "status"))

_TYPE = Rule("type")
_ANYTHING = (Rule("null"), Rule("include", {"value": ""}), Rule("notEmpty"))
"""Rules of which one fits any value, though the example is null, whose type says nothing; in any Pact verifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected, the rules by which its values stand for others, and the body as it was served."""

    response: HttpResponse
    rules: tuple[LocatedRules, ...]
    served: Body
    generators: tuple[LocatedGenerator, ...] = ()


def expect(
    answer: Answer,
    *,
    written: Body | None = None,
    headers: Mapping[str, str] | None = None,
    matched: Matched = NOTHING_MATCHED,
) -> Expectation:
    """Give the expectation that an answer leaves while needs are unknown.

    A body that is not JSON is expected by its content type alone, unless a matcher says more. Of a list in which no
    matcher stands the first element is the example.

    Args:
        answer: What was served, with how far each location is promised.
        written: What the test wrote of the body: kept whatever the definition promises.
        headers: The headers the test wrote, by any case: expected with the type `text`.
        matched: What matchers in all of that say: their rules stand in the place of ours.
    """
    body, rules = _expected_body(answer, written, below(matched, BODY))
    names = sorted(name.lower() for name in headers or ())
    said = [*below(matched, STATUS).rules, *below(matched, HEADERS).rules]
    ruled = {rules.location for rules in said}
    header_rules = [
        LocatedRules(location=HEADERS / name, rules=(_TYPE,))
        for name in names
        if name != "content-type" and HEADERS / name not in ruled
    ]
    response = HttpResponse(
        status=answer.response.status, headers=_expected_headers(answer.response, frozenset(names)), body=body
    )
    return Expectation(
        response=response,
        rules=(*said, *header_rules, *rules),
        served=answer.response.body,
        generators=matched.generators if not isinstance(body, MissingBody) else (),
    )


def expect_message(
    tree: Json,
    promises: Mapping[Location, Promise],
    *,
    written: Json | Absent,
    places: frozenset[Location] = frozenset(),
) -> Json:
    """Give what is expected of a message: what the definition promises, and what the test wrote of it.

    Args:
        tree: The message as served.
        promises: How far each place of it, from the message on, is promised.
        written: What the test wrote, or `ABSENT`.
        places: Where in `message` matchers stand: lists there are kept whole.
    """
    root = Location()
    matched = frozenset(Location(place.steps[1:]) for place in places)
    return _Pruning({**promises, root: Promise.PROMISED}, matched).kept(tree, root, written)


def _expected_headers(served: HttpResponse, written: frozenset[str]) -> Fields:
    kept = {name: values for name, values in served.headers.items() if name in written}
    content_type = served.headers.get("content-type", (media_type_of(served.body),))
    return {**kept, "content-type": (content_type[0],)} if content_type[0] is not None else kept


def _expected_body(answer: Answer, written: Body | None, matched: Matched) -> tuple[Body, tuple[LocatedRules, ...]]:
    served = answer.response.body
    if not isinstance(served, JsonBody):
        return (served, matched.rules) if matched.rules and written is not None else (MissingBody(), ())
    pruning = _Pruning(answer.promises, matched.places)
    if written is None and isinstance(answer.promises, Promises):
        value = pruning.promised(served.value, answer.promises.root, BODY.steps)
    else:
        value = pruning.kept(served.value, BODY, written.value if isinstance(written, JsonBody) else ABSENT)
    if value is ABSENT:
        return MissingBody(), ()
    whole = () if BODY in matched.places else (LocatedRules(location=BODY, rules=(_TYPE,)),)
    said = {each.location for each in matched.rules}
    nullable = {each.location: each for each in pruning.nullable if each.location not in said}
    return JsonBody(value, served.media_type), (*whole, *nullable.values(), *matched.rules)


class _Pruning:
    """Leaves out of a body what nobody promised and the test did not write; remembers where null is allowed."""

    def __init__(self, promises: Mapping[Location, Promise], matched: frozenset[Location] = frozenset()) -> None:
        self._promises = promises
        self._matched = matched
        self._around = {place.steps[:depth] for place in matched for depth in range(len(place.steps))}
        self.nullable: list[LocatedRules] = []

    def promised(self, value: Json, graded: Graded, steps: tuple[Step, ...]) -> Json | Absent:
        """Give what stays of a value of which the test wrote nothing, or `ABSENT`: as `kept`, looking no place up."""
        if graded.promise is Promise.NULLABLE and not isinstance(value, dict | list | None):
            self._allow_null(Location(steps))
        elif graded.promise is not Promise.PROMISED:
            return ABSENT
        if isinstance(value, dict):
            staying: dict[str, Json] = {}
            for name, each in value.items():
                kept = self.promised(each, graded.inner(name), (*steps, name))
                if kept is not ABSENT:
                    staying[name] = kept
            return staying
        if isinstance(value, list):
            first = self.promised(value[0], graded.inner(0), (*steps, 0)) if value else ABSENT
            return [] if first is ABSENT else [first]
        return value

    def kept(self, value: Json, at: Location, written: Json | Absent) -> Json | Absent:
        """Give what stays of a value, or `ABSENT`."""
        promise = self._promises.get(at, Promise.UNDECLARED)
        if value is None and at in self._matched:
            return None
        if value is None and written is None and promise is not Promise.PROMISED:
            return self._null(at, promise)
        is_nullable = promise is Promise.NULLABLE and not isinstance(value, dict | list | None)
        if written is ABSENT and promise is not Promise.PROMISED and not is_nullable:
            return ABSENT
        if written is ABSENT and is_nullable:
            self._allow_null(at)
        if isinstance(value, dict):
            return self._members(value, at, written if isinstance(written, dict) else {})
        if isinstance(value, list):
            return self._first(value, at, written)
        return value

    def _null(self, at: Location, promise: Promise) -> Json | Absent:
        """Give what is expected where the test wrote null: that the member is there, and only if that is promised.

        The test shows that the consumer copes with null, not that it needs null.
        """
        if promise is not Promise.NULLABLE:
            return ABSENT
        self.nullable.append(LocatedRules(location=at.generalised(), rules=_ANYTHING, combine="OR"))
        return None

    def _members(self, value: dict[str, Json], at: Location, written: dict[str, Json]) -> Json:
        staying = {name: self.kept(member, at / name, written.get(name, ABSENT)) for name, member in value.items()}
        return {name: member for name, member in staying.items() if member is not ABSENT}

    def _first(self, value: list[Json], at: Location, written: Json | Absent) -> Json:
        if not value:
            return []
        if self._is_matched(at) and isinstance(written, list) and len(written) == len(value):
            return [self.kept(each, at / index, written[index]) for index, each in enumerate(value)]
        first = self.kept(value[0], at / 0, written[0] if isinstance(written, list) and written else ABSENT)
        return [] if first is ABSENT else [first]

    def _is_matched(self, at: Location) -> bool:
        """Say whether a matcher stands at a place, above it or below: each element then counts as it was written."""
        if not self._matched:
            return False
        return at.steps in self._around or any(at.starts_with(place) for place in self._matched)

    def _allow_null(self, at: Location) -> None:
        rules = (_TYPE, Rule("null"))
        self.nullable.append(LocatedRules(location=at.generalised(), rules=rules, combine="OR"))
