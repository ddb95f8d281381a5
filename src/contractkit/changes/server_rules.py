"""The rules for servers: the addresses that every path is relative to."""

from collections.abc import Iterator

from contractkit.changes.comparison import DefinitionChanges
from contractkit.changes.records import NOT_DECLARED, Change, Direction, Level, Place, once
from contractkit.definitions.references import Node
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import Surface
from contractkit.model import Location

SERVER_REMOVED = "server.removed"
"""An address is no longer declared; whether it still answers, no definition says: possible."""

SERVER_ADDED = "server.added"
"""An address is new: compatible."""

_WHOLE = Location(("request", "path"))


def server_changes(changes: DefinitionChanges) -> tuple[Change, ...]:
    """Give the addresses that came and went: of the document, and of paths and operations with their own.

    What an operation declares stands in for what its path does, and that for the document's (OpenAPI 3.1 §4.8.9,
    §4.8.10). Where one side has no servers nothing is known of its address.
    """
    return once(_server_changes(changes))


def _server_changes(changes: DefinitionChanges) -> Iterator[Change]:
    old, new = changes.old.documents.root, changes.new.documents.root
    yield from _between(old, new, "")
    for surface in changes.old.surfaces():
        successor = changes.successor(surface) if changes.is_comparable(surface) else None
        if successor is not None:
            before, after = _own_servers(surface, changes.old), _own_servers(successor, changes.new)
            if before is not None or after is not None:
                yield from _between(before or old, after or new, surface.signature)


def _own_servers(surface: Surface, reader: SurfaceReader) -> Node | None:
    """Give the operation or the path that declares servers for it, or None."""
    documents = reader.documents
    item = documents.resolve(documents.resolve(documents.root / "paths") / surface.path)
    return next((each for each in (surface.node, item) if _addresses(each)), None)


def _between(old: Node, new: Node, operation: str) -> Iterator[Change]:
    before, after = _addresses(old), _addresses(new)
    for url in sorted(before.keys() - after.keys()) if after else ():
        yield _change(SERVER_REMOVED, Level.POSSIBLE, "declared", NOT_DECLARED, url, before[url], new, operation)
    for url in sorted(after.keys() - before.keys()) if before else ():
        yield _change(SERVER_ADDED, Level.COMPATIBLE, NOT_DECLARED, "declared", url, old, after[url], operation)


def _addresses(holder: Node) -> dict[str, Node]:
    servers = holder.get("servers")
    found = {}
    for server in servers.items() if servers is not None else ():
        url = server.get("url")
        if url is not None and isinstance(url.value, str):
            found[url.value.rstrip("/")] = server
    return found


def _change(rule: str, level: Level, before: str, after: str, url: str, old: Node, new: Node, operation: str) -> Change:
    was = "was a server and is none now" if rule == SERVER_REMOVED else "is a server now"
    return Change(
        rule=rule,
        level=level,
        direction=Direction.NONE,
        operation=operation,
        status=None,
        media_type=None,
        location=_WHOLE,
        before=before,
        after=after,
        old=Place(uri=old.uri, pointer=old.pointer, used_at=old.pointer),
        new=Place(uri=new.uri, pointer=new.pointer, used_at=new.pointer),
        sentence=f"{url or 'the empty address'} {was}",
    )
