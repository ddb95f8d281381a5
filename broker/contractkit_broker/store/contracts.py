"""Contracts: contents by pair, publications by version, and integrations."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from contractkit_broker.store.database import AnyRow, upsert, upsert_id
from contractkit_broker.store.listed import among, as_list, numbers, pairs
from contractkit_broker.store.prepared import Prepared
from contractkit_broker.store.records import Application, Content, Publication, Version
from contractkit_broker.store.schema import application, content, integration, publication, version

_CONSUMER = application.alias("consumer")
_PROVIDER = application.alias("provider")

_CONTENT = (
    select(
        content.c.id,
        content.c.content_id,
        _CONSUMER.c.name.label("consumer"),
        _PROVIDER.c.name.label("provider"),
        content.c.consumer_id,
        content.c.provider_id,
        content.c.file_digest,
        content.c.created_at,
    )
    .join(_CONSUMER, _CONSUMER.c.id == content.c.consumer_id)
    .join(_PROVIDER, _PROVIDER.c.id == content.c.provider_id)
)

_PUBLICATION = (
    select(
        publication.c.content,
        content.c.content_id,
        publication.c.provider_id,
        publication.c.file_digest,
        _CONSUMER.c.name.label("consumer"),
        _PROVIDER.c.name.label("provider"),
        publication.c.created_at,
        version.c.id.label("version_id"),
        version.c.application_id,
        version.c.number,
        version.c.build_url,
        version.c.created_at.label("version_created_at"),
    )
    .join(content, content.c.id == publication.c.content)
    .join(version, version.c.id == publication.c.version_id)
    .join(_CONSUMER, _CONSUMER.c.id == version.c.application_id)
    .join(_PROVIDER, _PROVIDER.c.id == publication.c.provider_id)
)


_CONTENT_NAMED = _CONTENT.where(
    _CONSUMER.c.name == bindparam("consumer"),
    _PROVIDER.c.name == bindparam("provider"),
    content.c.content_id == bindparam("content_id"),
)

_PUBLICATION_NAMED = Prepared(
    _PUBLICATION.where(
        _CONSUMER.c.name == bindparam("consumer"),
        version.c.number == bindparam("number"),
        _PROVIDER.c.name == bindparam("provider"),
    )
)

_ADD_PUBLICATION = insert(publication)

_IN_ORDER = (version.c.id, _PROVIDER.c.name)

_IDS = numbers("ids")

_PUBLISHED = _PUBLICATION.join(_IDS, _IDS.c.value == publication.c.version_id).order_by(*_IN_ORDER)

_PUBLISHED_BY = Prepared(_PUBLISHED)
_PUBLISHED_FOR = Prepared(_PUBLISHED.where(among(publication.c.provider_id, "provider_ids")))

_BETWEEN = Prepared(
    _PUBLICATION.where(
        among(publication.c.consumer_id, "consumers"), publication.c.provider_id == bindparam("provider")
    ).order_by(*_IN_ORDER)
)

_EARLIER = _PUBLICATION.where(
    publication.c.consumer_id == bindparam("consumer"),
    publication.c.provider_id == bindparam("provider"),
    publication.c.version_id < bindparam("before"),
).order_by(publication.c.version_id.desc())
_OF_ONE_PAIR = Prepared(_EARLIER.limit(bindparam("limit")))
_OTHER = Prepared(_EARLIER.where(publication.c.content != bindparam("content")).limit(1))

_SAID = _PUBLICATION.where(publication.c.content == bindparam("content")).order_by(version.c.id.desc())
_SAYING = Prepared(_SAID.limit(bindparam("limit")))

_LAST = 2**31 - 1  # what no version's id reaches in an integer of PostgreSQL

_OF_PAIR = publication.alias("of_pair")

_NEWEST_VERSION = (
    select(func.max(_OF_PAIR.c.version_id))
    .where(_OF_PAIR.c.consumer_id == integration.c.consumer_id, _OF_PAIR.c.provider_id == integration.c.provider_id)
    .correlate(integration)
    .scalar_subquery()
)
"""The version that published last for the integration of a query: one step in an index."""

_NEWEST = _PUBLICATION.join(
    integration,
    (integration.c.provider_id == publication.c.provider_id) & (publication.c.version_id == _NEWEST_VERSION),
).order_by(_CONSUMER.c.name, _PROVIDER.c.name)

_PAIRS = pairs("pairs")

_NEWEST_OF_ALL = Prepared(_NEWEST)
_NEWEST_OF = Prepared(
    _NEWEST.join(_PAIRS, (integration.c.consumer_id == _PAIRS.c.one) & (integration.c.provider_id == _PAIRS.c.other))
)

_INTEGRATIONS = select(integration.c.consumer_id, integration.c.provider_id)

_CONSUMERS = Prepared(_INTEGRATIONS.where(among(integration.c.provider_id, "ids")))


def ensure_content(
    connection: Connection, consumer: Application, provider: Application, content_id: str, file_digest: str, now: str
) -> Content:
    """Give the content of a pair, created if it is new; the file becomes the newest that says it."""
    values = {
        "consumer_id": consumer.id,
        "provider_id": provider.id,
        "content_id": content_id,
        "file_digest": file_digest,
        "created_at": now,
    }
    keys = ("consumer_id", "provider_id", "content_id")
    row_id = upsert_id(connection, content, keys, values, update=("file_digest",))
    assert row_id is not None
    return Content(
        id=row_id,
        content_id=content_id,
        consumer=consumer.name,
        provider=provider.name,
        consumer_id=consumer.id,
        provider_id=provider.id,
        file_digest=file_digest,
        created_at=now,
    )


def find_content(connection: Connection, consumer: str, provider: str, content_id: str) -> Content | None:
    """Give the content of a pair by its content id, or None."""
    values = {"consumer": consumer, "provider": provider, "content_id": content_id}
    return _content(connection.execute(_CONTENT_NAMED, values).one_or_none())


def content_by_id(connection: Connection, row_id: int) -> Content | None:
    """Give a content by the store's id, or None."""
    return _content(connection.execute(_CONTENT.where(content.c.id == row_id)).one_or_none())


