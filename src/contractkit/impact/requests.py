"""Requests: whether a recorded request that the old definition took is still taken, and still heard in full."""

from collections.abc import Iterator, Sequence

from contractkit.changes import Change, Level
from contractkit.changes.surface_pairs import REQUEST_BODY, SchemaUse
from contractkit.conformance import InteractionConformance
from contractkit.definitions.contents import content_for
from contractkit.definitions.forms import FORM, MULTIPART
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.surfaces import Surface
from contractkit.errors import DefinitionError
from contractkit.exact_json import show_json
from contractkit.impact.causes import Causes
from contractkit.impact.known_values import known_value_worries
from contractkit.impact.left_out import default_worries, sends
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.ruled_requests import at_risk, ruled_worries
from contractkit.impact.sent_nulls import sent_null_worries
from contractkit.model import (
    BinaryBody,
    HttpCall,
    HttpRequest,
    Interaction,
    Location,
    TextBody,
    Wildcard,
    base_media_type,
    media_type_of,
)
from contractkit.results import ABSENT, Violation

_PATH = Location(("request", "path"))
_QUERY = Location(("request", "query"))
_IGNORED = ("request.parameter.removed", "request.member.removed")
_READ_ONLY = "request.member.became-read-only"
_SUNSETS = (
    "operation.sunset-nearer",
    "operation.sunset-withdrawn",
    "request.parameter.sunset-nearer",
    "request.parameter.sunset-withdrawn",
)
_RESERVED = frozenset(":/?#[]@!$&'()*+,;=")  # RFC 3986 section 2.2
_CREDENTIALS = ("request.security.tightened", "request.security.scheme-changed")


