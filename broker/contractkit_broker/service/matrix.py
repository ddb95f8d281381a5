"""The matrix: which contract meets which provider version, with the verdict, found by key and never by history."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contractkit_broker.service.selectors import SelectorError, VersionSelector, select_versions
from contractkit_broker.store import applications, contracts, environments, verifications
from contractkit_broker.store.records import Publication, Verdict, Verification, Version

_EVERY = 1_000_000_000
_FIRST_STRETCH = 10  # versions that are looked at first, where a few newest rows are wanted of a long history


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An application, or one version of it, whose rows do not count."""

    application: str
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixQuery:
    """What was asked: the named selections, the target for everybody else, and which rows are wanted."""

    named: tuple[VersionSelector, ...]
    target: VersionSelector | None = None
    latest_by: str | None = None
    ignored: tuple[Ignored, ...] = ()
    success: tuple[bool | None, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One row. `provider_version` is None where the target has none; `verdict` is None where nothing was verified."""

    publication: Publication
    provider_version: Version | None
    verdict: Verdict | None
    ignored: bool = False

    @property
    def success(self) -> bool | None:
        """Give the verdict as true, false or None."""
        return None if self.verdict is None else self.verdict.success


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The rows, the named versions that exist, the named selections that found nothing, and what a reader must know.

    `elsewhere` gives, by content, the newest verification by any provider version, for contents without a verdict;
    `counts` gives, by verification, how many interactions failed of how many; `were_there` are the ids of absent
    providers that have been in the target environment before.
    """

    cells: tuple[Cell, ...]
    named: tuple[Version, ...]
    missing: tuple[VersionSelector, ...]
    cut: bool = False
    elsewhere: dict[int, Verification]
    counts: dict[int, tuple[int, int]]
    were_there: frozenset[int]


def find_matrix(connection: Connection, query: MatrixQuery) -> Matrix:
    """Give the rows that a query asks for.

    Raises:
        SelectorError: A named application or environment is unknown.
    """
    named, missing = _named_versions(connection, query)
    kept = _wanted(_distinct(_find_cells(connection, query, named)), query)
    cut = query.limit is not None and len(kept) > query.limit
    kept = kept[: query.limit] if query.limit is not None else kept
    return Matrix(
        cells=tuple(kept),
        named=tuple(version for versions in named.values() for version in versions),
        missing=missing,
        cut=cut,
        elsewhere=_elsewhere(connection, kept),
        counts=verifications.outcome_counts(
            connection, [each.verdict.verification_id for each in kept if each.verdict]
        ),
        were_there=_were_there(connection, query, kept),
    )


def _named_versions(
    connection: Connection, query: MatrixQuery
) -> tuple[dict[int, tuple[Version, ...]], tuple[VersionSelector, ...]]:
    found: dict[int, tuple[Version, ...]] = {}
    missing = []
    for selector in query.named:
        row_id, versions = _versions_named(connection, selector)
        if not versions:
            missing.append(selector)
        found[row_id] = (*found.get(row_id, ()), *versions)
    return found, tuple(missing)


def _versions_named(connection: Connection, selector: VersionSelector) -> tuple[int, tuple[Version, ...]]:
    if selector.number is not None:
        version = applications.find_version(connection, selector.application, selector.number)
        if version is not None:
            return version.application_id, (version,)
    application = applications.find_application(connection, selector.application)
    if application is None:
        raise SelectorError(f"No pacticipant with name '{selector.application}' found")
    if selector.number is not None:
        return application.id, ()
    if selector.is_open:
        return application.id, applications.list_versions(connection, application.name, limit=_EVERY)
    return application.id, select_versions(connection, selector, [application.id])


def _find_cells(connection: Connection, query: MatrixQuery, named: dict[int, tuple[Version, ...]]) -> list[Cell]:
    """Give the rows in both directions.

    A contract that a named version published requires its provider; of those that call a named application, only
    the consumers in the target count.
    """
    if _only_named(query):
        return _cells_of_named(connection, query, named)
    own = contracts.publications_of(connection, [version.id for each in named.values() for version in each])
    consumers = {consumer for consumer, _ in contracts.consumers_of(connection, named.keys())} - named.keys()
    others = consumers | {each.provider_id for each in own} - named.keys()
    inferred = _by_application(_inferred(connection, query, others))
    calling = [version.id for consumer in consumers for version in inferred.get(consumer, ())]
    theirs = contracts.publications_of(connection, calling, named.keys()) if calling else ()
    return _cells(connection, query, [*own, *theirs], {**inferred, **named})


def _cells_of_named(connection: Connection, query: MatrixQuery, named: dict[int, tuple[Version, ...]]) -> list[Cell]:
    """Give rows between named versions, from the newest consumer version back, until there are more than wanted."""
    left = sorted((version.id for each in named.values() for version in each), reverse=True)
    found: list[Cell] = []
    stretch = _FIRST_STRETCH
    while left and (query.limit is None or len(_wanted(_distinct(found), query)) <= query.limit):
        now, left, stretch = left[:stretch], left[stretch:], 2 * stretch
        own = [each for each in contracts.publications_of(connection, now) if each.provider_id in named]
        found += _cells(connection, query, own, named)
    return found


def _only_named(query: MatrixQuery) -> bool:
    return query.target is None and len({selector.application for selector in query.named}) > 1


def _inferred(connection: Connection, query: MatrixQuery, others: Collection[int]) -> tuple[Version, ...]:
    return select_versions(connection, query.target or VersionSelector(latest=True), others)


def _cells(
    connection: Connection,
    query: MatrixQuery,
    published: Sequence[Publication],
    providers: dict[int, tuple[Version, ...]],
) -> list[Cell]:
    open_names = {each.application for each in query.named if each.is_open}
    of_open = [each for each in published if each.provider in open_names]
    verified = _verified_by(connection, of_open, providers)
    wanted = {
        (each.content, version.id)
        for each in published
        for version in (verified[each.content] if each.provider in open_names else providers.get(each.provider_id, ()))
    }
    found = verifications.verdicts(connection, wanted)
    verdicts = {(each.content, each.provider_version_id): each for each in found}
    cells: list[Cell] = []
    for publication in published:
        versions: Sequence[Version | None] = providers.get(publication.provider_id, ())
        if publication.provider in open_names:
            versions = verified[publication.content]
        for version in versions or (None,):
            verdict = verdicts.get((publication.content, version.id)) if version is not None else None
            ignored = _is_ignored(publication, version, query.ignored)
            cells.append(Cell(publication=publication, provider_version=version, verdict=verdict, ignored=ignored))
    return cells


def _verified_by(
    connection: Connection, published: Sequence[Publication], providers: dict[int, tuple[Version, ...]]
) -> dict[int, list[Version]]:
    """Give, by content, the versions of its provider that have verified it."""
    known = {version.id: version for each in published for version in providers.get(each.provider_id, ())}
    found: dict[int, list[Version]] = {each.content: [] for each in published}
    if not found:
        return found
    for content, version in verifications.verified_by(connection, found.keys()):
        if version in known:
            found[content].append(known[version])
    return found


def _is_ignored(publication: Publication, version: Version | None, ignored: Collection[Ignored]) -> bool:
    provider = (publication.provider, version.number if version else None)
    ends = [(publication.consumer, publication.version.number), provider]
    return any(each.application == name and each.number in (None, number) for each in ignored for name, number in ends)


def _distinct(cells: Iterable[Cell]) -> list[Cell]:
    by_ends = {
        (
            each.publication.version.id,
            each.publication.provider_id,
            each.provider_version.id if each.provider_version else None,
        ): each
        for each in cells
    }
    newest_first = sorted(
        by_ends.items(), key=lambda item: (-item[0][0], item[1].publication.provider, -(item[0][2] or 0))
    )
    return [cell for _, cell in newest_first]


def _wanted(cells: Sequence[Cell], query: MatrixQuery) -> list[Cell]:
    in_environment = query.target is not None and query.target.environment is not None
    kept = _latest_by(cells, "cvpv" if in_environment else query.latest_by)
    return [cell for cell in kept if cell.success in query.success] if query.success else kept


def _latest_by(cells: Sequence[Cell], latest_by: str | None) -> list[Cell]:
    """Keep, of the newest-first rows, the first by (consumer version, provider) or by (consumer, provider)."""
    if latest_by not in ("cvp", "cp"):
        return list(cells)  # each (consumer version, provider version) is there once already
    kept: dict[tuple[int, int], Cell] = {}
    for cell in cells:
        version = cell.publication.version
        kept.setdefault(
            (version.id if latest_by == "cvp" else version.application_id, cell.publication.provider_id), cell
        )
    chosen = {id(cell) for cell in kept.values()}
    return [cell for cell in cells if id(cell) in chosen]


def _by_application(versions: Iterable[Version]) -> dict[int, tuple[Version, ...]]:
    found: dict[int, tuple[Version, ...]] = {}
    for version in versions:
        found[version.application_id] = (*found.get(version.application_id, ()), version)
    return found


def _elsewhere(connection: Connection, cells: Sequence[Cell]) -> dict[int, Verification]:
    unverified = {cell.publication.content for cell in cells if cell.verdict is None}
    return verifications.newest_verifications(connection, unverified) if unverified else {}


def _were_there(connection: Connection, query: MatrixQuery, cells: Sequence[Cell]) -> frozenset[int]:
    absent = {cell.publication.provider_id for cell in cells if cell.provider_version is None}
    if not absent or query.target is None or query.target.environment is None:
        return frozenset()
    place = environments.find_environment(connection, name=query.target.environment)
    return environments.was_ever_in(connection, place.id, absent) if place is not None else frozenset()
