"""What of a request is recorded: what the definition declares, its body, and a few headers; never a credential."""

import base64
import re
from collections.abc import Iterable, Mapping

from contractkit.definitions.interface import Definition, Operation, Route, path_value
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Parameter
from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    Fields,
    HttpRequest,
    JsonBody,
    MissingBody,
    Query,
    TextBody,
    media_type_of,
)
from contractkit.recording.credentials import Credentials

_ALWAYS = frozenset({"accept", "content-type"})
_BOUNDARY = re.compile(r'(;\s*boundary=)("[^"]+"|[^;\s]+)', re.IGNORECASE)
_STEADY_BOUNDARY = "contractkit-boundary"


def recorded_request(
    definition: Definition, route: Route, credentials: Credentials, *, headers: Iterable[str] = ()
) -> HttpRequest:
    """Give what is recorded of a request: its path, declared parameters, body, `Content-Type` and `Accept`.

    Args:
        definition: Says which parameters are declared, and where credentials travel.
        route: The request with the operation it reached; its path is relative to the server's base path.
        credentials: What is replaced by the placeholder.
        headers: Further headers to record, in any case.
    """
    declared = definition.recorded_parameters(route)
    wanted = _ALWAYS | declared.get("header", frozenset()) | {name.lower() for name in headers}
    request = credentials.without(route.request)
    body, content_type = _steady(request.body)
    return HttpRequest(
        method=request.method,
        path=request.path,
        query=_chosen(request.query, declared.get("query", frozenset()) | credentials.query),
        headers=_headers(request.headers, wanted, declared.get("cookie", frozenset()), credentials, content_type),
        body=body,
    )


def fingerprint(request: HttpRequest) -> Json:
    """Give a recorded request as JSON: what tells it from other requests."""
    return {
        "method": request.method,
        "path": request.path,
        "query": {name: list(values) for name, values in request.query.items()},
        "headers": {name: list(values) for name, values in request.headers.items()},
        "body": _body_as_json(request.body),
    }


def used_values(surfaces: SurfaceReader | None, route: Route, request: HttpRequest) -> Mapping[str, Json]:
    """Give the path and query values that a request used, each as the JSON value its declared type makes of it.

    A parameter sent several times gives a list. Where a path and a query parameter share a name, the path's counts.
    """
    parameters = surfaces.surface_of(route.operation).parameters if surfaces is not None else {}
    found: dict[str, Json] = {}
    for name, texts in request.query.items():
        values = [None if text is None else _typed(text, parameters.get(("query", name))) for text in texts]
        found[name] = values[0] if len(values) == 1 else values
    for name, text in route.path_parameters.items():
        found[name] = _typed(text, parameters.get(("path", name)))
    return found


def describe(operation: Operation, route: Route, status: int) -> str:
    """Give an interaction in words: `getOrder id=7 answers 200`."""
    values = [f" {name}={value}" for name, value in route.path_parameters.items()]
    return f"{operation.name}{''.join(values)} answers {status}"


def _typed(text: str, parameter: Parameter | None) -> Json:
    types = parameter.view.types if parameter is not None and parameter.view is not None else frozenset[str]()
    for name in ("integer", "number", "boolean"):
        if name in types and "string" not in types:
            return path_value(text, name)
    return text


def _chosen(query: Query, wanted: frozenset[str]) -> Query:
    return {name: query[name] for name in sorted(query) if name in wanted}


def _headers(
    sent: Fields, wanted: frozenset[str], cookies: frozenset[str], credentials: Credentials, content_type: str | None
) -> Fields:
    chosen = {name: sent[name] for name in sorted(sent) if name in wanted or name in credentials.kept_headers}
    if chosen.get("accept") == ("*/*",):
        del chosen["accept"]  # says no more than its absence (RFC 9110 §12.5.1), and comes and goes with the client
    if content_type is not None and "content-type" in chosen:
        chosen["content-type"] = (content_type,)
    kept = [pair.strip() for line in sent.get("cookie", ()) for pair in line.split(";")]
    declared = [pair for pair in kept if pair.partition("=")[0] in cookies]
    return {**chosen, "cookie": ("; ".join(sorted(declared)),)} if declared else chosen


def _steady(body: Body) -> tuple[Body, str | None]:
    """Give a multipart body with a boundary that is the same each run, since clients draw theirs at random."""
    found = _BOUNDARY.search(media_type_of(body) or "") if not isinstance(body, MissingBody) else None
    if found is None or not isinstance(body, BinaryBody | TextBody):
        return body, None
    drawn = found[2].strip('"')
    media_type = _BOUNDARY.sub(rf"\g<1>{_STEADY_BOUNDARY}", body.media_type)
    if isinstance(body, TextBody):
        return TextBody(body.text.replace(f"--{drawn}", f"--{_STEADY_BOUNDARY}"), media_type), media_type
    old, new = f"--{drawn}".encode(), f"--{_STEADY_BOUNDARY}".encode()
    return BinaryBody(body.data.replace(old, new), media_type), media_type


def _body_as_json(body: Body) -> Json:
    match body:
        case MissingBody():
            return None
        case EmptyBody():
            return {"empty": True}
        case JsonBody(value=value):
            return {"json": value}
        case TextBody(text=text):
            return {"text": text}
        case BinaryBody(data=data):
            return {"base64": base64.b64encode(data).decode()}
