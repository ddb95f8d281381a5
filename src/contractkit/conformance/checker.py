"""Checking an interaction against one definition: its request, and how far the definition promises its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from contractkit.conformance.grades import Grade, Standing, stand
from contractkit.conformance.mistaken_types import refuse_mistaken_parameters
from contractkit.conformance.uses import RESPONSE_HEADERS, Use, Uses, uses_of
from contractkit.definitions.contents import content_for
from contractkit.definitions.interface import Route
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surface_reader import IGNORED_HEADERS, SurfaceReader
from contractkit.definitions.surfaces import Content, DocumentedDefinition, Response, Surface
from contractkit.exact_json import Json
from contractkit.model import (
    EmptyBody,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    Location,
    MissingBody,
    Wildcard,
    is_json_media_type,
    media_type_of,
)
from contractkit.results import Absent, Violation

_PLAIN = "text/plain"  # what files of other tools leave out for a text


class Declared(Enum):
    """How a definition declares a status or a media type."""

    EXACTLY = "exactly"  # `200`, `application/json`
    AS_RANGE = "as one of a range"  # `2XX`, `application/*`
    AS_DEFAULT = "only by default"
    NOT = "not"
    UNSAID = "unsaid"  # the definition, or the expectation, names none


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionConformance:
    """How one interaction stands under one definition.

    Attributes:
        route: The operation its request reaches, or None; then nothing else is judged.
        surface: What that operation takes and gives.
        violations: Where the recorded request is not what the definition allows.
        undeclared: Places of the request that are sent and not declared, though nothing refuses them; also where the
            definition describes no members at all.
        status: How the expected status is declared.
        media_type: How the expected content type is declared.
        uses: What the interaction uses of its answer.
        standings: What the definition says of each used place of the answer.
        refused: Where the recorded answer is not what the definition allows, absent members apart.
        is_partial: Whether that answer is the expected one, which may leave out what the provider gives beside it.
        unsettled: Codes of parts that could not be judged: `not-http`, `not-json`.
    """

    route: Route | None
    surface: Surface | None
    violations: tuple[Violation, ...] = ()
    undeclared: tuple[Location, ...] = ()
    status: Declared = Declared.UNSAID
    media_type: Declared = Declared.UNSAID
    response: Response | None = None
    content: Content | None = None
    uses: Uses = field(default_factory=Uses)
    standings: Mapping[Location, Standing] = field(default_factory=dict)
    refused: tuple[Violation, ...] = ()
    is_partial: bool = False
    unsettled: tuple[str, ...] = ()


_UNROUTED = InteractionConformance(route=None, surface=None)


class ContractChecker:
    """Checks interactions against one definition; what is read of the definition is kept for the next one."""

    def __init__(self, definition: DocumentedDefinition, *, is_strict: bool = True) -> None:
        """Take the definition; unless strict, a type that is none is any, as stubs read it."""
        self.definition = definition
        self.reader = SurfaceReader(definition.documents, is_strict=is_strict)
        self._answers: dict[object, InteractionConformance] = {}
        self._standings: dict[object, Standing | None] = {}

    def check(self, interaction: Interaction, *, uses: Uses | None = None) -> InteractionConformance:
        """Say how an interaction stands under the definition; `uses` is what it uses, where that is known already."""
        found = self.reached(interaction)
        call = interaction.exchange
        if found.route is None or not isinstance(call, HttpCall):
            return found
        used = uses_of(interaction, call) if uses is None else uses
        return replace(
            found,
            uses=used,
            standings=self.standings(found, used),
            refused=self.refused(found, interaction),
            is_partial=isinstance(interaction.served, MissingBody),
        )

    def reached(self, interaction: Interaction) -> InteractionConformance:
        """Say what an interaction reaches and how its request stands: all that `check` says but for the answer."""
        call = interaction.exchange
        if not isinstance(call, HttpCall):
            return InteractionConformance(route=None, surface=None, unsettled=("not-http",))
        route = self.route(call)
        return self.with_request(self.expected(route, call), route)

    def route(self, call: HttpCall) -> Route | None:
        """Give the operation that a call reaches, or None."""
        return self.definition.route(_as_sent(call.request))

    def expected(self, route: Route | None, call: HttpCall) -> InteractionConformance:
        """Say what is declared of the answer that a call expects.

        Calls of one kind are given the same object; of its route only the operation is theirs, not the request.
        """
        if route is None:
            return _UNROUTED
        key = (route.operation.signature, kind_of_answer(call))
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._answered(route, call)
        return found

    def with_request(self, expected: InteractionConformance, route: Route | None) -> InteractionConformance:
        """Say also how the request stands that took a route."""
        if route is None or expected.surface is None:
            return expected
        refuse_mistaken_parameters(expected.surface, route.request)
        return replace(
            expected,
            route=route,
            violations=self.definition.check_request(route),
            undeclared=tuple(_undeclared(expected.surface, route.request)),
        )

    def _answered(self, route: Route, call: HttpCall) -> InteractionConformance:
        surface = self.reader.surface_of(route.operation)
        response = surface.response_to(call.response.status)
        content = _content_of(response, call.response)
        return InteractionConformance(
            route=route,
            surface=surface,
            status=_status(response, call.response.status),
            media_type=_media_type(response, content, call.response),
            response=response,
            content=content,
            unsettled=tuple(_unsettled(call)),
        )

    def standings(self, reached: InteractionConformance, uses: Uses) -> dict[Location, Standing]:
        """Give what the definition says of each place that is used of the answer which an interaction reaches."""
        if reached.response is None:
            return {}
        every = (*uses.single, *(use for group in uses.any_of for use in group))
        found = ((use.location, self._standing(use, reached.response, reached.content)) for use in every)
        return {location: standing for location, standing in found if standing is not None}

    def refused(self, reached: InteractionConformance, interaction: Interaction) -> tuple[Violation, ...]:
        """Give where the recorded answer is not what the definition allows, absent members apart.

        Of a body that is no JSON, or of which nothing is declared, nothing is said.
        """
        call = interaction.exchange
        assert isinstance(call, HttpCall)
        body = call.response.body if isinstance(interaction.served, MissingBody) else interaction.served
        if reached.route is None or not reached.response:
            return ()
        declared = reached.response.status  # of another status, where the expectation accepts that too
        status = int(declared) if declared.isdecimal() else call.response.status
        served = HttpResponse(status=status, headers=call.response.headers, body=body)
        found = self.definition.check_response(reached.route.operation, served)
        if reached.content and isinstance(body, JsonBody):
            return found
        return tuple(each for each in found if _is_of_header(each.location))

    def _standing(self, use: Use, response: Response, content: Content | None) -> Standing | None:
        if use.location.starts_with(RESPONSE_HEADERS):
            return _header_standing(use, response)
        view = content.view if content else None
        key = (
            view and view.key,
            use.steps,
            use.types,
            use.around,
        )  # consumers read the same places of the same answers
        if key not in self._standings:
            self._standings[key] = stand(view, use.steps, use.types, around=use.around)
        return self._standings[key]


def kind_of_answer(call: HttpCall) -> tuple[object, ...]:
    """Give what of an expected answer says which of an operation's declarations it is held against."""
    expected, written = call.response, call.response.headers.get("content-type", ())[:1]
    return expected.status, written, type(expected.body), media_type_of(expected.body), _is_null(expected)


