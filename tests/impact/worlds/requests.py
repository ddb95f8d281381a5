"""Requests of consumers whose matchers leave values open, and the requests that they stand for.

What a rule stands for is what a comparison under it accepts.
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
from tests.impact.worlds.schemas import Value

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


def stands_for(sent: Sent) -> Callable[[Sent], bool]:
    """Give what says of a request whether the rules of another let it stand in its place."""
    compare = compile_comparison(sent.request.parts(), sent.rules)
    return lambda other: not compare(other.request.parts())


def as_text(value: Value) -> str:
    """Give a plain value as a query writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_texts(value: Value) -> Any:
    """Give a value as a query writes it, before a style joins the elements of a list."""
    return [as_text(each) for each in value] if isinstance(value, list) else as_text(value)
