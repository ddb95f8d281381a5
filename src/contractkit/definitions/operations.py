"""Operations: what the paths of an OpenAPI document offer, each with the nodes that describe it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.interface import Operation
from contractkit.definitions.mistakes import is_status, lost
from contractkit.definitions.references import Documents, Node
from contractkit.errors import DefinitionError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The fields of a path item that hold an operation (OpenAPI 3.1 §4.8.9; `query` since 3.2)."""

_TOKEN: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")  # RFC 9110 §5.6.2

Warn = Callable[[str, Node], None]
"""Notes a mistake in the document: a sentence, and the node where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An operation with its nodes: its own, and the path item whose parameters it shares."""

    operation: Operation
    node: Node
    item: Node


def read_endpoints(documents: Documents, warn: Warn) -> tuple[Endpoint, ...]:
    """Give every operation of the document in its order; what cannot be read becomes a warning and is left out."""
    paths = documents.root.get("paths")
    endpoints: list[Endpoint] = []
    names: set[str] = set()
    for template, item in paths.members() if paths is not None else ():
        if template.startswith("x-"):
            continue
        if not template.startswith("/"):
            warn(f"The path {template!r} does not start with a slash and is left out.", item)
            continue
        for method, node in _operations_of(item, documents, warn):
            endpoint = _endpoint(template, method, node, item, names, warn)
            names.add(endpoint.operation.name)
            endpoints.append(endpoint)
    return tuple(endpoints)


def _operations_of(item: Node, documents: Documents, warn: Warn) -> Iterator[tuple[str, Node]]:
    resolved = _resolved(item, documents, warn, "path")
    if resolved is not None and not isinstance(resolved.value, dict):
        warn("The path item is not an object and is left out.", item)
    elif resolved is not None:
        _warn_of_further(resolved, warn)
    for method, node in written_operations(resolved) if resolved is not None else ():
        found = _resolved(node, documents, warn, "operation")  # no place for a $ref by the standard, but a usual one
        if found is not None and isinstance(found.value, dict):
            yield method, found
        elif found is not None:
            warn(f"The operation {method} is not an object and is left out.", node)


def written_operations(item: Node) -> Iterator[tuple[str, Node]]:
    """Give the operations of a path item by method in upper case, those of `additionalOperations` (3.2) included."""
    for method, node in item.members():
        if method in METHODS:
            yield method.upper(), node
    further = item.get("additionalOperations")
    for method, node in further.members() if further is not None else ():
        if not _further_mistake(method):
            yield method.upper(), node


def _warn_of_further(item: Node, warn: Warn) -> None:
    further = item.get("additionalOperations")
    if further is not None and not isinstance(further.value, dict):
        warn("additionalOperations is not an object and is left out.", further)
    for method, node in further.members() if further is not None else ():
        mistake = _further_mistake(method)
        if mistake:
            warn(mistake, node)


def _further_mistake(method: str) -> str:
    """Say why a member of `additionalOperations` is no operation, or nothing (OpenAPI 3.2 §4.9.1)."""
    if not _TOKEN.fullmatch(method):
        return f"{method!r} is no method of HTTP; the operation is left out."
    if method.lower() in METHODS:
        return f"{method} is no further method: it has a field of its own, {method.lower()}. The operation is left out."
    return ""


def _resolved(node: Node, documents: Documents, warn: Warn, what: str) -> Node | None:
    try:
        return documents.resolve(node)
    except DefinitionError as error:
        warn(lost(error, what), node)
        return None


def _endpoint(template: str, method: str, node: Node, item: Node, taken: set[str], warn: Warn) -> Endpoint:
    signature = f"{method} {template}"
    name = node.value.get("operationId")
    if not isinstance(name, str) or not name:
        name = signature
    elif name in taken:
        warn(f"The operationId {name!r} stands twice; this operation is named {signature!r} instead.", node)
        name = signature
    responses = node.value.get("responses")
    if not isinstance(responses, dict) or not responses:
        warn(f"The operation {signature} declares no responses.", node)
        responses = {}
    operation = Operation(
        name=name,
        signature=signature,
        method=method,
        path=template,
        statuses=tuple(status for status in responses if is_status(status)),
        pointer=node.place,
        summary=str(node.value.get("summary") or ""),
        deprecated=node.value.get("deprecated") is True,
    )
    return Endpoint(operation=operation, node=node, item=item)


def schemas_of_bodies(endpoints: Iterable[Endpoint], documents: Documents, holder: str) -> Iterator[Node]:
    """Give the schemas of bodies under `responses` or `requestBody` of operations; what cannot be read is left out."""
    for endpoint in endpoints:
        held = endpoint.node.get(holder)
        if held is None:
            continue
        for each in (node for _, node in held.members()) if holder == "responses" else (held,):
            yield from _schemas_in(each, documents)


def _schemas_in(holder: Node, documents: Documents) -> Iterator[Node]:
    try:
        contents = documents.resolve(holder).get("content")
        media_types = (
            [] if contents is None else [documents.resolve(each) for _, each in documents.resolve(contents).members()]
        )
    except DefinitionError:
        return
    yield from (schema for each in media_types if (schema := each.get("schema")) is not None)