def _as_sent(request: HttpRequest) -> HttpRequest:
    """Give a request as a verifier sends it: its path starts with a slash, which other tools' files may leave out."""
    if not request.path.startswith("/"):
        request = replace(request, path=f"/{request.path}")
    return replace(request, body=MissingBody()) if _is_null(request) else request


def _is_null(message: HttpRequest | HttpResponse) -> bool:
    """Say whether a body is null and nothing says that it is JSON: it is none then (Pact specification, v1 to v3)."""
    is_null = isinstance(message.body, JsonBody) and message.body.value is None
    return is_null and "content-type" not in message.headers


def _is_of_header(location: Location) -> bool:
    """Say whether a place is a header's, but for the one that says what the body is."""
    return location.starts_with(RESPONSE_HEADERS) and not location.starts_with(RESPONSE_HEADERS / "content-type")


def _header_standing(use: Use, response: Response) -> Standing:
    header = response.headers.get(str(use.location.steps[2]))
    if header is None:
        return Standing(grade=Grade.UNDECLARED, types=ALL_TYPES, values=None, node=response.node)
    found = stand(header.view, use.steps)
    assert found is not None  # nothing lies around a header
    grade = Grade.PROMISED if header.is_required else Grade.DECLARED
    return Standing(grade=grade, types=found.types, values=found.values, node=header.node)


