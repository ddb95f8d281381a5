"""Orders in SQLite: one table of orders, one of their lines."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PRICES = {"TEA-001": 6.25, "TEA-002": 8.0, "CUP-010": 12.0}

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, status TEXT NOT NULL, customer TEXT NOT NULL, address TEXT NOT NULL,
    placed_at TEXT NOT NULL, tracking TEXT, note TEXT, handed_to TEXT
);
CREATE TABLE IF NOT EXISTS lines (
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
    price REAL NOT NULL
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    sku: str
    quantity: int
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: int
    status: str
    customer: str
    address: str
    placed_at: str
    lines: tuple[Line, ...]
    tracking: str | None = None
    note: str | None = None
    handed_to: str | None = None

    @property
    def total(self) -> float:
        return round(sum(line.price * line.quantity for line in self.lines), 2)


class Storage:
    """Opens the file once; every use is one transaction."""

    def __init__(self, path: str | Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_TABLES)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._lock = threading.Lock()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection

    def clear(self) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM lines")
            connection.execute("DELETE FROM orders")

    def save(self, order: Order) -> Order:
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    order.id,
                    order.status,
                    order.customer,
                    order.address,
                    order.placed_at,
                    order.tracking,
                    order.note,
                    order.handed_to,
                ),
            )
            connection.execute("DELETE FROM lines WHERE order_id = ?", (order.id,))
            connection.executemany(
                "INSERT INTO lines VALUES (?, ?, ?, ?)",
                [(order.id, line.sku, line.quantity, line.price) for line in order.lines],
            )
        return order

    def next_id(self) -> int:
        with self._transaction() as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM orders").fetchone()[0])

    def find(self, order_id: int) -> Order | None:
        found = self._select("WHERE id = ?", (order_id,))
        return found[0] if found else None

    def of_customer(self, customer: str, status: str | None, limit: int) -> tuple[Order, ...]:
        if status is None:
            return self._select("WHERE customer = ? ORDER BY id DESC LIMIT ?", (customer, limit))
        return self._select("WHERE customer = ? AND status = ? ORDER BY id DESC LIMIT ?", (customer, status, limit))

    def packed_in(self, area: str) -> tuple[Order, ...]:
        return self._select("WHERE status = 'packed' AND address LIKE ? ORDER BY id", (f"%{area}%",))

    def _select(self, condition: str, parameters: Sequence[object]) -> tuple[Order, ...]:
        with self._transaction() as connection:
            rows = connection.execute(f"SELECT * FROM orders {condition}", parameters).fetchall()
            return tuple(self._order(connection, row) for row in rows)

    def _order(self, connection: sqlite3.Connection, row: sqlite3.Row) -> Order:
        lines = connection.execute("SELECT sku, quantity, price FROM lines WHERE order_id = ?", (row["id"],))
        return Order(**dict(row), lines=tuple(Line(**dict(line)) for line in lines))