def ensure_integration(connection: Connection, consumer: Application, provider: Application, now: str) -> None:
    """Note that a consumer has a contract with a provider."""
    values = {"provider_id": provider.id, "consumer_id": consumer.id, "created_at": now}
    upsert(connection, integration, ("provider_id", "consumer_id"), values)


def list_integrations(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Give every pair of consumer and provider, by name."""
    query = (
        select(_CONSUMER.c.name, _PROVIDER.c.name)
        .select_from(integration)
        .join(_CONSUMER, _CONSUMER.c.id == integration.c.consumer_id)
        .join(_PROVIDER, _PROVIDER.c.id == integration.c.provider_id)
        .order_by(_CONSUMER.c.name, _PROVIDER.c.name)
    )
    return tuple((row[0], row[1]) for row in connection.execute(query).all())


def integration_ids(connection: Connection) -> list[tuple[int, int]]:
    """Give consumer id and provider id of every integration, in no order."""
    return [(row[0], row[1]) for row in connection.execute(_INTEGRATIONS).all()]


def consumers_of(connection: Connection, provider_ids: Collection[int]) -> tuple[tuple[int, int], ...]:
    """Give consumer id and provider id of the integrations of providers."""
    return tuple((row[0], row[1]) for row in _CONSUMERS.rows(connection, ids=provider_ids))


def delete_integration(connection: Connection, consumer: Application, provider: Application) -> bool:
    """Remove a pair with its contracts and their results; say whether there was one."""
    both = (content.c.consumer_id == consumer.id) & (content.c.provider_id == provider.id)
    connection.execute(delete(content).where(both))
    pair = (integration.c.consumer_id == consumer.id) & (integration.c.provider_id == provider.id)
    return connection.execute(delete(integration).where(pair)).rowcount > 0


def add_publication(connection: Connection, of: Version, provider: Application, said: Content, now: str) -> Publication:
    """Store that a consumer version published a content in the file that the content now names, and give it."""
    values = {
        "version_id": of.id,
        "provider_id": provider.id,
        "content": said.id,
        "file_digest": said.file_digest,
        "created_at": now,
        "consumer_id": of.application_id,
    }
    connection.execute(_ADD_PUBLICATION, values)
    return Publication(
        content=said.id,
        content_id=said.content_id,
        file_digest=said.file_digest,
        consumer=of.application,
        provider=provider.name,
        provider_id=provider.id,
        version=of,
        created_at=now,
    )


def replace_file(connection: Connection, of: Version, provider: Application, file_digest: str) -> None:
    """Set the file of a publication to another one of the same content."""
    mine = (publication.c.version_id == of.id) & (publication.c.provider_id == provider.id)
    connection.execute(update(publication).where(mine).values(file_digest=file_digest))


def replace_content(connection: Connection, of: Version, provider: Application, said: Content) -> None:
    """Set what a publication says, where a later upload was merged into it."""
    mine = (publication.c.version_id == of.id) & (publication.c.provider_id == provider.id)
    values = {"content": said.id, "file_digest": said.file_digest}
    connection.execute(update(publication).where(mine).values(**values))


def delete_publication(connection: Connection, of: Version, provider_id: int) -> None:
    """Remove what a consumer version published for a provider; the content and its results stay."""
    mine = (publication.c.version_id == of.id) & (publication.c.provider_id == provider_id)
    connection.execute(delete(publication).where(mine))


def publication_before(connection: Connection, of: Publication) -> Publication | None:
    """Give the newest publication of an earlier version of the pair with another content, or None."""
    pair = {"consumer": of.version.application_id, "provider": of.provider_id}
    found = _publications(connection, _OTHER, **pair, content=of.content, before=of.version.id)
    return found[0] if found else None


def find_publication(connection: Connection, consumer: str, number: str, provider: str) -> Publication | None:
    """Give what a consumer version published for a provider, or None."""
    found = _publications(connection, _PUBLICATION_NAMED, consumer=consumer, number=number, provider=provider)
    return found[0] if found else None


def publications_of(
    connection: Connection, version_ids: Collection[int], provider_ids: Collection[int] | None = None
) -> tuple[Publication, ...]:
    """Give what consumer versions published, for all providers or for some, in the order of the versions."""
    if provider_ids is None:
        return _publications(connection, _PUBLISHED_BY, ids=version_ids)
    return _publications(connection, _PUBLISHED_FOR, ids=version_ids, provider_ids=provider_ids)


def publications_between(
    connection: Connection, consumer_ids: Collection[int], provider_id: int
) -> tuple[Publication, ...]:
    """Give everything that consumers ever published for a provider, in the order of the versions."""
    return _publications(connection, _BETWEEN, consumers=consumer_ids, provider=provider_id)


def publications_before(
    connection: Connection, consumer_id: int, provider_id: int, *, before: int | None, limit: int
) -> tuple[Publication, ...]:
    """Give what a consumer published for a provider, the newest version first, before a version if one is given."""
    pair = {"consumer": consumer_id, "provider": provider_id}
    return _publications(connection, _OF_ONE_PAIR, **pair, before=_LAST if before is None else before, limit=limit)


def newest_publication(connection: Connection, consumer_id: int, provider_id: int) -> Publication | None:
    """Give what the newest consumer version with a contract published for a provider, or None."""
    found = newest_publications(connection, [(consumer_id, provider_id)])
    return found[0] if found else None


def newest_publications(connection: Connection, of: Iterable[tuple[int, int]] | None = None) -> tuple[Publication, ...]:
    """Give what the newest consumer version published, for each integration or for some pairs of ids, by name."""
    if of is None:
        return _publications(connection, _NEWEST_OF_ALL)
    return _publications(connection, _NEWEST_OF, pairs=as_list(of))


def publications_with(connection: Connection, content_row: int, *, limit: int = 50) -> tuple[Publication, ...]:
    """Give the publications of one content, the newest version first."""
    return _publications(connection, _SAYING, content=content_row, limit=limit)


def pairs_of(connection: Connection, application_id: int) -> tuple[tuple[int, int], ...]:
    """Give consumer id and provider id of every integration that an application has part in."""
    mine = (integration.c.consumer_id == application_id) | (integration.c.provider_id == application_id)
    query = select(integration.c.consumer_id, integration.c.provider_id).where(mine)
    return tuple((row[0], row[1]) for row in connection.execute(query).all())


def _content(row: AnyRow | None) -> Content | None:
    return None if row is None else Content(**row._mapping)


def _publications(connection: Connection, query: Prepared, **values: Any) -> tuple[Publication, ...]:
    return tuple(_publication(*row) for row in query.rows(connection, **values))


def _publication(
    content_row: int,
    content_id: str,
    provider_id: int,
    file_digest: str,
    consumer: str,
    provider: str,
    created_at: str,
    *of_version: Any,
) -> Publication:
    row_id, application_id, number, build_url, version_created_at = of_version
    return Publication(
        content=content_row,
        content_id=content_id,
        provider_id=provider_id,
        file_digest=file_digest,
        consumer=consumer,
        provider=provider,
        created_at=created_at,
        version=Version(
            id=row_id,
            application_id=application_id,
            application=consumer,
            number=number,
            build_url=build_url,
            created_at=version_created_at,
        ),
    )
