"""Surface pairs: one operation under both definitions, and every place where both have a schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from contractkit.changes.records import Direction
from contractkit.definitions.contents import content_for, is_acceptable
from contractkit.definitions.forms import FORM
from contractkit.definitions.references import Node
from contractkit.definitions.responses import is_bodiless
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Content, Parameter, Response, Surface
from contractkit.errors import DefinitionError
from contractkit.model import Location, Wildcard, base_media_type

REQUEST_BODY = Location(("request", "body"))
RESPONSE_BODY = Location(("response", "body"))

_SUCCESSES: Final = ("1", "2", "3")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacePair:
    """One operation under both definitions, with the security schemes of each."""

    old: Surface
    new: Surface
    old_schemes: Mapping[str, Node]
    new_schemes: Mapping[str, Node]

    def parameters(self) -> Iterator[tuple[Parameter | None, Parameter | None]]:
        """Give the parameters of both sides in pairs; those of the path by position, since a name in it is free."""
        renamed = dict(zip(_placeholders(self.old.path), _placeholders(self.new.path), strict=False))
        found: set[tuple[str, str]] = set()
        for (place, name), parameter in self.old.parameters.items():
            key = (place, renamed.get(name, name) if place == "path" else name)
            found.add(key)
            yield parameter, self.new.parameters.get(key)
        for key, parameter in self.new.parameters.items():
            if key not in found:
                yield None, parameter

    def responses(self) -> Iterator[tuple[Response, Response]]:
        """Give the responses of both sides that speak of the same status; of a new one, what covered it before."""
        for status, response in self.old.responses.items():
            other = self.new.response_to(int(status)) if status.isdigit() else self.new.responses.get(status)
            if other is not None:
                yield response, other
        for status, response in self.new.responses.items():
            before = _covering(self.old, status) if status not in self.old.responses else None
            if before is not None:
                is_empty = status.isdigit() and is_bodiless(self.old.method, int(status))
                is_unsaid = not (response.contents or status.startswith(_SUCCESSES))  # as failures are often named
                contents = () if is_empty or is_unsaid else before.contents  # what never came is not gone
                yield replace(before, status=status, contents=contents), response


def _covering(surface: Surface, status: str) -> Response | None:
    """Give what an operation says of a status that it does not name: by its class, or of all others.

    What it says of all others is said of failures, where it names a success.
    """
    found = surface.response_to(int(status)) if status.isdigit() else surface.responses.get("default")
    names_success = any(each.startswith(_SUCCESSES) for each in surface.responses)
    is_of_failures = found is not None and found.status == "default" and names_success
    return None if is_of_failures and status.startswith(_SUCCESSES) else found


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaUse:
    """Two schemas that stand for each other at one place of an operation.

    `is_text` says that values are written without their type, as in a query or a form: 7 and "7" are the same there;
    `is_always_sent`, that the value is never left out, so that no default stands in for it.
    """

    direction: Direction
    location: Location
    old: SchemaView
    new: SchemaView
    status: str | None = None
    media_type: str | None = None
    is_text: bool = False
    is_always_sent: bool = False


def schema_uses(pair: SurfacePair) -> Iterator[SchemaUse]:
    """Give every place of an operation where both definitions have a schema: parameters, bodies, headers."""
    for before, after in pair.parameters():
        use = parameter_use(before, after, before.location) if before and after else None
        if use is not None:
            yield use
    yield from _request_schemas(pair)
    for old, new in pair.responses():
        yield from _response_schemas(old, new)


def _request_schemas(pair: SurfacePair) -> Iterator[SchemaUse]:
    for content in pair.old.body.contents if pair.old.body else ():
        other = content_for(pair.new.body.contents, content.media_type) if pair.new.body else None
        for use in _described(REQUEST_BODY, content, other, Direction.REQUEST):
            yield replace(use, is_text=is_form(content.media_type))


def _described(location: Location, old: Content, new: Content | None, direction: Direction) -> Iterator[SchemaUse]:
    """Give the schemas of a body, and those of a sequence's items (OpenAPI 3.2 §4.14.3)."""
    views = [(location, old.view, new.view), (location / Wildcard.INDEX, old.item, new.item)] if new else []
    for at, before, after in views:
        if before is not None and after is not None:
            yield SchemaUse(direction=direction, location=at, old=before, new=after, media_type=old.media_type)


def parameter_use(old: Parameter, new: Parameter, location: Location) -> SchemaUse | None:
    """Give a parameter's schemas under both definitions.

    What `content` describes is written as JSON; how an object's members are, servers do not agree upon.
    """
    if old.view is None or new.view is None:
        return None
    try:
        is_text = "object" not in old.view.types and "content" not in {*old.node.value, *new.node.value}
        elements = _read_one_by_one(old.view, new) if is_text else None
    except DefinitionError:  # told where the schemas are compared
        is_text, elements = False, None
    return SchemaUse(
        direction=Direction.REQUEST,
        location=location,
        old=old.view,
        new=new.view if elements is None else elements,
        is_text=is_text,
        is_always_sent=old.is_required,
    )


def _read_one_by_one(old: SchemaView, new: Parameter) -> SchemaView | None:
    """Give what a parameter that was a single value is read as by one that takes several and any number of them.

    Exploded, a list of one is written as its element is (OpenAPI 3.1 §4.8.12.1); joined, a comma in it would part it.
    """
    if new.view is None or new.style != "form" or not new.explode or not {"array", "object"}.isdisjoint(old.types):
        return None
    fewest = new.view.bounds.get("minItems")
    is_list = new.view.types - {"null"} == {"array"} and not new.view.numbered
    return new.view.elements if is_list and (fewest is None or fewest.value <= 1) else None


def is_form(media_type: str) -> bool:
    """Say whether a body is written as a query is: names and values, all of them text."""
    return base_media_type(media_type) == FORM


def _response_schemas(old: Response, new: Response) -> Iterator[SchemaUse]:
    for content in old.contents:
        other = given_for(new.contents, content.media_type)
        for use in _described(RESPONSE_BODY, content, other, Direction.RESPONSE):
            yield replace(use, status=old.status)
    for name, header in old.headers.items():
        after = new.headers.get(name)
        if header.view and after and after.view:
            yield SchemaUse(
                direction=Direction.RESPONSE,
                location=header_location(name),
                old=header.view,
                new=after.view,
                status=old.status,
            )


def sent_schemas(pair: SurfacePair) -> Iterator[SchemaUse]:
    """Give every place of a webhook or callback where both definitions have a schema.

    Who reads what is sent is the consumer, and who takes the answer is the provider.
    """
    for before, after in pair.parameters():
        use = parameter_use(before, after, before.location) if before and after else None
        if use is not None:
            yield replace(use, direction=Direction.RESPONSE, is_text=False)
    yield from (replace(use, direction=Direction.RESPONSE, is_text=False) for use in _request_schemas(pair))
    for old, new in pair.responses():
        yield from (replace(use, direction=Direction.REQUEST) for use in _response_schemas(old, new))


def given_for(contents: tuple[Content, ...], media_type: str) -> Content | None:
    """Give the content of an answer that stands for a media type; one of a range stands for the range, too."""
    found = content_for(contents, media_type)
    if found is not None or "*" not in media_type:
        return found
    return next((each for each in contents if is_acceptable(each.media_type, (media_type,))), None)


def header_location(name: str) -> Location:
    """Give where a response carries a header."""
    return Location(("response", "headers", name))


def _placeholders(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)
