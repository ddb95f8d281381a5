"""What every definition offers, whatever it was written in: operations, routes, checks and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Protocol

from contractkit.exact_json import Json
from contractkit.model import Body, HttpRequest, HttpResponse, Location
from contractkit.results import Violation

if TYPE_CHECKING:
    from contractkit.definitions.security import MissingCredentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing a definition lets a consumer do.

    Attributes:
        name: The operation's id where it has one (`getOrder`), else `signature`.
        signature: Method and path template (`GET /orders/{id}`), or `package.Service/Method`.
        method: HTTP method in upper case; empty for remote procedures.
        path: Path template as written; empty for remote procedures.
        statuses: Declared statuses as written: `200`, `4XX`, `default`.
        pointer: JSON pointer of the operation in the definition, after `DOCUMENT#` where it stands beside the root.
        summary: One line for people, or empty.
        deprecated: The definition says so.
    """

    name: str
    signature: str
    method: str
    path: str
    statuses: tuple[str, ...]
    pointer: str
    summary: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The operation a request reaches.

    `path_parameters` are the raw (percent-decoded) path values by name; `request` is the request with the server's
    base path taken off its path.
    """

    operation: Operation
    path_parameters: Mapping[str, str]
    request: HttpRequest


class Promise(Enum):
    """How far a definition commits a provider to a response value; impact is judged by it."""

    PROMISED = "promised"  # declared, required on the whole way, not null, of the declared type
    NULLABLE = "nullable"  # declared and required, but null is allowed
    DECLARED = "declared"  # may be absent
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A synthesised response that the definition allows.

    `promises` gives, for each location of the body that holds a value (list indexes as they are), how far the
    definition commits a provider to it; the body itself is `response.body`.
    """

    operation: Operation
    response: HttpResponse
    promises: Mapping[Location, Promise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionWarning:
    """A mistake in the document that does not stop it being used; `line` counts from 1 where it is known.

    `document` is the URI of the document where that is not the definition's root.
    """

    sentence: str
    pointer: str
    line: int | None = None
    document: str = ""


class AnyDefinition(Protocol):
    """What every definition offers, whatever it was written in and whatever its operations are called over."""

    kind: ClassVar[str]
    """`OpenAPI`, `protobuf`: two definitions can be compared where it is the same."""

    @property
    def title(self) -> str:
        """Give the definition's own name and version."""

    @property
    def digest(self) -> str:
        """Give `sha256:` and the digest of the content; reordered keys and comments do not change it."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Give every operation in document order."""

    def warnings(self) -> tuple[DefinitionWarning, ...]:
        """Give the mistakes of the document that were met so far."""

    def operation(self, name: str) -> Operation:
        """Give the operation of that name, id or signature.

        Raises:
            UnknownNameError: There is none; the nearest names are suggested.
        """


class Definition(AnyDefinition, Protocol):
    """A definition of HTTP, read and ready: lazy inside, so that a large document costs what is used of it."""

    @property
    def base_paths(self) -> tuple[str, ...]:
        """Give the base paths of the declared servers without a trailing slash; `` for the root."""

    def route(self, request: HttpRequest) -> Route | None:
        """Give the operation that a request reaches, or None; a base path is taken off where one fits."""

    def nearest(self, request: HttpRequest) -> tuple[Operation, ...]:
        """Give at most three operations that resemble a request which reaches none, best first."""

    def check_request(self, route: Route) -> tuple[Violation, ...]:
        """Give every place where a routed request is not what the definition allows."""

    def missing_credentials(self, route: Route) -> "MissingCredentials | None":
        """Give which credentials a routed request lacks, or None.

        What is recorded has no credentials, so that `check_request` says nothing of them.
        """

    def check_response(self, operation: Operation, response: HttpResponse) -> tuple[Violation, ...]:
        """Give every place where a response is not what the definition allows for the operation."""

    def answer(
        self,
        operation: Operation,
        *,
        seed: str,
        status: int | None = None,
        route: Route | None = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        example: str | None = None,
        is_dynamic: bool = False,
    ) -> Answer:
        """Synthesise a valid answer, equal for equal arguments.

        Args:
            operation: What was called.
            seed: Decides the values; equal seeds give equal answers.
            status: The status wanted; where None the one that has the example, else the lowest declared success.
            route: The request, whose values are echoed where names and types agree.
            body: A partial answer laid over the synthesised one: a JSON object's members win member by member (a
                list or scalar wins whole), also where a union or an optional part must be chosen to fit it.
            headers: Headers that win over the synthesised ones.
            example: The name of an example of the definition, which is then the answer as it is, but for `body`.
            is_dynamic: Pass over the examples of the media type, and make the body from its schema.

        Raises:
            UnknownNameError: The operation does not declare the status, or has no example of that name; what there is
                is named.
            DefinitionError: No valid answer can be made (an empty schema intersection, endless required recursion),
                or the example of that name is not valid.
        """

    def recorded_parameters(self, route: Route) -> Mapping[str, frozenset[str]]:
        """Give the names of the declared parameters by place: `query`, `header` (lower case), `cookie`."""

    def credential_headers(self) -> frozenset[str]:
        """Give the lower-case names of headers that carry credentials by the definition's security schemes."""

    def credential_query(self) -> frozenset[str]:
        """Give the names of query parameters that carry credentials by the definition's security schemes."""


def path_value(text: str, schema_type: str | None) -> Json:
    """Give a path or query text as the JSON value its declared type makes of it; the text where it does not fit."""
    if schema_type == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if schema_type == "boolean" and text in ("true", "false"):
        return text == "true"
    if schema_type == "number":
        try:
            return float(text) if not text.lstrip("-").isdigit() else int(text)
        except ValueError:
            return text
    return text
