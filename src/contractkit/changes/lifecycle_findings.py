"""What an operation or a member is announced to become: deprecated, with a day on which it goes.

A day is a promise too: until then it stays. Who planned by it is hurt where it is moved nearer or taken back.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

from contractkit.changes.found import Found
from contractkit.changes.operation_findings import OperationFinding
from contractkit.changes.surface_pairs import SurfacePair
from contractkit.definitions.references import Node
from contractkit.definitions.schemas import SchemaView
from contractkit.exact_json import Json
from contractkit.model import Location

_WHOLE = Location(("request", "path"))
_SUNSET = "x-sunset"
_STABILITY = "x-stability-level"
_ANNOUNCING = {"deprecated", _SUNSET, _STABILITY}
_STABILITIES: tuple[Json, ...] = ("draft", "alpha", "beta", "stable")

_Announced: TypeAlias = Callable[[Node, Node], Iterator[tuple[str, str]]]
"""From what is said of a thing to what was announced before and is now; nothing where that is no news."""


def deprecated_operation(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that an operation is deprecated and was not."""
    for before, after in _newly_deprecated(pair.old.node, pair.new.node):
        yield _operation_found(pair, before, after)


def earlier_sunset(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a deprecated operation goes earlier than was said."""
    for before, after in _earlier(pair.old.node, pair.new.node):
        yield _operation_found(pair, before, after)


def withdrawn_sunset(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that a day was said until which a deprecated operation stays, and none that can be read is."""
    for before, after in _withdrawn(pair.old.node, pair.new.node):
        yield _operation_found(pair, before, after)


def earlier_parameter_sunset(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the deprecated parameters that go earlier than was said."""
    return _of_parameters(pair, _earlier)


def withdrawn_parameter_sunset(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the deprecated parameters that a day was said for, and none that can be read is."""
    return _of_parameters(pair, _withdrawn)


def other_operation_id(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that generated clients call an operation otherwise."""
    before, after = (surface.node.value.get("operationId") for surface in (pair.old, pair.new))
    if before and after != before:
        yield _operation_found(pair, str(before), str(after or "nothing"))


def deprecated_parameter(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find the parameters that are deprecated and were not."""
    return _of_parameters(pair, _newly_deprecated)


def less_stable_operation(pair: SurfacePair) -> Iterator[OperationFinding]:
    """Find that less of an operation is promised to stay as it is."""
    for before, after in _less_stable(pair.old.node, pair.new.node):
        yield _operation_found(pair, before, after)


def deprecated_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members that are deprecated and were not."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if before is None or before.view is None or member.view is None:
            continue
        if member.view.flag("deprecated") and not before.view.flag("deprecated"):
            yield Found("in use", "deprecated", before.view.used_at, member.view.place("deprecated"), name)


def earlier_member_sunset(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the deprecated members that go earlier than was said."""
    return _of_members(old, new, _earlier)


def withdrawn_member_sunset(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the deprecated members that a day was said for, and none that can be read is."""
    return _of_members(old, new, _withdrawn)


def less_stable_members(old: SchemaView, new: SchemaView) -> Iterator[Found]:
    """Find the members of which less is promised to stay as it is."""
    return _of_members(old, new, _less_stable)


def _of_members(old: SchemaView, new: SchemaView, find: _Announced) -> Iterator[Found]:
    """Go by what is written at the use of a member, before what it refers to."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if before is None or before.view is None or member.view is None:
            continue
        left, right = before.view.known(_announcing), member.view.known(_announcing)
        if left is None and right is None:
            continue
        nodes = (left or before.view.declared_at, right or member.view.declared_at)
        for was, now in find(*nodes):
            yield Found(was, now, *nodes, name)


def _announcing(view: SchemaView) -> Node | None:
    nodes = (conjunct.node for conjunct in view.conjuncts if isinstance(conjunct.node.value, dict))
    return next((node for node in nodes if not _ANNOUNCING.isdisjoint(node.value)), None)


def _operation_found(pair: SurfacePair, before: str, after: str) -> OperationFinding:
    return OperationFinding(location=_WHOLE, before=before, after=after, old=pair.old.node, new=pair.new.node)


def _of_parameters(pair: SurfacePair, find: _Announced) -> Iterator[OperationFinding]:
    for old, new in pair.parameters():
        if old is None or new is None:
            continue
        for before, after in find(old.node, new.node):
            yield OperationFinding(location=old.location, before=before, after=after, old=old.node, new=new.node)


def _newly_deprecated(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    if _is_deprecated(new) and not _is_deprecated(old):
        yield "in use", _deprecation(new)


def _earlier(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    before, after = _sunsets(old, new)
    if before is not None and after is not None and after < before:
        yield str(before), str(after)


def _withdrawn(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    before, after = _sunsets(old, new)
    if before is not None and after is None:
        yield str(before), "no day"


def _less_stable(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    before, after = _stability(old), _stability(new)
    if before is not None and after is not None and after < before:
        yield str(_STABILITIES[before]), str(_STABILITIES[after])


def _stability(node: Node) -> int | None:
    """Give how stable a thing is said to be; one of which nothing is said is stable, as far as anybody was told."""
    said = node.value.get(_STABILITY, "stable") if isinstance(node.value, dict) else "stable"
    return _STABILITIES.index(said) if said in _STABILITIES else None


def _sunsets(old: Node, new: Node) -> tuple[date | None, date | None]:
    """Give the days said of what is deprecated on both sides; one that is in use again goes on no day."""
    return (_sunset(old), _sunset(new)) if _is_deprecated(old) and _is_deprecated(new) else (None, None)


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
