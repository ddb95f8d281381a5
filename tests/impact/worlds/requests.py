"""Requests of consumers whose matchers leave values open, and the requests that they stand for.

What a rule stands for is what a comparison under it accepts; the requests themselves are made at random from what the
old definition takes and from whatever else comes to mind.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from contractkit.matching import compile_comparison
from contractkit.model import (
    Body,
    HttpRequest,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    MissingBody,
    Rule,
    TextBody,
    Wildcard,
)
from tests.impact.worlds.schemas import FORMATS, NAMES, PATTERNS, Schema, Value, alternatives, flat
from tests.impact.worlds.values import make_value, text_of

_ANYTHING: tuple[Value, ...] = ("", "a", "paid", "A-1", "abc", "red", "7", 0, 1, 9, 40, 2.5, True, None, "2026-01-12")
_PATTERNS = (
    "^[a-z]+$",
    "^[a-z]{3}$",
    "^(paid|open|lost)$",
    "^(red|blue)$",
    "^[0-9]+$",
    "^[A-Z]-[0-9]+$",
    ".+",
    "^.{1,4}$",
)
_FORM = "application/x-www-form-urlencoded"
_TRIES = 40

SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What stands between the elements of a list in one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a consumer sends: the recorded values, and the rules that let others stand in them.

    `key` is the last segment of the path, None where it has no more than one; a query's value is a list where the
    parameter is one, written in the style that is named in `styles`. A form is an object of texts.
    """

    method: str
    key: str | None = None
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Value = None
    is_form: bool = False
    styles: dict[str, tuple[str, bool]] = field(default_factory=dict)
    rules: tuple[LocatedRules, ...] = ()
    generators: tuple[LocatedGenerator, ...] = ()

    @property
    def path(self) -> str:
        """Give the path with its segments."""
        return "/orders" if self.key is None else f"/orders/{quote(self.key, safe='')}"

    @property
    def request(self) -> HttpRequest:
        """Give what goes over the wire."""
        body: Body = MissingBody()
        if self.body is not None:
            body = TextBody(self._form(), _FORM) if self.is_form else JsonBody(self.body)
        media_type = {} if self.body is None else {"content-type": (_FORM if self.is_form else "application/json",)}
        return HttpRequest(
            method=self.method,
            path=self.path,
            query={name: self.written(name) for name in self.query},
            headers={**{name: (value,) for name, value in self.headers.items()}, **media_type},
            body=body,
        )

    def _form(self) -> str:
        assert isinstance(self.body, dict)
        return urlencode([(name, value) for name in self.body for value in self.written(name)])

    def written(self, name: str) -> tuple[str, ...]:
        """Give the values of a name of the query or the form as its style writes them."""
        value = self.query[name] if name in self.query else self.body[name]
        style, is_exploded = self.styles.get(name, ("form", True))
        if not isinstance(value, list):
            return (value,)
        return tuple(value) if is_exploded else (SEPARATORS[style].join(value),)


def ruled(sent: Sent, random: Random) -> Sent:
    """Give a request with rules at random, such that the recorded values pass them."""
    places = [(Location(("request", "query", name)), value) for name, value in sent.query.items()]
    places += [(Location(("request", "headers", name)), value) for name, value in sent.headers.items()]
    rules = [each for at, value in places for each in _of_text(at, value, random)]
    if sent.key is not None and random.random() < 0.5:
        rules.append(
            LocatedRules(location=Location(("request", "path")), rules=(Rule("regex", {"regex": _path(sent)}),))
        )
    generators: list[LocatedGenerator] = []
    if sent.body is not None:
        at = Location(("request", "body"))
        rules += _of_form(sent.body, at, random) if sent.is_form else _of_value(sent.body, at, random, 0.7)
        generators = list(_generated(sent.body, at, random))
    made = replace(sent, rules=tuple(rules), generators=tuple(generators))
    return made if stands_for(made)(made) else sent


def _path(sent: Sent) -> str:
    return "^/orders/[0-9]+$" if str(sent.key).isdigit() else "^/orders/[^/]+$"


def _of_form(body: dict[str, Value], at: Location, random: Random) -> Iterator[LocatedRules]:
    for name, value in body.items():
        yield from _of_text(at / name, value, random)


