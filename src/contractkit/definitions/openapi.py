"""OpenAPI: a document of version 2.0 (Swagger) to 3.2 as a definition; every piece is made when first asked for."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from contractkit.definitions.checks import Checks
from contractkit.definitions.credentials import credential_names
from contractkit.definitions.examples import Examples
from contractkit.definitions.interface import Answer, DefinitionWarning, Operation, Route
from contractkit.definitions.lowering import Direction
from contractkit.definitions.nearness import nearest_operations
from contractkit.definitions.nesting import refusing_deep_nesting
from contractkit.definitions.operations import Endpoint, read_endpoints, schemas_of_bodies
from contractkit.definitions.parameters import names_of
from contractkit.definitions.references import Documents, Node
from contractkit.definitions.requests import check_request
from contractkit.definitions.responses import check_response
from contractkit.definitions.routing import Found, Router, parameter_names, without_base
from contractkit.definitions.security import Credential, MissingCredentials, Security
from contractkit.definitions.servers import base_paths
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.definitions.swagger import is_swagger, upgraded
from contractkit.errors import DefinitionError, UnknownNameError, suggestion
from contractkit.exact_json import Json, dump_compact, show_json
from contractkit.model import Body, HttpRequest, HttpResponse, Location
from contractkit.results import Violation

if TYPE_CHECKING:  # makes values, which nobody pays for who only compares
    from contractkit.definitions.answers import Answers

RECORDED_PLACES: Final = ("query", "header", "cookie")
"""Where a request carries parameters that a contract records; what the path says is the path itself."""

_VERSION: Final = re.compile(r"3\.[012](?![0-9])")

Locate = Callable[[str, str], int | None]
"""From a document's URI and a JSON pointer to a line, counted from 1."""


