"""Surfaces: what one HTTP operation takes and gives, part by part, its schemas as views."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from contractkit.definitions.interface import Definition, Operation
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.schemas import SchemaView
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import Location, Step
from contractkit.results import Violation

SIDES: Final = {"query": "query", "header": "headers", "path": "path", "cookie": "cookies", "querystring": "query"}
"""The side of a request that a parameter's place (`in`) stands for."""


class DocumentedDefinition(Definition, Protocol):
    """A definition that was read from documents which can be looked into."""

    @property
    def documents(self) -> Documents:
        """Give the documents with their references."""

    def refused_where_sent(self, schema: Node, value: Json, at: Location) -> tuple[Violation, ...]:
        """Give where a value that lies at a place of a request is not what a schema of the documents allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a request, or a header of a response. `place` is `query`, `header`, `path` or `cookie`.

    The name of a header is in lower case. `view` is None where the definition describes no value. A parameter whose
    place is `querystring` is the whole query (OpenAPI 3.2 §4.12.1), whatever its name.
    """

    name: str
    place: str
    is_required: bool
    view: SchemaView | None
    node: Node
    style: str
    explode: bool

    @property
    def location(self) -> Location:
        """Give where a request carries it: `request.query.limit`."""
        if self.place == "querystring":
            return Location(("request", "query"))
        return Location(("request", SIDES[self.place], self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one member of a form is written (OpenAPI 3.1 §4.8.15). `style` is empty where none is given.

    `headers` are those of its part, by lower-case name.
    """

    style: str
    explode: bool
    media_types: tuple[str, ...]
    node: Node
    headers: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One media type of a body, as written (`application/json`, `image/*`). `encoding` is by the member's name.

    `item` is what each item of a sequence, or each part, must be; None where the body is none, or nothing describes
    its items. `part_encoding` is by the number of a part without a name, that of all others under `[*]` (OpenAPI 3.2,
    encoding by position).
    """

    media_type: str
    view: SchemaView | None
    node: Node
    item: SchemaView | None = None
    encoding: Mapping[str, Encoding] = field(default_factory=dict)
    part_encoding: Mapping[Step, Encoding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody:
    """What an operation takes as a body."""

    is_required: bool
    contents: tuple[Content, ...]
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What an operation gives under one status as written: `200`, `4XX`, `default`. Headers by lower-case name."""

    status: str
    headers: Mapping[str, Parameter]
    contents: tuple[Content, ...]
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What one operation takes and gives.

    `security` holds the alternatives, each a mapping of scheme name to scopes; empty where none is demanded.
    `security_node` is where they are written: at the operation, or for all of the document. `signature` is method and
    path template: `GET /orders/{id}`.
    """

    method: str
    path: str
    node: Node
    parameters: Mapping[tuple[str, str], Parameter]
    body: RequestBody | None
    responses: Mapping[str, Response]
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    security_node: Node | None = None
    operation: Operation | None = field(default=None)
    signature: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signature", f"{self.method} {self.path}")  # it is a key of all that is kept

    @property
    def shape(self) -> tuple[str, str]:
        """Give method and path without the names of path parameters, which are free to change."""
        return shape_of(self.method, self.path)

    def response_to(self, status: int) -> Response | None:
        """Give the response that speaks of a status: exact, then by class (`4XX`), then `default`."""
        for written in (str(status), f"{status // 100}XX", "default"):
            if written in self.responses:
                return self.responses[written]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An operation whose declaration has a mistake that ends reading it; `node` is where it stands.

    `method` is empty where nothing of the path can be read, so that it may be any.
    """

    method: str
    path: str
    node: Node
    error: DefinitionError

    @property
    def signature(self) -> str:
        """Give method and path template: `GET /orders/{id}`."""
        return f"{self.method} {self.path}".strip()


def shape_of(method: str, path: str) -> tuple[str, str]:
    """Give a method and a path template without the names of path parameters."""
    return (method, re.sub(r"\{[^}]*\}", "{}", path))
