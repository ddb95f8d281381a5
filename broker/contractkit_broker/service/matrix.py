"""The matrix: which contract meets which provider version, with the verdict, found by key and never by history."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from sqlalchemy import Connection

from contractkit_broker.service.assuming import Assumed, with_assumed
from contractkit_broker.service.selectors import SelectorError, VersionSelector, select_versions
from contractkit_broker.store import applications, contracts, environments, verifications
from contractkit_broker.store.records import BriefVerification, Publication, Verdict, Version

_FIRST_STRETCH = 10  # publications that are looked at first, where a few newest rows are wanted of a long history
_FEW = 100  # versions, of which all are looked at together


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An application, or one version of it, whose rows do not count."""

    application: str
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixQuery:
    """What was asked: the named selections, the target for everybody else, and which rows are wanted.

    `assumed` is what is to be taken for granted of the target, whatever is there.
    """

    named: tuple[VersionSelector, ...]
    target: VersionSelector | None = None
    latest_by: str | None = None
    ignored: tuple[Ignored, ...] = ()
    success: tuple[bool | None, ...] = ()
    limit: int | None = None
    assumed: tuple[Assumed, ...] = ()


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

    `whole` are the applications of which every version was meant: their versions are not listed.

    `elsewhere` gives, by content, the newest verification by any provider version, for contents without a verdict;
    `counts` gives, by verification, how many interactions failed of how many; `were_there` are the ids of absent
    providers that have been in the target environment before.
    """

    cells: tuple[Cell, ...]
    named: tuple[Version, ...]
    whole: tuple[str, ...] = ()
    missing: tuple[VersionSelector, ...]
    cut: bool = False
    elsewhere: dict[int, BriefVerification]
    counts: dict[int, tuple[int, int]]
    were_there: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The versions that are meant of each named application, and the names of those that are meant whole, by id."""

    versions: Mapping[int, tuple[Version, ...]]
    whole: Mapping[int, str]

    @property
    def closed(self) -> list[int]:
        """Give the ids of the versions that are meant, of applications that are not meant whole."""
        return [version.id for versions in self.versions.values() for version in versions]


def find_matrix(connection: Connection, query: MatrixQuery) -> Matrix:
    """Give the rows that a query asks for.

    Raises:
        SelectorError: A named application or environment is unknown.
    """
    named, missing = _find_named(connection, query)
    kept = _wanted(_distinct(_find_cells(connection, query, named)), query)
    cut = query.limit is not None and len(kept) > query.limit
    kept = kept[: query.limit] if query.limit is not None else kept
    elsewhere, counts = _results(connection, kept)
    return Matrix(
        cells=tuple(kept),
        named=tuple(version for versions in named.versions.values() for version in versions),
        whole=tuple(named.whole.values()),
        missing=missing,
        cut=cut,
        elsewhere=elsewhere,
        counts=counts,
        were_there=_were_there(connection, query, kept),
    )


def _find_named(connection: Connection, query: MatrixQuery) -> tuple[_Named, tuple[VersionSelector, ...]]:
    """Give what the named selections mean, and those of them that mean nothing that exists."""
    versions: dict[int, tuple[Version, ...]] = {}
    whole: dict[int, str] = {}
    missing = []
    for selector in query.named:
        row_id, found = _versions_named(connection, selector)
        if not found:
            missing.append(selector)
        elif selector.is_open:
            whole[row_id] = selector.application
        versions[row_id] = (*versions.get(row_id, ()), *(() if selector.is_open else found))
    closed = {row_id: () if row_id in whole else found for row_id, found in versions.items()}
    return _Named(versions=closed, whole=whole), tuple(missing)


def _versions_named(connection: Connection, selector: VersionSelector) -> tuple[int, tuple[Version, ...]]:
    """Give the application's id and the versions; of one that is meant whole the newest stands for all."""
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
        return application.id, applications.newest_versions(connection, [application.id])
    return application.id, select_versions(connection, selector, [application.id])


def _find_cells(connection: Connection, query: MatrixQuery, named: _Named) -> list[Cell]:
    """Give the rows, from the newest consumer version back, until there are more than wanted."""
    published, providers = _published(connection, query, named)
    wants_all = query.limit is None or not (named.whole or len(named.closed) > _FEW)
    stretch = None if wants_all else _FIRST_STRETCH
    found: list[Cell] = []
    while now := list(islice(published, stretch)):
        found += _cells(connection, query, now, providers, named.whole)
        if stretch is None or len(_wanted(_distinct(found), query)) > (query.limit or 0):
            break
        stretch *= 2
    return found


def _published(
    connection: Connection, query: MatrixQuery, named: _Named
) -> tuple[Iterator[Publication], Mapping[int, tuple[Version, ...]]]:
    """Give what was published that makes rows, the newest consumer version first, and who may have verified it.

    A contract that a named version published requires its provider; of those that call a named application, only
    the consumers in the target count.
    """
    only_named = query.target is None and len(named.versions) > 1
    pairs = [pair for each in named.whole for pair in contracts.pairs_of(connection, each) if pair[0] == each]
    if only_named:
        own = _of_versions(connection, named.closed, named.versions.keys())
        pairs = [pair for pair in pairs if pair[1] in named.versions]
        return _newest_first(own, *_of_pairs(connection, query, pairs)), named.versions
    required = contracts.publications_of(connection, named.closed)
    consumers = {consumer for consumer, _ in contracts.consumers_of(connection, named.versions)} - named.versions.keys()
    others = {each.provider_id for each in required} | {provider for _, provider in pairs}
    inferred = _by_application(_inferred(connection, query, consumers | others - named.versions.keys()))
    calling = [version.id for consumer in consumers for version in inferred.get(consumer, ())]
    theirs = contracts.publications_of(connection, calling, named.versions) if calling else ()
    published = _newest_first(reversed(required), reversed(theirs), *_of_pairs(connection, query, pairs))
    return published, {**inferred, **named.versions}


