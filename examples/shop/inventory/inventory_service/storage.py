"""Stock and reservations in SQLite."""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path


class OutOfStock(Exception):
    """There are fewer pieces of an article than were asked for."""

    def __init__(self, sku: str, pieces: int) -> None:
        super().__init__(f"only {pieces} pieces of {sku} are left")
        self.sku = sku


class Storage:
    """Opens the file once; every use is one transaction."""

    def __init__(self, path: str | Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._lock = threading.Lock()
        self._connection.executescript(
            "CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, pieces INTEGER NOT NULL, shelf TEXT);"
            "CREATE TABLE IF NOT EXISTS reserved (order_id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL);"
        )

    def clear(self) -> None:
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM stock")
            self._connection.execute("DELETE FROM reserved")

    def put(self, sku: str, pieces: int, shelf: str | None = None) -> None:
        with self._lock, self._connection:
            self._connection.execute("INSERT OR REPLACE INTO stock VALUES (?, ?, ?)", (sku, pieces, shelf))

    def find(self, sku: str) -> tuple[int, str | None] | None:
        with self._lock:
            row = self._connection.execute("SELECT pieces, shelf FROM stock WHERE sku = ?", (sku,)).fetchone()
        return None if row is None else (row[0], row[1])

    def reserve(self, order_id: int, wanted: Mapping[str, int]) -> None:
        """Take pieces off the shelves, all or none."""
        with self._lock, self._connection:
            for sku, quantity in wanted.items():
                row = self._connection.execute("SELECT pieces FROM stock WHERE sku = ?", (sku,)).fetchone()
                pieces = row[0] if row else 0
                if pieces < quantity:
                    raise OutOfStock(sku, pieces)
                self._connection.execute("UPDATE stock SET pieces = pieces - ? WHERE sku = ?", (quantity, sku))
            self._connection.execute("INSERT INTO reserved VALUES (?, ?)", (order_id, sum(wanted.values())))


storage = Storage(
    os.environ.get("INVENTORY_DATABASE") or Path(tempfile.mkdtemp(prefix="inventory-")) / "inventory.sqlite"
)
