"""Results: what provider versions found about the contents of one pair, the last of each as the API gives it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from contractkit.errors import BrokerRefusedError, ContractFileError
from contractkit.exact_json import Json
from contractkit.importing.contracts import is_same_content, read_past_contract, with_ids_of
from contractkit.importing.history import MOST_ROWS
from contractkit.importing.records import Pair, PastContract, PastResult, instant
from contractkit.importing.sides import Sides, reason_of

_UNKNOWN_NAME = 400  # what a matrix is answered with that names somebody who is not there


def import_results(
    sides: Sides, pair: Pair, consumer_versions: Sequence[str], provider_versions: Collection[str]
) -> None:
    """Import the results on the contracts of a pair, each content once.

    Args:
        sides: From where to where.
        pair: Who calls whom.
        consumer_versions: Those that were imported, in their order.
        provider_versions: Those that were imported; results of others are not asked for.
    """
    for version, found in _by_content(sides, pair, consumer_versions):
        wanted = [each for each in found if each.provider_version in provider_versions]
        new = _not_here(sides, pair, version, wanted) if wanted else []
        sides.tally.find("results", len(wanted) - len(new))
        if new:
            _import(sides, pair, version, new)
        if len(found) == MOST_ROWS:
            sides.tally.miss(
                f"further results on the contract of {pair.consumer} {version} with {pair.provider}",
                f"{MOST_ROWS} are asked for, and the broker may have more",
            )


def _by_content(sides: Sides, pair: Pair, versions: Sequence[str]) -> Iterator[tuple[str, tuple[PastResult, ...]]]:
    """Give the results of each content with the first version that published it; contents without any are left out."""
    seen: set[str] = set()
    for start in range(0, len(versions), sides.extent.readers):
        some = versions[start : start + sides.extent.readers]
        for version, found in zip(some, sides.pool.map(partial(_asked, sides, pair), some), strict=True):
            if isinstance(found, str):
                sides.tally.miss(
                    f"the results on the contract of {pair.consumer} {version} with {pair.provider}", found
                )
                continue
            content = found[0].content if found else ""
            if not found or content in seen:
                continue
            if content:
                seen.add(content)
            yield version, found


def _asked(sides: Sides, pair: Pair, version: str) -> tuple[PastResult, ...] | str:
    """Give the results that the source has, or why it gives none."""
    try:
        return sides.source.results(pair, version)
    except BrokerRefusedError as error:
        return reason_of(error)


def _not_here(sides: Sides, pair: Pair, version: str, found: Sequence[PastResult]) -> list[PastResult]:
    try:
        before = sides.target.results(pair, version)
    except BrokerRefusedError as error:
        if error.status != _UNKNOWN_NAME:
            raise
        before = ()
    here = {(each.provider_version, instant(each.verified_at)) for each in before}
    return [each for each in found if (each.provider_version, instant(each.verified_at)) not in here]


def _import(sides: Sides, pair: Pair, version: str, new: Sequence[PastResult]) -> None:
    if sides.writer.is_dry_run:
        sides.tally.bring("results", len(new))
        return
    theirs, ours = sides.source.contract(pair, version), sides.target.contract(pair, version)
    what = f"{len(new)} results on the contract of {pair.consumer} {version} with {pair.provider}"
    if theirs is None or ours is None:
        sides.tally.miss(what, "the contract itself was not imported")
        return
    try:
        _import_between(sides, theirs, ours, new, what)
    except ContractFileError:
        sides.tally.miss(what, "the contract itself cannot be read")


def _import_between(
    sides: Sides, theirs: PastContract, ours: PastContract, new: Sequence[PastResult], what: str
) -> None:
    left = read_past_contract(theirs.data, "The contract there")
    right = read_past_contract(ours.data, "The contract here")
    if not is_same_content(left, right):
        sides.tally.miss(what, "this version has another contract here")
        return
    wholes = sides.pool.map(sides.source.whole_result, new)
    for each, whole in zip(new, wholes, strict=True):
        told: Sequence[Mapping[str, Json]] = [one for one in whole.get("testResults") or () if isinstance(one, dict)]
        form = _form(each, whole, with_ids_of(told, theirs=left, ours=right))
        try:
            sides.writer.add_result(ours.results_url, form, each.verified_at)
        except BrokerRefusedError as error:
            sides.tally.miss(f"the result of {each.provider_version} among {what}", reason_of(error))
        else:
            sides.tally.bring("results")


def _form(each: PastResult, whole: Mapping[str, Any], told: Sequence[Json]) -> dict[str, Json]:
    build_url, verifier = whole.get("buildUrl"), whole.get("verifiedBy")
    return {
        "success": each.success,
        "providerApplicationVersion": each.provider_version,
        **({"buildUrl": build_url} if isinstance(build_url, str) else {}),
        **({"verifiedBy": verifier} if isinstance(verifier, dict) else {}),
        **({"testResults": list(told)} if told else {}),
    }