class OpenApiDefinition:
    """An OpenAPI document, ready to route, check and answer."""

    kind: ClassVar = "OpenAPI"

    def __init__(self, documents: Documents, *, source: str = "", locate: Locate | None = None) -> None:
        """Take documents already read; `source` names the root in messages.

        Raises:
            DefinitionError: The root is no OpenAPI document of version 2.0, 3.0, 3.1 or 3.2.
        """
        self._written = documents.root
        self.source = source or documents.root.uri
        self._locate = locate
        self._credentials_by_place: dict[str, frozenset[str]] = {}
        self._declared_names: dict[str, Mapping[str, frozenset[str]]] = {}
        self._mistakes: dict[tuple[str, str, str], Node] = {}
        refuse_other_documents(documents.root, self.source)
        self.documents = upgraded(documents)

    @property
    def title(self) -> str:
        """Give the title and version of the document, or its source where it has none."""
        info = self.documents.root.value.get("info")
        info = info if isinstance(info, dict) else {}
        words = (str(info[key]) for key in ("title", "version") if info.get(key))
        return " ".join(words) or self.source

    @cached_property
    def digest(self) -> str:
        """Give `sha256:` and the digest of the root document's content, whatever the order of its keys."""
        return f"sha256:{hashlib.sha256(dump_compact(self._written.value)).hexdigest()}"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Give every operation in document order."""
        return tuple(endpoint.operation for endpoint in self._endpoints)

    @cached_property
    def base_paths(self) -> tuple[str, ...]:
        """Give the base paths of all declared servers, longest first; `` for the root."""
        places = [self.documents.root]
        for endpoint in self._endpoints:
            places += [self.documents.resolve(endpoint.item), endpoint.node]
        return base_paths(places)

    def warnings(self) -> tuple[DefinitionWarning, ...]:
        """Give the mistakes of the document that were met so far, in the order they were met."""
        for sentence, node in self.documents.strays:
            self._warn(sentence, node)
        return tuple(
            DefinitionWarning(
                sentence=sentence,
                pointer=pointer,
                line=self._line_of(node),
                document=node.uri if node.is_beside else "",
            )
            for (sentence, _, pointer), node in self._mistakes.items()
        )

    def operation(self, name: str) -> Operation:
        """Give the operation of that id or signature (`GET /orders/{id}`)."""
        found = self._by_name.get(name)
        if found is None:
            raise UnknownNameError(
                f"{self.title} has no operation {name!r}.",
                next_step=suggestion(name, [operation.name for operation in self.operations]),
            )
        return found

    @refusing_deep_nesting
    def route(self, request: HttpRequest) -> Route | None:
        """Give the operation that a request reaches, or None; a base path is taken off where one fits."""
        method = request.method.upper()
        for path in without_base(request.path, self.base_paths):
            found = self._router.find(method, path)
            if found is not None:
                return _route(found, request, path)
        return None

    def nearest(self, request: HttpRequest) -> tuple[Operation, ...]:
        """Give at most three operations that resemble a request which reaches none, best first."""
        path = next(iter(without_base(request.path, self.base_paths)))
        return nearest_operations(request.method.upper(), path, self.operations)

    @refusing_deep_nesting
    def check_request(self, route: Route) -> tuple[Violation, ...]:
        """Give every place where a routed request is not what the definition allows; see `requests` for locations."""
        return check_request(route, self._surface(route.operation), self._checks, self.credential_query())

    @refusing_deep_nesting
    def refused_where_sent(self, schema: Node, value: Json, at: Location) -> tuple[Violation, ...]:
        """Give where a value that lies at a place of a request is not what a schema of the documents allows."""
        return self._checks.of(schema, Direction.REQUEST).violations(value, at)

    @refusing_deep_nesting
    def missing_credentials(self, route: Route) -> MissingCredentials | None:
        """Give which credentials a routed request lacks, or None; see `security`."""
        return self._security.missing(route.request, self._surface(route.operation))

    @refusing_deep_nesting
    def demanded_credentials(self, operation: Operation) -> tuple[Credential, ...]:
        """Give the credentials of the first alternative that an operation demands."""
        return next(iter(self._security.demands(self._surface(operation))), ())

    @refusing_deep_nesting
    def check_response(self, operation: Operation, response: HttpResponse) -> tuple[Violation, ...]:
        """Give every place where a response is not what the definition allows; see `responses` for locations."""
        return check_response(response, self._surface(operation), self._checks)

    @refusing_deep_nesting
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
        """Synthesise a valid answer, equal for equal arguments; see `Definition.answer` and `answers`."""
        from contractkit.definitions.answers import Asked

        asked = Asked(
            seed=seed, status=status, route=route, body=body, headers=headers, example=example, is_dynamic=is_dynamic
        )
        return self._answers.answer(operation, self._surface(operation), asked)

    @refusing_deep_nesting
    def recorded_parameters(self, route: Route) -> Mapping[str, frozenset[str]]:
        """Give the names that declared parameters have in the request, by place; those it lacks are among them.

        A query parameter with brackets is there under each of its names: `created[gte]`.
        """
        surface, query = self._surface(route.operation), route.request.query
        found = self._declared_names.get(surface.signature)
        if found is None:
            found = self._declared_names[surface.signature] = _names_by_place(surface)
        if not query:
            return found
        spoken = [each for each in surface.parameters.values() if each.place in ("query", "querystring")]
        return {**found, "query": found["query"].union(*(names_of(each, query) for each in spoken))}

    def credential_headers(self) -> frozenset[str]:
        """Give the lower-case names of headers that carry credentials by the definition's security schemes."""
        return self._credentials("header")

    def credential_query(self) -> frozenset[str]:
        """Give the names of query parameters that carry credentials by the definition's security schemes."""
        return self._credentials("query")

    def _surface(self, operation: Operation) -> Surface:
        return self._surfaces.surface_of(operation)

    def _credentials(self, place: str) -> frozenset[str]:
        found = self._credentials_by_place.get(place)
        if found is None:
            found = self._credentials_by_place[place] = credential_names(self._surfaces.schemes(), place)
        return found

    @cached_property
    def _surfaces(self) -> SurfaceReader:
        return SurfaceReader(self.documents, self._warn)

    @cached_property
    def _security(self) -> Security:
        return Security(self._surfaces.schemes(), self._warn, realm=self.title)

    @cached_property
    def _checks(self) -> Checks:
        return Checks(self.documents, self._warn, self._body_schemas)

    def _body_schemas(self, direction: Direction) -> Iterator[Node]:
        holder = "responses" if direction is Direction.RESPONSE else "requestBody"
        return schemas_of_bodies(self._endpoints, self.documents, holder)

    @cached_property
    def _answers(self) -> "Answers":
        from contractkit.definitions.answers import Answers

        return Answers(self._checks, Examples(self.documents, self._warn))

    @cached_property
    def _endpoints(self) -> tuple[Endpoint, ...]:
        return read_endpoints(self.documents, self._warn)

    @cached_property
    def _by_name(self) -> Mapping[str, Operation]:
        return {
            name: endpoint.operation
            for endpoint in self._endpoints
            for name in (endpoint.operation.signature, endpoint.operation.name)
        }

    @cached_property
    def _router(self) -> Router[Endpoint]:
        router: Router[Endpoint] = Router()
        for endpoint in self._endpoints:
            operation = endpoint.operation
            present = router.add(
                operation.method, operation.path, endpoint, spans_segments=_spans_segments(endpoint, self.documents)
            )
            if present is not None:
                self._warn(f"No request can tell {operation.signature} from {present.operation.path}.", endpoint.node)
        return router

    def _warn(self, sentence: str, node: Node) -> None:
        self._mistakes.setdefault((sentence, node.uri, node.pointer), node)

    def _line_of(self, node: Node) -> int | None:
        return self._locate(node.uri, node.pointer) if self._locate is not None else None