def _status(response: Response | None, status: int) -> Declared:
    if response is None:
        return Declared.NOT
    if response.status == str(status):
        return Declared.EXACTLY
    return Declared.AS_DEFAULT if response.status == "default" else Declared.AS_RANGE


def _content_of(response: Response | None, expected: HttpResponse) -> Content | None:
    media_type = _named_type(response, expected)
    if response is None or not response.contents:
        return None
    if media_type is None:
        return response.contents[0] if len(response.contents) == 1 else None
    return content_for(response.contents, media_type)


def _expected_type(expected: HttpResponse) -> str | None:
    """Give the expected media type."""
    written = expected.headers.get("content-type")
    return written[0] if written else media_type_of(expected.body)


def _named_type(response: Response | None, expected: HttpResponse) -> str | None:
    """Give the expected media type; a text that names none is of a declared one that is no JSON, if there is any."""
    found = _expected_type(expected)
    declared = response.contents if response is not None else ()
    if found == _PLAIN and "content-type" not in expected.headers:
        return None if any(not is_json_media_type(each.media_type) for each in declared) else found
    return found


def _media_type(response: Response | None, content: Content | None, expected: HttpResponse) -> Declared:
    if response is None or _named_type(response, expected) is None:
        return Declared.UNSAID
    if content is None:
        has_body = not (isinstance(expected.body, MissingBody | EmptyBody) or _is_null(expected))
        return Declared.NOT if response.contents or has_body else Declared.UNSAID
    return Declared.AS_RANGE if "*" in content.media_type else Declared.EXACTLY


def _undeclared(surface: Surface, request: HttpRequest) -> Iterator[Location]:
    side = Location(("request",))
    for name in request.query:
        if ("query", name) not in surface.parameters and not _is_part_of_object(surface, name):
            yield side / "query" / name
    for name in request.headers:
        if ("header", name) not in surface.parameters and name not in IGNORED_HEADERS:
            yield side / "headers" / name
    value, media_type = decoded_body(request, surface), media_type_of(request.body)
    if not isinstance(value, Absent) and media_type is not None and surface.body is not None:
        content = content_for(surface.body.contents, media_type)
        if content is not None and content.view is not None:
            yield from dict.fromkeys(_undeclared_members(content.view, value, side / "body"))
        elif content is not None and isinstance(value, dict):
            yield from (side / "body" / name for name in value)


def _is_part_of_object(surface: Surface, name: str) -> bool:
    """Say whether a query name may belong to a parameter whose value is spread over several names."""
    spread = [each for (place, _), each in surface.parameters.items() if place == "query" and each.view is not None]
    return any(
        name.startswith(f"{each.name}[") or (each.explode and each.view is not None and name in each.view.members)
        for each in spread
    )


def _undeclared_members(view: SchemaView, value: Json, location: Location) -> Iterator[Location]:
    branches = view.value_branches
    if isinstance(value, list):
        elements = [branch.elements for branch in branches if branch.elements is not None]
        for element in value if elements else ():
            yield from _undeclared_members(elements[0], element, location / Wildcard.INDEX)
    elif isinstance(value, dict):
        for name, member in value.items():
            found = [known.view for branch in branches if (known := branch.member(name)) is not None]
            if not found and any("object" in branch.types for branch in branches):
                yield location / name
            elif found and found[0] is not None:
                yield from _undeclared_members(found[0], member, location / name)


def _unsettled(call: HttpCall) -> Iterator[str]:
    if not isinstance(call.response.body, JsonBody | MissingBody | EmptyBody):
        yield "not-json"
