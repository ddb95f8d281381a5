"""Narrowing a selection by what is known already: what failed, what is owed, and what need not be replayed again."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version as distribution_version
from pathlib import Path

from contractkit.broker_client import BrokerClient, Build
from contractkit.broker_client.earlier import EarlierResult
from contractkit.broker_client.outcome_records import OwedContract
from contractkit.cli.brokers import connect
from contractkit.cli.builds import detect_build, this_build
from contractkit.cli.last_run import read_not_passed
from contractkit.cli.tables import aligned
from contractkit.document import content_id
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError
from contractkit.explain.terminal import printable
from contractkit.results import ContractResult
from contractkit.settings import Settings
from contractkit.verification.verifier import SelectedContract

_FAILED = "failed"
_NO_SUCH_THING = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What the command line says of what is known already.

    Attributes:
        provider: The provider's name.
        failed: Only what did not pass is wanted.
        owed: Only contracts without a result are wanted.
        force: What was verified already is wanted too.
        version: The provider's version where the command line names it.
        build: The build that results are published for, None where none are.
    """

    provider: str
    failed: bool = False
    owed: bool = False
    force: bool = False
    version: str | None = None
    build: Build | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What is left to replay, and the results of contracts that need not be."""

    selected: tuple[SelectedContract, ...]
    reused: tuple[ContractResult, ...] = ()


def narrow(selected: Sequence[SelectedContract], settings: Settings, asked: Narrowing) -> Narrowed:
    """Give what of a selection is to be replayed.

    Raises:
        NothingToCheckError: Nothing of it failed, or is owed.
        UsageError: What is asked contradicts itself, or cannot be known.
    """
    if asked.failed and asked.owed:
        raise UsageError("--failed and --owed cannot be given together.")
    if asked.owed:
        with connect(settings) as broker:
            return Narrowed(selected=_owed_by(selected, broker, _build(settings, asked)))
    if asked.failed:
        return Narrowed(selected=_failed(selected, settings, asked))
    version = None if asked.force else _version_here(settings, asked)
    if version is None or not any(each.url and each.is_whole for each in selected):
        return Narrowed(selected=tuple(selected))
    with connect(settings) as broker:
        return _without_verified(selected, broker, version)


def explain_narrowed(offered: Sequence[SelectedContract], narrowed: Narrowed) -> str:
    """Say in words how much of each contract that was offered is replayed, and why the rest is not."""
    reused = {id(each.contract): each.reused for each in narrowed.reused}
    chosen = {id(each.contract): len(each.interactions) for each in narrowed.selected}
    rows = [(printable(each.contract.consumer), printable(_share(each, chosen, reused))) for each in offered]
    return "\n".join(["What is replayed", "", aligned(rows, indent="  "), ""])


def _share(each: SelectedContract, chosen: Mapping[int, int], reused: Mapping[int, str]) -> str:
    origin = f", from {each.origin}" if each.origin else ""
    if id(each.contract) in reused:
        return f"nothing{origin}: this version was verified before: {reused[id(each.contract)]}"
    count = chosen.get(id(each.contract), 0)
    total = len(each.contract.interactions)
    said = f"{count} of {total} interactions" if total != 1 else f"{count} of 1 interaction"
    return f"{said}{origin}"


def _version_here(settings: Settings, asked: Narrowing) -> str | None:
    """Give the version that surely lies here: one that was named, or git's commit where all is as committed."""
    named = asked.version or settings.version
    if named is not None:
        return named
    facts = detect_build(settings.root, os.environ)
    return facts.version if not facts.is_merge and _is_exactly_committed(settings.root) else None


def _build(settings: Settings, asked: Narrowing) -> Build:
    return asked.build or this_build(settings, asked.provider, version=asked.version, branch=None, url=None)


def _failed(selected: Sequence[SelectedContract], settings: Settings, asked: Narrowing) -> tuple[SelectedContract, ...]:
    found = _failed_here(selected, settings.root, asked.provider)
    if found is not None:
        return found
    if not any(each.url for each in selected):
        raise NothingToCheckError(
            f"No run with {asked.provider} is known here, so nothing is known to have failed.",
            next_step="Leave --failed out once: what did not pass is then kept in .contractkit.",
        )
    with connect(settings) as broker:
        return _failed_by_broker(selected, broker, _build(settings, asked))


