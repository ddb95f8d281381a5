"""The connections of one server: how many there may be, and how much they may hold of requests that are not whole."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Protocol

MOST_CONNECTIONS = 4_096
LARGEST_UNFINISHED = 256 * 1024 * 1024  # bytes of bodies that have not come to their end, of all clients together


class Connection(Protocol):
    """One client's connection."""

    def make_room(self) -> None:
        """Close, since another client needs the room."""

    def abort(self) -> None:
        """Close at once."""


class Connections:
    """The open connections of a server, the one that was quiet the longest first.

    There are at most `MOST_CONNECTIONS`, and no more than half of the files that the process may open, which the
    consumer's own code needs too. Where one more comes, the one that was quiet the longest is closed: clients keep
    connections for later, and a stub that refused new ones would be useless until they let go.
    """

    def __init__(self, most: int | None = None) -> None:
        """Hold at most that many connections."""
        self.most = most or min(MOST_CONNECTIONS, _open_files() // 2)
        self._quietest_first: OrderedDict[Connection, None] = OrderedDict()
        self.unfinished = 0

    def __iter__(self) -> Iterator[Connection]:
        """Give the connections, the one that was quiet the longest first."""
        return iter(tuple(self._quietest_first))

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self._quietest_first)

    def opened(self, connection: Connection) -> None:
        """Take a new connection, and close another where there are too many."""
        self._quietest_first[connection] = None
        if len(self._quietest_first) > self.most:
            quietest, _ = self._quietest_first.popitem(last=False)
            quietest.make_room()

    def used(self, connection: Connection) -> None:
        """Take note that a client has sent something."""
        if connection in self._quietest_first:
            self._quietest_first.move_to_end(connection)

    def closed(self, connection: Connection) -> None:
        """Forget a connection."""
        self._quietest_first.pop(connection, None)

    def hold(self, size: int) -> bool:
        """Count bytes of a body that is not whole yet, and say whether there is room for them."""
        self.unfinished += size
        return self.unfinished <= LARGEST_UNFINISHED

    def release(self, size: int) -> None:
        """Count bytes no more that were held."""
        self.unfinished -= size


def _open_files() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 2 * MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2 * MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else soft
