"""Many branches: more heads than SQLite takes values in a statement, and a page that stays small."""

from typing import Any

import pytest
from contractkit_broker.store import schema
from contractkit_broker.store.database import Database
from sqlalchemy import Connection, func, insert, select

from tests.broker.conftest import Story, contract, on_sqlite

NOW = "2026-11-20T12:00:00.000000+00:00"
MANY = 33_000


def add_branches(connection: Connection) -> None:
    """Put a version that publishes the shop's one contract on each of many new branches."""
    shop = connection.execute(select(schema.application.c.id).where(schema.application.c.name == "shop")).scalar_one()
    published = connection.execute(select(schema.publication)).mappings().one()
    first = connection.execute(select(func.max(schema.version.c.id))).scalar_one()
    ids = range(first + 1, first + 1 + MANY)
    rows: dict[Any, list[dict[str, Any]]] = {
        schema.version: [{"id": n, "application_id": shop, "number": f"n{n}", "created_at": NOW} for n in ids],
        schema.branch: [{"id": n, "application_id": shop, "name": f"branch-{n}", "created_at": NOW} for n in ids],
        schema.branch_version: [{"branch_id": n, "version_id": n, "created_at": NOW} for n in ids],
        schema.branch_head: [{"branch_id": n, "version_id": n, "started_at": NOW} for n in ids],
        schema.publication: [{**published, "version_id": n} for n in ids],
    }
    for table, values in rows.items():
        connection.execute(insert(table), values)


@pytest.mark.slow
@on_sqlite
def test_tens_of_thousands_of_branches_are_borne(broker: Story, database: str) -> None:
    broker.publish("shop", "1", contract("shop", "orders"), branch="main")
    opened = Database(database)
    opened.write(add_branches)
    opened.close()
    wip = {"includePendingStatus": True, "includeWipPactsSince": "2020-01-01", "providerVersionBranch": "main"}
    (chosen,) = broker.selected("orders", consumerVersionSelectors=[{"branch": True}], **wip)
    assert chosen["verificationProperties"]["pending"] is True
    page = broker.http.get("/ui/applications/shop").text
    assert (page.count('<span class="branch">branch-'), "the newest 100 of 33001" in page) == (100, True)
    listed = broker.http.get("/pacticipants/shop/branches", params={"pageNumber": 2, "pageSize": 3}).json()
    assert (len(listed["_embedded"]["branches"]), listed["page"]["totalElements"]) == (3, 33_001)