def _failed_here(
    selected: Sequence[SelectedContract], root: Path, provider: str
) -> tuple[SelectedContract, ...] | None:
    """Give those interactions that did not pass when they were last verified here; None where nothing is known.

    Raises:
        NothingToCheckError: All passed.
    """
    known = read_not_passed(root, provider)
    if known is None:
        return None
    kept = [
        replace(
            each,
            interactions=tuple(one for one in each.interactions if one.key in known.get(each.contract.consumer, ())),
        )
        for each in selected
    ]
    return _some(
        kept, f"Nothing of what is selected failed in the last run with {provider} here, so nothing was verified."
    )


def _failed_by_broker(
    selected: Sequence[SelectedContract], broker: BrokerClient, build: Build
) -> tuple[SelectedContract, ...]:
    """Give those interactions that the provider's version failed, as the broker has it.

    Raises:
        NothingToCheckError: There are none.
        UsageError: The broker does not know.
    """
    wanted = {
        (owed.consumer, each.interaction_id)
        for owed in _owed(broker, build) or ()
        for each in owed.interactions
        if each.failed
    }
    kept = [
        replace(
            each,
            interactions=tuple(
                one for one in each.interactions if (each.contract.consumer, each.broker_ids.get(one.key, "")) in wanted
            ),
        )
        for each in selected
    ]
    return _some(kept, f"The broker knows of nothing that {build.application} {build.version} failed.")


def _owed_by(selected: Sequence[SelectedContract], broker: BrokerClient, build: Build) -> tuple[SelectedContract, ...]:
    """Give the contracts that have no result by the provider's version, or one in part; whole, to be published.

    Raises:
        NothingToCheckError: There are none.
        UsageError: The broker does not know.
    """
    found = _owed(broker, build)
    if found is None:
        return tuple(selected)
    owed = {(each.consumer, each.content_id) for each in found if each.reason != _FAILED}
    kept = [each for each in selected if (each.contract.consumer, content_id(each.contract)) in owed]
    return _some(kept, f"Nothing is owed: {build.application} {build.version} has a result for every contract.")


def _without_verified(selected: Sequence[SelectedContract], broker: BrokerClient, version: str) -> Narrowed:
    """Take out what this version was verified against already: same content, all passed, same major version of ours."""
    left, reused = [], []
    for each in selected:
        found = _reusable(broker, each, version) if each.url is not None and each.is_whole else None
        if found is None:
            left.append(each)
        else:
            reused.append(_reused(each, found))
    return Narrowed(selected=tuple(left), reused=tuple(reused))


def _is_exactly_committed(root: Path) -> bool:
    """Say whether git has a commit that is what lies here: nothing changed, nothing that it does not know."""
    command = ["git", "status", "--porcelain"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and not done.stdout.strip()


def _reusable(broker: BrokerClient, each: SelectedContract, version: str) -> EarlierResult | None:
    """Give the newest result by a version where it says that all passed, as this release would find too."""
    by_version = [one for one in broker.earlier.of(each.url or "") if one.provider_version == version]
    newest = by_version[0] if by_version else None
    if newest is None or not newest.passed or not newest.is_whole or newest.implementation != "contractkit":
        return None
    return newest if _major(newest.verifier_version) == _major(distribution_version("contractkit-cdct")) else None


def _major(version: str) -> str:
    return version.partition(".")[0]


def _reused(each: SelectedContract, found: EarlierResult) -> ContractResult:
    return ContractResult(
        contract=each.contract, results=(), pending=each.pending, url=each.url, origin=each.origin, reused=found.url
    )


def _owed(broker: BrokerClient, build: Build) -> tuple[OwedContract, ...] | None:
    """Give what a version has not kept, as the broker says; None where it does not know the version yet."""
    if not broker.earlier.is_told_by_version:
        raise UsageError(
            f"The broker does not say what {build.application} {build.version} owes.",
            details=[("broker", broker.url)],
            next_step="Only contractkit's own broker does. Leave the option out: all selected is then verified.",
        )
    try:
        return broker.outcomes.owed(build.application, build.version)
    except BrokerRefusedError as error:
        if error.status != _NO_SUCH_THING:
            raise
        return None


def _some(kept: Sequence[SelectedContract], otherwise: str) -> tuple[SelectedContract, ...]:
    found = tuple(each for each in kept if each.interactions)
    if not found:
        raise NothingToCheckError(otherwise)
    return found
