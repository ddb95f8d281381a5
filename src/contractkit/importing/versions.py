"""Versions: those of one application with what they published, the oldest first, then their places on branches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contractkit.broker_client import ContractUpload
from contractkit.errors import BrokerRefusedError, ContractFileError
from contractkit.importing.contracts import as_published, read_past_contract
from contractkit.importing.records import Pair, PastVersion, instant
from contractkit.importing.selection import joined_in_order
from contractkit.importing.sides import Sides, reason_of

_AT_ONCE = 16  # versions whose contracts are held in memory
_TOLD_EVERY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is to be done for one version: the contracts that are not here, and whether it is here itself."""

    version: PastVersion
    missing: tuple[Pair, ...]
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """A contract to be published, or why there is none."""

    pair: Pair
    data: bytes = b""
    problem: str = ""


def import_versions(sides: Sides, application: str, wanted: Sequence[PastVersion]) -> None:
    """Import versions of an application that are not here, or not with all that they published."""
    here = {each.number: each for each in sides.target.versions(application)}
    works = list(_works(sides, application, wanted, here))
    if works:
        sides.tell(f"{application}: {len(works)} of {len(wanted)} versions to import.")
    _warn_of_order(sides, application, works, here)
    for count, (work, fetched) in enumerate(_with_contracts(sides, works), start=1):
        _import(sides, application, work, fetched)
        if count % _TOLD_EVERY == 0:
            sides.tell(f"{application}: {count} of {len(works)} versions are imported.")
    _import_branches(sides, application, wanted, here)


def _works(
    sides: Sides, application: str, wanted: Sequence[PastVersion], here: Mapping[str, PastVersion]
) -> Iterator[_Work]:
    pairs = [pair for pair in sides.publishers if pair.consumer == application]
    published = {pair: frozenset(sides.publishers[pair]) for pair in pairs}
    before = {pair: frozenset(sides.target.publishers(pair)) if here else frozenset() for pair in pairs}
    for version in wanted:
        own = [pair for pair in pairs if version.number in published[pair]]
        missing = tuple(pair for pair in own if version.number not in before[pair])
        sides.tally.find("contracts", len(own) - len(missing))
        known = here.get(version.number)
        if known is not None and not missing and set(version.tags) <= set(known.tags):
            sides.tally.find("versions")
        else:
            yield _Work(version=version, missing=missing, is_here=known is not None)


def _with_contracts(sides: Sides, works: Sequence[_Work]) -> Iterator[tuple[_Work, list[_Fetched]]]:
    for start in range(0, len(works), _AT_ONCE):
        some = works[start : start + _AT_ONCE]
        yield from zip(some, sides.pool.map(lambda work: _fetch_all(sides, work), some), strict=True)


def _fetch_all(sides: Sides, work: _Work) -> list[_Fetched]:
    return [_fetch(sides, pair, work.version.number) for pair in work.missing]


def _fetch(sides: Sides, pair: Pair, version: str) -> _Fetched:
    try:
        found = sides.source.contract(pair, version)
        if found is None:
            return _Fetched(pair=pair, problem="the broker lists it, and has no contract at its address")
        data = sides.source.file(found.file_url) if found.file_url else as_published(found.data)
        read_past_contract(data, "What the broker has")
    except BrokerRefusedError as error:
        return _Fetched(pair=pair, problem=reason_of(error))
    except ContractFileError as error:
        return _Fetched(pair=pair, problem=_in_one_line(error))
    return _Fetched(pair=pair, data=data)


def _import(sides: Sides, application: str, work: _Work, fetched: Sequence[_Fetched]) -> None:
    usable = [each for each in fetched if not each.problem]
    for each in fetched:
        if each.problem:
            _miss(sides, each.pair, work.version, each.problem)
    if not _published(sides, work.version, usable):
        if not _saved(sides, application, work.version):
            return
        for each in usable:
            _publish_alone(sides, work.version, each)
    if work.is_here:
        sides.tally.find("versions")
    else:
        sides.tally.bring("versions")


def _saved(sides: Sides, application: str, version: PastVersion) -> bool:
    """Save a version without its contracts; say whether that was done."""
    try:
        sides.writer.save_version(application, version)
    except BrokerRefusedError as error:
        sides.tally.miss(f"{application} {version.number}", reason_of(error))
        return False
    return True


def _published(sides: Sides, version: PastVersion, usable: Sequence[_Fetched]) -> bool:
    """Publish all contracts of a version in one request; say whether that was done."""
    if not usable:
        return False
    try:
        sides.writer.publish(version, [_upload(each) for each in usable])
    except BrokerRefusedError as error:
        reason_of(error)
        return False
    sides.tally.bring("contracts", len(usable))
    return True


def _publish_alone(sides: Sides, version: PastVersion, each: _Fetched) -> None:
    try:
        sides.writer.publish(version, [_upload(each)])
    except BrokerRefusedError as error:
        _miss(sides, each.pair, version, reason_of(error))
    else:
        sides.tally.bring("contracts")


def _import_branches(
    sides: Sides, application: str, wanted: Sequence[PastVersion], here: Mapping[str, PastVersion]
) -> None:
    for version, membership in joined_in_order(wanted):
        known = here.get(version.number)
        if known is not None and membership.branch in known.branches:
            sides.tally.find("places on branches")
            continue
        try:
            sides.writer.join(application, version, membership)
        except BrokerRefusedError as error:
            sides.tally.miss(f"{application} {version.number} on {membership.branch}", reason_of(error))
        else:
            sides.tally.bring("places on branches")


def _warn_of_order(sides: Sides, application: str, works: Sequence[_Work], here: Mapping[str, PastVersion]) -> None:
    """Say where versions come in behind newer ones: ours orders versions by when it first heard of them."""
    newest = max((instant(each.created_at) for each in here.values()), default="")
    late = [each for each in works if not each.is_here and instant(each.version.created_at) < newest]
    if late:
        sides.tally.keep(
            f"the order of the versions of {application}",
            f"{len(late)} older than what was here came in after it: who asks for the newest version of all gets one "
            "of them; the heads of branches are as they were",
        )


def _miss(sides: Sides, pair: Pair, version: PastVersion, why: str) -> None:
    sides.tally.miss(f"the contract of {pair.consumer} {version.number} with {pair.provider}", why)


def _upload(each: _Fetched) -> ContractUpload:
    return ContractUpload(consumer=each.pair.consumer, provider=each.pair.provider, data=each.data)


def _in_one_line(error: ContractFileError) -> str:
    told = error.explanation
    first = next((f": {label}: {value}" for label, value in told.details), "")
    return " ".join(f"{told.summary.rstrip('.')}{first}".split())
