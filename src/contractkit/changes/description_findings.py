"""What of an operation is described by a schema on one side alone: parameters, bodies, headers."""

from collections.abc import Iterator
from typing import Final

from contractkit.changes.found import described
from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.surface_pairs import REQUEST_BODY, RESPONSE_BODY, SurfacePair, given_for, header_location
from contractkit.definitions.contents import content_for
from contractkit.definitions.schema_facets import type_names
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Content, Response
from contractkit.model import Location, Wildcard

_ANYTHING: Final = described(None)
_NOTHING: Final = type_names(())
_LIMITING: Final = ("enum", "const", "pattern", "format", "not")


def newly_described(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters and bodies that could be anything and are described."""
    for before, after in pair.parameters():
        if before and after and before.view is None and after.view is not None and not _is_any_text(after.view):
            yield OperationFinding(
                location=before.location,
                before=_ANYTHING,
                after=described(after.view),
                old=before.node,
                new=after.view.used_at,
            )
    for content in pair.old.body.contents if pair.old.body else ():
        other = content_for(pair.new.body.contents, content.media_type) if pair.new.body else None
        for location, view in _said_of(other, REQUEST_BODY) if other is not None and _is_silent(content) else ():
            yield OperationFinding(
                location=location,
                before=_ANYTHING,
                after=described(view),
                old=content.node,
                new=view.used_at,
                media_type=content.media_type,
            )


def no_longer_described(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the bodies and headers of answers that were described and may be anything."""
    for old, new in pair.responses():
        yield from _bodies(old, new)
        for name, header in old.headers.items():
            after = new.headers.get(name)
            if header.view is not None and not _is_any_text(header.view) and after is not None and after.view is None:
                yield OperationFinding(
                    location=header_location(name),
                    before=described(header.view),
                    after=_ANYTHING,
                    old=header.view.used_at,
                    new=after.node,
                    status=old.status,
                )


def described_as_nothing(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the bodies and headers of answers that could be anything, and that no value is allowed for now."""
    for old, new in pair.responses():
        for content in old.contents:
            other = given_for(new.contents, content.media_type) if _is_silent(content) else None
            for location, view in _said_of(other, RESPONSE_BODY) if other is not None else ():
                if described(view) == _NOTHING:
                    yield OperationFinding(
                        location=location,
                        before=_ANYTHING,
                        after=_NOTHING,
                        old=content.node,
                        new=view.used_at,
                        status=old.status,
                        media_type=content.media_type,
                    )
        for name, header in old.headers.items():
            after = new.headers.get(name)
            if header.view is None and after is not None and after.view and described(after.view) == _NOTHING:
                yield OperationFinding(
                    location=header_location(name),
                    before=_ANYTHING,
                    after=_NOTHING,
                    old=header.node,
                    new=after.view.used_at,
                    status=old.status,
                )


def _bodies(old: Response, new: Response) -> Iterator[OperationFinding]:
    for content in old.contents:
        other = given_for(new.contents, content.media_type)
        if other is None or not _is_silent(other):
            continue
        for location, view in _said_of(content, RESPONSE_BODY):
            yield OperationFinding(
                location=location,
                before=described(view),
                after=_ANYTHING,
                old=view.used_at,
                new=other.node,
                status=old.status,
                media_type=content.media_type,
            )


def _is_silent(content: Content) -> bool:
    """Say whether nothing describes a body, neither whole nor its items."""
    return content.view is None and content.item is None


def _said_of(content: Content, location: Location) -> Iterator[tuple[Location, SchemaView]]:
    """Give what is said of a body and of its items."""
    for at, view in ((location, content.view), (location / Wildcard.INDEX, content.item)):
        if view is not None and _says_something(view):
            yield at, view


def _says_something(view: SchemaView) -> bool:
    return any(conjunct.node.value not in ({}, True) for conjunct in view.conjuncts)


def _is_any_text(view: SchemaView) -> bool:
    """Say whether whatever is written in a query or a header is one of these values."""
    return "string" in view.types and not (view.bounds or any(view.said(keyword) for keyword in _LIMITING))
