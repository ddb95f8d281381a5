"""Cases of the cross-check: subjects in all kinds of places, on all sides and in all versions, by a seeded chance."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

from tests.matching.cross_subjects import CONFUSIONS, MISSING, STATUSES, TEXTS, VALUES, Subject
from tests.matching.exchanged import Exchanged, Side, Wire

Json = Any
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a JSON body: `build` puts a value there, `path` leads a rule there."""

    path: str
    build: Callable[[Json], Json]


PLACES = (
    Place("$.a", lambda x: _object(a=x, b=1)),
    Place("$.a.b", lambda x: {"a": _object(b=x, c="y")}),
    Place("$['a b']", lambda x: _object(**{"a b": x})),
    Place("$['a']['b']", lambda x: {"a": _object(b=x)}),
    Place("$.*", lambda x: _object(a=x)),
    Place("$.a.*", lambda x: {"a": _object(k=x)}),
    Place("$.*.b", lambda x: {"a": _object(b=x)}),
    Place("$.a[0]", lambda x: {"a": _list(x)}),
    Place("$.a[*]", lambda x: {"a": _list(x)}),
    Place("$.a[*].b", lambda x: {"a": [_object(b=x, c=1)]}),
    Place("$[0]", lambda x: _list(x)),
    Place("$[*].a", lambda x: [_object(a=x)]),
    Place("$", lambda x: None if x is MISSING else x),
)
CASCADES = (
    Place("$.a", lambda x: {"a": _object(b=x), "c": 1}),
    Place("$", lambda x: _object(a=x)),
    Place("$", lambda x: {"a": {"b": _object(c=x)}}),
    Place("$.a", lambda x: {"a": _list(x)}),
    Place("$.a[*]", lambda x: {"a": [_object(b=x)]}),
)
"""Places in which the value lies below the rule."""


def generated_cases(count: int, *, seed: int) -> list[Exchanged]:
    """Give so many different cases, the same ones for the same seed."""
    random = Random(seed)
    found: dict[str, Exchanged] = {}
    while len(found) < count:
        make = random.choices(MAKERS, WEIGHTS)[0]
        case = make(random)
        found.setdefault(repr((case.side, case.version, case.expected, case.actual)), case)
    return list(found.values())


def _json_case(random: Random) -> Exchanged:
    subject = random.choice(VALUES)
    place = random.choice(CASCADES if random.random() < 0.2 else PLACES)
    rules = {place.path: _rule_list(random, subject)}
    if random.random() < 0.2:
        rules |= _second_rule(random, subject, place)
    expected, actual = place.build(subject.example), _changed(random, place.build(_actual_value(random, subject)))
    about = f"{subject.match} at {' and '.join(rules)}"
    return _case(random, about, JSON, expected, json.dumps(actual), {"body": rules})


def _actual_value(random: Random, subject: Subject) -> Json:
    pick = random.random()
    if pick < 0.35:
        return subject.example
    return random.choice(subject.near if pick < 0.8 else CONFUSIONS)


def _rule_list(random: Random, subject: Subject) -> dict[str, Json]:
    matchers = [subject.rule()]
    combine = "AND"
    if random.random() < 0.15 and not isinstance(subject.example, dict | list):
        matchers.append(random.choice(({"match": "null"}, {"match": "type"}, {"match": "notEmpty"})))
        combine = random.choice(("AND", "OR"))
    return {"matchers": matchers, "combine": combine}


def _second_rule(random: Random, subject: Subject, place: Place) -> dict[str, Json]:
    path, match = random.choice((("$", "type"), ("$.b", "equality"), ("$.a.c", "type"), ("$.a", "type")))
    return {} if path == place.path else {path: {"matchers": [{"match": match}], "combine": "AND"}}


def _changed(random: Random, value: Json) -> Json:
    """Give a body with something more in it, now and then."""
    if random.random() < 0.8 or not isinstance(value, dict | list):
        return value
    if isinstance(value, dict):
        return {**value, "more": random.choice((1, None, "x", {}))}
    return [*value, random.choice((1, "x", *value))]


def _text_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    actual = _actual_text(random, subject)
    return _case(random, f"{subject.match} on text", "text/plain", subject.example, actual, {"body": _at("$", subject)})


def _actual_text(random: Random, subject: Subject) -> str:
    pick = random.random()
    return str(subject.example if pick < 0.4 else random.choice((*subject.near, "x", "100", "true")))


def _form_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    rules = random.choice(({}, _at("$.a", subject)))
    actual = random.choice(("a={}&b=1", "b=1&a={}", "a={}", "a={}&b=1&c=2", "a={}&b=2", "b=1", "a={0}&a={0}&b=1"))
    expected = f"a={quote_plus(subject.example)}&b=1"
    filled = actual.format(quote_plus(_actual_text(random, subject)))
    kind = "application/x-www-form-urlencoded"
    return _case(random, f"{subject.match} in a form", kind, expected, filled, {"body": rules} if rules else {})


