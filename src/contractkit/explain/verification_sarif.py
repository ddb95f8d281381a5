"""Verification as SARIF 2.1.0: a result per mismatch, for code scanning; what was not judged is a notification."""

import hashlib
from collections.abc import Iterator, Sequence

from contractkit.exact_json import Json, dump_shown
from contractkit.explain.sarif import MOST_RESULTS, SARIF_SCHEMA, uri_of
from contractkit.explain.terminal import printable
from contractkit.explain.verification_failures import answer_of, command_for, show_value
from contractkit.results import ContractResult, InteractionResult, Mismatch, Outcome


def verification_as_sarif(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the results as a SARIF log of one run (OASIS SARIF 2.1.0 §3.13).

    A result lies in the contract (§3.28.3) at the interaction's and the mismatch's logical place; its fingerprint
    stays the same for as long as the same place of the same interaction is wrong in the same way.
    """
    found = list(_results(results))
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "contractkit", "rules": _rules(found)}},
        "automationDetails": {"id": f"contracts/{provider}/"},
        "invocations": [_invocation(results)],
        "results": found[:MOST_RESULTS],
        "columnKind": "unicodeCodePoints",
    }
    return dump_shown({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}).rstrip()


def _results(results: Sequence[ContractResult]) -> Iterator[dict[str, Json]]:
    for each in results:
        for result in each.results:
            for mismatch in result.mismatches:
                yield _result(each, result, mismatch, results)


def _result(
    each: ContractResult, result: InteractionResult, mismatch: Mismatch, results: Sequence[ContractResult]
) -> dict[str, Json]:
    interaction = result.interaction
    is_pending = each.pending or interaction.pending
    command = command_for(each, interaction, among=results)
    sentence = (
        f"{each.contract.consumer} cannot use {answer_of(each.contract.provider, interaction)} "
        f"({interaction.description}): {mismatch.location} should be {mismatch.sentence}, "
        f"received {show_value(mismatch.actual)}. To replay it: {command}"
    )
    tests = [str(evidence.test) for evidence in interaction.evidence]
    return {
        "ruleId": _rule_of(mismatch),
        "level": "note" if is_pending else "error",
        "message": {"text": printable(sentence)},
        "locations": [_location(each, result, mismatch)],
        "partialFingerprints": {"mismatch/v1": _fingerprint(each, result, mismatch)},
        "properties": {"consumer": each.contract.consumer, "pending": is_pending, "tests": tests},
    }


def _location(each: ContractResult, result: InteractionResult, mismatch: Mismatch) -> dict[str, Json]:
    place = f"{each.contract.consumer}/{result.interaction.key}/{mismatch.location}"
    logical = {"name": str(mismatch.location), "fullyQualifiedName": place, "kind": "member"}
    return {"physicalLocation": _physical(each, result), "logicalLocations": [logical]}


def _physical(each: ContractResult, result: InteractionResult) -> dict[str, Json]:
    """Give the provider's own line that raised where it is known, else the contract."""
    file, _, line = (result.raised.at if result.raised else "").rpartition(":")
    if file and line.isdigit():
        return {"artifactLocation": {"uri": uri_of(file)}, "region": {"startLine": int(line)}}
    name = each.origin or f"{each.contract.consumer}-{each.contract.provider}.json"
    return {"artifactLocation": {"uri": uri_of(name)}, "region": {"startLine": 1}}


def _rule_of(mismatch: Mismatch) -> str:
    return mismatch.rule or "equality"


def _rules(found: Sequence[dict[str, Json]]) -> list[Json]:
    names = sorted({each["ruleId"] for each in found})
    return [{"id": name, "shortDescription": {"text": f"A response breaks the rule {name}."}} for name in names]


def _invocation(results: Sequence[ContractResult]) -> dict[str, Json]:
    errored = [
        _notification(
            f"{each.contract.consumer}: {result.interaction.description}", result.reason, result.error.summary
        )
        for each in results
        for result in each.results
        if result.error is not None and result.outcome is Outcome.ERRORED
    ]
    skipped = [
        _notification(f"{each.contract.consumer}: {skipped.description}", "skipped", skipped.reason)
        for each in results
        for skipped in each.skipped
    ]
    return {"executionSuccessful": not errored and not skipped, "toolExecutionNotifications": [*errored, *skipped]}


def _notification(named: str, reason: str, sentence: str) -> dict[str, Json]:
    return {
        "descriptor": {"id": reason},
        "level": "error",
        "message": {"text": printable(f"{named} was not judged ({reason}): {sentence}")},
    }


def _fingerprint(each: ContractResult, result: InteractionResult, mismatch: Mismatch) -> str:
    named = (
        each.contract.provider,
        each.contract.consumer,
        result.interaction.key,
        str(mismatch.location),
        mismatch.rule,
    )
    return hashlib.sha256("\0".join(named).encode("utf-8", "surrogatepass")).hexdigest()[:32]
