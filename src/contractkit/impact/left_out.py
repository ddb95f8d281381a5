"""What a request leaves out: whether another value is taken in its place now."""

from collections.abc import Iterator, Sequence

from contractkit.changes import Change
from contractkit.changes.surface_pairs import SchemaUse
from contractkit.conformance import InteractionConformance
from contractkit.definitions.contents import content_for
from contractkit.definitions.requests import decoded_body
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Surface
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, show_json
from contractkit.impact.causes import Causes
from contractkit.impact.records import Verdict, Worry
from contractkit.impact.ruled_requests import at_risk
from contractkit.model import HttpRequest, Location, media_type_of

_CODE = "request.default"
_SENTENCE = "the consumer leaves it out, and another value is taken in its place now"


def default_worries(
    request: HttpRequest, old: InteractionConformance, new: InteractionConformance, causes: Causes
) -> Iterator[Worry]:
    """Give the changed defaults of what the consumer leaves out.

    Where a mistake in it keeps it from being compared, its default alone is: by the mistake nobody is judged.
    """
    assert old.surface is not None
    assert new.surface is not None
    for location in _left_out(request, old.surface):
        try:
            yield from _default_of(causes.of_request(old, new, request, location))
        except DefinitionError:
            use = causes.use_in_request(old.surface, new.surface, request, location)
            yield from _as_written(use, location) if use is not None else ()


def sends(request: HttpRequest, location: Location) -> bool:
    """Say whether a request has what stands at a location: a parameter of the query or a header; all else it has."""
    side, name = location.steps[1], str(location.steps[2])
    return name in request.query if side == "query" else name in request.headers if side == "headers" else True


def _default_of(changes: Sequence[Change]) -> Iterator[Worry]:
    for change in changes:
        if change.rule == "request.default.changed":
            yield at_risk(_CODE, change, _SENTENCE)


def _as_written(use: SchemaUse, location: Location) -> Iterator[Worry]:
    names = [str(step) for step in location.steps[len(use.location.steps) :]]
    before, after = (_default_in(view, names) for view in (use.old, use.new))
    if before != after:
        yield Worry(
            code=_CODE,
            verdict=Verdict.AT_RISK,
            location=location,
            before=_in_words(before),
            after=_in_words(after),
            sentence=_SENTENCE,
        )


def _default_in(view: SchemaView | None, names: Sequence[str]) -> tuple[Json, ...]:
    for name in names:
        member = view.member(name) if view is not None else None
        view = member.view if member is not None else None
    return view.said("default") if view is not None else ()


def _in_words(default: tuple[Json, ...]) -> str:
    return f"default {', '.join(show_json(each, limit=60) for each in default)}" if default else "no default"


def _left_out(request: HttpRequest, surface: Surface) -> Iterator[Location]:
    for (place, _), parameter in surface.parameters.items():
        if place in ("query", "header") and not sends(request, parameter.location):
            yield parameter.location
    value, media_type = decoded_body(request, surface), media_type_of(request.body)
    content = content_for(surface.body.contents, media_type) if surface.body and media_type else None
    if content is not None and content.view is not None and isinstance(value, dict):
        for name in content.view.members:
            if name not in value:
                yield Location(("request", "body", name))
