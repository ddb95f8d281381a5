"""The rules for path templates: operations that are declared, and that no request reaches or tells from another one."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from contractkit.changes.comparison import DefinitionChanges
from contractkit.changes.records import NOT_DECLARED, Change, Direction, Level, Place
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.exact_json import show_json
from contractkit.model import Location

OPERATION_UNREACHABLE = "operation.unreachable"
"""The template of an operation does not start with a slash (OpenAPI 3.1 §4.8.8): possible, for servers may mend it."""

OPERATION_INDISTINGUISHABLE = "operation.indistinguishable"
"""Two templates differ in the names of parameters alone (OpenAPI 3.1 §4.8.8.2): possible, since either may answer."""

_Key: TypeAlias = tuple[tuple[str, str], bool]
"""Method and path without names, and whether the last parameter may hold slashes."""

_WHOLE: Final = Location(("request", "path"))
_SPANNING: Final = "x-multi-segment"


def path_changes(changes: DefinitionChanges) -> Iterator[Change]:
    """Give the operations of the new definition that no request reaches or tells from another one, unless as before."""
    known = {surface.signature for surface in changes.old.surfaces() if not surface.path.startswith("/")}
    for surface in changes.new.surfaces():
        if not surface.path.startswith("/") and surface.signature not in known:
            said = f"its path {show_json(surface.path)} does not start with a slash, so that no request reaches it"
            yield _change(OPERATION_UNREACHABLE, surface, said)
    alike = {key for key, _, _ in _alike(changes.old)}
    for key, surface, other in _alike(changes.new):
        if key not in alike:
            yield _change(OPERATION_INDISTINGUISHABLE, surface, f"no request can tell it from {other.path}")


def _alike(reader: SurfaceReader) -> Iterator[tuple[_Key, Surface, Surface]]:
    """Give the operations that no request can tell from one that is declared before, with that one."""
    first: dict[_Key, Surface] = {}
    for surface in reader.surfaces():
        key = (surface.shape, _spans_segments(surface))
        present = first.setdefault(key, surface)
        if present is not surface:
            yield key, surface, present


def _spans_segments(surface: Surface) -> bool:
    """Say whether a parameter of the path may hold slashes, by the extension that GitHub's document uses."""
    return any(each.place == "path" and each.node.value.get(_SPANNING) is True for each in surface.parameters.values())


def _change(rule: str, surface: Surface, sentence: str) -> Change:
    return Change(
        rule=rule,
        level=Level.POSSIBLE,
        direction=Direction.NONE,
        operation=surface.signature,
        status=None,
        media_type=None,
        location=_WHOLE,
        before=NOT_DECLARED,
        after=surface.path,
        old=None,
        new=Place(uri=surface.node.uri, pointer=surface.node.pointer, used_at=surface.node.pointer),
        sentence=sentence,
    )
