"""What a question costs the database: no large table is read whole, and no more rows are visited with more history."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest
from broker_history import World
from broker_seeding import seed
from contractkit_broker.server import running_broker
from contractkit_broker.store.database import Database, database_url
from contractkit_broker.store.prepared import Prepared
from sqlalchemy import Connection, Engine, event

SMALL = World(services=20, versions=60, integrations=60, lasting=8, detailed=3)

LARGE_TABLES = {
    "version",
    "branch",
    "branch_version",
    "branch_head",
    "tag",
    "deployment",
    "release",
    "blob",
    "content",
    "publication",
    "usage",
    "verification",
    "interaction_result",
    "verdict",
    "definition",
}
"""Those that grow with every build; integrations, applications and environments do not."""


def questions(world: World) -> dict[str, tuple[str, str, Any]]:
    """Give what clients and readers ask all day: method, path and body."""
    consumer, provider = world.pairs()[0]
    name, number, other = world.name(consumer), world.number(consumer, world.versions - 1), world.name(provider)
    of = f"pacticipant={name}&version={number}"
    pair = f"q[][pacticipant]={name}&q[][latest]=true&q[][pacticipant]={other}&q[][latest]=true"
    running = {"consumerVersionSelectors": [{"mainBranch": True}, {"deployedOrReleased": True}]}
    pending = {"includePendingStatus": True, "providerVersionBranch": "main"}
    newest = {"consumerVersionSelectors": [{"latest": True}, {"branch": "feature/1"}]}
    return {
        "can-i-deploy": ("GET", f"/can-i-deploy?{of}&environment=production", None),
        "can-i-deploy of the most called": (
            "GET",
            f"/can-i-deploy?pacticipant={world.name(0)}&version={world.number(0, world.versions - 1)}&environment=test",
            None,
        ),
        "can-i-merge": ("GET", f"/matrix?q[][pacticipant]={name}&q[][version]={number}&mainBranch=true", None),
        "matrix of a pair": ("GET", f"/matrix?{pair}&latestby=cvpv", None),
        "matrix of an open pair": (
            "GET",
            f"/matrix?q[][pacticipant]={name}&q[][pacticipant]={other}&latestby=cvpv&limit=20",
            None,
        ),
        "matrix of every version": ("GET", f"/matrix?q[][pacticipant]={name}&environment=test&limit=20", None),
        "for-verification": ("POST", f"/pacts/provider/{other}/for-verification", running),
        "for-verification, with what is pending": (
            "POST",
            f"/pacts/provider/{other}/for-verification",
            running | pending,
        ),
        "for-verification of the newest": ("POST", f"/pacts/provider/{other}/for-verification", newest),
        "for-verification by default": ("POST", f"/pacts/provider/{other}/for-verification", {}),
        "badge": ("GET", f"/pacticipants/{name}/main-branch/can-i-merge/badge", None),
        "first page": ("GET", "/ui", None),
        "newest contract of a pair": ("GET", f"/pacts/provider/{other}/consumer/{name}/latest", None),
        "contracts of the main branches": ("GET", f"/pacts/provider/{other}/branch/latest", None),
        "newest contracts": ("GET", "/pacts/latest", None),
        "versions": ("GET", f"/pacticipants/{name}/versions?pageSize=20", None),
        "version": ("GET", f"/pacticipants/{name}/versions/{number}", None),
        "environment": ("GET", f"/pacticipants/{name}/branches/main", None),
        "search for a version": ("GET", f"/search?q={number}", None),
        "search for a tag or a branch": ("GET", "/search?q=feature", None),
        "search for what contracts say": ("GET", "/search?q=order", None),
        "history of an interaction": (
            "GET",
            f"/pacts/provider/{other}/consumer/{name}/interactions/INTERACTION/results",
            None,
        ),
        "what a version owes": ("GET", f"/pacticipants/{other}/versions/{world.number(provider, 0)}/owed", None),
    }


Statement = tuple[str, Any]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Give the list in which each statement that any database is sent is noted with its values."""
    found: list[Statement] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        found.append((statement, values))

    def rows(prepared: Prepared, connection: Connection, **values: Any) -> Any:
        return connection.execute(prepared.statement, values).all()

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Prepared, "rows", rows)  # the same text, and the driver's cursor would tell nobody of it
            yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements(database: str, world: World) -> dict[str, list[Statement]]:
    """Give the statements that each question leads to."""
    found = {}
    with running_broker(database) as url, httpx.Client(base_url=url, timeout=600) as http:
        asked = questions(world)
        newest = http.get(asked["newest contract of a pair"][1]).json()
        for name, (method, path, body) in asked.items():
            path = path.replace("INTERACTION", newest["interactions"][0]["_id"])
            with recorded() as sent:
                reply = http.request(method, path, json=body)
            assert reply.status_code == 200, reply.text
            found[name] = [each for each in sent if "FROM" in each[0] and "impact_job" not in each[0]]
    return found