def _newest_first(*published: Iterable[Publication]) -> Iterator[Publication]:
    return merge(*published, key=lambda each: -each.version.id)


def _of_versions(
    connection: Connection, version_ids: Sequence[int], providers: Collection[int]
) -> Iterator[Publication]:
    left, stretch = sorted(version_ids, reverse=True), _FIRST_STRETCH
    while left:
        now, left, stretch = left[:stretch], left[stretch:], 2 * stretch
        yield from reversed(contracts.publications_of(connection, now, providers))


def _of_pairs(
    connection: Connection, query: MatrixQuery, pairs: Iterable[tuple[int, int]]
) -> Iterator[Iterator[Publication]]:
    """Give all that each pair ever published; only the newest where no other can be in the answer."""
    for consumer, provider in pairs:
        every = _of_pair(connection, consumer, provider)
        yield islice(every, 1) if _latest(query) == "cp" else every


def _of_pair(connection: Connection, consumer: int, provider: int) -> Iterator[Publication]:
    before, stretch = None, _FIRST_STRETCH
    while found := contracts.publications_before(connection, consumer, provider, before=before, limit=stretch):
        yield from found
        before, stretch = found[-1].version.id, 2 * stretch


def _inferred(connection: Connection, query: MatrixQuery, others: Collection[int]) -> tuple[Version, ...]:
    there = select_versions(connection, query.target or VersionSelector(latest=True), others)
    return with_assumed(connection, query.assumed, there, others)


def _cells(
    connection: Connection,
    query: MatrixQuery,
    published: Sequence[Publication],
    providers: Mapping[int, tuple[Version, ...]],
    whole: Collection[int],
) -> list[Cell]:
    """Give the rows of publications; of a provider that is meant whole, those that verified each."""
    verdicts = _verdicts(connection, published, providers)
    verified = _verified(connection, query, [each for each in published if each.provider_id in whole])
    return [
        Cell(
            publication=each,
            provider_version=version,
            verdict=verdict,
            ignored=_is_ignored(each, version, query.ignored),
        )
        for each in published
        for version, verdict in verified.get(each.content) or _met(each, providers, verdicts)
    ]


def _met(
    publication: Publication,
    providers: Mapping[int, tuple[Version, ...]],
    verdicts: Mapping[tuple[int, int], Verdict],
) -> Sequence[tuple[Version | None, Verdict | None]]:
    """Give the provider versions that a contract meets, with the verdicts; one None where there is none to meet."""
    versions = providers.get(publication.provider_id, ())
    return [(version, verdicts.get((publication.content, version.id))) for version in versions] or [(None, None)]


def _verdicts(
    connection: Connection, published: Sequence[Publication], providers: Mapping[int, tuple[Version, ...]]
) -> dict[tuple[int, int], Verdict]:
    wanted = {(each.content, version.id) for each in published for version in providers.get(each.provider_id, ())}
    found = verifications.verdicts(connection, wanted) if wanted else ()
    return {(each.content, each.provider_version_id): each for each in found}


def _verified(
    connection: Connection, query: MatrixQuery, published: Sequence[Publication]
) -> dict[int, list[tuple[Version, Verdict]]]:
    """Give, by content, who verified it, at least the newest that can be in the answer."""
    newest = None if query.limit is None or query.success else query.limit + 1
    if _latest(query) in ("cvp", "cp"):
        newest = 1
    found: dict[int, list[tuple[Version, Verdict]]] = {}
    contents = {each.content for each in published}
    for version, verdict in verifications.newest_verdicts(connection, contents, newest) if contents else ():
        found.setdefault(verdict.content, []).append((version, verdict))
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
    kept = _latest_by(cells, _latest(query))
    return [cell for cell in kept if cell.success in query.success] if query.success else kept


def _latest(query: MatrixQuery) -> str | None:
    in_environment = query.target is not None and query.target.environment is not None
    return "cvpv" if in_environment else query.latest_by


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


def _results(
    connection: Connection, cells: Sequence[Cell]
) -> tuple[dict[int, BriefVerification], dict[int, tuple[int, int]]]:
    """Give, by content without a verdict, the newest verification elsewhere; by verification, its counts."""
    unverified = {cell.publication.content for cell in cells if cell.verdict is None}
    numbers = {cell.verdict.verification_id for cell in cells if cell.verdict is not None}
    return verifications.newest_and_counts(connection, unverified, numbers) if cells else ({}, {})


def _were_there(connection: Connection, query: MatrixQuery, cells: Sequence[Cell]) -> frozenset[int]:
    absent = {cell.publication.provider_id for cell in cells if cell.provider_version is None}
    if not absent or query.target is None or query.target.environment is None:
        return frozenset()
    place = environments.find_environment(connection, name=query.target.environment)
    return environments.was_ever_in(connection, place.id, absent) if place is not None else frozenset()