XML_FORMS = (
    ("$.r.a['#text']", "<r><a>{}</a><b>1</b></r>"),
    ("$.r.a['@v']", '<r><a v="{}"/></r>'),
    ("$.r.a", "<r><a>{}</a></r>"),
    ("$.r['@v']", '<r v="{}"><a/></r>'),
    ("$.r.a[0]['#text']", "<r><a>{}</a></r>"),
)
XML_CHANGES = (
    lambda text: text,
    lambda text: text,
    lambda text: text.replace("<r", '<r more="1"', 1),
    lambda text: text.replace("</r>", "<more/></r>"),
    lambda text: text.replace("<b>1</b>", ""),
    lambda text: text.replace("<b>1</b>", "").replace("<r>", "<r><b>1</b>"),
    lambda text: text.replace("</a>", "</a><a>x</a>", 1),
    lambda text: text.replace("r>", "s>").replace("<r", "<s"),
    lambda text: text.replace("><", ">\n  <"),
)


def _xml_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    path, form = random.choice(XML_FORMS)
    rules = {} if random.random() < 0.25 else {"body": _at(path, subject)}
    actual = random.choice(XML_CHANGES)(form.format(_actual_text(random, subject)))
    about = f"{subject.match} at {path} in XML" if rules else "XML without rules"
    return _case(random, about, "application/xml", form.format(subject.example), actual, rules)


def _header_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    rules = random.choice(({}, {"header": {"X-A": _list_of(subject)}}))
    actual = random.choice((*(_actual_text(random, subject),) * 5, None))
    headers = () if actual is None else (random.choice((("X-A", actual), ("x-a", actual))),)
    side: Side = random.choice(("request", "response"))
    expected = {"headers": {"X-A": subject.example}, **_base(side), **_ruled(rules)}
    wire = Wire(headers=(*headers, ("X-More", "1")) if random.random() < 0.3 else headers)
    return Exchanged(side=side, version="3.0.0", expected=expected, actual=wire, about=f"{subject.match} on a header")


TYPE, ACCEPT, DATE = "application/json;charset=UTF-8", "text/html, application/json", "Sat, 21 Nov 2026 10:00:00 GMT"
KNOWN_HEADERS = (
    ("Content-Type", TYPE, ("application/json; charset=utf-8", JSON, "text/plain", f"{TYPE};v=1", TYPE.upper())),
    ("Accept", ACCEPT, ("text/html,application/json", "application/json, text/html", "text/html")),
    ("Cache-Control", "no-cache, max-age=1", ("no-cache,max-age=1", "max-age=1, no-cache", "no-cache")),
    ("Vary", "a,b", ("a, b", "b,a", "A,b")),
    ("Date", DATE, (DATE.replace(", ", ","), DATE.replace("10:", "11:"))),
    ("X-List", "a, b", ("a,b", "a, b", "b, a")),
)  # fmt: skip


def _known_header_case(random: Random) -> Exchanged:
    name, example, near = random.choice(KNOWN_HEADERS)
    side: Side = random.choice(("request", "response"))
    expected = {"headers": {name: example}, **_base(side)}
    wire = Wire(headers=((name, random.choice((example, *near))),))
    return Exchanged(side=side, version="3.0.0", expected=expected, actual=wire, about=f"the header {name}")


def _query_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    rules = random.choice(({}, {"query": {"a": _list_of(subject)}}))
    form = random.choice(("a={0}&b=1", "b=1&a={0}", "a={0}", "a={0}&b=1&c=", "a={0}&b=2", "b=1", "a={0}&a={0}&b=1", ""))
    target = "/p?" + form.format(quote_plus(_actual_text(random, subject)))
    query = {"a": [subject.example] * random.choice((1, 1, 1, 2)), "b": ["1"]}
    expected = {"method": "GET", "path": "/p", "query": query, **_ruled(rules)}
    about = f"{subject.match} in a query" if rules else "a query without rules"
    return Exchanged(side="request", version="3.0.0", expected=expected, actual=Wire(target=target), about=about)


def _path_case(random: Random) -> Exchanged:
    subject = random.choice(TEXTS)
    rules = random.choice(({}, {"path": _list_of(_on_path(subject))}))
    expected = {"method": "GET", "path": "/" + quote(subject.example), **_ruled(rules)}
    actual = _actual_text(random, subject)
    target = random.choice(("/" + quote(actual),) * 4 + ("/" + quote(actual) + "/",))
    wire = Wire(method=random.choice(("GET", "GET", "GET", "get", "POST")), target=target)
    about = f"{subject.match} on a path" if rules else "a path"
    return Exchanged(side="request", version="3.0.0", expected=expected, actual=wire, about=about)


def _on_path(subject: Subject) -> Subject:
    """Give the subject as it speaks of a whole path: patterns with the slash before them."""
    pattern = subject.attributes.get("regex")
    attributes = {**subject.attributes, "regex": f"/{pattern}"} if pattern else subject.attributes
    return Subject(match=subject.match, example=subject.example, near=subject.near, attributes=attributes)


