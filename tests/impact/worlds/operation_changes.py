"""What the operations of a definition may go through: paths, parameters, bodies, statuses, headers, credentials."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

from tests.impact.worlds.schema_changes import Change
from tests.impact.worlds.schemas import SchemaMaker

_OfOperation: TypeAlias = Callable[[Any, Random], bool]
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def _path(document: Any) -> str | None:
    return next((path for path in document["paths"] if path.startswith("/orders")), None)


def _of_operation(change: _OfOperation) -> Change:
    def changed(document: Any, random: Random) -> bool:
        path = _path(document)
        return path is not None and change(next(iter(document["paths"][path].values())), random)

    return changed


def _of_parameter(change: Callable[[Any, SchemaMaker], bool], *places: str) -> Change:
    def changed(document: Any, random: Random) -> bool:
        path = _path(document)
        operation = next(iter(document["paths"][path].values())) if path is not None else {"parameters": []}
        found = [each for each in operation["parameters"] if each["in"] in (places or ("query", "header"))]
        maker = SchemaMaker(random, document["components"]["schemas"])
        return any(change(each, maker) for each in random.sample(found, len(found)))

    return changed


def _of_answer(change: _OfOperation) -> Change:
    def changed(operation: Any, random: Random) -> bool:
        answer = operation["responses"].get("200")
        return answer is not None and change(answer, random)

    return _of_operation(changed)


def _remove_operation(document: Any, random: Random) -> bool:
    return document["paths"].pop(random.choice((_path(document), "/others")), None) is not None


def _rename_segment(document: Any, _random: Random) -> bool:
    item = document["paths"].pop("/orders/{key}", None)
    if item is None:
        return False
    document["paths"]["/orders/{order}"] = item
    for operation in item.values():
        for each in operation["parameters"]:
            each["name"] = "order" if each["in"] == "path" else each["name"]
    return True


def _remove_server(document: Any, _random: Random) -> bool:
    return len(document["servers"]) > 1 and document["servers"].pop() is not None


def _other_id(operation: Any, _random: Random) -> bool:
    operation["operationId"] = "useIt"
    return True


def _deprecate(operation: Any, random: Random) -> bool:
    operation["deprecated"] = True
    operation["x-sunset"] = random.choice(("2030-01-01", "2029-01-01"))
    if random.random() < 0.3:
        del operation["x-sunset"]
    return True


def _new_parameter(operation: Any, random: Random) -> bool:
    if any(each["name"] == "page" for each in operation["parameters"]):
        return False
    operation["parameters"].append(
        {"name": "page", "in": "query", "required": random.random() < 0.5, "schema": {"type": "integer"}}
    )
    return True


def _remove_parameter(operation: Any, random: Random) -> bool:
    found = [each for each in operation["parameters"] if each["in"] != "path"]
    if found:
        operation["parameters"].remove(random.choice(found))
    return bool(found)


def _demand_parameter(parameter: Any, _maker: SchemaMaker) -> bool:
    was, parameter["required"] = parameter["required"], True
    return not was


def _retype_parameter(parameter: Any, maker: SchemaMaker) -> bool:
    before = parameter["schema"]
    parameter["schema"] = maker.scalar()
    return bool(before != parameter["schema"])


def _limit_parameter(parameter: Any, _maker: SchemaMaker) -> bool:
    said = {"integer": {"maximum": 9}, "string": {"maxLength": 4}}.get(str(parameter["schema"].get("type")))
    if said is None or {"enum", "maximum", "format"} & parameter["schema"].keys():
        return False
    parameter["schema"].update(said)
    return True


def _fewer_values(parameter: Any, _maker: SchemaMaker) -> bool:
    schema = parameter["schema"].get("items", parameter["schema"])
    return len(schema.get("enum", ())) > 1 and schema["enum"].pop() is not None


def _other_style(parameter: Any, maker: SchemaMaker) -> bool:
    before = parameter.get("style"), parameter.get("explode")
    style = maker.random.choice(("form", "pipeDelimited", "spaceDelimited"))
    if parameter["schema"].get("type") != "array" or style == before[0]:
        return False
    parameter.update(style=style, explode=False)
    return before != ("form", False) or style != "form"


def _deprecate_parameter(parameter: Any, maker: SchemaMaker) -> bool:
    parameter.update({"deprecated": True, "x-sunset": maker.random.choice(("2030-01-01", "2029-01-01"))})
    return True


def _other_default(parameter: Any, _maker: SchemaMaker) -> bool:
    if parameter["schema"].get("type") != "integer" or parameter["required"]:
        return False
    parameter["schema"]["default"] = 3
    return True


def _refuse_empty(parameter: Any, _maker: SchemaMaker) -> bool:
    return bool(parameter.pop("allowEmptyValue", False))


def _other_encoding(operation: Any, random: Random) -> bool:
    encoding = operation.get("requestBody", {"content": {}})["content"].get(_FORM, {}).get("encoding", {})
    before = encoding.get("tags")
    encoding["tags"] = random.choice(({}, {"explode": False}, {"style": "pipeDelimited", "explode": False}))
    return before is not None and bool(before != encoding["tags"])


def _demand_body(operation: Any, _random: Random) -> bool:
    body = operation.get("requestBody", {"required": True})
    was, body["required"] = body["required"], True
    return not was


def _remove_body(operation: Any, _random: Random) -> bool:
    return operation.pop("requestBody", None) is not None


def _other_taken_type(operation: Any, _random: Random) -> bool:
    content = operation.get("requestBody", {"content": {}})["content"]
    if _JSON not in content:
        return False
    content["application/xml"] = content.pop(_JSON)
    return True


def _other_security(operation: Any, random: Random) -> bool:
    before = operation["security"]
    operation["security"] = random.choice(([{}], [{"key": []}], [{"token": []}], [{"key": [], "token": []}]))
    return bool(before != operation["security"])


def _other_scheme(document: Any, _random: Random) -> bool:
    document["components"]["securitySchemes"]["key"]["name"] = "x-other-key"
    return True


def _other_status(operation: Any, random: Random) -> bool:
    answers = operation["responses"]
    if "200" not in answers:
        return False
    answers[random.choice(("201", "2XX", "default"))] = answers.pop("200")
    return True


def _remove_failure(operation: Any, _random: Random) -> bool:
    return operation["responses"].pop("404", None) is not None


def _other_media_type(answer: Any, random: Random) -> bool:
    content = answer["content"]
    if _JSON not in content:
        return False
    content[random.choice(("application/vnd.orders+json", "application/*", "*/*"))] = content.pop(_JSON)
    return True


def _undescribe(answer: Any, _random: Random) -> bool:
    return _JSON in answer["content"] and answer["content"][_JSON].pop("schema", None) is not None


def _remove_header(answer: Any, random: Random) -> bool:
    found = [*answer["headers"]]
    return bool(found) and bool(answer["headers"].pop(random.choice(found)))


def _loosen_header(answer: Any, random: Random) -> bool:
    found = [each for each in answer["headers"].values() if each["required"]]
    if found:
        random.choice(found)["required"] = False
    return bool(found)


def _other_header(answer: Any, _random: Random) -> bool:
    if "x-state" not in answer["headers"]:
        return False
    answer["headers"]["x-state"]["schema"]["enum"] = ["lost", "open"]
    return True


def _remove_callback(operation: Any, _random: Random) -> bool:
    return operation.pop("callbacks", None) is not None


OPERATION_CHANGES: tuple[tuple[str, Change], ...] = (
    ("an operation went", _remove_operation),
    ("a segment has another name", _rename_segment),
    ("a server went", _remove_server),
    ("an operation has another id", _of_operation(_other_id)),
    ("an operation is deprecated", _of_operation(_deprecate)),
    ("a parameter came", _of_operation(_new_parameter)),
    ("a parameter went", _of_operation(_remove_parameter)),
    ("a parameter became required", _of_parameter(_demand_parameter)),
    ("a parameter has another type", _of_parameter(_retype_parameter, "query", "header", "path")),
    ("a parameter is bounded", _of_parameter(_limit_parameter, "query", "header", "path")),
    ("a parameter has fewer values", _of_parameter(_fewer_values)),
    ("a parameter has another style", _of_parameter(_other_style, "query")),
    ("a parameter is deprecated", _of_parameter(_deprecate_parameter)),
    ("a parameter has another default", _of_parameter(_other_default)),
    ("no empty parameter is taken", _of_parameter(_refuse_empty, "query")),
    ("a member of a form is written otherwise", _of_operation(_other_encoding)),
    ("a body became required", _of_operation(_demand_body)),
    ("a body went", _of_operation(_remove_body)),
    ("another media type is taken", _of_operation(_other_taken_type)),
    ("another credential is demanded", _of_operation(_other_security)),
    ("a credential is another one", _other_scheme),
    ("another status", _of_operation(_other_status)),
    ("a failure went", _of_operation(_remove_failure)),
    ("another media type is given", _of_answer(_other_media_type)),
    ("an answer is no longer described", _of_answer(_undescribe)),
    ("a header went", _of_answer(_remove_header)),
    ("a header became optional", _of_answer(_loosen_header)),
    ("a header has other values", _of_answer(_other_header)),
    ("a callback went", _of_operation(_remove_callback)),
)
"""What operations may go through."""
