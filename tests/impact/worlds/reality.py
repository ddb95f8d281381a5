"""Providers: what one that keeps to a definition takes and answers. Nothing here asks contractkit."""

import copy
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import jsonschema

from tests.impact.worlds.requests import SEPARATORS, Sent
from tests.impact.worlds.schemas import Schema, Value, everything, flat, mapped, types_of
from tests.impact.worlds.values import make_value

_FORMATS = jsonschema.FormatChecker(("date", "date-time", "uuid"))
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Provider:
    """A provider of one definition: it takes what its schemas allow and answers in every way that they allow."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._taking = _as_taken(document)
        self._validators: dict[int, Any] = {}

    def operation(self, sent: Sent) -> Any | None:
        """Give the operation that a request reaches."""
        has_key = sent.key is not None
        found: Iterator[Any] = (item for path, item in self._document["paths"].items() if _reaches(path, has_key))
        item = next(found, None)
        return None if item is None else item.get(sent.method.lower())

    def takes(self, sent: Sent, credentials: frozenset[str] = frozenset()) -> bool:
        """Say whether all that is demanded is there, and every declared part of it fits."""
        operation = self.operation(sent)
        if operation is None or not self._lets_in(operation, credentials):
            return False
        return all(self._fits(sent, each) for each in operation["parameters"]) and self._takes_body(sent, operation)

    def answer(self, sent: Sent, random: Random) -> tuple[dict[str, str], Value] | None:
        """Give the headers and the JSON of an answer of status 200; None where it is anything else.

        Which of the declared statuses comes, the request decides, so it is 200 as long as that is among them.
        """
        operation = self.operation(sent)
        responses = operation["responses"] if operation is not None else {}
        response = responses.get("200") or responses.get("2XX")
        if response is None and random.random() < 0.5:
            response = responses.get("default")
        media_type = _given(response["content"], random) if response is not None else None
        if response is None or media_type is None:
            return None
        body = make_value(response["content"][media_type].get("schema", {}), self._document, random)
        return self._headers(response, random), body

    def _headers(self, response: Any, random: Random) -> dict[str, str]:
        return {
            name: str(make_value(said["schema"], self._document, random))
            for name, said in response.get("headers", {}).items()
            if said.get("required") or random.random() < 0.7
        }

    def _lets_in(self, operation: Any, credentials: frozenset[str]) -> bool:
        schemes = self._document["components"]["securitySchemes"]
        known = {f"{name} {schemes[name]}" for name in schemes} & credentials
        return any(
            all(f"{name} {schemes[name]}" in known for name in alternative) for alternative in operation["security"]
        )

    def _fits(self, sent: Sent, parameter: Any) -> bool:
        schema = flat(parameter["schema"], self._document)
        match parameter["in"]:
            case "path":
                return sent.key is not None and reads_as(sent.key, schema)
            case "header":
                value = sent.headers.get(parameter["name"])
                return not parameter["required"] if value is None else reads_as(value, schema)
        if parameter["name"] not in sent.query:
            return not parameter["required"]
        if schema.get("type") != "array":
            values = sent.written(parameter["name"])
            if values == ("",) and parameter.get("allowEmptyValue"):
                return True
            return len(values) == 1 and reads_as(values[0], schema)
        return self._fits_list(sent, parameter, schema)

    def _fits_list(self, sent: Sent, parameter: Any, schema: Schema) -> bool:
        """Say whether a list is read as the consumer means it, and each of it fits."""
        name = parameter["name"]
        meant = sent.query[name] if name in sent.query else sent.body[name]
        if _read_list(sent.written(name), parameter) != (meant if isinstance(meant, list) else [meant]):
            return False
        size: Schema = {key: schema[key] for key in ("minItems", "maxItems", "uniqueItems") if key in schema}
        return _is_valid(size, meant) and all(reads_as(each, schema["items"]) for each in meant)

    def _takes_body(self, sent: Sent, operation: Any) -> bool:
        body = operation.get("requestBody")
        if body is None:
            return sent.body is None
        if sent.body is None:
            return not body.get("required", False)
        schema = body["content"].get(FORM if sent.is_form else JSON, {}).get("schema")
        if schema is None:
            return False
        if sent.is_form:
            content = body["content"][FORM]
            return self._takes_form(sent, flat(schema, self._document), content.get("encoding", {}))
        return bool(self._validator(schema).is_valid(sent.body))

    def _takes_form(self, sent: Sent, schema: Schema, encoding: dict[str, Any]) -> bool:
        form = sent.body
        members = {name: flat(each, self._document) for name, each in schema["properties"].items()}
        hidden = {name for name, member in members.items() if member.get("readOnly")}
        if not {*schema["required"]} - hidden <= form.keys():
            return False
        if schema.get("additionalProperties") is False and not form.keys() <= members.keys():
            return False
        return all(
            self._fits_list(sent, {"name": name, **encoding.get(name, {})}, members[name])
            if members[name].get("type") == "array"
            else isinstance(value, str) and reads_as(value, members[name])
            for name, value in form.items()
            if name in members
        )

    def _validator(self, schema: Schema) -> Any:
        found = self._validators.get(id(schema))
        if found is None:
            whole = {**schema, "components": self._taking["components"]}
            found = self._validators[id(schema)] = jsonschema.Draft202012Validator(whole, format_checker=_FORMATS)
        return found


def _as_taken(document: dict[str, Any]) -> dict[str, Any]:
    """Give a definition for requests: what is read only is not demanded, and `kind` picks the one alternative."""
    found = copy.deepcopy(document)
    for schema in list(everything(found)):
        members = {name: flat(each, found) for name, each in schema.get("properties", {}).items()}
        demanded = [name for name in schema.get("required", ()) if not members.get(name, {}).get("readOnly")]
        if "required" in schema:
            schema["required"] = demanded
        if mapped(schema):
            picked = [(kind, {"$ref": reference}) for kind, reference in mapped(schema).items()]
            schema["oneOf"] = [{"allOf": [each, {"properties": {"kind": {"const": kind}}}]} for kind, each in picked]
    return found


def _reaches(path: str, has_key: bool) -> bool:
    return re.fullmatch(r"/orders/\{\w+\}" if has_key else "/orders", path) is not None


def _given(content: Any, random: Random) -> str | None:
    if JSON in content:
        return JSON
    ranges = [each for each in content if each in ("application/*", "*/*")]
    return ranges[0] if ranges and random.random() < 0.5 else None


def _read_list(values: tuple[str, ...], parameter: Any) -> list[str]:
    if parameter.get("explode", parameter.get("style", "form") == "form"):
        return list(values)
    return [each for value in values for each in value.split(SEPARATORS[parameter.get("style", "form")])]


def reads_as(text: str, schema: Schema) -> bool:
    """Say whether a text is a value that a schema of a plain value allows."""
    readings: list[Value] = [text]
    if re.fullmatch("-?[0-9]+", text):
        readings.append(int(text))
    elif re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        readings.append(float(text))
    elif text in ("true", "false"):
        readings.append(text == "true")
    elif text == "" and "null" in types_of(schema):
        readings.append(None)
    return any(_is_valid(schema, each) for each in readings)


def _is_valid(schema: Schema, value: Value) -> bool:
    return bool(jsonschema.Draft202012Validator(schema, format_checker=_FORMATS).is_valid(value))
