"""What can differ in how values are written: styles of parameters and headers, reserved characters, forms."""

from collections.abc import Iterator, Sequence

from contractkit.changes.operation_findings import OperationFinding, parameter_found
from contractkit.changes.surface_pairs import REQUEST_BODY, SurfacePair, header_location
from contractkit.definitions.contents import content_for, is_acceptable
from contractkit.definitions.schema_facets import ALL_TYPES
from contractkit.definitions.surfaces import Content, Encoding, Parameter
from contractkit.model import Step, Wildcard, base_media_type

_PACKED = frozenset({"array", "object"})


def other_style(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that are written in another style."""
    for before, after in pair.parameters():
        if before is None or after is None:
            continue
        said = [_written(each) for each in (before, after)]
        if said[0] != said[1]:
            yield parameter_found(before, after, *said)


def other_header_style(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the headers of answers that are written in another style."""
    for old, new in pair.responses():
        for name, header in old.headers.items():
            after = new.headers.get(name)
            if after is not None and _written(header) != _written(after):
                yield OperationFinding(
                    location=header_location(name),
                    before=_written(header),
                    after=_written(after),
                    old=header.node,
                    new=after.node,
                    status=old.status,
                )


def refused_reserved(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters in which reserved characters could stand as they are and are to be encoded."""
    for before, after in pair.parameters():
        if before and after and _allows_reserved(before) and not _allows_reserved(after):
            yield parameter_found(before, after, "as they are", "encoded")


def other_encoding(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the members of a form that are to be written otherwise."""
    for content in pair.old.body.contents if pair.old.body else ():
        other = content_for(pair.new.body.contents, content.media_type) if pair.new.body else None
        if other is not None:
            for name in dict.fromkeys((*content.encoding, *other.encoding)):
                if _members(content, name) and _members(other, name):
                    yield from _encoding_found(name, content, other)
            for step in dict.fromkeys((*content.part_encoding, *other.part_encoding)):
                yield from _encoding_found(step, content, other)


def _encoding_found(name: Step, content: Content, other: Content) -> Iterator[OperationFinding]:
    before, after = _encoding_of(content, name), _encoding_of(other, name)
    is_packed = any(types & _PACKED for each in (content, other) for types in _members(each, name))
    is_alike = _style(before) == _style(after) or not is_packed  # of a single value there is one way to write it
    if is_alike and _takes_as_many(before, after):
        return
    yield OperationFinding(
        location=REQUEST_BODY / name,
        before=_encoded(before),
        after=_encoded(after),
        old=before.node if before else content.node,
        new=after.node if after else other.node,
        media_type=content.media_type,
    )


def _encoding_of(content: Content, name: Step) -> Encoding | None:
    """Give how a member of a form or a part without a name is written, that of all parts where none is its own."""
    if isinstance(name, str):
        return content.encoding.get(name)
    return content.part_encoding.get(name) or content.part_encoding.get(Wildcard.INDEX)


def _members(content: Content, name: Step) -> tuple[frozenset[str], ...]:
    """Give the types that a member of a form may be of, by alternative; one of which nothing is said may be any."""
    if content.view is None or not isinstance(name, str):
        return (ALL_TYPES,)
    found = (branch.member(name) for branch in content.view.value_branches)
    return tuple(each.view.types if each.view else ALL_TYPES for each in found if each is not None)


def _written(parameter: Parameter) -> str:
    contents = _contents(parameter)
    if contents:
        return f"as {', '.join(contents)}"
    return f"style {parameter.style}, {'exploded' if parameter.explode else 'joined'}"


def _contents(parameter: Parameter) -> tuple[str, ...]:
    described = parameter.node.get("content")
    return tuple(name for name, _ in described.members()) if described is not None else ()


def _allows_reserved(parameter: Parameter) -> bool:
    return parameter.place == "query" and parameter.node.value.get("allowReserved") is True


def _style(encoding: Encoding | None) -> tuple[str, bool]:
    return (encoding.style, encoding.explode) if encoding is not None and encoding.style else ("form", True)


def _takes_as_many(before: Encoding | None, after: Encoding | None) -> bool:
    """Say whether the media types that could be sent still can; where none is named, the kind of value decides."""
    now = after.media_types if after is not None else ()
    return not now or (before is not None and all(_covers(now, each) for each in before.media_types or ("*/*",)))


def _covers(accepted: Sequence[str], media_type: str) -> bool:
    """Say whether all of a media type or of a range of them is accepted."""
    if "*" not in media_type:
        return is_acceptable(media_type, accepted)
    return any(base_media_type(each) in ("*/*", base_media_type(media_type)) for each in accepted)


def _encoded(encoding: Encoding | None) -> str:
    style, explode = _style(encoding)
    kinds = f" of {', '.join(encoding.media_types)}" if encoding is not None and encoding.media_types else ""
    return f"style {style}, {'exploded' if explode else 'joined'}{kinds}"
