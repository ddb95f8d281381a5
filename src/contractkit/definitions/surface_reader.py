"""Reading surfaces: from a document's operations to what each takes and gives."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from contractkit.definitions.interface import Operation
from contractkit.definitions.mistakes import (
    Mistake,
    is_status,
    item_mistakes,
    lost,
    parameter_mistake,
    path_mistakes,
    security_mistakes,
    status_mistakes,
)
from contractkit.definitions.operations import written_operations
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import Schemas, SchemaView
from contractkit.definitions.sequences import ITEM_ENCODING, ITEM_SCHEMA, PREFIX_ENCODING, has_items, is_multipart
from contractkit.definitions.surfaces import (
    SIDES,
    Content,
    Encoding,
    Parameter,
    RequestBody,
    Response,
    Surface,
    Unreadable,
)
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Step, Wildcard

IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that a definition may write and that mean nothing (OpenAPI 3.0 §4.7.12.2)."""

_PLACES = frozenset(SIDES)
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple", "querystring": "form"}


class SurfaceReader:
    """Reads the surfaces of one set of documents, each once."""

    def __init__(
        self, documents: Documents, warn: Callable[[str, Node], None] | None = None, *, is_strict: bool = False
    ) -> None:
        """Take the documents.

        Args:
            documents: What is read.
            warn: Notes mistakes in an operation when that is read.
            is_strict: Refuse schemas that cannot be meant as they are written, when it is asked what they allow.
        """
        self._warn = warn if warn is not None else _pass_over
        self.documents = documents
        self.schemas = Schemas(documents, is_strict=is_strict)
        self._surfaces: dict[tuple[str, str], Surface | None] = {}

    def surfaces(self) -> Iterator[Surface]:
        """Give the surface of every operation that can be read, in the document's order."""
        yield from (each for each in self._every() if isinstance(each, Surface))

    def unreadable(self) -> Iterator[Unreadable]:
        """Give every operation that cannot be read."""
        yield from (each for each in self._every() if isinstance(each, Unreadable))

    def _every(self) -> Iterator[Surface | Unreadable]:
        for path, item in self._held(self.documents.root, "paths").members():
            try:
                operations = list(written_operations(self.documents.resolve(item)))
            except DefinitionError as error:  # it leads to another document that is not here
                yield Unreadable(method="", path=path, node=item, error=error)
                continue
            for method, node in operations:
                try:
                    found = self.find(method, path)
                except DefinitionError as error:  # one mistake of a document does not hide all other operations
                    yield Unreadable(method=method, path=path, node=node, error=error)
                    continue
                if found is not None:
                    yield found

    def surface_of(self, operation: Operation) -> Surface:
        """Give the surface of one of the definition's operations."""
        return self._required(operation.method, operation.path)

    def find(self, method: str, path: str) -> Surface | None:
        """Give the surface of a method (upper case) and path template, or None."""
        key = (method, path)
        if key not in self._surfaces:
            item = self._held(self.documents.root, "paths").get(path)
            self._surfaces[key] = self._read(method, path, self.documents.resolve(item)) if item else None
        return self._surfaces[key]

    def webhooks(self) -> Iterator[Surface]:
        """Give the surface of every webhook, its name standing where a path would."""
        for name, item in self._held(self.documents.root, "webhooks").members():
            for method, _ in written_operations(self.documents.resolve(item)):
                found = self._read(method, name, self.documents.resolve(item))
                if found is not None:
                    yield found

    def callbacks(self, surface: Surface) -> Iterator[Surface]:
        """Give the surface of every callback of an operation: its name and expression stand where a path would."""
        for name, callback in self._held(surface.node, "callbacks").members():
            for expression, item in self.documents.resolve(callback).members():
                if str(expression).startswith("x-"):
                    continue
                for method, _ in written_operations(self.documents.resolve(item)):
                    found = self._read(method, f"{name} {expression}", self.documents.resolve(item))
                    if found is not None:
                        yield found

    def schemes(self) -> Mapping[str, Node]:
        """Give the security schemes by name."""
        found = self._held(self._held(self.documents.root, "components"), "securitySchemes")
        reached = ((name, self._reached(node, "security scheme")) for name, node in found.members())
        return {name: node for name, node in reached if node is not None}

    def _held(self, node: Node, name: str) -> Node:
        """Give a member, behind its `$ref` if it is one: more documents have them than the standard has places."""
        member = node.get(name)
        return _NOTHING if member is None else self.documents.resolve(member)

    def _required(self, method: str, path: str) -> Surface:
        found = self.find(method, path)
        assert found is not None, f"{method} {path} is an operation of another definition"
        return found

    def _read(self, method: str, path: str, item: Node) -> Surface | None:
        written = dict(written_operations(item)).get(method)
        node = self.documents.resolve(written) if written is not None else None
        if node is None or not isinstance(node.value, dict):
            return None
        body = node.get("requestBody")
        parameters = self._parameters(item, node)
        if path.startswith("/"):  # else it is a webhook, whose name has no parameters
            described = {each.name: each.node for each in parameters.values() if each.place == "path"}
            self._note(path_mistakes(path, described, node))
        return Surface(
            method=method,
            path=path,
            node=node,
            parameters=parameters,
            body=self._body(self.documents.resolve(body)) if body else None,
            responses=self._responses(node),
            security=self._security(node),
            security_node=self._security_node(node),
        )

    def _parameters(self, item: Node, operation: Node) -> dict[tuple[str, str], Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for owner in (item, operation):  # what the operation says wins over its path
            for node in self._held(owner, "parameters").items():
                resolved = self._reached(node, "parameter")
                if resolved is None:
                    continue
                mistake = parameter_mistake(resolved, _PLACES)
                parameter = None if mistake else self._parameter(resolved)
                self._note([(mistake, resolved)] if mistake else ())
                if parameter is not None:
                    found[(parameter.place, parameter.name)] = parameter
        return found

    def _reached(self, node: Node, what: str) -> Node | None:
        """Give where a reference leads; None, and a warning, where it leads nowhere and somebody takes warnings.

        Whoever takes none compares definitions, and would take what is lost for what was removed.
        """
        try:
            return self.documents.resolve(node)
        except DefinitionError as error:
            if self._warn is _pass_over:
                raise
            self._warn(lost(error, what), node)
            return None

    def _note(self, mistakes: Iterable[Mistake]) -> None:
        for sentence, node in mistakes:
            self._warn(sentence, node)

    def _parameter(self, node: Node, *, place: str = "", name: str = "") -> Parameter | None:
        if not isinstance(node.value, dict):
            return None
        place, name = place or str(node.value.get("in")), name or str(node.value.get("name"))
        if place not in SIDES or (place == "header" and name.lower() in IGNORED_HEADERS and "in" in node.value):
            return None
        style = str(node.value.get("style", _STYLES[place]))
        return Parameter(
            name=name.lower() if place == "header" else name,
            place=place,
            is_required=node.value.get("required") is True,
            view=self._described(node),
            node=node,
            style=style,
            explode=bool(node.value.get("explode", style in ("form", "cookie"))),
        )

    def _described(self, node: Node) -> SchemaView | None:
        schema = node.get("schema")
        if schema is None:  # a parameter may carry its schema under a media type instead
            contents = self._contents(node)
            return contents[0].view if contents else None
        return self.schemas.view(schema)

    def _body(self, node: Node) -> RequestBody:
        required = isinstance(node.value, dict) and node.value.get("required") is True
        return RequestBody(is_required=required, contents=self._contents(node), node=node)

    def _responses(self, operation: Node) -> dict[str, Response]:
        found = {}
        held = self._held(operation, "responses")
        self._note(status_mistakes(held))
        for name, node in held.members():
            if not is_status(name):
                continue
            status = "default" if name == "default" else str(name).upper()  # YAML reads an unquoted 200 as a number
            resolved = self._reached(node, "response")
            if resolved is not None:
                found[status] = self._response(status, resolved)
        return found

    def _response(self, status: str, node: Node) -> Response:
        return Response(status=status, headers=self._headers(node), contents=self._contents(node), node=node)

    def _headers(self, node: Node) -> dict[str, Parameter]:
        """Give the headers of a response or of a part, by lower-case name."""
        return {
            name.lower(): header
            for name, each in self._held(node, "headers").members()
            if (resolved := self._reached(each, "header")) is not None
            and (header := self._parameter(resolved, place="header", name=name)) is not None
        }

    def _contents(self, node: Node) -> tuple[Content, ...]:
        return tuple(
            self._content(name, self.documents.resolve(each))  # a media type may be a reference since OpenAPI 3.2
            for name, each in self._held(node, "content").members()
        )

    def _content(self, media_type: str, node: Node) -> Content:
        schema, item = node.get("schema"), node.get(ITEM_SCHEMA)
        self._note(item_mistakes(media_type, node))
        return Content(
            media_type=media_type,
            view=self.schemas.view(schema) if schema else None,
            node=node,
            item=self.schemas.view(item) if item is not None and has_items(media_type) else None,
            encoding={
                name: _encoding(each, self._headers(each))
                for name, each in (node.get("encoding") or _NOTHING).members()
            },
            part_encoding=dict(self._part_encodings(media_type, node)),
        )

    def _part_encodings(self, media_type: str, content: Node) -> Iterator[tuple[Step, Encoding]]:
        if not is_multipart(media_type):
            return
        for index, each in enumerate((content.get(PREFIX_ENCODING) or _NOTHING).items()):
            yield index, _encoding(each, self._headers(each))
        rest = content.get(ITEM_ENCODING)
        if rest is not None:
            yield Wildcard.INDEX, _encoding(rest, self._headers(rest))

    def _security(self, operation: Node) -> tuple[Mapping[str, tuple[str, ...]], ...]:
        demanded = self._security_node(operation) or _NOTHING
        self._note(security_mistakes(demanded))
        alternatives = [node.value for node in demanded.items() if isinstance(node.value, dict)]
        return tuple({name: _texts(scopes) for name, scopes in each.items()} for each in alternatives)

    def _security_node(self, operation: Node) -> Node | None:
        return operation.get("security") or self.documents.root.get("security")


def _pass_over(sentence: str, node: Node) -> None:
    """Note nothing: whoever compares definitions does not judge them."""


_NOTHING = Node(None, "", "")


def _encoding(node: Node, headers: Mapping[str, Parameter]) -> Encoding:
    value = node.value if isinstance(node.value, dict) else {}
    written = value.get("style")
    style = written if isinstance(written, str) else "form" if "explode" in value else ""
    listed = str(value.get("contentType") or "").split(",")
    return Encoding(
        style=style,
        explode=bool(value.get("explode", style == "form")),
        media_types=tuple(name for each in listed if (name := each.strip())),
        node=node,
        headers=headers,
    )


def _texts(scopes: Json) -> tuple[str, ...]:
    return tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else ()