def _status_case(random: Random) -> Exchanged:
    subject = random.choice(STATUSES)
    rules = random.choice(({}, *({"status": _list_of(subject)},) * 3))
    expected = {"status": subject.example, **_ruled(rules)}
    wire = Wire(status=random.choice((subject.example, *subject.near)))
    return Exchanged(side="response", version="4.0", expected=expected, actual=wire, about="a status")


BODY_STATES: tuple[Json, ...] = (MISSING, None, "", "text", {}, [], {"a": None})


def _state_case(random: Random) -> Exchanged:
    """Give a case of bodies that are missing, empty, null or there."""
    body = random.choice(BODY_STATES)
    side: Side = random.choice(("request", "response"))
    actual = random.choice((None, b"", b"null", b'""', b'"text"', b"{}", b"[]", b'{"a": 1}', b" "))
    expected = {**_base(side), "headers": {"Content-Type": JSON}} | ({} if body is MISSING else {"body": body})
    wire = Wire(method=expected.get("method", "GET"), headers=(("Content-Type", JSON),), body=actual)
    about = "a missing body" if body is MISSING else f"the body {body!r}"
    if side == "request" and body is not MISSING and not body and not isinstance(body, dict | list):
        side, expected = "response", {"status": 200, "headers": {"Content-Type": JSON}, "body": body}
    return Exchanged(side=side, version="3.0.0", expected=expected, actual=wire, about=about)


MEDIA_TYPES = (JSON, "application/hal+json", "text/plain", "application/xml", "text/xml", "image/png", "text/html")


def _type_case(random: Random) -> Exchanged:
    """Give a case of bodies of two content types."""
    wanted, found = random.choice(MEDIA_TYPES), random.choice(MEDIA_TYPES)
    data = {"json": "[1]", "xml": "<a/>", "plain": "text", "html": "<p>", "png": "bytes"}
    expected, actual = (next(text for key, text in data.items() if each.endswith(key)) for each in (wanted, found))
    body = json.loads(expected) if "json" in wanted else expected
    expectation = {"status": 200, "body": {"content": body, "contentType": wanted, "encoded": False}}
    wire = Wire(headers=(("Content-Type", found),), body=actual.encode())
    return Exchanged(side="response", version="4.0", expected=expectation, actual=wire, about="types of bodies")


MAKERS: Sequence[Callable[[Random], Exchanged]] = (
    _json_case, _text_case, _form_case, _xml_case, _header_case, _known_header_case, _query_case, _path_case,
    _status_case, _state_case, _type_case,
)  # fmt: skip
WEIGHTS = (50, 4, 5, 9, 6, 4, 6, 5, 3, 4, 4)


def _case(random: Random, about: str, media_type: str, body: Json, data: str, rules: dict[str, Json]) -> Exchanged:
    side: Side = random.choice(("request", "response", "response", "message") if media_type == JSON else _BOTH)
    version = "4.0" if side == "message" else random.choice(("3.0.0", "4.0", "2.0.0"))
    if version == "2.0.0" and (side == "request" or not _fits_version_2(rules)):
        version = "3.0.0"
    if version == "4.0":
        body = {"content": body, "contentType": media_type, "encoded": False}
    headers = (("Content-Type", media_type),)
    wire = Wire(method="POST" if side == "request" else "GET", headers=headers, body=data.encode())
    if side == "message":
        expected = {"contents": body, "metadata": {"contentType": media_type}, **_ruled(rules)}
    else:
        written = _flat(rules) if version == "2.0.0" else rules
        expected = {"body": body, "headers": {"Content-Type": media_type}, **_base(side), **_ruled(written)}
    return Exchanged(side=side, version=version, expected=expected, actual=wire, about=about)


_BOTH: tuple[Side, ...] = ("request", "response")
_OLD_RULES = {"type", "regex"}


def _fits_version_2(rules: dict[str, Json]) -> bool:
    lists = [each for category in rules.values() for each in category.values()]
    return all(len(each["matchers"]) == 1 and each["matchers"][0]["match"] in _OLD_RULES for each in lists)


def _flat(rules: dict[str, Json]) -> dict[str, Json]:
    return {f"$.body{path[1:]}": written["matchers"][0] for path, written in rules.get("body", {}).items()}


def _base(side: Side) -> dict[str, Json]:
    return {"method": "POST", "path": "/"} if side == "request" else {"status": 200}


def _ruled(rules: dict[str, Json]) -> dict[str, Json]:
    return {"matchingRules": rules} if rules else {}


def _list_of(subject: Subject) -> dict[str, Json]:
    return {"matchers": [subject.rule()], "combine": "AND"}


def _at(path: str, subject: Subject) -> dict[str, Json]:
    return {path: _list_of(subject)}


def _object(**members: Json) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value is not MISSING}


def _list(value: Json) -> list[Json]:
    return [] if value is MISSING else [value]


def described(case: Exchanged) -> Iterator[str]:
    """Give the lines in which a case is shown when the engines differ."""
    yield f"{case.about} ({case.side}, version {case.version})"
    yield f"  expected {json.dumps(case.expected)}"
    yield f"  actual   {case.actual}"