def _of_text(at: Location, value: Value, random: Random) -> Iterator[LocatedRules]:
    if random.random() < 0.6:
        text = str(value[0] if isinstance(value, list) else value)
        fitting = [Rule("type"), Rule("notEmpty"), *_fitting_patterns(text), *_numeric(text)]
        yield LocatedRules(location=at, rules=(random.choice(fitting),))


def _numeric(text: str) -> list[Rule]:
    return (
        [Rule("integer"), Rule("number")] if text.isdigit() else [Rule("boolean")] if text in ("true", "false") else []
    )


def _fitting_patterns(text: str) -> list[Rule]:
    return [Rule("regex", {"regex": each}) for each in _PATTERNS if re.search(each, text)]


def _of_value(value: Value, at: Location, random: Random, share: float = 0.3) -> Iterator[LocatedRules]:
    """Give rules for a value and, each by chance, for what lies in it; a rule of a container holds below it, too."""
    if random.random() < share:
        rules = random.choice(_rules_for(value, random))
        combine = "OR" if len(rules) > 1 else "AND"
        yield LocatedRules(location=at, rules=rules, combine=combine)  # type: ignore[arg-type]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        is_every = isinstance(value, list) and random.random() < 0.5
        yield from _of_value(each, at / (Wildcard.INDEX if is_every else step), random)


def _rules_for(value: Value, random: Random) -> list[tuple[Rule, ...]]:
    by_type, empty = Rule("type"), Rule("null")
    match value:
        case None:
            return [(empty,), (by_type,)]
        case bool():
            return [(by_type,), (Rule("boolean"),), (Rule("equality"),)]
        case int():
            numbers = (by_type, Rule("integer"), Rule("number"), Rule("equality"), *_fitting_patterns(str(value)))
            return [*((each,) for each in numbers), (by_type, empty)]
        case float():
            return [(by_type,), (Rule("decimal"),), (Rule("number"),)]
        case str():
            texts = [by_type, Rule("notEmpty"), Rule("include", {"value": value[:1]}), Rule("equality")]
            dates = [Rule("date")] if re.search(r"^\d{4}-\d\d-\d\d$", value) else []
            return [*((each,) for each in (*texts, *dates, *_fitting_patterns(value))), (by_type, empty)]
        case list():
            least, most = {"min": random.randint(0, len(value))}, {"max": len(value) + random.randint(0, 2)}
            sizes = [Rule("type", said) for said in (least, most, {**least, **most})]
            variants = [{"index": 0, "rules": {"$": {"matchers": [{"match": "type"}]}}}]
            choice = Rule("arrayContains", {"variants": variants})
            return [(by_type,), *((each,) for each in sizes), *([(choice,)] if value else []), (Rule("equality"),)]
    names = Rule("eachKey", {"rules": [{"match": "regex", "regex": "^[a-z]+$"}]})
    values = Rule("eachValue", {"rules": [{"match": "type"}]})
    return [
        (by_type,),
        (by_type,),
        (by_type,),
        (Rule("notEmpty"),),
        (Rule("equality"),),
        (Rule("values"),),
        (names,),
        (values,),
    ]


def _generated(body: Value, at: Location, random: Random) -> Iterator[LocatedGenerator]:
    for name, value in body.items() if isinstance(body, dict) else ():
        if isinstance(value, str) and random.random() < 0.5:
            if re.search("^[0-9a-f-]{36}$", value):
                yield LocatedGenerator(location=at / name, name="Uuid")
            elif re.search(r"^\d{4}-\d\d-\d\d$", value):
                yield LocatedGenerator(location=at / name, name="Date")


def others(sent: Sent, operation: Any, document: Any, is_taken: Callable[[Sent], bool], random: Random) -> list[Sent]:
    """Give requests, the recorded one first, that the rules stand for and that `is_taken` by the old definition."""
    found = [sent]
    if not sent.rules:
        return found
    accepts = stands_for(sent)
    for _ in range(_TRIES):
        tried = _varied(sent, operation, document, random)
        if tried not in found and accepts(tried) and is_taken(tried):
            found.append(tried)
    return found


