"""The overview: how every integration stands, newest against newest and in each environment."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.store import (
    applications,
    contracts,
    definitions,
    environments,
    standings,
    usages,
    verifications,
)
from contractkit_broker.store.records import Application, BriefVerification, Occupancy, Publication, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceStanding:
    """How an integration stands in one environment: `verified`, `failed`, `unknown`, or empty if an end is absent."""

    environment: str
    consumer_versions: tuple[str, ...]
    provider_versions: tuple[str, ...]
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationOverview:
    """One integration: the newest contract, its newest verification, and the environments."""

    publication: Publication
    interactions: int
    verification: BriefVerification | None
    failed: int
    total: int
    places: tuple[PlaceStanding, ...]

    @property
    def standing(self) -> str:
        """Give `verified`, `failed` or `unknown` for the newest contract."""
        if self.verification is None:
            return "unknown"
        return "verified" if self.verification.success else "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOverview:
    """One application: its newest version and where it runs."""

    name: str
    newest: Version | None
    main_branch: str | None
    places: tuple[Occupancy, ...]
    has_definition: bool
    consumers: int
    providers: int


_ORDER = {"failed": 0, "unknown": 1, "verified": 2}
_STANDINGS = {True: "verified", False: "failed", None: "unknown"}


def integrations_in_order(connection: Connection) -> tuple[tuple[tuple[int, int], str], ...]:
    """Give the ids of every integration's ends with its standing; what is not verified comes first."""
    found = [(_STANDINGS[each.success], each) for each in standings.integration_standings(connection)]
    found.sort(key=lambda pair: (_ORDER[pair[0]], pair[1].consumer, pair[1].provider))
    return tuple(((each.consumer_id, each.provider_id), standing) for standing, each in found)


def integrations_overview(
    connection: Connection, pairs: Collection[tuple[int, int]]
) -> tuple[IntegrationOverview, ...]:
    """Give some integrations, named by the ids of consumer and provider; what is not verified comes first."""
    newest = contracts.newest_publications(connection, pairs)
    verified = verifications.newest_verifications(connection, {each.content for each in newest})
    counts = verifications.outcome_counts(connection, [each.id for each in verified.values()])
    sizes = usages.interaction_counts(connection, {each.file_digest for each in newest})
    places = environments.list_environments(connection)
    ends = {end for each in newest for end in (each.version.application_id, each.provider_id)}
    running = environments.occupied(connection, [place.id for place in places], ends)
    providers = {each.provider_id for each in newest}
    in_places = _PlaceStandings(connection, running, [place.name for place in places], providers)
    found = []
    for each in newest:
        verification = verified.get(each.content)
        failed, total = counts.get(verification.id, (0, 0)) if verification else (0, 0)
        found.append(
            IntegrationOverview(
                publication=each,
                interactions=sizes.get(each.file_digest, 0),
                verification=verification,
                failed=failed,
                total=total,
                places=in_places.of(each),
            )
        )
    return tuple(sorted(found, key=lambda each: (_ORDER[each.standing], each.publication.consumer)))


def services_overview(connection: Connection, services: Sequence[Application]) -> tuple[ServiceOverview, ...]:
    """Give some applications in their order."""
    ids = [each.id for each in services]
    newest = {each.application_id: each for each in applications.newest_versions(connection, ids)}
    places = [place.id for place in environments.list_environments(connection)]
    running = environments.occupied(connection, places, ids)
    here: dict[int, list[Occupancy]] = {}
    for place in running:
        here.setdefault(place.version.application_id, []).append(place)
    pairs = contracts.integration_ids(connection)
    consumers, providers = Counter(provider for _, provider in pairs), Counter(consumer for consumer, _ in pairs)
    defined = definitions.applications_with_definition(connection, ids)
    return tuple(
        ServiceOverview(
            name=each.name,
            newest=newest.get(each.id),
            main_branch=each.main_branch,
            places=tuple(here.get(each.id, ())),
            has_definition=each.id in defined,
            consumers=consumers[each.id],
            providers=providers[each.id],
        )
        for each in services
    )


class _PlaceStandings:
    """The standings of all integrations in all environments, from three queries."""

    def __init__(
        self, connection: Connection, running: Sequence[Occupancy], names: Sequence[str], providers: Collection[int]
    ) -> None:
        self._names = names
        self._here: dict[tuple[str, int], list[Version]] = {}
        for each in running:
            self._here.setdefault((each.environment.name, each.version.application_id), []).append(each.version)
        versions = {each.version.id for each in running}
        published = contracts.publications_of(connection, versions, providers)
        self._published = {(each.version.id, each.provider_id): each for each in published}
        found = verifications.verdicts(connection, self._meetings(running))
        self._verdicts = {(each.content, each.provider_version_id): each.success for each in found}

    def _meetings(self, running: Iterable[Occupancy]) -> Iterable[tuple[int, int]]:
        """Give contents with the provider versions that they meet somewhere."""
        calls: dict[int, list[Publication]] = {}
        for published in self._published.values():
            calls.setdefault(published.version.id, []).append(published)
        for each in running:
            for published in calls.get(each.version.id, ()):
                for provider in self._here.get((each.environment.name, published.provider_id), ()):
                    yield published.content, provider.id

    def of(self, publication: Publication) -> tuple[PlaceStanding, ...]:
        """Give the standing of one integration in each environment."""
        return tuple(self._in(name, publication) for name in self._names)

    def _in(self, name: str, publication: Publication) -> PlaceStanding:
        consumers = self._here.get((name, publication.version.application_id), [])
        providers = self._here.get((name, publication.provider_id), [])
        return PlaceStanding(
            environment=name,
            consumer_versions=tuple(each.number for each in consumers),
            provider_versions=tuple(each.number for each in providers),
            standing=_worst(self._each(consumers, providers, publication.provider_id)),
        )

    def _each(
        self, consumers: Iterable[Version], providers: Sequence[Version], provider_id: int
    ) -> Iterable[bool | None]:
        for consumer in consumers:
            published = self._published.get((consumer.id, provider_id))
            for provider in providers if published else ():
                assert published is not None
                yield self._verdicts.get((published.content, provider.id))


def _worst(verdicts: Iterable[bool | None]) -> str:
    found = set(verdicts)
    if not found:
        return ""
    if False in found:
        return "failed"
    return "unknown" if None in found else "verified"
