"""What can differ between two operations, one function per kind; the table of rules says what each means."""

from collections.abc import Iterator
from dataclasses import dataclass

from contractkit.changes.surface_pairs import REQUEST_BODY, SurfacePair, given_for, header_location
from contractkit.definitions.contents import content_for
from contractkit.definitions.references import Node
from contractkit.definitions.surfaces import Parameter
from contractkit.model import Location

_RESPONSE_STATUS = Location(("response", "status"))
_REQUEST_HEADERS = Location(("request", "headers"))
_CONTENT_TYPE = Location(("response", "headers", "content-type"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFinding:
    """One place that a rule found at an operation."""

    location: Location
    before: str
    after: str
    old: Node | None
    new: Node | None
    status: str | None = None
    media_type: str | None = None


def added_required(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that were not declared and are required."""
    for before, after in pair.parameters():
        if before is None and after is not None and after.is_required and after.place != "path":
            yield OperationFinding(
                location=after.location, before="not declared", after="required", old=pair.old.node, new=after.node
            )


def became_required(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that were optional and are required."""
    for before, after in pair.parameters():
        if before and after and after.is_required and not before.is_required:
            yield parameter_found(before, after, "optional", "required")


def removed_parameter(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that are no longer declared."""
    for before, after in pair.parameters():
        if before is not None and after is None and before.place != "path":
            yield OperationFinding(
                location=before.location, before="declared", after="not declared", old=before.node, new=pair.new.node
            )


def refused_empty(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that could be empty and may not be."""
    for before, after in pair.parameters():
        if (
            before
            and after
            and before.node.value.get("allowEmptyValue")
            and not after.node.value.get("allowEmptyValue")
        ):
            yield parameter_found(before, after, "allowed", "refused")


def parameter_found(before: Parameter, after: Parameter, was: str, now: str) -> OperationFinding:
    """Give what was and is said of a parameter that both sides have."""
    return OperationFinding(location=before.location, before=was, after=now, old=before.node, new=after.node)


def body_required(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a body was not demanded and is."""
    if pair.new.body is not None and pair.new.body.is_required and not (pair.old.body and pair.old.body.is_required):
        yield OperationFinding(
            location=REQUEST_BODY,
            before="optional" if pair.old.body else "not declared",
            after="required",
            old=pair.old.body.node if pair.old.body else pair.old.node,
            new=pair.new.body.node,
        )


def body_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a body is no longer taken."""
    if pair.old.body is not None and pair.new.body is None:
        yield OperationFinding(
            location=REQUEST_BODY, before="declared", after="not declared", old=pair.old.body.node, new=pair.new.node
        )


def taken_type_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the media types that are no longer taken."""
    if pair.old.body is None or pair.new.body is None:
        return
    for content in pair.old.body.contents:
        if content_for(pair.new.body.contents, content.media_type) is None:
            yield OperationFinding(
                location=_REQUEST_HEADERS / "content-type",
                before=content.media_type,
                after=", ".join(each.media_type for each in pair.new.body.contents) or "nothing",
                old=content.node,
                new=pair.new.body.node,
                media_type=content.media_type,
            )


def success_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the statuses below 400 that are no longer declared."""
    return _status_removed(pair, success=True)


def failure_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the other statuses that are no longer declared."""
    return _status_removed(pair, success=False)


def _status_removed(pair: SurfacePair, *, success: bool) -> Iterator[OperationFinding]:
    for status, response in pair.old.responses.items():
        if status.startswith(("1", "2", "3")) is success and status not in pair.new.responses:
            yield OperationFinding(
                location=_RESPONSE_STATUS,
                before=status,
                after=", ".join(pair.new.responses) or "nothing",
                old=response.node,
                new=pair.new.node.get("responses") or pair.new.node,
                status=status,
            )


def media_type_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the media types that are no longer given."""
    for old, new in pair.responses():
        for content in old.contents:
            if given_for(new.contents, content.media_type) is None:
                yield OperationFinding(
                    location=_CONTENT_TYPE,
                    before=content.media_type,
                    after=", ".join(each.media_type for each in new.contents) or "no body",
                    old=content.node,
                    new=new.node,
                    status=old.status,
                    media_type=content.media_type,
                )


def generalised_type(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the media types that are only covered by a range."""
    for old, new in pair.responses():
        for content in old.contents:
            other = content_for(new.contents, content.media_type)
            if other is not None and "*" in other.media_type and "*" not in content.media_type:
                yield OperationFinding(
                    location=_CONTENT_TYPE,
                    before=content.media_type,
                    after=other.media_type,
                    old=content.node,
                    new=other.node,
                    status=old.status,
                    media_type=content.media_type,
                )


def required_header_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the required headers that are no longer declared."""
    return _header_removed(pair, required=True)


def optional_header_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the optional headers that are no longer declared."""
    return _header_removed(pair, required=False)


def _header_removed(pair: SurfacePair, *, required: bool) -> Iterator[OperationFinding]:
    for old, new in pair.responses():
        for name, header in old.headers.items():
            if header.is_required is required and name not in new.headers:
                yield OperationFinding(
                    location=header_location(name),
                    before="required" if required else "optional",
                    after="not declared",
                    old=header.node,
                    new=new.node,
                    status=old.status,
                )


def header_optional(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the headers that were required and are optional."""
    for old, new in pair.responses():
        for name, header in old.headers.items():
            after = new.headers.get(name)
            if header.is_required and after is not None and not after.is_required:
                yield OperationFinding(
                    location=header_location(name),
                    before="required",
                    after="optional",
                    old=header.node,
                    new=after.node,
                    status=old.status,
                )