def stands_for(sent: Sent) -> Callable[[Sent], bool]:
    """Give what says of a request whether the rules of another let it stand in its place."""
    compare = compile_comparison(sent.request.parts(), sent.rules)
    return lambda other: not compare(other.request.parts())


def _varied(sent: Sent, operation: Any, document: Any, random: Random) -> Sent:
    declared = {(each["in"], each["name"]): each["schema"] for each in operation["parameters"]}
    taken = operation.get("requestBody", {"content": {"": {}}})
    content = next(iter(taken["content"].values()))
    body = sent.body
    if body is not None:
        schema = content.get("schema", {})
        body = _other_form(body, schema, document, random) if sent.is_form else _other(body, schema, document, random)
        for each in sent.generators:
            form = {"type": "string", "format": each.name.lower()}
            body = {**body, str(each.location.steps[-1]): text_of(form, random)} if isinstance(body, dict) else body
    path: Schema = next((said for (side, _), said in declared.items() if side == "path"), {})
    return replace(
        sent,
        key=sent.key if sent.key is None else _other_text(sent.key, path, document, random),
        query={
            name: _other_texts(value, declared.get(("query", name), {}), document, random)
            for name, value in sent.query.items()
        },
        headers={
            name: _other_text(value, declared.get(("header", name), {}), document, random)
            for name, value in sent.headers.items()
        },
        body=body,
    )


def _other_form(body: dict[str, Any], schema: Schema, document: Any, random: Random) -> dict[str, Any]:
    members = flat(schema, document).get("properties", {})
    return {name: _other_texts(value, members.get(name, {}), document, random) for name, value in body.items()}


def _other_texts(value: Any, schema: Schema, document: Any, random: Random) -> Any:
    if not isinstance(value, list):
        return _other_text(value, schema, document, random)
    count = random.choice((len(value), len(value), random.randint(1, 4)))
    return [_other_text(value[index % len(value)], schema.get("items", {}), document, random) for index in range(count)]


def _other_text(value: str, schema: Schema, document: Any, random: Random) -> str:
    if random.random() < 0.3:
        return value
    if random.random() < 0.7 and schema:
        return as_text(make_value(schema, document, random))
    return as_text(random.choice(_ANYTHING)) or value


def as_text(value: Value) -> str:
    """Give a plain value as a query writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_texts(value: Value) -> Any:
    """Give a value as a query writes it, before a style joins the elements of a list."""
    return [as_text(each) for each in value] if isinstance(value, list) else as_text(value)


def _other(value: Value, schema: Schema, document: Any, random: Random) -> Value:
    """Give a value like another one: some of what lies in it made anew, by the schema or by chance."""
    schema = flat(schema, document)
    chosen = random.random()
    if chosen < 0.15 and schema:
        return make_value(schema, document, random, hidden="readOnly")
    if alternatives(schema):
        schema = flat(random.choice(alternatives(schema)), document)
    if isinstance(value, dict):
        return _other_object(value, schema, document, random)
    if isinstance(value, list):
        items = schema.get("items", {})
        count = len(value) if random.random() < 0.5 else random.randint(0, 5)
        return (
            [_other(value[index % len(value)], items, document, random) for index in range(count)] if value else value
        )
    if chosen < 0.4:
        return value
    if chosen < 0.8 and schema:
        return make_value(schema, document, random, hidden="readOnly")
    return text_of(_a_text(random), random) if chosen < 0.85 else random.choice(_ANYTHING)


def _other_object(value: dict[str, Value], schema: Schema, document: Any, random: Random) -> dict[str, Value]:
    members, further = schema.get("properties", {}), schema.get("additionalProperties")
    rest = further if isinstance(further, dict) else {}
    made = {name: _other(each, members.get(name, rest), document, random) for name, each in value.items()}
    if random.random() < 0.15:
        name = random.choice((*NAMES, "X-1"))
        made[name] = make_value(members.get(name) or rest or {"type": "string"}, document, random, hidden="readOnly")
    if made and random.random() < 0.05:
        made.pop(random.choice(list(made)))
    return made


def _a_text(random: Random) -> Schema:
    keyword, said = random.choice([("format", each) for each in FORMATS] + [("pattern", each) for each in PATTERNS])
    return {"type": "string", keyword: said}