def read_whole(database: str, statement: Statement) -> set[str]:
    """Give the large tables that the plan of a statement reads from one end to the other."""
    url = database_url(database)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as connection:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]).fetchall()
        return {step[3].split()[1] for step in plan if step[3].startswith("SCAN ")} & LARGE_TABLES
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):  # which small tables are read whole for, indexed or not
            connection.execute(f"SET enable_{way} = off")
        ((plans,),) = connection.execute(f"EXPLAIN (FORMAT JSON) {statement[0]}", statement[1]).fetchall()
    return {table for plan in plans for table in _read_whole(plan["Plan"])} & LARGE_TABLES


def _read_whole(node: dict[str, Any], *, is_cut: bool = False) -> Iterator[str]:
    """Give the tables of a plan of PostgreSQL that are read without any condition on an index or a limit."""
    if node.get("Relation Name") and not is_cut and "Index Cond" not in json.dumps(node):
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from _read_whole(inner, is_cut=node["Node Type"] == "Limit")


def check_plans(database: str, world: World) -> None:
    seed(database, world)
    whole = {
        (name, table): statement
        for name, sent in statements(database, world).items()
        for statement, values in sent
        for table in read_whole(database, (statement, values))
    }
    assert whole == {}


@pytest.mark.slow
def test_no_question_reads_a_large_table_whole(database: str) -> None:
    check_plans(database, SMALL)


@pytest.mark.deep
def test_no_question_reads_a_large_table_whole_at_a_tenth_of_the_full_size(database: str) -> None:
    check_plans(database, World(versions=100))


def test_a_table_that_is_read_whole_is_found(database: str) -> None:
    condition = "SELECT id FROM version WHERE build_url = 'x'"
    assert read_whole(database, (condition, ())) == {"version"}
    assert read_whole(database, ("SELECT id FROM version WHERE application_id = 7", ())) == set()


@pytest.mark.slow
def test_postgresql_plans_a_statement_once_and_reads_no_table_whole_while_it_is_small(
    postgres: Callable[[str], str],
) -> None:
    database = Database(postgres("planned"))
    settings = ("plan_cache_mode", "enable_seqscan", "jit")
    with database.reading() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in settings]
    database.close()
    assert found == ["force_generic_plan", "off", "off"]


def steps(path: str, sent: list[Statement]) -> int:
    """Give how many instructions SQLite needs for statements, in hundreds."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    with closing(sqlite3.connect(path)) as connection:
        for statement, values in sent:
            connection.set_progress_handler(step, 100)
            connection.execute(statement, values).fetchall()
    return count


def check_growth(place: Callable[[World], str], world: World) -> None:
    """Hold the work of each question against the same with a tenth of the history."""
    worlds = (replace(world, versions=world.versions // 10), world)
    costs = []
    for each in worlds:
        seed(place(each), each)
        sent = statements(place(each), each)
        costs.append({name: steps(place(each), of) for name, of in sent.items()})
    grown = {name: (costs[0][name], cost) for name, cost in costs[1].items() if cost > 1.5 * costs[0][name] + 20}
    assert grown == {}


@pytest.mark.slow
def test_no_question_takes_more_work_with_ten_times_the_history(tmp_path: Any) -> None:
    world = replace(SMALL, versions=300)
    check_growth(lambda each: str(tmp_path / f"{each.versions}.sqlite"), world)


@pytest.mark.deep
def test_no_question_takes_more_work_at_a_tenth_of_the_full_size_than_at_a_hundredth(tmp_path: Any) -> None:
    check_growth(lambda each: str(tmp_path / f"{each.versions}.sqlite"), World(versions=100))
