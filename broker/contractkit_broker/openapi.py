"""The OpenAPI document, made from the table of routes, the forms that requests are read into, and reply schemas."""

import re
from collections.abc import Iterable

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contractkit.exact_json import Json
from contractkit_broker import forms
from contractkit_broker.problems import PROBLEM
from contractkit_broker.reply_schemas import REPLY_SCHEMAS
from contractkit_broker.routing import Answer, Query, Route

_FORMS: tuple[type[BaseModel], ...] = (
    forms.PublishForm,
    forms.ApplicationForm,
    forms.NewApplicationForm,
    forms.VersionForm,
    forms.EnvironmentForm,
    forms.DeploymentForm,
    forms.ReleaseForm,
    forms.DeploymentPatch,
    forms.ReleasePatch,
    forms.SelectionForm,
    forms.ResultForm,
    forms.ImpactForm,
    forms.ImpactProofForm,
)

_NEEDED = {
    "Contract",
    "StateCatalogueForm",
    *(form.__name__ for form in _FORMS if any(each.is_required() for each in form.model_fields.values())),
}
"""The forms that nothing sent cannot be."""

_EVERYWHERE = {
    "400": ("The request is not of the form it must have.", "Refused"),
    "413": ("The body is larger than this broker takes.", "Error"),
    "503": ("The database cannot be used now; ask again.", "Error"),
    "500": ("The broker's own fault.", "OwnFault"),
}
"""Refusals that any route may give: status to what it means and the schema."""


def openapi_document(routes: Iterable[Route], base_url: str) -> Json:
    """Give the OpenAPI 3.1 document of the routes, served at a base URL."""
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "contractkit broker",
            "version": "1",
            "description": "The Pact Broker's API on its own paths, with definitions, files and impact beside it. "
            "A writing request may say by the header Contractkit-Recorded-At, a past time of ISO 8601, when another "
            "broker recorded what it tells.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"schemas": {**REPLY_SCHEMAS, **_form_schemas()}},
    }


def _operation(route: Route) -> Json:
    refusals = {status: Answer(description, schema) for status, (description, schema) in _EVERYWHERE.items()}
    answers = {**refusals, **{str(status): answer for status, answer in route.answers.items()}}
    responses = {status: _response(answer, is_refusal=status >= "400") for status, answer in answers.items()}
    operation: dict[str, Json] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "tags": [route.group],
        "parameters": [*_path_parameters(route.path), *_query_parameters(route)],
        "responses": responses,
    }
    if route.body is not None:
        operation["requestBody"] = _request_body(route.body, is_patch=route.method == "PATCH")
    return operation


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _segment(name)}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _segment(name: str) -> Json:
    if name in forms.DIGESTS:
        return {"type": "string", "pattern": forms.DIGEST}
    longest = {} if name in forms.LONGER_PARAMETERS else {"maxLength": forms.LONGEST}
    return {"type": "string", "pattern": forms.NAME, **longest}


def _query_parameters(route: Route) -> list[Json]:
    found = {
        name: said
        if isinstance(said, Query)
        else Query(meaning=said, schema={"type": "string", "pattern": r"^[^\x00]*$"})
        for name, said in route.query.items()
    }
    return [
        {"name": name, "in": "query", "description": each.meaning, "required": each.required, "schema": each.schema}
        for name, each in found.items()
    ]


def _request_body(body: str, *, is_patch: bool) -> Json:
    if "/" in body:
        return {"required": True, "content": {body: {}}}
    schema = {"$ref": f"#/components/schemas/{body}"}
    types = ("application/json", "application/merge-patch+json") if is_patch else ("application/json",)
    return {"required": body in _NEEDED, "content": {each: {"schema": schema} for each in types}}


def _response(answer: Answer, *, is_refusal: bool) -> Json:
    if answer.schema is None and answer.media_type != "*/*":
        return {"description": answer.description}
    schema = {"schema": {"$ref": f"#/components/schemas/{answer.schema}"}} if answer.schema else {}
    content = {answer.media_type: schema, **{media_type: {} for media_type in answer.also}}
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}} if is_refusal else {}
    return {"description": answer.description, "content": {**content, **problem}}


def _form_schemas() -> dict[str, Json]:
    _, document = models_json_schema(
        [(form, "validation") for form in _FORMS], ref_template="#/components/schemas/{model}"
    )
    return dict(document["$defs"])
