"""The process that works off one impact job: an order in, a report out, within limits it sets itself first."""

import base64
import sys

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import load_contract
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json, dump_compact, read_json
from contractkit.impact import ConsumerInfo, DefinitionSource, Finding, ImpactReport, Site, analyse
from contractkit.model import Contract
from contractkit.sources import LoadedDefinition, read_definition


def main() -> None:
    """Read an order from standard input and write the report, or what is wrong with the order, to standard output."""
    order = read_json(sys.stdin.buffer.read())
    limit_memory(order["memory"])
    answer: Json
    try:
        answer = {"report": report_json(work_off(order)), "problem": None}
    except ContractkitError as error:
        answer = {"report": None, "problem": str(error)}
    except MemoryError:
        answer = {"report": None, "problem": f"The analysis needs more than {order['memory']} bytes of memory."}
    sys.stdout.buffer.write(dump_compact(answer))


def limit_memory(size: int) -> None:
    """Bound the memory of this process, where the system knows how; `size` is in bytes."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def work_off(order: Json) -> ImpactReport:
    """Give the report that an order asks for.

    Raises:
        ContractkitError: A definition cannot be read or used.
    """
    old = read_definition(base64.b64decode(order["old"]), source="the old definition")
    new = read_definition(base64.b64decode(order["new"]), source="the new definition")
    contracts = [_contract(entry) for entry in order["contracts"]]
    return analyse(old.openapi, new.openapi, contracts, old_source=_source(old), new_source=_source(new))


def report_json(report: ImpactReport) -> Json:
    """Give a report as JSON."""
    return {
        "schema_version": 1,
        "verdict": report.verdict.value,
        "consumers": [
            {
                "consumer": each.consumer,
                "verdict": each.verdict.value,
                "versions": list(each.info.versions),
                "branches": list(each.info.branches),
                "environments": list(each.info.environments),
                "findings": [_finding(finding) for finding in each.findings],
            }
            for each in report.consumers
        ],
        "theoretical": [str(change.sentence) for change in report.theoretical],
        "withoutContract": list(report.without_contract),
    }


def _finding(finding: Finding) -> Json:
    worry = finding.worry
    return {
        "fingerprint": finding.fingerprint,
        "verdict": finding.verdict.value,
        "code": worry.code,
        "operation": finding.operation,
        "interaction": finding.interaction.description,
        "tests": [{"nodeId": test.node_id, "file": test.file, "line": test.line} for test in finding.tests],
        "location": str(worry.location),
        "before": worry.before,
        "after": worry.after,
        "sentence": worry.sentence,
        "old": _site(worry.old),
        "new": _site(worry.new),
    }


def _site(site: Site | None) -> Json:
    return None if site is None else {"source": site.source, "pointer": site.pointer, "line": site.line}


def _contract(entry: Json) -> tuple[Contract, ConsumerInfo]:
    info = ConsumerInfo(
        versions=tuple(dict.fromkeys(entry["versions"])),
        branches=tuple(dict.fromkeys(entry["branches"])),
        environments=tuple(dict.fromkeys(entry["environments"])),
    )
    return load_contract(base64.b64decode(entry["data"]), origin="the stored contract", decode=decode_message), info


def _source(loaded: LoadedDefinition) -> DefinitionSource:
    return DefinitionSource(name=loaded.source, line_of=loaded.line_of)


if __name__ == "__main__":
    main()
