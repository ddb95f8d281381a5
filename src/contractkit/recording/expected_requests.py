"""Expected requests: what a test says of the request it expects, compared with the one that came, and recorded.

What matchers say is recorded by its examples in place of what was sent, so that a drawn id or the time of day does not
change the contract from run to run.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote

from contractkit.definitions.interface import Operation, Route
from contractkit.errors import MatcherError, UnexpectedRequestError
from contractkit.exact_json import Json, dump_canonical, dump_compact, show_json
from contractkit.matchers.unfolding import Unfolded, unfold
from contractkit.matching.comparison import compile_comparison
from contractkit.model import (
    Body,
    HttpRequest,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Part,
    PartKind,
    Rule,
    TextBody,
)
from contractkit.recording.matched import Matched, join_matched
from contractkit.recording.matcher_checks import check_matched, examples_from
from contractkit.results import ABSENT, Mismatch

_REQUEST = Location(("request",))
_PATH, _QUERY, _HEADERS, _BODY = _REQUEST / "path", _REQUEST / "query", _REQUEST / "headers", _REQUEST / "body"
_PARAMETER = re.compile(r"\{([^}]*)\}")
_IN_PATHS = {"integer": "-?[0-9]+", "number": r"-?[0-9]+(?:\.[0-9]+)?"}
_ANY_SEGMENT = "[^/]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRequest:
    """What a test expects of one request: path parameters, query parameters, headers by lower-case name, and a body."""

    operation: Operation
    path: Mapping[str, Unfolded]
    query: Mapping[str, Unfolded]
    headers: Mapping[str, Unfolded]
    body: Unfolded | None

    def __str__(self) -> str:
        named = [("path", self.path), ("query", self.query), ("headers", self.headers)]
        said = [f"{word} {', '.join(parts)}" for word, parts in named if parts]
        said += [f"body {show_json(self.body.value, limit=80)}"] if self.body is not None else []
        return f"{self.operation.name} with {' and '.join(said) or 'anything'}"


class MetRequest(NamedTuple):
    """A request that is as expected: what is recorded of it, with the rules and generators of its matchers."""

    request: HttpRequest
    route: Route
    matched: Matched


def expected_request(
    operation: Operation,
    *,
    path: Mapping[str, object] | None = None,
    query: Mapping[str, object] | None = None,
    headers: Mapping[str, object] | None = None,
    body: object = None,
) -> ExpectedRequest:
    """Give what a test expects of a request to an operation; the arguments are those of `expects`.

    Raises:
        MatcherError: A path parameter is none of the operation's, or a matcher contradicts itself.
    """
    for name, values in (("path", path), ("query", query), ("headers", headers)):
        _check_names(operation, name, values)
    known = _PARAMETER.findall(operation.path)
    for name in path or {}:
        if name not in known:
            raise MatcherError(
                f"The path of {operation.name} has no parameter {name}.",
                details=[("path", operation.path), ("expected", ", ".join(known) or "no path parameters")],
            )
    return ExpectedRequest(
        operation=operation,
        path=_texts(operation, path or {}, _PATH),
        query=_texts(operation, query or {}, _QUERY),
        headers=_texts(operation, {name.lower(): value for name, value in (headers or {}).items()}, _HEADERS),
        body=None if body is None else _body(operation, body),
    )


def meet(expected: ExpectedRequest, route: Route, recorded: HttpRequest, *, consumer: str, provider: str) -> MetRequest:
    """Give what is recorded of a request that is as expected.

    Args:
        expected: What the test said.
        route: The request as it was sent, with its operation.
        recorded: What would be recorded of it otherwise.
        consumer: Who sent it, for messages.
        provider: To whom.

    Raises:
        UnexpectedRequestError: It is not as expected: every place with what was expected and received.
    """
    details: list[tuple[str, str]] = []
    for mismatch in _mismatches(expected, route):
        received = "nothing" if mismatch.actual is ABSENT else show_json(mismatch.actual)
        details += [("at", str(mismatch.location)), ("expected", mismatch.sentence), ("received", received)]
    if details:
        raise UnexpectedRequestError(
            f"{consumer} sent {provider} a request that the test does not expect.",
            details=[("operation", expected.operation.name), *details],
            next_step="Mend the client, or what .expects(…) says.",
        )
    path, said_of_path = _met_path(expected, route)
    examples = {name: _text(said.value) for name, said in expected.path.items()}
    request = replace(
        recorded,
        path=path,
        query={**recorded.query, **{name: _values(said) for name, said in expected.query.items()}},
        headers={**recorded.headers, **{name: _values(said) for name, said in expected.headers.items()}},
        body=_laid_over(recorded.body, expected.body),
    )
    others = [*expected.query.values(), *expected.headers.values(), *([expected.body] if expected.body else [])]
    met = replace(route, path_parameters={**route.path_parameters, **examples}, request=request)
    return MetRequest(request, met, join_matched((said_of_path, *others)))


def _texts(operation: Operation, values: Mapping[str, object], at: Location) -> dict[str, Unfolded]:
    """Give what is said of parameters or headers, whose values are texts."""
    found = {}
    for name, value in values.items():
        said = unfold(value, at / name, examples_from(ABSENT, at / name))
        texts = [_text(each) for each in said.value] if isinstance(said.value, list) else _text(said.value)
        if texts == [] or (isinstance(texts, list) and at != _QUERY):
            raise _unusable(operation, str(at / name), "a text, a number or a boolean", show_json(said.value))
        found[name] = replace(said, value=texts)
        for text in texts if isinstance(texts, list) else [texts]:
            check_matched(
                f"the expected request to {operation.name}", replace(said, value=text), at / name, is_text=True
            )
    return found


def _check_names(operation: Operation, where: str, values: object) -> None:
    if values is None or (isinstance(values, Mapping) and all(isinstance(name, str) for name in values)):
        return
    raise _unusable(operation, f"request.{where}", "a mapping of names to values", repr(values))


def _body(operation: Operation, body: object) -> Unfolded:
    said = unfold(body, _BODY, examples_from(ABSENT, _BODY))
    try:
        dump_canonical(said.value)
    except (TypeError, ValueError) as error:
        raise _unusable(operation, str(_BODY), "a JSON value or a text", str(error)) from None
    check_matched(f"the expected request to {operation.name}", said, _BODY)
    return said


def _unusable(operation: Operation, at: str, expected: str, received: str) -> MatcherError:
    return MatcherError(
        f"This cannot be expected of a request to {operation.name}.",
        details=[("at", at), ("expected", expected), ("received", received)],
    )


def _mismatches(expected: ExpectedRequest, route: Route) -> Iterable[Mismatch]:
    sent = route.request
    for name, said in expected.path.items():
        part = _part(_PATH / name, PartKind.WORD, said.value)
        yield from compile_comparison((part,), said.rules)((part._replace(value=route.path_parameters[name]),))
    for at, kind, said_of, values in (
        (_QUERY, PartKind.QUERY, expected.query, sent.query),
        (_HEADERS, PartKind.FIELDS, expected.headers, sent.headers),
    ):
        wanted = _part(at, kind, {name: _values(said) for name, said in said_of.items()})
        found = wanted._replace(value={name: values[name] for name in said_of if name in values})
        rules = tuple(rule for said in said_of.values() for rule in said.rules)
        yield from compile_comparison((wanted,), rules)((found,)) if said_of else ()
    if expected.body is not None:
        body = TextBody(expected.body.value) if isinstance(sent.body, TextBody) else JsonBody(expected.body.value)
        wanted = _part(_BODY, PartKind.BODY, _like_sent(body, sent.body))
        yield from compile_comparison((wanted,), expected.body.rules)((wanted._replace(value=sent.body),))


def _part(at: Location, kind: PartKind, value: object) -> Part:
    return Part(location=at, kind=kind, value=value, is_open=True)


def _like_sent(body: JsonBody | TextBody, sent: Body) -> Body:
    """Give an expected body under the content type that was sent, which is not what the test speaks of."""
    return replace(body, media_type=sent.media_type) if isinstance(sent, JsonBody | TextBody) else body


def _met_path(expected: ExpectedRequest, route: Route) -> tuple[str, Matched]:
    """Give the path with the examples of its parameters, and what is said of the whole of it, as Pact has it."""
    template, sent = expected.operation.path, route.request.path
    names = _PARAMETER.findall(template)
    found = re.fullmatch("(.+?)".join(map(re.escape, _PARAMETER.split(template)[::2])), sent)
    if not expected.path or found is None:
        return sent, Matched()
    shown, pattern, expression = {}, {}, {}
    for name, raw in zip(names, found.groups(), strict=True):
        said = expected.path.get(name)
        shown[name] = raw if said is None else quote(said.value, safe="")
        pattern[name] = re.escape(shown[name]) if said is None or not said.rules else _segment(said.rules)
        expression[name] = shown[name] if said is None else _expression(expected.operation, name, said, shown[name])
    path = _filled(template, shown)
    rules = [Rule("regex", {"regex": _filled(template, pattern, quoted=True)})]
    is_ruled = any(said.rules for said in expected.path.values())
    is_made = any(said.generators for said in expected.path.values())
    attributes = {"expression": _filled(template, expression), "dataType": "STRING"}
    return path, Matched(
        rules=(LocatedRules(location=_PATH, rules=tuple(rules)),) if is_ruled else (),
        generators=(LocatedGenerator(location=_PATH, name="ProviderState", attributes=attributes),) if is_made else (),
        places=frozenset({_PATH}),
    )


def _segment(rules: tuple[LocatedRules, ...]) -> str:
    """Give a pattern for what a path parameter may be."""
    written = [rule for located in rules for rule in located.rules]
    patterns = [str(rule.attributes["regex"]) for rule in written if rule.name == "regex"]
    if patterns:
        return f"(?:{patterns[0].removeprefix('^').removesuffix('$')})"
    return next((_IN_PATHS[rule.name] for rule in written if rule.name in _IN_PATHS), _ANY_SEGMENT)


def _expression(operation: Operation, name: str, said: Unfolded, shown: str) -> str:
    """Give what stands for a parameter in the expression of the whole path."""
    if not said.generators:
        return shown
    generator = said.generators[0]
    if generator.name != "ProviderState":
        raise MatcherError(
            f"The path of {operation.name} takes no generator {generator.name}.",
            details=[("at", f"request.path, {name}"), ("expected", "from_provider_state(…)")],
        )
    written = str(generator.attributes["expression"])
    return written if "${" in written else f"${{{written}}}"


def _filled(template: str, values: Mapping[str, str], *, quoted: bool = False) -> str:
    pieces = _PARAMETER.split(template)
    return "".join(
        values[piece] if number % 2 else re.escape(piece) if quoted else piece for number, piece in enumerate(pieces)
    )


def _values(said: Unfolded) -> tuple[str, ...]:
    return tuple(said.value) if isinstance(said.value, list) else (said.value,)


def _text(value: Json) -> Any:
    """Give a scalar as its text, as JSON writes it; all else as it is."""
    return dump_compact(value).decode() if isinstance(value, int | float) else value


def _laid_over(sent: Body, said: Unfolded | None) -> Body:
    """Give the body to record: the examples in the places of matchers, all else as it was sent."""
    match sent:
        case JsonBody(value=value) if said is not None and said:
            return replace(sent, value=_examples_over(value, said.value))
        case TextBody() if said is not None and said:
            return replace(sent, text=said.value)
    return sent


def _examples_over(sent: Any, example: Any) -> Json:
    if isinstance(sent, dict) and isinstance(example, dict):
        laid = {name: _examples_over(sent[name], each) if name in sent else each for name, each in example.items()}
        return {**sent, **laid}
    if isinstance(sent, list) and isinstance(example, list) and sent:
        return [_examples_over(sent[min(at, len(sent) - 1)], each) for at, each in enumerate(example)]
    return example