def refuse_other_documents(root: Node, source: str) -> None:
    """Say what is wrong with a root that is no OpenAPI document of a version that is read.

    Raises:
        DefinitionError: With the field that is missing or wrong, and the next step.
    """
    value = root.value
    if not isinstance(value, dict):
        raise _refused(source, "at the document's root", "an object", show_json(value, limit=60))
    version = value.get("openapi")
    if version is None and "asyncapi" in value:
        raise DefinitionError(
            f"The definition {source} is an AsyncAPI document, which defines messages and no operations.",
            next_step="Messages are read from a path or a git revision: keep a copy of it in the project, and set it "
            "as the provider's messages.",
        )
    if "swagger" in value and version is None:
        if not is_swagger(value):
            raise _refused(source, "/swagger", '"2.0", or the member openapi instead', show_json(value["swagger"]))
        version = value["swagger"]
    elif not isinstance(version, str) or not _VERSION.match(version):
        received = "nothing" if version is None else show_json(version)
        raise _refused(source, "/openapi", 'a version such as "3.1.0"', received)
    if not isinstance(value.get("paths"), dict) and not (str(version) >= "3.1" and "paths" not in value):
        received = show_json(value["paths"], limit=60) if "paths" in value else "nothing"
        raise _refused(source, "/paths", "an object with the paths of the service", received)


def _refused(source: str, place: str, expected: str, received: str) -> DefinitionError:
    return DefinitionError(
        f"The definition {source} is not an OpenAPI document.",
        details=[("at", place), ("expected", expected), ("received", received)],
        next_step="Name the OpenAPI document itself: a file that starts with `openapi: 3.…` or `swagger: 2.0`.",
    )


def _names_by_place(surface: Surface) -> dict[str, frozenset[str]]:
    declared = surface.parameters.values()
    return {place: frozenset(each.name for each in declared if each.place == place) for place in RECORDED_PLACES}


def _route(found: Found[Endpoint], request: HttpRequest, path: str) -> Route:
    relative = request if path == request.path else replace(request, path=path)
    return Route(operation=found.target.operation, path_parameters=found.parameters, request=relative)


def _spans_segments(endpoint: Endpoint, documents: Documents) -> bool:
    """Say whether the last path parameter may hold slashes, by the extension that GitHub's document uses."""
    if not endpoint.operation.path.endswith("}"):
        return False
    last = parameter_names(endpoint.operation.path)[-1]
    for holder in (endpoint.node, endpoint.item):
        parameters = holder.get("parameters")
        for parameter in parameters.items() if parameters is not None else ():
            value = parameter.value
            if isinstance(value, dict) and "$ref" not in value and value.get("name") == last:
                return value.get("x-multi-segment") is True
    return False
