"""The rules for servers: the addresses that every path is relative to."""

from collections.abc import Iterator

from contractkit.changes.records import NOT_DECLARED, Change, Direction, Level, Place
from contractkit.definitions.references import Node
from contractkit.model import Location

SERVER_REMOVED = "server.removed"
"""An address is no longer declared; whether it still answers, no definition says: possible."""

SERVER_ADDED = "server.added"
"""An address is new: compatible."""

_WHOLE = Location(("request", "path"))


def server_changes(old: Node, new: Node) -> Iterator[Change]:
    """Give the addresses that came and went, of the servers declared for the whole of a document."""
    before, after = _addresses(old), _addresses(new)
    for url in sorted(before.keys() - after.keys()) if after else ():
        yield _change(SERVER_REMOVED, Level.POSSIBLE, "declared", NOT_DECLARED, url, before[url], new)
    for url in sorted(after.keys() - before.keys()) if before else ():
        yield _change(SERVER_ADDED, Level.COMPATIBLE, NOT_DECLARED, "declared", url, old, after[url])


def _addresses(root: Node) -> dict[str, Node]:
    servers = root.get("servers")
    found = {}
    for server in servers.items() if servers is not None else ():
        url = server.get("url")
        if url is not None and isinstance(url.value, str):
            found[url.value.rstrip("/")] = server
    return found


def _change(rule: str, level: Level, before: str, after: str, url: str, old: Node, new: Node) -> Change:
    was = "was a server and is none now" if rule == SERVER_REMOVED else "is a server now"
    return Change(
        rule=rule,
        level=level,
        direction=Direction.NONE,
        operation="",
        status=None,
        media_type=None,
        location=_WHOLE,
        before=before,
        after=after,
        old=Place(uri=old.uri, pointer=old.pointer, used_at=old.pointer),
        new=Place(uri=new.uri, pointer=new.pointer, used_at=new.pointer),
        sentence=f"{url or 'the empty address'} {was}",
    )
