"""Finding: versions and branches by the beginning of a name, versions by tag, pairs by the words of their contracts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Column, Connection, Insert, Integer, String, bindparam, select, text

from contractkit_broker.store.beginnings import beginning, begins
from contractkit_broker.store.database import AnySelect, insert_missing
from contractkit_broker.store.listed import as_list, rows
from contractkit_broker.store.records import Version
from contractkit_broker.store.schema import application, branch, branch_head, search_word, tag, version

_VERSION = select(
    version.c.id,
    version.c.application_id,
    application.c.name.label("application"),
    version.c.number,
    version.c.build_url,
    version.c.created_at,
).join(application, application.c.id == version.c.application_id)

_NUMBERED = _VERSION.where(begins(version.c.number, "number")).limit(bindparam("limit"))

_TAGGED = (
    _VERSION.join(tag, tag.c.version_id == version.c.id)
    .where(tag.c.name == bindparam("tag"))
    .order_by(tag.c.version_id.desc())
    .limit(bindparam("limit"))
)

_NAMED = select(branch).where(begins(branch.c.name, "name")).limit(bindparam("limit")).subquery("named")

_BRANCHES = (
    select(application.c.name, _NAMED.c.name, version.c.number)
    .select_from(_NAMED)
    .join(application, application.c.id == _NAMED.c.application_id)
    .outerjoin(branch_head, (branch_head.c.branch_id == _NAMED.c.id) & branch_head.c.ended_at.is_(None))
    .outerjoin(version, version.c.id == branch_head.c.version_id)
)

_PAIRS = select(search_word.c.consumer_id, search_word.c.provider_id).where(begins(search_word.c.word, "word"))
_ANY_PAIRS = _PAIRS.limit(bindparam("limit"))
_PAIRS_OF = _PAIRS.where(search_word.c.provider_id == bindparam("provider")).limit(bindparam("limit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBranch:
    """A branch of an application with the number of its head, None where no version is left on it."""

    application: str
    name: str
    head: str | None


def add_words(connection: Connection, consumer_id: int, provider_id: int, words: Iterable[str]) -> None:
    """Store by which words a pair is found; those that are there stay."""
    listed = as_list((word,) for word in sorted(words))  # in one order, so that builds at once wait in turn
    values = {"consumer": consumer_id, "provider": provider_id, "words": listed}
    connection.execute(_adding(connection.dialect.name), values)


@cache
def _adding(dialect: str) -> Insert:
    listed = rows("words", Column("word", String))
    pair = (bindparam("provider", type_=Integer), bindparam("consumer", type_=Integer))
    found = select(*pair, *listed.c).where(text("true"))  # else SQLite takes ON for a join
    columns = (search_word.c.provider_id, search_word.c.consumer_id, search_word.c.word)
    return insert_missing(dialect, search_word).from_select(columns, found)


def versions_numbered(connection: Connection, start: str, *, limit: int) -> tuple[Version, ...]:
    """Give versions of any application whose number begins with a text."""
    return _versions(connection, _NUMBERED, {**beginning("number", start), "limit": limit})


def versions_tagged(connection: Connection, name: str, *, limit: int) -> tuple[Version, ...]:
    """Give versions of any application with a tag, the newest first."""
    return _versions(connection, _TAGGED, {"tag": name, "limit": limit})


def branches_named(connection: Connection, start: str, *, limit: int) -> tuple[FoundBranch, ...]:
    """Give branches of any application whose name begins with a text."""
    found = connection.execute(_BRANCHES, {**beginning("name", start), "limit": limit})
    return tuple(FoundBranch(application=row[0], name=row[1], head=row[2]) for row in found)


def pairs_with(
    connection: Connection, word: str, *, provider_id: int | None, limit: int
) -> tuple[tuple[tuple[int, int], ...], bool]:
    """Give the ids of consumer and provider of pairs whose contracts say a word that begins so.

    Returns:
        The pairs, and whether there may be more than the words that were looked at.
    """
    query = _ANY_PAIRS if provider_id is None else _PAIRS_OF
    values = {**beginning("word", word), "limit": limit}
    found = connection.execute(query, values if provider_id is None else {**values, "provider": provider_id}).all()
    return tuple(dict.fromkeys((row[0], row[1]) for row in found)), len(found) == limit


def _versions(connection: Connection, query: AnySelect, values: dict[str, object]) -> tuple[Version, ...]:
    return tuple(Version(**row._mapping) for row in connection.execute(query, values))
