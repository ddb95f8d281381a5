"""What is found of a call when it is held against a definition: where it is not borne out, and how."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from contractkit.conformance import Declared, Grade, InteractionConformance, views_at
from contractkit.conformance.grades import Standing
from contractkit.conformance.heirs import stand_among_heirs
from contractkit.conformance.uses import RESPONSE_HEADERS, Use
from contractkit.definitions.checks import FITS_SEVERAL
from contractkit.definitions.contents import content_for, is_acceptable
from contractkit.definitions.interface import Operation, Route
from contractkit.definitions.judged_bodies import is_judged
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.schema_facets import type_names
from contractkit.definitions.surfaces import Content
from contractkit.exact_json import show_json
from contractkit.impact import Verdict
from contractkit.impact.answer_rules import expectation
from contractkit.impact.records import Worry
from contractkit.model import (
    BinaryBody,
    Body,
    HttpCall,
    HttpResponse,
    JsonBody,
    Location,
    MissingBody,
    TextBody,
    base_media_type,
    media_type_of,
)
from contractkit.results import ABSENT, Violation


class Level(Enum):
    """What is wrong with something that was recorded."""

    ILLEGAL = "no longer legal"  # a provider that keeps to the definition cannot take it or give it
    UNPROMISED = "no longer promised"  # it may still come, and the definition says less of it than before
    UNSETTLED = "not judged"  # nothing can be said of it, so it is neither borne out nor refused


Found = tuple[Level, Location, str]
"""The level, the place in the interaction, and a sentence."""

NOT_JUDGED = "not judged: "
"""How the sentence begins of what the definition cannot be read for."""

_REFUSED = 4  # the class of statuses that refuse a request
_CONTENT_TYPE = Location(("request", "headers", "content-type"))
_REQUEST_BODY = Location(("request", "body"))
_QUERY = Location(("request", "query"))
_RESPONSE_BODY = Location(("response", "body"))
_ACCEPT = Location(("request", "headers", "accept"))
_EVERYWHERE = frozenset(
    RESPONSE_HEADERS / name
    for name in (
        "accept-ranges", "age", "allow", "authentication-info", "cache-control", "connection", "content-encoding",
        "content-language", "content-length", "content-location", "content-range", "date", "etag", "expires",
        "last-modified", "location", "pragma", "proxy-authenticate", "proxy-authentication-info", "retry-after",
        "server", "set-cookie", "trailer", "transfer-encoding", "upgrade", "vary", "via", "warning", "www-authenticate",
    )
)  # fmt: skip
"""Headers of HTTP itself (RFC 9110, 9111), which few definitions declare and any server may send."""


def of_conformance(call: HttpCall, found: InteractionConformance, definition: OpenApiDefinition) -> Iterator[Found]:
    """Find what of a call a definition does not bear out, by how it stands under that."""
    if found.route is None:
        near = likely_meant(definition.nearest(call.request))
        sentence = f"{call.request.method} {call.request.path} reaches no operation{near}"
        yield Level.ILLEGAL, Location(("request", "path")), sentence
        return
    for violation in found.violations:
        if _is_passed_over(violation, found):
            yield Level.UNSETTLED, violation.location, "it is not declared, and a provider may pass over it"
        elif call.response.status // 100 != _REFUSED or _names_other_type(violation):
            yield Level.ILLEGAL, violation.location, of_violation(violation)
    if found.status is Declared.NOT:
        yield Level.ILLEGAL, Location(("response", "status")), f"{call.response.status} is not declared"
        return
    if found.media_type is Declared.NOT:
        yield Level.ILLEGAL, Location(("response", "headers", "content-type")), "the content type is not declared"
        return
    yield from _of_media_types(call, found)
    needed = list(_of_uses(call, found))
    yield from needed
    told = {location.generalised() for _, location, _ in needed}
    for violation in (*found.refused, *_of_headers(call, found.route, definition)):
        if _is_of_more(violation) or violation.location.generalised() in told:
            continue
        if found.is_partial and _may_be_told_apart(violation):
            yield Level.UNSETTLED, violation.location, "it fits several alternatives, which more members may tell apart"
        else:
            yield Level.ILLEGAL, violation.location, of_violation(violation)


def likely_meant(near: Sequence[Operation]) -> str:
    """Give the end of a sentence that asks whether one of these was meant, empty where there is none."""
    return f". Did you mean {' or '.join(each.signature for each in near)}?" if near else ""


def of_other_bodies(call: HttpCall, found: InteractionConformance, definition: OpenApiDefinition) -> Iterator[Found]:
    """Find what of bodies that are no JSON a definition does not bear out, and which nobody can judge."""
    surface = found.surface
    if found.route is None or surface is None:
        return
    if surface.body is not None:
        yield from _unjudged(call.request.body, call.request.headers, surface.body.contents, _REQUEST_BODY)
    body = call.response.body
    if found.content is None or not isinstance(body, TextBody | BinaryBody):
        return
    yield from _unjudged(body, call.response.headers, (found.content,), _RESPONSE_BODY)
    alone = HttpResponse(status=call.response.status, headers=call.response.headers, body=body)
    for violation in definition.check_response(found.route.operation, alone):
        if violation.location.starts_with(_RESPONSE_BODY):
            yield Level.ILLEGAL, violation.location, of_violation(violation)


def _unjudged(
    body: Body, headers: Mapping[str, Sequence[str]], contents: tuple[Content, ...], at: Location
) -> Iterator[Found]:
    """Find that nobody looks into a body; one of a type that is not declared is told as that."""
    media_type = next(iter(headers.get("content-type", ())), media_type_of(body))
    content = content_for(contents, media_type) if media_type else None
    if media_type and content is not None and not is_judged(body, media_type, content):
        yield Level.UNSETTLED, at, f"nothing here reads {base_media_type(media_type)} by a schema"


def _is_passed_over(violation: Violation, found: InteractionConformance) -> bool:
    """Say whether it is a query parameter that is sent and merely not declared."""
    is_whole = violation.location.starts_with(_QUERY) and len(violation.location.steps) == len(_QUERY.steps) + 1
    return is_whole and violation.location in found.undeclared


def _is_of_more(violation: Violation) -> bool:
    """Say whether the recorded answer lacks what an answer may well have more of: members."""
    return violation.received is ABSENT or violation.pointer.endswith("/minProperties")


def _may_be_told_apart(violation: Violation) -> bool:
    """Say whether what fits several alternatives of a `oneOf` is an object, or a list, of which more may come."""
    return violation.expected == FITS_SEVERAL and isinstance(violation.received, dict | list)


def _names_other_type(violation: Violation) -> bool:
    """Say whether it is the content type; what is sent to be refused is still of a type that is known."""
    return violation.location == _CONTENT_TYPE and violation.received is not ABSENT


def _of_media_types(call: HttpCall, found: InteractionConformance) -> Iterator[Found]:
    """Find that the consumer accepts no media type that the definition gives under the expected status."""
    accepted = [each.strip() for value in call.request.headers.get("accept", ()) for each in value.split(",")]
    given = found.response.contents if found.response is not None else ()
    if accepted and given and not any(is_acceptable(each.media_type, accepted) for each in given):
        declared = ", ".join(each.media_type for each in given)
        yield Level.ILLEGAL, _ACCEPT, f"the consumer accepts {', '.join(accepted)}; declared: {declared}"


def _of_headers(call: HttpCall, route: Route, definition: OpenApiDefinition) -> Iterator[Violation]:
    """Find the expected headers whose recorded values the definition does not allow."""
    if not call.response.headers.keys() - {"content-type"}:
        return
    alone = HttpResponse(status=call.response.status, headers=call.response.headers, body=MissingBody())
    for violation in definition.check_response(route.operation, alone):
        if violation.location.starts_with(RESPONSE_HEADERS):
            yield violation


def _of_uses(call: HttpCall, found: InteractionConformance) -> Iterator[Found]:
    for use in found.uses.single:
        standing = found.standings.get(use.location)
        if standing is None or use.is_only_served:
            continue
        if standing.grade is Grade.UNDECLARED:
            standing = _among_heirs(call, found, use) or standing
        if standing.grade is Grade.UNDECLARED and use.location not in _EVERYWHERE:
            if not _is_left_open(found, use):
                yield Level.ILLEGAL, use.location, "it is not declared"
        elif standing.grade is Grade.DISJOINT:
            sentence = f"expected by the consumer: {expectation(use)}; declared: {type_names(standing.types)}"
            yield Level.ILLEGAL, use.location, sentence


def _among_heirs(call: HttpCall, found: InteractionConformance, use: Use) -> Standing | None:
    """Give what the heirs of a schema say of a place that it does not declare itself; None where none declares it."""
    view = found.content.view if found.content is not None else None
    if view is None or not isinstance(call.response.body, JsonBody) or use.location.starts_with(RESPONSE_HEADERS):
        return None
    return stand_among_heirs(view, use, call.response.body.value)


def _is_left_open(found: InteractionConformance, use: Use) -> bool:
    """Say whether the definition itself says that members which it does not declare may come there."""
    view = found.content.view if found.content is not None else None
    if view is None or use.location.starts_with(RESPONSE_HEADERS):
        return False
    around = (views_at(view, use.steps[:count]) for count in range(len(use.steps)))
    last = next((views for views in reversed(tuple(around)) if views), ())
    return any({} in said or True in said for said in (each.said("additionalProperties") for each in last))


def of_violation(violation: Violation) -> str:
    """Give what is wrong with a recorded value."""
    received = "nothing" if violation.received is ABSENT else show_json(violation.received, limit=60)
    return f"expected {violation.expected}, recorded {received}"


def of_worry(worry: Worry) -> Found:
    """Give what got worse as what is found."""
    level = Level.ILLEGAL if worry.verdict is Verdict.BROKEN else Level.UNPROMISED
    return level, worry.location, f"{worry.sentence}: {worry.before}, now {worry.after}"
