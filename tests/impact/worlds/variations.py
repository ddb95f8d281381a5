"""Requests that the rules of a recorded one stand for, made at random from what the old definition takes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.impact.worlds.requests import Sent, as_text, stands_for
from tests.impact.worlds.schemas import FORMATS, NAMES, PATTERNS, Schema, Value, alternatives, flat
from tests.impact.worlds.values import make_value, text_of

_ANYTHING: tuple[Value, ...] = ("", "a", "paid", "A-1", "abc", "red", "7", 0, 1, 9, 40, 2.5, True, None, "2026-01-12")
_TRIES = 60
_HEATS = (0.1, 0.2, 0.4, 0.9)
"""How much of a request is made anew: seldom all of it, since what is changed must still fit the old definition."""


def others(sent: Sent, operation: Any, document: Any, is_taken: Callable[[Sent], bool], random: Random) -> list[Sent]:
    """Give requests, the recorded one first, that the rules stand for and that `is_taken` by the old definition."""
    found = [sent]
    if not sent.rules:
        return found
    accepts = stands_for(sent)
    for _ in range(_TRIES):
        tried = _Variation(document=document, random=random, heat=random.choice(_HEATS)).request(sent, operation)
        if tried not in found and accepts(tried) and is_taken(tried):
            found.append(tried)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variation:
    """Makes values anew, each with the chance `heat`: mostly what the schema allows, sometimes what comes to mind."""

    document: Any
    random: Random
    heat: float

    def request(self, sent: Sent, operation: Any) -> Sent:
        declared = {(each["in"], each["name"]): each["schema"] for each in operation["parameters"]}
        path: Schema = next((said for (side, _), said in declared.items() if side == "path"), {})
        return replace(
            sent,
            key=sent.key if sent.key is None else self._text(sent.key, path),
            query={name: self._texts(value, declared.get(("query", name), {})) for name, value in sent.query.items()},
            headers={name: self._text(each, declared.get(("header", name), {})) for name, each in sent.headers.items()},
            body=None if sent.body is None else self._body(sent, operation),
        )

    def _body(self, sent: Sent, operation: Any) -> Value:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        if sent.is_form:
            members = flat(schema, self.document)["properties"]
            return {name: self._texts(value, members.get(name, {})) for name, value in sent.body.items()}
        body = self._value(sent.body, schema)
        for each in sent.generators:
            form = {"type": "string", "format": each.name.lower()}
            name = str(each.location.steps[-1])
            body = {**body, name: text_of(form, self.random)} if isinstance(body, dict) else body
        return body

    def _texts(self, value: Any, schema: Schema) -> Any:
        if not isinstance(value, list):
            return self._text(value, schema)
        count = self.random.randint(1, 4) if self._is_made() else len(value)
        return [self._text(value[index % len(value)], schema.get("items", {})) for index in range(count)]

    def _text(self, value: str, schema: Schema) -> str:
        if not self._is_made():
            return value
        if self.random.random() < 0.7 and schema:
            return as_text(make_value(schema, self.document, self.random))
        return as_text(self.random.choice(_ANYTHING)) or value

    def _value(self, value: Value, schema: Schema) -> Value:
        schema = flat(schema, self.document)
        if schema and self._is_made() and (not isinstance(value, dict | list) or self.random.random() < 0.3):
            return self._scalar(schema)
        if alternatives(schema):
            schema = flat(self.random.choice(alternatives(schema)), self.document)
        if isinstance(value, dict):
            return self._object(value, schema)
        if isinstance(value, list) and value:
            first, items = schema.get("prefixItems", []), schema.get("items", {})
            count = self.random.randint(0, 5) if self._is_made() else len(value)
            said = [*first[:count], *[items] * (count - len(first))]
            return [self._value(value[index if index < len(value) else 0], each) for index, each in enumerate(said)]
        return value

    def _scalar(self, schema: Schema) -> Value:
        chosen = self.random.random()
        if chosen < 0.7:
            return make_value(schema, self.document, self.random, hidden="readOnly")
        return text_of(self._form(), self.random) if chosen < 0.8 else self.random.choice(_ANYTHING)

    def _object(self, value: dict[str, Value], schema: Schema) -> dict[str, Value]:
        members, further = schema.get("properties", {}), schema.get("additionalProperties")
        rest = further if isinstance(further, dict) else {}
        made = {name: self._value(each, members.get(name, rest)) for name, each in value.items()}
        if self._is_made() and self.random.random() < 0.3:
            name = self.random.choice((*NAMES, "X-1"))
            said = members.get(name) or rest or {"type": "string"}
            made[name] = make_value(said, self.document, self.random, hidden="readOnly")
        if made and self._is_made() and self.random.random() < 0.1:
            made.pop(self.random.choice(list(made)))
        return made

    def _form(self) -> Schema:
        texts = [("format", each) for each in FORMATS] + [("pattern", each) for each in PATTERNS]
        keyword, said = self.random.choice(texts)
        return {"type": "string", keyword: said}

    def _is_made(self) -> bool:
        return self.random.random() < self.heat
