"""Written: the status, headers and body of a reply as its examples, and what the matchers in them say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from contractkit.definitions.interface import Operation
from contractkit.errors import ReplyError
from contractkit.exact_json import Json, dump_compact
from contractkit.matchers.integration import matcher_in
from contractkit.matchers.records import Matcher
from contractkit.matchers.unfolding import MakeExample, Unfolded, unfold
from contractkit.model import Body, JsonBody, LocatedGenerator, LocatedRules, Location, TextBody
from contractkit.recording.expectations import BODY, HEADERS, STATUS
from contractkit.results import ABSENT


class Written(NamedTuple):
    """A part of a reply: its example, and what its matchers say."""

    value: Any
    said: Unfolded


_SILENT = Unfolded(value=None)


def written_status(operation: Operation, status: object) -> Written:
    """Give the status that a test wrote; of a matcher without one, the lowest that the operation declares and it means.

    Raises:
        ReplyError: The operation declares none of them.
        MatcherError: It does not fit its own matcher.
    """
    if status is None or isinstance(status, int) or matcher_in(status) is None:
        return Written(status, _SILENT)
    from contractkit.recording.matcher_checks import check_matched

    said = unfold(status, STATUS, lambda matcher, _: _declared(operation, matcher))
    check_matched(f"the reply to {operation.name}", said, STATUS)
    return Written(said.value, said)


def written_headers(operation: Operation, headers: object) -> Written:
    """Give the headers that a test wrote, by lower-case names where there are matchers."""
    if not isinstance(headers, Mapping) or all(type(value) is str for value in headers.values()):
        return Written(headers, _SILENT)
    from contractkit.recording.matcher_checks import check_matched

    parts: dict[Any, Any] = {}
    rules: list[LocatedRules] = []
    generators: list[LocatedGenerator] = []
    places: frozenset[Location] = frozenset()
    for name, value in headers.items():
        at = HEADERS / str(name).lower()
        said = unfold(value, at, _examples(ABSENT, at))
        parts[name] = value if not said else _as_text(said.value)
        if said:
            check_matched(f"the reply to {operation.name}", replace(said, value=parts[name]), at, is_text=True)
            rules, generators, places = [*rules, *said.rules], [*generators, *said.generators], places | said.places
    said = Unfolded(value=None, rules=tuple(rules), generators=tuple(generators), places=places)
    return Written(parts, said)


def written_body(operation: Operation, body: object, plain: Body) -> Written:
    """Give the body that a test wrote.

    Args:
        operation: What is replied to.
        body: What was written: a value with or without matchers, or a `Body`.
        plain: What the stub would answer: where an example is not written, its value is taken if it fits.
    """
    if isinstance(body, JsonBody):
        value, said = written_body(operation, body.value, plain)
        return Written(replace(body, value=value), said)
    synthesised = plain.value if isinstance(plain, JsonBody) else plain.text if isinstance(plain, TextBody) else ABSENT
    said = unfold(body, BODY, _examples(synthesised, BODY))
    if not said:
        return Written(body, _SILENT)
    from contractkit.recording.matcher_checks import check_matched

    check_matched(f"the reply to {operation.name}", said, BODY)
    return Written(said.value, said)


def _examples(synthesised: Json, at: Location) -> MakeExample:
    def make(matcher: Matcher[Any], place: Location) -> Json:
        from contractkit.recording.matcher_checks import examples_from  # only who writes no example pays for it

        return examples_from(synthesised, at)(matcher, place)

    return make


def _declared(operation: Operation, matcher: Matcher[Any]) -> int:
    """Give the lowest status that an operation declares and a matcher means."""
    from contractkit.matching.status_classes import STATUS_CLASSES

    wanted = str(next((rule.attributes.get("status") for rule in matcher.rules), None))
    row = STATUS_CLASSES.get(wanted)
    low, high = (row.low, row.high) if row is not None else (0, 0)
    numbers = [int(each.upper().replace("X", "0")) for each in operation.statuses if each[:1].isdigit()]
    found = [number for number in sorted(numbers) if low <= number <= high]
    if not found:
        raise ReplyError(
            f"The reply to {operation.name} contradicts the definition.",
            details=[
                ("at", str(STATUS)),
                ("expected", f"one of {', '.join(operation.statuses)}"),
                ("received", f"the class {wanted}"),
                ("defined at", f"{operation.pointer}/responses"),
            ],
            next_step="Write an example: status(…, 200).",
        )
    return found[0]


def _as_text(value: Json) -> Json:
    """Give a scalar as its text, as JSON writes it; all else as it is."""
    return dump_compact(value).decode() if isinstance(value, int | float) else value
