"""Long lists of what was ever published for a provider: only the names that a link is made of, never whole records."""

from enum import Enum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from contractkit_broker.store.database import AnySelect
from contractkit_broker.store.schema import application, branch, branch_version, publication, tag, version


class Which(Enum):
    """Of which versions: all, those with a tag, those on a branch of a name, those on the main branches."""

    EVERY = "every"
    TAGGED = "tagged"
    ON_BRANCH = "on a branch"
    ON_MAIN_BRANCH = "on the main branches"


class PublishedName(NamedTuple):
    """A consumer's version that published a contract. A tuple, since there are tens of thousands."""

    consumer: str
    number: str


_MEMBERSHIP = (
    select(branch.c.id)
    .join(branch_version, branch_version.c.branch_id == branch.c.id)
    .where(
        branch.c.application_id == publication.c.consumer_id,
        branch_version.c.version_id == publication.c.version_id,
    )
)

_IS_TAGGED = select(tag.c.name).where(tag.c.version_id == publication.c.version_id, tag.c.name == bindparam("word"))

_CONDITIONS: dict[Which, tuple[ColumnElement[bool], ...]] = {
    Which.EVERY: (),
    Which.TAGGED: (_IS_TAGGED.exists(),),
    Which.ON_BRANCH: (_MEMBERSHIP.where(branch.c.name == bindparam("word")).exists(),),
    Which.ON_MAIN_BRANCH: (_MEMBERSHIP.where(branch.c.name == application.c.main_branch).exists(),),
}

_OF_PROVIDER = {
    which: select(application.c.name, version.c.number)
    .select_from(publication)
    .join(version, version.c.id == publication.c.version_id)
    .join(application, application.c.id == publication.c.consumer_id)
    .where(publication.c.provider_id == bindparam("provider"), *conditions)
    .order_by(application.c.name, publication.c.version_id)
    for which, conditions in _CONDITIONS.items()
}

_PAGES = {which: query.limit(bindparam("limit")).offset(bindparam("offset")) for which, query in _OF_PROVIDER.items()}

_COUNTS: dict[Which, AnySelect] = {
    which: select(func.count())
    .select_from(publication)
    .join(application, application.c.id == publication.c.consumer_id)
    .where(publication.c.provider_id == bindparam("provider"), *conditions)
    for which, conditions in _CONDITIONS.items()
}


def published_for(
    connection: Connection, provider_id: int, which: Which, word: str | None = None
) -> list[PublishedName]:
    """Give who ever published a contract with a provider, by consumer, the oldest version first.

    Args:
        connection: The connection.
        provider_id: The provider.
        which: Of which versions.
        word: The tag or the branch, where one is to be named.
    """
    rows = connection.execute(_OF_PROVIDER[which], _values(provider_id, word)).all()
    return [PublishedName(*row) for row in rows]


def published_page(
    connection: Connection, provider_id: int, which: Which, word: str | None, *, limit: int, offset: int
) -> tuple[int, list[PublishedName]]:
    """Give how many `published_for` gives, and some of them."""
    values = _values(provider_id, word)
    total = connection.execute(_COUNTS[which], values).scalar_one()
    rows = connection.execute(_PAGES[which], {**values, "limit": limit, "offset": offset}).all()
    return total, [PublishedName(*row) for row in rows]


def _values(provider_id: int, word: str | None) -> dict[str, int | str]:
    return {"provider": provider_id, **({} if word is None else {"word": word})}