def request_worries(
    interaction: Interaction, call: HttpCall, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> tuple[Worry, ...]:
    """Give what got worse for the request that an interaction sends."""
    assert old.surface is not None
    if new.surface is None:
        return (_gone(call, old, causes),)
    request = call.request
    refused = (*_refused(request, old, new, causes), *known_value_worries(request, old, new, causes))
    places = {place for worry in refused for place in (worry.location, worry.location.generalised())}
    further = [
        *_moved(old.surface, new.surface, request),
        *_ignored(request, old, new, causes),
        *_own_changes(interaction, request, old, new, causes),
    ]
    return (*refused, *(worry for worry in further if worry.location not in places))


def _gone(call: HttpCall, old: InteractionConformance, causes: Causes) -> Worry:
    assert old.surface is not None
    successor = causes.changes.successor(old.surface)
    return Worry(
        code="operation.gone",
        verdict=Verdict.BROKEN,
        location=_PATH,
        before=old.surface.signature,
        after="no such operation",
        sentence=f"the consumer sends {call.request.method} {call.request.path}, which reaches nothing any more",
        change=causes.changes.removal(old.surface) if successor is None else None,
    )


def _moved(old: Surface, new: Surface, request: HttpRequest) -> Iterator[Worry]:
    if old.shape != new.shape:
        yield Worry(
            code="operation.moved",
            verdict=Verdict.AT_RISK,
            location=_PATH,
            before=old.signature,
            after=new.signature,
            sentence=f"{request.method} {request.path} reaches another operation now",
        )


def _refused(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    known = {violation.location for violation in old.violations}
    for violation in new.violations:
        if violation.location in known or _is_only_ignored(violation, new):
            continue
        found = causes.of_request(old, new, request, violation.location)
        yield Worry(
            code="request.missing" if violation.received is ABSENT else "request.refused",
            verdict=Verdict.BROKEN,
            location=violation.location,
            before="accepted",
            after=f"refused: expected {violation.expected}",
            sentence=_refusal(violation),
            change=_nearest(found, violation.location),
        )


def _is_only_ignored(violation: Violation, new: InteractionConformance) -> bool:
    """Say whether a query parameter is merely not declared: a provider passes over it."""
    place = violation.location
    if not place.starts_with(_QUERY) or len(place.steps) != 3 or new.surface is None:
        return False
    return place in new.undeclared


def _refusal(violation: Violation) -> str:
    if violation.received is ABSENT:
        return f"the consumer does not send {violation.expected}, which is demanded now"
    return f"the consumer sends {show_json(violation.received, limit=80)}, which is refused now"


def _nearest(found: Sequence[Change], location: Location) -> Change | None:
    hurting = [change for change in found if change.level.can_hurt and change.rule not in _CREDENTIALS]
    return max(hurting, key=lambda change: (len(change.location.steps), change.level is Level.BREAKING), default=None)


def _ignored(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    for location in new.undeclared:
        if location in old.undeclared:
            continue
        found = [each for each in causes.of_request(old, new, request, location) if each.rule in _IGNORED]
        yield Worry(
            code="request.ignored",
            verdict=Verdict.AT_RISK,
            location=location,
            before="declared",
            after="not declared",
            sentence="the consumer sends it, and a provider may pass over it now",
            change=_nearest(found, location),
        )


def _read_only(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    """Give the members that are sent and read only now, which a provider passes over (OpenAPI 3.0 §4.7.24.2)."""
    assert old.surface is not None
    assert new.surface is not None
    use = causes.use_in_request(old.surface, new.surface, request, REQUEST_BODY)
    if use is None or not _may_have(_READ_ONLY, causes, old.surface, new.surface, use):
        return
    for location in dict.fromkeys(_members_in(decoded_body(request, old.surface), REQUEST_BODY)):
        for change in causes.of_request(old, new, request, location):
            if change.rule == _READ_ONLY and change.location == location:
                yield at_risk("request.ignored", change, "the consumer sends it, and a provider may pass over it now")


def _may_have(rule: str, causes: Causes, old: Surface, new: Surface, use: SchemaUse) -> bool:
    """Say whether a change by a rule is anywhere in a body; a mistake in it hurts only who sends what has it."""
    try:
        return any(each.rule == rule for each in causes.within_place(old, new, use, ()))
    except DefinitionError:
        return True


def _members_in(value: object, location: Location) -> Iterator[Location]:
    """Give every member of a value's objects and the elements of its lists, those of a list as one."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield location / name
            yield from _members_in(member, location / name)
    elif isinstance(value, list):
        for element in value:
            yield location / Wildcard.INDEX
            yield from _members_in(element, location / Wildcard.INDEX)


def _own_changes(
    interaction: Interaction,
    request: HttpRequest,
    old: InteractionConformance,
    new: InteractionConformance,
    causes: Causes,
) -> Iterator[Worry]:
    """Give what does not show in the recorded values: defaults relied on, credentials, styles, wider matchers."""
    assert old.surface is not None
    assert new.surface is not None
    yield from _credentials(request, causes.own(old.surface, new.surface))
    yield from default_worries(request, old, new, causes)
    yield from _read_only(request, old, new, causes)
    yield from sent_null_worries(request, old, new, causes)
    yield from _styles(request, old.surface, causes.own(old.surface, new.surface))
    yield from _sunsets(request, causes.own(old.surface, new.surface))
    yield from ruled_worries(interaction, request, old.surface, new.surface, causes)
    yield from _unjudged(request, old.surface, new.surface, causes)


def _credentials(request: HttpRequest, changes: Sequence[Change]) -> Iterator[Worry]:
    for change in changes:
        if change.rule in _CREDENTIALS:
            yield at_risk(
                "request.credential",
                change,
                "a contract does not show whether the consumer sends the credential that is demanded now",
            )


def _styles(request: HttpRequest, surface: Surface, changes: Sequence[Change]) -> Iterator[Worry]:
    for change in changes:
        if _is_written_otherwise(request, surface, change):
            yield at_risk(
                "request.style", change, "the consumer writes it the old way, which may be read as another value now"
            )


def _is_written_otherwise(request: HttpRequest, surface: Surface, change: Change) -> bool:
    match change.rule:
        case "request.parameter.style-changed":
            return sends(request, change.location) and not _is_single(surface, change)
        case "request.parameter.reserved-refused":
            values = request.query.get(str(change.location.steps[2]), ())
            return any(value is not None and not _RESERVED.isdisjoint(value) for value in values)
        case "request.encoding.changed":
            return _joins(request, surface, change)
    return False


def _is_single(surface: Surface, change: Change) -> bool:
    """Say whether a parameter is a single value of one style, which is written alike exploded and joined."""
    found = next((each.view for each in surface.parameters.values() if each.location == change.location), None)
    is_one_style = change.before.partition(",")[0] == change.after.partition(",")[0]
    return is_one_style and found is not None and found.types.isdisjoint(("array", "object"))


def _joins(request: HttpRequest, surface: Surface, change: Change) -> bool:
    """Say whether the member of a form is an object or a list, which encodings join; all write one value alike."""
    form = decoded_body(request, surface)
    return isinstance(form, dict) and isinstance(form.get(change.location.steps[-1]), dict | list)


def _sunsets(request: HttpRequest, changes: Sequence[Change]) -> Iterator[Worry]:
    for change in changes:
        if change.rule in _SUNSETS and (change.location == _PATH or sends(request, change.location)):
            yield at_risk("request.sunset", change, "the consumer uses it, and it may go sooner than was said")


def _unjudged(request: HttpRequest, old: Surface, new: Surface, causes: Causes) -> Iterator[Worry]:
    """Say so where a body is neither JSON nor a form, and its description changed."""
    media_type = next(iter(request.headers.get("content-type", ())), media_type_of(request.body))
    if not isinstance(request.body, TextBody | BinaryBody) or media_type is None or old.body is None:
        return
    before = content_for(old.body.contents, media_type)
    after = content_for(new.body.contents, media_type) if new.body is not None else None
    if base_media_type(media_type) in (FORM, MULTIPART) or before is None or after is None:
        return
    if not causes.are_described_alike(before, after):
        yield Worry(
            code="not-analysable",
            verdict=Verdict.AT_RISK,
            location=Location(("request", "body")),
            before=f"{before.media_type} as the old definition describes it",
            after="described otherwise",
            sentence="the body is not JSON, so what of it is still taken cannot be compared",
        )
