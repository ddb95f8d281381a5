"""Prepared questions: what they give and raise is what SQLAlchemy gives and raises, in a transaction and outside."""

from collections.abc import Iterator

import pytest
from contractkit_broker.store import environments
from contractkit_broker.store.database import Database
from contractkit_broker.store.listed import among
from contractkit_broker.store.prepared import Prepared
from contractkit_broker.store.schema import environment
from sqlalchemy import Connection, bindparam, column, func, literal, select, table
from sqlalchemy.exc import DBAPIError

PLACES = Prepared(
    select(environment.c.name, environment.c.production, environment.c.contacts, literal(7).label("seven"))
    .where(among(environment.c.name, "names"), environment.c.production == bindparam("production"))
    .order_by(environment.c.name)
)

BROKEN = Prepared(select(column("missing")).select_from(table("nowhere")))


@pytest.fixture
def opened(database: str) -> Iterator[Database]:
    found = Database(database)
    yield found
    found.close()


def add_place(connection: Connection) -> None:
    names = dict.fromkeys(("uuid", "name", "display_name"), "backup")
    contacts = [{"name": "Ada"}]
    environments.add_environment(connection, {**names, "production": True, "contacts": contacts, "created_at": "2026"})


def test_a_question_gives_the_same_values_as_sqlalchemy_whatever_their_types(opened: Database) -> None:
    values = {"names": ["backup", "backup", "nowhere"], "production": True}
    opened.write(add_place)
    with opened.reading() as connection:
        asked = PLACES.rows(connection, **values)
        told = connection.execute(PLACES.statement, values).all()
    assert asked == opened.write(lambda connection: PLACES.rows(connection, **values)) == told
    assert asked == [("backup", True, [{"name": "Ada"}], 7)]


def test_a_question_that_fails_raises_as_sqlalchemy_does_and_the_connection_is_of_use_after_it(
    opened: Database,
) -> None:
    with opened.reading() as connection:
        with pytest.raises(DBAPIError, match="nowhere"):
            BROKEN.rows(connection)
        assert PLACES.rows(connection, names=["nowhere"], production=False) == []


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_is_gone_is_told_and_replaced(opened: Database) -> None:
    with opened.reading() as connection, opened.reading() as other:
        own = connection.execute(select(func.pg_backend_pid())).scalar_one()
        other.execute(select(func.pg_terminate_backend(own)))
        with pytest.raises(DBAPIError) as raised:
            PLACES.rows(connection, names=["nowhere"], production=False)
    assert raised.value.connection_invalidated
    with opened.reading() as connection:
        assert PLACES.rows(connection, names=["nowhere"], production=False) == []
