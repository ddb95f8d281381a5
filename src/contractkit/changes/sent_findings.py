"""What can differ in webhooks and callbacks, where the provider sends and its consumer answers."""

from collections.abc import Iterator

from contractkit.changes.operation_findings import OperationFinding, parameter_found
from contractkit.changes.surface_pairs import REQUEST_BODY, SurfacePair
from contractkit.definitions.contents import content_for
from contractkit.model import Location

_ANSWER_STATUS = Location(("response", "status"))
_ANSWER_TYPE = Location(("response", "headers", "content-type"))


def body_optional(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a body always came and may be left out."""
    before, after = pair.old.body, pair.new.body
    if before is not None and after is not None and before.is_required and not after.is_required:
        yield OperationFinding(
            location=REQUEST_BODY, before="required", after="optional", old=before.node, new=after.node
        )


def required_parameter_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters and headers that always came and are no longer declared."""
    return _parameter_removed(pair, required=True)


def optional_parameter_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters and headers that could come and are no longer declared."""
    return _parameter_removed(pair, required=False)


def _parameter_removed(pair: SurfacePair, *, required: bool) -> Iterator[OperationFinding]:
    for before, after in pair.parameters():
        if before is not None and after is None and before.is_required is required:
            yield OperationFinding(
                location=before.location,
                before="required" if required else "optional",
                after="not declared",
                old=before.node,
                new=pair.new.node,
            )


def parameter_optional(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters and headers that always came and may be left out."""
    for before, after in pair.parameters():
        if before and after and before.is_required and not after.is_required:
            yield parameter_found(before, after, "required", "optional")


def answer_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the statuses below 400 that a consumer could answer with and that are no longer declared."""
    for status, response in pair.old.responses.items():
        is_known = status in pair.new.responses or (status.isdigit() and pair.new.response_to(int(status)) is not None)
        if status.startswith(("1", "2", "3")) and not is_known:
            yield OperationFinding(
                location=_ANSWER_STATUS,
                before=status,
                after=", ".join(pair.new.responses) or "nothing",
                old=response.node,
                new=pair.new.node.get("responses") or pair.new.node,
                status=status,
            )


def answer_type_removed(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the media types that a consumer could answer with and that are not taken any more."""
    for old, new in pair.responses():
        for content in old.contents if new.contents else ():
            if content_for(new.contents, content.media_type) is None:
                yield OperationFinding(
                    location=_ANSWER_TYPE,
                    before=content.media_type,
                    after=", ".join(each.media_type for each in new.contents),
                    old=content.node,
                    new=new.node,
                    status=old.status,
                    media_type=content.media_type,
                )
