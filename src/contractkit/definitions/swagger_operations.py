"""Swagger's operations in the form of OpenAPI 3.0: parameters with schemas, bodies and responses by media type."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contractkit.definitions.nodes import escape_step
from contractkit.definitions.references import Documents, Node, Placed
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json

_REPLACED: Final = frozenset({"consumes", "parameters", "produces", "responses", "schemes"})
_NOT_OF_THE_SCHEMA: Final = frozenset({"allowEmptyValue", "collectionFormat", "description", "in", "name", "required"})
_PLACES: Final = frozenset({"path", "query", "header"})
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_ANY: Final = "*/*"
_STYLES: Final = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTypes:
    """The lists of media types that an operation takes and gives, where they are written."""

    consumes: Node | None
    produces: Node | None

    def of(self, operation: Node) -> "MediaTypes":
        """Give the lists that hold for an operation: its own before the document's."""
        return MediaTypes(
            consumes=operation.get("consumes") or self.consumes, produces=operation.get("produces") or self.produces
        )


def upgraded_operation(node: Node, shared: Node | None, documents: Documents, media_types: MediaTypes) -> Json:
    """Give an operation in the form of OpenAPI 3.0; what is no object stays as it is, to be told about later.

    Args:
        node: The operation as written.
        shared: The parameters of its path, of which it may say some anew.
        documents: Where references are followed.
        media_types: What the document's root says.
    """
    if not isinstance(node.value, dict):
        return node.value
    media_types = media_types.of(node)
    own = node.get("parameters")
    written = list(_parameters([shared, own], documents))
    members = {name: each for name, each in node.value.items() if name not in _REPLACED}
    members["parameters"] = [_parameter(each) for each in written if _place(each) not in ("body", "formData")]
    body = next((each for each in reversed(written) if _place(each) == "body"), None)
    fields = [each for each in written if _place(each) == "formData"]
    if body is not None:
        members["requestBody"] = _body(body, media_types.consumes)
    elif fields:
        members["requestBody"] = _form(fields, own or shared or node, media_types.consumes)
    if "responses" in node.value:
        members["responses"] = _responses(node / "responses", documents, media_types.produces)
    return Placed(members, node)


def _parameters(lists: list[Node | None], documents: Documents) -> Iterator[Node]:
    """Give each parameter once, by name and place; the last one written wins."""
    found: dict[tuple[str, str], Node] = {}
    for listed in lists:
        for node in listed.items() if listed is not None else ():
            parameter = _resolved(node, documents)
            name = str(parameter.value.get("name")) if isinstance(parameter.value, dict) else parameter.pointer
            found[(_place(parameter), name)] = parameter
    yield from found.values()


def _resolved(node: Node, documents: Documents) -> Node:
    try:
        return documents.resolve(node)
    except DefinitionError:
        return node


def _place(parameter: Node) -> str:
    return str(parameter.value.get("in")) if isinstance(parameter.value, dict) else ""


def _parameter(node: Node) -> Json:
    if not isinstance(node.value, dict) or _place(node) not in _PLACES:
        return node.value
    kept = ("name", "in", "required", "description", "allowEmptyValue")
    members = {name: node.value[name] for name in kept if name in node.value}
    return Placed({**members, **_style(node, _place(node)), "schema": _schema(node)}, node)


def _schema(node: Node) -> Placed:
    """Give the schema that a parameter or header is itself: its type and bounds stand beside its name."""
    members = {name: each for name, each in node.value.items() if name not in _NOT_OF_THE_SCHEMA}
    return Placed(_as_text(members), node)


def _as_text(schema: dict[str, Json]) -> dict[str, Json]:
    return {**schema, "type": "string", "format": "binary"} if schema.get("type") == "file" else schema


def _style(node: Node, place: str) -> dict[str, Json]:
    """Give the style that a `collectionFormat` means (`csv` where nothing is said); none for single values."""
    if node.value.get("type") != "array":
        return {}
    written = node.value.get("collectionFormat", "csv")
    if written == "multi" and place in ("query", "formData"):
        return {"style": "form", "explode": True}
    plain = "form" if place in ("query", "formData") else "simple"
    style = _STYLES.get(written, plain) if isinstance(written, str) else plain
    return {"style": style, "explode": False}


def _body(node: Node, consumes: Node | None) -> Placed:
    media = {"schema": node.value["schema"]} if "schema" in node.value else {}
    contents = {name: Placed(media, node) for name in _listed(consumes) or [_ANY]}
    return _request_body(node, node.value.get("required") is True, Placed(contents, consumes or node))


def _form(fields: list[Node], holder: Node, consumes: Node | None) -> Placed:
    """Give the body that fields of a form make together; one with a file is multipart unless something else is said."""
    required = [str(each.value.get("name")) for each in fields if each.value.get("required") is True]
    named = {str(each.value.get("name")): each for each in fields}
    properties = {name: _schema(each) for name, each in named.items()}
    schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    encoding = {name: style for name, each in named.items() if (style := _style(each, "formData"))}
    places = {"schema": holder.pointer, "required": holder.pointer, "properties": holder.pointer}
    media = {"schema": Placed(schema, holder, moved=places), "encoding": encoding}
    default = _MULTIPART if any(each.value.get("type") == "file" for each in fields) else _FORM
    names = [name for name in _listed(consumes) if name.split(";")[0].strip() in (_FORM, _MULTIPART)] or [default]
    contents = Placed({name: Placed(media, holder) for name in names}, consumes or holder)
    return _request_body(holder, bool(required), contents)


def _request_body(node: Node, is_required: bool, contents: Placed) -> Placed:
    return Placed({"required": is_required, "content": contents}, node)


def _responses(node: Node, documents: Documents, produces: Node | None) -> Json:
    if not isinstance(node.value, dict):
        return node.value
    return Placed({status: _response(_resolved(each, documents), produces) for status, each in node.members()}, node)


def _response(node: Node, produces: Node | None) -> Json:
    if not isinstance(node.value, dict) or "$ref" in node.value:
        return node.value
    members = {name: each for name, each in node.value.items() if name not in ("examples", "headers", "schema")}
    headers = node.get("headers")
    if headers is not None:
        members["headers"] = {name: _header(each) for name, each in headers.members()}
    contents = dict(_contents(node, produces))
    if contents:
        members["content"] = Placed(contents, produces or node)
    return Placed(members, node)


def _header(node: Node) -> Json:
    if not isinstance(node.value, dict):
        return node.value
    described = {"description": node.value["description"]} if "description" in node.value else {}
    return Placed({**described, **_style(node, "header"), "schema": _schema(node)}, node)


def _contents(node: Node, produces: Node | None) -> Iterator[tuple[str, Placed]]:
    """Give what a response carries by media type: as listed, else those of its examples and any other."""
    schema, examples = node.get("schema"), node.get("examples")
    if schema is None and examples is None:
        return
    by_type = examples.value if examples is not None and isinstance(examples.value, dict) else {}
    for name in _listed(produces) or [*by_type, _ANY]:
        media: dict[str, Json] = {} if schema is None else {"schema": _file_or_schema(schema)}
        moved = {}
        if name in by_type:
            media["example"] = by_type[name]
            moved["example"] = f"{node.pointer}/examples/{escape_step(name)}"
        yield name, Placed(media, node, moved=moved)


def _file_or_schema(schema: Node) -> Json:
    is_file = isinstance(schema.value, dict) and schema.value.get("type") == "file"
    return Placed(_as_text(schema.value), schema) if is_file else schema.value


def _listed(media_types: Node | None) -> list[str]:
    listed = media_types.value if media_types is not None else None
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
