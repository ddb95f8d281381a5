"""Verification for programs: the results as JSON, and as JUnit XML for the pages of a CI system."""

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from contractkit.exact_json import Json, dump_canonical, dump_shown
from contractkit.explain.verification import count_outcomes
from contractkit.explain.verification_failures import body_in_words, command_for, explain_failure, show_value
from contractkit.model import HttpResponse, Status
from contractkit.results import ABSENT, ContractResult, InteractionResult, Mismatch, Outcome, Violation

SCHEMA_VERSION = 1
"""The version of the JSON report's form, which `contracts/schema/verification-report-v1.schema.json` describes."""

_LONGEST_BODY = 4_000

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 cannot hold, not even escaped."""


def verification_as_json(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the results as a JSON document of schema version 1; a value that was absent has no member."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "provider": provider,
        "counts": count_outcomes(results),
        "contracts": [_contract(each, results) for each in results],
    }
    return dump_shown(document).rstrip()


def verification_as_junit(provider: str, results: Sequence[ContractResult]) -> str:
    """Give the results as JUnit XML: a suite per contract, a case per interaction, pending ones as skipped."""
    root = ElementTree.Element("testsuites", name=_xml(f"contracts with {provider}"))
    for each in results:
        _suite(root, each, results)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _contract(each: ContractResult, results: Sequence[ContractResult]) -> dict[str, Json]:
    return {
        "consumer": each.contract.consumer,
        "pending": each.pending,
        "origin": each.origin,
        **({"verified_before": each.reused} if each.reused else {}),
        "outcome": each.outcome.value,
        "interactions": [_interaction(result) | _repeatable(each, result, results) for result in each.results],
        "skipped": [
            {"key": skipped.key, "description": skipped.description, "reason": skipped.reason}
            for skipped in each.skipped
        ],
    }


def _interaction(result: InteractionResult) -> dict[str, Json]:
    interaction = result.interaction
    shown: dict[str, Json] = {
        "key": interaction.key,
        "description": interaction.description,
        "operation": interaction.operation,
        "states": list(interaction.state_names),
        "outcome": result.outcome.value,
        "pending": interaction.pending,
        "tests": [str(each.test) for each in interaction.evidence],
        "seconds": round(result.seconds, 6),
        "mismatches": [_mismatch(each) for each in result.mismatches],
        "unchecked": [str(each) for each in result.unchecked],
    }
    if result.runs:
        shown["runs"] = [each.value for each in result.runs]
    if result.drift:
        shown["drift"] = [_violation(each) for each in result.drift]
    if isinstance(result.answer, Status):
        shown["status"] = {"code": result.answer.code, "message": result.answer.message}
    if isinstance(result.answer, HttpResponse):
        shown["response"] = {"status": result.answer.status, "body": body_in_words(result.answer.body, _LONGEST_BODY)}
    if result.raised is not None:
        shown["raised"] = {"error": result.raised.error, "at": result.raised.at, "lines": list(result.raised.lines)}
    if result.error is not None:
        shown |= {"reason": result.reason, "error": str(result.error)}
    return shown


def _repeatable(each: ContractResult, result: InteractionResult, results: Sequence[ContractResult]) -> dict[str, Json]:
    if result.outcome is Outcome.PASSED:
        return {}
    return {"replay": command_for(each, result.interaction, among=results)}


def _mismatch(mismatch: Mismatch) -> dict[str, Json]:
    values = {"expected_value": mismatch.expected, "received": mismatch.actual}
    shown = {name: _writable(value) for name, value in values.items() if value is not ABSENT}
    return {"location": str(mismatch.location), "expected": mismatch.sentence, "rule": mismatch.rule, **shown}


def _violation(violation: Violation) -> dict[str, Json]:
    received = {} if violation.received is ABSENT else {"received": _writable(violation.received)}
    return {
        "location": str(violation.location),
        "expected": violation.expected,
        "pointer": violation.pointer,
        **received,
    }


def _writable(value: object) -> Json:
    try:
        dump_canonical(value)
    except (TypeError, ValueError):
        return show_value(value)
    return value


def _suite(root: ElementTree.Element, each: ContractResult, results: Sequence[ContractResult]) -> None:
    counts = count_outcomes([each])
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=_xml(f"{each.contract.consumer} with {each.contract.provider}"),
        tests=str(sum(counts.values())),
        failures=str(sum(1 for result in each.results if _tag(each, result) == "failure")),
        errors=str(sum(1 for result in each.results if _tag(each, result) == "error")),
        skipped=str(counts["skipped"] + sum(1 for result in each.results if _tag(each, result) == "skipped")),
    )
    for result in each.results:
        _case(suite, each, result, results)
    for skipped in each.skipped:
        case = ElementTree.SubElement(suite, "testcase", dict(_named(each, skipped.description)))
        ElementTree.SubElement(case, "skipped", message=_xml(skipped.reason))


def _case(
    suite: ElementTree.Element, each: ContractResult, result: InteractionResult, results: Sequence[ContractResult]
) -> None:
    attributes = {**_named(each, result.interaction.description), "time": f"{result.seconds:.6f}"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if result.drift:
        lines = [f"{violation.location}: the definition expects {violation.expected}" for violation in result.drift]
        ElementTree.SubElement(case, "system-out").text = _xml("\n".join(["Drift:", *lines]))
    tag = _tag(each, result)
    if tag is None:
        return
    explanation = result.error or explain_failure(each, result, among=results)
    found = ElementTree.SubElement(case, tag, message=_xml(explanation.summary))
    found.text = _xml(str(explanation))


def _tag(each: ContractResult, result: InteractionResult) -> str | None:
    if result.outcome is Outcome.PASSED:
        return None
    if each.pending or result.interaction.pending:
        return "skipped"
    return "failure" if result.outcome is Outcome.FAILED else "error"


def _named(each: ContractResult, description: str) -> Mapping[str, str]:
    return {"classname": _xml(each.contract.consumer), "name": _xml(description)}


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", text)
