"""What an operation or a member is announced to become: deprecated, with a day on which it goes."""

from collections.abc import Iterator
from datetime import date

from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.schema_findings import Found
from contractkit.changes.surface_pairs import SurfacePair
from contractkit.definitions.references import Node
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Location

_WHOLE = Location(("request", "path"))
_SUNSET = "x-sunset"


def deprecated_operation(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that an operation is deprecated and was not."""
    if _is_deprecated(pair.new.node) and not _is_deprecated(pair.old.node):
        yield _operation_found(pair, "in use", _deprecation(pair.new.node))


def earlier_sunset(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a deprecated operation goes earlier than was said, or that a day is said for the first time."""
    before, after = _sunset(pair.old.node), _sunset(pair.new.node)
    was_deprecated = _is_deprecated(pair.old.node) and _is_deprecated(pair.new.node)
    if was_deprecated and after is not None and (before is None or after < before):
        yield _operation_found(pair, str(before or "no day"), str(after))


def other_operation_id(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that generated clients call an operation otherwise."""
    before, after = (surface.node.value.get("operationId") for surface in (pair.old, pair.new))
    if before and after != before:
        yield _operation_found(pair, str(before), str(after or "nothing"))


def deprecated_parameter(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that are deprecated and were not."""
    for before, after in pair.parameters():
        if before and after and _is_deprecated(after.node) and not _is_deprecated(before.node):
            yield OperationFinding(
                location=before.location,
                before="in use",
                after=_deprecation(after.node),
                old=before.node,
                new=after.node,
            )


def deprecated_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are deprecated and were not."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if before is None or before.view is None or member.view is None:
            continue
        if member.view.flag("deprecated") and not before.view.flag("deprecated"):
            yield Found("in use", "deprecated", before.view.used_at, member.view.place("deprecated"), name)


def _operation_found(pair: SurfacePair, before: str, after: str) -> OperationFinding:
    return OperationFinding(location=_WHOLE, before=before, after=after, old=pair.old.node, new=pair.new.node)


def _is_deprecated(node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("deprecated") is True


def _deprecation(node: Node) -> str:
    sunset = _sunset(node)
    return f"deprecated, and goes on {sunset}" if sunset is not None else "deprecated"


def _sunset(node: Node) -> date | None:
    said: Json = node.value.get(_SUNSET) if isinstance(node.value, dict) else None
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
