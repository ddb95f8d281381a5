"""Swagger: a document of version 2.0 as one of OpenAPI 3.0, every piece with the place that it was written at.

Paths, operations, parameters and responses are put in their new form; schemas stay where they are and as they are,
because both versions mean the same by them. So a pointer in a message always leads into the document people wrote.
"""

from collections.abc import Mapping
from typing import Final

from contractkit.definitions.references import Documents, Node, Placed
from contractkit.definitions.swagger_operations import MediaTypes, upgraded_operation
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

VERSION: Final = "3.0.4"
"""What an upgraded document calls itself."""

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")  # Swagger 2.0, Path Item Object
_KEPT: Final = ("info", "tags", "security", "externalDocs")
_SCHEMES: Final = ("https", "http", "wss", "ws")
_FLOWS: Final = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_OF_A_FLOW: Final = ("authorizationUrl", "tokenUrl", "scopes")


def is_swagger(root: Json) -> bool:
    """Say whether a document calls itself Swagger 2.0; the version may be written as a number."""
    return isinstance(root, dict) and str(root.get("swagger")) in ("2.0", "2")


def upgraded(documents: Documents) -> Documents:
    """Give a Swagger 2.0 document as OpenAPI 3.0, documents of other versions as they are.

    Path items, parameters and responses behind a `$ref` are read at once, also from other documents. Where one leads
    nowhere it is kept, for whoever meets it to say so.
    """
    root = documents.root
    if not is_swagger(root.value):
        return documents
    media_types = MediaTypes(consumes=root.get("consumes"), produces=root.get("produces"))
    extensions = {name: each for name, each in root.value.items() if name.startswith("x-")}
    return documents.with_root(
        {
            "openapi": VERSION,
            **{name: root.value[name] for name in _KEPT if name in root.value},
            "servers": _servers(root.value),
            "components": {"securitySchemes": _security_schemes(root)},
            "paths": {name: _path_item(item, documents, media_types) for name, item in _members(root, "paths")},
            **extensions,
        }
    )


def _members(node: Node, name: str) -> list[tuple[str, Node]]:
    holder = node.get(name)
    return list(holder.members()) if holder is not None else []


def _servers(root: Mapping[str, Json]) -> list[Json]:
    """Give host, base path and schemes as server URLs, relative ones where no host is named."""
    host, base = root.get("host"), root.get("basePath")
    path = f"/{base.strip('/')}" if isinstance(base, str) and base.strip("/") else ""
    if not isinstance(host, str) or not host:
        return [{"url": path or "/"}]
    listed = root.get("schemes")
    schemes = [each for each in listed if each in _SCHEMES] if isinstance(listed, list) else []
    return [{"url": f"{scheme}://{host}{path}"} for scheme in schemes or ["https"]]


def _security_schemes(root: Node) -> dict[str, Json]:
    return {name: _security_scheme(scheme) for name, scheme in _members(root, "securityDefinitions")}


def _security_scheme(scheme: Node) -> Json:
    """Give a Security Scheme Object: `basic` is a kind of `http`, and an OAuth 2 flow has a name of its own."""
    value: Json = scheme.value
    if not isinstance(value, dict):
        return value
    flow = value.get("flow")
    if value.get("type") == "basic":
        return Placed({**value, "type": "http", "scheme": "basic"}, scheme)
    if value.get("type") != "oauth2" or not isinstance(flow, str):
        return value
    details = {name: value[name] for name in _OF_A_FLOW if name in value}
    kept = {name: each for name, each in value.items() if name != "flow" and name not in details}
    return Placed({**kept, "flows": {_FLOWS.get(flow, flow): Placed(details, scheme)}}, scheme)


def _path_item(item: Node, documents: Documents, media_types: MediaTypes) -> Json:
    try:
        found = documents.resolve(item)
    except DefinitionError:
        return item.value
    if not isinstance(found.value, dict):
        return found.value
    members = {
        name: upgraded_operation(each, found.get("parameters"), documents, media_types)
        for name, each in found.members()
        if name in _METHODS
    }
    return Placed({name: each for name, each in found.value.items() if name.startswith("x-")} | members, found)
